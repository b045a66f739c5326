use std::collections::BTreeSet;
use std::fmt;

use crate::plan::Decisions;
use crate::schema::{Ident, QName, Schema, SequenceOptions, Table};
use crate::stages::Renamed;

/// Something that goes and something equal that comes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RenameQuestion {
    /// A column that goes and those of an equal type that come.
    Column {
        /// The table.
        table: QName,
        /// The column that goes.
        from: Ident,
        /// The columns that come and might be it.
        to: Vec<Ident>,
    },
    /// A table that goes and those with equal columns that come.
    Table {
        /// The table that goes.
        from: QName,
        /// The tables that come and might be it.
        to: Vec<QName>,
    },
    /// An enum type that goes and those with equal labels that come.
    Enum {
        /// The type that goes.
        from: QName,
        /// The types that come and might be it.
        to: Vec<QName>,
    },
    /// A sequence that goes and those with equal options that come.
    Sequence {
        /// The sequence that goes.
        from: QName,
        /// The sequences that come and might be it.
        to: Vec<QName>,
    },
}

impl fmt::Display for RenameQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column { table, from, to } => {
                let table = short(table);
                let names: Vec<String> = to.iter().map(|to| format!("{table}.{to}")).collect();
                let answers = to.iter().map(|to| {
                    format!(
                        "#[schemagen(renamed_from = \"{}\")] on {} or --rename {table}.{from}={to}",
                        from.raw(),
                        to.raw()
                    )
                });
                ask(f, &format!("{table}.{from}"), &names, "an equal type", answers)
            }
            Self::Table { from, to } => whole(f, from, to, "equal columns"),
            Self::Enum { from, to } => whole(f, from, to, "equal labels"),
            Self::Sequence { from, to } => {
                let names: Vec<String> = to.iter().map(short).collect();
                let answers = to.iter().map(|to| flag(from, to));
                ask(f, &short(from), &names, "equal options", answers)
            }
        }
    }
}

fn short(name: &QName) -> String {
    let printed = name.to_string();
    printed.strip_prefix("public.").unwrap_or(&printed).to_owned()
}

fn whole(f: &mut fmt::Formatter<'_>, from: &QName, to: &[QName], what: &str) -> fmt::Result {
    let names: Vec<String> = to.iter().map(short).collect();
    let answers = to.iter().map(|to| {
        let named = if to.schema == from.schema {
            from.name.raw().to_owned()
        } else {
            from.to_string()
        };
        format!(
            "#[schemagen(renamed_from = \"{named}\")] on {} or {}",
            to.name.raw(),
            flag(from, to)
        )
    });
    ask(f, &short(from), &names, what, answers)
}

fn flag(from: &QName, to: &QName) -> String {
    let to = if to.schema == from.schema {
        to.name.to_string()
    } else {
        to.to_string()
    };
    format!("--rename {}={to}", short(from))
}

fn ask(
    f: &mut fmt::Formatter<'_>,
    from: &str,
    to: &[String],
    what: &str,
    answers: impl Iterator<Item = String>,
) -> fmt::Result {
    let answers: Vec<String> = answers.collect();
    write!(
        f,
        "{from} goes and {} comes with {what}: answer with {}, or --no-renames",
        to.join(" or "),
        answers.join(", or ")
    )
}

/// Pairs that look like renames and were not answered.
pub(super) fn renames(old: &Schema, new: &Schema, decisions: &Decisions) -> Vec<RenameQuestion> {
    if decisions.no_renames {
        return Vec::new();
    }
    let mut questions = Vec::new();
    let renamed = |name: &QName| decisions.table_renames.iter().find(|r| r.from == *name).map(|r| &r.to);
    let found = Renamed::find(old, new, decisions);
    for (name, before) in &old.tables {
        let alive = found.tables.iter().find(|n| n.from == *name).map(|n| &n.to);
        let called = [alive, Some(name), renamed(name)]
            .into_iter()
            .flatten()
            .find(|n| new.tables.contains_key(*n));
        match called {
            Some(called) if new.tables[called] == *before => {}
            // A partition's columns have the names of its parent's, which is asked.
            Some(called) if before.partition_of.is_some() && new.tables[called].partition_of.is_some() => {}
            Some(called) => columns(&mut questions, (name, before), (called, &new.tables[called]), decisions),
            None => tables(&mut questions, (name, before), old, new, decisions),
        }
    }
    // A hint at what is not there answers nothing: it may be a slip of the pen.
    let hints = decisions
        .type_renames
        .iter()
        .filter(|r| old.enums.contains_key(&r.from));
    let answered = |name: &QName| hints.clone().any(|r| r.from == *name || r.to == *name);
    for (from, gone) in &old.enums {
        if new.enums.contains_key(from) || answered(from) || gone.labels.is_empty() {
            continue;
        }
        let equal = new
            .enums
            .iter()
            .filter(|(name, e)| !old.enums.contains_key(*name) && !answered(name) && e.labels == gone.labels);
        let to: Vec<QName> = equal.map(|(name, _)| name.clone()).collect();
        if !to.is_empty() {
            let from = from.clone();
            questions.push(RenameQuestion::Enum { from, to });
        }
    }
    sequences(&mut questions, old, new, decisions);
    questions
}

