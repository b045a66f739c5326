//! Tables that become partitions and partitions that no longer are: between detaching and attaching they are tables like
//! any other, and the differ treats them so.

use std::collections::BTreeSet;

use super::{Segment, Task};
use crate::change::Change;
use crate::schema::{QName, Schema, Table};

/// What moves between two schemas.
pub(super) struct Moves {
    /// Partitions that are detached, and whether they are dropped then.
    leave: Vec<(QName, bool)>,
    /// Tables that are attached.
    join: Vec<QName>,
}

impl Moves {
    pub(super) fn find(from: &Schema, to: &Schema) -> Self {
        let mut moves = Self {
            leave: Vec::new(),
            join: Vec::new(),
        };
        for (name, was) in &from.tables {
            match to.tables.get(name) {
                Some(is) if is.partition_of != was.partition_of => {
                    if was.partition_of.is_some() {
                        moves.leave.push((name.clone(), false));
                    }
                    if is.partition_of.is_some() {
                        moves.join.push(name.clone());
                    }
                }
                None if was
                    .partition_of
                    .as_ref()
                    .is_some_and(|p| to.tables.contains_key(&p.parent)) =>
                {
                    moves.leave.push((name.clone(), true));
                }
                _ => {}
            }
        }
        moves
    }

    pub(super) fn is_empty(&self) -> bool {
        self.leave.is_empty() && self.join.is_empty()
    }

    /// `from` behind all detaching, and `to` before all attaching.
    pub(super) fn apart(&self, from: &Schema, to: &Schema) -> (Schema, Schema) {
        let (mut from, mut to) = (from.clone(), to.clone());
        for (name, _) in &self.leave {
            from.detach(name);
        }
        for name in &self.join {
            to.detach(name);
        }
        (from, to)
    }

    /// Adds the detaching before and the attaching behind everything else.
    pub(super) fn add_tasks(&self, from: &Schema, to: &Schema, tasks: &mut Vec<Task>) {
        let parents: BTreeSet<&QName> = self
            .leave
            .iter()
            .filter_map(|(name, _)| Some(&from.tables.get(name)?.partition_of.as_ref()?.parent))
            .collect();
        for task in tasks.iter_mut() {
            if let Some(table) = &task.table {
                if self.leave.iter().any(|(name, _)| name == table) {
                    task.needs.push(format!("{table} is detached"));
                }
                if parents.contains(table) {
                    task.needs.push(format!("{table} has let go"));
                }
            }
            if let Change::CreateTable(_, table, ..) = &task.change
                && let Some(place) = table.partition_of.as_ref().filter(|p| parents.contains(&p.parent))
            {
                task.needs.push(format!("{} has let go", place.parent));
            }
        }
        for (name, dropped) in &self.leave {
            let mut task = Task::new(
                Segment::Release,
                None,
                0,
                Change::DetachPartition(name.clone(), *dropped),
            )
            .gives(format!("{name} is detached"));
            if let Some(place) = from.tables.get(name).and_then(|t| t.partition_of.as_ref()) {
                task = task.gives(format!("{} has let go", place.parent));
            }
            tasks.push(task);
        }
        for name in &self.join {
            if let Some(table) = to.tables.get(name) {
                let change = Change::AttachPartition(name.clone(), Box::new(Table::clone(table)));
                tasks.push(Task::new(Segment::After, None, 0, change));
            }
        }
    }
}
