//! Two schemas side by side: what the plan says against what the catalog holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::expression::same;
use crate::schema::{Column, Constraint, ConstraintKind, Expr, Index, KeyTarget, QName, Schema, Table};

/// One object that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) object: String,
    pub(super) message: String,
    /// Whether only one side has it: then no spelling makes them equal.
    pub(super) one_sided: bool,
}

/// What differs, by object. Column order, fills and what the model cannot express do not count.
pub(super) fn differences(expected: &Schema, found: &Schema) -> Vec<Difference> {
    let mut out = Vec::new();
    let mut found_namespaces = found.namespaces.clone();
    // Every new database has it; a schema that does not speak of it does not mind.
    if !expected.namespaces.keys().any(|n| n.raw() == "public") {
        found_namespaces.retain(|n, _| n.raw() != "public");
    }
    pairs(
        &mut out,
        "schema ",
        &expected.namespaces,
        &found_namespaces,
        Clone::clone,
    );
    pairs(&mut out, "enum ", &expected.enums, &found.enums, Clone::clone);
    pairs(
        &mut out,
        "sequence ",
        &expected.sequences,
        &found.sequences,
        Clone::clone,
    );
    pairs(&mut out, "sync ", &expected.syncs, &found.syncs, Clone::clone);
    pairs(&mut out, "view ", &expected.aliases, &found.aliases, Clone::clone);
    pairs(
        &mut out,
        "domain ",
        &expected.type_aliases,
        &found.type_aliases,
        Clone::clone,
    );
    for name in keys(&expected.tables, &found.tables) {
        match (expected.tables.get(name), found.tables.get(name)) {
            (Some(a), Some(b)) => table(&mut out, name, a, b),
            (a, _) => out.push(presence(name.to_string(), a.is_some())),
        }
    }
    out
}

fn table(out: &mut Vec<Difference>, name: &QName, a: &Table, b: &Table) {
    let columns =
        |t: &Table| -> BTreeMap<String, Column> { t.columns.iter().map(|c| (c.name.to_string(), c.clone())).collect() };
    let prefix = format!("{name}.");
    let (of_a, of_b) = (columns(a), columns(b));
    pairs_with(out, &prefix, &of_a, &of_b, |x, y| align_column(a, x, b, y));
    pairs_with(out, &prefix, &a.constraints, &b.constraints, |x, y| {
        align_constraint(a, x, b, y)
    });
    pairs_with(out, &prefix, &a.indexes, &b.indexes, |x, y| align_index(a, x, b, y));
    let bare = |t: &Table| {
        let mut t = t.clone();
        t.columns.clear();
        t.constraints.clear();
        t.indexes.clear();
        t
    };
    let (a, b) = (bare(a), bare(b));
    if a != b {
        out.push(changed(name.to_string(), &a, &b));
    }
}

/// Where both expressions mean the same, takes the one that was found.
fn align(a: &mut Expr, a_table: &Table, b: &Expr, b_table: &Table) {
    if same(a, Some(a_table), b, Some(b_table)) {
        a.clone_from(b);
    }
}

fn align_column(a_table: &Table, a: &Column, b_table: &Table, b: &Column) -> Column {
    let mut a = a.clone();
    if let (Some(x), Some(y)) = (&mut a.default, &b.default) {
        align(x, a_table, y, b_table);
    }
    if let (Some(x), Some(y)) = (&mut a.generated, &b.generated) {
        align(&mut x.expression, a_table, &y.expression, b_table);
    }
    a
}

fn align_constraint(a_table: &Table, a: &Constraint, b_table: &Table, b: &Constraint) -> Constraint {
    let mut a = a.clone();
    if let (ConstraintKind::Check(x), ConstraintKind::Check(y)) = (&mut a.kind, &b.kind) {
        align(&mut x.expression, a_table, &y.expression, b_table);
        if x.expression == y.expression {
            x.columns.clone_from(&y.columns);
        }
    }
    a
}

fn align_index(a_table: &Table, a: &Index, b_table: &Table, b: &Index) -> Index {
    let mut a = a.clone();
    for (x, y) in a.keys.iter_mut().zip(&b.keys) {
        if let (KeyTarget::Expression(x), KeyTarget::Expression(y)) = (&mut x.target, &y.target) {
            align(x, a_table, y, b_table);
        }
    }
    if let (Some(x), Some(y)) = (&mut a.predicate, &b.predicate) {
        align(x, a_table, y, b_table);
    }
    if a.keys == b.keys && a.predicate == b.predicate {
        a.expression_columns.clone_from(&b.expression_columns);
    }
    a
}

fn keys<'a, K: Ord, V>(a: &'a BTreeMap<K, V>, b: &'a BTreeMap<K, V>) -> BTreeSet<&'a K> {
    a.keys().chain(b.keys()).collect()
}

fn pairs<K: Ord + ToString, V: PartialEq + Serialize>(
    out: &mut Vec<Difference>,
    prefix: &str,
    a: &BTreeMap<K, V>,
    b: &BTreeMap<K, V>,
    clone: impl Fn(&V) -> V,
) {
    pairs_with(out, prefix, a, b, |x, _| clone(x));
}

fn pairs_with<K: Ord + ToString, V: PartialEq + Serialize>(
    out: &mut Vec<Difference>,
    prefix: &str,
    a: &BTreeMap<K, V>,
    b: &BTreeMap<K, V>,
    aligned: impl Fn(&V, &V) -> V,
) {
    for key in keys(a, b) {
        let object = format!("{prefix}{}", key.to_string());
        match (a.get(key), b.get(key)) {
            (Some(x), Some(y)) => {
                let x = aligned(x, y);
                if x != *y {
                    out.push(changed(object, &x, y));
                }
            }
            (x, _) => out.push(presence(object, x.is_some())),
        }
    }
}

fn presence(object: String, expected: bool) -> Difference {
    let message = if expected {
        "the plan says that it is there; the catalog does not have it"
    } else {
        "the catalog has it; the plan does not say so"
    };
    Difference {
        object,
        message: message.to_owned(),
        one_sided: true,
    }
}

/// Names the fields that differ.
fn changed<T: Serialize>(object: String, a: &T, b: &T) -> Difference {
    let fields = |value: &T| match serde_json::to_value(value) {
        Ok(serde_json::Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    let (a, b) = (fields(a), fields(b));
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let parts: Vec<String> = names
        .into_iter()
        .filter(|name| a.get(*name) != b.get(*name))
        .map(|name| {
            let text = |v: Option<&serde_json::Value>| v.map_or_else(|| "none".to_owned(), ToString::to_string);
            format!(
                "{name}: the plan says {}, the catalog has {}",
                text(a.get(name)),
                text(b.get(name))
            )
        })
        .collect();
    Difference {
        object,
        message: parts.join("; "),
        one_sided: false,
    }
}
