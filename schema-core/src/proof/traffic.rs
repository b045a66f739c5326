//! What each version of the code does with the tables, as real statements, each rolled back.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::ProofError;
use super::decode::{Check, decode_checks, sync_checks};
use super::rows::parents;
use super::values::Values;
use super::write::{Refused, RowValues, Shape, Writer, begin, run};
use crate::compat::{Answer, Operation, Reason, Retyped, Verdict, compat, retyped, under_names_of, unique_keys};
use crate::plan::Hazard;
use crate::schema::{Literal, QName, Schema, Table, TableAlias};

/// One version of the code.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    /// Whether it is the old one.
    pub(super) old: bool,
    /// What it thinks the schema is.
    pub(super) schema: &'a Schema,
}

impl Side<'_> {
    pub(super) fn name(&self) -> &'static str {
        if self.old { "old code" } else { "new code" }
    }
}

/// What is known at one boundary.
pub(super) struct Boundary<'a> {
    /// The schema before the plan.
    pub(super) old: &'a Schema,
    /// The schema that stands.
    pub(super) stage: &'a Schema,
    pub(super) touched: &'a BTreeSet<QName>,
    pub(super) values: &'a Values,
    pub(super) row_counts: &'a BTreeMap<QName, u64>,
    pub(super) hazards: &'a [Hazard],
    /// The version that runs beside, when one does.
    pub(super) beside: Option<Side<'a>>,
}

/// A statement that went wrong and that nothing announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) table: QName,
    pub(super) operation: Operation,
    pub(super) object: String,
    pub(super) message: String,
}

/// What the statements of one version came to.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) statements: u32,
    pub(super) troubles: Vec<Trouble>,
    pub(super) notes: BTreeSet<String>,
}

/// Runs the statements of one version; the database is as before afterwards.
///
/// Where the version meets views, the same statements run a second time on the tables behind them: only there can be seen
/// what the other version reads.
pub(super) async fn traffic(
    connection: &mut PgConnection,
    side: Side<'_>,
    other: Side<'_>,
    boundary: &Boundary<'_>,
) -> Result<Report, ProofError> {
    let mut report = traffic_as(connection, side, other, boundary).await?;
    if !views_of(boundary.stage, side.schema).is_empty() {
        let schema = &under_names_of(other.schema, boundary.stage, side.schema);
        let behind = traffic_as(connection, Side { schema, ..side }, other, boundary).await?;
        report.statements += behind.statements;
        let views = views_of(boundary.stage, side.schema);
        for mut trouble in behind.troubles {
            if let Some((view, _)) = views.iter().find(|(_, alias)| alias.table == trouble.table) {
                trouble.table.clone_from(view);
            }
            report.troubles.push(trouble);
        }
        report.notes.extend(behind.notes);
    }
    Ok(report)
}

/// Tables of a version that are views in a stage.
fn views_of(stage: &Schema, version: &Schema) -> BTreeMap<QName, TableAlias> {
    let met = stage
        .aliases
        .iter()
        .filter(|(name, _)| version.tables.contains_key(*name));
    met.map(|(name, alias)| (name.clone(), alias.clone())).collect()
}

async fn traffic_as(
    connection: &mut PgConnection,
    side: Side<'_>,
    other: Side<'_>,
    boundary: &Boundary<'_>,
) -> Result<Report, ProofError> {
    let verdicts: BTreeMap<(QName, Operation), Answer> = compat(side.schema, other.schema, boundary.stage)
        .into_iter()
        .map(
            |Verdict {
                 table,
                 operation,
                 answer,
             }| ((table, operation), answer),
        )
        .collect();
    // Everything under the names that this version has for it: SQL then goes through the views that show them.
    let seen = |schema: &Schema| under_names_of(side.schema, boundary.stage, schema);
    let (stage, old, beside) = (
        seen(boundary.stage),
        seen(boundary.old),
        boundary.beside.map(|b| seen(b.schema)),
    );
    let views = views_of(boundary.stage, side.schema);
    let mut row_counts = boundary.row_counts.clone();
    for (view, alias) in &views {
        if let Some(count) = boundary.row_counts.get(&alias.table) {
            row_counts.insert(view.clone(), *count);
        }
    }
    let boundary = &Boundary {
        row_counts: &row_counts,
        old: &old,
        stage: &stage,
        beside: boundary
            .beside
            .zip(beside.as_ref())
            .map(|(b, schema)| Side { schema, ..b }),
        ..*boundary
    };
    begin(connection).await?;
    let row_counts = parents(
        connection,
        side.schema,
        boundary.stage,
        boundary.values,
        boundary.row_counts,
        &views,
    )
    .await?;
    let mut run = Run {
        side,
        boundary,
        row_counts,
        views,
        verdicts,
        report: Report::default(),
    };
    for (name, table) in &side.schema.tables {
        if boundary.touched.contains(name) && table.partition_of.is_none() {
            run.table(connection, name, table).await?;
        }
    }
    sqlx::raw_sql("ROLLBACK").execute(connection).await?;
    run.note_unannounced();
    Ok(run.report)
}

