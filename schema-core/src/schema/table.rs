use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Constraint, ConstraintKind, Expr, ForeignKey, Ident, Index, Key, QName, SequenceOptions};

/// An ordinary table, a partitioned table or a partition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Table {
    /// Columns in catalog order. Comparisons go by name: the order differs for good once a shadow column was swapped in.
    pub columns: Vec<Column>,
    /// Constraints by name. On a partition only its own, not those inherited from the parent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub constraints: BTreeMap<Ident, Constraint>,
    /// Indexes by name, without those that a constraint brings. On a partition only its own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub indexes: BTreeMap<Ident, Index>,
    /// Storage and the like.
    #[serde(skip_serializing_if = "TableOptions::is_default")]
    pub options: TableOptions,
    /// `PARTITION BY …` (`pg_get_partkeydef`), for a partitioned table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_by: Option<String>,
    /// For a partition: its parent and bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_of: Option<Partition>,
    /// For a partition: its indexes that are attached to one of its parent's, by name, each with the parent's. A key's is
    /// named like the key. They belong to the parent's index and are neither in `indexes` nor in `constraints`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attached: BTreeMap<Ident, Ident>,
    /// Plain inheritance parents (`INHERITS`). Such tables are read and compared; changing the list is refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<QName>,
    /// `COMMENT ON TABLE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A partition's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// The partitioned table.
    pub parent: QName,
    /// `FOR VALUES …` or `DEFAULT`, as `pg_get_expr(relpartbound, oid)` prints it.
    pub bound: String,
    /// Whether a `DETACH … CONCURRENTLY` was interrupted: only `DETACH … FINALIZE` goes on from there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub detaching: bool,
}

/// What belongs to a table but is none of its columns, constraints or indexes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableOptions {
    /// `UNLOGGED`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unlogged: bool,
    /// Storage parameters (`pg_class.reloptions`, and those of the TOAST table with `toast.` in front), sorted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// Tablespace other than the database's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tablespace: Option<Ident>,
    /// Access method other than `heap`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_method: Option<Ident>,
    /// `ENABLE ROW LEVEL SECURITY`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub row_security: bool,
    /// `FORCE ROW LEVEL SECURITY`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub force_row_security: bool,
    /// `REPLICA IDENTITY` other than `DEFAULT`: `FULL`, `NOTHING` or `INDEX` (then the index or constraint is named by
    /// `replica_identity_index`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica_identity: Option<String>,
    /// The index of `REPLICA IDENTITY USING INDEX`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica_identity_index: Option<Ident>,
    /// The index of `CLUSTER ON`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_on: Option<Ident>,
}

impl TableOptions {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// Its type as `format_type` prints it with an empty `search_path`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Whether NULL is refused. False also for a NOT NULL constraint of 18 that is not yet validated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_null: bool,
    /// `DEFAULT`; none on generated and identity columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Expr>,
    /// `GENERATED ALWAYS AS (…)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
    /// `GENERATED … AS IDENTITY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// Collation when it is not the type's own, qualified (`pg_catalog."C"`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// `SET STORAGE` when it is not the type's own: `PLAIN`, `MAIN`, `EXTERNAL`, `EXTENDED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<String>,
    /// `SET COMPRESSION` when set: `pglz` or `lz4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// `SET STATISTICS` when set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<i32>,
    /// Attribute options (`n_distinct` and friends), sorted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// `COMMENT ON COLUMN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Column {
    /// A nullable column without anything else.
    pub fn new(name: impl Into<Ident>, type_name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            type_name: type_name.into(),
            not_null: false,
            default: None,
            generated: None,
            identity: None,
            collation: None,
            storage: None,
            compression: None,
            statistics: None,
            options: BTreeMap::new(),
            comment: None,
        }
    }

    /// Whether an INSERT may leave the column out and still get something other than an error.
    pub fn may_be_omitted(&self) -> bool {
        !self.not_null || self.default.is_some() || self.generated.is_some() || self.identity.is_some()
    }
}

/// A generated column's expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// The expression.
    pub expression: Expr,
    /// `STORED`; else `VIRTUAL` (18).
    pub stored: bool,
}

/// An identity column's generator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// `ALWAYS`; else `BY DEFAULT`.
    pub always: bool,
    /// The sequence's options.
    #[serde(flatten)]
    pub options: SequenceOptions,
    /// `COMMENT ON SEQUENCE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &Ident) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == *name)
    }

    /// The column of that name, to be changed.
    pub fn column_mut(&mut self, name: &Ident) -> Option<&mut Column> {
        self.columns.iter_mut().find(|c| c.name == *name)
    }

    /// The foreign keys with their constraint names.
    pub fn foreign_keys(&self) -> impl Iterator<Item = (&Ident, &ForeignKey)> {
        self.constraints.iter().filter_map(|(name, c)| match &c.kind {
            ConstraintKind::ForeignKey(key) => Some((name, key)),
            _ => None,
        })
    }

    /// The primary key with its constraint name.
    pub fn primary_key(&self) -> Option<(&Ident, &Key)> {
        self.constraints.iter().find_map(|(name, c)| match &c.kind {
            ConstraintKind::PrimaryKey(key) => Some((name, key)),
            _ => None,
        })
    }
}
