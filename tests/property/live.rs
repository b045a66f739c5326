//! A pair on a server: the old schema is built and given rows, the plan runs up, down and up, and the catalog says what the
//! replay says.

use std::cell::{Cell, RefCell};

use proptest::test_runner::TestCaseError;
use schema_core::introspect::{Included, introspect};
use schema_core::plan::{Plan, PlanFile, Script};
use schema_core::proof::{ProofOptions, prove};
use schema_core::run_file::{RunFileError, run_script};
use schema_core::schema::Schema;
use schema_core::scratch::{Scratch, ScratchChoice};
use schema_core::sql::create_sql;
use sqlx::{AssertSqlSafe, PgConnection};

use super::replay::{is, without_what_stays};
use super::rows::Rows;
use super::{Pair, planned};
use crate::server::{Database, database_on};

/// A database where one pair comes after the other.
pub struct Course {
    connection: RefCell<PgConnection>,
    pairs: Cell<u32>,
    refused: Cell<u32>,
    files: Cell<usize>,
    rows: Cell<usize>,
    /// Pairs whose plan demands what their rows are not, so that the rows had to go.
    emptied: Cell<u32>,
    /// Where the plans are proven as well.
    scratch: Option<Scratch>,
    _database: Database,
}

impl Course {
    pub async fn on(server: &str) -> Self {
        let database = database_on(server).await;
        Self {
            scratch: None,
            connection: RefCell::new(database.connect().await),
            pairs: Cell::new(0),
            refused: Cell::new(0),
            files: Cell::new(0),
            rows: Cell::new(0),
            emptied: Cell::new(0),
            _database: database,
        }
    }

    /// The same, with each plan put to the proof.
    pub async fn proven_on(server: &str) -> Self {
        let choice = ScratchChoice::Url(server.to_owned());
        let scratch = Scratch::start(&choice, None)
            .await
            .expect("the scratch server is there");
        Self {
            scratch: Some(scratch),
            ..Self::on(server).await
        }
    }

    /// What was run.
    pub fn told(&self) -> String {
        format!(
            "{} pairs, {} of them refused, {} files up and down and up, {} rows before; {} pairs had to lose theirs",
            self.pairs.get(),
            self.refused.get(),
            self.files.get(),
            self.rows.get(),
            self.emptied.get()
        )
    }

    #[allow(clippy::await_holding_refcell_ref, reason = "pairs come one after the other")]
    pub async fn run(&self, pair: &Pair) -> Result<(), TestCaseError> {
        let mut connection = self.connection.borrow_mut();
        self.pairs.set(self.pairs.get() + 1);
        build(&mut connection, &pair.old).await?;
        let old = read(&mut connection).await?;
        is(&pair.old, &old, "what the generator means")?;
        let Some(plan) = planned(&old, pair)? else {
            self.refused.set(self.refused.get() + 1);
            return Ok(());
        };
        if let Some(scratch) = &self.scratch {
            is_proven(&plan, scratch).await?;
        }
        self.files.set(self.files.get() + plan.files.len());
        let before = Rows::insert(&mut connection, &old).await;
        self.rows.set(self.rows.get() + before.len());
        let mut run = Run {
            connection: &mut connection,
            plan: &plan,
            emptied: false,
        };
        for file in &plan.files {
            run.script(file, &file.up, "up").await?;
        }
        is(&pair.new, &read(run.connection).await?, "the target")?;
        run.kept(&before, &old, &pair.new, &pair.new, "at the target").await?;
        for file in plan.files.iter().rev() {
            run.script(file, &file.down, "down").await?;
        }
        let back = read(run.connection).await?;
        is(&old, &without_what_stays(&old, back), "the beginning")?;
        run.kept(&before, &old, &pair.new, &old, "at the beginning").await?;
        for file in &plan.files {
            run.script(file, &file.up, "up again").await?;
        }
        is(&pair.new, &read(run.connection).await?, "the target again")?;
        if run.emptied {
            self.emptied.set(self.emptied.get() + 1);
        }
        let mut again = pair.clone();
        again.decisions.backfills.clear();
        let rest = planned(&read(&mut connection).await?, &again)?;
        let rest: Vec<String> = rest.into_iter().flat_map(|p| p.files).map(|f| f.up.text).collect();
        if rest.is_empty() {
            Ok(())
        } else {
            Err(TestCaseError::fail(format!(
                "there is still a plan:\n{}",
                rest.join("\n")
            )))
        }
    }
}

