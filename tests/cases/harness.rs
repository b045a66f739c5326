//! What every case is put through: plan, every file up, down and up, the target reached, nothing left to plan, all the way
//! back, forward again; the rows kept.

use std::fs;
use std::path::{Path, PathBuf};

use schema_core::compare::differences;
use schema_core::introspect::{Included, Live, introspect};
use schema_core::plan::{Decisions, HazardKind, Plan, PlanFile, Script};
use schema_core::planner::{Options, plan};
use schema_core::proof::{ProofOptions, prove};
use schema_core::run_file::{RunFileError, run_script};
use schema_core::schema::Schema;
use schema_core::scratch::{Scratch, ScratchChoice};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, PgConnection};

use super::locks;
use super::rows::Rows;
use crate::catalog::{Snapshot, compare, snapshot};
use crate::server::{Database, all_versions, database_on};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/cases");

/// `decisions.yaml`: what the two schemas do not say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    /// The first major that the situation exists on.
    since: u32,
    /// The last one.
    until: Option<u32>,
    /// The case is refused, with this in the message.
    pub(super) refused: Option<String>,
    /// The target says nothing of what the model cannot express, as structs do.
    as_model: bool,
    #[serde(flatten)]
    pub(super) decisions: Decisions,
}

impl Said {
    pub(super) fn is_for(&self, major: u32) -> bool {
        major >= self.since && self.until.is_none_or(|last| major <= last)
    }
}

/// One situation.
pub(super) struct Case {
    folder: PathBuf,
    pub(super) old: String,
    pub(super) new: String,
    rows: String,
    /// What the way back leads to, where something stays.
    back: Option<String>,
    pub(super) said: Said,
}

