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
    /// The statements that make it, or where none can, a text that tells two of them apart.
    pub definition: String,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The relation that it stands on: the table of a trigger, policy, rule or column grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<QName>,
    /// What of the model it depends on, itself or through others, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Dependency>,
    /// The others without which it cannot stand, directly or through more, as kind and identity, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<(String, String)>,
    /// Whether a default, constraint, index or column of a table needs it, so that it cannot go away for a moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// Columns that have another name by now than `definition` knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Alias>,
}

/// A column whose name a definition has in an older form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Alias {
    /// The table.
    pub table: QName,
    /// The column's name.
    pub now: Ident,
    /// The name in the definition.
    pub written: Ident,
}

impl Other {
    /// Kind and identity.
    pub fn key(&self) -> (String, String) {
        (self.kind.clone(), self.name.clone())
    }

    /// Whether both are defined alike. Statistics are printed in the order of the table's columns, which does not count.
    pub fn same_definition(&self, definition: &str) -> bool {
        let words = |text: &str| -> Vec<String> {
            let mut words: Vec<String> = text.split([' ', ',', '\n']).map(str::to_owned).collect();
            words.sort();
            words.retain(|word| !word.is_empty());
            words
        };
        self.definition == definition || self.kind == "statistics" && words(&self.definition) == words(definition)
    }

    /// A column that it reads has another name from now on, which its definition does not know.
    pub fn rename(&mut self, table: &QName, from: &Ident, to: &Ident) {
        match self.renamed.iter_mut().find(|a| a.table == *table && a.now == *from) {
            Some(alias) => alias.now = to.clone(),
            None => self.renamed.push(Alias {
                table: table.clone(),
                now: to.clone(),
                written: from.clone(),
            }),
        }
        self.renamed.retain(|a| a.now != a.written);
    }

    /// Whether it can be taken away and made again exactly as it was, in one transaction.
    pub fn can_be_rebuilt(&self) -> bool {
        let kind = matches!(
            self.kind.as_str(),
            "view"
                | "materialized view"
                | "index"
                | "trigger"
                | "policy"
                | "rule"
                | "statistics"
                | "function"
                | "procedure"
                | "column grant"
                | "publication table"
        );
        kind && !self.held
    }

    /// Whether its definition is SQL that makes it.
    pub fn can_be_made(&self) -> bool {
        self.definition.starts_with("CREATE ") || self.kind == "column grant"
    }

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

impl Dependency {
    /// The table that it is, or is on.
    pub fn table(&self) -> Option<&QName> {
        match self {
            Self::Table(t) | Self::Column(t, _) | Self::Constraint(t, _) | Self::Index(t, _) => Some(t),
            Self::Enum(_) | Self::Sequence(_) => None,
        }
    }
}
