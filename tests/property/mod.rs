//! Random pairs of schemas: the plan between them is replayed in memory, forward and back, and run on servers.
//!
//! A plain run always meets the same pairs, so that its verdict is about the change at hand; `any_number_of_pairs_on_servers`,
//! and `SCHEMAGEN_PROPERTY_SEED=fresh` for the others, draw new ones. Each run prints its seed, which
//! `SCHEMAGEN_PROPERTY_SEED` (64 hexadecimal digits) repeats. A pair that fails shrinks, and is printed as the files of a folder
//! in `tests/cases`.

mod columns;
mod constraints;
mod draft;
mod edit;
mod indexes;
mod live;
mod names;
mod objects;
mod partitions;
mod renamed;
mod replay;
mod rows;
mod types;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use schema_core::plan::{Decisions, Plan};
use schema_core::planner::{Options, PlanError, plan};
use schema_core::schema::{Namespace, Schema};
use schema_core::sql::create_sql;

use crate::server::all_versions;

use draft::Draft;
use edit::{Edit, edit};
use renamed::NewName;

/// Two schemas and what is said about the way.
#[derive(Clone)]
struct Pair {
    major: u32,
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

fn pair(major: u32, partitions: bool) -> impl Strategy<Value = Pair> {
    let edits = |max| prop::collection::vec(edit(partitions), 1..max);
    let direct = prop::bool::weighted(0.1);
    (edits(30), edits(10), renamed::new_names(), direct)
        .prop_map(move |(before, after, names, direct)| made((&before, &after, &names), direct, major))
}

fn made((before, after, names): (&[Edit], &[Edit], &[NewName]), direct: bool, major: u32) -> Pair {
    let mut old = Schema::default();
    let comment = Some("standard public schema".to_owned());
    old.namespaces.insert("public".into(), Namespace { comment });
    let mut draft = Draft {
        schema: &mut old,
        major,
        planned: None,
        before: None,
        stood: BTreeSet::new(),
    };
    before.iter().for_each(|edit| draft.apply(edit));
    let mut new = old.clone();
    let mut decisions = Decisions {
        accept: ["all".to_owned()].into(),
        allow_data_loss: ["all".to_owned()].into(),
        no_renames: true,
        direct,
        ..Decisions::default()
    };
    let mut draft = Draft {
        schema: &mut new,
        major,
        planned: Some((&old, &mut decisions)),
        before: None,
        stood: BTreeSet::new(),
    };
    after.iter().for_each(|edit| draft.apply(edit));
    renamed::apply(names, &old, &mut new, &mut decisions);
    Pair {
        major,
        old,
        new,
        decisions,
    }
}

/// The plan, or `None` where it is refused by name.
fn planned(old: &Schema, pair: &Pair) -> Result<Option<Plan>, TestCaseError> {
    let options = Options {
        target_version: pair.major,
        ..Options::default()
    };
    match plan(old, &pair.new, &pair.decisions, &options) {
        Ok(plan) => Ok(Some(plan)),
        Err(PlanError::Refused(refusals)) => {
            prop_assert!(!refusals.is_empty());
            Ok(None)
        }
        Err(error) => Err(TestCaseError::fail(error.to_string())),
    }
}

/// Where the pairs of a run come from when nothing is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Draws {
    /// The same in every run.
    Same,
    /// New ones.
    Fresh,
}

/// Whether partitioned tables are among the pairs: not with `SCHEMAGEN_PROPERTY_PARTITIONS=0`.
fn with_partitions() -> bool {
    std::env::var_os("SCHEMAGEN_PROPERTY_PARTITIONS").is_none_or(|given| given != "0")
}

/// The seed of this run.
fn seed(draws: Draws) -> String {
    use std::hash::{BuildHasher, RandomState};
    let fresh = || {
        (0..4)
            .map(|n| format!("{:016x}", RandomState::new().hash_one(n)))
            .collect()
    };
    match std::env::var("SCHEMAGEN_PROPERTY_SEED") {
        Ok(given) if given == "fresh" => fresh(),
        Ok(given) => given,
        Err(_) if draws == Draws::Fresh => fresh(),
        Err(_) => "03".repeat(32),
    }
}

