//! Synthetic rows for the tables of the old schema.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::ProofError;
use super::record::Unproven;
use super::values::Values;
use super::write::{Condition, Shape, Writer};
use crate::schema::{ConstraintKind, QName, Schema, Table, TableAlias};

/// What rows a table gets: ordinary ones, one with defaults only, one of NULLs, one at the ends of the types, one that
/// repeats another in all that may repeat.
const SHAPES: &[Shape] = &[
    Shape::All,
    Shape::All,
    Shape::Required,
    Shape::Nulls,
    Shape::Boundary,
    Shape::Duplicates,
];

/// Fills the tables, parents first. Gives the number of rows in each, and the tables that stay empty.
pub(super) async fn fill(
    connection: &mut PgConnection,
    schema: &Schema,
    values: &Values,
    conditions: &BTreeMap<QName, Vec<Condition>>,
) -> Result<(BTreeMap<QName, u64>, Vec<Unproven>), ProofError> {
    let mut counts = BTreeMap::new();
    let mut empty = Vec::new();
    for name in parents_first(schema) {
        let table = &schema.tables[name];
        // Rows of a partition come through its parent.
        if table.partition_of.is_some() {
            continue;
        }
        let mut why = String::new();
        for (n, shape) in SHAPES.iter().enumerate() {
            let writer = Writer {
                schema,
                name,
                table,
                values,
                row_counts: &counts,
                views: &BTreeMap::new(),
                conditions: conditions.get(name).map_or(&[], Vec::as_slice),
            };
            match writer.insert(connection, n, *shape, "").await? {
                Ok(_) => {
                    let count = counts.entry(name.clone()).or_insert(0);
                    *count += 1;
                }
                Err(refused) => why = refused.message,
            }
        }
        if !counts.contains_key(name) {
            empty.push(Unproven {
                what: format!("rows of {name}"),
                why: format!("no synthetic row was accepted: {why}"),
            });
        }
    }
    Ok((counts, empty))
}

/// How many rows stand.
pub(super) async fn count(connection: &mut PgConnection, counts: &mut BTreeMap<QName, u64>) -> Result<(), ProofError> {
    for (name, count) in &mut *counts {
        let sql = format!("SELECT count(*) FROM {name}");
        let found: i64 = sqlx::raw_sql(AssertSqlSafe(sql))
            .fetch_one(&mut *connection)
            .await?
            .try_get(0)?;
        *count = u64::try_from(found).unwrap_or(0);
    }
    counts.retain(|_, count| *count > 0);
    Ok(())
}

/// One row for each table that others point at and that has none: without it nothing could be written to those. Gives the
/// number of rows in each table afterwards.
pub(super) async fn parents(
    connection: &mut PgConnection,
    schema: &Schema,
    stage: &Schema,
    values: &Values,
    counts: &BTreeMap<QName, u64>,
    views: &BTreeMap<QName, TableAlias>,
) -> Result<BTreeMap<QName, u64>, ProofError> {
    let mut counts = counts.clone();
    let pointed_at: BTreeSet<&QName> = schema.tables.values().flat_map(references).collect();
    for name in parents_first(schema) {
        let stands = stage.tables.contains_key(name) && schema.tables[name].partition_of.is_none();
        if !pointed_at.contains(name) || counts.contains_key(name) || !stands {
            continue;
        }
        let writer = Writer {
            schema,
            name,
            table: &schema.tables[name],
            values,
            row_counts: &counts,
            views,
            conditions: &[],
        };
        if writer.insert(connection, 60, Shape::All, "").await?.is_ok() {
            counts.insert(name.clone(), 1);
        }
    }
    Ok(counts)
}

/// The tables that a table's foreign keys point at.
fn references(table: &Table) -> impl Iterator<Item = &QName> {
    table.constraints.values().filter_map(|c| match &c.kind {
        ConstraintKind::ForeignKey(key) => Some(&key.references),
        _ => None,
    })
}

/// Tables with those that they reference before them; a cycle is broken at the first name.
fn parents_first(schema: &Schema) -> Vec<&QName> {
    let mut placed: BTreeSet<&QName> = BTreeSet::new();
    let mut order = Vec::new();
    while order.len() < schema.tables.len() {
        let free = schema.tables.iter().find(|(name, table)| {
            !placed.contains(name)
                && references(table)
                    .all(|parent| parent == *name || placed.contains(parent) || !schema.tables.contains_key(parent))
        });
        let next = free.or_else(|| schema.tables.iter().find(|(name, _)| !placed.contains(name)));
        let Some((name, _)) = next else { break };
        placed.insert(name);
        order.push(name);
    }
    order
}
