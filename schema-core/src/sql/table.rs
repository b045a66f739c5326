use std::fmt::Write;

use super::{column_definition, constraint_definition, parameters};
use crate::schema::{Constraint, ConstraintKind, Ident, QName, Table};

/// `CREATE TABLE …` with its columns and the given constraints (those that can stand inside).
pub fn create_table<'a>(
    name: &QName,
    table: &Table,
    constraints: impl IntoIterator<Item = (&'a Ident, &'a Constraint)>,
) -> String {
    let unlogged = if table.options.unlogged { "UNLOGGED " } else { "" };
    let constraints = constraints
        .into_iter()
        .map(|(name, c)| format!("CONSTRAINT {name} {}", constraint_definition(c)));
    let mut text = format!("CREATE {unlogged}TABLE {name}");
    if let Some(partition) = &table.partition_of {
        let _ = write!(text, " PARTITION OF {}", partition.parent);
        let lines: Vec<String> = constraints.collect();
        if !lines.is_empty() {
            let _ = write!(text, " (\n    {}\n)", lines.join(",\n    "));
        }
        let _ = write!(text, " {}", partition.bound);
    } else {
        let lines: Vec<String> = table.columns.iter().map(column_definition).chain(constraints).collect();
        if lines.is_empty() {
            text.push_str(" ()");
        } else {
            let _ = write!(text, " (\n    {}\n)", lines.join(",\n    "));
        }
        if !table.inherits.is_empty() {
            let parents: Vec<String> = table.inherits.iter().map(ToString::to_string).collect();
            let _ = write!(text, " INHERITS ({})", parents.join(", "));
        }
    }
    text += &storage(table);
    text
}

/// `CREATE TABLE` for a partition, like its parent but not yet attached to it.
pub fn create_partition(name: &QName, table: &Table, parent: &QName) -> String {
    let unlogged = if table.options.unlogged { "UNLOGGED " } else { "" };
    format!(
        "CREATE {unlogged}TABLE {name} (\n    LIKE {parent} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION\n){}",
        storage(table)
    )
}

/// What stands behind the columns.
fn storage(table: &Table) -> String {
    let mut text = String::new();
    if let Some(key) = &table.partition_by {
        let _ = write!(text, " PARTITION BY {key}");
    }
    if let Some(method) = &table.options.access_method {
        let _ = write!(text, " USING {method}");
    }
    if !table.options.parameters.is_empty() {
        let _ = write!(text, " WITH ({})", parameters(&table.options.parameters));
    }
    if let Some(tablespace) = &table.options.tablespace {
        let _ = write!(text, " TABLESPACE {tablespace}");
    }
    text
}

/// The bound of a partition as `ATTACH PARTITION` takes it.
pub fn partition_clause(table: &Table) -> Option<&str> {
    table.partition_of.as_ref().map(|p| p.bound.as_str())
}

/// Constraints that `CREATE TABLE` can hold whatever stands elsewhere: all but foreign keys.
pub(crate) fn inner_constraints(table: &Table) -> impl Iterator<Item = (&Ident, &Constraint)> {
    table
        .constraints
        .iter()
        .filter(|(_, c)| !matches!(c.kind, ConstraintKind::ForeignKey(_)) && !c.not_valid)
        .filter(|(name, c)| !is_merged(table, name, c))
}

/// Whether `CREATE TABLE` would take the key for another one over the same columns, and make one of the two.
pub(crate) fn is_merged(table: &Table, name: &Ident, constraint: &Constraint) -> bool {
    if let ConstraintKind::Exclusion(exclusion) = &constraint.kind {
        let twin =
            |c: &Constraint| matches!(&c.kind, ConstraintKind::Exclusion(x) if x.definition == exclusion.definition);
        return table.constraints.iter().any(|(other, c)| other < name && twin(c));
    }
    let Some(key) = constraint.kind.key() else { return false };
    let is_primary = matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
    table.constraints.iter().any(|(other, c)| {
        let first = matches!(c.kind, ConstraintKind::PrimaryKey(_)) || (!is_primary && other < name);
        other != name && !is_primary && first && c.kind.key().is_some_and(|k| k.columns == key.columns)
    })
}
