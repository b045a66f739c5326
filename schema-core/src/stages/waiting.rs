//! What cannot have its name in the bridge, because something of old keeps it until contract.
//!
//! Indexes and keys stand under another name until then. A table or a sequence is what code names: a new one waits for
//! contract, and with it what hangs on it. A partition waits too while an old one has rows of its bound. A sequence that a column draws from by itself stands under another name too.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Refusal;
use super::names::Names;
use crate::plan::{Hazard, HazardKind};
use crate::schema::{ConstraintKind, QName, Schema, Table};
use crate::sql::may_overlap;

/// What new has and the bridge has not, or not under that name.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// With the reason.
    tables: BTreeMap<QName, String>,
    sequences: BTreeMap<QName, String>,
    /// Partitioned tables without a place for some rows while one partition makes room for others.
    gaps: BTreeMap<QName, BTreeSet<QName>>,
    /// Sequences under another name.
    renamed: Vec<(QName, QName)>,
}

impl Waiting {
    /// `takes_over` says which new sequences are old ones under a new name.
    pub(super) fn find(old: &Schema, new: &Schema, names: &Names<'_>, takes_over: impl Fn(&QName) -> bool) -> Self {
        let mut found = Self::default();
        for name in new.tables.keys().filter(|n| !old.tables.contains_key(*n)) {
            if let Some(holder) = holder(old, name) {
                found.tables.insert(name.clone(), format!("{holder} has its name"));
            } else if let Some((parent, leaves)) = in_its_place(old, new, name) {
                found
                    .tables
                    .insert(name.clone(), format!("the partition {leaves} has rows of its bound"));
                found.gaps.entry(parent.clone()).or_default().insert(leaves.clone());
            }
        }
        // Partitions and children wait with their parents.
        while let Some((child, parent)) = new.tables.iter().find_map(|(name, table)| {
            let mut parents = table.partition_of.iter().map(|p| &p.parent).chain(&table.inherits);
            let parent = parents.find(|p| found.tables.contains_key(*p))?;
            (!old.tables.contains_key(name) && !found.tables.contains_key(name)).then_some((name, parent))
        }) {
            found
                .tables
                .insert(child.clone(), format!("its parent {parent} waits, and it has its name"));
        }
        for (name, sequence) in new.sequences.iter().filter(|(n, _)| !old.sequences.contains_key(*n)) {
            let owner = sequence.owned_by.as_ref().map(|(table, _)| table);
            if takes_over(name) || owner.is_some_and(|t| found.tables.contains_key(t)) {
                continue;
            }
            let Some(holder) = holder(old, name) else {
                continue;
            };
            if owner.is_some() || new.is_drawn_from(name) {
                let given = names.give_another(name, |_| false);
                found.renamed.push((name.clone(), given));
            } else {
                found.sequences.insert(name.clone(), format!("{holder} has its name"));
            }
        }
        found
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.sequences.is_empty() && self.renamed.is_empty()
    }

    /// The target without what waits: what the bridge is built towards.
    pub(super) fn apply(&self, new: &mut Schema) {
        for (name, given) in &self.renamed {
            new.rename_sequence(name, given);
        }
        new.tables.retain(|name, _| !self.tables.contains_key(name));
        let waits = |table: &QName| self.tables.contains_key(table);
        new.sequences.retain(|name, sequence| {
            !self.sequences.contains_key(name) && !sequence.owned_by.as_ref().is_some_and(|(table, _)| waits(table))
        });
        for table in new.tables.values_mut() {
            table.constraints.retain(|_, c| match &c.kind {
                ConstraintKind::ForeignKey(key) => !waits(&key.references),
                _ => true,
            });
        }
    }

    /// What new code finds missing.
    pub(super) fn hazards(&self) -> impl Iterator<Item = Hazard> {
        let all = self.tables.iter().chain(&self.sequences);
        let waits = all.map(|(name, reason)| Hazard {
            kind: HazardKind::NameTaken,
            object: name.to_string(),
            message: format!("new code cannot use {name} until contract: {reason} until then"),
        });
        let gaps = self.gaps.iter().map(|(parent, leave)| {
            let leave: Vec<String> = leave.iter().map(ToString::to_string).collect();
            Hazard {
                kind: HazardKind::NewWriteRefused,
                object: parent.to_string(),
                message: format!(
                    "in contract {parent} refuses rows from the file that detaches {} to the one that makes the partitions \
                     in its place",
                    leave.join(", ")
                ),
            }
        });
        waits.chain(gaps)
    }
}

/// The old partition that leaves, and until then has rows that belong to a new one; with their table.
fn in_its_place<'a>(old: &'a Schema, new: &'a Schema, name: &QName) -> Option<(&'a QName, &'a QName)> {
    let place = new.tables.get(name)?.partition_of.as_ref()?;
    let leaves = |sibling: &QName, table: &Table| {
        new.tables.get(sibling).and_then(|t| t.partition_of.as_ref()) != table.partition_of.as_ref()
    };
    let bounds = old
        .partitions(&place.parent)
        .filter(|(sibling, table)| leaves(sibling, table));
    let mut met = bounds.filter(|(_, table)| {
        let bound = table.partition_of.as_ref().map(|p| p.bound.as_str());
        bound.is_some_and(|bound| may_overlap(bound, &place.bound))
    });
    met.next().map(|(sibling, _)| (&place.parent, sibling))
}

