//! `add_check`, `drop_check`, `add_exclusion`, `drop_exclusion`, `alter_constraint`.
//!
//! A check goes in NOT VALID (ACCESS EXCLUSIVE, instant) and is validated in a file of its own (SHARE UPDATE EXCLUSIVE).
//! An exclusion constraint has neither NOT VALID nor USING INDEX: it is built under ACCESS EXCLUSIVE, hazard `long_lock`.

use super::step::Step;
use crate::facts::Op;
use crate::plan::{HazardKind, Statement};
use crate::schema::{Constraint, ConstraintKind, Deferral, Ident, QName, Schema};
use crate::sql::{CommentOn, comment_sql, constraint_definition};

/// The schema with the constraint put in or taken out.
pub(super) fn with_constraint(state: &Schema, table: &QName, name: &Ident, constraint: Option<&Constraint>) -> Schema {
    let mut schema = state.clone();
    if let Some(t) = schema.tables.get_mut(table) {
        match constraint {
            Some(c) => drop(t.constraints.insert(name.clone(), c.clone())),
            None => drop(t.constraints.remove(name)),
        }
    }
    schema
}

/// `COMMENT ON CONSTRAINT` and `COMMENT ON INDEX`, where there are such.
pub(super) fn comment(table: &QName, name: &Ident, constraint: &Constraint) -> Vec<Statement> {
    let index = table.sibling(name.clone());
    let on_constraint = constraint
        .comment
        .as_deref()
        .map(|text| (CommentOn::Constraint(table, name), text));
    let on_index = constraint
        .index_comment
        .as_deref()
        .map(|text| (CommentOn::Index(&index), text));
    on_constraint
        .into_iter()
        .chain(on_index)
        .map(|(on, text)| Op::CommentOnly.plain(comment_sql(on, Some(text))))
        .collect()
}

/// `ADD CONSTRAINT name definition`.
pub(super) fn add_sql(table: &QName, name: &Ident, constraint: &Constraint) -> String {
    format!(
        "ALTER TABLE {table} ADD CONSTRAINT {name} {}",
        constraint_definition(constraint)
    )
}

pub(super) fn drop_sql(table: &QName, name: &Ident) -> Statement {
    Op::ConstraintDrop.on(table, format!("ALTER TABLE {table} DROP CONSTRAINT {name}"))
}

pub(super) fn subject(table: &QName, name: &Ident) -> String {
    // Generated names start with the table's: say it once.
    let (table, name) = (table.name.raw(), name.raw());
    if name.starts_with(table) {
        name.to_owned()
    } else {
        format!("{table}_{name}")
    }
}

pub(super) fn add(state: &Schema, table: &QName, name: &Ident, constraint: &Constraint) -> Vec<Step> {
    let object = format!("{table}.{name}");
    let after = with_constraint(state, table, name, Some(constraint));
    if matches!(constraint.kind, ConstraintKind::Exclusion(_)) {
        let mut step = Step::new("add_exclusion", &object, Some(table))
            .up([Op::ExclusionAdd.on(table, add_sql(table, name, constraint))])
            .up(comment(table, name, constraint))
            .down([drop_sql(table, name)])
            .effect(state, &after)
            .hazard(
                HazardKind::LongLock,
                &object,
                format!(
                    "{object} is built under ACCESS EXCLUSIVE: PostgreSQL has no other way for an exclusion constraint"
                ),
            );
        step.alone = true;
        step.verb = "exclude";
        return vec![step];
    }
    let open = Constraint {
        not_valid: !constraint.not_enforced,
        ..constraint.clone()
    };
    let unproven = with_constraint(state, table, name, Some(&open));
    let mut steps = vec![
        Step::new("add_check", &object, Some(table))
            .up([Op::ConstraintAddNotValid.on(table, add_sql(table, name, &open))])
            .up(comment(table, name, constraint))
            .down([drop_sql(table, name)])
            .effect(state, &unproven),
    ];
    if !constraint.not_valid && !constraint.not_enforced {
        steps.push(validate(
            "add_check",
            Op::ConstraintValidate,
            table,
            name,
            &unproven,
            &after,
        ));
    }
    steps
}

/// The file that validates a constraint and has no undo of its own.
pub(super) fn validate(
    kind: &'static str,
    op: Op,
    table: &QName,
    name: &Ident,
    unproven: &Schema,
    after: &Schema,
) -> Step {
    let sql = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}");
    let constraint = after.tables.get(table).and_then(|t| t.constraints.get(name));
    let statement = match constraint.map(|c| &c.kind) {
        Some(ConstraintKind::ForeignKey(key)) => op.on_both(table, &key.references, sql),
        _ => op.on(table, sql),
    };
    Step::new(kind, format!("{table}.{name}"), Some(table))
        .up([statement])
        .no_undo("The undo of the file before takes the constraint away.")
        .effect_up(unproven, after)
        .alone("validate", subject(table, name))
}

