//! The names that PostgreSQL gives to what has none.
//!
//! `makeObjectName`, `ChooseRelationName`, `ChooseIndexColumnNames` and `ChooseConstraintName` of its source.

use std::collections::BTreeSet;

use crate::schema::{Ident, QName};

const MAX_BYTES: usize = 63;

/// Names that are taken.
#[derive(Debug, Default)]
pub(super) struct Names {
    relations: BTreeSet<QName>,
    constraints: BTreeSet<QName>,
}

impl Names {
    /// Takes a relation's name; false when it was taken.
    pub fn relation(&mut self, name: QName) -> bool {
        self.relations.insert(name)
    }

    /// Takes a constraint's name.
    pub fn constraint(&mut self, schema: &Ident, name: &Ident) {
        self.constraints.insert(QName {
            schema: schema.clone(),
            name: name.clone(),
        });
    }

    /// A name for an index, or a sequence: `<table>_<addition>_<label>`.
    pub fn choose_relation(&mut self, table: &QName, addition: Option<&str>, label: &str, constraint: bool) -> Ident {
        let name = choose(table, addition, label, |name| {
            let taken = self.relations.contains(name) || (constraint && self.constraints.contains(name));
            !taken
        });
        self.relations.insert(table.sibling(name.clone()));
        if constraint {
            self.constraints.insert(table.sibling(name.clone()));
        }
        name
    }

    /// A name for a check or a foreign key.
    pub fn choose_constraint(&mut self, table: &QName, addition: Option<&str>, label: &str) -> Ident {
        let name = choose(table, addition, label, |name| !self.constraints.contains(name));
        self.constraints.insert(table.sibling(name.clone()));
        name
    }
}

fn choose(table: &QName, addition: Option<&str>, label: &str, free: impl Fn(&QName) -> bool) -> Ident {
    let mut numbered = label.to_owned();
    let mut pass = 0;
    loop {
        let name = Ident::new(object_name(table.name.raw(), addition, &numbered));
        if free(&table.sibling(name.clone())) {
            return name;
        }
        pass += 1;
        numbered = format!("{label}{pass}");
    }
}

/// `makeObjectName`: takes bytes from the longer of both names until all fits.
fn object_name(first: &str, second: Option<&str>, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(second.is_some());
    let available = MAX_BYTES.saturating_sub(overhead);
    let (mut a, mut b) = (first.len(), second.map_or(0, str::len));
    while a + b > available {
        if a > b {
            a -= 1;
        } else {
            b -= 1;
        }
    }
    let mut name = clip(first, a).to_owned();
    if let Some(second) = second {
        name.push('_');
        name.push_str(clip(second, b));
    }
    format!("{name}_{label}")
}

/// At most that many bytes, cut between characters.
fn clip(text: &str, mut bytes: usize) -> &str {
    bytes = bytes.min(text.len());
    while !text.is_char_boundary(bytes) {
        bytes -= 1;
    }
    &text[..bytes]
}

/// The middle part of an index's or key's name: its columns, made distinct, joined until they are long enough.
pub(super) fn addition(columns: &[String]) -> String {
    let mut distinct: Vec<String> = Vec::new();
    for column in columns {
        let mut name = column.clone();
        let mut i = 1;
        while distinct.contains(&name) {
            let number = i.to_string();
            name = format!("{}{number}", clip(column, MAX_BYTES - number.len()));
            i += 1;
        }
        distinct.push(name);
    }
    let mut joined = String::new();
    for name in distinct {
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(&name);
        if joined.len() > MAX_BYTES {
            break;
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_as_postgresql_cuts_them() {
        let table = QName::new("public", "a_table_with_a_name_that_is_quite_long_for_a_table");
        let name = Names::default().choose_relation(&table, Some("a_column_with_a_long_name"), "idx", false);
        assert_eq!(
            name.raw(),
            "a_table_with_a_name_that_is_quite_a_column_with_a_long_name_idx"
        );
        assert_eq!(name.raw().len(), 63);
    }

    #[test]
    fn taken_names_get_numbers() {
        let mut names = Names::default();
        let table = QName::new("public", "t");
        let both = [(); 2].map(|()| names.choose_relation(&table, Some("a"), "idx", false).raw().to_owned());
        assert_eq!(both, ["t_a_idx", "t_a_idx1"]);
        assert_eq!(
            addition(&["a".into(), "lower".into(), "lower".into()]),
            "a_lower_lower1"
        );
    }
}
