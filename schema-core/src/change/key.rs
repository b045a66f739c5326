//! `add_primary_key`, `add_unique`, `drop_primary_key`, `drop_unique`, `swap_key`, `promote_index`.
//!
//! A key is a unique index, built concurrently, that one instant statement turns into a constraint (USING INDEX, ACCESS
//! EXCLUSIVE). Dropping the constraint takes the index along, so an undo builds the index first.

use std::collections::BTreeSet;

use super::constraint::{add_sql, comment, drop_sql, subject, with_constraint};
use super::index::{gate, preflight, with_index};
use super::step::Step;
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{Constraint, ConstraintKind, Deferral, Ident, Index, QName, Schema};
use crate::sql::{IndexMode, create_index, key_index};

fn word(constraint: &Constraint) -> &'static str {
    if matches!(constraint.kind, ConstraintKind::PrimaryKey(_)) {
        "PRIMARY KEY"
    } else {
        "UNIQUE"
    }
}

fn kind(constraint: &Constraint, primary: &'static str, unique: &'static str) -> &'static str {
    if matches!(constraint.kind, ConstraintKind::PrimaryKey(_)) {
        primary
    } else {
        unique
    }
}

fn deferral(constraint: &Constraint) -> &'static str {
    match constraint.deferral {
        Deferral::Immediate => "",
        Deferral::Deferrable => " DEFERRABLE",
        Deferral::Deferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

/// The unique index of a key; none for what is no key.
fn index_of(constraint: &Constraint) -> Option<Index> {
    constraint.kind.key().map(key_index)
}

/// `ADD CONSTRAINT … USING INDEX`.
pub(super) fn using_index(table: &QName, name: &Ident, constraint: &Constraint, index: &Ident) -> Statement {
    let action = format!(
        "ADD CONSTRAINT {name} {} USING INDEX {index}{}",
        word(constraint),
        deferral(constraint)
    );
    Op::KeyUsingIndex.on(table, format!("ALTER TABLE {table} {action}"))
}

fn build(table: &QName, name: &Ident, index: &Index) -> Statement {
    Op::IndexCreateConcurrently.on(table, create_index(name, table, index, IndexMode::Concurrently))
}

fn unbuild(table: &QName, name: &Ident) -> Statement {
    Op::IndexDropConcurrently.on(
        table,
        format!("DROP INDEX CONCURRENTLY IF EXISTS {}", table.sibling(name.clone())),
    )
}

/// Foreign keys that hold on to a key's index, and so must make room when the undo takes it away.
pub(super) struct Held(Vec<(QName, Ident, Constraint, Constraint)>);

impl Held {
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    pub(super) fn by(state: &Schema, table: &QName, key: &Constraint) -> Self {
        let columns: BTreeSet<&Ident> = key.kind.key().into_iter().flat_map(|k| &k.columns).collect();
        let holds = |c: &Constraint| match &c.kind {
            ConstraintKind::ForeignKey(f) => {
                f.references == *table && f.referenced_columns.iter().collect::<BTreeSet<_>>() == columns
            }
            _ => false,
        };
        let held = state.tables.iter().flat_map(|(child, t)| {
            let mine = t.constraints.iter().filter(|(_, c)| holds(c));
            // A partitioned table takes none that is not valid before 18, and nothing validates one that points at it.
            let open = |c: &Constraint| Constraint {
                not_valid: t.partition_by.is_none() && state.partitions(table).next().is_none() && !c.not_enforced,
                ..c.clone()
            };
            mine.map(move |(name, c)| (child.clone(), name.clone(), c.clone(), open(c)))
        });
        Self(held.collect())
    }

    pub(super) fn release(&self, table: &QName) -> impl Iterator<Item = Statement> {
        self.0.iter().map(move |(child, name, ..)| {
            Op::ForeignKeyDrop.on_both(child, table, format!("ALTER TABLE {child} DROP CONSTRAINT {name}"))
        })
    }

    pub(super) fn restore(&self, table: &QName) -> impl Iterator<Item = Statement> {
        self.0.iter().map(move |(child, name, _, open)| {
            Op::ForeignKeyAddNotValid.on_both(child, table, add_sql(child, name, open))
        })
    }

    /// The schema with these keys not validated.
    pub(super) fn open(&self, state: &Schema) -> Schema {
        self.0.iter().fold(state.clone(), |schema, (child, name, _, open)| {
            with_constraint(&schema, child, name, Some(open))
        })
    }

    /// The schema without these keys.
    pub(super) fn without(&self, state: &Schema) -> Schema {
        self.0.iter().fold(state.clone(), |schema, (child, name, ..)| {
            with_constraint(&schema, child, name, None)
        })
    }

    /// The last file of the undo for each of them.
    pub(super) fn validations(&self, state: &Schema, table: &QName) -> Vec<Step> {
        let mut reached = state.clone();
        let mut steps = Vec::new();
        for (child, name, _, open) in self.0.iter().filter(|(.., is, open)| is != open) {
            let before = with_constraint(&reached, child, name, Some(open));
            let sql = format!("ALTER TABLE {child} VALIDATE CONSTRAINT {name}");
            steps.push(
                Step::new("swap_key", format!("{child}.{name}"), Some(child))
                    .for_undo("Its undo validates the foreign key that made room for the key.")
                    .down([Op::ForeignKeyValidate.on_both(child, table, sql)])
                    .effect_down(&before, &reached)
                    .alone("undo_validate", subject(child, name)),
            );
            reached = before;
        }
        steps
    }
}

pub(super) fn add(state: &Schema, table: &QName, name: &Ident, constraint: &Constraint) -> Vec<Step> {
    let kind = kind(constraint, "add_primary_key", "add_unique");
    let object = format!("{table}.{name}");
    let after = with_constraint(state, table, name, Some(constraint));
    let Some(index) = index_of(constraint) else {
        return Vec::new();
    };
    let built = with_index(state, table, name, Some(&index));
    // On the way back a foreign key may have chosen this key among two.
    let held = Held::by(state, table, constraint);
    let mut steps = held.validations(state, table);
    steps.extend([
        preflight(kind, table, name, &index),
        Step::new(kind, &object, Some(table))
            .up([build(table, name, &index)])
            .down([unbuild(table, name)])
            .effect(state, &built)
            .note("Duplicates that stand in the table make the build fail; from the moment it is ready, new ones are refused.")
            .alone("index", subject(table, name)),
        Step::new(kind, &object, Some(table))
            .up([gate(table, name, &index), using_index(table, name, constraint, name)])
            .up(comment(table, name, constraint))
            .down(held.release(table))
            .down([drop_sql(table, name)])
            .down(held.restore(table))
            .effect_up(&built, &after)
            .effect_down(&after, &held.open(state))
            .alone("key", subject(table, name))
            .grouped(),
    ]);
    if !held.0.is_empty() {
        for (at, step) in steps.iter_mut().enumerate() {
            step.undo_with_previous = at > 0;
        }
    }
    steps
}

pub(super) fn remove(state: &Schema, table: &QName, name: &Ident) -> Vec<Step> {
    if super::index::is_partitioned(state, table) {
        return super::partitioned::remove(state, table, name);
    }
    let Some(constraint) = state.tables.get(table).and_then(|t| t.constraints.get(name)).cloned() else {
        return Vec::new();
    };
    let kind = kind(&constraint, "drop_primary_key", "drop_unique");
    let object = format!("{table}.{name}");
    let after = with_constraint(state, table, name, None);
    let Some(index) = index_of(&constraint) else {
        return Vec::new();
    };
    let built = with_index(&after, table, name, Some(&index));
    vec![
        Step::new(kind, &object, Some(table))
            .for_undo("Its undo turns the index that was built again into the key.")
            .down([gate(table, name, &index), using_index(table, name, &constraint, name)])
            .down(comment(table, name, &constraint))
            .effect_down(&built, state)
            .alone("unkey", subject(table, name)),
        Step::new(kind, &object, Some(table))
            .up([drop_sql(table, name)])
            .down([build(table, name, &index)])
            .effect_up(state, &after)
            .effect_down(&after, &built)
            .alone("unkey", subject(table, name))
            .grouped(),
    ]
}

/// Turns a unique index that stands into a key. Going back, the key takes the index along: it is built again after.
pub(super) fn promote(
    state: &Schema,
    table: &QName,
    index_name: &Ident,
    name: &Ident,
    constraint: &Constraint,
) -> Vec<Step> {
    let kind = kind(constraint, "add_primary_key", "add_unique");
    let object = format!("{table}.{name}");
    let bare = with_index(state, table, index_name, None);
    let after = with_constraint(&bare, table, name, Some(constraint));
    let Some(index) = state.tables.get(table).and_then(|t| t.indexes.get(index_name)) else {
        return Vec::new();
    };
    let held = Held::by(state, table, constraint);
    let mut steps = Vec::new();
    let mut without = bare.clone();
    if !held.0.is_empty() {
        // The foreign keys wait for the index: they are there again before the last file of the undo is done.
        for (child, key, ..) in &held.0 {
            without = with_constraint(&without, child, key, None);
        }
        let built = with_index(&without, table, index_name, Some(index));
        steps.extend(held.validations(state, table));
        steps.push(
            Step::new(kind, &object, Some(table))
                .for_undo("Its undo adds the foreign keys again that made room for the key.")
                .down(held.restore(table))
                .effect_down(&built, &held.open(state))
                .alone("key", subject(table, name)),
        );
    }
    let rebuilt = with_index(&without, table, index_name, Some(index));
    steps.push(
        Step::new(kind, &object, Some(table))
            .for_undo("Its undo builds the unique index again, which the key takes along.")
            .down([build(table, index_name, index)])
            .effect_down(&without, &rebuilt)
            .alone("key", subject(table, name)),
    );
    steps.push(
        Step::new(kind, &object, Some(table))
            .up([
                gate(table, index_name, index),
                using_index(table, name, constraint, index_name),
            ])
            .up(comment(table, name, constraint))
            .down(held.release(table))
            .down([drop_sql(table, name)])
            .effect_up(state, &after)
            .effect_down(&after, &without)
            .alone("key", subject(table, name)),
    );
    for (at, step) in steps.iter_mut().enumerate() {
        step.undo_with_previous = at > 0;
    }
    steps
}

/// Drops one key and makes another from a unique index, in one statement: no moment without a key.
pub(super) fn swap(
    state: &Schema,
    table: &QName,
    drop: &Ident,
    index_name: &Ident,
    name: &Ident,
    constraint: &Constraint,
) -> Vec<Step> {
    let tables = |schema: &Schema| schema.tables.get(table).cloned();
    let (Some(old), Some(new_index)) = (
        tables(state).and_then(|t| t.constraints.get(drop).cloned()),
        tables(state).and_then(|t| t.indexes.get(index_name).cloned()),
    ) else {
        return Vec::new();
    };
    let Some(old_index) = index_of(&old) else {
        return Vec::new();
    };
    let object = format!("{table}.{name}");
    let without = with_constraint(&with_index(state, table, index_name, None), table, drop, None);
    let after = with_constraint(&without, table, name, Some(constraint));
    // On the way back both indexes are built anew before the keys change places.
    let old_index_name = if drop == name {
        drop.with_suffix("__old")
    } else {
        drop.clone()
    };
    let new_index_again = with_index(&after, table, index_name, Some(&new_index));
    let both_again = with_index(&new_index_again, table, &old_index_name, Some(&old_index));
    let statement = |gone: &Ident, made: &Ident, key: &Constraint, index: &Ident| {
        Op::KeyUsingIndex.on(
            table,
            format!(
                "ALTER TABLE {table} DROP CONSTRAINT {gone}, ADD CONSTRAINT {made} {} USING INDEX {index}{}",
                word(key),
                deferral(key)
            ),
        )
    };
    let held = Held::by(state, table, constraint);
    let mut steps = held.validations(state, table);
    steps.extend([
        Step::new("swap_key", &object, Some(table))
            .up([
                gate(table, index_name, &new_index),
                statement(drop, name, constraint, index_name),
            ])
            .up(comment(table, name, constraint))
            .down([gate(table, &old_index_name, &old_index)])
            .down(held.release(table))
            .down([statement(name, drop, &old, &old_index_name)])
            .down(held.restore(table))
            .down(comment(table, drop, &old))
            .effect_up(state, &after)
            .effect_down(&both_again, &held.open(state))
            .alone("key", subject(table, name)),
        Step::new("swap_key", &object, Some(table))
            .for_undo("Its undo builds the index of the key that comes back.")
            .down([build(table, &old_index_name, &old_index)])
            .effect_down(&new_index_again, &both_again)
            .alone("key", subject(table, drop))
            .grouped(),
        Step::new("swap_key", &object, Some(table))
            .for_undo("Its undo builds the index of the key that goes.")
            .down([build(table, index_name, &new_index)])
            .effect_down(&after, &new_index_again)
            .alone("key", subject(table, index_name)),
    ]);
    for (at, step) in steps.iter_mut().enumerate() {
        step.undo_with_previous = at > 0;
    }
    steps
}
