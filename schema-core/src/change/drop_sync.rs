//! `drop_sync`: the old code is gone, so the trigger goes, and in the same transaction what the other column still needs.
//!
//! The column that is left behind loses NOT NULL (new code does not write it) and hands its generator over: a sequence or
//! an identity moves to the column that stays. The undo makes the trigger again, fills the old column from the new one in
//! batches, and sets NOT NULL by its recipe.

use super::backfill;
use super::column_settings::{default_of_all, identity_sql, with_its_default};
use super::not_null;
use super::step::Step;
use super::sync::{create_statements, drop_statements};
use crate::facts::Op;
use crate::schema::{Column, Expr, Fill, Ident, QName, Schema, Sync, SyncDirection};

pub(super) fn steps(state: &Schema, function: &QName, stays: Option<&Column>) -> Vec<Step> {
    let Some(sync) = state.syncs.get(function) else {
        return Vec::new();
    };
    let table = &sync.table;
    let (left, right) = match sync.direction {
        SyncDirection::TwoWay => (&sync.from, &sync.to),
        SyncDirection::Forward | SyncDirection::Backward => (&sync.to, &sync.from),
        SyncDirection::InPlace => return vec![in_place(state, function, sync)],
    };
    let column = |schema: &Schema, name| schema.tables.get(table).and_then(|t| t.column(name)).cloned();
    let (Some(left_column), Some(right_column)) = (column(state, left), column(state, right)) else {
        return Vec::new();
    };
    let mut after = state.clone();
    after.syncs.remove(function);
    let mut up = drop_statements(function, sync);
    let mut down = Vec::new();
    let mut defaults: Vec<(QName, Ident, Option<Expr>)> = Vec::new();
    let mut plain_left = left_column.clone();
    plain_left.not_null = false;
    let relaxed = left_column.not_null;
    let mut new_right = right_column.clone();
    if let Some(stays) = stays.filter(|s| s.default != right_column.default || s.identity != right_column.identity) {
        if left_column.default.is_some() {
            plain_left.default = None;
            let along = with_its_default(state, table, left);
            up.extend(default_of_all(state, table, &along, left, None));
            down.extend(default_of_all(state, table, &along, left, left_column.default.as_ref()));
            defaults.extend(along.into_iter().map(|t| (t, left.clone(), None)));
        }
        if left_column.identity.is_some() {
            plain_left.identity = None;
            up.extend(identity_sql(table, &left_column, &plain_left));
        }
        new_right.default.clone_from(&stays.default);
        new_right.identity.clone_from(&stays.identity);
        if new_right.default != right_column.default {
            let along = with_its_default(state, table, right);
            up.extend(default_of_all(state, table, &along, right, new_right.default.as_ref()));
            let back = default_of_all(state, table, &along, right, right_column.default.as_ref());
            down.splice(0..0, back);
            defaults.extend(along.into_iter().map(|t| (t, right.clone(), new_right.default.clone())));
        }
        up.extend(identity_sql(table, &right_column, &new_right));
    }
    if relaxed {
        // An identity must be gone before its column may hold NULL.
        up.push(Op::ColumnDropNotNull.on(table, format!("ALTER TABLE {table} ALTER COLUMN {left} DROP NOT NULL")));
        up.extend(not_null::unset_below(state, table, left));
    }
    if let Some(t) = after.tables.get_mut(table) {
        for edited in [&plain_left, &new_right] {
            if let Some(c) = t.column_mut(&edited.name) {
                *c = edited.clone();
            }
        }
    }
    // In turn with what the table's own column becomes.
    for (member, name, default) in defaults {
        if let Some(c) = after.tables.get_mut(&member).and_then(|t| t.column_mut(&name)) {
            c.default = default;
            c.not_null &= !(relaxed && name == *left);
        }
    }
    down.extend(create_statements(function, sync));

    // Backward: NOT NULL comes last, after the fill, after the trigger.
    let mut steps = Vec::new();
    let mut reached = state.clone();
    if new_right.identity != right_column.identity || left_column.identity != plain_left.identity {
        steps.push(identity_back(
            &mut reached,
            table,
            (&left_column, &right_column),
            &new_right,
        ));
    }
    if relaxed {
        steps.extend(not_null::undo_steps(&mut reached, table, left));
        for member in state.family(table) {
            if let Some(c) = reached.tables.get_mut(&member).and_then(|t| t.column_mut(left)) {
                c.not_null = false;
            }
        }
        steps.push(not_null::undo_check(&reached, table, left));
    }
    steps.extend(backfill::undo_only(&refill(state, sync)));
    let object = format!("{table}.{left} and {right}");
    steps.push(
        Step::new("drop_sync", object, Some(table))
            .up(up)
            .down(down)
            .effect_up(state, &after)
            .effect_down(&after, &reached)
            .note("Deploy code that no longer uses the old column, and retire the old code, before this file.")
            .grouped(),
    );
    for (at, step) in steps.iter_mut().enumerate() {
        step.undo_with_previous = at > 0;
    }
    steps
}

