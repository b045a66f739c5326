//! Writing one row of a version's table, with values that its checks let in.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::postgres::{PgDatabaseError, PgRow};
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::ProofError;
use super::values::{Values, literals_of};
use crate::compat::unique_keys;
use crate::schema::{ConstraintKind, ForeignKey, Ident, Literal, QName, Schema, Table, TableAlias};

/// What a row is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A value in every column.
    All,
    /// NULL wherever it is allowed.
    Nulls,
    /// Only the columns that cannot be left out.
    Required,
    /// The ends of each type.
    Boundary,
    /// Like row 0 in every column that no unique key names.
    Duplicates,
}

/// A condition that rows must meet besides the constraints that stand: a later stage demands it and fills nothing.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    /// A scalar query: true when all rows are well.
    pub(super) holds: String,
    /// Columns whose values decide.
    pub(super) columns: Vec<Ident>,
    /// Where to take candidate values from.
    pub(super) expression: String,
}

/// The server's no to a statement.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) code: String,
    pub(super) constraint: Option<String>,
    pub(super) message: String,
}

/// How often a row is tried with other values.
const TRIES: usize = 200;

/// After so many other values a row gets parents of its own.
const ENOUGH: usize = 6;

/// How far up parents get parents of their own.
const GENERATIONS: usize = 2;

/// Column names with their values as SQL.
pub(super) type RowValues = BTreeMap<Ident, String>;

/// Writes rows of one table as one version of the code knows it.
pub(super) struct Writer<'a> {
    pub(super) schema: &'a Schema,
    pub(super) name: &'a QName,
    pub(super) table: &'a Table,
    pub(super) values: &'a Values,
    /// Rows of each table that a foreign key may point at.
    pub(super) row_counts: &'a BTreeMap<QName, u64>,
    /// Tables that are views: their rows have no place.
    pub(super) views: &'a BTreeMap<QName, TableAlias>,
    pub(super) conditions: &'a [Condition],
}

