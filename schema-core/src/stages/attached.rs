//! Indexes of partitions that hang on one of their parent's, in the bridge: under their old names as long as the parent's
//! index is the old one; for a new one under their new names where these are free, else under names of their own until
//! contract.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::names::first_free;
use crate::change::fits;
use crate::compare::{same_constraint, same_index};
use crate::plan::{Hazard, HazardKind};
use crate::schema::{Constraint, ConstraintKind, Ident, IndexOwner, QName, Schema, Shared, Table};

/// Tables whose place changes: they are bridged as tables of their own, and keep their old place until contract.
pub(super) struct Moved(Vec<QName>);

impl Moved {
    pub(super) fn find(old: &Schema, new: &Schema) -> Self {
        let moves = |(name, was): (&QName, &Shared<Table>)| {
            let is = new.tables.get(name)?;
            (was.partition_of != is.partition_of).then(|| name.clone())
        };
        Self(old.tables.iter().filter_map(moves).collect())
    }

    pub(super) fn apart<'a>(&self, schema: &'a Schema) -> Cow<'a, Schema> {
        if self.0.is_empty() {
            return Cow::Borrowed(schema);
        }
        let mut apart = schema.clone();
        for name in &self.0 {
            apart.detach(name);
        }
        Cow::Owned(apart)
    }

    pub(super) fn put_back(&self, bridge: &mut Schema, old: &Schema) {
        for name in &self.0 {
            if let Some(place) = old.tables.get(name).and_then(|t| t.partition_of.clone()) {
                bridge.attach(name, place, BTreeMap::new());
            }
        }
    }

    pub(super) fn hazards(&self, old: &Schema, new: &Schema) -> Vec<Hazard> {
        let place = |schema: &Schema, name: &QName| schema.tables.get(name).and_then(|t| t.partition_of.clone());
        let of = |name: &QName| {
            let message = match (place(old, name), place(new, name)) {
                (_, None) => format!("until contract {name} is a partition: it refuses what lies outside its bound"),
                (None, Some(is)) => format!(
                    "until contract {name} is no partition of {0}: new code does not find its rows in {0}, and {0} has no place for others like them",
                    is.parent
                ),
                (Some(_), Some(is)) => format!(
                    "until contract {name} has its old place and bound: {} has no place for what only the new one takes",
                    is.parent
                ),
            };
            Hazard {
                kind: HazardKind::NewWriteRefused,
                object: name.to_string(),
                message,
            }
        };
        self.0.iter().map(of).collect()
    }
}

/// Fills in what is attached in the bridge of `old` and `new`.
pub(super) fn settle(bridge: &mut Schema, old: &Schema, new: &Schema) {
    let mut partitions: Vec<(usize, QName)> = bridge
        .tables
        .iter()
        .filter(|(_, t)| t.partition_of.is_some())
        .map(|(name, _)| (bridge.partitioned_above(name).len(), name.clone()))
        .collect();
    if partitions.is_empty() {
        return;
    }
    partitions.sort();
    let old_names = old.relation_names();
    let mut taken = old_names.clone();
    taken.extend(new.relation_names());
    taken.extend(bridge.relation_names());
    let mut settled = Settled {
        old,
        new,
        old_names,
        taken,
        finals: BTreeMap::new(),
    };
    for (_, name) in partitions {
        settled.partition(bridge, &name);
    }
}

struct Settled<'a> {
    old: &'a Schema,
    new: &'a Schema,
    old_names: BTreeSet<QName>,
    taken: BTreeSet<QName>,
    /// What an index of the bridge is called in the end, where it is there in the end.
    finals: BTreeMap<QName, Option<Ident>>,
}