/// No column is left behind: the check that stands by now keeps the label out.
fn in_place(state: &Schema, function: &QName, sync: &Sync) -> Step {
    let mut after = state.clone();
    after.syncs.remove(function);
    Step::new("drop_sync", format!("{}.{}", sync.table, sync.to), Some(&sync.table))
        .up(drop_statements(function, sync))
        .down(create_statements(function, sync))
        .effect(state, &after)
}

/// The generator goes back last: until the old column is filled and NOT NULL, the new column's serves both, because the
/// trigger hands its numbers over. `reached` is changed to the schema in between.
fn identity_back(reached: &mut Schema, table: &QName, (left, right): (&Column, &Column), new_right: &Column) -> Step {
    let done = reached.clone();
    let mut plain_left = left.clone();
    plain_left.identity = None;
    let mut held_right = right.clone();
    held_right.identity.clone_from(&new_right.identity);
    if let Some(t) = reached.tables.get_mut(table) {
        for edited in [&plain_left, &held_right] {
            if let Some(c) = t.column_mut(&edited.name) {
                *c = edited.clone();
            }
        }
    }
    Step::new("drop_sync", format!("{table}.{}", left.name), Some(table))
        .for_undo("Its undo gives the generator back to the old column.")
        .down(identity_sql(table, &held_right, right))
        .down(identity_sql(table, &plain_left, left))
        .effect_down(reached, &done)
        .alone("undo_identity", format!("{}_{}", table.name.raw(), left.name.raw()))
}

/// What brings the column that was left behind up to date on the way back.
fn refill(state: &Schema, sync: &Sync) -> Fill {
    let column_type = state
        .tables
        .get(&sync.table)
        .and_then(|t| t.column(&sync.from))
        .map(|c| &c.type_name);
    let (column, value, missing) = match sync.direction {
        SyncDirection::TwoWay => {
            let value = match (&sync.down, column_type) {
                (Some(down), Some(type_name)) => {
                    let bare = down.0.replace(&format!("NEW.{}", sync.to), &sync.to.to_string());
                    format!("({bare})::{type_name}")
                }
                _ => sync.to.to_string(),
            };
            let missing = if sync.by_image {
                format!("pg_catalog.record_image_ne(ROW({}), ROW({value}))", sync.from)
            } else {
                format!("{} IS DISTINCT FROM {value}", sync.from)
            };
            (sync.from.clone(), Some(Expr(value)), missing)
        }
        SyncDirection::Forward | SyncDirection::Backward | SyncDirection::InPlace => (
            // An identity that is always generated takes no value, not even its own.
            sync.to.clone(),
            None,
            format!("{} IS NULL AND {} IS NOT NULL", sync.to, sync.from),
        ),
    };
    Fill {
        table: sync.table.clone(),
        column,
        value,
        missing: Expr(missing),
        key: state
            .table(&sync.table)
            .map(crate::stages::batch_key)
            .unwrap_or_default(),
        round: 0,
    }
}
