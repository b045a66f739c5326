//! `add_foreign_key`, `drop_foreign_key`.
//!
//! Added NOT VALID (SHARE ROW EXCLUSIVE on both tables, instant), validated alone (SHARE UPDATE EXCLUSIVE, ROW SHARE on the
//! referenced table). Dropped under ACCESS EXCLUSIVE on both tables, instant, in a file of its own.

use super::constraint::{add_sql, comment, subject, validate, with_constraint};
use super::step::Step;
use crate::facts::Op;
use crate::schema::{Constraint, ConstraintKind, Ident, QName, Schema};

fn referenced(constraint: &Constraint) -> Option<&QName> {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) => Some(&key.references),
        _ => None,
    }
}

pub(super) fn add(state: &Schema, table: &QName, name: &Ident, constraint: &Constraint) -> Vec<Step> {
    let Some(other) = referenced(constraint) else {
        return Vec::new();
    };
    let open = open(state, table, constraint);
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

/// The key as it is first added. On a partitioned table before 18 NOT VALID is refused (traps 4).
fn open(state: &Schema, table: &QName, constraint: &Constraint) -> Constraint {
    let partitioned = |name: &QName| state.tables.get(name).is_some_and(|t| t.partition_by.is_some());
    let not_valid = !constraint.not_enforced && !partitioned(table);
    Constraint {
        not_valid,
        ..constraint.clone()
    }
}

pub(super) fn remove(state: &Schema, table: &QName, name: &Ident) -> Vec<Step> {
    let Some(constraint) = state.tables.get(table).and_then(|t| t.constraints.get(name)).cloned() else {
        return Vec::new();
    };
    let Some(other) = referenced(&constraint) else {
        return Vec::new();
    };
    let object = format!("{table}.{name}");
    let open = open(state, table, &constraint);
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