impl Settled<'_> {
    fn partition(&mut self, bridge: &mut Schema, name: &QName) {
        let Some(parent) = bridge
            .tables
            .get(name)
            .and_then(|t| t.partition_of.as_ref())
            .map(|p| p.parent.clone())
        else {
            return;
        };
        let Some(above) = bridge.tables.get(&parent) else {
            return;
        };
        let mut indexes: Vec<Ident> = above.indexes.keys().chain(above.attached.keys()).cloned().collect();
        let keys = above.constraints.iter().filter(|(_, c)| c.kind.has_index());
        indexes.extend(keys.map(|(n, _)| n.clone()));
        let mut attached = BTreeMap::new();
        for index in indexes {
            let last = self.last_name(bridge, &parent, &index);
            if let Some(own) = self.for_index(bridge, name, &parent, &index, last.as_ref()) {
                let wanted = last.and_then(|last| attached_to(self.new, name, &parent, &last));
                self.finals.insert(name.sibling(own.clone()), wanted);
                self.taken.insert(name.sibling(own.clone()));
                attached.insert(own, index);
            }
        }
        if let Some(table) = bridge.tables.get_mut(name) {
            table.attached = attached;
        }
    }

    /// What an index of a partitioned table is called in the end.
    fn last_name(&self, bridge: &Schema, table: &QName, index: &Ident) -> Option<Ident> {
        if let Some(last) = self.finals.get(&table.sibling(index.clone())) {
            return last.clone();
        }
        let (now, wanted) = (bridge.tables.get(table)?, self.new.tables.get(table)?);
        let owner = bridge.index_owner(table, index)?;
        if same_owner(owner, now, wanted, index) {
            return Some(index.clone());
        }
        let names = wanted.indexes.keys().chain(wanted.constraints.keys());
        let stays = |n: &&Ident| {
            let stands = bridge.index_owner(table, n);
            stands.is_some_and(|o| same_owner(o, now, wanted, n))
        };
        names
            .filter(|n| same_owner(owner, now, wanted, n))
            .find(|n| !stays(n))
            .cloned()
    }

    /// The name of the partition's index under one of its parent's; none where it has none.
    fn for_index(
        &self,
        bridge: &mut Schema,
        name: &QName,
        parent: &QName,
        index: &Ident,
        last: Option<&Ident>,
    ) -> Option<Ident> {
        let stood = self.old.index_owner(parent, index).is_some()
            && (self.old.tables.get(name))
                .and_then(|t| t.partition_of.as_ref())
                .is_some_and(|p| p.parent == *parent);
        if stood {
            let own = attached_to(self.old, name, parent, index)?;
            let was_key = self
                .old
                .tables
                .get(name)
                .is_some_and(|t| t.constraints.contains_key(&own));
            if let Some(table) = bridge.tables.get_mut(name) {
                table.indexes.remove(&own);
                if !was_key {
                    table.constraints.remove(&own);
                }
            }
            return Some(own);
        }
        let wanted = last.and_then(|last| attached_to(self.new, name, parent, last));
        let owner = bridge.index_owner(parent, index)?;
        if let IndexOwner::Index(i) = owner
            && !i.valid
            && wanted.is_none()
        {
            return None;
        }
        if let Some(own) = self.taken_over(bridge, name, parent, owner, wanted.as_ref()) {
            if let Some(table) = bridge.tables.get_mut(name) {
                table.indexes.remove(&own);
                table.constraints.remove(&own);
            }
            return Some(own);
        }
        let free = |n: &Ident| {
            let candidate = name.sibling(n.clone());
            let mine = wanted.as_ref() == Some(n) && !self.old_names.contains(&candidate);
            (mine || !self.taken.contains(&candidate)) && !self.finals.contains_key(&candidate)
        };
        let base = wanted.clone().unwrap_or_else(|| derived(name, parent, index));
        Some(first_free(&base, free))
    }

    /// What the partition has as its own and can give: it is equal, and no longer its own in the end.
    fn taken_over(
        &self,
        bridge: &Schema,
        name: &QName,
        parent: &QName,
        owner: IndexOwner<'_>,
        wanted: Option<&Ident>,
    ) -> Option<Ident> {
        let table = bridge.tables.get(name)?;
        let target = self.new.tables.get(name)?;
        if table.partition_by.is_some() {
            return None;
        }
        // A table that leaves takes along what is attached.
        let leaves = target.partition_of.as_ref().is_none_or(|place| place.parent != *parent);
        let own = |n: &&Ident| {
            (leaves || !target.indexes.contains_key(*n) && !target.constraints.contains_key(*n))
                && fits(bridge, name, n, owner, parent)
        };
        let mut names = table.indexes.keys().chain(table.constraints.keys());
        wanted
            .filter(own)
            .filter(|n| table.indexes.contains_key(*n) || table.constraints.contains_key(*n))
            .or_else(|| names.find(own))
            .cloned()
    }
}

