//! Tables: created, dropped, and what stands on those that stay.

use std::collections::BTreeSet;

use super::{Differ, Segment, Task};
use crate::change::{Change, Commented, Names};
use crate::compare::{same_constraint, same_demand, same_index};
use crate::schema::{Constraint, ConstraintKind, ForeignKey, Ident, QName, Schema, SyncDirection, Table};
use crate::sql::key_index;
use crate::stages::is_leftover;

impl Differ<'_> {
    pub(super) fn tables(&mut self) {
        self.create_tables();
        self.drop_tables();
        let (from, to) = (self.from, self.to);
        let with_names = self.with_sequence_names();
        for (name, wanted) in &to.tables {
            let equal = |current: &Table| with_names.is_none() && current == wanted;
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
                    task.needs.push(super::column::changed(&top, &column.name));
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

    /// Options that name an index that goes let it go first, so that their undo finds it built again. Until the last options
    /// are set the replica identity is the whole row, with which every update is replicated.
    fn options_before_drops(
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
            if let Change::DropIndex(t, _) | Change::DropKey(t, _) | Change::SwapKey { table: t, .. } = &task.change
                && t == table
            {
                task.needs.push(first.clone());
            }
        }
        let change = Change::TableOptions(table.clone(), Box::new(early.clone()));
        self.tasks
            .push(Task::new(Segment::Tables, Some(table), 0, change).gives(first));
        Some(early)
    }

    /// Whether an index that the table's options name changes its name: they follow it, whatever new says.
    fn moves_named_index(&self, table: &QName, current: &Table) -> bool {
        let options = &current.options;
        let named =
            |name: &Ident| [&options.replica_identity_index, &options.cluster_on].contains(&&Some(name.clone()));
        self.tasks.iter().any(|task| match &task.change {
            Change::RenameIndex(t, from, _) | Change::RenameConstraint(t, from, _) => t == table && named(from),
            _ => false,
        })
    }

    /// With a sync goes the NOT NULL of the column that is left behind: a primary key over it must be gone before.
    fn keys_before_syncs(&mut self) {
        for task in &mut self.tasks {
            match &task.change {
                Change::DropKey(table, key)
                | Change::SwapKey { table, drop: key, .. }
                | Change::SwapPartitionedKey { table, drop: key, .. } => {
                    let primary = self.from.tables.get(table).and_then(Table::primary_key);
                    if primary.is_some_and(|(name, _)| name == key) {
                        task.gives.push(format!("no old primary key of {table}"));
                        for child in self.from.attached_below(table, key).keys() {
                            task.gives.push(format!("no old primary key of {child}"));
                        }
                    }
                }
                // A view's GROUP BY may rest on the key.
                Change::MoveDependents { table, .. } => {
                    task.needs.push(format!("no old primary key of {table}"));
                }
                // A partition's own primary key waits until the one from above is gone.
                Change::AddKey(table, _, key) | Change::PromoteIndex { table, key, .. }
                    if matches!(key.kind, ConstraintKind::PrimaryKey(_)) =>
                {
                    task.needs.push(format!("no old primary key of {table}"));
                }
                Change::DropSync(function, _) => {
                    if let Some(sync) = self.from.syncs.get(function)
                        && sync.direction != SyncDirection::InPlace
                    {
                        task.needs.push(format!("no old primary key of {}", sync.table));
                    }
                }
                _ => {}
            }
        }
    }

    fn create_tables(&mut self) {
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
                    && foreign_keys(table).all(|(_, key)| key.references == **name || stands(&key.references, &placed))
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
            for (constraint, key) in foreign_keys(table) {
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

    fn drop_tables(&mut self) {
        let (from, to) = (self.from, self.to);
        for (name, table) in from.tables.iter().filter(|(name, _)| !to.tables.contains_key(*name)) {
            for (constraint, key) in foreign_keys(table) {
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

    fn constraints(&mut self, name: &QName, current: &Table, wanted: &Table) {
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

    fn constraint_comments(&mut self, table: &QName, name: &Ident, was: &Constraint, is: &Constraint) {
        let object = Commented::Constraint(table.clone(), name.clone());
        let (a, b) = (was.comment.as_ref(), is.comment.as_ref());
        self.comment(Segment::Tables, Some(table), object, a, b);
        let object = Commented::KeyIndex(table.clone(), name.clone());
        let (a, b) = (was.index_comment.as_ref(), is.index_comment.as_ref());
        self.comment(Segment::Tables, Some(table), object, a, b);
    }

    fn indexes(&mut self, name: &QName, current: &Table, wanted: &Table) {
        let same = |a: &crate::schema::Index, b: &crate::schema::Index| same_index(a, current, b, wanted);
        let mut gone: Vec<_> = current
            .indexes
            .iter()
            .filter(|(n, i)| !wanted.indexes.get(*n).is_some_and(|w| same(i, w)))
            .filter(|(n, _)| !self.tasks.iter().any(|t| promotes(&t.change, name, n)))
            .filter(|(n, _)| !wanted.attached.contains_key(*n))
            .collect();
        for (new_name, index) in &wanted.indexes {
            match current.indexes.get(new_name).filter(|i| same(i, index)) {
                Some(was) => {
                    let object = Commented::Index(name.clone(), new_name.clone());
                    self.comment(
                        Segment::Tables,
                        Some(name),
                        object,
                        was.comment.as_ref(),
                        index.comment.as_ref(),
                    );
                }
                None => {
                    if let Some(at) = gone.iter().position(|(_, i)| same(i, index)) {
                        let (old_name, old) = gone.remove(at);
                        self.push(
                            Segment::Tables,
                            Some(name),
                            80,
                            Change::RenameIndex(name.clone(), old_name.clone(), new_name.clone()),
                        );
                        let object = Commented::Index(name.clone(), new_name.clone());
                        self.comment(
                            Segment::Tables,
                            Some(name),
                            object,
                            old.comment.as_ref(),
                            index.comment.as_ref(),
                        );
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

    /// The names that the partitions' indexes get under a new index of a partitioned table.
    fn partition_names(&self, table: &QName, index: &Ident) -> Names {
        self.to.attached_below(table, index)
    }

    /// A partition's index that belongs to the same one above under another name.
    fn attached(&mut self, name: &QName, current: &Table, wanted: &Table) {
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
    fn name_before(&self, table: &QName, index: &Ident) -> Ident {
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
    fn stays(&self, table: &QName, index: &Ident) -> bool {
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

    /// Whether the constraint is a primary key over a column that only old code used.
    fn left_by_sync(&self, table: &QName, constraint: &Constraint) -> bool {
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

    /// A foreign key that stays, but whose key is dropped or whose columns change their type, is dropped first and added
    /// again at the end.
    fn release_held_keys(&mut self) {
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
            for (constraint, key) in foreign_keys(table) {
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

/// Partitions, each after the one above it.
fn parents_first(schema: &Schema) -> Vec<&QName> {
    let partitions = schema.tables.iter().filter(|(_, t)| t.partition_of.is_some());
    let mut names: Vec<(usize, &QName)> = partitions
        .map(|(name, _)| (schema.partitioned_above(name).len(), name))
        .collect();
    names.sort();
    names.into_iter().map(|(_, name)| name).collect()
}

fn foreign_keys(table: &Table) -> impl Iterator<Item = (&Ident, &ForeignKey)> {
    table.constraints.iter().filter_map(|(name, c)| match &c.kind {
        ConstraintKind::ForeignKey(key) => Some((name, key)),
        _ => None,
    })
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

fn promotes(change: &Change, on: &QName, name: &Ident) -> bool {
    matches!(change, Change::SwapKey { table, index, .. } | Change::PromoteIndex { table, index, .. } if table == on && index == name)
}