impl Writer<'_> {
    /// The values of row `n`. `None` when a column that cannot be left out has no value.
    pub(super) fn row(&self, n: usize, shape: Shape) -> Option<RowValues> {
        let mut row = RowValues::new();
        for column in &self.table.columns {
            if column.generated.is_some() || column.identity.as_ref().is_some_and(|i| i.always) {
                continue;
            }
            let required = !column.may_be_omitted();
            let serial = column.identity.is_some() || column.default.as_ref().is_some_and(|d| d.0.contains("nextval("));
            // Explicit values beside a sequence's own would collide sooner or later.
            if (shape == Shape::Required && !required) || (serial && shape != Shape::All) {
                continue;
            }
            let value = match shape {
                Shape::Nulls if !column.not_null => Some("NULL".to_owned()),
                Shape::Boundary => self.values.boundary_of_column(self.name, column, n),
                Shape::Duplicates if !self.is_keyed(&column.name) => self.values.of_column(self.name, column, 0),
                _ => self.values.of_column(self.name, column, n),
            };
            match value {
                Some(value) => drop(row.insert(column.name.clone(), value)),
                None if required => return None,
                None => {}
            }
        }
        self.point_at_parents(&mut row, n, shape);
        Some(row)
    }

    fn is_keyed(&self, column: &Ident) -> bool {
        unique_keys(self.table).iter().any(|k| k.columns.contains(&column))
    }

    /// Foreign key columns take the values of a row that stands, or NULL. Rows that one after the other number takes differ
    /// in the pairs that two keys make, too. Where two keys share a column, the later one looks among the rows that agree.
    fn point_at_parents(&self, row: &mut RowValues, n: usize, shape: Shape) {
        let (mut rest, mut shift) = (n as u64, 0);
        let mut placed: BTreeMap<&Ident, String> = BTreeMap::new();
        for (_, key) in self.table.foreign_keys() {
            let may_be_null = |c: &Ident| self.table.column(c).is_some_and(|c| !c.not_null);
            if shape == Shape::Nulls && key.columns.iter().all(may_be_null) {
                continue;
            }
            let count = self.row_counts.get(&key.references).copied().unwrap_or(0);
            let at = shift + rest.checked_rem(count).unwrap_or(0);
            rest = rest.checked_div(count).unwrap_or(rest);
            shift = at;
            let among = self.agreeing(key, &placed);
            for (column, referenced) in key.columns.iter().zip(&key.referenced_columns) {
                if !row.contains_key(column) || placed.contains_key(column) {
                    continue;
                }
                let value = if count > 0 {
                    format!(
                        "(SELECT {referenced} {among} ORDER BY {} LIMIT 1 OFFSET (SELECT {at} % greatest(count(*), 1) {among}))",
                        self.order(key)
                    )
                } else if may_be_null(column) {
                    "NULL".to_owned()
                } else if key.references == *self.name {
                    row.get(referenced).cloned().unwrap_or_else(|| "NULL".to_owned())
                } else {
                    continue;
                };
                placed.insert(column, value.clone());
                row.insert(column.clone(), value);
            }
        }
    }

    /// The rows that a key may point at once some of its columns have their values.
    fn agreeing(&self, key: &ForeignKey, placed: &BTreeMap<&Ident, String>) -> String {
        let shared = key.columns.iter().zip(&key.referenced_columns);
        let agree: Vec<String> = shared
            .filter_map(|(column, referenced)| Some(format!("p.{referenced} = {}", placed.get(column)?)))
            .collect();
        let condition = if agree.is_empty() {
            "true".to_owned()
        } else {
            agree.join(" AND ")
        };
        format!("FROM {} p WHERE {condition}", key.references)
    }

    fn order(&self, key: &ForeignKey) -> String {
        if self.views.contains_key(&key.references) {
            crate::sql::column_list(&key.referenced_columns)
        } else {
            "tableoid, ctid".to_owned()
        }
    }

    /// The INSERT of these values.
    pub(super) fn insert_sql(&self, row: &RowValues) -> String {
        if row.is_empty() {
            return format!("INSERT INTO {} DEFAULT VALUES", self.name);
        }
        let columns: Vec<String> = row.keys().map(ToString::to_string).collect();
        let values: Vec<&str> = row.values().map(String::as_str).collect();
        format!(
            "INSERT INTO {} ({}) VALUES ({})",
            self.name,
            columns.join(", "),
            values.join(", ")
        )
    }

    /// Inserts a row of that shape, trying other values where a check or a key of this version refuses the first ones.
    /// `tail` stands behind `VALUES (…)`. Gives the values that went in, with the rows that came back.
    pub(super) async fn insert(
        &self,
        connection: &mut PgConnection,
        n: usize,
        shape: Shape,
        tail: &str,
    ) -> Result<Result<(RowValues, Vec<PgRow>), Refused>, ProofError> {
        self.insert_within(connection, n, shape, tail, GENERATIONS).await
    }

    async fn insert_within(
        &self,
        connection: &mut PgConnection,
        n: usize,
        shape: Shape,
        tail: &str,
        depth: usize,
    ) -> Result<Result<(RowValues, Vec<PgRow>), Refused>, ProofError> {
        let Some(mut row) = self.row(n, shape) else {
            return Ok(Err(Refused {
                code: String::new(),
                constraint: None,
                message: "no value is known for a column's type".to_owned(),
            }));
        };
        let mut n = n;
        let mut fixed = RowValues::new();
        let mut tries = 0;
        let mut last = self.attempt(connection, &row, tail).await?;
        while let Err(refused) = &last {
            tries += 1;
            if tries > 12 {
                break;
            }
            let refused = refused.clone();
            match refused.code.as_str() {
                // Another number gives other values, unless the key is over what cannot vary. All parents may have their
                // one row by now.
                "23505" | "23P01" => {
                    n += 7;
                    let Some(next) = self.row(n, shape) else { break };
                    row = next;
                    row.extend(fixed.clone());
                    if tries > ENOUGH && depth > 0 {
                        self.with_new_parents(connection, &mut row, n, depth - 1, refused.constraint.as_deref())
                            .await?;
                    }
                    last = self.attempt(connection, &row, tail).await?;
                }
                "23514" => {
                    let Some(found) = self.satisfy(connection, &row, &refused, tail).await? else {
                        break;
                    };
                    fixed.extend(found.0.clone());
                    row.extend(found.0);
                    last = found.1;
                }
                _ => break,
            }
        }
        Ok(last.map(|rows| (row, rows)))
    }

    /// Lets the row point at rows of its own in what the violated key is about, where those can be written.
    async fn with_new_parents(
        &self,
        connection: &mut PgConnection,
        row: &mut RowValues,
        n: usize,
        depth: usize,
        violated: Option<&str>,
    ) -> Result<(), ProofError> {
        let unique = unique_keys(self.table);
        let kept_apart: BTreeSet<&Ident> = unique
            .iter()
            .filter(|key| violated.is_none_or(|name| key.name.raw() == name))
            .flat_map(|key| key.columns.iter().copied())
            .collect();
        let keys = self.table.foreign_keys();
        for (_, key) in keys.filter(|(_, key)| key.columns.iter().any(|c| kept_apart.contains(c))) {
            let points = key
                .columns
                .iter()
                .all(|c| row.get(c).is_some_and(|value| value != "NULL"));
            let parent = self.schema.tables.get(&key.references);
            let (Some(table), true) = (parent, points && key.references != *self.name) else {
                continue;
            };
            let writer = Writer {
                name: &key.references,
                table,
                conditions: &[],
                ..*self
            };
            let texts: Vec<String> = key.referenced_columns.iter().map(|c| format!("{c}::text")).collect();
            let tail = format!(" RETURNING {}", texts.join(", "));
            let written = Box::pin(writer.insert_within(connection, n, Shape::All, &tail, depth)).await?;
            let Some(found) = written.ok().and_then(|(_, rows)| rows.into_iter().next()) else {
                continue;
            };
            for (at, (column, referenced)) in key.columns.iter().zip(&key.referenced_columns).enumerate() {
                let text: Option<String> = found.try_get(at)?;
                let type_name = table.column(referenced).map(|c| c.type_name.as_str());
                if let (Some(text), Some(type_name)) = (text, type_name) {
                    row.insert(column.clone(), format!("{}::{type_name}", Literal(&text)));
                }
            }
        }
        Ok(())
    }

    /// Looks for values with which this check no longer complains: the row may still fail for another reason.
    async fn satisfy(
        &self,
        connection: &mut PgConnection,
        row: &RowValues,
        refused: &Refused,
        tail: &str,
    ) -> Result<Option<(RowValues, Result<Vec<PgRow>, Refused>)>, ProofError> {
        let Some((columns, expression)) = self.what_refused(refused) else {
            return Ok(None);
        };
        let columns: Vec<&Ident> = columns.iter().filter(|c| row.contains_key(*c)).take(3).collect();
        let literals = literals_of(&expression);
        let mut choices: Vec<Vec<String>> = Vec::new();
        for column in &columns {
            let mut values = vec![row[*column].clone()];
            values.extend(literals.iter().map(|text| Literal(text).to_string()));
            if let Some(column) = self.table.column(column) {
                values.extend((0..3).filter_map(|n| self.values.of_column(self.name, column, n)));
                if !column.not_null {
                    values.push("NULL".to_owned());
                }
            }
            choices.push(values);
        }
        let product: usize = choices.iter().map(Vec::len).product();
        for at in 0..product.min(TRIES) {
            let mut rest = at;
            let mut changes = RowValues::new();
            for (column, values) in columns.iter().zip(&choices) {
                changes.insert((*column).clone(), values[rest % values.len()].clone());
                rest /= values.len();
            }
            let mut candidate = row.clone();
            candidate.extend(changes.clone());
            let outcome = self.attempt(connection, &candidate, tail).await?;
            let still = matches!(&outcome, Err(again) if again.constraint == refused.constraint || !again.code.starts_with("23"));
            if !still {
                return Ok(Some((changes, outcome)));
            }
        }
        Ok(None)
    }

    /// The columns and the text of the check, the condition or the partition bounds that said no. `None` for a constraint
    /// that this version does not know: its code would not look for other values.
    fn what_refused(&self, refused: &Refused) -> Option<(Vec<Ident>, String)> {
        let Some(name) = &refused.constraint else {
            let key = self.table.partition_by.as_ref()?;
            let bounds: Vec<&str> = self
                .schema
                .tables
                .values()
                .filter_map(|t| t.partition_of.as_ref())
                .map(|p| p.bound.as_str())
                .collect();
            let columns = self.table.columns.iter().map(|c| c.name.clone());
            return Some((columns.filter(|c| key.contains(c.raw())).collect(), bounds.join(" ")));
        };
        if let Some(condition) = name
            .strip_prefix("condition ")
            .and_then(|n| self.conditions.get(n.parse::<usize>().ok()?))
        {
            return Some((condition.columns.clone(), condition.expression.clone()));
        }
        let name = Ident::new(name.as_str());
        self.schema
            .tables
            .iter()
            .filter(|(other, t)| *other == self.name || t.partition_of.as_ref().is_some_and(|p| p.parent == *self.name))
            .find_map(|(_, t)| match &t.constraints.get(&name)?.kind {
                ConstraintKind::Check(check) => Some((check.columns.clone(), check.expression.0.clone())),
                _ => None,
            })
    }

    /// One INSERT in a savepoint; it stays when it went well and all conditions hold.
    async fn attempt(
        &self,
        connection: &mut PgConnection,
        row: &RowValues,
        tail: &str,
    ) -> Result<Result<Vec<PgRow>, Refused>, ProofError> {
        sqlx::raw_sql("SAVEPOINT row").execute(&mut *connection).await?;
        let outcome = run(connection, format!("{}{tail}", self.insert_sql(row))).await?;
        if outcome.is_ok()
            && let Some(at) = self.broken_condition(connection).await?
        {
            sqlx::raw_sql("ROLLBACK TO row; RELEASE row")
                .execute(&mut *connection)
                .await?;
            return Ok(Err(Refused {
                code: "23514".to_owned(),
                constraint: Some(format!("condition {at}")),
                message: format!("a later stage refuses it: {}", self.conditions[at].expression),
            }));
        }
        sqlx::raw_sql("RELEASE row").execute(&mut *connection).await?;
        Ok(outcome)
    }

    async fn broken_condition(&self, connection: &mut PgConnection) -> Result<Option<usize>, ProofError> {
        if self.conditions.is_empty() {
            return Ok(None);
        }
        let all: Vec<String> = self.conditions.iter().map(|c| format!("({})", c.holds)).collect();
        let sql = format!("SELECT {}", all.join(", "));
        let answer = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(connection).await?;
        for at in 0..self.conditions.len() {
            if !answer.try_get::<Option<bool>, _>(at)?.unwrap_or(true) {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

/// Begins a transaction in which a row that breaks a deferred constraint is refused at once, not at the end.
pub(super) async fn begin(connection: &mut PgConnection) -> Result<(), ProofError> {
    sqlx::raw_sql("BEGIN; SET CONSTRAINTS ALL IMMEDIATE")
        .execute(connection)
        .await?;
    Ok(())
}

/// Runs a statement in a savepoint of its own; what the server refuses is an answer, a broken connection an error.
pub(super) async fn run(connection: &mut PgConnection, sql: String) -> Result<Result<Vec<PgRow>, Refused>, ProofError> {
    sqlx::raw_sql("SAVEPOINT statement").execute(&mut *connection).await?;
    let outcome = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut *connection).await;
    match outcome {
        Ok(rows) => {
            sqlx::raw_sql("RELEASE statement").execute(connection).await?;
            Ok(Ok(rows))
        }
        Err(sqlx::Error::Database(error)) => {
            sqlx::raw_sql("ROLLBACK TO statement; RELEASE statement")
                .execute(connection)
                .await?;
            Ok(Err(Refused {
                code: error.code().unwrap_or_default().into_owned(),
                constraint: error
                    .try_downcast_ref::<PgDatabaseError>()
                    .and_then(PgDatabaseError::constraint)
                    .map(ToOwned::to_owned),
                message: error.message().to_owned(),
            }))
        }
        Err(error) => Err(error.into()),
    }
}
