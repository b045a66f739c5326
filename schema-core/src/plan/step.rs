use serde::{Deserialize, Serialize};

use crate::schema::QName;

/// When a file may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Now: old code runs, new code comes.
    Expand,
    /// Names change their type; between the two versions.
    Cutover,
    /// After the old code is gone.
    Contract,
}

/// How a statement, and the file that holds it, must be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// In one transaction with its neighbours.
    Transaction,
    /// Alone, outside a transaction (`CREATE INDEX CONCURRENTLY`).
    Alone,
    /// One `DO` that commits after each batch; outside a transaction.
    Batches,
}

/// How long a statement takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// Milliseconds, whatever the table's size.
    Instant,
    /// Many short transactions.
    Batches,
    /// Reads the table once.
    Scan,
    /// Builds an index: reads and sorts the table.
    Build,
    /// Writes the table anew.
    Rewrite,
}

/// Table lock modes that plans take, weakest first (PostgreSQL manual, "Explicit Locking").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockMode {
    /// `ACCESS SHARE`: what SELECT takes.
    AccessShare,
    /// `ROW SHARE`.
    RowShare,
    /// `ROW EXCLUSIVE`: what INSERT, UPDATE and DELETE take.
    RowExclusive,
    /// `SHARE UPDATE EXCLUSIVE`: stops DDL and vacuum only.
    ShareUpdateExclusive,
    /// `SHARE`: stops writes.
    Share,
    /// `SHARE ROW EXCLUSIVE`: stops writes and DDL.
    ShareRowExclusive,
    /// `ACCESS EXCLUSIVE`: stops everything.
    AccessExclusive,
}

/// A lock on one relation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lock {
    /// Which mode.
    pub mode: LockMode,
    /// On which table.
    pub on: QName,
}

/// One SQL statement with what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The text without the closing semicolon.
    pub sql: String,
    /// Locks on tables that existed before.
    pub locks: Vec<Lock>,
    /// How long they are held.
    pub cost: Cost,
    /// How it must be run.
    pub runs: Class,
    /// Whether PostgreSQL carries it on to what is below the tables that it names: partitions and inheritance children.
    #[serde(default)]
    pub goes_down: bool,
}

/// Something that hurts running code or data, by name, to be accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hazard {
    /// Its name: what `--accept NAME:OBJECT` takes.
    pub kind: HazardKind,
    /// The object: `contacts.full_name` or `public.contacts.full_name`.
    pub object: String,
    /// What happens, and what to do about it.
    pub message: String,
}

/// The kinds of hazard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HazardKind {
    /// A statement loses data; acknowledged by `--allow-data-loss OBJECT`, not by `--accept`.
    DataLoss,
    /// A name changes its type: typed clients of the old version fail from here on.
    Cutover,
    /// The table is rewritten under ACCESS EXCLUSIVE.
    Rewrite,
    /// A strong lock is held while the table is read or an index is built.
    LongLock,
    /// A backfill without a unique NOT NULL key is one UPDATE that locks every row to the end.
    LongUpdate,
    /// Old code may read NULL from a column that it takes for NOT NULL.
    OldReadsNull,
    /// Old code may read an enum label that it does not know.
    UnknownLabel,
    /// Old code's writes may be refused (a unique key it does not know).
    OldWriteRefused,
    /// New code's writes may be refused until contract.
    NewWriteRefused,
    /// New code sees the old default until contract.
    OldDefault,
    /// New code may read NULL, in rows of old code, from a column that it takes for NOT NULL.
    NewReadsNull,
    /// A NOT NULL column or constraint is added and nothing fills existing rows.
    NoBackfill,
    /// The table is in a publication: subscribers must get the change in the right order.
    Replication,
    /// Prepared `SELECT *` / `RETURNING *` and positional INSERT/COPY break when a column is added or dropped.
    SelectStar,
    /// Bulk inserts take one advisory lock per key.
    BulkInsert,
    /// A function names in its body what goes or changes its name, and PostgreSQL does not look there.
    FunctionBody,
    /// Something that clients name changes its name at once.
    Rename,
    /// Something of old keeps the name of a new table or sequence, which is made in contract.
    NameTaken,
    /// Rows that the other version writes reference rows of a table: deleting those is refused.
    Referenced,
    /// New code meets a view where it expects a table, until contract.
    ThroughView,
}

impl HazardKind {
    /// Whether the plan needs `--accept` for it. The others are told, in the header and on the terminal.
    pub fn must_be_accepted(self) -> bool {
        !matches!(
            self,
            Self::DataLoss
                | Self::OldDefault
                | Self::SelectStar
                | Self::BulkInsert
                | Self::FunctionBody
                | Self::Referenced
                | Self::ThroughView
        )
    }

    /// The name that `--accept` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::DataLoss => "data_loss",
            Self::Cutover => "cutover",
            Self::Rewrite => "rewrite",
            Self::LongLock => "long_lock",
            Self::LongUpdate => "long_update",
            Self::OldReadsNull => "old_reads_null",
            Self::UnknownLabel => "unknown_label",
            Self::OldWriteRefused => "old_write_refused",
            Self::NewWriteRefused => "new_write_refused",
            Self::OldDefault => "old_default",
            Self::NewReadsNull => "new_reads_null",
            Self::NoBackfill => "no_backfill",
            Self::Replication => "replication",
            Self::SelectStar => "select_star",
            Self::BulkInsert => "bulk_insert",
            Self::FunctionBody => "function_body",
            Self::Rename => "rename",
            Self::NameTaken => "name_taken",
            Self::Referenced => "referenced",
            Self::ThroughView => "through_view",
        }
    }
}
