//! Partitions that come and go: attached and detached, never made or dropped in place.
//!
//! `CREATE TABLE … PARTITION OF` takes ACCESS EXCLUSIVE on the parent. A table like it that is attached takes SHARE UPDATE
//! EXCLUSIVE, and its indexes get the names that they shall have.

use crate::compare::same_default;
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{ConstraintKind, IndexOwner, QName, Schema, Table};
use crate::sql::{IndexMode, constraint_definition, create_index, create_partition, table_details};

/// `ALTER TABLE … ATTACH PARTITION`, with the locks that it takes beyond the table itself.
pub(super) fn attach(state: &Schema, name: &QName, (parent_name, parent): (&QName, &Table), bound: &str) -> Statement {
    let sql = format!("ALTER TABLE {parent_name} ATTACH PARTITION {name} {bound}");
    let mut statement = Op::PartitionAttach.on(parent_name, sql);
    for constraint in parent.constraints.values() {
        if let ConstraintKind::ForeignKey(key) = &constraint.kind {
            statement
                .locks
                .extend(Op::ForeignKeyAddNotValid.on(&key.references, "").locks);
        }
    }
    if let Some(default) = default_partition(state, parent_name) {
        statement.locks.extend(Op::TableLock.on(default, "").locks);
    }
    statement
}

/// The partition that takes what fits nowhere else.
pub(super) fn default_partition<'a>(state: &'a Schema, parent: &QName) -> Option<&'a QName> {
    let is_default = |t: &Table| {
        let place = t.partition_of.as_ref();
        place.is_some_and(|p| p.parent == *parent && p.bound == "DEFAULT")
    };
    state.tables.iter().find(|(_, t)| is_default(t)).map(|(name, _)| name)
}

/// Builds an empty table like its parent, with its indexes, and attaches it.
pub(super) fn new_partition(
    state: &Schema,
    name: &QName,
    table: &Table,
    (parent_name, parent): (&QName, &Table),
) -> Vec<Statement> {
    let Some(place) = &table.partition_of else {
        return Vec::new();
    };
    let plain = |sql: String| Op::TableCreate.plain(sql);
    let mut out = vec![plain(create_partition(name, table, parent_name))];
    for column in &table.columns {
        let Some(above) = parent.column(&column.name) else {
            continue;
        };
        if !same_default(column, table, above, parent) && above.generated.is_none() {
            out.push(super::column_settings::default_sql_plain(name, column));
        }
        if column.not_null && !above.not_null {
            out.push(plain(format!(
                "ALTER TABLE {name} ALTER COLUMN {} SET NOT NULL",
                column.name
            )));
        }
    }
    for (constraint_name, constraint) in &table.constraints {
        let definition = constraint_definition(constraint);
        let mut add = plain(format!(
            "ALTER TABLE {name} ADD CONSTRAINT {constraint_name} {definition}"
        ));
        if let ConstraintKind::ForeignKey(key) = &constraint.kind
            && key.references != *name
        {
            add.locks
                .extend(Op::ForeignKeyAddNotValid.on(&key.references, "").locks);
        }
        out.push(add);
    }
    for (index, definition) in &table.indexes {
        out.push(plain(create_index(index, name, definition, IndexMode::Plain)));
    }
    for (index, above) in table
        .attached
        .iter()
        .filter(|(n, _)| !table.constraints.contains_key(*n))
    {
        match state.index_owner(parent_name, above) {
            Some(IndexOwner::Index(definition)) => {
                out.push(plain(create_index(index, name, definition, IndexMode::Plain)));
            }
            Some(IndexOwner::Key(key)) => {
                let definition = constraint_definition(key);
                out.push(plain(format!("ALTER TABLE {name} ADD CONSTRAINT {index} {definition}")));
            }
            None => {}
        }
    }
    out.push(attach(state, name, (parent_name, parent), &place.bound));
    out.extend(table_details(name, table).into_iter().map(plain));
    out
}
