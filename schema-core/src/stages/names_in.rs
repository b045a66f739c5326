//! A column's new name in everything that stands on its table.

use crate::expression::rename_column;
use crate::schema::{ConstraintKind, Expr, Ident, KeyTarget, Table};

/// Renames a column in the table's columns, keys, checks, indexes and generated expressions, as `RENAME COLUMN` does.
pub fn rename(table: &mut Table, from: &Ident, to: &Ident) {
    let swap = |name: &mut Ident| {
        if name == from {
            *name = to.clone();
        }
    };
    let expression = |e: &mut Expr| *e = rename_column(e, from, to);
    for column in &mut table.columns {
        swap(&mut column.name);
        if let Some(generated) = &mut column.generated {
            expression(&mut generated.expression);
        }
    }
    if let Some(key) = &mut table.partition_by {
        *key = rename_column(&Expr(std::mem::take(key)), from, to).0;
    }
    for constraint in table.constraints.values_mut() {
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                key.columns.iter_mut().chain(&mut key.include).for_each(swap);
            }
            ConstraintKind::Check(check) => {
                expression(&mut check.expression);
                check.columns.iter_mut().for_each(swap);
                check.columns.sort();
            }
            ConstraintKind::ForeignKey(key) => {
                key.columns.iter_mut().chain(&mut key.on_delete_columns).for_each(swap);
            }
            ConstraintKind::NotNull(not_null) => swap(&mut not_null.column),
            ConstraintKind::Exclusion(exclusion) => {
                let mut definition = Expr(exclusion.definition.clone());
                expression(&mut definition);
                exclusion.definition = definition.0;
                exclusion.columns.iter_mut().for_each(swap);
                exclusion.columns.sort();
            }
        }
    }
    for index in table.indexes.values_mut() {
        for key in &mut index.keys {
            match &mut key.target {
                KeyTarget::Column(name) => swap(name),
                KeyTarget::Expression(e) => expression(e),
            }
        }
        index.include.iter_mut().for_each(swap);
        index.predicate.iter_mut().for_each(expression);
        index.expression_columns.iter_mut().for_each(swap);
        index.expression_columns.sort();
    }
}
