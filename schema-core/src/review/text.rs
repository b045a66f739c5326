use std::collections::{BTreeMap, BTreeSet};

use similar::{ChangeTag, TextDiff};

use super::changes::aligned;
use super::outline::outline;
use crate::schema::{Other, Schema};

/// The two schemas as a diff in words: the objects that differ, each with the lines that go and come. Empty when they
/// are the same.
pub fn difference(old: &Schema, new: &Schema) -> String {
    let (old, new) = aligned(old, new);
    let before: BTreeMap<String, Vec<String>> = outline(&old).into_iter().collect();
    let after: BTreeMap<String, Vec<String>> = outline(&new).into_iter().collect();
    let titles: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut text = String::new();
    for title in titles {
        let paragraph = match (before.get(title), after.get(title)) {
            (Some(lines), None) => whole('-', title, lines),
            (None, Some(lines)) => whole('+', title, lines),
            (Some(a), Some(b)) if a != b => changed(title, a, b),
            _ => continue,
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&paragraph);
    }
    text
}

fn whole(sign: char, title: &str, lines: &[String]) -> String {
    let mut text = format!("{sign} {title}\n");
    for line in lines {
        text.push_str(&format!("{sign}   {line}\n"));
    }
    text
}

fn changed(title: &str, old: &[String], new: &[String]) -> String {
    let mut text = format!("  {title}\n");
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    for change in TextDiff::from_slices(&old, &new).iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => continue,
        };
        text.push_str(&format!("{sign}   {}\n", change.value()));
    }
    text
}

/// What differs and cannot be planned: views, functions, triggers and the like, one line each.
pub fn other_differences(old: &Schema, new: &Schema) -> Vec<String> {
    let key = |other: &Other| (other.kind.clone(), other.name.clone());
    // Who may do what is not the schema's; a table's place in a publication is told with the publication.
    let told = |other: &&Other| !matches!(other.kind.as_str(), "privileges" | "publication table");
    let named = |schema: &'_ Schema| -> BTreeMap<(String, String), Other> {
        schema.others.iter().filter(told).map(|o| (key(o), o.clone())).collect()
    };
    let (before, after) = (named(old), named(new));
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let word = match (before.get(key), after.get(key)) {
                (Some(_), None) => "only in the first",
                (None, Some(_)) => "only in the second",
                (Some(a), Some(b)) if !a.same_definition(&b.definition) => "differs",
                _ => return None,
            };
            Some(format!("{} {}: {word}", key.0, key.1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, EnumType, QName, Table};

    #[test]
    fn shows_what_goes_and_comes() {
        let mut old = Schema::default();
        let table = Table {
            columns: vec![
                Column::new("id", "bigint"),
                Column {
                    not_null: true,
                    ..Column::new("name", "text")
                },
            ],
            ..Table::default()
        };
        old.tables.insert(QName::new("public", "contacts"), table.into());
        let mut new = old.clone();
        let contacts = new.tables.values_mut().next().unwrap();
        contacts.columns.reverse();
        assert_eq!(difference(&old, &new), "", "the order of columns is no difference");

        let contacts = new.tables.values_mut().next().unwrap();
        contacts.columns[0] = Column::new("full_name", "text");
        contacts.comment = Some("people\n+ table x".into());
        new.enums.insert(
            QName::new("public", "status"),
            EnumType {
                labels: vec!["a'b".into()],
                comment: None,
            },
        );
        insta::assert_snapshot!(difference(&old, &new), @r"
        + enum public.status
        +   'a''b'

          table public.contacts
        +   full_name text
        -   name text not null
        +   comment 'people\n+ table x'
        ");
    }
}
