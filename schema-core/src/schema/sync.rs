use serde::{Deserialize, Serialize};

use super::{Expr, Ident, QName};

/// A trigger pair that keeps two columns of one table in step while two versions of the code run.
///
/// In a stage it is an object like a table; in the database it is one function and two triggers, recognised by the
/// comment on the function, which holds this struct as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sync {
    /// The table.
    pub table: QName,
    /// The column that old code uses (two-way), or the source (one-way).
    pub from: Ident,
    /// The column that new code uses (two-way), or the destination (one-way).
    pub to: Ident,
    /// Which way values flow.
    pub direction: SyncDirection,
    /// `to` as an expression over `NEW.<from>`; `None` is the bare value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<Expr>,
    /// `from` as an expression over `NEW.<to>`; `None` is the bare value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down: Option<Expr>,
    /// The default of `to` that the INSERT branch compares with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_default: Option<Expr>,
    /// Whether only `to` has a default, so that an INSERT that names neither side takes it from there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default_from_to: bool,
    /// Whether values are compared with `record_image_ne`, because the type has no `=` or calls equal what differs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_image: bool,
    /// Unique keys over the column: the INSERT branch takes an advisory transaction lock on each key's value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_locks: Vec<KeyLock>,
}

/// Which way a sync writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncDirection {
    /// Both columns are written, by old and by new code (rename).
    TwoWay,
    /// Only `to` is written, by the trigger (retype, before the cutover).
    Forward,
    /// After the cutover: `from` is the swapped-in column, `to` the old one.
    Backward,
    /// `from` and `to` are one column: what old code writes is replaced on its way in (a label that goes).
    InPlace,
}

/// An advisory lock on the value of a unique key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLock {
    /// The index or constraint: equal values of different keys must not share a lock, or two rows could wait for each other.
    pub key: Ident,
    /// Key parts as SQL with `NEW.` in front of every column. Parts that the key calls equal have one text.
    pub parts: Vec<Expr>,
    /// The partial index's predicate, with `NEW.` in front of every column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<Expr>,
}

/// A backfill: rows that stood before the stage have the column filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The table.
    pub table: QName,
    /// The column that is filled.
    pub column: Ident,
    /// The value as SQL over bare column names; `None` touches the row so that the sync converts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Expr>,
    /// Which rows still lack it, as SQL over bare column names.
    pub missing: Expr,
    /// The unique NOT NULL key that batches walk along; empty when there is none (then one UPDATE, hazard `long_update`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<Ident>,
    /// How many times it ran: contract fills again what old code wrote since.
    #[serde(default)]
    pub round: u8,
}