async fn is_proven(plan: &Plan, scratch: &Scratch) -> Result<(), TestCaseError> {
    let proof = prove(plan, scratch, &ProofOptions::default())
        .await
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    if proof.failures.is_empty() {
        Ok(())
    } else {
        Err(TestCaseError::fail(format!("the proof: {:#?}", proof.failures)))
    }
}

/// Empties the database and builds the schema.
async fn build(connection: &mut PgConnection, schema: &Schema) -> Result<(), TestCaseError> {
    let drop = "DO $$ DECLARE gone text; BEGIN
        FOR gone IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
          EXECUTE format('DROP SCHEMA %I CASCADE', gone);
        END LOOP; END $$; SET client_min_messages = warning";
    run(connection, drop).await?;
    run(connection, &create_sql(schema).join(";\n")).await
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), TestCaseError> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await;
    done.map(drop)
        .map_err(|error| TestCaseError::fail(format!("{error}\n{sql}")))
}

async fn read(connection: &mut PgConnection) -> Result<Schema, TestCaseError> {
    introspect(connection, &Included::default())
        .await
        .map(|live| live.schema)
        .map_err(|error| TestCaseError::fail(error.to_string()))
}

/// What a concurrent build leaves that rows have stopped.
const DROP_INVALID: &str = "DO $$ DECLARE gone regclass; BEGIN
    FOR gone IN SELECT i.indexrelid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE NOT i.indisvalid AND c.relkind = 'i' LOOP
      EXECUTE format('DROP INDEX %s', gone);
    END LOOP; END $$";

struct Run<'a> {
    connection: &'a mut PgConnection,
    plan: &'a Plan,
    emptied: bool,
}

impl Run<'_> {
    async fn script(&mut self, file: &PlanFile, script: &Script, step: &str) -> Result<(), TestCaseError> {
        let Err(mut error) = run_script(self.connection, script).await else {
            return Ok(());
        };
        // Rows that a key or NOT NULL refuses, values that a type cannot hold, and guards against loss.
        let forbidden = |error: &RunFileError| {
            let RunFileError::Statement { code, .. } = error else {
                return false;
            };
            ["22", "23", "P0"].iter().any(|class| code.starts_with(class))
        };
        if forbidden(&error) && !self.emptied {
            self.emptied = true;
            let names: Vec<String> = read(self.connection)
                .await?
                .tables
                .keys()
                .map(ToString::to_string)
                .collect();
            if !names.is_empty() {
                run(self.connection, &format!("TRUNCATE {} CASCADE", names.join(", "))).await?;
            }
            run(self.connection, DROP_INVALID).await?;
            match run_script(self.connection, script).await {
                Ok(()) => return Ok(()),
                Err(next) => error = next,
            }
        }
        let files: Vec<&str> = self.plan.files.iter().map(|f| f.slug.as_str()).collect();
        Err(TestCaseError::fail(format!(
            "{} ({step}): {error}\n{}\nof {}",
            file.slug,
            script.text,
            files.join(", ")
        )))
    }

    async fn kept(
        &mut self,
        before: &Rows,
        old: &Schema,
        new: &Schema,
        now: &Schema,
        when: &str,
    ) -> Result<(), TestCaseError> {
        if self.emptied {
            return Ok(());
        }
        let found = Rows::read(self.connection, now).await;
        let differing = before.differing(&found, old, new, self.plan);
        if differing.is_empty() {
            Ok(())
        } else {
            Err(TestCaseError::fail(format!(
                "rows differ {when}:\n{}",
                differing.join("\n")
            )))
        }
    }
}
