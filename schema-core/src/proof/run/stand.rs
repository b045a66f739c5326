//! What must stand after a file: the catalog, filled columns, the rows.

use std::collections::BTreeSet;

use sqlx::{Connection, PgConnection};

use super::Course;
use super::way::Way;
use crate::compat::{Retyped, retyped};
use crate::expression::columns_named;
use crate::introspect::{Included, introspect};
use crate::plan::PlanFile;
use crate::proof::ProofError;
use crate::proof::build::{build, exec};
use crate::proof::compare::{Difference, differences};
use crate::proof::record::ProofFailure;
use crate::proof::survival::Snapshots;
use crate::proof::traffic::missing;
use crate::schema::{Ident, Object, QName, Schema, Table};

impl Course<'_> {
    /// Reads the catalog and compares it.
    pub(super) async fn catalog(
        &mut self,
        connection: &mut PgConnection,
        file: &str,
        way: Way,
        expected: &Schema,
    ) -> Result<(), ProofError> {
        self.proof.checks.catalogs += 1;
        let found = introspect(connection, &Included::default()).await?.schema;
        let mut differing = differences(expected, &found);
        differing.extend(self.bystanders.unlike(expected, &found, way.is_onward()));
        if !differing.is_empty()
            && differing.iter().all(|d| !d.one_sided)
            && let Some(spelled) = self.spelled(expected).await?
        {
            differing = differences(&spelled, &found);
            differing.extend(self.bystanders.unlike_spelled(&spelled, &found));
        }
        for (object, message) in self.bystanders.lost_access(connection).await? {
            self.fail(file, way.name(), &object, message);
        }
        for Difference { object, message, .. } in differing {
            self.fail(file, way.name(), &object, message);
        }
        Ok(())
    }

    /// The schema in the server's own spelling: built in a database of its own and read back. `None` where it cannot be
    /// built as it stands.
    pub(super) async fn spelled(&self, schema: &Schema) -> Result<Option<Schema>, ProofError> {
        let database = self.scratch.database().await?;
        let mut connection = database.connect().await?;
        exec(&mut connection, "SET client_min_messages = warning".to_owned()).await?;
        let built = build(&mut connection, schema, &self.scope.touched).await;
        let spelled = match built {
            Ok(_) => Some(introspect(&mut connection, &Included::default()).await?.schema),
            Err(ProofError::Build { .. }) => None,
            Err(error) => return Err(error),
        };
        connection.close().await?;
        database.close().await?;
        Ok(spelled.map(|mut spelled| {
            // An index that is invalid in this stage cannot be built so, and neither can what was not validated.
            for (name, table) in &mut spelled.tables {
                for (index_name, index) in &mut table.indexes {
                    if let Some(wanted) = schema.tables.get(name).and_then(|t| t.indexes.get(index_name)) {
                        index.valid = wanted.valid;
                    }
                }
            }
            spelled
        }))
    }

    /// Fills of this file must have left nothing out.
    pub(super) async fn fills(
        &mut self,
        connection: &mut PgConnection,
        file: &PlanFile,
        way: Way,
    ) -> Result<(), ProofError> {
        let filled = file.up.effect.iter().filter_map(|patch| match &patch.after {
            Some(Object::Fill(fill)) => Some(fill),
            _ => None,
        });
        for fill in filled {
            self.proof.checks.fills += 1;
            let left = missing(connection, &fill.table, &fill.missing.0).await?;
            if left > 0 {
                let message = format!("the fill leaves {left} rows without a value ({})", fill.missing);
                self.fail(
                    &file.slug,
                    way.name(),
                    &format!("{}.{}", fill.table, fill.column),
                    message,
                );
            }
        }
        Ok(())
    }

    pub(super) async fn snapshot(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        let round = u32::try_from(self.snapshots.len()).unwrap_or(u32::MAX);
        let snapshot = Snapshots::take(connection, &self.now, &self.scope.touched, round).await?;
        self.snapshots.push(snapshot);
        Ok(())
    }

    /// The rows of these tables against what was remembered of them.
    pub(super) async fn rows(
        &mut self,
        connection: &mut PgConnection,
        file: &str,
        reach: &BTreeSet<QName>,
    ) -> Result<(), ProofError> {
        let changing = self.changing();
        for snapshot in &self.snapshots {
            self.proof.checks.row_comparisons += 1;
            for loss in snapshot
                .compare(connection, (&self.now, reach), &self.names, &changing, &self.lost)
                .await?
            {
                self.proof.failures.push(ProofFailure {
                    file: file.to_owned(),
                    step: "rows".to_owned(),
                    object: loss.object,
                    message: loss.message,
                });
            }
        }
        Ok(())
    }

    /// Columns whose NULLs, labels or spelling the plan changes.
    pub(super) fn changing(&self) -> BTreeSet<(QName, Ident)> {
        let mut changing: BTreeSet<(QName, Ident)> = BTreeSet::new();
        for object in self
            .plan
            .files
            .iter()
            .flat_map(|f| &f.up.effect)
            .filter_map(|p| p.after.as_ref())
        {
            match object {
                Object::Fill(fill) => drop(changing.insert((fill.table.clone(), fill.column.clone()))),
                Object::Sync(sync) => {
                    changing.insert((sync.table.clone(), sync.from.clone()));
                    changing.insert((sync.table.clone(), sync.to.clone()));
                }
                _ => {}
            }
        }
        let new = self.names.back(&self.new);
        for (name, table) in &self.old.tables {
            for column in &table.columns {
                let later = new.tables.get(name).and_then(|t| t.column(&column.name));
                if later.is_some_and(|c| retyped(&column.type_name, &c.type_name) == Retyped::Other) {
                    changing.insert((name.clone(), column.name.clone()));
                }
            }
        }
        let mut changing = self.names.columns_back(changing);
        let computed: Vec<(QName, Ident)> = self
            .old
            .tables
            .iter()
            .flat_map(|(name, table)| computed_from(name, table, &changing))
            .collect();
        changing.extend(computed);
        changing
    }
}

/// Generated columns of a table whose expression names one of these columns.
fn computed_from(name: &QName, table: &Table, columns: &BTreeSet<(QName, Ident)>) -> Vec<(QName, Ident)> {
    let computed = table.columns.iter().filter(|c| {
        let named = c.generated.as_ref().map(|g| columns_named(&g.expression, table));
        named.is_some_and(|n| n.iter().any(|c| columns.contains(&(name.clone(), c.clone()))))
    });
    computed.map(|c| (name.clone(), c.name.clone())).collect()
}
