//! `rename_column`, `rename_constraint` (ACCESS EXCLUSIVE, instant), `rename_index` (SHARE UPDATE EXCLUSIVE on the index alone).

use super::step::Step;
use crate::facts::Op;
use crate::schema::{Ident, QName, Schema};

/// A column's name at once: only where no old code runs, for it fails from here on. ACCESS EXCLUSIVE, instant.
pub(super) fn column(state: &Schema, table: &QName, from: &Ident, to: &Ident) -> Vec<Step> {
    let mut after = state.clone();
    crate::stages::rename_column(&mut after, table, from, to);
    let sql =
        |a: &Ident, b: &Ident| Op::ColumnRename.on(table, format!("ALTER TABLE {table} RENAME COLUMN {a} TO {b}"));
    let mut step = Step::new("rename_column", format!("{table}.{to}"), Some(table))
        .up([sql(from, to)])
        .down([sql(to, from)])
        .effect(state, &after);
    let followed = super::rebuild_dependents::renamed(state, table, from, to);
    step.down_effect
        .extend(followed.iter().map(crate::schema::Patch::inverse));
    step.up_effect.extend(followed);
    vec![step]
}

pub(super) fn constraint(state: &Schema, table: &QName, from: &Ident, to: &Ident) -> Vec<Step> {
    let mut after = state.clone();
    if let Some(t) = after.tables.get_mut(table)
        && let Some(constraint) = t.constraints.remove(from)
    {
        if constraint.kind.has_index() {
            follow(t, from, to);
        }
        t.constraints.insert(to.clone(), constraint);
        after.rename_attached(table, from, to);
    }
    let sql = |a: &Ident, b: &Ident| {
        Op::ConstraintRename.on(table, format!("ALTER TABLE {table} RENAME CONSTRAINT {a} TO {b}"))
    };
    vec![
        Step::new("rename_constraint", format!("{table}.{to}"), Some(table))
            .up([sql(from, to)])
            .down([sql(to, from)])
            .effect(state, &after),
    ]
}

pub(super) fn index(state: &Schema, table: &QName, from: &Ident, to: &Ident) -> Vec<Step> {
    let mut after = state.clone();
    if let Some(t) = after.tables.get_mut(table)
        && let Some(index) = t.indexes.remove(from)
    {
        follow(t, from, to);
        t.indexes.insert(to.clone(), index);
        after.rename_attached(table, from, to);
    } else if let Some(t) = after.tables.get_mut(table)
        && let Some(above) = t.attached.remove(from)
    {
        follow(t, from, to);
        if let Some(key) = t.constraints.remove(from) {
            t.constraints.insert(to.clone(), key);
        }
        t.attached.insert(to.clone(), above);
        after.rename_attached(table, from, to);
    }
    let sql = |a: &Ident, b: &Ident| {
        Op::IndexRename.on(table, format!("ALTER INDEX {} RENAME TO {b}", table.sibling(a.clone())))
    };
    vec![
        Step::new("rename_index", format!("{table}.{to}"), Some(table))
            .up([sql(from, to)])
            .down([sql(to, from)])
            .effect(state, &after),
    ]
}

/// Options that name an index follow its new name.
fn follow(table: &mut crate::schema::Table, from: &Ident, to: &Ident) {
    for name in [&mut table.options.replica_identity_index, &mut table.options.cluster_on]
        .into_iter()
        .flatten()
    {
        if name == from {
            *name = to.clone();
        }
    }
}
