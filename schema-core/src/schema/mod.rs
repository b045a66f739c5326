//! The schema as plain data: what the catalog holds, what structs ask for, and every stage between them.
//!
//! A [`Schema`] knows no connection, no file and no Rust source. Everything in it is compared by value and kept in
//! sorted maps, so that the same schema always prints the same bytes.

mod alias;
mod constraint;
mod enums;
mod fingerprint;
mod index;
mod name;
mod other;
mod partition;
mod rename;
mod sequence;
mod shared;
mod slot;
mod sync;
mod table;

pub use alias::TableAlias;
pub use constraint::{
    CheckConstraint, Constraint, ConstraintKind, Deferral, Exclusion, ForeignKey, Key, NotNull, Referential,
};
pub use enums::EnumType;
pub use fingerprint::fingerprint;
pub use index::{Index, IndexKey, KeyTarget};
pub use name::{Ident, Literal, ParseNameError, QName};
pub use other::{Alias, Dependency, Other};
pub use partition::IndexOwner;
pub use sequence::{Sequence, SequenceOptions};
pub use shared::Shared;
pub use slot::{Object, Patch, PatchError, Slot};
pub use sync::{Fill, KeyLock, Sync, SyncDirection};
pub use table::{Column, Generated, Identity, Partition, Table, TableOptions};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An SQL expression in PostgreSQL's own spelling (what `pg_get_expr` prints with an empty `search_path`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Expr(pub String);

impl std::fmt::Display for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Expr {
    /// Whether it names the sequence as `nextval('…'::regclass)` does.
    pub fn draws_from(&self, sequence: &QName) -> bool {
        self.0.contains(&Literal(&sequence.to_string()).to_string())
    }

    /// The same drawing from another sequence.
    #[must_use]
    pub fn drawing_from(&self, from: &QName, to: &QName) -> Self {
        let printed = |name: &QName| Literal(&name.to_string()).to_string();
        Self(self.0.replace(&printed(from), &printed(to)))
    }
}

impl From<&str> for Expr {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// One database schema namespace (`CREATE SCHEMA`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// `COMMENT ON SCHEMA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Everything that is compared: namespaces, types, sequences, tables, and the syncs and fills of a stage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Schema {
    /// Namespaces other than the system's. `public` is among them when it exists.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub namespaces: BTreeMap<Ident, Namespace>,
    /// Enum types.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub enums: BTreeMap<QName, EnumType>,
    /// Sequences, also those that a column owns (serial). An identity column's sequence is part of the column.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sequences: BTreeMap<QName, Sequence>,
    /// Ordinary and partitioned tables and partitions.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<QName, Shared<Table>>,
    /// Trigger pairs that keep two columns of one table in step. Keyed by the trigger function's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub syncs: BTreeMap<QName, Sync>,
    /// Views that show a table under the name that it gets in contract. Keyed by that name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: BTreeMap<QName, TableAlias>,
    /// Domains under the old names of enums that have a new one, with the enum's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub type_aliases: BTreeMap<QName, QName>,
    /// Backfills that a stage has behind it. Not in the catalog, so introspection finds none. Keyed by an id such as
    /// `public.contacts.full_name`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fills: BTreeMap<String, Fill>,
    /// What the model cannot express (views, functions, triggers, policies, …): listed, guarded, never planned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Other>,
}

impl Schema {
    /// The enum type that a column type names, directly or as an array element.
    pub fn enum_of_type(&self, type_name: &str) -> Option<&QName> {
        let element = type_name.trim_end_matches("[]");
        // Types without a namespace are built-in ones.
        let name: QName = element.contains('.').then(|| element.parse().ok())??;
        let (found, _) = self.enums.get_key_value(&name)?;
        (found.to_string() == element).then_some(found)
    }

    /// A table.
    pub fn table(&self, name: &QName) -> Option<&Table> {
        self.tables.get(name).map(|table| &**table)
    }

