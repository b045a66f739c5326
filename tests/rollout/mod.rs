//! A plan between two scripts, on a database where the first one stands, and its files run one by one.

use schema_core::introspect::{Included, introspect};
use schema_core::plan::{ColumnRename, Decisions, Phase, Plan, PlanFile, Script};
use schema_core::planner::{Options, plan};
use schema_core::run_file::{RunFileError, run_script};
use schema_core::schema::{Ident, QName, Schema};
use sqlx::PgConnection;

use crate::server::{self, Database};

/// The database and the plan that leads it from the old script's schema to the new one's.
pub struct Rollout {
    pub database: Database,
    pub plan: Plan,
}

impl Rollout {
    /// Runs the old script in a database and plans from there to what the new script makes.
    pub async fn new(server: &str, old: &str, new: &str, decisions: Decisions) -> Self {
        let database = server::database_on(server).await;
        let (from, major) = schema_of(&mut database.with(old).await).await;
        let target = server::database_on(server).await;
        let (to, _) = schema_of(&mut target.with(new).await).await;
        let options = Options {
            target_version: major,
            ..Options::default()
        };
        let plan =
            plan(&from, &to, &decisions, &options).unwrap_or_else(|error| panic!("{error}\nfrom\n{old}\nto\n{new}"));
        Self { database, plan }
    }

    /// The files of expand.
    pub fn expand(&self) -> Vec<&PlanFile> {
        self.plan.phase(Phase::Expand).collect()
    }

    /// The files of the cutover.
    pub fn cutover(&self) -> Vec<&PlanFile> {
        self.plan.phase(Phase::Cutover).collect()
    }

    /// The files of contract.
    pub fn contract(&self) -> Vec<&PlanFile> {
        self.plan.phase(Phase::Contract).collect()
    }

    /// Expand up to the file that makes the sync, and the rest of it: the backfill and what follows.
    pub fn around_backfill(&self) -> (Vec<&PlanFile>, Vec<&PlanFile>) {
        let files = self.expand();
        let at = files
            .iter()
            .position(|file| file.steps.iter().any(|step| step.kind == "backfill"))
            .expect("the plan has a backfill");
        let (before, rest) = files.split_at(at);
        (before.to_vec(), rest.to_vec())
    }

    /// Runs the files' ways forward. One that could not get its lock is run again as a whole.
    pub async fn run(&self, files: &[&PlanFile]) {
        let mut connection = self.database.connect().await;
        for file in files {
            patiently(&mut connection, file, &file.up).await;
        }
    }

    /// Runs one way of a file on a connection, again as a whole while it cannot get its lock.
    pub async fn run_on(&self, connection: &mut PgConnection, file: &PlanFile, script: &Script) {
        patiently(connection, file, script).await;
    }

    /// Runs the files' ways back, the last one first.
    pub async fn undo(&self, files: &[&PlanFile]) {
        let mut connection = self.database.connect().await;
        for file in files.iter().rev() {
            patiently(&mut connection, file, &file.down).await;
        }
    }
}

const LOCK_NOT_AVAILABLE: &str = "55P03";

async fn patiently(connection: &mut PgConnection, file: &PlanFile, script: &Script) {
    let mut attempts = 0;
    while let Err(error) = run_script(connection, script).await {
        attempts += 1;
        let busy = matches!(&error, RunFileError::Statement { code, .. } if code == LOCK_NOT_AVAILABLE);
        assert!(busy && attempts < 100, "{}: {error}\n{}", file.slug, script.text);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn schema_of(connection: &mut PgConnection) -> (Schema, u32) {
    let live = introspect(connection, &Included::default())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let major = live.major();
    (live.schema, major)
}

/// Everything is accepted, nothing is renamed.
pub fn accepting() -> Decisions {
    Decisions {
        accept: ["all".to_owned()].into(),
        allow_data_loss: ["all".to_owned()].into(),
        ..Decisions::default()
    }
}

/// The same with renames of columns of a table in `public`.
pub fn renaming(table: &str, columns: &[(&str, &str)]) -> Decisions {
    let rename = |(from, to): &(&str, &str)| ColumnRename {
        table: QName::new("public", table),
        from: Ident::new(*from),
        to: Ident::new(*to),
    };
    Decisions {
        renames: columns.iter().map(rename).collect(),
        ..accepting()
    }
}
