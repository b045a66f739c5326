//! One definition on the bridge, and what a statement does to it and to the plain table.

use schema_core::plan::{Class, PlanFile};
use schema_core::run_file::{RunFileError, run_text};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::rollout::{Rollout, renaming};

/// A column before and after its rename.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its type, as a cast takes it.
    pub type_name: &'static str,
    /// What follows the name in the old table.
    pub old: &'static str,
    /// What follows the name in the new table.
    pub new: &'static str,
    /// What must stand before the tables.
    pub before: &'static str,
    /// Two values that differ, if only in their spelling.
    pub values: [&'static str; 2],
    /// The constant default, or any third value.
    pub default: &'static str,
    /// Whether a sequence gives the default.
    pub generated: bool,
}

impl Definition {
    /// A text column.
    pub fn text(old: &'static str, new: &'static str) -> Self {
        Self {
            type_name: "text",
            old,
            new,
            before: "",
            values: ["v", "w"],
            default: "d",
            generated: false,
        }
    }

    fn script(&self, column: &str, definition: &str, with_rows: bool) -> String {
        let Self {
            before,
            old,
            values: [v, w],
            ..
        } = self;
        let rows = if with_rows {
            format!(
                "INSERT INTO t (id, a) VALUES (1, '{v}'), (2, '{w}'), (3, '{v}');\n\
                 INSERT INTO plain (id, c) VALUES (1, '{v}'), (2, '{w}'), (3, '{v}');\n"
            )
        } else {
            String::new()
        };
        format!(
            "{before}\n\
             CREATE TABLE t (id integer PRIMARY KEY, other integer NOT NULL DEFAULT 0, {column} {definition});\n\
             CREATE TABLE plain (id integer PRIMARY KEY, other integer NOT NULL DEFAULT 0, c {old});\n{rows}"
        )
    }

    /// The plan of the rename, with three rows in the table.
    pub async fn rollout(&self, server: &str) -> Rollout {
        let (old, new) = (self.script("a", self.old, true), self.script("b", self.new, false));
        Rollout::new(server, &old, &new, renaming("t", &[("a", "b")])).await
    }

    /// Puts values, type and names into a statement. `{t}` and `{c}` are table and column.
    pub fn statement(&self, template: &str, table: &str, column: &str) -> String {
        template
            .replace("{t}", table)
            .replace("{c}", column)
            .replace("{v}", self.values[0])
            .replace("{w}", self.values[1])
            .replace("{d}", self.default)
            .replace("{type}", self.type_name)
    }
}

/// What a statement came to: all rows of the table as (id, other, value), or the SQLSTATE.
pub type Outcome = Result<Vec<(i32, i32, Option<String>)>, String>;

/// A connection to a database whose table `t` stands at some point of the plan.
pub struct Bench {
    pub connection: PgConnection,
    generated: bool,
}

impl Bench {
    pub async fn new(rollout: &Rollout, files: &[&PlanFile], definition: &Definition) -> Self {
        rollout.run(files).await;
        Self {
            connection: rollout.database.connect().await,
            generated: definition.generated,
        }
    }

    /// The statement's outcome on the plain table; nothing of it stays.
    pub async fn on_plain(&mut self, statement: &str) -> Outcome {
        self.outcome(statement, "SELECT id, other, c::text, true FROM plain ORDER BY id")
            .await
    }

    /// The same on the table with the sync, where every row must be in step.
    pub async fn on_bridge(&mut self, statement: &str, in_step: &str) -> Outcome {
        let rows = format!("SELECT id, other, b::text, {in_step} FROM t ORDER BY id");
        self.outcome(statement, &rows).await
    }

    async fn outcome(&mut self, statement: &str, rows: &str) -> Outcome {
        let mut transaction = self.connection.begin().await.expect("the server answers");
        if self.generated {
            // A rolled back statement keeps its numbers: both sequences start at the same one.
            let restart = "SELECT setval(pg_get_serial_sequence('t', 'a'), 100), setval(pg_get_serial_sequence('plain', 'c'), 100)";
            sqlx::raw_sql(restart)
                .execute(&mut *transaction)
                .await
                .expect("both have a sequence");
        }
        let outcome = match run_text(&mut transaction, statement, Class::Alone).await {
            Err(RunFileError::Statement { code, message, .. }) => {
                assert!(!code.is_empty(), "{message}\n{statement}");
                Err(code)
            }
            Err(error) => panic!("{error}\n{statement}"),
            Ok(()) => {
                let found = sqlx::query(AssertSqlSafe(rows.to_owned()))
                    .persistent(false)
                    .fetch_all(&mut *transaction)
                    .await
                    .unwrap_or_else(|error| panic!("{error}\n{rows}"));
                for row in &found {
                    let (id, in_step): (i32, bool) = (row.get(0), row.get(3));
                    assert!(in_step, "row {id} is out of step after\n{statement}");
                }
                Ok(found.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
            }
        };
        transaction.rollback().await.expect("the server answers");
        outcome
    }
}

/// Both columns hold the same, to the last bit.
pub const SAME: &str = "pg_catalog.record_image_eq(ROW(a), ROW(b))";

/// The same, but rows that the backfill has not reached may wait.
pub const SAME_OR_WAITING: &str = "(b IS NULL OR pg_catalog.record_image_eq(ROW(a), ROW(b)))";
