//! Rust source as a schema.
//!
//! The scan follows modules from the crate roots and reads every struct and enum that uses the derives, with the same
//! parser as the derives. It needs no compiler: it works while the crate does not build. What it cannot read is an error
//! with file, line and column, because a table missed in silence would become a planned drop.

mod build;
mod cfg;
mod error;
mod expression;
mod literal;
mod manifest;
mod names;
mod resolve;
mod source;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use error::{ScanError, ScanErrors};
pub use literal::{LiteralKind, SqlLiteral};

use crate::plan::Decisions;
use crate::schema::{QName, Schema, Slot};

/// Which features of the crates are on, as for cargo.
#[derive(Debug, Clone, Default)]
pub struct ScanOptions {
    /// `--features`; `crate/feature` for one crate only.
    pub features: Vec<String>,
    /// `--all-features`.
    pub all_features: bool,
    /// `--no-default-features`.
    pub no_default_features: bool,
}

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The file, relative to the directory that was scanned where it lies inside.
    pub file: Arc<Path>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

/// What a crate or workspace declares.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// The schema. Expressions are as the user wrote them; names that the user left out are those that PostgreSQL
    /// chooses.
    pub schema: Schema,
    /// What the attributes decide.
    pub decisions: Decisions,
    /// Tables whose columns without a field stay (`partial`).
    pub partial: BTreeSet<QName>,
    /// Where each object was declared.
    pub spans: BTreeMap<Slot, Span>,
    /// What was read.
    pub report: ScanReport,
    /// SQL in string literals that names no columns: it breaks, or reads something else, when a column comes or goes.
    pub literals: Vec<SqlLiteral>,
}

/// What was read. `Display` prints `12 tables, 3 enums from 2 crates`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanReport {
    /// Names of the crates that declare tables or enums.
    pub crates: BTreeSet<String>,
    /// Number of tables.
    pub tables: usize,
    /// Number of enums.
    pub enums: usize,
    /// Fields whose SQL type the compiler cannot confirm, because their Rust type has no `SqlType`.
    pub unverified: Vec<(QName, crate::schema::Ident, Span)>,
    /// What was not read, and why that is no error.
    pub notes: Vec<(Span, String)>,
}

impl fmt::Display for ScanReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        write!(
            f,
            "{}, {} from {}",
            counted(self.tables, "table", "tables"),
            counted(self.enums, "enum", "enums"),
            counted(self.crates.len(), "crate", "crates")
        )?;
        if !self.unverified.is_empty() {
            let fields = counted(self.unverified.len(), "field", "fields");
            write!(f, "; {fields} not verified by the compiler")?;
        }
        Ok(())
    }
}

/// Reads the crate or workspace in a directory.
///
/// # Errors
/// All mistakes at once, each with its place and what to do.
pub fn scan(root: &Path, options: &ScanOptions) -> Result<Scan, ScanErrors> {
    let mut errors = ScanErrors::default();
    // Dependencies that a workspace lists come with absolute paths; one crate must have one path.
    let root = &manifest::normal(&std::path::absolute(root).unwrap_or_else(|_| root.to_owned()));
    let crates = manifest::crates(root, options, &mut errors);
    let source = source::Source::load(root, crates, &mut errors);
    let scan = build::build(&source, &mut errors);
    errors.into_result(scan)
}
