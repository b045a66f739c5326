use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::schema::QName;

/// What a proof found: the content of `proof.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Proof {
    /// The server: `native PostgreSQL 15.18`.
    pub server: String,
    /// Its `server_version_num`.
    pub version: u32,
    /// Whether it was the embedded one.
    pub embedded: bool,
    /// The tables that were built: those that the plan touches and those that they depend on.
    pub tables: Vec<QName>,
    /// Synthetic rows by table, as they stood before the first file.
    pub rows: BTreeMap<String, u64>,
    /// What was done.
    pub checks: Checks,
    /// Where a prepared `SELECT *` stopped working.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prepared_star: Vec<PreparedBreak>,
    /// What the pure verdicts refuse and no statement of the proof ran into.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What was not run, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unproven: Vec<Unproven>,
    /// What is wrong with the plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<ProofFailure>,
}

impl Proof {
    /// Whether nothing failed.
    pub fn holds(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Counts of what was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Checks {
    /// Files run forward (each twice where it can be undone).
    pub ups: u32,
    /// Files undone.
    pub downs: u32,
    /// Catalogs compared with the replayed schema.
    pub catalogs: u32,
    /// Statements of old code that ran.
    pub old_statements: u32,
    /// Statements of new code that ran.
    pub new_statements: u32,
    /// Times that the rows' values were compared with those before.
    pub row_comparisons: u32,
    /// Fills that were looked at for rows left out.
    pub fills: u32,
}

/// A prepared `SELECT *` that a file broke.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PreparedBreak {
    /// The file.
    pub file: String,
    /// The table.
    pub table: QName,
}

/// Something that was not run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unproven {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// Something that is wrong with the plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProofFailure {
    /// The file's slug; empty for what was found before the first file.
    pub file: String,
    /// What was being done: `up`, `down`, `up again`, `old code`, `new code`, `rows`, `end`.
    pub step: String,
    /// The object: `public.contacts.full_name`.
    pub object: String,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for ProofFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{} ", self.file)?;
        }
        write!(f, "({}): ", self.step)?;
        if !self.object.is_empty() {
            write!(f, "{}: ", self.object)?;
        }
        f.write_str(&self.message)
    }
}
