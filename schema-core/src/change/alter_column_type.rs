//! `alter_column_type`: in place.
//!
//! Widening that PostgreSQL does without rewrite and scan is instant; its undo would rewrite, so it leaves the wider type
//! (traps 16). Anything else rewrites the table under ACCESS EXCLUSIVE: hazard `rewrite`.

use super::column_settings::{default_of_all, storage_sql, with_its_default};
use super::step::{Context, Step};
use crate::facts::Op;
use crate::plan::{HazardKind, Statement};
use crate::schema::{Column, Expr, QName, Schema};
use crate::sql::Alter;
use crate::stages::retype;

/// The kind of a type's change at its place.
pub(crate) const RETYPE: &str = "alter_column_type";

pub(super) fn steps(state: &Schema, table: &QName, target: &Column, context: &Context) -> Vec<Step> {
    let Some(current) = state.tables.get(table).and_then(|t| t.column(&target.name)).cloned() else {
        return Vec::new();
    };
    let object = format!("{table}.{}", target.name);
    let mut after = state.clone();
    if let Some(c) = after.tables.get_mut(table).and_then(|t| t.column_mut(&target.name)) {
        c.type_name.clone_from(&target.type_name);
        c.collation.clone_from(&target.collation);
    }
    let along = with_its_default(state, table, &target.name);
    let set_default = |default: Option<&Expr>| default_of_all(state, table, &along, &target.name, default);
    let rewrite = |from: &Column, to: &Column| {
        let mut out = Vec::new();
        // A default that the cast cannot carry over stops the statement: it goes first and comes back last.
        if from.default.is_some() {
            out.extend(set_default(None));
        }
        out.extend(alter(Op::ColumnTypeRewrite, table, from, to, true));
        if from.default.is_some() && to.default.is_some() {
            out.extend(set_default(to.default.as_ref()));
        }
        out
    };
    let _ = context;
    if retype::is_instant(&current, target) {
        let step = Step::new(RETYPE, &object, Some(table))
            .up(alter(Op::ColumnTypeInstant, table, &current, target, false))
            .up(kept(state, table, &current))
            .note("Prepared statements that select the column must be prepared anew; sqlx needs a new connection.");
        if retype::may_stay(&current, target) {
            return vec![
                step.no_undo(format!(
                    "{object} stays {}: going back to {} would rewrite the table.",
                    target.type_name, current.type_name
                ))
                .effect_up(state, &after),
            ];
        }
        return vec![
            step.down(rewrite(target, &current))
                .down(kept(state, table, &current))
                .effect(state, &after)
                .note("The undo rewrites the table under ACCESS EXCLUSIVE."),
        ];
    }
    if current.default.is_some() {
        for member in along.iter().chain([table]) {
            if let Some(c) = after.tables.get_mut(member).and_then(|t| t.column_mut(&target.name)) {
                c.default.clone_from(&target.default);
            }
        }
    }
    if let Some(c) = after.tables.get_mut(table).and_then(|t| t.column_mut(&target.name)) {
        c.storage.clone_from(&target.storage);
        c.compression.clone_from(&target.compression);
    }
    let mut step = Step::new(RETYPE, &object, Some(table))
        .up(rewrite(&current, target))
        .up(kept(state, table, target))
        .down(rewrite(target, &current))
        .down(kept(state, table, &current))
        .down(
            // The way there took the default away for good.
            current
                .default
                .as_ref()
                .filter(|_| target.default.is_none())
                .map(|default| set_default(Some(default)))
                .unwrap_or_default(),
        )
        .effect(state, &after)
        .hazard(
            HazardKind::Rewrite,
            &object,
            format!(
                "{object} changes to {}: {table} is rewritten under ACCESS EXCLUSIVE; a new name is bridged online",
                target.type_name
            ),
        );
    if let Some(words) = retype::forgets(&current, target) {
        step = step.hazard(
            HazardKind::DataLoss,
            &object,
            format!("{object} as {} does not say {words}", target.type_name),
        );
    }
    step.alone = true;
    step.verb = "retype";
    vec![step]
}

/// Storage and compression, which every change of the type resets; those of partitions and children are their own.
fn kept(state: &Schema, table: &QName, column: &Column) -> Vec<Statement> {
    let family = state.family(table);
    let again = |member: &QName, column: &Column| {
        let mut reset = column.clone();
        reset.storage = None;
        reset.compression = None;
        let alter = match family.len() {
            1 => Alter::all(member),
            _ => Alter::only(member),
        };
        storage_sql(alter, &reset, column)
    };
    let members = family.iter().filter(|member| *member != table);
    let own = members.filter_map(|member| Some((member, state.tables.get(member)?.column(&column.name)?)));
    let mut out = again(table, column);
    out.extend(own.flat_map(|(member, own)| again(member, own)));
    out
}

fn alter(op: Op, table: &QName, from: &Column, to: &Column, convert: bool) -> Vec<Statement> {
    let name = &to.name;
    let collate = to
        .collation
        .as_ref()
        .map(|c| format!(" COLLATE {c}"))
        .unwrap_or_default();
    if !convert {
        return vec![op.on(
            table,
            format!("ALTER TABLE {table} ALTER COLUMN {name} TYPE {}{collate}", to.type_name),
        )];
    }
    // A cast would cut off what does not fit; the assignment, which arrays of other types lack, raises.
    let assigned = !to.type_name.ends_with("[]") || from.type_name.starts_with("character");
    let using = if assigned && retype::is_limited_text(&to.type_name) {
        String::new()
    } else {
        let value = retype::conversion(&name.to_string(), &from.type_name, &to.type_name);
        format!(" USING {value}")
    };
    vec![op.on(
        table,
        format!(
            "ALTER TABLE {table} ALTER COLUMN {name} TYPE {}{collate}{using}",
            to.type_name
        ),
    )]
}
