//! Rows in the tables of a random schema, to see that a plan keeps them.

use std::collections::{BTreeMap, BTreeSet};

use schema_core::plan::Plan;
use schema_core::schema::{Column, Ident, QName, Schema};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::partitions::cut_by;
use super::types;

type Record = BTreeMap<String, Value>;

/// Rows by table.
pub struct Rows(BTreeMap<QName, Vec<Record>>);

impl Rows {
    /// Puts a few rows into each table, as far as its keys let it, and reads them.
    pub async fn insert(connection: &mut PgConnection, schema: &Schema) -> Self {
        for (name, table) in &schema.tables {
            let written: Vec<&Column> = table.columns.iter().filter(|c| c.generated.is_none()).collect();
            let drawn =
                |c: &Column| c.identity.is_some() || c.default.as_ref().is_some_and(|d| d.0.contains("nextval"));
            for at in 0..4_u8 {
                let values = written.iter().enumerate().map(|(n, column)| {
                    let null = !column.not_null && (usize::from(at) + n).is_multiple_of(3);
                    if drawn(column) {
                        "DEFAULT".to_owned()
                    } else if null {
                        "NULL".to_owned()
                    } else {
                        types::value(schema, &column.type_name, at)
                    }
                });
                let columns: Vec<String> = written.iter().map(|c| c.name.to_string()).collect();
                let values: Vec<String> = values.collect();
                let insert = format!(
                    "INSERT INTO {name} ({}) VALUES ({})",
                    columns.join(", "),
                    values.join(", ")
                );
                // A row that a key, a check or a foreign key refuses is one less.
                let _ = sqlx::raw_sql(AssertSqlSafe(insert)).execute(&mut *connection).await;
            }
        }
        Self::read(connection, schema).await
    }

    pub fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    pub async fn read(connection: &mut PgConnection, schema: &Schema) -> Self {
        let mut found = BTreeMap::new();
        for table in schema.tables.keys() {
            let query = format!("SELECT to_jsonb(\"the row\")::text FROM {table} AS \"the row\"");
            let rows = sqlx::raw_sql(AssertSqlSafe(query)).fetch_all(&mut *connection).await;
            let rows = rows.unwrap_or_else(|error| panic!("{table} cannot be read: {error}"));
            let record = |row: &sqlx::postgres::PgRow| {
                let text: String = row.try_get(0).expect("a row is text");
                serde_json::from_str(&text).expect("a row is an object")
            };
            found.insert(table.clone(), rows.iter().map(record).collect());
        }
        Self(found)
    }

    /// What is not as it was, in the columns that both schemas have with one type and that the plan was not told to fill.
    /// The rows found are those of one of the schemas.
    pub fn differing(&self, found: &Self, old: &Schema, new: &Schema, plan: &Plan) -> Vec<String> {
        let decisions = &plan.decisions;
        let mut out = Vec::new();
        for (name, rows) in &self.0 {
            let told = decisions.table_renames.iter().find(|r| r.from == *name);
            let called = told.map_or(name, |r| &r.to);
            let (Some(before), Some(after)) = (old.tables.get(name), new.tables.get(called)) else {
                continue;
            };
            // A partition that comes or goes brings its rows along, or takes them.
            if !same_partitions(old, new, name) {
                continue;
            }
            let above = old.partitioned_above(name);
            let here = |table: &QName| table == name || above.contains(&table);
            let relabelled = |type_name: &str| {
                let element = type_name.trim_end_matches("[]");
                decisions
                    .renamed_labels
                    .iter()
                    .any(|(name, ..)| name.to_string() == element)
            };
            let fills = plan.stages.iter().flat_map(|stage| stage.schema.fills.values());
            // What is filled in a partition is seen through its parent.
            let below = old.partitions_below(name);
            // A row whose place is filled moves to another partition.
            let cut: BTreeSet<Ident> = above.iter().flat_map(|table| cut_by(old, table)).collect();
            let mut moved = plan.stages.iter().flat_map(|stage| stage.schema.fills.values());
            if moved.any(|fill| above.contains(&&fill.table) && cut.contains(&fill.column)) {
                continue;
            }
            let filled: BTreeSet<&Ident> = fills
                .filter(|fill| fill.value.is_some())
                .filter(|fill| here(&fill.table) || fill.table == *called || below.contains(&fill.table))
                .map(|fill| &fill.column)
                .collect();
            for column in &before.columns {
                let rename = decisions
                    .renames
                    .iter()
                    .find(|r| (here(&r.table) || r.table == *called) && r.from == column.name);
                let renamed = rename.and_then(|r| after.column(&r.to));
                let Some(is) = after.column(&column.name).or(renamed) else {
                    continue;
                };
                if is.type_name != column.type_name
                    || relabelled(&is.type_name)
                    || filled.contains(&is.name)
                    || is.generated != column.generated
                {
                    continue;
                }
                let of = |rows: &[Record]| -> Vec<String> {
                    let value = |row: &Record| row.get(column.name.raw()).or_else(|| row.get(is.name.raw())).cloned();
                    let mut values: Vec<String> = rows.iter().map(|row| format!("{:?}", value(row))).collect();
                    values.sort();
                    values
                };
                let (was, is) = (
                    of(rows),
                    of(found.0.get(called).or(found.0.get(name)).map_or(&[][..], Vec::as_slice)),
                );
                if was != is {
                    out.push(format!("{name}.{}: {was:?} became {is:?}", column.name));
                }
            }
        }
        out
    }
}

fn same_partitions(old: &Schema, new: &Schema, table: &QName) -> bool {
    let places = |schema: &Schema| {
        let below = schema.partitions_below(table).into_iter();
        let place = |name: QName| schema.tables[&name].partition_of.clone().map(|place| (name, place));
        below.filter_map(place).collect::<Vec<_>>()
    };
    places(old) == places(new)
}
