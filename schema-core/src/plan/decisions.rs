use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::schema::{Expr, Ident, QName};

/// A column of a table, by name. In YAML and maps as `schema.table.column`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ColumnRef {
    /// The table.
    pub table: QName,
    /// The column.
    pub column: Ident,
}

/// What neither schema says and only a person can: from attributes and from flags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decisions {
    /// Declared column renames (`renamed_from`, `--rename contacts.name=full_name`). One that is spent (the old column is
    /// gone already) is harmless and reported.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renames: Vec<ColumnRename>,
    /// Declared table renames.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub table_renames: Vec<TableRename>,
    /// Declared renames of enum types.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub type_renames: Vec<TableRename>,
    /// Renames of sequences that no column owns before and after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sequence_renames: Vec<TableRename>,
    /// Values for rows that stand without one (`backfill = "sql"`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backfills: Vec<(ColumnRef, Expr)>,
    /// Values that new code's rows get in a column that only old code knows (`old_value = "sql"`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub old_values: Vec<(ColumnRef, Expr)>,
    /// Conversions of a retype (`using`, `using_back`, `cutover`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retypes: Vec<Retype>,
    /// Unique constraints that wait for contract (`late`), as (table, constraint).
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub late: BTreeSet<(QName, Ident)>,
    /// Enum labels that go, and what their rows become: (type, label) to the label that replaces it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed_labels: Vec<(QName, String, String)>,
    /// Enum types that are built anew without the labels that go, instead of keeping them out by a check.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub rebuild: BTreeSet<QName>,
    /// Enum labels that change their name: (type, old, new).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renamed_labels: Vec<(QName, String, String)>,
    /// Hazards accepted, as `kind:object`, or `all`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub accept: BTreeSet<String>,
    /// Objects whose data may be lost, or `all`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub allow_data_loss: BTreeSet<String>,
    /// A drop and an add that look like a rename are just that.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_renames: bool,
    /// No old code runs: straight to the target, no sync, no waiting phase.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub direct: bool,
}

/// A column that changes its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ColumnRename {
    /// The table, under its new name.
    pub table: QName,
    /// The old name.
    pub from: Ident,
    /// The new name.
    pub to: Ident,
}

/// A table, a type or a sequence that changes its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TableRename {
    /// The old name.
    pub from: QName,
    /// The new name.
    pub to: QName,
}

/// How a column's values change with its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retype {
    /// The column.
    pub column: ColumnRef,
    /// New value from old, over the bare column name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub using: Option<Expr>,
    /// Old value from new, over the bare column name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub using_back: Option<Expr>,
    /// Whether the attribute accepts the cutover.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cutover: bool,
}
