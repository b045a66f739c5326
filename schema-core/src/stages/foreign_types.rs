//! Types and collations outside the model that columns have: they are kept as they are. One that the first schema lacks, or
//! has with another definition, is refused by name.

use std::collections::BTreeMap;

use super::Refusal;
use crate::schema::{Column, Other, QName, Schema};

/// Kinds of object that a column can be made of.
const KINDS: &[&str] = &["domain", "composite type", "range type", "base type", "collation"];

pub(super) fn refusals(old: &Schema, new: &Schema) -> Vec<Refusal> {
    let named = |schema: &Schema| -> BTreeMap<String, Other> {
        let of_kind = |o: &&Other| KINDS.contains(&o.kind.as_str());
        let others = schema.others.iter().filter(of_kind);
        others.map(|o| (o.name.clone(), o.clone())).collect()
    };
    let (before, after) = (named(old), named(new));
    if after.is_empty() && new.others.is_empty() {
        return Vec::new();
    }
    let extensions: Vec<&str> = new
        .others
        .iter()
        .filter(|o| o.kind == "extension" && !old.others.iter().any(|b| b.kind == o.kind && b.name == o.name))
        .map(|o| o.name.as_str())
        .collect();
    let mut out = Vec::new();
    for (table, t) in &new.tables {
        for column in &t.columns {
            for name in names(column).filter(|name| name.contains('.')) {
                let why = match (before.get(&name), after.get(&name)) {
                    (None, Some(other)) => format!("its {} {name} is not there yet", word(other)),
                    (Some(a), Some(b)) if a.definition != b.definition => {
                        format!(
                            "its {} {name} changes, which every value of it would have to pass",
                            word(b)
                        )
                    }
                    // It is an extension's, or a table's row type.
                    (None, None) if !extensions.is_empty() && !is_type_of_model(new, &name) && !uses(old, &name) => {
                        format!(
                            "its type {name} seems to come from an extension that is not there yet ({})",
                            extensions.join(", ")
                        )
                    }
                    _ => continue,
                };
                out.push(Refusal {
                    object: format!("{table}.{}", column.name),
                    why,
                    way_out:
                        "types outside the model are not planned: make or change it in a migration of its own, then \
                              generate again"
                            .to_owned(),
                });
            }
        }
    }
    out
}

fn word(other: &Other) -> &str {
    if other.kind == "collation" {
        "collation"
    } else {
        &other.kind
    }
}

/// The type's name without modifiers and dimensions, and the collation's.
fn names(column: &Column) -> impl Iterator<Item = String> {
    let element = column.type_name.trim_end_matches("[]");
    let bare = element.split('(').next().unwrap_or(element).trim_end().to_owned();
    std::iter::once(bare).chain(column.collation.clone())
}

fn is_type_of_model(schema: &Schema, name: &str) -> bool {
    let named: Option<QName> = name.parse().ok();
    let of_model = |name: &QName| schema.enums.contains_key(name) || schema.tables.contains_key(name);
    name.starts_with("pg_catalog.") || named.as_ref().is_some_and(of_model)
}

fn uses(schema: &Schema, name: &str) -> bool {
    let columns = schema.tables.values().flat_map(|t| &t.columns);
    columns.flat_map(names).any(|n| n == name)
}
