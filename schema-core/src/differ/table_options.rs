//! Options that name an index of their table.

use super::{Differ, Segment, Task};
use crate::change::Change;
use crate::schema::{Ident, QName, Table};

impl Differ<'_> {
    /// Options that name an index that goes let it go first, so that their undo finds it built again. Until the last options
    /// are set the replica identity is the whole row, with which every update is replicated.
    pub(super) fn options_before_drops(
        &mut self,
        table: &QName,
        current: &Table,
        wanted: &Table,
    ) -> Option<crate::schema::TableOptions> {
        let goes = |name: &Ident| {
            self.tasks.iter().any(|task| match &task.change {
                Change::DropIndex(t, n) | Change::DropKey(t, n) | Change::SwapKey { table: t, drop: n, .. } => {
                    t == table && n == name
                }
                _ => false,
            })
        };
        let mut early = current.options.clone();
        if early.cluster_on.as_ref().is_some_and(goes) {
            early.cluster_on = None;
        }
        if early.replica_identity_index.as_ref().is_some_and(goes) {
            early.replica_identity_index = None;
            early.replica_identity = match &wanted.options.replica_identity_index {
                Some(_) => Some("FULL".to_owned()),
                None => wanted.options.replica_identity.clone(),
            };
        }
        if early == current.options {
            return None;
        }
        let first = format!("options of {table} that name what goes");
        for task in &mut self.tasks {
            let waits = match &task.change {
                Change::DropIndex(t, _) | Change::DropKey(t, _) | Change::SwapKey { table: t, .. } => t == table,
                // What makes a column nullable does so for what is below the table.
                Change::DropNotNull(t, _) => self.from.family(t).contains(table),
                Change::DropSync(function, _) => {
                    let sync = self.from.syncs.get(function);
                    sync.is_some_and(|s| self.from.family(&s.table).contains(table))
                }
                _ => false,
            };
            if waits {
                task.needs.push(first.clone());
            }
        }
        let change = Change::TableOptions(table.clone(), Box::new(early.clone()));
        self.tasks
            .push(Task::new(Segment::Tables, Some(table), 0, change).gives(first));
        Some(early)
    }

    /// Whether an index that the table's options name changes its name: they follow it, whatever new says.
    pub(super) fn moves_named_index(&self, table: &QName, current: &Table) -> bool {
        let options = &current.options;
        let named =
            |name: &Ident| [&options.replica_identity_index, &options.cluster_on].contains(&&Some(name.clone()));
        self.tasks.iter().any(|task| match &task.change {
            Change::RenameIndex(t, from, _) | Change::RenameConstraint(t, from, _) => t == table && named(from),
            _ => false,
        })
    }
}