/// The folders of all cases.
pub fn folders() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(CASES)
        .expect("the cases lie beside their harness")
        .map(|entry| entry.expect("a folder can be listed"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

impl Case {
    pub(super) fn read(name: &str) -> Self {
        let folder = Path::new(CASES).join(name);
        let text = |file: &str| fs::read_to_string(folder.join(file)).ok();
        let said = text("decisions.yaml").map_or_else(Said::default, |yaml| {
            serde_yaml::from_str(&yaml).unwrap_or_else(|error| panic!("{name}/decisions.yaml: {error}"))
        });
        Self {
            old: text("old.sql").unwrap_or_else(|| panic!("{name} has no old.sql")),
            new: text("new.sql").unwrap_or_else(|| panic!("{name} has no new.sql")),
            rows: text("rows.sql").unwrap_or_default(),
            back: text("back.sql"),
            said,
            folder,
        }
    }
}

/// Runs a case on every server.
pub async fn run(name: &str) {
    let case = Case::read(name);
    let known = ["old.sql", "new.sql", "rows.sql", "back.sql", "decisions.yaml"];
    for entry in fs::read_dir(&case.folder).expect("the case's folder can be listed") {
        let file = entry.expect("a folder can be listed").file_name();
        assert!(
            known.contains(&&*file.to_string_lossy()),
            "{name}: nobody reads {file:?}"
        );
    }
    let servers: Vec<_> = all_versions()
        .into_iter()
        .filter(|(major, _)| case.said.is_for(*major))
        .collect();
    for (major, server) in &servers {
        Box::pin(run_on(&case, &format!("{name} on PostgreSQL {major}"), *major, server)).await;
    }
}

async fn run_on(case: &Case, what: &str, major: u32, server: &str) {
    let database = database_on(server).await;
    let mut connection = database.with(&case.old).await;
    let mut target = Target::of(server, &case.new).await;
    let old = read(&mut connection).await;
    if case.said.as_model {
        target.live.schema.others.clone_from(&old.schema.others);
    }
    let options = Options {
        target_version: major,
        publications: old.publications.clone(),
        ..Options::default()
    };
    let planned = plan(&old.schema, &target.live.schema, &case.said.decisions, &options);
    let plan = match (planned, &case.said.refused) {
        (Ok(plan), None) => plan,
        (Err(error), Some(expected)) => {
            let message = error.to_string();
            assert!(
                message.contains(expected),
                "{what}: refused, but not with \"{expected}\":\n{message}"
            );
            return;
        }
        (Ok(_), Some(expected)) => panic!("{what}: planned, but should be refused with \"{expected}\""),
        (Err(error), None) => panic!("{what}: {error}"),
    };
    only_what_is_needed_is_accepted(&plan, what);
    drop(database.with(&case.rows).await);
    let mut course = Course {
        what,
        plan: &plan,
        rows: Rows::read(&mut connection, &old.schema).await,
        connection,
        now: old.schema.clone(),
        passed: Vec::new(),
        lost: false,
    };
    course.forward().await;
    course.arrive(&target).await;
    let again = read(&mut course.connection).await;
    let rest = plan_again(&again.schema, &target.live.schema, case, &options);
    assert!(
        rest.is_empty(),
        "{what}: the end is reached, and still there is a plan:\n{}",
        texts(&rest)
    );
    course.rows_are_kept(&old.schema, &target.live.schema).await;
    course.back().await;
    let start = match &case.back {
        Some(back) => Target::of(server, back).await.snapshot,
        None => course.passed[0].clone(),
    };
    course.same(&start, "after the way back").await;
    course.rows_are_kept(&old.schema, &old.schema).await;
    for file in &plan.files {
        course.script(file, &file.up, "forward again").await;
    }
    course.arrive(&target).await;
    proven(&plan, what, server).await;
}

fn plan_again(now: &Schema, new: &Schema, case: &Case, options: &Options) -> Plan {
    plan(now, new, &case.said.decisions, options).unwrap_or_else(|error| panic!("{}: {error}", case.folder.display()))
}

/// A case names the hazards that it has, and no others.
fn only_what_is_needed_is_accepted(plan: &Plan, what: &str) {
    let short = |object: &str| object.strip_prefix("public.").unwrap_or(object).to_owned();
    let hazards: Vec<String> = plan
        .hazards
        .iter()
        .filter(|hazard| hazard.kind.must_be_accepted())
        .map(|hazard| format!("{}:{}", hazard.kind.name(), short(&hazard.object)))
        .collect();
    let losses: Vec<String> = plan
        .hazards
        .iter()
        .filter(|hazard| hazard.kind == HazardKind::DataLoss)
        .map(|hazard| short(&hazard.object))
        .collect();
    for (list, met) in [
        (&plan.decisions.accept, hazards),
        (&plan.decisions.allow_data_loss, losses),
    ] {
        for word in list {
            assert!(
                met.contains(word),
                "{what}: \"{word}\" is accepted, but the plan only has {met:?}"
            );
        }
    }
}

/// The new schema in a database of its own.
pub(super) struct Target {
    pub(super) live: Live,
    snapshot: Snapshot,
    _database: Database,
}

impl Target {
    pub(super) async fn of(server: &str, sql: &str) -> Self {
        let database = database_on(server).await;
        let mut connection = database.with(sql).await;
        Self {
            live: read(&mut connection).await,
            snapshot: snapshot(&mut connection).await,
            _database: database,
        }
    }
}

pub(super) async fn read(connection: &mut PgConnection) -> Live {
    introspect(connection, &Included::default())
        .await
        .expect("the catalog can be read")
}

/// A plan on its way through a database.
struct Course<'a> {
    what: &'a str,
    plan: &'a Plan,
    connection: PgConnection,
    rows: Rows,
    /// The replayed schema.
    now: Schema,
    /// The catalog before each file, and at the end.
    passed: Vec<Snapshot>,
    /// Whether an undo needed values that were dropped with leave, so that the rows had to go.
    lost: bool,
}

impl Course<'_> {
    /// Every file up; where it can be undone without the next one: down, and up again.
    async fn forward(&mut self) {
        let files = &self.plan.files;
        self.passed.push(snapshot(&mut self.connection).await);
        let mut replayed = vec![self.now.clone()];
        for (at, file) in files.iter().enumerate() {
            let secret = locks::run_up(&mut self.connection, file, &self.now)
                .await
                .unwrap_or_else(|error| panic!("{}: {} (up): {error}\n{}", self.what, file.slug, file.up.text));
            assert!(
                secret.is_empty(),
                "{}: {} locks what it does not say: {}\n{}",
                self.what,
                file.slug,
                secret.join(", "),
                file.up.text
            );
            for patch in &file.up.effect {
                let fits = self.now.apply(patch);
                fits.unwrap_or_else(|error| panic!("{}: {}: {error}", self.what, file.slug));
            }
            self.is_as_replayed(file, "up").await;
            self.passed.push(snapshot(&mut self.connection).await);
            replayed.push(self.now.clone());
            if files.get(at + 1).is_some_and(|next| next.undo_with_previous) {
                continue;
            }
            let first = (0..=at)
                .rev()
                .find(|&at| !hangs_on_the_one_before(&files[at]))
                .unwrap_or(0);
            for file in files[first..=at].iter().rev() {
                self.undo(file, "down").await;
            }
            self.compare_at(first, &replayed[first], &files[first]).await;
            for file in &files[first..=at] {
                self.script(file, &file.up, "up again").await;
            }
            self.now = replayed[at + 1].clone();
            let passed = self.passed[at + 1].clone();
            self.same(&passed, &format!("after {} went up, down and up", file.slug))
                .await;
        }
    }

    /// All files down, one after the other.
    async fn back(&mut self) {
        let mut replayed = vec![self.plan.stages[0].schema.clone()];
        for file in &self.plan.files {
            let mut next = replayed[replayed.len() - 1].clone();
            for patch in &file.up.effect {
                next.put(&patch.slot, patch.after.clone());
            }
            replayed.push(next);
        }
        for (at, file) in self.plan.files.iter().enumerate().rev() {
            self.undo(file, "roll back").await;
            self.compare_at(at, &replayed[at], file).await;
        }
    }

    async fn undo(&mut self, file: &PlanFile, step: &str) {
        self.script(file, &file.down, step).await;
        for patch in &file.down.effect {
            self.now.put(&patch.slot, patch.after.clone());
        }
    }

    /// The catalog is what it was before the file; where the undo says that something stays, what the undo says.
    async fn compare_at(&mut self, at: usize, before: &Schema, file: &PlanFile) {
        if differences(before, &self.now).is_empty() {
            let passed = self.passed[at].clone();
            self.same(&passed, &format!("after the undo of {}", file.slug)).await;
        } else {
            self.is_as_replayed(file, "down").await;
        }
    }

    async fn script(&mut self, file: &PlanFile, script: &Script, step: &str) {
        let mut error = match locks::run_down(&mut self.connection, script, &self.now).await {
            Ok(secret) => {
                assert!(
                    secret.is_empty(),
                    "{}: {} ({step}) locks what it does not say: {}\n{}",
                    self.what,
                    file.slug,
                    secret.join(", "),
                    script.text
                );
                return;
            }
            Err(error) => error,
        };
        let loses = self.plan.hazards.iter().any(|h| h.kind == HazardKind::DataLoss);
        let forbidden = matches!(&error, RunFileError::Statement { code, .. } if code.starts_with("23"));
        if loses && forbidden && step != "up" {
            // The undo demands values that were dropped with leave: go on without the rows.
            self.empty().await;
            match run_script(&mut self.connection, script).await {
                Ok(()) => return,
                Err(next) => error = next,
            }
        }
        panic!("{}: {} ({step}): {error}\n{}", self.what, file.slug, script.text);
    }

    async fn empty(&mut self) {
        self.lost = true;
        for table in self.now.tables.keys() {
            let delete = format!("TRUNCATE {table} CASCADE");
            // A table that a half-done file made or dropped is not in the way.
            let _ = sqlx::raw_sql(AssertSqlSafe(delete)).execute(&mut self.connection).await;
        }
    }

    async fn is_as_replayed(&mut self, file: &PlanFile, step: &str) {
        let found = read(&mut self.connection).await.schema;
        let differing = differences(&self.now, &found);
        assert!(
            differing.is_empty(),
            "{}: {} ({step}): the catalog is not what the replay says:\n{}\n{}",
            self.what,
            file.slug,
            differing.join("\n"),
            if step == "up" { &file.up.text } else { &file.down.text }
        );
    }

    async fn same(&mut self, expected: &Snapshot, when: &str) {
        let found = snapshot(&mut self.connection).await;
        let differing = compare(expected, &found);
        assert!(
            differing.is_empty(),
            "{}: {when}:\n{}\n{}",
            self.what,
            differing.join("\n"),
            texts(self.plan)
        );
    }

    async fn arrive(&mut self, target: &Target) {
        self.same(&target.snapshot, "at the end").await;
    }

    async fn rows_are_kept(&mut self, old: &Schema, now: &Schema) {
        if self.lost {
            return;
        }
        let found = Rows::read(&mut self.connection, now).await;
        let mut differing = self.rows.compare(&found, old, now, self.plan);
        if now != old {
            differing.extend(self.rows.moved(&found, old, now, &self.plan.decisions));
        }
        assert!(
            differing.is_empty(),
            "{}: rows differ:\n{}",
            self.what,
            differing.join("\n")
        );
    }
}

/// Whether the file's undo is, in part, that of the file before it.
fn hangs_on_the_one_before(file: &PlanFile) -> bool {
    file.undo_with_previous || (!file.up.effect.is_empty() && file.down.effect.is_empty())
}

fn texts(plan: &Plan) -> String {
    let mut out = String::new();
    for file in &plan.files {
        out += &format!(
            "== {}.up\n{}== {}.down\n{}",
            file.slug, file.up.text, file.slug, file.down.text
        );
    }
    out
}

/// The proof, which `generate` runs before it writes a plan, holds as well.
async fn proven(plan: &Plan, what: &str, server: &str) {
    let scratch = Scratch::start(&ScratchChoice::Url(server.to_owned()), None)
        .await
        .expect("the test server serves as scratch server");
    let proof = prove(plan, &scratch, &ProofOptions::default())
        .await
        .unwrap_or_else(|error| panic!("{what}: the proof cannot be run: {error}"));
    scratch.stop().await;
    let failures: Vec<String> = proof.failures.iter().map(ToString::to_string).collect();
    assert!(
        failures.is_empty(),
        "{what}: the proof fails:\n{}\n{}",
        failures.join("\n"),
        texts(plan)
    );
}
