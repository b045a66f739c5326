//! `add_foreign_key`, `drop_foreign_key` on a partitioned table before 18, which refuses NOT VALID there (traps 4).
//!
//! Each partition gets the key NOT VALID (SHARE ROW EXCLUSIVE on it and on the referenced table, instant) and validates it
//! alone; then the parent's key takes them over without a scan (SHARE ROW EXCLUSIVE on all, ACCESS EXCLUSIVE on the
//! referenced table, instant). Going back is for the whole run of files: with the parent's key go the partitions'.

use super::constraint::{add_sql, comment, subject, with_constraint};
use super::step::Step;
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{Constraint, Ident, QName, Schema};

struct Keys<'a> {
    table: &'a QName,
    name: &'a Ident,
    other: &'a QName,
    constraint: &'a Constraint,
    all: Vec<QName>,
    /// Partitions with rows that have no such key of their own yet.
    leaves: Vec<QName>,
}

impl<'a> Keys<'a> {
    fn new(state: &Schema, table: &'a QName, name: &'a Ident, other: &'a QName, constraint: &'a Constraint) -> Self {
        let all = state.partitions_below(table);
        let lacks = |part: &&QName| {
            let t = state.tables.get(*part);
            t.is_some_and(|t| t.partition_by.is_none() && !t.constraints.contains_key(name))
        };
        Self {
            leaves: all.iter().filter(lacks).cloned().collect(),
            all,
            table,
            name,
            other,
            constraint,
        }
    }

    fn open(&self) -> Constraint {
        Constraint {
            not_valid: true,
            comment: None,
            ..self.constraint.clone()
        }
    }

    fn own(&self) -> Constraint {
        Constraint {
            comment: None,
            ..self.constraint.clone()
        }
    }

    fn with(&self, state: &Schema, parts: &[QName], constraint: Option<&Constraint>) -> Schema {
        let each = |schema: Schema, part: &QName| with_constraint(&schema, part, self.name, constraint);
        parts.iter().fold(state.clone(), each)
    }

    /// The schema with the parent's key, which has taken over the partitions'.
    fn joined(&self, state: &Schema) -> Schema {
        let bare = self.with(state, &self.all, None);
        with_constraint(&bare, self.table, self.name, Some(self.constraint))
    }

    fn add_each(&self) -> Vec<Statement> {
        let open = self.open();
        self.leaves
            .iter()
            .map(|part| Op::ForeignKeyAddNotValid.on_both(part, self.other, add_sql(part, self.name, &open)))
            .collect()
    }

    fn drop_each(&self) -> Vec<Statement> {
        let sql = |part: &QName| format!("ALTER TABLE {part} DROP CONSTRAINT IF EXISTS {}", self.name);
        self.leaves
            .iter()
            .map(|part| Op::ForeignKeyDrop.on_both(part, self.other, sql(part)))
            .collect()
    }

    fn validate(&self, part: &QName) -> Statement {
        let sql = format!("ALTER TABLE {part} VALIDATE CONSTRAINT {}", self.name);
        Op::ForeignKeyValidate.on_both(part, self.other, sql)
    }

    fn join(&self) -> Vec<Statement> {
        let sql = add_sql(self.table, self.name, self.constraint);
        let mut out = vec![Op::ForeignKeyTakeOver.on_both(self.table, self.other, sql)];
        out.extend(comment(self.table, self.name, self.constraint));
        out
    }

    fn drop(&self) -> Statement {
        let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", self.table, self.name);
        Op::ForeignKeyDrop.on_both(self.table, self.other, sql)
    }
}

fn grouped(mut steps: Vec<Step>) -> Vec<Step> {
    for (at, step) in steps.iter_mut().enumerate() {
        step.undo_with_previous = at > 0;
    }
    steps
}

pub(super) fn add(state: &Schema, table: &QName, name: &Ident, other: &QName, constraint: &Constraint) -> Vec<Step> {
    let keys = Keys::new(state, table, name, other, constraint);
    let kind = "add_foreign_key";
    let object = format!("{table}.{name}");
    let mut steps = Vec::new();
    let mut reached = keys.with(state, &keys.leaves, Some(&keys.open()));
    if !keys.leaves.is_empty() {
        steps.push(
            Step::new(kind, &object, Some(table))
                .up(keys.add_each())
                .down(keys.drop_each())
                .effect(state, &reached)
                .note("PostgreSQL before 18 refuses NOT VALID on the partitioned table: each partition gets the key first.")
                .alone("reference", format!("{}_partitions", subject(table, name))),
        );
    }
    for part in &keys.leaves {
        let next = with_constraint(&reached, part, name, Some(&keys.own()));
        steps.push(
            Step::new(kind, format!("{part}.{name}"), Some(part))
                .up([keys.validate(part)])
                .no_undo("The undo of the first of these files takes the key away.")
                .effect_up(&reached, &next)
                .alone("validate", subject(part, name)),
        );
        reached = next;
    }
    let bare = keys.with(state, &keys.all, None);
    steps.push(
        Step::new(kind, &object, Some(table))
            .up(keys.join())
            .down([keys.drop()])
            .effect_up(&reached, &keys.joined(&reached))
            .effect_down(&keys.joined(&reached), &bare)
            .note("It takes over the partitions' keys without a scan; its undo drops them as well.")
            .alone("reference", subject(table, name)),
    );
    grouped(steps)
}

pub(super) fn remove(state: &Schema, table: &QName, name: &Ident, other: &QName, constraint: &Constraint) -> Vec<Step> {
    let after = with_constraint(state, table, name, None);
    let keys = Keys::new(&after, table, name, other, constraint);
    let kind = "drop_foreign_key";
    let object = format!("{table}.{name}");
    let drop = Step::new(kind, &object, Some(table))
        .up([keys.drop()])
        .effect_up(state, &after)
        .alone("unreference", subject(table, name));
    if keys.leaves.is_empty() {
        return vec![drop.down(keys.join()).effect_down(&after, state)];
    }
    let unproven = keys.with(&after, &keys.leaves, Some(&keys.open()));
    let mut reached = unproven.clone();
    let mut validations = Vec::new();
    for part in &keys.leaves {
        let next = with_constraint(&reached, part, name, Some(&keys.own()));
        validations.push(
            Step::new(kind, format!("{part}.{name}"), Some(part))
                .for_undo("Its undo validates the partition's key again.")
                .down([keys.validate(part)])
                .effect_down(&reached, &next)
                .alone("unreference", subject(part, name)),
        );
        reached = next;
    }
    let mut steps = vec![
        Step::new(kind, &object, Some(table))
            .for_undo("Its undo adds the key again, which takes over those of the partitions.")
            .down(keys.join())
            .effect_down(&reached, state)
            .alone("unreference", subject(table, name)),
    ];
    validations.reverse();
    steps.extend(validations);
    steps.push(drop.down(keys.add_each()).effect_down(&after, &unproven));
    grouped(steps)
}
