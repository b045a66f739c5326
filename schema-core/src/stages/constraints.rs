//! Constraints and indexes of the bridge.
//!
//! What only forbids (checks, foreign keys) stands only where both versions keep to it. What code may name (keys, indexes)
//! stands as long as either version may need it, the new one beside the old one.

use super::names::first_free;
use super::table::Bridge;
use crate::compare::{constraint_columns, same_constraint, same_demand, same_index};
use crate::plan::HazardKind;
use crate::schema::{
    Constraint, ConstraintKind, Deferral, ForeignKey, Ident, Index, IndexKey, IndexOwner, KeyTarget, Referential, Table,
};
use crate::sql::key_index;

/// How an old object and a new one belong together.
enum Pair<'a> {
    /// The same under the same name.
    Kept,
    /// The same under another name: contract renames it.
    Renamed(&'a Ident),
    /// The same once the columns have their new names: both stand in the bridge.
    Twin,
    /// Only new has it.
    Added,
}

impl Bridge<'_> {
    pub(super) fn constraints(&mut self) {
        let mapped = self.current_under_new_names();
        let mut spent: Vec<&Ident> = Vec::new();
        let mut added: Vec<(&Ident, &Constraint, bool)> = Vec::new();
        let current = self.current;
        let wanted = self.wanted;
        for (name, constraint) in &wanted.constraints {
            match self.pair_constraint(name, constraint, &mapped) {
                Pair::Kept => {
                    spent.push(name);
                    let was = current.constraints.get(name).unwrap_or(constraint);
                    let same = Constraint {
                        comment: constraint.comment.clone(),
                        index_comment: constraint.index_comment.clone(),
                        deferral: match was.deferral {
                            // Who does not defer sees no difference.
                            Deferral::Immediate => constraint.deferral,
                            deferred => deferred,
                        },
                        ..was.clone()
                    };
                    self.table.constraints.insert(name.clone(), same);
                }
                Pair::Renamed(old_name) => {
                    if let Some((old_name, old)) = current.constraints.get_key_value(old_name) {
                        spent.push(old_name);
                        let same = Constraint {
                            comment: constraint.comment.clone(),
                            index_comment: constraint.index_comment.clone(),
                            ..old.clone()
                        };
                        self.table.constraints.insert(old_name.clone(), same);
                    }
                }
                Pair::Twin => added.push((name, constraint, true)),
                Pair::Added => added.push((name, constraint, false)),
            }
        }
        for (name, constraint) in &current.constraints {
            let twin = added.iter().any(|(_, new, twin)| {
                *twin
                    && mapped
                        .constraints
                        .get(name)
                        .is_some_and(|m| same_constraint(m, &mapped, new, wanted))
            });
            if !spent.contains(&name) && (twin || self.stays_until_contract(constraint)) {
                self.table.constraints.insert(name.clone(), constraint.clone());
            }
        }
        for (name, constraint, twin) in added {
            self.add_constraint(name, constraint, twin);
        }
    }

    /// The old table with its columns under their new names, and foreign keys pointing at new names.
    fn current_under_new_names(&self) -> Table {
        let mut mapped = self.current.clone();
        for (from, to) in &self.renames {
            super::names_in::rename(&mut mapped, from, to);
        }
        for constraint in mapped.constraints.values_mut() {
            if let ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && let Some(renames) = self.all_renames.get(&key.references)
            {
                for column in &mut key.referenced_columns {
                    if let Some(to) = renames.get(column) {
                        *column = to.clone();
                    }
                }
            }
        }
        mapped
    }

    fn pair_constraint<'c>(&'c self, name: &Ident, wanted: &'c Constraint, mapped: &Table) -> Pair<'c> {
        let same = |table: &Table, c: &Constraint| same_constraint(c, table, wanted, self.wanted);
        if let Some(current) = self.current.constraints.get(name) {
            if same(self.current, current) || same_demand(current, self.current, wanted, self.wanted) {
                return Pair::Kept;
            }
            if mapped.constraints.get(name).is_some_and(|c| same(mapped, c)) {
                return Pair::Twin;
            }
        }
        // A name that new gives to something else is gone too.
        let gone = |other: &&Ident| {
            let stays =
                |w: &Constraint| same_constraint(&self.current.constraints[*other], self.current, w, self.wanted);
            !self.wanted.constraints.get(*other).is_some_and(stays)
        };
        let find = |table: &Table| {
            table
                .constraints
                .iter()
                .find(|(other, c)| gone(other) && same(table, c))
                .map(|(other, _)| other.clone())
        };
        if let Some(other) = find(self.current)
            && let Some((key, _)) = self.current.constraints.get_key_value(&other)
        {
            return Pair::Renamed(key);
        }
        if find(mapped).is_some() {
            Pair::Twin
        } else {
            Pair::Added
        }
    }

    /// Whether a constraint that new lacks stands until contract: keys do, as old code's arbiters; checks and foreign keys
    /// only where new code does not write.
    fn stays_until_contract(&self, constraint: &Constraint) -> bool {
        match &constraint.kind {
            // New code writes no NULL where the column becomes NOT NULL.
            ConstraintKind::NotNull(not_null) => {
                self.only_old(&not_null.column) || self.wanted.column(&not_null.column).is_some_and(|c| c.not_null)
            }
            ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_) => {
                let columns = constraint_columns(constraint);
                let kept = self
                    .wanted
                    .constraints
                    .values()
                    .any(|c| self.acts_otherwise(constraint, c));
                kept || !columns.is_empty() && columns.iter().all(|c| self.only_old(c))
            }
            _ => true,
        }
    }

    /// Whether a foreign key demands of every row what the other does, and differs in what it does to rows that lose what
    /// they reference. Both stand in the bridge: PostgreSQL lets the older one act first.
    fn acts_otherwise(&self, old: &Constraint, new: &Constraint) -> bool {
        let (ConstraintKind::ForeignKey(a), ConstraintKind::ForeignKey(b)) = (&old.kind, &new.kind) else {
            return false;
        };
        let enforced = |c: &Constraint| !c.not_valid && !c.not_enforced;
        let plain = self.current.partition_by.is_none() && self.current.partition_of.is_none();
        let as_b = ForeignKey {
            on_delete: b.on_delete,
            on_delete_columns: b.on_delete_columns.clone(),
            on_update: b.on_update,
            ..a.clone()
        };
        plain && enforced(old) && enforced(new) && a != b && as_b == *b
    }

    /// Tells that new code meets the old key's refusal until contract, where its own would act instead.
    fn acts_as_before(&mut self, name: &Ident, new: &Constraint) {
        let strict = |action: Referential| matches!(action, Referential::NoAction | Referential::Restrict);
        let old = self
            .current
            .constraints
            .values()
            .find(|old| self.acts_otherwise(old, new));
        let (Some(ConstraintKind::ForeignKey(a)), ConstraintKind::ForeignKey(b)) = (old.map(|c| &c.kind), &new.kind)
        else {
            return;
        };
        if strict(a.on_delete) && !strict(b.on_delete) || strict(a.on_update) && !strict(b.on_update) {
            let (object, other) = (self.object(name), a.references.clone());
            self.hazard(
                HazardKind::NewWriteRefused,
                &object,
                format!("until contract new code cannot delete or renumber rows of {other} that {object} references"),
            );
        }
    }

    fn add_constraint(&mut self, name: &Ident, constraint: &Constraint, twin: bool) {
        let columns = constraint_columns(constraint);
        let old_writes = columns.iter().any(|c| !self.only_new(c));
        match &constraint.kind {
            ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_) | ConstraintKind::NotNull(_) => {
                let mut old_keys = self.current.constraints.values();
                let beside = old_keys.any(|old| self.acts_otherwise(old, constraint));
                if twin || beside || (!old_writes && !columns.is_empty()) {
                    self.acts_as_before(name, constraint);
                    let free = first_free(name, |n| {
                        !self.table.constraints.contains_key(n) && !self.taken.contains(n)
                    });
                    self.taken.insert(free.clone());
                    self.table.constraints.insert(free, constraint.clone());
                }
            }
            ConstraintKind::PrimaryKey(key) => {
                let index = key_index(key);
                let not_null = key
                    .columns
                    .iter()
                    .all(|c| self.table.column(c).is_some_and(|column| column.not_null));
                let has_one =
                    self.table.primary_key().is_some() || super::attached::inherits_primary_key(self.old, self.name);
                if not_null && !has_one {
                    let free = self.free(name);
                    self.table.constraints.insert(free, constraint.clone());
                } else if !self.has_index(&index) {
                    let free = self.another(name);
                    self.table.indexes.insert(free, index);
                }
                if old_writes && !twin {
                    self.refuses_duplicates(name, &key.columns);
                }
            }
            ConstraintKind::Unique(key) => {
                if self.decisions.late.contains(&(self.name.clone(), name.clone())) {
                    let object = self.object(name);
                    self.hazard(
                        HazardKind::NewWriteRefused,
                        &object,
                        format!("new code's ON CONFLICT on {object} fails until contract, as `late` says"),
                    );
                    return;
                }
                if self.has_index(&key_index(key)) {
                    // The arbiter stands already as an index: contract makes the constraint of it.
                    return;
                }
                if let Some(other) = self.deferral_before(key).filter(|d| *d != constraint.deferral) {
                    // ON CONFLICT takes every key over its columns as arbiter and fails on a deferrable one: the old key
                    // stands until contract swaps it for the index that waits beside it.
                    let free = self.free(&name.with_suffix("__new"));
                    self.table.indexes.insert(free, key_index(key));
                    if other != Deferral::Immediate {
                        let object = self.object(name);
                        self.hazard(
                            HazardKind::OldWriteRefused,
                            &object,
                            format!("old code's duplicates of {object} are refused at once, not at the end of its transaction"),
                        );
                        self.hazard(
                            HazardKind::NewWriteRefused,
                            &object,
                            format!(
                                "new code's ON CONFLICT on {object} fails until contract: the old key is deferrable"
                            ),
                        );
                    }
                    return;
                }
                let free = self.free(name);
                self.table.constraints.insert(free, constraint.clone());
                if old_writes && !twin && !key.nulls_not_distinct {
                    self.refuses_duplicates(name, &key.columns);
                } else if old_writes && !twin {
                    self.refuses_duplicates(name, &[]);
                }
            }
            ConstraintKind::Exclusion(_) => {
                let free = self.free(name);
                self.table.constraints.insert(free, constraint.clone());
            }
        }
    }

    /// Tells of keys over columns that only new knows, where every row that stands has one and the same value: they cannot
    /// be built where there are two rows, and refuse old code's second one.
    pub(super) fn same_for_all(&mut self) {
        let wanted = self.wanted;
        for key in crate::compat::unique_keys(wanted) {
            if !key.is_same_for_all(&self.table, |c| !self.only_new(c)) {
                continue;
            }
            let object = self.object(key.name);
            let columns: Vec<String> = key.columns.iter().map(ToString::to_string).collect();
            let columns = columns.join(", ");
            let own_value = |c: &&Ident| {
                let bare = self.table.column(c).is_some_and(|column| column.default.is_none());
                bare && self.fills.contains_key(&self.object(c))
            };
            let filled = key.columns.iter().copied().any(|c| own_value(&c));
            if !filled {
                self.hazard(
                HazardKind::NoBackfill,
                &object,
                format!(
                    "every row that stands has the same value in {columns}: {object} cannot be built where {} has two rows; leave \
                     the default out and give `backfill` with a value of each row's own, or make the key in a later plan",
                    self.name
                ),
                );
            }
            if !self.decisions.late.contains(&(self.name.clone(), key.name.clone())) {
                self.hazard(
                    HazardKind::OldWriteRefused,
                    &object,
                    format!("old code's rows all have the same value in {columns}: its second one is refused from the moment {object} stands"),
                );
            }
        }
    }

    /// When the old table's key over the same columns is checked.
    fn deferral_before(&self, key: &crate::schema::Key) -> Option<Deferral> {
        let mut keys = self.current.constraints.values();
        keys.find(|c| c.kind.key().is_some_and(|k| k.columns == key.columns))
            .map(|c| c.deferral)
    }

    /// The indexes and keys that a partition has from its parent.
    fn inherited_keys(&self) -> impl Iterator<Item = IndexOwner<'_>> {
        let names = self.current.attached.keys();
        names.filter_map(|name| self.old.index_owner(self.name, name))
    }

    fn refuses_duplicates(&mut self, name: &Ident, columns: &[Ident]) {
        if self.already_unique(columns) {
            return;
        }
        let object = self.object(name);
        self.hazard(
            HazardKind::OldWriteRefused,
            &object,
            format!("old code's duplicates are refused from the moment {object} stands; `late` moves it to contract"),
        );
    }

    /// Whether old code's duplicates of these columns are refused as it is, by a key over some of them.
    fn already_unique(&self, columns: &[Ident]) -> bool {
        let covered = |key: &[Ident]| !key.is_empty() && key.iter().all(|c| columns.contains(c));
        let mut keys = self.current.constraints.values().filter_map(|c| c.kind.key());
        let unique = |i: &&Index| i.unique && i.valid && i.predicate.is_none();
        let mut indexes = self.current.indexes.values().filter(unique).filter_map(plain_columns);
        let mut from_above = self.inherited_keys();
        keys.any(|key| covered(&key.columns))
            || indexes.any(|key| covered(&key))
            || from_above.any(|owner| match owner {
                IndexOwner::Index(i) => unique(&i) && plain_columns(i).is_some_and(|key| covered(&key)),
                IndexOwner::Key(c) => c.kind.key().is_some_and(|key| covered(&key.columns)),
            })
    }

    /// A relation name that neither schema nor the bridge has.
    fn free(&mut self, name: &Ident) -> Ident {
        let taken = |candidate: &Ident| self.taken.contains(candidate);
        let free = self.names.give(&self.name.sibling(name.clone()), taken).name;
        self.taken.insert(free.clone());
        free
    }

    /// A relation name of its own for what gets that name in contract.
    fn another(&mut self, name: &Ident) -> Ident {
        let taken = |candidate: &Ident| self.taken.contains(candidate);
        let free = self.names.give_another(&self.name.sibling(name.clone()), taken).name;
        self.taken.insert(free.clone());
        free
    }

    /// Whether the old table has this very index, and new does not keep it as one.
    fn has_index(&self, index: &Index) -> bool {
        self.current
            .indexes
            .iter()
            .any(|(name, i)| !self.wanted.indexes.contains_key(name) && same_index(i, self.current, index, self.wanted))
    }

    pub(super) fn indexes(&mut self) {
        let mapped = self.current_under_new_names();
        let (current, wanted) = (self.current, self.wanted);
        let mut renamed: Vec<Ident> = Vec::new();
        let mut added: Vec<(&Ident, &Index)> = Vec::new();
        for (name, index) in &wanted.indexes {
            let same = |i: &Index| same_index(i, current, index, wanted);
            if let Some(kept) = current.indexes.get(name).filter(|i| same(i)) {
                let comment = index.comment.clone();
                let statistics = index.statistics.clone();
                self.table.indexes.insert(
                    name.clone(),
                    Index {
                        comment,
                        statistics,
                        ..kept.clone()
                    },
                );
                continue;
            }
            let stays = |other: &Ident, i: &Index| {
                let namesake = wanted.indexes.get(other);
                namesake.is_some_and(|w| same_index(i, current, w, wanted))
            };
            let other = current
                .indexes
                .iter()
                .find(|(other, i)| !stays(other, i) && !renamed.contains(other) && same(i));
            if let Some((other, kept)) = other {
                renamed.push(other.clone());
                let comment = index.comment.clone();
                let statistics = index.statistics.clone();
                self.table.indexes.insert(
                    other.clone(),
                    Index {
                        comment,
                        statistics,
                        ..kept.clone()
                    },
                );
                continue;
            }
            added.push((name, index));
        }
        for (name, index) in &current.indexes {
            self.table.indexes.entry(name.clone()).or_insert_with(|| index.clone());
        }
        for (name, index) in added {
            let free = self.free(name);
            let twin = mapped.indexes.values().any(|i| same_index(i, &mapped, index, wanted));
            if index.unique && !twin && crate::compare::index_columns(index).iter().any(|c| !self.only_new(c)) {
                let columns = plain_columns(index).unwrap_or_default();
                self.refuses_duplicates(name, &columns);
            }
            self.table.indexes.insert(free, index.clone());
        }
    }
}

/// An index's key columns, unless one of its keys is an expression.
fn plain_columns(index: &Index) -> Option<Vec<Ident>> {
    let column = |key: &IndexKey| match &key.target {
        KeyTarget::Column(c) => Some(c.clone()),
        KeyTarget::Expression(_) => None,
    };
    index.keys.iter().map(column).collect()
}
