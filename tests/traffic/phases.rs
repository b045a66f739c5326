//! The phases of a plan, there and back, with the clients that each of them has to bear.

use std::collections::BTreeMap;
use std::sync::Arc;

use schema_core::compare::differences;
use schema_core::introspect::{Included, introspect};
use schema_core::plan::{Decisions, PlanFile};
use sqlx::{AssertSqlSafe, PgConnection};

use super::announced::{Moment, Side};
use super::clients::{Client, Job, SHARED, Written, rounds};
use super::code::Code;
use super::watch::{LockWatch, Watch};
use crate::rollout::{Rollout, accepting};
use crate::server;

const CLIENTS_OF_EACH: i64 = 2;
/// What is done where no file runs.
const ROUNDS: u64 = 5;

/// A change under traffic.
#[derive(Debug, Clone)]
pub struct Change {
    /// The table of the old code with a numeric key, as it stands.
    pub old: String,
    /// The same as the model wants it.
    pub new: String,
    pub decisions: Decisions,
    /// Fills rows 1 to `$SHARED` in the old table.
    pub seed: String,
    pub old_code: Code,
    pub new_code: Code,
    /// What new code reads of a value that old code wrote.
    pub seen_by_new: fn(&str) -> String,
    /// A condition that every row meets when expand is through, and while both versions run.
    pub in_step: String,
    /// The same from the cutover on, where it differs.
    pub swapped: Option<String>,
    /// A condition that every row meets in the end.
    pub at_the_end: String,
    /// Rows that new code reads in the end besides the clients' own.
    pub rows_of_nobody: usize,
    /// What holds at every instant.
    pub watches: Vec<String>,
    /// Old code that is deployed before the cutover, as the plan asks for.
    pub before_cutover: Option<Code>,
    /// Old code works on after the cutover; else it stops before.
    pub old_code_survives: bool,
}

impl Change {
    /// Between two scripts, of a table `t` with `id`, `name` and `touched`.
    pub fn between(old: impl Into<String>, new: impl Into<String>) -> Self {
        Self {
            old: old.into(),
            new: new.into(),
            decisions: accepting(),
            seed: "INSERT INTO t (id, name) SELECT n, 'seed ' || n FROM generate_series(1, $SHARED) n".to_owned(),
            old_code: Code::of("t", "id", "name"),
            new_code: Code::of("t", "id", "name"),
            seen_by_new: str::to_owned,
            in_step: "name IS NOT NULL".to_owned(),
            swapped: None,
            at_the_end: "name IS NOT NULL".to_owned(),
            rows_of_nobody: 0,
            watches: Vec::new(),
            before_cutover: None,
            old_code_survives: true,
        }
    }
}

/// Plays all phases, each there, back and there again, and checks every row.
pub async fn play(change: Change) {
    let mut course = Course::begin(change).await;
    course.run().await;
    course.locks.stop().await;
}

struct Course {
    change: Change,
    rollout: Rollout,
    moment: Arc<Moment>,
    /// Runs the files.
    runner: PgConnection,
    locks: LockWatch,
    /// Looks at rows.
    reader: PgConnection,
    old_clients: Vec<Client>,
    new_clients: Vec<Client>,
    next: i64,
    written: Vec<Written>,
    runs: u64,
}

impl Course {
    async fn begin(change: Change) -> Self {
        let seed = change.seed.replace("$SHARED", &SHARED.to_string());
        let old = format!("{}\n{seed};", change.old);
        let rollout = Rollout::new(server::url(), &old, &change.new, change.decisions.clone()).await;
        let mut runner = rollout.database.connect().await;
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(&mut runner)
            .await
            .unwrap();
        Self {
            moment: Arc::new(Moment::default()),
            locks: LockWatch::start(rollout.database.url(), pid).await,
            reader: rollout.database.connect().await,
            change,
            rollout,
            runner,
            old_clients: Vec::new(),
            new_clients: Vec::new(),
            next: 1,
            written: Vec::new(),
            runs: 0,
        }
    }

