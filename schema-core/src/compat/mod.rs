//! Which statements of one version of the code a stage serves, while the other version writes too.
//!
//! Pure: it looks at schemas only. The proof asks the same with real statements. Reads are operations: a version is served
//! only where it can decode every value that the other version can write.

mod keys;
mod read;
mod types;
mod write;

use serde::{Deserialize, Serialize};

use crate::plan::HazardKind;
use crate::schema::{Ident, QName, Schema, Table};

pub use keys::{UniqueKey, unique_keys};
pub use types::{Retyped, retyped};

/// The answer for one operation on one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The table, as the version names it.
    pub table: QName,
    /// What the version does.
    pub operation: Operation,
    /// What comes of it.
    pub answer: Answer,
}

/// What code does with a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `SELECT` of its columns by name.
    Select,
    /// `INSERT` of all its columns.
    InsertAll,
    /// `INSERT` of the columns that have no default and refuse NULL.
    InsertRequired,
    /// `INSERT … ON CONFLICT` on a key of its own, by the key's name.
    Upsert(Ident),
    /// `UPDATE` of one column.
    Update(Ident),
    /// `DELETE`.
    Delete,
    /// A `SELECT *` or `RETURNING *` that was prepared before.
    PreparedStar,
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Select => f.write_str("SELECT"),
            Self::InsertAll => f.write_str("INSERT of all columns"),
            Self::InsertRequired => f.write_str("INSERT of the required columns"),
            Self::Upsert(key) => write!(f, "upsert on {}", key.raw()),
            Self::Update(column) => write!(f, "UPDATE of {}", column.raw()),
            Self::Delete => f.write_str("DELETE"),
            Self::PreparedStar => f.write_str("prepared SELECT *"),
        }
    }
}

/// Whether the stage serves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It works, and every value can be decoded.
    Serves,
    /// It fails for some value, or reads one that it cannot decode.
    Refuses(Vec<Refusal>),
}

/// One reason why an operation is not served.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refusal {
    /// The column, constraint or table at fault.
    pub object: Ident,
    /// For which value: `NULL`, a label, `any`.
    pub value: String,
    /// The kind of reason.
    pub reason: Reason,
}

/// Why a stage does not serve an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The table is not there.
    NoTable,
    /// The column is not there.
    NoColumn,
    /// The column has a type that a typed client of this version does not take.
    OtherType,
    /// The column takes shorter values.
    Shorter,
    /// The column can be NULL, and the version's field cannot.
    ReadsNull,
    /// The column refuses NULL, and the version writes it or leaves the column out.
    RefusesNull,
    /// The enum has a label that the version cannot decode.
    UnknownLabel,
    /// The enum lacks a label that the version writes.
    NoLabel,
    /// The column is generated, and the version writes it.
    Generated,
    /// A unique key that the version does not know.
    UniqueKey,
    /// A check that the version does not know.
    Check,
    /// A foreign key that the version does not know.
    ForeignKey,
    /// A row that the version does not know of references the row.
    Referenced,
    /// No unique key answers the version's `ON CONFLICT`.
    NoArbiter,
    /// The set of columns changed.
    Columns,
}

impl Reason {
    /// The hazard that announces it, when the version is the old one (or the new one).
    pub fn hazards(self, old: bool) -> &'static [HazardKind] {
        use HazardKind as H;
        match self {
            Self::OtherType => &[H::Cutover, H::Rename],
            Self::Shorter => &[H::Cutover],
            Self::ReadsNull if old => &[H::OldReadsNull],
            Self::ReadsNull => &[H::NewReadsNull, H::NoBackfill, H::OldDefault],
            Self::UnknownLabel if old => &[H::UnknownLabel],
            Self::UnknownLabel => &[H::UnknownLabel, H::Cutover],
            Self::Columns => &[H::SelectStar],
            Self::NoTable if !old => &[H::NameTaken, H::Rename, H::Cutover, H::DataLoss],
            Self::NoTable | Self::NoColumn | Self::NoLabel => &[H::Rename, H::Cutover, H::DataLoss],
            Self::Referenced => &[H::Referenced],
            _ if old => &[H::OldWriteRefused, H::Rewrite, H::LongLock],
            _ => &[H::NewWriteRefused],
        }
    }

    /// In words, after "because".
    pub fn words(self) -> &'static str {
        match self {
            Self::NoTable => "the table is not there",
            Self::NoColumn => "the column is not there",
            Self::OtherType => "the column has another type",
            Self::Shorter => "the column takes shorter values only",
            Self::ReadsNull => "it can read NULL where its field is no Option",
            Self::RefusesNull => "the column refuses NULL",
            Self::UnknownLabel => "it can read a label that it does not know",
            Self::NoLabel => "the enum lacks the label",
            Self::Generated => "the column is generated",
            Self::UniqueKey => "a unique key that it does not know refuses duplicates",
            Self::Check => "a check that it does not know stands",
            Self::ForeignKey => "a foreign key that it does not know stands",
            Self::Referenced => "a row that it does not know of references it",
            Self::NoArbiter => "no unique key answers its ON CONFLICT",
            Self::Columns => "the set of columns changed",
        }
    }
}

