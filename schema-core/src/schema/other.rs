use serde::{Deserialize, Serialize};

use super::{Ident, QName};

/// An object that the model cannot express: a view, function, trigger, policy, rule, domain, composite type, ….
///
/// It is listed by name and guarded: a plan that touches what it depends on is refused unless it can be carried over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Other {
    /// `view`, `materialized view`, `function`, `procedure`, `aggregate`, `trigger`, `policy`, `rule`, `domain`,
    /// `composite type`, `range type`, `foreign table`, `statistics`, `publication`, `event trigger`, `collation`, ….
    pub kind: String,
    /// Its identity as PostgreSQL prints it (`pg_identify_object`), e.g. `public.active_contacts` or `t_touch on public.t`.
    pub name: String,
    /// A digest or the text of its definition, so that two databases can be compared.
    pub definition: String,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What it depends on, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Dependency>,
}

impl Other {
    /// Whether its name lives in the namespace of relations.
    pub fn is_relation(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "view" | "materialized view" | "foreign table" | "composite type"
        )
    }
}

/// One edge of `pg_depend`, from an [`Other`] to an object of the model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dependency {
    /// A whole table (a trigger on it, a view that selects from it).
    Table(QName),
    /// A column of a table.
    Column(QName, Ident),
    /// An enum type.
    Enum(QName),
    /// A sequence.
    Sequence(QName),
    /// A constraint of a table (a view grouped by its primary key).
    Constraint(QName, Ident),
    /// An index of a table that no constraint owns.
    Index(QName, Ident),
}
