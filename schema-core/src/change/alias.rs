//! `create_view`, `replace_view`, `drop_view`: a table under the name that it gets in contract (recipes § 8).
//!
//! Expand touches nothing that runs: old code keeps the table, new code reads and writes through the view, with the table's
//! defaults, its grants and, from 15 on, its row security. What a view cannot do is told as a hazard of its own.

use super::step::{Context, Step};
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{QName, Schema, TableAlias};
use crate::sql::{alias_comment, alias_grants, create_alias};

pub(super) fn create(state: &Schema, name: &QName, alias: &TableAlias, context: &Context) -> Vec<Step> {
    let mut after = state.clone();
    after.aliases.insert(name.clone(), alias.clone());
    vec![
        Step::new("create_view", name.to_string(), Some(&alias.table))
            .up(create_statements(state, name, alias, context))
            .down([drop_statement(name)])
            .effect(state, &after)
            .note(format!(
                "New code reads and writes {name}, old code goes on with {}; contract gives the table its new name.",
                alias.table
            ))
            .alone("view", name.name.raw()),
    ]
}

/// Columns that are added to the table stand in the view in the same transaction. What a running view can be told
/// (`CREATE OR REPLACE`) it is told, so that prepared statements live on.
pub(super) fn replace(state: &Schema, name: &QName, alias: &TableAlias, context: &Context) -> Vec<Step> {
    let Some(current) = state.aliases.get(name) else {
        return create(state, name, alias, context);
    };
    let mut after = state.clone();
    after.aliases.insert(name.clone(), alias.clone());
    vec![
        Step::new("replace_view", name.to_string(), Some(&alias.table))
            .up(replace_statements(state, name, current, alias, context))
            .down(replace_statements(state, name, alias, current, context))
            .effect(state, &after)
            .note(format!("{name} is a view of {} until contract.", alias.table)),
    ]
}

pub(super) fn remove(state: &Schema, name: &QName, context: &Context) -> Vec<Step> {
    let Some(alias) = state.aliases.get(name) else {
        return Vec::new();
    };
    let mut after = state.clone();
    after.aliases.remove(name);
    vec![
        Step::new("drop_view", name.to_string(), Some(&alias.table))
            .up([drop_statement(name)])
            .down(create_statements(state, name, alias, context))
            .effect(state, &after),
    ]
}

/// The view with its comment, owner and grants.
pub(super) fn create_statements(state: &Schema, name: &QName, alias: &TableAlias, context: &Context) -> Vec<Statement> {
    made(state, name, alias, context, false)
}

pub(super) fn drop_statement(name: &QName) -> Statement {
    Op::ViewDrop.plain(format!("DROP VIEW {name}"))
}

fn replace_statements(
    state: &Schema,
    name: &QName,
    from: &TableAlias,
    to: &TableAlias,
    context: &Context,
) -> Vec<Statement> {
    let only_more = from.table == to.table
        && from
            .columns
            .iter()
            .all(|(shown, column)| to.columns.get(shown) == Some(column))
        && at_the_end(state, from, to);
    if only_more {
        return made(state, name, to, context, true);
    }
    let mut out = vec![drop_statement(name)];
    out.extend(made(state, name, to, context, false));
    out
}

/// Whether the columns that come stand behind all that were there: nothing else can be told to a view that stands.
fn at_the_end(state: &Schema, from: &TableAlias, to: &TableAlias) -> bool {
    let Some(table) = state.tables.get(&to.table) else {
        return false;
    };
    let shown = |alias: &TableAlias, column| alias.columns.values().any(|own| own == column);
    let mut columns = table.columns.iter().map(|c| &c.name).filter(|c| shown(to, *c));
    columns.by_ref().find(|c| !shown(from, *c));
    !columns.any(|c| shown(from, c))
}

fn made(state: &Schema, name: &QName, alias: &TableAlias, context: &Context, replace: bool) -> Vec<Statement> {
    let Some(table) = state.tables.get(&alias.table) else {
        return Vec::new();
    };
    vec![
        Op::ViewCreate.on(
            &alias.table,
            create_alias(name, alias, table, context.target_version >= 15, replace),
        ),
        Op::CommentOnly.plain(alias_comment(name, alias)),
        Op::ViewGrants.plain(alias_grants(name, alias)),
    ]
}
