//! Columns of a table that stands on both sides.

use super::{Differ, Segment, Task};
use crate::change::{Change, Commented};
use crate::compare::{same_default, same_generated};
use crate::schema::{Column, QName, SyncDirection, Table};
use crate::stages::retype;

impl Differ<'_> {
    pub(super) fn columns(&mut self, name: &QName, current: &Table, wanted: &Table) {
        // What a parent has its partitions and children get from it.
        let inherited = |column: &crate::schema::Ident| {
            wanted
                .partition_of
                .iter()
                .map(|p| &p.parent)
                .chain(&wanted.inherits)
                .any(|p| {
                    [self.from, self.to]
                        .iter()
                        .any(|s| s.tables.get(p).is_some_and(|t| t.column(column).is_some()))
                })
        };
        let from_parent: Vec<bool> = wanted.columns.iter().map(|c| inherited(&c.name)).collect();
        let dropped_by_parent: Vec<bool> = current.columns.iter().map(|c| inherited(&c.name)).collect();
        for (column, by_parent) in wanted.columns.iter().zip(from_parent) {
            match current.column(&column.name) {
                None if by_parent => {}
                None => self.add_column(name, column),
                Some(was) => self.column(name, (was, current), (column, wanted), by_parent),
            }
        }
        for (column, by_parent) in current.columns.iter().zip(dropped_by_parent) {
            if wanted.column(&column.name).is_none() && !by_parent {
                // A generated column goes before the columns that it names.
                let rank = if column.generated.is_some() { 73 } else { 75 };
                let mut task = Task::new(
                    Segment::Tables,
                    Some(name),
                    rank,
                    Change::DropColumn(name.clone(), column.name.clone()),
                );
                for sequence in self.from.sequences_owned_by(name, &column.name) {
                    task = task.needs(format!("owner of {sequence}"));
                }
                self.tasks.push(task);
            }
        }
    }

    fn add_column(&mut self, name: &QName, column: &Column) {
        let id = format!("{name}.{}", column.name);
        let fill = self
            .to
            .fills
            .get(&id)
            .filter(|_| !self.from.fills.contains_key(&id))
            .cloned();
        let sequences = self
            .to
            .sequences_owned_by(name, &column.name)
            .filter(|s| !self.from.sequences.contains_key(*s))
            .filter_map(|s| self.to.sequences.get(s).map(|q| (s.clone(), q.clone())))
            .collect();
        let mut first = column.clone();
        if fill.is_some() {
            // NOT NULL comes after the backfill, which runs after the sync.
            first.not_null = false;
            if column.not_null {
                self.push(
                    Segment::Tables,
                    Some(name),
                    58,
                    Change::SetNotNull(name.clone(), column.name.clone()),
                );
            }
        }
        // A generated column may name columns that come with it.
        let rank = if column.generated.is_some() { 41 } else { 40 };
        let change = Change::AddColumn(name.clone(), Box::new(first), sequences, fill);
        self.tasks
            .push(Task::new(Segment::Tables, Some(name), rank, change).gives(format!("column {id}")));
    }

    fn column(
        &mut self,
        name: &QName,
        (was, current): (&Column, &Table),
        (is, wanted): (&Column, &Table),
        by_parent: bool,
    ) {
        let table = Some(name);
        let boxed = || Box::new(is.clone());
        if by_parent {
            self.own_settings(name, (was, current), (is, wanted));
            return;
        }
        let retyped = (&was.type_name, &was.collation) != (&is.type_name, &is.collation);
        let generated_changes = !same_generated(was, current, is, wanted);
        let anew = generated_changes && is.generated.is_some() && was.generated.as_ref().is_none_or(|g| g.stored);
        if retyped && !anew {
            self.push(
                Segment::Tables,
                table,
                15,
                Change::AlterColumnType(name.clone(), boxed()),
            );
        }
        if generated_changes {
            self.push(Segment::Tables, table, 42, Change::SetGenerated(name.clone(), boxed()));
        }
        let default_moved = retyped && !retype::is_instant(was, is) && was.default.is_some();
        let becomes_identity = was.identity.is_none() && is.identity.is_some();
        let serial = (was.identity.is_some() && is.identity.is_none())
            .then(|| self.to.sequences_owned_by(name, &is.name).next())
            .flatten()
            .filter(|s| !self.from.sequences.contains_key(*s))
            .cloned();
        if !same_default(was, current, is, wanted)
            && !default_moved
            && !generated_changes
            && !becomes_identity
            && serial.is_none()
            && !self.taken_by_sync(name, is)
        {
            let rank = match (&is.default, was.not_null, is.not_null) {
                // The default that kept NULLs out goes once NOT NULL does that.
                (None, false, true) => 59,
                (None, ..) => 20,
                (Some(_), ..) => 44,
            };
            self.push(
                Segment::Tables,
                table,
                rank,
                Change::SetDefault(name.clone(), is.name.clone(), is.default.clone()),
            );
        }
        if let Some(sequence) = serial.filter(|_| !self.taken_by_sync(name, is)) {
            let owned = self.to.sequences[&sequence].clone();
            let change = Change::IdentityToSerial(name.clone(), boxed(), sequence, owned);
            self.push(Segment::Tables, table, 44, change);
        } else if was.identity != is.identity && (!was.not_null || !self.taken_by_sync(name, is)) {
            let rank = if is.identity.is_none() { 20 } else { 59 };
            self.push(Segment::Tables, table, rank, Change::SetIdentity(name.clone(), boxed()));
        }
        if was.not_null && !is.not_null && !anew {
            // A primary key that goes must be gone before its columns may hold NULL.
            let in_key = current
                .primary_key()
                .is_some_and(|(_, key)| key.columns.contains(&was.name));
            self.push(
                Segment::Tables,
                table,
                if in_key { 68 } else { 22 },
                Change::DropNotNull(name.clone(), is.name.clone()),
            );
        }
        if !was.not_null && is.not_null && !anew {
            self.push(
                Segment::Tables,
                table,
                58,
                Change::SetNotNull(name.clone(), is.name.clone()),
            );
        }
        self.own_settings(name, (was, current), (is, wanted));
    }

    /// Whether the sync that goes hands the column its default in the same transaction.
    fn taken_by_sync(&self, name: &QName, column: &Column) -> bool {
        self.from.syncs.iter().any(|(function, sync)| {
            sync.table == *name
                && sync.to == column.name
                && sync.direction == SyncDirection::TwoWay
                && self.to.syncs.get(function) != Some(sync)
        })
    }

    fn own_settings(&mut self, name: &QName, (was, _): (&Column, &Table), (is, _): (&Column, &Table)) {
        if (&was.storage, &was.compression, was.statistics, &was.options)
            != (&is.storage, &is.compression, is.statistics, &is.options)
        {
            self.push(
                Segment::Tables,
                Some(name),
                84,
                Change::ColumnSettings(name.clone(), Box::new(is.clone())),
            );
        }
        let object = Commented::Column(name.clone(), is.name.clone());
        self.comment(
            Segment::Tables,
            Some(name),
            object,
            was.comment.as_ref(),
            is.comment.as_ref(),
        );
    }
}
