//! Tables: created, dropped, and what stands on those that stay.

use super::{Differ, Segment};
use crate::change::{Change, Commented};
use crate::schema::{Ident, QName, Schema, Shared, Table};

impl Differ<'_> {
    pub(super) fn tables(&mut self) {
        self.create_tables();
        self.drop_tables();
        let (from, to) = (self.from, self.to);
        let with_names = self.with_sequence_names();
        for (name, wanted) in &to.tables {
            let equal =
                |current: &Shared<Table>| with_names.is_none() && current == wanted && !self.changes_above(wanted);
            if let Some(current) = from.tables.get(name).filter(|current| !equal(current)) {
                let called = with_names.as_ref().and_then(|s| s.tables.get(name));
                self.columns(name, called.unwrap_or(current), wanted);
                self.constraints(name, current, wanted);
                self.indexes(name, current, wanted);
                let early = self.options_before_drops(name, current, wanted);
                if *early.as_ref().unwrap_or(&current.options) != wanted.options
                    || self.moves_named_index(name, current)
                {
                    self.push(
                        Segment::Tables,
                        Some(name),
                        85,
                        Change::TableOptions(name.clone(), Box::new(wanted.options.clone())),
                    );
                }
                let object = Commented::Table(name.clone());
                self.comment(
                    Segment::Tables,
                    Some(name),
                    object,
                    current.comment.as_ref(),
                    wanted.comment.as_ref(),
                );
            }
        }
        for name in parents_first(to) {
            if let (Some(current), Some(wanted)) = (from.tables.get(name), to.tables.get(name)) {
                self.attached(name, current, wanted);
            }
        }
        self.wait_for_columns_from_above();
        self.release_held_keys();
        self.keys_before_syncs();
    }

    /// Whether a table above a partition or child changes: what stays its own must then be said anew.
    fn changes_above(&self, table: &Table) -> bool {
        let parents = table.partition_of.iter().map(|p| &p.parent).chain(&table.inherits);
        let mut both = parents.map(|parent| (self.from.tables.get(parent), self.to.tables.get(parent)));
        both.any(|(was, is)| was != is || is.is_some_and(|is| self.changes_above(is)))
    }

    fn is_synced(&self, table: &QName, column: &Ident) -> bool {
        let mut syncs = self.from.syncs.values().filter(|s| s.table == *table);
        syncs.any(|s| s.from == *column || s.to == *column)
    }

    /// What is built on a partition or child waits for what its columns become from above.
    fn wait_for_columns_from_above(&mut self) {
        let mut tasks = std::mem::take(&mut self.tasks);
        for task in &mut tasks {
            let built = matches!(
                task.change,
                Change::AddConstraint(..)
                    | Change::AddForeignKey(..)
                    | Change::AddKey(..)
                    | Change::SwapKey { .. }
                    | Change::PromoteIndex { .. }
                    | Change::AddPartitionedKey(..)
                    | Change::CreatePartitionedIndex(..)
                    | Change::SwapPartitionedKey { .. }
                    | Change::CreateIndex(..)
            );
            let Some(table) = task.table.clone().filter(|_| built) else {
                continue;
            };
            for column in self.to.tables.get(&table).into_iter().flat_map(|t| &t.columns) {
                if let Some(top) = self.placed_from_above(&table, &column.name) {
                    task.needs.push(format!("column {top}.{}", column.name));
                    // A key over the two columns of a sync changes places before the sync goes.
                    if !(matches!(task.change, Change::SwapKey { .. }) && self.is_synced(&top, &column.name)) {
                        task.needs.push(super::column::changed(&top, &column.name));
                    }
                }
            }
        }
        self.tasks = tasks;
    }

    /// The first schema as it is once sequences have their new names, which defaults print. `None` where none has.
    fn with_sequence_names(&self) -> Option<crate::schema::Schema> {
        let renamed: Vec<(QName, QName)> = self
            .tasks
            .iter()
            .filter_map(|task| match &task.change {
                Change::RenameSequence(from, to) => Some((from.clone(), to.clone())),
                _ => None,
            })
            .collect();
        if renamed.is_empty() {
            return None;
        }
        let mut schema = self.from.clone();
        schema.rename_sequences(&renamed);
        Some(schema)
    }
}

/// Partitions, each after the one above it.
fn parents_first(schema: &Schema) -> Vec<&QName> {
    let partitions = schema.tables.iter().filter(|(_, t)| t.partition_of.is_some());
    let mut names: Vec<(usize, &QName)> = partitions
        .map(|(name, _)| (schema.partitioned_above(name).len(), name))
        .collect();
    names.sort();
    names.into_iter().map(|(_, name)| name).collect()
}