/// The partition's index that is attached to one of its parent's.
fn attached_to(schema: &Schema, name: &QName, parent: &QName, index: &Ident) -> Option<Ident> {
    let table = schema.tables.get(name)?;
    let place = table.partition_of.as_ref()?;
    let mut found = table.attached.iter().filter(|(_, above)| *above == index);
    (place.parent == *parent).then(|| found.next().map(|(own, _)| own.clone()))?
}

/// Whether the table has, under that name, what `owner` is in another.
fn same_owner(owner: IndexOwner<'_>, now: &Table, wanted: &Table, name: &Ident) -> bool {
    match owner {
        IndexOwner::Index(i) => wanted.indexes.get(name).is_some_and(|w| same_index(i, now, w, wanted)),
        IndexOwner::Key(c) => wanted
            .constraints
            .get(name)
            .is_some_and(|w| same_constraint(c, now, w, wanted)),
    }
}

/// A partition's index named after the parent's.
fn derived(name: &QName, parent: &QName, index: &Ident) -> Ident {
    let (own, above) = (name.name.raw(), parent.name.raw());
    let rest = index.raw().strip_prefix(above).unwrap_or(index.raw());
    let glue = if rest.starts_with('_') { "" } else { "_" };
    // Cut to the length of a name.
    Ident::new(format!("{own}{glue}{rest}")).with_suffix("")
}

/// Gives every partition an index for each of its parent's, and none for what its parent lacks: a model says nothing about
/// partitions.
pub(crate) fn complete(schema: &mut Schema) {
    let mut partitions: Vec<(usize, QName)> = schema
        .tables
        .iter()
        .filter(|(_, t)| t.partition_of.is_some())
        .map(|(name, _)| (schema.partitioned_above(name).len(), name.clone()))
        .collect();
    partitions.sort();
    for (_, name) in partitions {
        let Some(place) = schema.tables.get(&name).and_then(|t| t.partition_of.clone()) else {
            continue;
        };
        let Some(parent) = schema.tables.get(&place.parent) else {
            continue;
        };
        let valid = parent.indexes.iter().filter(|(_, i)| i.valid).map(|(n, _)| n);
        let keys = parent
            .constraints
            .iter()
            .filter(|(_, c)| c.kind.has_index())
            .map(|(n, _)| n);
        let wanted: BTreeSet<Ident> = valid.chain(keys).chain(parent.attached.keys()).cloned().collect();
        let all: BTreeSet<Ident> = parent.indexes.keys().cloned().chain(wanted.iter().cloned()).collect();
        let names = schema.relation_names();
        let Some(table) = schema.tables.get_mut(&name) else {
            continue;
        };
        table.attached.retain(|_, above| all.contains(above));
        for above in wanted {
            if !table.attached.values().any(|a| *a == above) {
                let base = derived(&name, &place.parent, &above);
                let free = first_free(&base, |n| !names.contains(&name.sibling(n.clone())));
                table.attached.insert(free, above);
            }
        }
    }
}

/// Whether a partition has its primary key from above.
pub(super) fn inherits_primary_key(schema: &Schema, name: &QName) -> bool {
    let primary = |c: &Constraint| matches!(c.kind, ConstraintKind::PrimaryKey(_));
    schema.tables.get(name).is_some_and(|t| {
        t.attached
            .keys()
            .any(|n| matches!(schema.index_owner(name, n), Some(IndexOwner::Key(key)) if primary(key)))
    })
}