/// Runs the property with so many pairs.
fn holds(major: u32, cases: u32, shrink: u32, property: impl Fn(Pair) -> Result<(), TestCaseError>) {
    holds_for(&seed(Draws::Same), major, cases, shrink, property);
}

/// The same from a seed, and says how to run it again.
fn holds_for(seed: &str, major: u32, cases: u32, shrink: u32, property: impl Fn(Pair) -> Result<(), TestCaseError>) {
    println!("SCHEMAGEN_PROPERTY_SEED={seed}: {cases} pairs for PostgreSQL {major}");
    let bytes: Vec<u8> = (0..32)
        .map(|n| u8::from_str_radix(seed.get(2 * n..2 * n + 2).unwrap_or(""), 16))
        .collect::<Result<_, _>>()
        .expect("a seed has 64 hexadecimal digits");
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: shrink,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    if let Err(error) = runner.run(&pair(major, with_partitions()), property) {
        panic!("PostgreSQL {major}: SCHEMAGEN_PROPERTY_SEED={seed} repeats it\n{error}");
    }
}

#[test]
fn plans_of_random_pairs_replay_forward_and_back() {
    let cases = 2_000;
    for major in [14, 18] {
        let refused = std::cell::Cell::new(0_u32);
        holds(major, cases, 2_000, |pair| {
            match planned(&pair.old, &pair)? {
                None => refused.set(refused.get() + 1),
                Some(plan) => {
                    replay::forward(&plan, &pair.new)?;
                    replay::back(&plan)?;
                }
            }
            Ok(())
        });
        assert!(
            refused.get() < cases / 4,
            "{} of {cases} pairs were refused: the property says little",
            refused.get()
        );
    }
}

#[test]
fn the_same_pair_gives_the_same_bytes() {
    holds(18, 500, 2_000, |mut pair| {
        let first = planned(&pair.old, &pair)?;
        pair.decisions.renames.reverse();
        pair.decisions.backfills.reverse();
        let second = planned(&pair.old, &pair)?;
        let files = |plan: Option<Plan>| plan.map(|p| (p.name, p.files, p.hazards));
        prop_assert_eq!(files(first), files(second));
        Ok(())
    });
}

#[test]
fn the_order_of_old_columns_does_not_matter() {
    holds(18, 500, 2_000, |mut pair| {
        let first = planned(&pair.old, &pair)?;
        for table in pair.old.tables.values_mut() {
            table.columns.reverse();
        }
        let second = planned(&pair.old, &pair)?;
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
    on_servers(150, Draws::Same, Proof::LeftOut);
}

#[test]
fn plans_of_random_pairs_are_proven() {
    on_servers(10, Draws::Same, Proof::Made);
}

/// As many pairs as `SCHEMAGEN_PROPERTY_CASES` says: `cargo test any_number_of_pairs -- --ignored`.
#[test]
#[ignore = "runs as long as it is asked to"]
fn any_number_of_pairs_on_servers() {
    on_servers(as_many_as_asked(), Draws::Fresh, Proof::LeftOut);
}

/// The same with the proof of each plan: `cargo test any_number_of_proofs -- --ignored`.
#[test]
#[ignore = "runs as long as it is asked to"]
fn any_number_of_proofs_on_servers() {
    on_servers(as_many_as_asked(), Draws::Fresh, Proof::Made);
}

fn as_many_as_asked() -> u32 {
    let cases = std::env::var("SCHEMAGEN_PROPERTY_CASES").unwrap_or_else(|_| "2000".to_owned());
    cases.parse().expect("SCHEMAGEN_PROPERTY_CASES is a number")
}

/// Whether each plan is put to the proof.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    Made,
    LeftOut,
}

/// Shares that many pairs among the servers.
fn on_servers(cases: u32, draws: Draws, proof: Proof) {
    let seed = seed(draws);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be built");
    let servers = all_versions();
    let share = cases.div_ceil(u32::try_from(servers.len()).unwrap_or(1).max(1));
    for (major, server) in servers {
        let course = runtime.block_on(async {
            match proof {
                Proof::Made => live::Course::proven_on(&server).await,
                Proof::LeftOut => live::Course::on(&server).await,
            }
        });
        holds_for(&seed, major, share, 100, |pair| runtime.block_on(course.run(&pair)));
        println!("PostgreSQL {major}: {}", course.told());
    }
}