/// What `stage` answers to each operation of `version`, while `other` is the version that writes beside it.
///
/// Tables that are the same in all three are left out: everything works on them.
pub fn compat(version: &Schema, other: &Schema, stage: &Schema) -> Vec<Verdict> {
    let (other, stage) = &(
        under_names_of(version, stage, other),
        under_names_of(version, stage, stage),
    );
    let mut verdicts = Vec::new();
    for (name, table) in &version.tables {
        let case = Case {
            name,
            version,
            other,
            stage,
            table,
        };
        if case.is_untouched() {
            continue;
        }
        case.verdicts(&mut verdicts);
    }
    verdicts
}

/// The schema with tables and types under the names by which the version calls them, where views or domains of the stage
/// show them so. Columns that the view does not show stay: what must be written stays so.
pub(crate) fn under_names_of(version: &Schema, stage: &Schema, schema: &Schema) -> Schema {
    let mut out = schema.clone();
    for (shown, alias) in &stage.aliases {
        let knows_view = version.tables.contains_key(shown);
        let (from, to) = if knows_view {
            (&alias.table, shown)
        } else {
            (shown, &alias.table)
        };
        if !out.tables.contains_key(from) || out.tables.contains_key(to) {
            continue;
        }
        out.aliases.remove(shown);
        out.rename_table(from, to);
        for (own, name) in alias.renamed_columns() {
            let (a, b) = if knows_view { (own, name) } else { (name, own) };
            crate::stages::rename_column(&mut out, to, a, b);
        }
    }
    out
}

/// One table of one version, looked at in one stage.
struct Case<'a> {
    name: &'a QName,
    version: &'a Schema,
    other: &'a Schema,
    stage: &'a Schema,
    table: &'a Table,
}

impl Case<'_> {
    fn is_untouched(&self) -> bool {
        let enums = |schema: &Schema| -> Vec<Option<Vec<String>>> {
            self.table
                .columns
                .iter()
                .map(|c| {
                    schema
                        .enum_of_type(&c.type_name)
                        .map(|name| schema.enums[name].labels.clone())
                })
                .collect()
        };
        let same =
            |schema: &Schema| schema.tables.get(self.name) == Some(self.table) && enums(schema) == enums(self.version);
        same(self.other) && same(self.stage)
    }

    fn verdicts(&self, out: &mut Vec<Verdict>) {
        let mut say = |operation: Operation, mut refusals: Vec<Refusal>| {
            refusals.sort();
            refusals.dedup();
            out.push(Verdict {
                table: self.name.clone(),
                operation,
                answer: if refusals.is_empty() {
                    Answer::Serves
                } else {
                    Answer::Refuses(refusals)
                },
            });
        };
        let no_table = || vec![refusal(&self.name.name, "any", Reason::NoTable)];
        let stage = self.stage.tables.get(self.name);
        let ask = |f: &dyn Fn(&Table) -> Vec<Refusal>| stage.map_or_else(no_table, f);
        let all: Vec<&Ident> = self.written_columns().collect();
        let required: Vec<&Ident> = self
            .table
            .columns
            .iter()
            .filter(|c| !c.may_be_omitted())
            .map(|c| &c.name)
            .collect();
        say(Operation::Select, ask(&|t| self.select(t)));
        say(Operation::InsertAll, ask(&|t| self.insert(t, &all)));
        say(Operation::InsertRequired, ask(&|t| self.insert(t, &required)));
        for key in unique_keys(self.table).iter().filter(|k| k.arbiter) {
            say(Operation::Upsert(key.name.clone()), ask(&|t| self.upsert(t, key, &all)));
        }
        for column in &all {
            say(Operation::Update((*column).clone()), ask(&|t| self.update(t, column)));
        }
        say(Operation::Delete, ask(&|_| self.delete()));
        say(Operation::PreparedStar, ask(&|t| self.prepared_star(t)));
    }

    /// Columns that an INSERT of everything names.
    fn written_columns(&self) -> impl Iterator<Item = &Ident> {
        self.table
            .columns
            .iter()
            .filter(|c| c.generated.is_none() && !c.identity.as_ref().is_some_and(|i| i.always))
            .map(|c| &c.name)
    }

    /// Syncs of the stage that write the column.
    fn writes_to<'s>(&'s self, column: &'s Ident) -> impl Iterator<Item = (&'s crate::schema::Sync, &'s Ident)> {
        use crate::schema::SyncDirection::{InPlace, TwoWay};
        self.stage
            .syncs
            .values()
            .filter(move |s| s.table == *self.name && s.direction != InPlace)
            .filter_map(move |s| {
                if s.to == *column {
                    Some((s, &s.from))
                } else if s.from == *column && s.direction == TwoWay {
                    Some((s, &s.to))
                } else {
                    None
                }
            })
    }
}

fn refusal(object: &Ident, value: &str, reason: Reason) -> Refusal {
    Refusal {
        object: object.clone(),
        value: value.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests;
