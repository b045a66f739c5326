//! Plans with something left out: the proof must name what is missing.

use schema_core::plan::Plan;
use schema_core::planner::{Options, plan};
use schema_core::proof::{Proof, ProofOptions, prove};
use schema_core::scratch::{Scratch, ScratchChoice};

use super::harness::{Case, Target, folders, read};
use crate::server::{all_versions, database_on};

/// Kinds of step that every release of the planner can make; each must be missed by the proof when it is left out.
const KINDS: &[&str] = &[
    "add_check",
    "add_column",
    "add_exclusion",
    "add_foreign_key",
    "add_label",
    "add_primary_key",
    "add_unique",
    "alter_column_type",
    "backfill",
    "column_settings",
    "comment",
    "create_enum",
    "create_index",
    "create_schema",
    "create_sequence",
    "create_sync",
    "create_table",
    "create_view",
    "cutover",
    "drop_check",
    "drop_column",
    "drop_default",
    "drop_domain",
    "drop_enum",
    "drop_exclusion",
    "drop_foreign_key",
    "drop_index",
    "drop_not_null",
    "drop_primary_key",
    "drop_schema",
    "drop_sequence",
    "drop_sync",
    "drop_table",
    "drop_unique",
    "rebuild_dependents",
    "rename_column",
    "rename_constraint",
    "rename_index",
    "rename_label",
    "rename_sequence",
    "rename_table",
    "rename_type",
    "set_default",
    "set_generated",
    "set_identity",
    "set_not_null",
    "swap_key",
    "table_options",
];

/// A server to prove plans on.
struct Bench {
    major: u32,
    server: String,
    scratch: Scratch,
}

impl Bench {
    async fn start() -> Self {
        let (major, server) = all_versions().pop().expect("there is a server");
        let scratch = Scratch::start(&ScratchChoice::Url(server.clone()), None)
            .await
            .expect("the test server serves as scratch server");
        Self { major, server, scratch }
    }

    /// The case's plan; none where it is refused.
    async fn plan(&self, case: &Case) -> Option<Plan> {
        let database = database_on(&self.server).await;
        let old = read(&mut database.with(&case.old).await).await.schema;
        let target = Target::of(&self.server, &case.new).await;
        let options = Options {
            target_version: self.major,
            ..Options::default()
        };
        plan(&old, &target.live.schema, &case.said.decisions, &options).ok()
    }

    async fn prove(&self, plan: &Plan, what: &str) -> Proof {
        prove(plan, &self.scratch, &ProofOptions::default())
            .await
            .unwrap_or_else(|error| panic!("{what}: the proof cannot be run: {error}"))
    }
}

/// Leaves out one file after the other, until every kind of step was left out once: the proof names the file each time.
pub async fn left_out() {
    let bench = Bench::start().await;
    let mut missed: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
    for name in folders() {
        let case = Case::read(&name);
        if case.said.refused.is_some() || !case.said.is_for(bench.major) {
            continue;
        }
        let Some(plan) = bench.plan(&case).await else {
            continue;
        };
        for (at, file) in plan.files.iter().enumerate() {
            let kinds: Vec<&str> = file.steps.iter().map(|s| s.kind.as_str()).collect();
            let new = kinds.iter().any(|k| KINDS.contains(k) && !missed.contains(*k));
            if file.up.effect.is_empty() || !new {
                continue;
            }
            let mut broken = plan.clone();
            "SELECT 1;\n".clone_into(&mut broken.files[at].up.text);
            broken.files[at].up.class = schema_core::plan::Class::Transaction;
            let proof = bench.prove(&broken, &format!("{name} without {}", file.slug)).await;
            assert!(
                proof.failures.iter().any(|f| f.file == file.slug),
                "{name}: the proof does not miss {} ({kinds:?}): {:?}",
                file.slug,
                proof.failures
            );
            missed.extend(kinds.into_iter().map(str::to_owned));
        }
    }
    bench.scratch.stop().await;
    let never: Vec<&&str> = KINDS.iter().filter(|k| !missed.contains(**k)).collect();
    assert!(
        never.is_empty(),
        "no case has a file with a step of these kinds: {never:?}"
    );
}

/// What the proof of a case could not run, but for undos that need what was allowed to be lost.
pub async fn unproven(name: &str) -> Vec<String> {
    let bench = Bench::start().await;
    let plan = bench.plan(&Case::read(name)).await.expect("the case can be planned");
    let proof = bench.prove(&plan, name).await;
    bench.scratch.stop().await;
    let all = proof.unproven.into_iter();
    let left = all.filter(|u| !u.what.starts_with("the undo of"));
    left.map(|u| format!("{}: {}", u.what, u.why)).collect()
}

/// What of the dependents each broken plan loses, and the words by which the proof must name it.
const LOSSES: &[(&str, &str, &str)] = &[
    ("COMMENT ON VIEW public.v IS", "view public.v", "its comment was"),
    (
        "COMMENT ON COLUMN public.v.shown",
        "view public.v",
        "it was CREATE VIEW",
    ),
    ("COMMENT ON TRIGGER tr", "trigger tr on public.t", "its comment was"),
    ("CREATE POLICY through", "policy through on public.other", "is gone"),
    ("CREATE RULE noted", "rule noted on public.t", "is gone"),
    (
        "ALTER TABLE public.t DISABLE TRIGGER",
        "trigger \"off on t\" on public.t",
        "DISABLE TRIGGER",
    ),
    (
        "ALTER VIEW public.v ALTER COLUMN shown",
        "view public.v",
        "it was CREATE VIEW",
    ),
    (
        "EXECUTE pg_catalog.format('GRANT",
        "public.v",
        "owner and privileges were",
    ),
    (
        "EXECUTE pg_catalog.format('REVOKE",
        "public.first_of(integer)",
        "owner and privileges were",
    ),
];

/// Leaves one statement about a dependent out: the proof names the object.
pub async fn lost_dependents() {
    let bench = Bench::start().await;
    let case = Case::read("dependents_retype_wider");
    let plan = bench.plan(&case).await.expect("the case can be planned");
    for (left_out, object, words) in LOSSES {
        let mut broken = plan.clone();
        let mut found = false;
        for file in &mut broken.files {
            if let Some(start) = file.up.text.find(left_out) {
                found = true;
                let end = start + file.up.text[start..].find(";\n").expect("a statement ends");
                let nothing = if left_out.starts_with("EXECUTE") {
                    "NULL"
                } else {
                    "SELECT 1"
                };
                file.up.text.replace_range(start..end, nothing);
            }
        }
        assert!(found, "no file has {left_out}");
        let proof = bench.prove(&broken, &format!("without {left_out}")).await;
        let named = proof
            .failures
            .iter()
            .any(|f| f.object == *object && f.message.contains(words));
        assert!(named, "the proof does not miss {left_out}: {:#?}", proof.failures);
    }
    bench.scratch.stop().await;
}
