//! Constraints of a table that stays.

use super::{Differ, Segment};
use crate::change::{Change, Commented};
use crate::compare::{same_constraint, same_demand, same_index};
use crate::schema::{Constraint, ConstraintKind, Ident, QName, SyncDirection, Table};
use crate::sql::key_index;

impl Differ<'_> {
    /// With a sync goes the NOT NULL of the column that is left behind: a primary key over it must be gone before.
    pub(super) fn keys_before_syncs(&mut self) {
        for task in &mut self.tasks {
            match &task.change {
                Change::DropKey(table, key)
                | Change::SwapKey { table, drop: key, .. }
                | Change::SwapPartitionedKey { table, drop: key, .. } => {
                    let primary = self.from.table(table).and_then(Table::primary_key);
                    if primary.is_some_and(|(name, _)| name == key) {
                        task.gives.push(no_primary_key(table));
                        for child in self.from.attached_below(table, key).keys() {
                            task.gives.push(no_primary_key(child));
                        }
                    }
                }
                // A view's GROUP BY may rest on the key.
                Change::MoveDependents { table, .. } => {
                    task.needs.push(no_primary_key(table));
                }
                // A partition's own primary key waits until the one from above is gone.
                Change::AddKey(table, _, key) | Change::PromoteIndex { table, key, .. }
                    if matches!(key.kind, ConstraintKind::PrimaryKey(_)) =>
                {
                    task.needs.push(no_primary_key(table));
                }
                Change::DropSync(function, _) => {
                    if let Some(sync) = self.from.syncs.get(function)
                        && sync.direction != SyncDirection::InPlace
                    {
                        // The old column may hold NULL from then on, which a key below the table forbids as well.
                        let family = self.from.family(&sync.table);
                        task.needs.extend(family.iter().map(no_primary_key));
                        task.needs.push(no_primary_key(&sync.table));
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn constraints(&mut self, name: &QName, current: &Table, wanted: &Table) {
        let same = |a: &Constraint, b: &Constraint| same_constraint(a, current, b, wanted);
        let mut gone: Vec<(&Ident, &Constraint)> = current
            .constraints
            .iter()
            .filter(|(n, c)| !wanted.constraints.get(*n).is_some_and(|w| same(c, w)))
            // The parent's key takes it over.
            .filter(|(n, c)| !(c.kind.has_index() && wanted.attached.contains_key(*n)))
            // Validated, it is NOT NULL.
            .filter(|(_, c)| match &c.kind {
                ConstraintKind::NotNull(n) => !wanted.column(&n.column).is_none_or(|w| w.not_null),
                _ => true,
            })
            .collect();
        let comes = wanted
            .constraints
            .iter()
            .filter(|(n, w)| !current.constraints.get(*n).is_some_and(|c| same(c, w)));
        let spare_indexes: Vec<_> = current
            .indexes
            .iter()
            .filter(|(n, i)| {
                !wanted
                    .indexes
                    .get(*n)
                    .is_some_and(|w| same_index(i, current, w, wanted))
            })
            .collect();
        for (new_name, constraint) in comes {
            if let Some(at) = gone.iter().position(|(_, c)| same(c, constraint)) {
                let (old_name, old) = gone.remove(at);
                self.push(
                    Segment::Tables,
                    Some(name),
                    80,
                    Change::RenameConstraint(name.clone(), old_name.clone(), new_name.clone()),
                );
                self.constraint_comments(name, new_name, old, constraint);
                continue;
            }
            if let Some(at) = gone
                .iter()
                .position(|(n, c)| *n == new_name && same_demand(c, current, constraint, wanted))
            {
                let (_, old) = gone.remove(at);
                let altered = Box::new(constraint.clone());
                self.push(
                    Segment::Tables,
                    Some(name),
                    63,
                    Change::AlterConstraint(name.clone(), new_name.clone(), altered),
                );
                self.constraint_comments(name, new_name, old, constraint);
                continue;
            }
            let ready = constraint
                .kind
                .key()
                .filter(|_| current.partition_by.is_none())
                .and_then(|key| {
                    let index = key_index(key);
                    spare_indexes
                        .iter()
                        .find(|(_, i)| same_index(i, current, &index, wanted))
                        .map(|(n, _)| (*n).clone())
                });
            let boxed = Box::new(constraint.clone());
            let primary = matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
            // A primary key makes room for the next one; a key makes room for one of its name.
            let in_the_way = gone.iter().position(|(n, c)| {
                c.kind.key().is_some() && (*n == new_name || primary && matches!(c.kind, ConstraintKind::PrimaryKey(_)))
            });
            match (&constraint.kind, ready) {
                (ConstraintKind::ForeignKey(_), _) => {
                    self.push(
                        Segment::References,
                        Some(name),
                        0,
                        Change::AddForeignKey(name.clone(), new_name.clone(), boxed),
                    );
                }
                (ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_), Some(index)) => match in_the_way {
                    Some(at) => {
                        let (drop, dropped) = gone.remove(at);
                        // The sync's end lets the old column be NULL, which no column of a primary key may be.
                        let rank = if self.left_by_sync(name, dropped) { 0 } else { 65 };
                        let change = Change::SwapKey {
                            table: name.clone(),
                            drop: drop.clone(),
                            index,
                            name: new_name.clone(),
                            key: boxed,
                        };
                        self.push(Segment::Tables, Some(name), rank, change);
                    }
                    None => {
                        let change = Change::PromoteIndex {
                            table: name.clone(),
                            index,
                            name: new_name.clone(),
                            key: boxed,
                        };
                        self.push(Segment::Tables, Some(name), 65, change);
                    }
                },
                (ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_), None) if current.partition_by.is_some() => {
                    let names = self.partition_names(name, new_name);
                    let change = match in_the_way {
                        Some(at) => {
                            let (drop, _) = gone.remove(at);
                            Change::SwapPartitionedKey {
                                table: name.clone(),
                                drop: drop.clone(),
                                name: new_name.clone(),
                                key: boxed,
                                names,
                            }
                        }
                        None => Change::AddPartitionedKey(name.clone(), new_name.clone(), boxed, names),
                    };
                    self.push(Segment::Tables, Some(name), 64, change);
                }
                (ConstraintKind::Exclusion(_), _) if current.partition_by.is_some() => {
                    let names = self.partition_names(name, new_name);
                    let change = Change::AddPartitionedKey(name.clone(), new_name.clone(), boxed, names);
                    self.push(Segment::Tables, Some(name), 62, change);
                }
                (ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_), None) => {
                    self.push(
                        Segment::Tables,
                        Some(name),
                        64,
                        Change::AddKey(name.clone(), new_name.clone(), boxed),
                    );
                }
                _ => self.push(
                    Segment::Tables,
                    Some(name),
                    62,
                    Change::AddConstraint(name.clone(), new_name.clone(), boxed),
                ),
            }
        }
        for (old_name, constraint) in gone {
            let change = |make: fn(QName, Ident) -> Change| make(name.clone(), old_name.clone());
            match &constraint.kind {
                ConstraintKind::ForeignKey(_) => {
                    self.push(Segment::Release, Some(name), 0, change(Change::DropForeignKey));
                }
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {
                    // A new key must not take its name, nor NOT NULL go, before it is gone.
                    self.push(Segment::Tables, Some(name), 12, change(Change::DropKey));
                }
                _ => self.push(Segment::Tables, Some(name), 10, change(Change::DropConstraint)),
            }
        }
        for (kept, constraint) in &wanted.constraints {
            if let Some(was) = current.constraints.get(kept).filter(|c| same(c, constraint)) {
                self.constraint_comments(name, kept, was, constraint);
            }
        }
    }

    pub(super) fn constraint_comments(&mut self, table: &QName, name: &Ident, was: &Constraint, is: &Constraint) {
        let object = Commented::Constraint(table.clone(), name.clone());
        let (a, b) = (was.comment.as_ref(), is.comment.as_ref());
        self.comment(Segment::Tables, Some(table), object, a, b);
        let object = Commented::KeyIndex(table.clone(), name.clone());
        let (a, b) = (was.index_comment.as_ref(), is.index_comment.as_ref());
        self.comment(Segment::Tables, Some(table), object, a, b);
    }

    /// Whether the constraint is a primary key over a column that only old code used.
    pub(super) fn left_by_sync(&self, table: &QName, constraint: &Constraint) -> bool {
        let ConstraintKind::PrimaryKey(key) = &constraint.kind else {
            return false;
        };
        self.from.syncs.iter().any(|(function, sync)| {
            sync.table == *table
                && sync.direction != SyncDirection::InPlace
                && !self.to.syncs.contains_key(function)
                && key.columns.contains(&sync.from)
        })
    }
}

/// What the removal of an old primary key gives.
pub(super) fn no_primary_key(table: &QName) -> String {
    format!("no old primary key of {table}")
}
