//! Foreign keys that stay, and whose keys or columns do not.

use std::collections::BTreeSet;

use super::{Differ, Segment};
use crate::change::Change;
use crate::schema::{Ident, QName};

impl Differ<'_> {
    /// A foreign key that stays, but whose key is dropped or whose columns change their type, is dropped first and added
    /// again at the end.
    pub(super) fn release_held_keys(&mut self) {
        let mut disturbed: Vec<(QName, Vec<Ident>)> = Vec::new();
        let mut retyped: BTreeSet<(QName, Ident)> = BTreeSet::new();
        for task in &self.tasks {
            match &task.change {
                Change::DropKey(table, name)
                | Change::SwapKey { table, drop: name, .. }
                | Change::SwapPartitionedKey { table, drop: name, .. } => {
                    if let Some(key) = self
                        .from
                        .tables
                        .get(table)
                        .and_then(|t| t.constraints.get(name))
                        .and_then(|c| c.kind.key())
                    {
                        disturbed.push((table.clone(), key.columns.clone()));
                    }
                }
                Change::DropIndex(table, name) => {
                    if let Some(index) = self
                        .from
                        .tables
                        .get(table)
                        .and_then(|t| t.indexes.get(name))
                        .filter(|i| i.unique)
                    {
                        disturbed.push((table.clone(), crate::compare::index_columns(index)));
                    }
                }
                Change::AlterColumnType(table, column) => {
                    let current = self.from.tables.get(table).and_then(|t| t.column(&column.name));
                    if current.is_some_and(|c| !crate::stages::retype::is_instant(c, column)) {
                        retyped.insert((table.clone(), column.name.clone()));
                    }
                }
                _ => {}
            }
        }
        let (from, to) = (self.from, self.to);
        for (name, table) in &from.tables {
            for (constraint, key) in table.foreign_keys() {
                let sorted = |columns: &[Ident]| columns.iter().cloned().collect::<BTreeSet<_>>();
                let held = disturbed
                    .iter()
                    .any(|(t, columns)| *t == key.references && sorted(columns) == sorted(&key.referenced_columns));
                let moved = key.columns.iter().any(|c| retyped.contains(&(name.clone(), c.clone())))
                    || key
                        .referenced_columns
                        .iter()
                        .any(|c| retyped.contains(&(key.references.clone(), c.clone())));
                let stays = to.tables.get(name).and_then(|t| t.constraints.get(constraint));
                if let Some(stays) = stays.filter(|_| held || moved)
                    && !self
                        .tasks
                        .iter()
                        .any(|t| matches!(&t.change, Change::DropForeignKey(t, c) if t == name && c == constraint))
                {
                    self.push(
                        Segment::Release,
                        Some(name),
                        0,
                        Change::DropForeignKey(name.clone(), constraint.clone()),
                    );
                    self.push(
                        Segment::References,
                        Some(name),
                        0,
                        Change::AddForeignKey(name.clone(), constraint.clone(), Box::new(stays.clone())),
                    );
                }
            }
        }
    }
}