    async fn run(&mut self) {
        let watches = self.change.watches.clone();
        let watch = Watch::start(self.rollout.database.url(), watches.clone(), Arc::clone(&self.moment)).await;
        let plan = self.rollout.plan.clone();
        let files = |phase| -> Vec<PlanFile> { plan.phase(phase).cloned().collect() };
        let expand = files(schema_core::plan::Phase::Expand);
        let cutover = files(schema_core::plan::Phase::Cutover);
        let contract = files(schema_core::plan::Phase::Contract);
        let in_step = self.change.in_step.clone();
        let swapped = self.change.swapped.clone().unwrap_or_else(|| in_step.clone());

        self.start(Side::Old).await;
        self.settle().await;
        self.there_and_back(&expand, &in_step, "after expand").await;
        if !cutover.is_empty() {
            if !self.change.old_code_survives {
                self.stop(Side::Old).await;
            }
            if let Some(code) = self.change.before_cutover.take() {
                self.stop(Side::Old).await;
                self.change.old_code = code;
                self.start(Side::Old).await;
            }
            self.there_and_back(&cutover, &swapped, "after the cutover").await;
        }
        self.start(Side::New).await;
        self.settle().await;
        self.none_but(&swapped, "while both run").await;
        self.stop(Side::Old).await;
        self.settle().await;

        self.forward(&contract).await;
        self.settle().await;
        let at_the_end = self.change.at_the_end.clone();
        self.none_at_the_end_but(&at_the_end, "in the end").await;
        self.back(&contract).await;
        self.none_but(&swapped, "after contract is taken back").await;
        if self.change.old_code_survives {
            self.start(Side::Old).await;
            self.settle().await;
            self.none_but(&swapped, "while both run again").await;
            self.stop(Side::Old).await;
        }
        self.forward(&contract).await;
        self.settle().await;
        self.stop(Side::New).await;
        self.none_at_the_end_but(&at_the_end, "in the very end").await;
        let asked = watch.stop().await;
        assert!(asked > 0 || watches.is_empty(), "nobody watched");
        self.nothing_lost().await;
        self.target_reached().await;
        self.tell();
    }

    /// Forward, back and forward again.
    async fn there_and_back(&mut self, files: &[PlanFile], condition: &str, when: &str) {
        self.forward(files).await;
        self.none_but(condition, when).await;
        self.back(files).await;
        self.settle().await;
        self.forward(files).await;
        self.none_but(condition, &format!("{when}, the second time")).await;
    }

    async fn start(&mut self, side: Side) {
        let code = match side {
            Side::Old => &self.change.old_code,
            Side::New => &self.change.new_code,
        };
        let job = Job {
            url: self.rollout.database.url().to_owned(),
            side,
            code: code.clone(),
            seen_by_new: self.change.seen_by_new,
            moment: Arc::clone(&self.moment),
        };
        for _ in 0..CLIENTS_OF_EACH {
            let client = Client::start(job.clone(), self.next).await;
            self.next += 1;
            match side {
                Side::Old => self.old_clients.push(client),
                Side::New => self.new_clients.push(client),
            }
        }
    }

    async fn stop(&mut self, side: Side) {
        let clients = match side {
            Side::Old => &mut self.old_clients,
            Side::New => &mut self.new_clients,
        };
        for client in std::mem::take(clients) {
            self.written.push(client.stop().await);
        }
    }

    async fn settle(&self) {
        rounds(&self.old_clients, ROUNDS).await;
        rounds(&self.new_clients, ROUNDS).await;
    }

    async fn forward(&mut self, files: &[PlanFile]) {
        for file in files {
            self.one(file, true).await;
        }
    }

    async fn back(&mut self, files: &[PlanFile]) {
        for file in files.iter().rev() {
            self.one(file, false).await;
        }
    }