/// One version at work on one boundary.
pub(super) struct Run<'a> {
    pub(super) side: Side<'a>,
    pub(super) boundary: &'a Boundary<'a>,
    row_counts: BTreeMap<QName, u64>,
    views: BTreeMap<QName, TableAlias>,
    pub(super) verdicts: BTreeMap<(QName, Operation), Answer>,
    pub(super) report: Report,
}

impl Run<'_> {
    async fn table(&mut self, connection: &mut PgConnection, name: &QName, table: &Table) -> Result<(), ProofError> {
        let Some(stage) = self.boundary.stage.tables.get(name) else {
            self.wrong(
                name,
                &Operation::Select,
                &name.name,
                Reason::NoTable,
                "its table is not there".to_owned(),
            );
            return Ok(());
        };
        self.types(name, table, stage);
        self.select(connection, name, table, stage).await?;
        let view = self.views.get(name).cloned();
        let mut checks = if view.is_some() {
            Vec::new()
        } else {
            sync_checks(self.boundary.stage, name, self.side.old)
        };
        if let Some(beside) = self.boundary.beside {
            checks.extend(decode_checks(
                beside.schema,
                name,
                self.boundary.stage,
                stage,
                beside.name(),
            ));
        }
        checks.extend(decode_checks(
            self.side.schema,
            name,
            self.boundary.stage,
            stage,
            self.side.name(),
        ));
        if let Some(view) = &view {
            checks.retain(|check| view.columns.contains_key(&check.column));
        }
        let (row_counts, views) = (self.row_counts.clone(), self.views.clone());
        let writer = Writer {
            schema: self.side.schema,
            name,
            table,
            values: self.boundary.values,
            row_counts: &row_counts,
            views: &views,
            conditions: &[],
        };
        let returning = returning_checks(&checks);
        let mut full = None;
        for (n, shape, operation) in [
            (40, Shape::All, Operation::InsertAll),
            (41, Shape::Nulls, Operation::InsertAll),
            (42, Shape::Required, Operation::InsertRequired),
        ] {
            let outcome = self
                .insert(connection, &writer, n, shape, &operation, &returning, &checks)
                .await?;
            if shape == Shape::All {
                full = outcome;
            }
        }
        let Some(full) = full else { return Ok(()) };
        self.upserts(connection, &writer, table, &returning, &checks).await?;
        for (column, value) in &full {
            let mut values = vec![value.clone()];
            if let Some(column) = table.column(column) {
                values.extend(self.boundary.values.labels(&column.type_name));
                if !column.not_null {
                    values.push("NULL".to_owned());
                }
            }
            let checks: Vec<Check> = checks.iter().filter(|c| c.speaks_of(column)).cloned().collect();
            let returning = returning_checks(&checks);
            for value in values {
                let operation = Operation::Update(column.clone());
                let sql = format!(
                    "UPDATE {name} SET {column} = {value} WHERE {}{returning}",
                    first_row(name, view.as_ref())
                );
                let outcome = self.one(connection, sql).await?;
                self.judge(name, table, &operation, outcome, &checks)?;
            }
        }
        self.delete(connection, name, &writer).await
    }

    /// Whether a typed client of this version takes the column at all: a driver compares type names, not values.
    fn types(&mut self, name: &QName, table: &Table, stage: &Table) {
        for column in &table.columns {
            if let Some(found) = stage.column(&column.name)
                && retyped(&column.type_name, &found.type_name) == Retyped::Other
            {
                let message = format!(
                    "the column is {} and the code expects {}",
                    found.type_name, column.type_name
                );
                self.wrong(name, &Operation::Select, &column.name, Reason::OtherType, message);
            }
        }
    }

    async fn select(
        &mut self,
        connection: &mut PgConnection,
        name: &QName,
        table: &Table,
        stage: &Table,
    ) -> Result<(), ProofError> {
        let columns: Vec<String> = table.columns.iter().map(|c| c.name.to_string()).collect();
        let outcome = self
            .one(connection, format!("SELECT {} FROM {name} LIMIT 1", columns.join(", ")))
            .await?;
        let failed = outcome.is_err();
        self.judge(name, table, &Operation::Select, outcome, &[])?;
        let checks = decode_checks(self.side.schema, name, self.boundary.stage, stage, self.side.name());
        if failed || checks.is_empty() {
            return Ok(());
        }
        let all: Vec<String> = checks
            .iter()
            .map(|c| format!("bool_and(({}) IS NOT FALSE)", c.sql))
            .collect();
        let sql = format!("SELECT {} FROM {name}", all.join(", "));
        let outcome = self.one(connection, sql).await?;
        self.judge(name, table, &Operation::Select, outcome, &checks)
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "one call site, in a loop over the three kinds of INSERT"
    )]
    async fn insert(
        &mut self,
        connection: &mut PgConnection,
        writer: &Writer<'_>,
        n: usize,
        shape: Shape,
        operation: &Operation,
        returning: &str,
        checks: &[Check],
    ) -> Result<Option<RowValues>, ProofError> {
        sqlx::raw_sql("SAVEPOINT operation").execute(&mut *connection).await?;
        let outcome = writer.insert(connection, n, shape, returning).await?;
        sqlx::raw_sql("ROLLBACK TO operation; RELEASE operation")
            .execute(connection)
            .await?;
        self.report.statements += 1;
        let (row, outcome) = match outcome {
            Ok((row, rows)) => (Some(row), Ok(rows)),
            Err(refused) => (None, Err(refused)),
        };
        self.judge(writer.name, writer.table, operation, outcome, checks)?;
        Ok(row)
    }

    /// Each upsert runs twice, so that it inserts once and updates once.
    async fn upserts(
        &mut self,
        connection: &mut PgConnection,
        writer: &Writer<'_>,
        table: &Table,
        returning: &str,
        checks: &[Check],
    ) -> Result<(), ProofError> {
        for (at, key) in unique_keys(table).iter().enumerate().filter(|(_, k)| k.arbiter) {
            let written = writer.row(50 + at, Shape::All).unwrap_or_default();
            if !key.columns.iter().all(|c| written.contains_key(*c)) {
                // The key is made by the server: nobody upserts on it.
                continue;
            }
            let set = written
                .keys()
                .find(|c| !key.columns.contains(c))
                .or_else(|| written.keys().next());
            let Some(set) = set else { continue };
            let arbiter = match key.predicate {
                Some(predicate) => format!("({}) WHERE {predicate}", key.parts.join(", ")),
                None => format!("({})", key.parts.join(", ")),
            };
            let tail = format!(" ON CONFLICT {arbiter} DO UPDATE SET {set} = EXCLUDED.{set}{returning}");
            let operation = Operation::Upsert(key.name.clone());
            sqlx::raw_sql("SAVEPOINT operation").execute(&mut *connection).await?;
            let first = writer.insert(connection, 50 + at, Shape::All, &tail).await?;
            let outcome = match first {
                Ok((row, _)) => run(connection, format!("{}{tail}", writer.insert_sql(&row))).await?,
                Err(refused) => Err(refused),
            };
            sqlx::raw_sql("ROLLBACK TO operation; RELEASE operation")
                .execute(&mut *connection)
                .await?;
            self.report.statements += 2;
            self.judge(writer.name, table, &operation, outcome, checks)?;
        }
        Ok(())
    }

    async fn delete(
        &mut self,
        connection: &mut PgConnection,
        name: &QName,
        writer: &Writer<'_>,
    ) -> Result<(), ProofError> {
        sqlx::raw_sql("SAVEPOINT operation").execute(&mut *connection).await?;
        let place = place(self.views.get(name));
        let inserted = writer
            .insert(connection, 43, Shape::All, &format!(" RETURNING ({place})::text"))
            .await?;
        let outcome = match &inserted {
            Ok((_, rows)) => match rows.first() {
                Some(row) => {
                    let found: String = row.try_get(0)?;
                    let sql = format!("DELETE FROM {name} WHERE ({place})::text = {}", Literal(&found));
                    Some(run(connection, sql).await?)
                }
                None => None,
            },
            Err(_) => None,
        };
        sqlx::raw_sql("ROLLBACK TO operation; RELEASE operation")
            .execute(connection)
            .await?;
        if let Some(outcome) = outcome {
            self.report.statements += 1;
            self.judge(name, writer.table, &Operation::Delete, outcome, &[])?;
        }
        Ok(())
    }

    async fn one(
        &mut self,
        connection: &mut PgConnection,
        sql: String,
    ) -> Result<Result<Vec<PgRow>, Refused>, ProofError> {
        sqlx::raw_sql("SAVEPOINT operation").execute(&mut *connection).await?;
        let outcome = run(connection, sql).await?;
        sqlx::raw_sql("ROLLBACK TO operation; RELEASE operation")
            .execute(connection)
            .await?;
        self.report.statements += 1;
        Ok(outcome)
    }
}

