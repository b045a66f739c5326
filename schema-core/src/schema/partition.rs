//! Partitions and the indexes that hang together across them.

use std::collections::BTreeMap;

use super::{Column, Constraint, ConstraintKind, Ident, Index, Partition, QName, Schema, Table};

/// What an index belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexOwner<'a> {
    /// Nothing but itself.
    Index(&'a Index),
    /// A constraint of its name.
    Key(&'a Constraint),
}

impl Schema {
    /// The partitions right below a table.
    pub fn partitions<'a>(&'a self, table: &'a QName) -> impl Iterator<Item = (&'a QName, &'a Table)> {
        let partitioned = self.tables.get(table).is_some_and(|t| t.partition_by.is_some());
        let all = partitioned.then_some(&self.tables).into_iter().flatten();
        let all = all.map(|(name, t)| (name, &**t));
        all.filter(move |(_, t)| t.partition_of.as_ref().is_some_and(|p| p.parent == *table))
    }

    /// All partitions below a table, each after its parent.
    pub fn partitions_below(&self, table: &QName) -> Vec<QName> {
        let mut found: Vec<QName> = self.partitions(table).map(|(name, _)| name.clone()).collect();
        let mut at = 0;
        while at < found.len() {
            let next: Vec<QName> = self.partitions(&found[at]).map(|(name, _)| name.clone()).collect();
            found.extend(next);
            at += 1;
        }
        found
    }

    /// The tables above a partition, nearest first.
    pub fn partitioned_above<'a>(&'a self, table: &QName) -> Vec<&'a QName> {
        let mut found: Vec<&QName> = Vec::new();
        let mut place = self.tables.get(table).and_then(|t| t.partition_of.as_ref());
        while let Some(partition) = place {
            if found.contains(&&partition.parent) {
                break;
            }
            found.push(&partition.parent);
            place = self.tables.get(&partition.parent).and_then(|t| t.partition_of.as_ref());
        }
        found
    }

    /// The definition of an index on a table: its own, that of its key, or the one that an attached index has from above.
    pub fn index_owner(&self, table: &QName, name: &Ident) -> Option<IndexOwner<'_>> {
        let mut at = (self.tables.get(table)?, name);
        // The depth of partitions bounds the way up.
        for _ in 0..=self.tables.len() {
            let (table, name) = at;
            if let Some(above) = table.attached.get(name) {
                at = (self.tables.get(&table.partition_of.as_ref()?.parent)?, above);
            } else if let Some(index) = table.indexes.get(name) {
                return Some(IndexOwner::Index(index));
            } else {
                let key = table.constraints.get(name).filter(|c| c.kind.has_index())?;
                return Some(IndexOwner::Key(key));
            }
        }
        None
    }

    /// The partitions' indexes that hang on an index of a partitioned table, at every level: table to name.
    pub fn attached_below(&self, table: &QName, index: &Ident) -> BTreeMap<QName, Ident> {
        let mut found = BTreeMap::new();
        let mut open = vec![(table.clone(), index.clone())];
        while let Some((table, index)) = open.pop() {
            for (child, t) in self.partitions(&table) {
                for (name, _) in t.attached.iter().filter(|(_, above)| **above == index) {
                    found.insert(child.clone(), name.clone());
                    open.push((child.clone(), name.clone()));
                }
            }
        }
        found
    }

    /// Partitions and children of a table with a primary key of their own over the column: it stays NOT NULL there, whatever
    /// becomes of it above. With the key's name.
    pub fn keyed_below(&self, table: &QName, column: &Ident) -> Vec<(QName, Ident)> {
        let keyed = |member: &QName| {
            let (name, key) = self.tables.get(member)?.primary_key()?;
            key.columns.contains(column).then(|| (member.clone(), name.clone()))
        };
        let family = self.family(table).into_iter().filter(|member| member != table);
        family.filter_map(|member| keyed(&member)).collect()
    }

    /// Whether a primary key of the table, its own or one from above, is over the column.
    pub fn is_keyed(&self, table: &QName, column: &Ident) -> bool {
        let Some(t) = self.tables.get(table) else {
            return false;
        };
        let own = t.constraints.keys().chain(t.attached.keys());
        let mut owners = own.filter_map(|name| self.index_owner(table, name));
        owners.any(|owner| {
            let IndexOwner::Key(constraint) = owner else {
                return false;
            };
            matches!(&constraint.kind, ConstraintKind::PrimaryKey(key) if key.columns.contains(column))
        })
    }

    /// Makes a partition a table of its own, as `DETACH PARTITION` does: what it had from above is its own then.
    pub fn detach(&mut self, table: &QName) {
        let above: Vec<QName> = self.partitioned_above(table).into_iter().cloned().collect();
        let Some(mut t) = self.table(table).cloned() else {
            return;
        };
        for name in t.attached.keys() {
            match self.index_owner(table, name) {
                Some(IndexOwner::Index(_)) if t.constraints.contains_key(name) => {}
                Some(IndexOwner::Index(index)) => {
                    let own = Index {
                        comment: None,
                        statistics: BTreeMap::new(),
                        valid: true,
                        ..index.clone()
                    };
                    t.indexes.insert(name.clone(), own);
                }
                Some(IndexOwner::Key(key)) => drop(t.constraints.insert(name.clone(), uncommented(key))),
                None => {}
            }
        }
        t.attached.clear();
        t.partition_of = None;
        // From 17 on a partition shares its parent's identity, and has none of its own.
        for column in &mut t.columns {
            column.identity = None;
        }
        for parent in above.iter().filter_map(|name| self.tables.get(name)) {
            for (name, constraint) in parent.constraints.iter().filter(|(_, c)| is_inherited(c)) {
                t.constraints
                    .entry(name.clone())
                    .or_insert_with(|| uncommented(constraint));
            }
        }
        self.tables.insert(table.clone(), t.into());
    }

    /// Makes a table a partition, as `ATTACH PARTITION` does: what the tables above have as well is no longer its own.
    pub fn attach(&mut self, table: &QName, place: Partition, attached: BTreeMap<Ident, Ident>) {
        if let Some(t) = self.tables.get_mut(table) {
            t.partition_of = Some(place);
        }
        let above: Vec<QName> = self.partitioned_above(table).into_iter().cloned().collect();
        let inherited: Vec<Ident> = above
            .iter()
            .filter_map(|name| self.tables.get(name))
            .flat_map(|parent| parent.constraints.iter().filter(|(_, c)| is_inherited(c)))
            .map(|(name, _)| name.clone())
            .collect();
        let plain: Vec<Ident> = attached
            .iter()
            .filter(|(_, index)| {
                let parent = above.first();
                parent.is_some_and(|p| matches!(self.index_owner(p, index), Some(IndexOwner::Index(_))))
            })
            .map(|(name, _)| name.clone())
            .collect();
        let Some(t) = self.tables.get_mut(table) else { return };
        t.indexes.retain(|name, _| !attached.contains_key(name));
        // A key under an index that is no key above stays the partition's own.
        t.constraints
            .retain(|name, _| !inherited.contains(name) && (!attached.contains_key(name) || plain.contains(name)));
        t.attached = attached;
    }

    /// Takes away what hangs on an index of a partitioned table that goes.
    pub fn drop_attached(&mut self, table: &QName, index: &Ident) {
        for (child, name) in self.attached_below(table, index) {
            if let Some(t) = self.tables.get_mut(&child) {
                t.attached.remove(&name);
                // A key of its own over an attached index goes with the index.
                t.constraints.remove(&name);
            }
        }
    }

    /// Lets what hangs on an index of a partitioned table follow its new name.
    pub fn rename_attached(&mut self, table: &QName, from: &Ident, to: &Ident) {
        for t in self.tables.values_mut().filter(|t| t.is_child_of(table)) {
            for above in t.attached.values_mut().filter(|above| *above == from) {
                *above = to.clone();
            }
        }
    }
}