    /// Columns whose type is the enum or an array of it, as (table, column).
    pub fn columns_of_enum<'a>(&'a self, name: &QName) -> Vec<(&'a QName, &'a Column)> {
        let printed = name.to_string();
        self.tables
            .iter()
            .flat_map(|(table, t)| t.columns.iter().map(move |c| (table, c)))
            .filter(|(_, c)| c.type_name.trim_end_matches("[]") == printed)
            .collect()
    }

    /// Every name in the namespaces of relations: tables, sequences, indexes, and the views and types of `others`.
    pub fn relation_names(&self) -> std::collections::BTreeSet<QName> {
        let mut names: std::collections::BTreeSet<QName> = self
            .tables
            .keys()
            .chain(self.sequences.keys())
            .chain(self.aliases.keys())
            .cloned()
            .collect();
        for (table, t) in &self.tables {
            names.extend(
                t.indexes
                    .keys()
                    .chain(t.attached.keys())
                    .map(|n| table.sibling(n.clone())),
            );
            let keys = t.constraints.iter().filter(|(_, c)| c.kind.has_index());
            names.extend(keys.map(|(n, _)| table.sibling(n.clone())));
        }
        names.extend(
            self.others
                .iter()
                .filter(|o| o.is_relation())
                .filter_map(|o| o.name.parse().ok()),
        );
        names
    }

    /// The table with its partitions and inheritance children, all the way down.
    pub fn family(&self, table: &QName) -> std::collections::BTreeSet<QName> {
        let mut found = std::collections::BTreeSet::from([table.clone()]);
        let mut open = vec![table.clone()];
        while let Some(parent) = open.pop() {
            for (name, t) in &self.tables {
                let child = t.partition_of.as_ref().is_some_and(|p| p.parent == parent) || t.inherits.contains(&parent);
                if child && found.insert(name.clone()) {
                    open.push(name.clone());
                }
            }
        }
        found
    }

    /// The same schema, holding each table that is equal in `other` together with it.
    #[must_use]
    pub fn sharing(mut self, other: &Self) -> Self {
        for (name, table) in &mut self.tables {
            if let Some(equal) = other.tables.get(name).filter(|equal| *equal == table) {
                table.clone_from(equal);
            }
        }
        self
    }

    /// The schema with some of its tables only, and everything else.
    #[must_use]
    pub fn with_tables(&self, keep: impl Fn(&QName, &Shared<Table>) -> bool) -> Self {
        let tables = self.tables.iter().filter(|(name, table)| keep(name, table));
        Self {
            namespaces: self.namespaces.clone(),
            enums: self.enums.clone(),
            sequences: self.sequences.clone(),
            tables: tables.map(|(name, table)| (name.clone(), table.clone())).collect(),
            syncs: self.syncs.clone(),
            aliases: self.aliases.clone(),
            type_aliases: self.type_aliases.clone(),
            fills: self.fills.clone(),
            others: self.others.clone(),
        }
    }

    /// An object outside the model.
    pub fn other(&self, kind: &str, name: &str) -> Option<&Other> {
        self.others.iter().find(|o| o.kind == kind && o.name == name)
    }

    /// Columns that draw from an owned sequence: the sequences whose `OWNED BY` is this column.
    pub fn sequences_owned_by<'a>(&'a self, table: &'a QName, column: &'a Ident) -> impl Iterator<Item = &'a QName> {
        self.sequences
            .iter()
            .filter(move |(_, s)| s.owned_by.as_ref().is_some_and(|(t, c)| t == table && c == column))
            .map(|(name, _)| name)
    }

    /// Whether a column's default draws from the sequence.
    pub fn is_drawn_from(&self, sequence: &QName) -> bool {
        let mut columns = self.tables.values().flat_map(|t| &t.columns);
        columns.any(|c| c.default.as_ref().is_some_and(|d| d.draws_from(sequence)))
    }
}