    /// The clients work on between the files, so that each boundary is one that they meet.
    async fn one(&mut self, file: &PlanFile, forward: bool) {
        let script = if forward { &file.up } else { &file.down };
        self.moment.enter(file, forward);
        self.locks.forget(&mut self.reader).await;
        self.rollout.run_on(&mut self.runner, file, script).await;
        self.runs += 1;
        let partitions = partitions(&mut self.reader).await;
        let secret = self.locks.unannounced(&script.text, &partitions);
        assert!(secret.is_empty(), "{}: {secret:?}\n{}", self.moment.name(), script.text);
        rounds(&self.old_clients, 2).await;
        rounds(&self.new_clients, 2).await;
        self.moment.settled();
    }

    async fn none_but(&mut self, condition: &str, when: &str) {
        let table = self.change.old_code.table.clone();
        none_but(&mut self.reader, &table, condition, when).await;
    }

    async fn none_at_the_end_but(&mut self, condition: &str, when: &str) {
        let table = self.change.new_code.table.clone();
        none_but(&mut self.reader, &table, condition, when).await;
    }

    /// Every row that stood or was written is there, with the value that its client wrote last.
    async fn nothing_lost(&mut self) {
        let all = self.change.new_code.read_all();
        let found: Vec<(i64, Option<String>)> = sqlx::query_as(AssertSqlSafe(all))
            .persistent(false)
            .fetch_all(&mut self.reader)
            .await
            .unwrap();
        let found: BTreeMap<i64, Option<String>> = found.into_iter().collect();
        let mut expected: BTreeMap<i64, String> = BTreeMap::new();
        for written in &self.written {
            let old = written.side == Some(Side::Old);
            let seen = |value: &String| {
                if old {
                    (self.change.seen_by_new)(value)
                } else {
                    value.clone()
                }
            };
            expected.extend(written.rows.iter().map(|(id, value)| (*id, seen(value))));
        }
        let seeded = found.keys().filter(|id| (1..=SHARED).contains(*id)).count();
        assert_eq!(i64::try_from(seeded), Ok(SHARED), "seeded rows are lost");
        let made = found.keys().filter(|id| **id > SHARED).count();
        assert_eq!(
            made,
            expected.len() + self.change.rows_of_nobody,
            "rows are lost, or came from nowhere"
        );
        for (id, value) in expected {
            assert_eq!(found.get(&id), Some(&Some(value)), "row {id}");
        }
    }

    async fn target_reached(&mut self) {
        let live = introspect(&mut self.reader, &Included::default())
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let target = &self.rollout.plan.stages.last().expect("a plan ends somewhere").schema;
        let left = differences(&live.schema, target);
        assert!(left.is_empty(), "{left:#?}");
    }

    fn tell(&self) {
        let transactions: u64 = self.written.iter().map(|w| w.transactions).sum();
        println!(
            "{}: {} files run, {transactions} transactions, errors announced and met: {:?}",
            self.rollout.plan.name,
            self.runs,
            self.moment.met()
        );
    }
}

/// Partitions with each of their ancestors.
async fn partitions(connection: &mut PgConnection) -> Vec<(String, String)> {
    const ALL: &str = "WITH RECURSIVE up (child, parent) AS (
        SELECT inhrelid, inhparent FROM pg_inherits
        UNION SELECT up.child, i.inhparent FROM up JOIN pg_inherits i ON i.inhrelid = up.parent
    ), named AS (
        SELECT c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    ) SELECT a.name, b.name FROM up JOIN named a ON a.oid = up.child JOIN named b ON b.oid = up.parent";
    sqlx::query_as(ALL).fetch_all(connection).await.unwrap()
}

async fn none_but(connection: &mut PgConnection, table: &str, condition: &str, when: &str) {
    let sql = format!("SELECT count(*) FROM {table} WHERE ({condition}) IS NOT TRUE");
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
        .persistent(false)
        .fetch_one(connection)
        .await
        .unwrap();
    assert_eq!(count, 0, "rows without {condition} {when}");
}
