//! `rename_table`: the view that had the new name goes and the table takes it, in one transaction (ACCESS EXCLUSIVE, instant).
//!
//! Columns that the view showed under another name get it in the same transaction, and trigger pairs are made anew, because
//! their functions name the table. New code's prepared statements survive. The undo gives the old name back and makes the
//! view again, with the table's grants.

use super::alias;
use super::step::{Context, Step, patches_between};
use super::sync::{create_statements, drop_statements};
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{Object, Patch, QName, Schema, Slot, Sync};
use crate::stages::{TableNames, rename_column};

pub(super) fn steps(state: &Schema, names: &TableNames, context: &Context) -> Vec<Step> {
    let (from, to) = (&names.from, &names.to);
    let view = state.aliases.get(to);
    let mut bare = state.clone();
    bare.aliases.remove(to);
    let mut called = bare.clone();
    called.rename_table(from, to);
    let mut after = called.clone();
    for (a, b) in &names.columns {
        rename_column(&mut after, to, a, b);
    }
    for sync in after.syncs.values_mut().filter(|s| s.table == *to) {
        for (a, b) in &names.columns {
            for column in [&mut sync.from, &mut sync.to].into_iter().filter(|c| *c == a) {
                column.clone_from(b);
            }
        }
    }
    let taken = state.relation_names();
    let rename = Patch {
        slot: Slot::TableName(from.clone(), to.clone()),
        before: Some(Object::Name(from.clone())),
        after: Some(Object::Name(to.clone())),
    };
    let mut effect = patches_between(state, &bare);
    effect.push(rename);
    effect.extend(patches_between(&called, &after));

    let mut up: Vec<Statement> = view.map(|_| alias::drop_statement(to)).into_iter().collect();
    up.extend(syncs_of(state, from).flat_map(|(f, s)| drop_statements(f, s)));
    up.extend(called_sql(from, to, &taken));
    for (a, b) in &names.columns {
        up.push(Op::ColumnRename.on(to, format!("ALTER TABLE {to} RENAME COLUMN {a} TO {b}")));
    }
    up.extend(syncs_of(&after, to).flat_map(|(f, s)| create_statements(f, s)));

    let mut down: Vec<Statement> = syncs_of(&after, to).flat_map(|(f, s)| drop_statements(f, s)).collect();
    for (a, b) in &names.columns {
        down.push(Op::ColumnRename.on(to, format!("ALTER TABLE {to} RENAME COLUMN {b} TO {a}")));
    }
    down.extend(called_sql(to, from, &after.relation_names()));
    down.extend(syncs_of(state, from).flat_map(|(f, s)| create_statements(f, s)));
    if let Some(view) = view {
        down.extend(alias::create_statements(state, to, view, context));
    }
    let mut step = Step::new("rename_table", to.to_string(), Some(to))
        .up(up)
        .down(down)
        .note(match view {
            Some(_) => format!(
                "The table {from} takes the name of the view {to}; statements of new code that are prepared go on."
            ),
            None => format!("The table {from} is called {to} from here on."),
        });
    // Where no old code runs, all names change at once: some take a name that another leaves.
    step.glued = view.is_none();
    step.down_effect = effect.iter().rev().map(Patch::inverse).collect();
    step.up_effect = effect;
    vec![step]
}

fn syncs_of<'a>(schema: &'a Schema, table: &'a QName) -> impl Iterator<Item = (&'a QName, &'a Sync)> {
    schema.syncs.iter().filter(move |(_, s)| s.table == *table)
}

fn called_sql(from: &QName, to: &QName, taken: &std::collections::BTreeSet<QName>) -> Vec<Statement> {
    let name = |table: &QName| Op::TableRename.on(from, format!("ALTER TABLE {table} RENAME TO {}", to.name));
    let namespace =
        |table: &QName| Op::TableSetSchema.on(from, format!("ALTER TABLE {table} SET SCHEMA {}", to.schema));
    super::called::called(from, to, taken, name, namespace)
}
