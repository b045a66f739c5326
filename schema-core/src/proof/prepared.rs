//! Prepared `SELECT *` statements, kept open across the files.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgConnection;

use super::ProofError;
use super::build::exec;
use super::record::PreparedBreak;
use super::write::run;
use crate::schema::{QName, Schema};

/// Statements by table.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    open: BTreeMap<QName, String>,
    made: u32,
}

impl Prepared {
    /// Executes those that are open, tells which ones broke, and prepares anew what is not open.
    pub(super) async fn check(
        &mut self,
        connection: &mut PgConnection,
        stage: &Schema,
        touched: &BTreeSet<QName>,
        file: &str,
    ) -> Result<Vec<PreparedBreak>, ProofError> {
        let mut broken = Vec::new();
        sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
        for (table, statement) in std::mem::take(&mut self.open) {
            if !touched.contains(&table) {
                self.open.insert(table, statement);
                continue;
            }
            match run(connection, format!("EXECUTE {statement}")).await? {
                Ok(_) => drop(self.open.insert(table, statement)),
                Err(_) => {
                    exec(connection, format!("DEALLOCATE {statement}")).await?;
                    broken.push(PreparedBreak {
                        file: file.to_owned(),
                        table,
                    });
                }
            }
        }
        for name in stage.tables.keys().filter(|name| touched.contains(name)) {
            if !self.open.contains_key(name) {
                self.made += 1;
                let statement = format!("schemagen_star_{}", self.made);
                exec(
                    connection,
                    format!("PREPARE {statement} AS SELECT * FROM {name} LIMIT 1"),
                )
                .await?;
                self.open.insert(name.clone(), statement);
            }
        }
        sqlx::raw_sql("COMMIT").execute(connection).await?;
        // What is said of a partitioned table goes for its partitions.
        let tables: BTreeSet<QName> = broken.iter().map(|b| b.table.clone()).collect();
        broken.retain(|b| {
            !stage
                .partitioned_above(&b.table)
                .iter()
                .any(|above| tables.contains(*above))
        });
        Ok(broken)
    }
}
