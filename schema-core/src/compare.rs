//! When two objects are the same: by meaning, in PostgreSQL's own spelling, with their tables at hand.

use crate::expression::{literal_of, same};
use crate::schema::{Column, Constraint, ConstraintKind, Expr, Ident, Index, KeyTarget, Schema, Table};

fn same_option(a: Option<&Expr>, a_table: &Table, b: Option<&Expr>, b_table: &Table) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, Some(a_table), b, Some(b_table)),
        _ => false,
    }
}

/// Whether two defaults are the same.
pub fn same_default(a: &Column, a_table: &Table, b: &Column, b_table: &Table) -> bool {
    same_option(a.default.as_ref(), a_table, b.default.as_ref(), b_table) || same_literal(a, b)
}

/// Whether both defaults are the same literal of the columns' type: PostgreSQL prints the cast that nobody needs to write.
fn same_literal(a: &Column, b: &Column) -> bool {
    let (Some(x), Some(y)) = (&a.default, &b.default) else {
        return false;
    };
    a.type_name == b.type_name
        && literal_of(x, &a.type_name).is_some_and(|literal| Some(literal) == literal_of(y, &b.type_name))
}

/// Whether two generated columns are computed the same way.
pub fn same_generated(a: &Column, a_table: &Table, b: &Column, b_table: &Table) -> bool {
    match (&a.generated, &b.generated) {
        (None, None) => true,
        (Some(x), Some(y)) => x.stored == y.stored && same(&x.expression, Some(a_table), &y.expression, Some(b_table)),
        _ => false,
    }
}

/// Whether two columns are the same in everything but their place.
pub fn same_column(a: &Column, a_table: &Table, b: &Column, b_table: &Table) -> bool {
    let Column {
        name,
        type_name,
        not_null,
        default: _,
        generated: _,
        identity,
        collation,
        storage,
        compression,
        statistics,
        options,
        comment,
    } = a;
    (name, type_name, not_null, identity, collation, storage)
        == (
            &b.name,
            &b.type_name,
            &b.not_null,
            &b.identity,
            &b.collation,
            &b.storage,
        )
        && (compression, statistics, options, comment) == (&b.compression, &b.statistics, &b.options, &b.comment)
        && same_default(a, a_table, b, b_table)
        && same_generated(a, a_table, b, b_table)
}

/// Whether two constraints demand the same; comments aside.
pub fn same_constraint(a: &Constraint, a_table: &Table, b: &Constraint, b_table: &Table) -> bool {
    if (a.deferral, a.not_valid, a.not_enforced) != (b.deferral, b.not_valid, b.not_enforced) {
        return false;
    }
    match (&a.kind, &b.kind) {
        (ConstraintKind::Check(x), ConstraintKind::Check(y)) => {
            x.no_inherit == y.no_inherit && same(&x.expression, Some(a_table), &y.expression, Some(b_table))
        }
        (ConstraintKind::Exclusion(x), ConstraintKind::Exclusion(y)) => {
            let text = |e: &crate::schema::Exclusion| Expr(e.definition.clone());
            x.primary == y.primary && same(&text(x), Some(a_table), &text(y), Some(b_table))
        }
        (x, y) => x == y,
    }
}

/// Whether two constraints demand the same, and differ at most in when they are checked and whether they hold for every row
/// that stood before: that can be altered.
pub fn same_demand(a: &Constraint, a_table: &Table, b: &Constraint, b_table: &Table) -> bool {
    let open = !a.not_enforced && !b.not_enforced;
    let later = matches!(a.kind, ConstraintKind::ForeignKey(_)) || a.deferral == b.deferral;
    let validated = matches!(
        a.kind,
        ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_) | ConstraintKind::NotNull(_)
    );
    let like_b = Constraint {
        deferral: b.deferral,
        not_valid: b.not_valid,
        ..a.clone()
    };
    open && later && validated && same_constraint(&like_b, a_table, b, b_table)
}

/// Whether two indexes are the same; comments, statistics targets and validity aside.
pub fn same_index(a: &Index, a_table: &Table, b: &Index, b_table: &Table) -> bool {
    let keys = |i: &Index| -> Vec<crate::schema::IndexKey> {
        i.keys
            .iter()
            .map(|k| match &k.target {
                KeyTarget::Column(_) => k.clone(),
                KeyTarget::Expression(_) => crate::schema::IndexKey {
                    target: KeyTarget::Expression(Expr::from("")),
                    ..k.clone()
                },
            })
            .collect()
    };
    let expressions = |i: &Index| -> Vec<Expr> {
        i.keys
            .iter()
            .filter_map(|k| match &k.target {
                KeyTarget::Expression(e) => Some(e.clone()),
                KeyTarget::Column(_) => None,
            })
            .collect()
    };
    let (ae, be) = (expressions(a), expressions(b));
    a.method == b.method
        && a.unique == b.unique
        && a.nulls_not_distinct == b.nulls_not_distinct
        && a.include == b.include
        && a.with == b.with
        && a.tablespace == b.tablespace
        && a.valid == b.valid
        && keys(a) == keys(b)
        && ae.len() == be.len()
        && ae
            .iter()
            .zip(&be)
            .all(|(x, y)| same(x, Some(a_table), y, Some(b_table)))
        && same_option(a.predicate.as_ref(), a_table, b.predicate.as_ref(), b_table)
}

