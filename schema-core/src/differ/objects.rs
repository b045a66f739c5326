//! Namespaces, enums, sequences, syncs, fills.

use super::{Differ, Segment, Task};
use crate::change::{Change, Commented};
use crate::schema::{Column, Dependency, QName, Sequence, SyncDirection};

impl Differ<'_> {
    pub(super) fn objects(&mut self) {
        self.namespaces();
        self.enums();
        self.sequences();
        self.syncs();
        self.stand_ins();
        self.comments_on_others();
    }

    /// Views and domains that stand for another name.
    fn stand_ins(&mut self) {
        let (from, to) = (self.from, self.to);
        for (name, alias) in &to.aliases {
            match from.aliases.get(name) {
                // New code comes after all of expand.
                None => self.push(
                    Segment::After,
                    None,
                    95,
                    Change::CreateAlias(name.clone(), Box::new(alias.clone())),
                ),
                Some(was) if was != alias => {
                    // A column that goes must not be shown any more, one that comes stands in the same transaction.
                    let mut shared = alias.clone();
                    shared
                        .columns
                        .retain(|shown, column| was.columns.get(shown) == Some(column));
                    if shared.columns.len() < was.columns.len() {
                        let change = Change::ReplaceAlias(name.clone(), Box::new(shared.clone()));
                        self.push(Segment::Tables, Some(&alias.table), 0, change);
                    }
                    if shared.columns.len() == was.columns.len() || shared != *alias {
                        let change = Change::ReplaceAlias(name.clone(), Box::new(alias.clone()));
                        self.push(Segment::Tables, Some(&alias.table), 91, change);
                    }
                }
                Some(_) => {}
            }
        }
        for name in from.aliases.keys().filter(|n| !to.aliases.contains_key(*n)) {
            self.push(Segment::Before, None, 0, Change::DropAlias(name.clone()));
        }
        for name in from.type_aliases.keys().filter(|n| !to.type_aliases.contains_key(*n)) {
            self.push(Segment::After, None, 25, Change::DropTypeAlias(name.clone()));
        }
    }

    /// Comments on what the model cannot express, where both sides have it.
    fn comments_on_others(&mut self) {
        for is in self
            .to
            .others
            .iter()
            .filter(|o| crate::change::word_of(&o.kind).is_some())
        {
            let was = self.from.others.iter().find(|o| o.kind == is.kind && o.name == is.name);
            if let Some(was) = was {
                let object = Commented::Other(is.kind.clone(), is.name.clone());
                self.comment(Segment::After, None, object, was.comment.as_ref(), is.comment.as_ref());
            }
        }
    }

    pub(super) fn push(&mut self, segment: Segment, table: Option<&QName>, rank: u8, change: Change) {
        self.tasks.push(Task::new(segment, table, rank, change));
    }

    pub(super) fn comment(
        &mut self,
        segment: Segment,
        table: Option<&QName>,
        object: Commented,
        was: Option<&String>,
        is: Option<&String>,
    ) {
        if was != is {
            self.push(segment, table, 90, Change::Comment(object, is.cloned()));
        }
    }

    fn namespaces(&mut self) {
        for (name, namespace) in &self.to.namespaces {
            match self.from.namespaces.get(name) {
                None => self.push(
                    Segment::Before,
                    None,
                    0,
                    Change::CreateNamespace(name.clone(), namespace.clone()),
                ),
                Some(was) => self.comment(
                    Segment::After,
                    None,
                    Commented::Namespace(name.clone()),
                    was.comment.as_ref(),
                    namespace.comment.as_ref(),
                ),
            }
        }
        for name in self
            .from
            .namespaces
            .keys()
            .filter(|n| !self.to.namespaces.contains_key(*n))
        {
            self.push(Segment::After, None, 40, Change::DropNamespace(name.clone()));
        }
    }

    fn enums(&mut self) {
        for (name, enum_type) in &self.to.enums {
            let Some(was) = self.from.enums.get(name) else {
                self.push(
                    Segment::Before,
                    None,
                    1,
                    Change::CreateEnum(name.clone(), enum_type.clone()),
                );
                continue;
            };
            if was.labels != enum_type.labels {
                self.push(
                    Segment::Before,
                    None,
                    2,
                    Change::AddLabels(name.clone(), enum_type.clone()),
                );
            }
            let object = Commented::Enum(name.clone());
            self.comment(
                Segment::After,
                None,
                object,
                was.comment.as_ref(),
                enum_type.comment.as_ref(),
            );
        }
        for name in self.from.enums.keys().filter(|n| !self.to.enums.contains_key(*n)) {
            self.push(Segment::After, None, 30, Change::DropEnum(name.clone()));
        }
    }

    /// Where a sequence's owner stands: `None` when it has none, else whether the column is in the schema.
    fn owner_in(sequence: &Sequence, schema: &crate::schema::Schema) -> Option<bool> {
        let (table, column) = sequence.owned_by.as_ref()?;
        Some(schema.tables.get(table).is_some_and(|t| t.column(column).is_some()))
    }

    fn sequences(&mut self) {
        let renamed: Vec<(QName, QName)> = self
            .to
            .sequences
            .iter()
            .filter_map(|(name, sequence)| Some((self.predecessor(name, sequence)?, name.clone())))
            .collect();
        for (old, new) in &renamed {
            let table = self.to.sequences[new].owned_by.as_ref().map(|(t, _)| t.clone());
            self.push(
                Segment::Tables,
                table.as_ref(),
                0,
                Change::RenameSequence(old.clone(), new.clone()),
            );
            let change = Change::AlterSequence(new.clone(), self.to.sequences[new].clone());
            self.push(Segment::Tables, table.as_ref(), 0, change);
            let (from, to) = (self.from, self.to);
            let was = from.sequences.get(old).and_then(|s| s.comment.as_ref());
            let is = to.sequences[new].comment.as_ref();
            self.comment(Segment::After, None, Commented::Sequence(new.clone()), was, is);
        }
        for (name, sequence) in &self.to.sequences {
            if renamed.iter().any(|(_, new)| new == name) {
                continue;
            }
            match self.from.sequences.get(name) {
                // With a new owner it is made together with the owner.
                None if Self::owner_in(sequence, self.from) == Some(false) => {}
                // It takes the identity's place in one step.
                None if self.was_identity(sequence) => {}
                None => self.push(
                    Segment::Before,
                    None,
                    3,
                    Change::CreateSequence(name.clone(), sequence.clone()),
                ),
                Some(was) => {
                    if (&was.options, &was.owned_by, was.unlogged)
                        != (&sequence.options, &sequence.owned_by, sequence.unlogged)
                    {
                        let table = was
                            .owned_by
                            .as_ref()
                            .or(sequence.owned_by.as_ref())
                            .map(|(t, _)| t.clone());
                        let mut task = Task::new(
                            Segment::Tables,
                            table.as_ref(),
                            45,
                            Change::AlterSequence(name.clone(), sequence.clone()),
                        );
                        if let Some((table, column)) = &sequence.owned_by {
                            task = task.needs(format!("column {table}.{column}"));
                        }
                        self.tasks.push(task.gives(format!("owner of {name}")));
                    }
                    let object = Commented::Sequence(name.clone());
                    self.comment(
                        Segment::After,
                        None,
                        object,
                        was.comment.as_ref(),
                        sequence.comment.as_ref(),
                    );
                }
            }
        }
        for (name, sequence) in &self.from.sequences {
            // With an owner that goes it goes along.
            if !self.to.sequences.contains_key(name)
                && !renamed.iter().any(|(old, _)| old == name)
                && Self::owner_in(sequence, self.to) != Some(false)
                && !self.becomes_identity(sequence)
            {
                self.push(Segment::After, None, 20, Change::DropSequence(name.clone()));
            }
        }
    }

    /// The sequence whose place this one takes, so that its numbers go on: the one that was told, that the same column owned
    /// under another name, or that of the old column where a sync that goes hands its generator over.
    fn predecessor(&self, name: &QName, sequence: &Sequence) -> Option<QName> {
        if let Some(told) = self.told.iter().find(|r| r.to == *name) {
            return Some(told.from.clone());
        }
        if self.from.sequences.contains_key(name) {
            return None;
        }
        let told = |name: &QName| self.told.iter().any(|r| r.from == *name);
        let gone = |name: &&QName| !self.to.sequences.contains_key(*name) && !told(name);
        let (table, column) = sequence.owned_by.as_ref()?;
        if let Some(own) = self.from.sequences_owned_by(table, column).find(gone) {
            return Some(own.clone());
        }
        let sync = self.from.syncs.iter().find(|(function, sync)| {
            sync.table == *table
                && sync.to == *column
                && sync.direction == SyncDirection::TwoWay
                && !self.to.syncs.contains_key(*function)
        });
        let (_, sync) = sync?;
        self.from.sequences_owned_by(table, &sync.from).find(gone).cloned()
    }

    /// Whether the owning column turns from serial to identity: then the sequence goes in that step.
    fn becomes_identity(&self, sequence: &Sequence) -> bool {
        Self::owner_is_identity(sequence, self.to) && !Self::owner_is_identity(sequence, self.from)
    }

    /// Whether the owning column turns from identity to serial: then the sequence comes in that step.
    fn was_identity(&self, sequence: &Sequence) -> bool {
        Self::owner_is_identity(sequence, self.from) && !Self::owner_is_identity(sequence, self.to)
    }

    fn owner_is_identity(sequence: &Sequence, schema: &crate::schema::Schema) -> bool {
        sequence.owned_by.as_ref().is_some_and(|(table, column)| {
            let found = schema.tables.get(table).and_then(|t| t.column(column));
            found.is_some_and(|c| c.identity.is_some())
        })
    }

    /// After the backfill, which is no write of new code.
    fn watch_both(&mut self, sync: &crate::schema::Sync) {
        let watched = self.from.others.iter().any(|o| {
            o.kind == "trigger"
                && o.on.as_ref() == Some(&sync.table)
                && crate::expression::watch_also(&o.definition, &sync.from, &sync.to).is_some()
        });
        if watched && sync.direction == SyncDirection::TwoWay {
            let change = Change::WatchBoth {
                table: sync.table.clone(),
                from: sync.from.clone(),
                to: sync.to.clone(),
            };
            self.push(Segment::Tables, Some(&sync.table), 86, change);
        }
    }

    /// Whether something outside the model reads the column.
    fn has_dependents(&self, table: &QName, column: &crate::schema::Ident) -> bool {
        let family = self.from.family(table);
        let reads = |d: &Dependency| matches!(d, Dependency::Column(t, c) if c == column && family.contains(t));
        self.from
            .others
            .iter()
            .any(|o| o.kind != "column grant" && o.depends_on.iter().any(reads))
    }

    /// The column that stays when a rename is done, with the generator that it takes over. An identity waits for NOT NULL.
    fn after_sync(&self, sync: &crate::schema::Sync) -> Option<Column> {
        let of = |schema: &'_ crate::schema::Schema| schema.tables.get(&sync.table)?.column(&sync.to).cloned();
        let (was, mut is) = (of(self.from)?, of(self.to)?);
        if !was.not_null {
            is.identity = was.identity;
        }
        Some(is)
    }

    fn syncs(&mut self) {
        for (function, sync) in &self.to.syncs {
            if self.from.syncs.get(function) != Some(sync) {
                self.push(
                    Segment::Tables,
                    Some(&sync.table),
                    50,
                    Change::CreateSync(function.clone(), Box::new(sync.clone())),
                );
                self.watch_both(sync);
            }
        }
        for (function, sync) in &self.from.syncs {
            if self.to.syncs.get(function) != Some(sync) {
                // The check that keeps a label out stands before the trigger goes that did so.
                let rank = if sync.direction == SyncDirection::InPlace {
                    63
                } else {
                    1
                };
                let stays = (sync.direction == SyncDirection::TwoWay)
                    .then(|| self.after_sync(sync))
                    .flatten();
                if sync.direction == SyncDirection::TwoWay && self.has_dependents(&sync.table, &sync.from) {
                    let change = Change::MoveDependents {
                        table: sync.table.clone(),
                        from: sync.from.clone(),
                        to: sync.to.clone(),
                    };
                    self.push(Segment::Tables, Some(&sync.table), 0, change);
                }
                let change = Change::DropSync(function.clone(), stays.map(Box::new));
                let task = Task::new(Segment::Tables, Some(&sync.table), rank, change);
                let done = |column| super::column::changed(&sync.table, column);
                self.tasks.push(task.gives(done(&sync.from)).gives(done(&sync.to)));
            }
        }
        for (id, fill) in &self.to.fills {
            if self.from.fills.get(id) != Some(fill) {
                self.push(
                    Segment::Tables,
                    Some(&fill.table),
                    55,
                    Change::Backfill(id.clone(), Box::new(fill.clone())),
                );
            }
        }
    }
}