/// What has the name of a new table or sequence in old.
fn holder<'a>(old: &'a Schema, name: &QName) -> Option<&'a str> {
    let on_tables = old.tables.iter().filter(|(table, _)| table.schema == name.schema);
    if old.tables.contains_key(name) {
        return Some("a table");
    }
    if old.sequences.contains_key(name) {
        return Some("a sequence");
    }
    if old.enums.contains_key(name) {
        return Some("an enum");
    }
    for (_, table) in on_tables {
        if table.indexes.contains_key(&name.name) || table.attached.contains_key(&name.name) {
            return Some("an index");
        }
        if table.constraints.get(&name.name).is_some_and(|c| c.kind.has_index()) {
            return Some("a key");
        }
    }
    None
}

/// New names that something of old keeps for good, or that no plan can wait for.
pub(super) fn refusals(old: &Schema, new: &Schema, direct: bool) -> Vec<Refusal> {
    let mut out = Vec::new();
    let (old_names, new_names) = (LazyCell::new(|| relations(old)), LazyCell::new(|| relations(new)));
    let is_old_type = |n: &QName| old.tables.contains_key(n) || old.enums.contains_key(n);
    for other in &old.others {
        let Ok(name) = other.name.parse::<QName>() else {
            continue;
        };
        let relation = other.is_relation() && !old_names.contains(&name) && new_names.contains(&name);
        let is_type = matches!(other.kind.as_str(), "domain" | "range type") || other.is_relation();
        let is_new_type = |n: &QName| new.tables.contains_key(n) || new.enums.contains_key(n);
        if relation || is_type && !is_old_type(&name) && is_new_type(&name) {
            out.push(Refusal {
                object: name.to_string(),
                why: format!(
                    "a {} of the database has this name, and schemagen drops none",
                    other.kind
                ),
                way_out: format!("drop or rename the {} in a migration of its own first", other.kind),
            });
        }
    }
    for name in new.enums.keys().filter(|n| !old.enums.contains_key(*n)) {
        // A sequence is refused where a type has its name, so it could not come back.
        let sequence = old.sequences.contains_key(name) && !new.sequences.contains_key(name);
        if (old.tables.contains_key(name) || sequence) && !direct {
            out.push(Refusal {
                object: name.to_string(),
                why: "it becomes an enum, and the table or sequence of this name stands until contract".to_owned(),
                way_out: "give the enum another name, or drop the other in a plan of its own first".to_owned(),
            });
        }
    }
    out
}

/// Names of tables, sequences, indexes and keys.
fn relations(schema: &Schema) -> BTreeSet<QName> {
    let model = Schema {
        tables: schema.tables.clone(),
        sequences: schema.sequences.clone(),
        ..Schema::default()
    };
    model.relation_names()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Decisions;
    use crate::schema::{Column, Expr, Ident, Index, IndexKey, Sequence};

    fn with_index(table: &str, index: &str) -> Schema {
        let mut schema = Schema::default();
        let mut t = Table {
            columns: vec![Column::new("n", "integer")],
            ..Table::default()
        };
        let keys = vec![IndexKey::column(Ident::new("n"))];
        let index_of = Index {
            method: "btree".to_owned(),
            unique: false,
            nulls_not_distinct: false,
            keys,
            include: Vec::new(),
            predicate: None,
            with: BTreeMap::new(),
            tablespace: None,
            valid: true,
            expression_columns: Vec::new(),
            statistics: BTreeMap::new(),
            comment: None,
        };
        t.indexes.insert(Ident::new(index), index_of);
        schema.tables.insert(QName::new("public", table), t.into());
        schema
    }

    fn bridge(old: &Schema, new: &Schema) -> (Schema, Vec<Hazard>) {
        let path = super::super::stages(old, new, &Decisions::default()).expect("the path can be planned");
        (path.stages[1].schema.clone(), path.hazards)
    }

    #[test]
    fn a_table_waits_for_its_name_and_its_references_wait_with_it() {
        let old = with_index("t", "taken");
        let mut new = with_index("t", "other");
        let taken = QName::new("public", "taken");
        new.tables
            .insert(taken.clone(), new.tables[&QName::new("public", "t")].clone());
        if let Some(t) = new.tables.get_mut(&taken) {
            t.indexes.clear();
        }
        let (bridge, hazards) = bridge(&old, &new);
        assert!(!bridge.tables.contains_key(&taken));
        let told: Vec<_> = hazards.iter().map(|h| (h.kind.name(), h.object.as_str())).collect();
        assert_eq!(told, [("name_taken", "public.taken")]);
    }

    #[test]
    fn a_sequence_that_a_default_names_stands_under_another_name() {
        let old = with_index("t", "taken");
        let mut new = with_index("t", "other");
        let (t, taken) = (QName::new("public", "t"), QName::new("public", "taken"));
        new.sequences.insert(taken.clone(), Sequence::default());
        if let Some(table) = new.tables.get_mut(&t) {
            let mut column = Column::new("m", "bigint");
            column.default = Some(Expr("nextval('public.taken'::regclass)".to_owned()));
            table.columns.push(column);
        }
        let (bridge, hazards) = bridge(&old, &new);
        assert!(bridge.sequences.contains_key(&QName::new("public", "taken__new")));
        let default = bridge.tables[&t]
            .column(&Ident::new("m"))
            .and_then(|c| c.default.clone());
        assert_eq!(default, Some(Expr("nextval('public.taken__new'::regclass)".to_owned())));
        assert_eq!(hazards, []);
    }
}