pub(super) fn remove(state: &Schema, table: &QName, name: &Ident) -> Vec<Step> {
    let Some(constraint) = state.tables.get(table).and_then(|t| t.constraints.get(name)).cloned() else {
        return Vec::new();
    };
    let object = format!("{table}.{name}");
    let after = with_constraint(state, table, name, None);
    if matches!(constraint.kind, ConstraintKind::Exclusion(_)) && super::index::is_partitioned(state, table) {
        return super::partitioned::remove(state, table, name);
    }
    if matches!(constraint.kind, ConstraintKind::Exclusion(_)) {
        let mut step = Step::new("drop_exclusion", &object, Some(table))
            .up([drop_sql(table, name)])
            .down([Op::ExclusionAdd.on(table, add_sql(table, name, &constraint))])
            .down(comment(table, name, &constraint))
            .effect(state, &after)
            .note("The undo builds the exclusion constraint under ACCESS EXCLUSIVE.");
        step.alone = true;
        step.verb = "drop";
        return vec![step];
    }
    let open = Constraint {
        not_valid: !constraint.not_enforced,
        ..constraint.clone()
    };
    let unproven = with_constraint(state, table, name, Some(&open));
    let mut steps = Vec::new();
    let provable = !constraint.not_valid && !constraint.not_enforced;
    if provable {
        steps.push(
            Step::new("drop_check", &object, Some(table))
                .for_undo("Its undo validates the constraint again.")
                .down([Op::ConstraintValidate.on(table, format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"))])
                .effect_down(&unproven, state)
                .alone("drop", subject(table, name)),
        );
    }
    let step = Step::new("drop_check", &object, Some(table))
        .up([drop_sql(table, name)])
        .down([Op::ConstraintAddNotValid.on(table, add_sql(table, name, &open))])
        .down(comment(table, name, &constraint))
        .effect_up(state, &after)
        .effect_down(&after, &unproven);
    steps.push(if provable { step.grouped() } else { step });
    steps
}

/// What can be altered in place: a foreign key's deferral (`ALTER CONSTRAINT`, instant), and whether the constraint holds
/// for the rows that stood before. It is validated alone (SHARE UPDATE EXCLUSIVE); there is no way back from that but a
/// constraint of the same name that takes its place, instantly.
pub(super) fn alter(state: &Schema, table: &QName, name: &Ident, target: &Constraint) -> Vec<Step> {
    let Some(current) = state.tables.get(table).and_then(|t| t.constraints.get(name)).cloned() else {
        return Vec::new();
    };
    let object = format!("{table}.{name}");
    let references = match &current.kind {
        ConstraintKind::ForeignKey(key) => Some(key.references.clone()),
        _ => None,
    };
    let on = |op: Op, sql: String| match &references {
        Some(other) => op.on_both(table, other, sql),
        None => op.on(table, sql),
    };
    let mut steps = Vec::new();
    let mut reached = current.clone();
    if current.deferral != target.deferral {
        let deferred = Constraint {
            deferral: target.deferral,
            ..current.clone()
        };
        let set = |c: &Constraint| {
            let words = match c.deferral {
                Deferral::Immediate => " NOT DEFERRABLE",
                Deferral::Deferrable => " DEFERRABLE INITIALLY IMMEDIATE",
                Deferral::Deferred => " DEFERRABLE INITIALLY DEFERRED",
            };
            let sql = format!("ALTER TABLE {table} ALTER CONSTRAINT {name}{words}");
            Op::ForeignKeyAlter.on(table, sql)
        };
        let after = with_constraint(state, table, name, Some(&deferred));
        steps.push(
            Step::new("alter_constraint", &object, Some(table))
                .up([set(&deferred)])
                .down([set(&current)])
                .effect(state, &after),
        );
        reached = deferred;
    }
    if reached.not_valid == target.not_valid {
        return steps;
    }
    let (validated, open) = [false, true]
        .map(|not_valid| Constraint {
            not_valid,
            ..reached.clone()
        })
        .into();
    let (valid_schema, open_schema) = (
        with_constraint(state, table, name, Some(&validated)),
        with_constraint(state, table, name, Some(&open)),
    );
    let (validate, reopen) = match references {
        Some(_) => (Op::ForeignKeyValidate, Op::ForeignKeyDrop),
        None => (Op::ConstraintValidate, Op::ConstraintDrop),
    };
    let validate = on(validate, format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"));
    let mut again = vec![on(
        reopen,
        format!(
            "ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {}",
            constraint_definition(&open)
        ),
    )];
    again.extend(comment(table, name, &open));
    let step = Step::new("alter_constraint", &object, Some(table));
    steps.push(if target.not_valid {
        step.up(again)
            .down([validate])
            .effect(&valid_schema, &open_schema)
            .alone("reopen", subject(table, name))
    } else {
        step.up([validate])
            .down(again)
            .effect(&open_schema, &valid_schema)
            .alone("validate", subject(table, name))
    });
    steps
}
