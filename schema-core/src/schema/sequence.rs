use serde::{Deserialize, Serialize};

use super::{Ident, QName};

/// The options that `CREATE SEQUENCE` and identity columns share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SequenceOptions {
    /// `bigint`, `integer` or `smallint`.
    pub data_type: String,
    /// `START WITH`.
    pub start: i64,
    /// `INCREMENT BY`.
    pub increment: i64,
    /// `MINVALUE`.
    pub min: i64,
    /// `MAXVALUE`.
    pub max: i64,
    /// `CACHE`.
    pub cache: i64,
    /// `CYCLE`.
    pub cycle: bool,
}

impl SequenceOptions {
    /// What `CREATE SEQUENCE s AS data_type` gives.
    pub fn of_type(data_type: &str) -> Self {
        let max = match data_type {
            "smallint" => i64::from(i16::MAX),
            "integer" => i64::from(i32::MAX),
            _ => i64::MAX,
        };
        Self {
            data_type: data_type.to_owned(),
            start: 1,
            increment: 1,
            min: 1,
            max,
            cache: 1,
            cycle: false,
        }
    }
}

impl Default for SequenceOptions {
    fn default() -> Self {
        Self::of_type("bigint")
    }
}

/// A sequence that stands on its own or is owned by a column (serial).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sequence {
    /// Its options.
    #[serde(flatten)]
    pub options: SequenceOptions,
    /// `OWNED BY`: it goes away with this column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<(QName, Ident)>,
    /// `UNLOGGED` (15 and later).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unlogged: bool,
    /// `COMMENT ON SEQUENCE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl super::Schema {
    /// The sequence of `before` whose place one without an owner takes: the column that draws from it drew from that one,
    /// which is gone and has the same options. Its numbers go on.
    pub fn drawn_instead_of(&self, name: &QName, before: &Self) -> Option<QName> {
        let sequence = self.sequences.get(name).filter(|s| s.owned_by.is_none())?;
        let draws = |schema: &Self, from: &QName, table: &QName, column: &Ident| {
            let column = schema.tables.get(table).and_then(|t| t.column(column));
            let printed = super::Literal(&from.to_string()).to_string();
            column
                .and_then(|c| c.default.as_ref())
                .is_some_and(|d| d.0.contains(&printed))
        };
        let gone = before.sequences.iter().filter(|(other, s)| {
            !self.sequences.contains_key(*other) && s.owned_by.is_none() && s.options == sequence.options
        });
        let places = || {
            let columns = |(table, t): (&QName, &super::Table)| -> Vec<(QName, Ident)> {
                t.columns.iter().map(|c| (table.clone(), c.name.clone())).collect()
            };
            self.tables.iter().flat_map(columns)
        };
        let found = gone.map(|(other, _)| other).find(|other| {
            places().any(|(table, column)| draws(self, name, &table, &column) && draws(before, other, &table, &column))
        });
        found.cloned()
    }
}
