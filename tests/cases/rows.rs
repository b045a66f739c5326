//! The rows of a database as values, to see that a plan keeps them.

use std::collections::{BTreeMap, BTreeSet};

use schema_core::plan::{Decisions, Plan};
use schema_core::schema::{Ident, QName, Schema};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, Row};

type Record = BTreeMap<String, Value>;

/// Rows by table, and where the sequences stand.
pub struct Rows {
    tables: BTreeMap<QName, Vec<Record>>,
    positions: BTreeMap<QName, String>,
}

impl Rows {
    /// Reads all rows of a schema's tables.
    pub async fn read(connection: &mut PgConnection, schema: &Schema) -> Self {
        let mut found = BTreeMap::new();
        for table in schema.tables.keys() {
            let query = format!("SELECT to_jsonb(\"the row\")::text FROM {table} AS \"the row\"");
            let rows = sqlx::raw_sql(AssertSqlSafe(query))
                .fetch_all(&mut *connection)
                .await
                .unwrap_or_else(|error| panic!("{table} cannot be read: {error}"));
            let records = rows
                .iter()
                .map(|row| {
                    let text: String = row.try_get(0).expect("a row is text");
                    serde_json::from_str(&text).expect("a row is an object")
                })
                .collect();
            found.insert(table.clone(), records);
        }
        let mut positions = BTreeMap::new();
        for sequence in schema.sequences.keys() {
            let query =
                format!("SELECT last_value || CASE WHEN is_called THEN ' drawn' ELSE ' next' END FROM {sequence}");
            let row = sqlx::raw_sql(AssertSqlSafe(query)).fetch_one(&mut *connection).await;
            let row = row.unwrap_or_else(|error| panic!("{sequence} cannot be read: {error}"));
            positions.insert(sequence.clone(), row.try_get(0).expect("a position is text"));
        }
        Self {
            tables: found,
            positions,
        }
    }

    /// Sequences that both have, under their new names, and that do not stand where they stood. One that gets less room may
    /// have to start again.
    pub fn moved(&self, now: &Self, old: &Schema, new: &Schema, decisions: &Decisions) -> Vec<String> {
        let called = |name: &QName| {
            let renamed = decisions.sequence_renames.iter().find(|r| r.from == *name);
            renamed.map_or(name, |r| &r.to).clone()
        };
        let both = self.positions.iter().filter_map(|(name, was)| {
            let called = called(name);
            let is = now.positions.get(&called)?;
            let (before, after) = (&old.sequences[name].options, &new.sequences[&called].options);
            let narrower = after.min > before.min || after.max < before.max;
            (was != is && !narrower).then(|| format!("{name} stood at {was}, and stands at {is}"))
        });
        both.collect()
    }

    /// What is not as it was, in the columns that both have and that the plan was not told to change.
    pub fn compare(&self, now: &Self, old: &Schema, new: &Schema, plan: &Plan) -> Vec<String> {
        let decisions = &plan.decisions;
        let mut out = Vec::new();
        for (table, rows) in &self.tables {
            // On the way back tables have their old names, which others may have had meanwhile.
            let renamed = decisions
                .table_renames
                .iter()
                .find(|r| r.from == *table && old.tables != new.tables);
            if renamed.is_some_and(|r| decisions.allow_data_loss.contains(&short(&r.to))) {
                continue;
            }
            let called = renamed.map_or(table, |r| &r.to);
            let Some((called, found)) = now
                .tables
                .get_key_value(called)
                .or_else(|| now.tables.get_key_value(table))
            else {
                continue;
            };
            if decisions.allow_data_loss.contains(&short(table)) {
                continue;
            }
            // Rows come and go with the partitions, and are compared there.
            let parts = old.partitions_below(table);
            let lost = parts
                .iter()
                .any(|part| decisions.allow_data_loss.contains(&short(part)));
            if lost || parts != new.partitions_below(table) {
                continue;
            }
            let names = kept(table, called, (old, new), plan);
            let before: Vec<String> = project(rows, names.iter().map(|(old, _)| old));
            let after: Vec<String> = project(found, names.iter().map(|(_, new)| new));
            if before != after {
                out.push(format!(
                    "{table}\n  before {}\n  after  {}",
                    before.join("\n         "),
                    after.join("\n         ")
                ));
            }
        }
        out
    }
}

fn short(table: &QName) -> String {
    let printed = table.to_string();
    printed.strip_prefix("public.").unwrap_or(&printed).to_owned()
}

/// Columns of the old table with the names that they have now.
fn kept(table: &QName, called: &QName, (old, new): (&Schema, &Schema), plan: &Plan) -> Vec<(Ident, Ident)> {
    let decisions = &plan.decisions;
    let fills = plan.stages.iter().flat_map(|stage| stage.schema.fills.values());
    let filled = fills
        .filter(|fill| fill.value.is_some() && (fill.table == *table || fill.table == *called))
        .map(|fill| &fill.column);
    // A sync that fills a column gives rows without a value the declared one.
    let declared = decisions
        .backfills
        .iter()
        .filter(|(column, _)| column.table == *table || column.table == *called)
        .map(|(column, _)| &column.column);
    let filled: BTreeSet<&Ident> = filled.chain(declared).collect();
    let (before, after) = (&old.tables[table], &new.tables[called]);
    before
        .columns
        .iter()
        .filter_map(|column| {
            let renamed = decisions
                .renames
                .iter()
                .find(|r| (r.table == *table || r.table == *called) && r.from == column.name);
            let now = after
                .column(&column.name)
                .or_else(|| renamed.and_then(|r| after.column(&r.to)))?;
            let owner = before
                .partition_of
                .as_ref()
                .map_or(table, |partition| &partition.parent);
            let to = decisions.table_renames.iter().find(|r| r.from == *table).map(|r| &r.to);
            let lost = [Some(owner), to].into_iter().flatten().any(|table| {
                let name = format!("{}.{}", short(table), column.name);
                decisions.allow_data_loss.contains(&name)
            });
            let label = decisions
                .removed_labels
                .iter()
                .any(|(name, ..)| column.type_name.trim_end_matches("[]") == name.to_string());
            let retitled = decisions.type_renames.iter().any(|r| {
                column.type_name.trim_end_matches("[]") == r.from.to_string()
                    && now.type_name.trim_end_matches("[]") == r.to.to_string()
            });
            let label = label
                || decisions.renamed_labels.iter().any(|(name, ..)| {
                    [&column.type_name, &now.type_name]
                        .iter()
                        .any(|t| t.trim_end_matches("[]") == name.to_string())
                });
            let filled = filled.contains(&now.name) || renamed.is_some_and(|r| filled.contains(&r.to));
            let same = (now.type_name == column.type_name || retitled) && !filled && !lost && !label;
            same.then(|| (column.name.clone(), now.name.clone()))
        })
        .collect()
}

fn project<'a>(rows: &[Record], names: impl Iterator<Item = &'a Ident> + Clone) -> Vec<String> {
    let mut out: Vec<String> = rows
        .iter()
        .map(|row| {
            let values: Vec<String> = names
                .clone()
                .map(|name| row.get(name.raw()).unwrap_or(&Value::Null).to_string())
                .collect();
            values.join(", ")
        })
        .collect();
    out.sort();
    out
}
