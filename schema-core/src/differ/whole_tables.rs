//! Tables that come and go as a whole.

use std::collections::BTreeSet;

use super::{Differ, Segment, Task};
use crate::change::Change;
use crate::schema::{Ident, QName, Table};

impl Differ<'_> {
    pub(super) fn create_tables(&mut self) {
        let new: Vec<(&QName, &Table)> = self
            .to
            .tables
            .iter()
            .filter(|(name, _)| !self.from.tables.contains_key(*name))
            .collect();
        let names: BTreeSet<&QName> = new.iter().map(|(name, _)| *name).collect();
        let mut placed: BTreeSet<&QName> = BTreeSet::new();
        let mut order: Vec<(&QName, &Table)> = Vec::new();
        // Each round places the tables whose references stand. When none is free, the first goes without its references.
        while order.len() < new.len() {
            let stands = |other: &QName, placed: &BTreeSet<&QName>| placed.contains(other) || !names.contains(other);
            let parents = |table: &Table| -> Vec<QName> {
                table
                    .partition_of
                    .iter()
                    .map(|p| p.parent.clone())
                    .chain(table.inherits.iter().cloned())
                    .collect()
            };
            let open = |n: &&(&QName, &Table)| !placed.contains(n.0);
            let free = new.iter().filter(open).find(|(name, table)| {
                parents(table).iter().all(|p| stands(p, &placed))
                    && table
                        .foreign_keys()
                        .all(|(_, key)| key.references == **name || stands(&key.references, &placed))
            });
            let next = free
                .or_else(|| {
                    new.iter()
                        .filter(open)
                        .find(|(_, table)| parents(table).iter().all(|p| stands(p, &placed)))
                })
                .or_else(|| new.iter().find(open));
            let Some(next) = next else { break };
            placed.insert(next.0);
            order.push(*next);
        }
        let mut built: BTreeSet<&QName> = BTreeSet::new();
        for (at, (name, table)) in order.iter().enumerate() {
            let mut later = Vec::new();
            for (constraint, key) in table.foreign_keys() {
                let ready = key.references == **name
                    || built.contains(&key.references)
                    || self
                        .from
                        .tables
                        .get(&key.references)
                        .is_some_and(|t| has_key(t, &key.referenced_columns));
                if !ready {
                    later.push(constraint.clone());
                    let definition = Box::new(table.constraints[constraint].clone());
                    self.push(
                        Segment::References,
                        Some(name),
                        0,
                        Change::AddForeignKey((*name).clone(), constraint.clone(), definition),
                    );
                }
            }
            built.insert(name);
            let sequences = self
                .to
                .sequences
                .iter()
                .filter(|(s, q)| {
                    !self.from.sequences.contains_key(*s) && q.owned_by.as_ref().is_some_and(|(t, _)| t == *name)
                })
                .map(|(s, q)| (s.clone(), q.clone()))
                .collect();
            self.columns_from_above(name, table);
            let rank = u8::try_from(at.min(255)).unwrap_or(u8::MAX);
            // The order among the new tables is theirs, not their names': no table in the key, and the index as rank.
            let mut task = Task::new(
                Segment::Create,
                None,
                rank,
                Change::CreateTable((*name).clone(), Box::new((*table).clone()), sequences, later),
            );
            if at > 0 {
                task = task.needs(format!("table {}", order[at - 1].0));
            }
            self.tasks.push(task.gives(format!("table {name}")));
        }
    }

    pub(super) fn drop_tables(&mut self) {
        let (from, to) = (self.from, self.to);
        for (name, table) in from.tables.iter().filter(|(name, _)| !to.tables.contains_key(*name)) {
            for (constraint, key) in table.foreign_keys() {
                if key.references != *name {
                    self.push(
                        Segment::Release,
                        Some(name),
                        0,
                        Change::DropForeignKey(name.clone(), constraint.clone()),
                    );
                }
            }
            let mut task = Task::new(Segment::After, Some(name), 10, Change::DropTable(name.clone()));
            task.table = None;
            // Partitions and inheritance children go before their parents.
            for parent in table.partition_of.iter().map(|p| &p.parent).chain(&table.inherits) {
                task = task.gives(format!("no child of {parent}"));
            }
            self.tasks.push(task.needs(format!("no child of {name}")));
        }
    }
}

/// Whether a unique key or index over exactly these columns stands on the table.
fn has_key(table: &Table, columns: &[Ident]) -> bool {
    let set = |columns: &[Ident]| columns.iter().cloned().collect::<BTreeSet<_>>();
    let wanted = set(columns);
    table
        .constraints
        .values()
        .filter_map(|c| c.kind.key())
        .any(|key| set(&key.columns) == wanted)
        || table
            .indexes
            .values()
            .any(|i| i.unique && i.predicate.is_none() && set(&crate::compare::index_columns(i)) == wanted)
}