/// Sequences of their own: nothing tells whether their numbers go on in another one.
fn sequences(questions: &mut Vec<RenameQuestion>, old: &Schema, new: &Schema, decisions: &Decisions) {
    let hints = decisions
        .sequence_renames
        .iter()
        .filter(|r| old.sequences.contains_key(&r.from));
    let answered = |name: &QName| hints.clone().any(|r| r.from == *name || r.to == *name);
    let open = |schema: &Schema, other: &Schema| -> Vec<(QName, SequenceOptions)> {
        let own = schema
            .sequences
            .iter()
            .filter(|(name, s)| s.owned_by.is_none() && !other.sequences.contains_key(*name) && !answered(name));
        own.map(|(name, s)| (name.clone(), s.options.clone())).collect()
    };
    let coming = open(new, old);
    for (from, options) in open(old, new) {
        let equal = coming.iter().filter(|(_, o)| *o == options);
        let to: Vec<QName> = equal.map(|(name, _)| name.clone()).collect();
        if !to.is_empty() {
            questions.push(RenameQuestion::Sequence { from, to });
        }
    }
}

/// Tables that have the columns of one that goes. Partitions come and go by their nature.
fn tables(
    questions: &mut Vec<RenameQuestion>,
    (from, gone): (&QName, &Table),
    old: &Schema,
    new: &Schema,
    decisions: &Decisions,
) {
    let hints = decisions
        .table_renames
        .iter()
        .filter(|r| old.tables.contains_key(&r.from));
    let answered = |name: &QName| hints.clone().any(|r| r.from == *name || r.to == *name);
    let own = |table: &Table| table.partition_of.is_none() && table.inherits.is_empty();
    let columns = |table: &Table| -> BTreeSet<(Ident, String)> {
        table
            .columns
            .iter()
            .map(|c| (c.name.clone(), c.type_name.clone()))
            .collect()
    };
    if answered(from) || !own(gone) || gone.columns.is_empty() {
        return;
    }
    let mut wanted = columns(gone);
    for rename in &decisions.type_renames {
        let (was, is) = (rename.from.to_string(), rename.to.to_string());
        wanted = wanted
            .into_iter()
            .map(|(name, t)| {
                let element = t.trim_end_matches("[]");
                let called = (element == was).then(|| format!("{is}{}", &t[element.len()..]));
                (name, called.unwrap_or(t))
            })
            .collect();
    }
    let equal = new.tables.iter().filter(|(name, table)| {
        !old.tables.contains_key(*name) && !answered(name) && own(table) && columns(table) == wanted
    });
    let to: Vec<QName> = equal.map(|(name, _)| name.clone()).collect();
    if !to.is_empty() {
        let from = from.clone();
        questions.push(RenameQuestion::Table { from, to });
    }
}

fn columns(
    questions: &mut Vec<RenameQuestion>,
    (name, before): (&QName, &Table),
    (called, after): (&QName, &Table),
    decisions: &Decisions,
) {
    let answered = |column: &Ident| {
        let mut here = decisions
            .renames
            .iter()
            .filter(|r| (r.table == *name || r.table == *called) && before.column(&r.from).is_some());
        here.any(|r| r.from == *column || r.to == *column)
    };
    // A partition's columns change with those of the table above, which is asked about.
    if before.partition_of.is_some() && after.partition_of.is_some() {
        return;
    }
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
            questions.push(RenameQuestion::Column {
                table: called.clone(),
                from: gone.name.clone(),
                to,
            });
        }
    }
}
