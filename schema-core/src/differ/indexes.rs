//! Indexes of a table that stays, and those of its partitions under them.

use super::{Differ, Segment};
use crate::change::{Change, Commented, Names};
use crate::compare::same_index;
use crate::schema::{Ident, Index, QName, Table};
use crate::stages::is_leftover;

impl Differ<'_> {
    pub(super) fn indexes(&mut self, name: &QName, current: &Table, wanted: &Table) {
        let same = |a: &Index, b: &Index| same_index(a, current, b, wanted);
        let mut gone: Vec<_> = current
            .indexes
            .iter()
            .filter(|(n, i)| !wanted.indexes.get(*n).is_some_and(|w| same(i, w)))
            .filter(|(n, _)| !self.tasks.iter().any(|t| promotes(&t.change, name, n)))
            .filter(|(n, _)| !wanted.attached.contains_key(*n))
            .collect();
        for (new_name, index) in &wanted.indexes {
            match current.indexes.get(new_name).filter(|i| same(i, index)) {
                Some(was) => self.index_comment(name, new_name, was, index),
                None => {
                    if let Some(at) = gone.iter().position(|(_, i)| same(i, index)) {
                        let (old_name, old) = gone.remove(at);
                        self.push(
                            Segment::Tables,
                            Some(name),
                            80,
                            Change::RenameIndex(name.clone(), old_name.clone(), new_name.clone()),
                        );
                        self.index_comment(name, new_name, old, index);
                    } else {
                        // A new index whose name another one of this table still has waits until that is gone.
                        let rank =
                            if current.indexes.contains_key(new_name) || current.constraints.contains_key(new_name) {
                                72
                            } else {
                                60
                            };
                        let index = Box::new(index.clone());
                        let change = if current.partition_by.is_some() {
                            let names = self.partition_names(name, new_name);
                            Change::CreatePartitionedIndex(name.clone(), new_name.clone(), index, names)
                        } else {
                            Change::CreateIndex(name.clone(), new_name.clone(), index)
                        };
                        self.push(Segment::Tables, Some(name), rank, change);
                    }
                }
            }
        }
        for (old_name, index) in gone {
            // What serves nobody goes before something takes its name.
            let rank = if is_leftover(current, index) { 59 } else { 70 };
            self.push(
                Segment::Tables,
                Some(name),
                rank,
                Change::DropIndex(name.clone(), old_name.clone()),
            );
        }
    }

    fn index_comment(&mut self, table: &QName, name: &Ident, was: &Index, is: &Index) {
        let object = Commented::Index(table.clone(), name.clone());
        let (a, b) = (was.comment.as_ref(), is.comment.as_ref());
        self.comment(Segment::Tables, Some(table), object, a, b);
    }

    /// The names that the partitions' indexes get under a new index of a partitioned table.
    pub(super) fn partition_names(&self, table: &QName, index: &Ident) -> Names {
        self.to.attached_below(table, index)
    }

    /// A partition's index that belongs to the same one above under another name.
    pub(super) fn attached(&mut self, name: &QName, current: &Table, wanted: &Table) {
        let Some(partition) = wanted.partition_of.as_ref() else {
            return;
        };
        for (new_name, above) in &wanted.attached {
            let was = self.name_before(&partition.parent, above);
            let own = current.attached.iter().find(|(_, a)| **a == was);
            let old_name = own
                .map(|(n, _)| n.clone())
                .filter(|_| self.stays(&partition.parent, &was));
            if let Some(old_name) = old_name.filter(|n| n != new_name) {
                let change = Change::RenameIndex(name.clone(), old_name, new_name.clone());
                self.push(Segment::Tables, Some(name), 80, change);
            }
        }
    }

    /// What an index of a table is called before its rename.
    pub(super) fn name_before(&self, table: &QName, index: &Ident) -> Ident {
        let renamed = self.tasks.iter().find_map(|t| match &t.change {
            Change::RenameIndex(on, from, to) | Change::RenameConstraint(on, from, to)
                if on == table && to == index =>
            {
                Some(from.clone())
            }
            _ => None,
        });
        renamed.unwrap_or_else(|| index.clone())
    }

    /// Whether no task takes an index of a partitioned table away.
    pub(super) fn stays(&self, table: &QName, index: &Ident) -> bool {
        !self.tasks.iter().any(|t| match &t.change {
            Change::DropIndex(on, name)
            | Change::DropKey(on, name)
            | Change::DropConstraint(on, name)
            | Change::SwapPartitionedKey {
                table: on, drop: name, ..
            } => on == table && name == index,
            _ => false,
        })
    }
}

pub(super) fn promotes(change: &Change, on: &QName, name: &Ident) -> bool {
    matches!(change, Change::SwapKey { table, index, .. } | Change::PromoteIndex { table, index, .. } if table == on && index == name)
}
