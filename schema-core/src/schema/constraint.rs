use serde::{Deserialize, Serialize};

use super::{Expr, Ident, QName};

/// A table constraint. NOT NULL is part of the column, unless it is NOT VALID (18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraint {
    /// What it demands.
    #[serde(flatten)]
    pub kind: ConstraintKind,
    /// When it is checked.
    #[serde(default, skip_serializing_if = "Deferral::is_immediate")]
    pub deferral: Deferral,
    /// `NOT VALID`: rows that stood before were not checked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_valid: bool,
    /// `NOT ENFORCED` (18).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_enforced: bool,
    /// `COMMENT ON CONSTRAINT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// `COMMENT ON INDEX`, for the index that the constraint owns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_comment: Option<String>,
}

impl Constraint {
    /// A validated, enforced, immediate constraint without comment.
    pub fn new(kind: ConstraintKind) -> Self {
        Self {
            kind,
            deferral: Deferral::default(),
            not_valid: false,
            not_enforced: false,
            comment: None,
            index_comment: None,
        }
    }
}

/// `DEFERRABLE` and `INITIALLY DEFERRED`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deferral {
    /// `NOT DEFERRABLE`.
    #[default]
    Immediate,
    /// `DEFERRABLE INITIALLY IMMEDIATE`.
    Deferrable,
    /// `DEFERRABLE INITIALLY DEFERRED`.
    Deferred,
}

impl Deferral {
    fn is_immediate(&self) -> bool {
        *self == Self::Immediate
    }
}

/// The kinds of constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey(Key),
    /// `UNIQUE`.
    Unique(Key),
    /// `CHECK`.
    Check(CheckConstraint),
    /// `FOREIGN KEY`.
    ForeignKey(ForeignKey),
    /// `EXCLUDE`, and keys `WITHOUT OVERLAPS` (18), which are built the same way.
    Exclusion(Exclusion),
    /// `NOT NULL … NOT VALID` (18): rows that stand may hold NULL, others not.
    NotNull(NotNull),
}

impl ConstraintKind {
    /// Whether the constraint owns an index of its name.
    pub fn has_index(&self) -> bool {
        matches!(self, Self::PrimaryKey(_) | Self::Unique(_) | Self::Exclusion(_))
    }

    /// The key of a primary key or unique constraint.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::PrimaryKey(key) | Self::Unique(key) => Some(key),
            _ => None,
        }
    }
}

/// Columns of a primary key or unique constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Key columns in order.
    pub columns: Vec<Ident>,
    /// `INCLUDE`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Ident>,
    /// `NULLS NOT DISTINCT` (15).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nulls_not_distinct: bool,
    /// Storage parameters of the index.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub with: std::collections::BTreeMap<String, String>,
    /// Tablespace of the index, when it is not the database's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tablespace: Option<Ident>,
}

/// `CHECK (expression)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckConstraint {
    /// The condition, without the outer parentheses of `CHECK (…)`; as `pg_get_expr(conbin, conrelid)` prints it.
    pub expression: Expr,
    /// Columns that it names, sorted.
    pub columns: Vec<Ident>,
    /// `NO INHERIT`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_inherit: bool,
}

/// `NOT NULL` as a constraint of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotNull {
    /// The column.
    pub column: Ident,
    /// `NO INHERIT`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_inherit: bool,
}

/// `FOREIGN KEY … REFERENCES`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// Referencing columns.
    pub columns: Vec<Ident>,
    /// The referenced table.
    pub references: QName,
    /// Referenced columns.
    pub referenced_columns: Vec<Ident>,
    /// `ON DELETE`.
    #[serde(default, skip_serializing_if = "Referential::is_no_action")]
    pub on_delete: Referential,
    /// Columns of `ON DELETE SET NULL (…)` / `SET DEFAULT (…)` (15).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_delete_columns: Vec<Ident>,
    /// `ON UPDATE`.
    #[serde(default, skip_serializing_if = "Referential::is_no_action")]
    pub on_update: Referential,
    /// `MATCH FULL`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub match_full: bool,
    /// Whether the last column is a `PERIOD` (18).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub period: bool,
}

/// A referential action.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Referential {
    /// `NO ACTION`.
    #[default]
    NoAction,
    /// `RESTRICT`.
    Restrict,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL`.
    SetNull,
    /// `SET DEFAULT`.
    SetDefault,
}

impl Referential {
    fn is_no_action(&self) -> bool {
        *self == Self::NoAction
    }

    /// The SQL words.
    pub fn sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }
}

/// `EXCLUDE USING …`, or a key `WITHOUT OVERLAPS`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// The whole definition as `pg_get_constraintdef` prints it, without `DEFERRABLE …`.
    pub definition: String,
    /// Columns that it names, sorted.
    pub columns: Vec<Ident>,
    /// Whether it is a `PRIMARY KEY (… WITHOUT OVERLAPS)`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub primary: bool,
}
