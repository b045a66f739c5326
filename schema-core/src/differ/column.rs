//! Columns of a table that stands on both sides.

use std::collections::BTreeSet;

use super::{Differ, Segment, Task};
use crate::change::{Change, Commented};
use crate::compare::{same_default, same_generated};
use crate::schema::{Column, Ident, QName, Schema, SyncDirection, Table};
use crate::stages::retype;

impl Differ<'_> {
    pub(super) fn columns(&mut self, name: &QName, current: &Table, wanted: &Table) {
        for column in &wanted.columns {
            match (current.column(&column.name), self.placed_from_above(name, &column.name)) {
                (None, None) => self.add_column(name, column),
                (None, Some(top)) => self.inherited_anew(name, &top, (column, wanted)),
                (Some(was), None) => self.column(name, (was, current), (column, wanted)),
                (Some(was), Some(top)) => self.inherited(name, &top, (was, current), (column, wanted)),
            }
        }
        for column in current.columns.iter().filter(|c| wanted.column(&c.name).is_none()) {
            if let Some(top) = self.placed_from_above(name, &column.name) {
                self.own_goes_first(name, &top, (column, current));
                continue;
            }
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
            self.tasks.push(task.needs(nothing_own(name, &column.name)));
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

    fn column(&mut self, name: &QName, (was, current): (&Column, &Table), (is, wanted): (&Column, &Table)) {
        let table = Some(name);
        let boxed = || Box::new(is.clone());
        let retyped = (&was.type_name, &was.collation) != (&is.type_name, &is.collation);
        let generated_changes = !same_generated(was, current, is, wanted);
        let anew = generated_changes && is.generated.is_some() && was.generated.as_ref().is_none_or(|g| g.stored);
        if retyped && !anew {
            let change = Change::AlterColumnType(name.clone(), boxed());
            let task = Task::new(Segment::Tables, table, 15, change).gives(changed(name, &is.name));
            self.tasks.push(task.needs(nothing_own(name, &is.name)));
        }
        if generated_changes {
            let change = Change::SetGenerated(name.clone(), boxed());
            self.tasks
                .push(Task::new(Segment::Tables, table, 42, change).gives(changed(name, &is.name)));
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
            let along = self.along(name, (was, current), (is, wanted));
            self.push(
                Segment::Tables,
                table,
                rank,
                Change::SetDefault(name.clone(), is.name.clone(), is.default.clone(), along),
            );
        }
        if let Some(sequence) = serial.filter(|_| !self.taken_by_sync(name, is)) {
            let owned = self.to.sequences[&sequence].clone();
            let change = Change::IdentityToSerial(name.clone(), boxed(), sequence, owned);
            self.tasks
                .push(Task::new(Segment::Tables, table, 44, change).gives(changed(name, &is.name)));
        } else if was.identity != is.identity && (!was.not_null || !self.taken_by_sync(name, is)) {
            // An identity is a number: it goes before its column becomes something else.
            let rank = match is.identity {
                None if retyped => 14,
                None => 20,
                Some(_) => 59,
            };
            let change = Change::SetIdentity(name.clone(), boxed());
            self.tasks
                .push(Task::new(Segment::Tables, table, rank, change).gives(changed(name, &is.name)));
        }
        if was.not_null && !is.not_null && !anew {
            // A primary key that goes must be gone before its columns may hold NULL.
            let in_key = current
                .primary_key()
                .is_some_and(|(_, key)| key.columns.contains(&was.name));
            let change = Change::DropNotNull(name.clone(), is.name.clone());
            let task = Task::new(Segment::Tables, table, if in_key { 68 } else { 22 }, change);
            self.tasks.push(task.gives(changed(name, &is.name)));
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

    /// Partitions and children whose default is the table's before and after.
    fn along(
        &self,
        name: &QName,
        (was, current): (&Column, &Table),
        (is, wanted): (&Column, &Table),
    ) -> BTreeSet<QName> {
        let follows = |member: &QName| {
            let both = (self.from.tables.get(member)).zip(self.to.tables.get(member));
            let columns = both.and_then(|(a, b)| Some((a.column(&was.name)?, a, b.column(&is.name)?, b)));
            columns.is_some_and(|(x, a, y, b)| same_default(x, a, was, current) && same_default(y, b, is, wanted))
        };
        let mut family = self.to.family(name);
        family.retain(|member| member != name && follows(member));
        family
    }

    /// The topmost table that a partition or child has the column from.
    pub(super) fn placed_from_above(&self, name: &QName, column: &Ident) -> Option<QName> {
        let has = |schema: &Schema, table: &QName| schema.tables.get(table).is_some_and(|t| t.column(column).is_some());
        let mut top: Option<QName> = None;
        // The depth of partitions bounds the way up.
        for _ in 0..=self.to.tables.len() {
            let table = self.to.tables.get(top.as_ref().unwrap_or(name))?;
            let mut parents = table.partition_of.iter().map(|p| &p.parent).chain(&table.inherits);
            match parents.find(|p| has(self.from, p) || has(self.to, p)) {
                Some(parent) => top = Some(parent.clone()),
                None => break,
            }
        }
        top
    }

    /// What a new partition says of columns that its parent gets after it.
    pub(super) fn columns_from_above(&mut self, name: &QName, wanted: &Table) {
        for column in &wanted.columns {
            if let Some(top) = self.placed_from_above(name, &column.name)
                && self
                    .from
                    .tables
                    .get(&top)
                    .is_some_and(|t| t.column(&column.name).is_none())
            {
                self.inherited_anew(name, &top, (column, wanted));
            }
        }
    }

    /// What a partition or child says of a column that its parent adds.
    fn inherited_anew(&mut self, name: &QName, top: &QName, (is, wanted): (&Column, &Table)) {
        let Some((above, above_table)) = self.to.tables.get(top).and_then(|t| Some((t.column(&is.name)?, t))) else {
            return;
        };
        let gets = above.inherited(is.identity.is_some());
        let first = self.tasks.len();
        if !same_default(&gets, above_table, is, wanted) && is.generated.is_none() {
            self.set_own_default(name, is);
        }
        if !gets.not_null && is.not_null {
            let change = Change::SetNotNull(name.clone(), is.name.clone());
            self.push(Segment::Tables, Some(name), 58, change);
        }
        self.own_settings(name, (&gets, above_table), (is, wanted));
        for task in &mut self.tasks[first..] {
            task.needs.push(format!("column {top}.{}", is.name));
        }
    }

    /// What a partition or child says of a column that it has from above, where that is not what its parent makes of it.
    fn inherited(
        &mut self,
        name: &QName,
        top: &QName,
        (was, current): (&Column, &Table),
        (is, wanted): (&Column, &Table),
    ) {
        let of = |schema: &'_ Schema, table: &QName| schema.tables.get(table).and_then(|t| t.column(&is.name)).cloned();
        let before = of(self.from, top).zip(self.from.tables.get(top).cloned());
        let after = of(self.to, top).zip(self.to.tables.get(top).cloned());
        let (Some((top_was, top_before)), Some((top_is, top_after))) = (before, after) else {
            self.own_settings(name, (was, current), (is, wanted));
            return;
        };
        let retyped = (&top_was.type_name, &top_was.collation) != (&top_is.type_name, &top_is.collation);
        let rewritten = retyped && !retype::is_instant(&top_was, &top_is) && top_was.default.is_some();
        let generated = !same_generated(&top_was, &top_before, &top_is, &top_after);
        let moved = rewritten
            || generated
            || top_was.identity.is_some() != top_is.identity.is_some()
            || self.taken_by_sync(top, &top_is);
        let follows = same_default(was, current, &top_was, &top_before);
        let mut expected = was.clone();
        if generated || moved && follows {
            expected.default.clone_from(&top_is.default);
        } else if rewritten && was.default.is_some() {
            // The old default may not become one of the new type.
            let change = Change::SetDefault(name.clone(), is.name.clone(), None, BTreeSet::new());
            let task = Task::new(Segment::Tables, Some(name), 14, change);
            self.tasks.push(task.gives(nothing_own(top, &is.name)));
            expected.default = None;
        }
        let along = !moved
            && follows
            && same_default(is, wanted, &top_is, &top_after)
            && !same_default(&top_was, &top_before, &top_is, &top_after);
        let first = self.tasks.len();
        if !same_default(&expected, wanted, is, wanted) && !along && is.generated.is_none() {
            self.set_own_default(name, is);
        }
        let chain = self.chain(name, top);
        let changes = |not_null: bool| {
            chain.iter().any(|table| {
                let at = |schema| of(schema, table).is_some_and(|c| c.not_null == not_null);
                at(self.to) && !at(self.from)
            })
        };
        let in_key = |schema: &Schema| schema.is_keyed(name, &is.name);
        let keyed = in_key(self.from) && in_key(self.to);
        expected.not_null = changes(true) || was.not_null && (keyed || !changes(false));
        match (expected.not_null, is.not_null) {
            (true, false) => {
                let in_key = current
                    .primary_key()
                    .is_some_and(|(_, key)| key.columns.contains(&was.name));
                let change = Change::DropNotNull(name.clone(), is.name.clone());
                self.push(Segment::Tables, Some(name), if in_key { 68 } else { 22 }, change);
            }
            (false, true) => {
                let change = Change::SetNotNull(name.clone(), is.name.clone());
                self.push(Segment::Tables, Some(name), 58, change);
            }
            _ => {}
        }
        for task in &mut self.tasks[first..] {
            task.needs.extend(chain.iter().map(|table| changed(table, &is.name)));
        }
        self.own_settings(name, (was, current), (is, wanted));
    }

    /// The tables from a partition or child, which does not count, up to the one at the top.
    fn chain(&self, name: &QName, top: &QName) -> Vec<QName> {
        let mut found = vec![top.clone()];
        for above in self.to.partitioned_above(name) {
            if above != top {
                found.push(above.clone());
            }
        }
        found
    }

    /// What a partition or child says of its own about a column that its parent drops goes first, so that the undo finds it.
    fn own_goes_first(&mut self, name: &QName, top: &QName, (was, current): (&Column, &Table)) {
        let Some((above, above_table)) = self.from.tables.get(top).and_then(|t| Some((t.column(&was.name)?, t))) else {
            return;
        };
        let mut gets = above.inherited(was.identity.is_some());
        gets.name.clone_from(&was.name);
        let first = self.tasks.len();
        if !same_default(was, current, &gets, above_table) && was.generated.is_none() {
            self.set_own_default(name, &gets);
        }
        if was.not_null && !gets.not_null {
            let in_key = current
                .primary_key()
                .is_some_and(|(_, key)| key.columns.contains(&was.name));
            let change = Change::DropNotNull(name.clone(), was.name.clone());
            self.push(Segment::Tables, Some(name), if in_key { 68 } else { 22 }, change);
        }
        self.own_settings(name, (was, current), (&gets, above_table));
        for task in &mut self.tasks[first..] {
            task.gives.push(nothing_own(top, &was.name));
        }
    }

    fn set_own_default(&mut self, name: &QName, is: &Column) {
        let rank = if is.default.is_none() { 20 } else { 44 };
        let change = Change::SetDefault(name.clone(), is.name.clone(), is.default.clone(), BTreeSet::new());
        self.push(Segment::Tables, Some(name), rank, change);
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

/// What the own settings of partitions and children give when they are out of the way.
pub(super) fn nothing_own(table: &QName, column: &Ident) -> String {
    format!("nothing of partitions' own on {table}.{column}")
}

/// What a change of a parent's column gives when it is done.
pub(super) fn changed(table: &QName, column: &Ident) -> String {
    format!("{table}.{column} has changed")
}
