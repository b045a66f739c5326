//! Random pairs of schemas: the plan between them is replayed in memory, forward and back, and run on servers.
//!
//! `SCHEMAGEN_PROPERTY_CASES` says how many pairs meet a server, `SCHEMAGEN_PROPERTY_SEED` (64 hexadecimal digits) repeats
//! a run, and `fresh` makes another one each time; every failure prints its seed. A plain run always meets the same pairs.

mod edit;
mod live;
mod names;
mod replay;
mod types;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use schema_core::plan::{Decisions, Plan};
use schema_core::planner::{Options, PlanError, plan};
use schema_core::schema::{Namespace, Schema};
use schema_core::sql::create_sql;

use edit::{Draft, Edit, edit};

/// Two schemas and what is said about the way.
#[derive(Clone)]
struct Pair {
    old: Schema,
    new: Schema,
    decisions: Decisions,
}

/// As the files of a folder in `tests/cases`, so that a pair that fails can be kept there.
impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decisions = serde_yaml::to_string(&self.decisions).map_err(|_| std::fmt::Error)?;
        writeln!(f, "\n== old.sql\n{};", create_sql(&self.old).join(";\n"))?;
        writeln!(f, "== new.sql\n{};", create_sql(&self.new).join(";\n"))?;
        write!(f, "== decisions.yaml\n{decisions}")
    }
}

fn pair() -> impl Strategy<Value = Pair> {
    let edits = |max| prop::collection::vec(edit(), 1..max);
    (edits(24), edits(8), any::<bool>()).prop_map(|(before, after, direct)| made(&before, &after, direct))
}

fn made(before: &[Edit], after: &[Edit], direct: bool) -> Pair {
    let mut old = Schema::default();
    old.namespaces.insert(
        "public".into(),
        Namespace {
            comment: Some("standard public schema".to_owned()),
        },
    );
    let mut draft = Draft {
        schema: &mut old,
        planned: None,
    };
    before.iter().for_each(|edit| draft.apply(edit));
    let mut new = old.clone();
    let mut decisions = Decisions {
        accept: ["all".to_owned()].into(),
        allow_data_loss: ["all".to_owned()].into(),
        no_renames: true,
        direct: direct && before.len().is_multiple_of(4),
        ..Decisions::default()
    };
    let mut draft = Draft {
        schema: &mut new,
        planned: Some((&old, &mut decisions)),
    };
    after.iter().for_each(|edit| draft.apply(edit));
    Pair { old, new, decisions }
}

/// The plan, or `None` where it is refused by name.
fn planned(old: &Schema, pair: &Pair, options: &Options) -> Result<Option<Plan>, TestCaseError> {
    match plan(old, &pair.new, &pair.decisions, options) {
        Ok(plan) => Ok(Some(plan)),
        Err(PlanError::Refused(refusals)) => {
            prop_assert!(!refusals.is_empty());
            Ok(None)
        }
        Err(error) => Err(TestCaseError::fail(error.to_string())),
    }
}

/// A runner with a seed that it tells.
fn runner(cases: u32) -> (TestRunner, String) {
    let seed = match std::env::var("SCHEMAGEN_PROPERTY_SEED").as_deref() {
        Ok("fresh") => fresh_seed(),
        Ok(text) => text.to_owned(),
        Err(_) => "2a".repeat(32),
    };
    let bytes: Vec<u8> = (0..32)
        .map(|n| u8::from_str_radix(seed.get(2 * n..2 * n + 2).unwrap_or(""), 16))
        .collect::<Result<_, _>>()
        .expect("a seed has 64 hexadecimal digits");
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: if cases < 200 { 100 } else { 1_000 },
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    (TestRunner::new_with_rng(config, rng), seed)
}

fn fresh_seed() -> String {
    use std::hash::{BuildHasher, RandomState};
    (0..4)
        .map(|n| format!("{:016x}", RandomState::new().hash_one(n)))
        .collect()
}

/// Runs the property, and says how to run it again.
fn holds(cases: u32, property: impl Fn(Pair) -> Result<(), TestCaseError>) {
    let (mut runner, seed) = runner(cases);
    if let Err(error) = runner.run(&pair(), property) {
        panic!("SCHEMAGEN_PROPERTY_SEED={seed} repeats it\n{error}");
    }
}

#[test]
fn plans_of_random_pairs_replay_forward_and_back() {
    let refused = std::cell::Cell::new(0_u32);
    let cases = 3_000;
    holds(cases, |pair| {
        match planned(&pair.old, &pair, &Options::default())? {
            None => refused.set(refused.get() + 1),
            Some(plan) => {
                replay::forward(&plan, &pair.new)?;
                replay::back(&plan)?;
            }
        }
        Ok(())
    });
    assert!(
        refused.get() < cases / 2,
        "{} of {cases} pairs were refused: the property says little",
        refused.get()
    );
}

#[test]
fn the_same_pair_gives_the_same_bytes() {
    holds(500, |mut pair| {
        let first = planned(&pair.old, &pair, &Options::default())?;
        pair.decisions.renames.reverse();
        pair.decisions.backfills.reverse();
        let second = planned(&pair.old, &pair, &Options::default())?;
        let files = |plan: Option<Plan>| plan.map(|p| (p.name, p.files, p.hazards));
        prop_assert_eq!(files(first), files(second));
        Ok(())
    });
}

#[test]
fn the_order_of_old_columns_does_not_matter() {
    holds(500, |mut pair| {
        let first = planned(&pair.old, &pair, &Options::default())?;
        for table in pair.old.tables.values_mut() {
            table.columns.reverse();
        }
        let second = planned(&pair.old, &pair, &Options::default())?;
        prop_assert_eq!(first.is_some(), second.is_some());
        if let Some(plan) = second {
            replay::forward(&plan, &pair.new)?;
            replay::back(&plan)?;
        }
        Ok(())
    });
}

#[test]
fn servers_agree_with_the_replay() {
    let cases = match std::env::var("SCHEMAGEN_PROPERTY_CASES") {
        Ok(text) => text.parse().expect("SCHEMAGEN_PROPERTY_CASES is a number"),
        Err(_) => 24,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be built");
    holds(cases, |pair| runtime.block_on(live::run(&pair)));
}
