use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Expr, Ident};

/// An index that no constraint owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Access method: `btree`, `gin`, ….
    pub method: String,
    /// `UNIQUE`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// `NULLS NOT DISTINCT` (15).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nulls_not_distinct: bool,
    /// Keys in order.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE` columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Ident>,
    /// `WHERE`, without outer parentheses beyond those that `pg_get_expr(indpred, indrelid)` prints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<Expr>,
    /// Storage parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, String>,
    /// Tablespace when it is not the database's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tablespace: Option<Ident>,
    /// False for an INVALID leftover of a concurrent build that failed, and for a partitioned index whose partitions are
    /// not all attached.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub valid: bool,
    /// Columns named by expressions or the predicate, sorted (`pg_depend`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expression_columns: Vec<Ident>,
    /// Statistics targets of expression keys: key number from 1 to target.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub statistics: BTreeMap<i16, i32>,
    /// `COMMENT ON INDEX`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

fn yes() -> bool {
    true
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
fn is_true(value: &bool) -> bool {
    *value
}

/// One key of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexKey {
    /// A column or an expression.
    #[serde(flatten)]
    pub target: KeyTarget,
    /// Collation when it is not the column's own, qualified (`pg_catalog."C"`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// Operator class when it is not the type's default, qualified, with parameters
    /// (`public.gin_trgm_ops`, `public.gist_trgm_ops (siglen='32')`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opclass: Option<String>,
    /// `DESC`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
    /// `NULLS FIRST`. The default is false for ascending keys and true for descending ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nulls_first: bool,
}

impl IndexKey {
    /// An ascending key over a column.
    pub fn column(name: Ident) -> Self {
        Self {
            target: KeyTarget::Column(name),
            collation: None,
            opclass: None,
            descending: false,
            nulls_first: false,
        }
    }
}

/// What an index key is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyTarget {
    /// A column.
    Column(Ident),
    /// An expression, as `pg_get_indexdef(index, n, true)` prints it.
    Expression(Expr),
}