/// Columns that a constraint on `table` names.
pub fn constraint_columns(constraint: &Constraint) -> Vec<Ident> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
            key.columns.iter().chain(&key.include).cloned().collect()
        }
        ConstraintKind::Check(check) => check.columns.clone(),
        ConstraintKind::ForeignKey(key) => key.columns.clone(),
        ConstraintKind::Exclusion(exclusion) => exclusion.columns.clone(),
        ConstraintKind::NotNull(not_null) => vec![not_null.column.clone()],
    }
}

/// Columns that an index names, in keys, `INCLUDE`, expressions and predicate.
pub fn index_columns(index: &Index) -> Vec<Ident> {
    let mut columns: Vec<Ident> = index
        .keys
        .iter()
        .filter_map(|k| match &k.target {
            KeyTarget::Column(c) => Some(c.clone()),
            KeyTarget::Expression(_) => None,
        })
        .chain(index.include.iter().cloned())
        .chain(index.expression_columns.iter().cloned())
        .collect();
    columns.sort();
    columns.dedup();
    columns
}

/// What two schemas differ in, as readable lines; empty when they are the same. Column order, fills and what the model
/// cannot express do not count.
pub fn differences(expected: &Schema, found: &Schema) -> Vec<String> {
    let mut out = Vec::new();
    by_key(&mut out, "schema", &expected.namespaces, &found.namespaces, |a, b| {
        a == b
    });
    by_key(&mut out, "enum", &expected.enums, &found.enums, |a, b| a == b);
    by_key(&mut out, "sequence", &expected.sequences, &found.sequences, |a, b| {
        a == b
    });
    by_key(&mut out, "sync", &expected.syncs, &found.syncs, |a, b| a == b);
    by_key(&mut out, "view", &expected.aliases, &found.aliases, |a, b| a == b);
    by_key(
        &mut out,
        "domain",
        &expected.type_aliases,
        &found.type_aliases,
        |a, b| a == b,
    );
    by_key(&mut out, "table", &expected.tables, &found.tables, |_, _| true);
    for (name, a) in &expected.tables {
        let Some(b) = found.tables.get(name).filter(|b| *b != a) else {
            continue;
        };
        let columns = |t: &Table| -> std::collections::BTreeMap<Ident, Column> {
            t.columns.iter().map(|c| (c.name.clone(), c.clone())).collect()
        };
        by_key(
            &mut out,
            &format!("column of {name}"),
            &columns(a),
            &columns(b),
            |x, y| same_column(x, a, y, b),
        );
        by_key(
            &mut out,
            &format!("constraint of {name}"),
            &a.constraints,
            &b.constraints,
            |x, y| same_constraint(x, a, y, b) && (&x.comment, &x.index_comment) == (&y.comment, &y.index_comment),
        );
        by_key(&mut out, &format!("index of {name}"), &a.indexes, &b.indexes, |x, y| {
            same_index(x, a, y, b) && x.comment == y.comment && x.statistics == y.statistics
        });
        by_key(
            &mut out,
            &format!("attached index of {name}"),
            &a.attached,
            &b.attached,
            |x, y| x == y,
        );
        if (&a.options, &a.comment, &a.partition_by, &a.partition_of, &a.inherits)
            != (&b.options, &b.comment, &b.partition_by, &b.partition_of, &b.inherits)
        {
            out.push(format!(
                "table {name}: expected {:?} {:?}, found {:?} {:?}",
                a.options, a.comment, b.options, b.comment
            ));
        }
    }
    out
}

fn by_key<K: Ord + std::fmt::Display, V: std::fmt::Debug>(
    out: &mut Vec<String>,
    what: &str,
    expected: &std::collections::BTreeMap<K, V>,
    found: &std::collections::BTreeMap<K, V>,
    same: impl Fn(&V, &V) -> bool,
) {
    for (key, value) in expected {
        match found.get(key) {
            None => out.push(format!("{what} {key} is missing")),
            Some(other) if !same(value, other) => {
                out.push(format!("{what} {key} differs: expected {value:?}, found {other:?}"));
            }
            Some(_) => {}
        }
    }
    out.extend(
        found
            .keys()
            .filter(|k| !expected.contains_key(k))
            .map(|key| format!("{what} {key} is too many")),
    );
}