fn returning_checks(checks: &[Check]) -> String {
    if checks.is_empty() {
        return String::new();
    }
    let all: Vec<String> = checks.iter().map(|c| format!("({})", c.sql)).collect();
    format!(" RETURNING {}", all.join(", "))
}

/// What tells one row of a table from the others; of a view, as far as it can be told.
fn place(view: Option<&TableAlias>) -> String {
    match view {
        None => "ROW(tableoid, ctid)".to_owned(),
        Some(view) => format!("ROW({})", crate::sql::column_list(view.columns.keys())),
    }
}

fn first_row(name: &QName, view: Option<&TableAlias>) -> String {
    let place = place(view);
    match view {
        None => format!("(tableoid, ctid) = (SELECT tableoid, ctid FROM {name} ORDER BY tableoid, ctid LIMIT 1)"),
        Some(_) => format!("{place}::text = (SELECT {place}::text AS place FROM {name} ORDER BY 1 LIMIT 1)"),
    }
}

/// Writes rows of one version that stay: what the later phases meet in production.
pub(super) async fn leave_rows(
    connection: &mut PgConnection,
    side: Side<'_>,
    boundary: &Boundary<'_>,
    conditions: &BTreeMap<QName, Vec<super::write::Condition>>,
) -> Result<(), ProofError> {
    let views = views_of(boundary.stage, side.schema);
    begin(connection).await?;
    for (name, table) in &side.schema.tables {
        if !boundary.touched.contains(name)
            || table.partition_of.is_some()
            || !(boundary.stage.tables.contains_key(name) || views.contains_key(name))
        {
            continue;
        }
        let writer = Writer {
            schema: side.schema,
            name,
            table,
            values: boundary.values,
            row_counts: boundary.row_counts,
            views: &views,
            conditions: conditions.get(name).map_or(&[], Vec::as_slice),
        };
        let base = if side.old { 70 } else { 80 };
        for (at, shape) in [Shape::All, Shape::Nulls, Shape::Required].into_iter().enumerate() {
            // A refusal was judged before, with the statements that are rolled back.
            drop(writer.insert(connection, base + at, shape, "").await?);
        }
    }
    sqlx::raw_sql("COMMIT").execute(connection).await?;
    Ok(())
}

/// Rows that a fill leaves out.
pub(super) async fn missing(connection: &mut PgConnection, table: &QName, condition: &str) -> Result<i64, ProofError> {
    let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
    Ok(sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await?
        .try_get(0)?)
}
