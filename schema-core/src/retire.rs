//! Enum labels that a model gives up while the type keeps them, because PostgreSQL cannot drop a label.
//!
//! A check on each column of the type keeps such a label out. That check is also how a later diff knows that the label was
//! given up: the type still has it, the model has not, and nothing is to be done.

use std::collections::{BTreeMap, BTreeSet};

use crate::expression::same;
use crate::plan::Decisions;
use crate::schema::{
    CheckConstraint, Column, Constraint, ConstraintKind, EnumType, Expr, Ident, Literal, QName, Schema, Table,
};
use crate::stages::labels_only_added;

/// The check that keeps a label out of a column, spelled as PostgreSQL prints it.
pub fn keeping_out(column: &Column, enum_type: &QName, label: &str) -> Constraint {
    let (name, label) = (&column.name, Literal(label));
    let expression = if column.type_name.ends_with("[]") {
        format!("({label}::{enum_type} <> ALL ({name}))")
    } else {
        format!("({name} <> {label}::{enum_type})")
    };
    Constraint::new(ConstraintKind::Check(CheckConstraint {
        expression: Expr(expression),
        columns: vec![column.name.clone()],
        no_inherit: false,
    }))
}

/// The check of the table that keeps the label out of the column.
fn check_against<'a>(
    table: &'a Table,
    column: &Column,
    enum_type: &QName,
    label: &str,
) -> Option<(&'a Ident, &'a Constraint)> {
    let wanted = keeping_out(column, enum_type, label);
    let ConstraintKind::Check(wanted) = &wanted.kind else {
        return None;
    };
    table.constraints.iter().find(|(_, c)| match &c.kind {
        ConstraintKind::Check(check) => {
            check.columns.len() == 1
                && check.columns[0] == column.name
                && !c.not_enforced
                && same(&check.expression, Some(table), &wanted.expression, Some(table))
        }
        _ => false,
    })
}

/// Whether a check of the table, or of one that it gets its columns from, keeps the label out of the column.
pub fn is_kept_out(schema: &Schema, table: &QName, column: &Column, enum_type: &QName, label: &str) -> bool {
    let Some(found) = schema.tables.get(table) else {
        return false;
    };
    check_against(found, column, enum_type, label).is_some()
        || parents(found).any(|parent| is_kept_out(schema, parent, column, enum_type, label))
}

fn parents(table: &Table) -> impl Iterator<Item = &QName> {
    table.partition_of.iter().map(|p| &p.parent).chain(&table.inherits)
}

/// The labels that a version writes to a column and decodes from it: those of the type without the ones that a check keeps
/// out.
pub fn labels_in_use(schema: &Schema, table: &QName, column: &Column) -> Option<Vec<String>> {
    let name = schema.enum_of_type(&column.type_name)?;
    let labels = schema.enums[name].labels.iter();
    let used = labels.filter(|label| !is_kept_out(schema, table, column, name, label));
    Some(used.cloned().collect())
}

/// Labels of the type that every column of it keeps out, where it has columns.
pub fn retired_labels(schema: &Schema, name: &QName) -> BTreeSet<String> {
    retired_in(schema, name, |_| true)
}

fn retired_in(schema: &Schema, name: &QName, counts: impl Fn(&QName) -> bool) -> BTreeSet<String> {
    let columns: Vec<_> = schema
        .columns_of_enum(name)
        .into_iter()
        .filter(|(table, _)| counts(table))
        .collect();
    let labels = schema.enums.get(name).map(|e| e.labels.as_slice()).unwrap_or_default();
    let everywhere = |label: &&String| {
        !columns.is_empty()
            && columns
                .iter()
                .all(|(table, column)| is_kept_out(schema, table, column, name, label))
    };
    labels.iter().filter(everywhere).cloned().collect()
}

/// Completes what a model asks for: labels that it gives up stay in the type, and checks keep them out of the columns of the
/// model's tables. A type that must be built anew anyway (another order, a label's new name), or for which the model says
/// so, is left as the model has it.
pub fn complete(target: &mut Schema, old: &Schema, model: &Schema, decisions: &Decisions) {
    let ours = |table: &QName| model.tables.contains_key(table);
    let mut retired: BTreeMap<QName, Vec<String>> = BTreeMap::new();
    for (name, wanted) in &mut target.enums {
        let Some(current) = old.enums.get(name) else { continue };
        let gone: Vec<&String> = current.labels.iter().filter(|l| !wanted.labels.contains(l)).collect();
        if gone.is_empty() || decisions.rebuild.contains(name) {
            continue;
        }
        let kept_out = retired_in(old, name, ours);
        let declared = |label: &String| {
            decisions
                .removed_labels
                .iter()
                .any(|(n, l, becomes)| n == name && l == label && wanted.labels.contains(becomes))
        };
        if !gone.iter().all(|label| declared(label) || kept_out.contains(*label)) {
            continue;
        }
        let both = merged(current, wanted);
        if labels_only_added(current, &both) && labels_only_added(wanted, &both) {
            retired.insert(name.clone(), gone.into_iter().cloned().collect());
            *wanted = both;
        }
    }
    for (name, labels) in &retired {
        let columns: Vec<(QName, Column)> = target
            .columns_of_enum(name)
            .into_iter()
            .filter(|(table, _)| ours(table))
            .map(|(table, column)| (table.clone(), column.clone()))
            .collect();
        for (table, column) in columns {
            for label in labels {
                keep_out(target, old, &table, &column, name, label);
            }
        }
    }
}

/// The labels of both, the current ones in their places.
fn merged(current: &EnumType, wanted: &EnumType) -> EnumType {
    let mut left = current.labels.iter().peekable();
    let mut labels: Vec<String> = Vec::new();
    for label in &wanted.labels {
        if current.labels.contains(label) {
            while let Some(before) = left.next_if(|l| *l != label) {
                if !wanted.labels.contains(before) {
                    labels.push(before.clone());
                }
            }
            left.next();
        }
        labels.push(label.clone());
    }
    labels.extend(left.filter(|l| !wanted.labels.contains(l)).cloned());
    EnumType {
        labels,
        comment: wanted.comment.clone(),
    }
}

fn keep_out(target: &mut Schema, old: &Schema, table: &QName, column: &Column, enum_type: &QName, label: &str) {
    if is_kept_out(target, table, column, enum_type, label)
        || target
            .tables
            .get(table)
            .is_some_and(|t| parents(t).any(|p| has_column(target, p, column)))
    {
        return;
    }
    let before = old.tables.get(table);
    let standing = before
        .and_then(|t| check_against(t, column, enum_type, label))
        .map(|(name, constraint)| (name.clone(), constraint.clone()));
    let Some(wanted) = target.tables.get_mut(table) else {
        return;
    };
    let (name, constraint) = standing.unwrap_or_else(|| {
        let full = Ident::new(format!("{}_{}_not_{label}", table.name.raw(), column.name.raw()));
        let mut name = full.with_suffix("");
        let taken = |name: &Ident| {
            wanted.constraints.contains_key(name) || before.is_some_and(|t| t.constraints.contains_key(name))
        };
        let mut number = 2;
        while taken(&name) {
            name = full.with_suffix(&number.to_string());
            number += 1;
        }
        (name, keeping_out(column, enum_type, label))
    });
    wanted.constraints.insert(name, constraint);
}

fn has_column(schema: &Schema, table: &QName, column: &Column) -> bool {
    schema
        .tables
        .get(table)
        .is_some_and(|t| t.column(&column.name).is_some())
}
