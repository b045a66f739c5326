//! `add_foreign_key`, `drop_foreign_key`.
//!
//! Added NOT VALID (SHARE ROW EXCLUSIVE on both tables, instant), validated alone (SHARE UPDATE EXCLUSIVE, ROW SHARE on the
//! referenced table). Dropped under ACCESS EXCLUSIVE on both tables, instant, in a file of its own.

use super::constraint::{add_sql, comment, subject, validate, with_constraint};
use super::step::{Context, Step};
use crate::facts::Op;
use crate::plan::HazardKind;
use crate::schema::{Constraint, ConstraintKind, Ident, QName, Schema};

fn referenced(constraint: &Constraint) -> Option<&QName> {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) => Some(&key.references),
        _ => None,
    }
}

pub(super) fn add(
    state: &Schema,
    table: &QName,
    name: &Ident,
    constraint: &Constraint,
    context: &Context,
) -> Vec<Step> {
    let Some(other) = referenced(constraint) else {
        return Vec::new();
    };
    if checked_at_once(state, other, constraint, context) {
        return vec![at_once(state, table, name, other, constraint)];
    }
    if by_partition(state, table, constraint, context) {
        return super::partitioned_foreign_key::add(state, table, name, other, constraint);
    }
    let open = open(constraint);
    let unproven = with_constraint(state, table, name, Some(&open));
    let after = with_constraint(state, table, name, Some(constraint));
    let drop = format!("ALTER TABLE {table} DROP CONSTRAINT {name}");
    let mut steps = vec![
        Step::new("add_foreign_key", format!("{table}.{name}"), Some(table))
            .up([Op::ForeignKeyAddNotValid.on_both(table, other, add_sql(table, name, &open))])
            .up(comment(table, name, constraint))
            .down([Op::ForeignKeyDrop.on_both(table, other, drop)])
            .effect(state, &unproven)
            .alone("reference", subject(table, name)),
    ];
    if open.not_valid && !constraint.not_valid {
        steps.push(validate(
            "add_foreign_key",
            Op::ForeignKeyValidate,
            table,
            name,
            &unproven,
            &after,
        ));
    }
    steps
}

/// The key as it is first added.
fn open(constraint: &Constraint) -> Constraint {
    Constraint {
        not_valid: !constraint.not_enforced,
        ..constraint.clone()
    }
}

/// Whether the key references a partitioned table on a server before 18: VALIDATE leaves the keys that PostgreSQL makes for
/// each of its partitions unvalidated there, for good, and the catalog would not be as wanted.
fn checked_at_once(state: &Schema, other: &QName, constraint: &Constraint, context: &Context) -> bool {
    context.target_version < 18 && !constraint.not_valid && state.partitions(other).next().is_some()
}

/// One statement that adds the key and checks every row.
fn at_once(state: &Schema, table: &QName, name: &Ident, other: &QName, constraint: &Constraint) -> Step {
    let object = format!("{table}.{name}");
    let drop = format!("ALTER TABLE {table} DROP CONSTRAINT {name}");
    Step::new("add_foreign_key", &object, Some(table))
        .up([Op::ForeignKeyAddChecked.on_both(table, other, add_sql(table, name, constraint))])
        .up(comment(table, name, constraint))
        .down([Op::ForeignKeyDrop.on_both(table, other, drop)])
        .effect(state, &with_constraint(state, table, name, Some(constraint)))
        .hazard(
            HazardKind::LongLock,
            &object,
            format!(
                "{object} is checked while writes to {table} and {other} wait: before PostgreSQL 18 VALIDATE does not do \
                 for the partitions of {other}"
            ),
        )
        .alone("reference", subject(table, name))
}

/// Whether NOT VALID is refused on the table, so that each partition takes the key first.
fn by_partition(state: &Schema, table: &QName, constraint: &Constraint, context: &Context) -> bool {
    let partitioned = state.tables.get(table).is_some_and(|t| t.partition_by.is_some());
    partitioned && context.target_version < 18 && !constraint.not_enforced && !constraint.not_valid
}

pub(super) fn remove(state: &Schema, table: &QName, name: &Ident, context: &Context) -> Vec<Step> {
    let Some(constraint) = state.tables.get(table).and_then(|t| t.constraints.get(name)).cloned() else {
        return Vec::new();
    };
    let Some(other) = referenced(&constraint) else {
        return Vec::new();
    };
    if checked_at_once(state, other, &constraint, context) {
        let after = with_constraint(state, table, name, None);
        let add = at_once(&after, table, name, other, &constraint);
        return vec![
            Step::new("drop_foreign_key", format!("{table}.{name}"), Some(table))
                .up(add.down)
                .down(add.up)
                .effect(state, &after)
                .note("The undo checks every row under SHARE ROW EXCLUSIVE on both tables.")
                .alone("unreference", subject(table, name)),
        ];
    }
    if by_partition(state, table, &constraint, context) {
        return super::partitioned_foreign_key::remove(state, table, name, other, &constraint);
    }
    let object = format!("{table}.{name}");
    let open = open(&constraint);
    let after = with_constraint(state, table, name, None);
    let unproven = with_constraint(state, table, name, Some(&open));
    let mut steps = Vec::new();
    let provable = open.not_valid && !constraint.not_valid;
    if provable {
        let sql = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}");
        steps.push(
            Step::new("drop_foreign_key", &object, Some(table))
                .for_undo("Its undo validates the foreign key again.")
                .down([Op::ForeignKeyValidate.on_both(table, other, sql)])
                .effect_down(&unproven, state)
                .alone("unreference", subject(table, name)),
        );
    }
    let drop = format!("ALTER TABLE {table} DROP CONSTRAINT {name}");
    let step = Step::new("drop_foreign_key", &object, Some(table))
        .up([Op::ForeignKeyDrop.on_both(table, other, drop)])
        .down([Op::ForeignKeyAddNotValid.on_both(table, other, add_sql(table, name, &open))])
        .down(comment(table, name, &constraint))
        .effect_up(state, &after)
        .effect_down(&after, &unproven)
        .alone("unreference", subject(table, name));
    steps.push(if provable { step.grouped() } else { step });
    steps
}
