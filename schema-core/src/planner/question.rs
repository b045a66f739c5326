use std::fmt;

use crate::plan::Decisions;
use crate::schema::{Ident, QName, Schema};

/// A column that goes and one of an equal type that comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameQuestion {
    /// The table.
    pub table: QName,
    /// The column that goes.
    pub from: Ident,
    /// The columns that come and might be it.
    pub to: Vec<Ident>,
}

impl fmt::Display for RenameQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.table.to_string();
        let table = table.strip_prefix("public.").unwrap_or(&table);
        write!(f, "{table}.{} goes and ", self.from)?;
        let names: Vec<String> = self.to.iter().map(|to| format!("{table}.{to}")).collect();
        write!(f, "{} comes with an equal type: answer with ", names.join(" or "))?;
        let answers: Vec<String> = self
            .to
            .iter()
            .map(|to| {
                format!(
                    "#[schemagen(renamed_from = \"{}\")] on {} or --rename {table}.{}={to}",
                    self.from.raw(),
                    to.raw(),
                    self.from
                )
            })
            .collect();
        write!(f, "{}, or --no-renames", answers.join(", or "))
    }
}

/// Pairs that look like renames and were not answered.
pub(super) fn renames(old: &Schema, new: &Schema, decisions: &Decisions) -> Vec<RenameQuestion> {
    if decisions.no_renames {
        return Vec::new();
    }
    let mut questions = Vec::new();
    for (name, before) in &old.tables {
        let Some(after) = new.tables.get(name) else { continue };
        let answered = |column: &Ident| {
            decisions
                .renames
                .iter()
                .any(|r| r.table == *name && (r.from == *column || r.to == *column))
        };
        for gone in before
            .columns
            .iter()
            .filter(|c| after.column(&c.name).is_none() && !answered(&c.name))
        {
            let to: Vec<Ident> = after
                .columns
                .iter()
                .filter(|c| before.column(&c.name).is_none() && c.type_name == gone.type_name && !answered(&c.name))
                .map(|c| c.name.clone())
                .collect();
            if !to.is_empty() {
                questions.push(RenameQuestion {
                    table: name.clone(),
                    from: gone.name.clone(),
                    to,
                });
            }
        }
    }
    questions
}
