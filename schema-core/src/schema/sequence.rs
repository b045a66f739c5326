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