/// Whether partitions have a constraint from above that is not theirs.
fn is_inherited(constraint: &Constraint) -> bool {
    match &constraint.kind {
        ConstraintKind::Check(check) => !check.no_inherit,
        ConstraintKind::ForeignKey(_) => true,
        _ => false,
    }
}

fn uncommented(constraint: &Constraint) -> Constraint {
    Constraint {
        comment: None,
        ..constraint.clone()
    }
}

impl Table {
    /// Whether the table is a partition or an inheritance child of another one.
    pub fn is_child_of(&self, parent: &QName) -> bool {
        self.partition_of.as_ref().is_some_and(|p| p.parent == *parent) || self.inherits.contains(parent)
    }
}

impl Column {
    /// The column as a partition or an inheritance child gets it from a parent that adds it: what is said of the parent's
    /// alone does not come along.
    #[must_use]
    pub fn inherited(&self, with_identity: bool) -> Self {
        let mut own = Self {
            comment: None,
            statistics: None,
            options: BTreeMap::new(),
            identity: self.identity.clone().filter(|_| with_identity),
            ..self.clone()
        };
        if let Some(identity) = &mut own.identity {
            identity.comment = None;
        }
        own
    }

    /// What a change of its parent's column makes of it. Default, storage, statistics, options and comment are its own: where
    /// a statement changes them too, its step says so.
    #[must_use]
    pub fn following(&self, before: Option<&Self>, after: &Self, with_identity: bool) -> Self {
        let mut own = Self {
            name: after.name.clone(),
            type_name: after.type_name.clone(),
            collation: after.collation.clone(),
            generated: after.generated.clone(),
            ..self.clone()
        };
        own.not_null = after.not_null || own.not_null && !before.is_some_and(|b| b.not_null);
        if with_identity {
            own.identity = after.inherited(true).identity;
        }
        own
    }
}
