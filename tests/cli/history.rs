//! Whole histories: structs change, plans are made and released, and what sqlx makes of the directory is what they say.

use std::path::Path;

use sqlx::migrate::Migrator;

use super::run::{Run, Workplace};
use crate::server::{self, Database};

/// A crate with one table.
fn contacts(fields: &str) -> String {
    format!(
        "use schema_core::Table;\n\n#[derive(Table)]\n#[schemagen(table = \"contacts\")]\npub struct Contact {{\n    \
         #[schemagen(primary_key)]\n    pub id: i64,\n{fields}}}\n"
    )
}

const V1: &str = "    #[schemagen(unique)]\n    pub name: String,\n    pub email: Option<String>,\n";
const V2: &str =
    "    #[schemagen(unique, renamed_from = \"name\")]\n    pub full_name: String,\n    pub email: Option<String>,\n";
const V3: &str = "    #[schemagen(unique)]\n    pub full_name: String,\n    #[schemagen(index, backfill = \"'none'\")]\n    pub email: String,\n";

fn place(fields: &str) -> Workplace {
    app(&contacts(fields))
}

/// A crate with that source.
pub fn app(source: &str) -> Workplace {
    let place = Workplace::new();
    place.write(
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nschema-core = \"0.1\"\n",
    );
    place.write("src/lib.rs", source);
    place
}

fn schemagen(place: &Workplace, args: &[&str]) -> Run {
    let mut all = args.to_vec();
    all.extend(["--scratch-url", server::url()]);
    place.run(&all)
}

/// Runs it and holds that it worked.
pub fn done(place: &Workplace, args: &[&str]) -> Run {
    let run = schemagen(place, args);
    assert_eq!(run.code, Some(0), "{args:?}: {}", run.stderr);
    run
}

fn generate(place: &Workplace, stamp: &str) -> Run {
    done(place, &["generate", "--stamp", stamp, "--accept", "all", "--no-proof"])
}

/// As [`generate`], proven before it is written.
pub fn generate_proven(place: &Workplace, stamp: &str) {
    let run = done(place, &["generate", "--stamp", stamp, "--accept", "all"]);
    assert!(run.stderr.contains("proof: passed"), "{}", run.stderr);
}

pub fn release(place: &Workplace, plan: &str, stamp: &str) {
    let run = done(place, &["release", plan, "--stamp", stamp]);
    assert!(run.stderr.contains("proof: passed"), "{}", run.stderr);
}

/// `sqlx migrate run`.
pub async fn migrate(database: &Database, folder: &Path) {
    let migrator = Migrator::new(folder.join("migrations")).await.unwrap();
    let mut connection = database.connect().await;
    migrator.run(&mut connection).await.unwrap();
}

/// Holds that two sources do not differ.
pub fn same(place: &Workplace, from: &str, to: &str) {
    let run = schemagen(place, &["diff", "--from", from, "--to", to, "--exit-code"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_plans_in_flight() {
    let place = place(V1);
    let root = place.path("");
    let production = server::database().await;
    generate_proven(&place, "20260101000000");
    migrate(&production, &root).await;
    place.write("src/lib.rs", &contacts(V2));
    generate_proven(&place, "20260201000000");
    migrate(&production, &root).await;
    place.write("src/lib.rs", &contacts(V3));
    generate_proven(&place, "20260301000000");
    migrate(&production, &root).await;

    // The second plan leaves alone what the first one still needs.
    let mut connection = production.connect().await;
    sqlx::raw_sql("INSERT INTO contacts (id, name) VALUES (1, 'old'); INSERT INTO contacts (id, full_name, email) VALUES (2, 'new', 'e')")
        .execute(&mut connection)
        .await
        .unwrap();
    release(&place, "20260201", "20260401000000");
    migrate(&production, &root).await;
    release(&place, "20260301", "20260501000000");
    migrate(&production, &root).await;
    migrate(&production, &root).await;

    let rows: Vec<(i64, String, String)> = sqlx::query_as("SELECT id, full_name, email FROM contacts ORDER BY id")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(rows, [(1, "old".into(), "none".into()), (2, "new".into(), "e".into())]);
    same(&place, production.url(), ".");
    same(&place, "migrations", ".");
    let fresh = server::database().await;
    migrate(&fresh, &root).await;
    same(&place, fresh.url(), production.url());
    assert_eq!(schemagen(&place, &["generate", "--check"]).code, Some(0));
    assert!(
        !place.names().iter().any(|name| name.contains("2-contract")),
        "{:?}",
        place.names()
    );
}

/// The table under a new name, its column too.
fn people(fields: &str) -> String {
    contacts(fields).replace(
        "table = \"contacts\"",
        "table = \"people\", renamed_from = \"contacts\"",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_renamed_while_another_plan_adds_a_column() {
    let place = place(V1);
    let root = place.path("");
    let production = server::database().await;
    generate_proven(&place, "20260101000000");
    migrate(&production, &root).await;
    place.write("src/lib.rs", &people(V2));
    generate_proven(&place, "20260201000000");
    migrate(&production, &root).await;
    assert_eq!(schemagen(&place, &["generate", "--check"]).code, Some(0));
    place.write("src/lib.rs", &people(&format!("{V2}    pub phone: Option<String>,\n")));
    generate_proven(&place, "20260301000000");
    migrate(&production, &root).await;

    let mut connection = production.connect().await;
    sqlx::raw_sql(
        "INSERT INTO contacts (id, name) VALUES (1, 'old');
         INSERT INTO people (id, full_name, phone) VALUES (2, 'new', '0');
         UPDATE people SET phone = '1' WHERE full_name = 'old'",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    release(&place, "20260201", "20260401000000");
    migrate(&production, &root).await;
    migrate(&production, &root).await;

    let rows: Vec<(i64, String, String)> = sqlx::query_as("SELECT id, full_name, phone FROM people ORDER BY id")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(rows, [(1, "old".into(), "1".into()), (2, "new".into(), "0".into())]);
    same(&place, production.url(), ".");
    same(&place, "migrations", ".");
    let fresh = server::database().await;
    migrate(&fresh, &root).await;
    same(&place, fresh.url(), production.url());
    assert_eq!(schemagen(&place, &["generate", "--check"]).code, Some(0));
    // The hint is spent, and the table is still ours.
    let spent = done(&place, &["generate"]);
    assert!(
        spent.stderr.contains("public.contacts to public.people has happened"),
        "{}",
        spent.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_plans_go_back() {
    let place = place(V1);
    generate(&place, "20260101000000");
    place.write("src/lib.rs", &contacts(V2));
    generate(&place, "20260201000000");
    let database = server::database().await;
    migrate(&database, &place.path("")).await;
    let migrator = Migrator::new(place.path("migrations")).await.unwrap();
    let mut connection = database.connect().await;
    migrator.undo(&mut connection, 20_260_101_000_000).await.unwrap();
    let first = server::database().await;
    migrator
        .run_to(20_260_101_000_000, &mut first.connect().await)
        .await
        .unwrap();
    same(&place, database.url(), first.url());
}

#[tokio::test(flavor = "multi_thread")]
async fn leftovers_of_an_open_plan_are_not_touched() {
    let place = place(V1);
    generate(&place, "20260101000000");
    place.write("src/lib.rs", &contacts(V2));
    generate(&place, "20260201000000");
    place.write("src/lib.rs", &contacts("    pub full_name: Option<String>,\n"));
    let before = place.files();
    let run = schemagen(
        &place,
        &["generate", "--accept", "all", "--allow-data-loss", "all", "--no-proof"],
    );
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(
        run.stderr.contains("is still in plan 20260201000000_"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("schemagen release 20260201000000_"),
        "{}",
        run.stderr
    );
    assert_eq!(place.files(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cache_is_never_the_truth() {
    let place = place(V1);
    generate(&place, "20260101000000");
    let cached = std::fs::read_to_string(place.path("migrations/schema.yaml")).unwrap();
    place.write("src/lib.rs", &contacts(V2));
    let dry = [
        "generate",
        "--stamp",
        "20260201000000",
        "--accept",
        "all",
        "--no-proof",
        "--dry-run",
    ];
    let with_cache = done(&place, &dry).stdout;
    std::fs::remove_file(place.path("migrations/schema.yaml")).unwrap();
    assert_eq!(
        done(&place, &dry).stdout,
        with_cache,
        "without the cache the same bytes"
    );

    place.write("migrations/schema.yaml", &cached.replace("type: text", "type: integer"));
    let edited = done(&place, &dry);
    assert_eq!(edited.stdout, with_cache, "an edited cache changes nothing");
    assert!(edited.stderr.contains("edited by hand"), "{}", edited.stderr);

    place.write("src/lib.rs", &contacts(V1));
    done(&place, &["generate"]);
    assert_eq!(
        std::fs::read_to_string(place.path("migrations/schema.yaml")).unwrap(),
        cached,
        "it is made anew"
    );

    place.write(
        "migrations/20260115000000_by_hand.sql",
        "ALTER TABLE contacts ADD COLUMN note text;",
    );
    let run = schemagen(&place, &["diff"]);
    assert_eq!(run.stdout, "  table public.contacts\n-   note text\n", "{}", run.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_branches_make_a_fork() {
    let ours = place(V1);
    generate(&ours, "20260101000000");
    let theirs = place(V1);
    generate(&theirs, "20260101000000");
    let with = |more: &str| contacts(&format!("{V1}{more}"));
    let (a, b) = ("    pub a: Option<String>,\n", "    pub b: Option<String>,\n");
    theirs.write("src/lib.rs", &with(b));
    // One branch adds a, the other b; the merged struct has both.
    ours.write("src/lib.rs", &with(a));
    generate(&ours, "20260201000000");
    generate(&theirs, "20260202000000");
    for (name, text) in theirs.files() {
        if name.starts_with("migrations/20260202") || name.starts_with("migrations/plans/20260202") {
            ours.write(&name, &text);
        }
    }
    ours.write("src/lib.rs", &with(&format!("{a}{b}")));
    let check = schemagen(&ours, &["generate", "--check"]);
    assert_eq!(check.code, Some(1), "{}", check.stderr);
    assert!(
        check.stderr.contains("fork") && check.stderr.contains("20260202000000_"),
        "{}",
        check.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_stand_already_are_adopted() {
    let live = server::database().await;
    drop(
        live.with(
            "CREATE TABLE orgs (id bigint PRIMARY KEY);
             CREATE TABLE contacts (id bigint PRIMARY KEY, name text NOT NULL, email text, legacy text, org bigint REFERENCES orgs,
                                    CONSTRAINT one_name UNIQUE (name));
             CREATE INDEX by_legacy ON contacts (legacy);
             CREATE TABLE theirs (id int);",
        )
        .await,
    );
    let place = place(V1);
    place.write(".env", &format!("DATABASE_URL={}\n", live.url()));
    let before = place.files();
    let args = ["generate", "--stamp", "20260101000000", "--no-proof"];
    let refused = schemagen(&place, &args);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(
        refused
            .stderr
            .contains("no field names public.contacts.legacy, public.contacts.org"),
        "{}",
        refused.stderr
    );
    assert_eq!(place.files(), before);

    let partial = |fields: &str| contacts(fields).replace("table = \"contacts\"", "table = \"contacts\", partial");
    place.write("src/lib.rs", &partial(V1));
    let adopted = done(&place, &args);
    assert!(
        adopted
            .stderr
            .contains("left alone, no struct names them: public.orgs, public.theirs"),
        "{}",
        adopted.stderr
    );
    assert!(
        place
            .names()
            .contains(&"migrations/20260101000000_baseline.up.sql".to_owned()),
        "{:?}",
        place.names()
    );
    // Nothing changes where the tables stand; an empty database gets them, and what they reference.
    migrate(&live, &place.path("")).await;
    let fresh = server::database().await;
    migrate(&fresh, &place.path("")).await;
    let columns = "SELECT string_agg(format('%s.%s', table_name, column_name), ' ' ORDER BY table_name, column_name)
                   FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'";
    let built: String = sqlx::query_scalar(columns)
        .fetch_one(&mut fresh.connect().await)
        .await
        .unwrap();
    assert_eq!(
        built,
        "contacts.email contacts.id contacts.legacy contacts.name contacts.org orgs.id"
    );

    // Ownership is in plan.yaml: a later plan does not ask again, and leaves the rest alone.
    assert_eq!(schemagen(&place, &["generate", "--check"]).code, Some(0));
    place.write("src/lib.rs", &partial(&format!("{V1}    pub phone: Option<String>,\n")));
    let next = generate(&place, "20260201000000");
    let up = place
        .files()
        .into_iter()
        .filter(|(name, _)| name.starts_with("migrations/202602") && name.ends_with(".up.sql"));
    let up: String = up.map(|(_, text)| text).collect();
    assert!(
        up.contains("ADD COLUMN phone") && !up.contains("legacy") && !up.contains("one_name"),
        "{up}\n{}",
        next.stderr
    );
    migrate(&live, &place.path("")).await;
    assert_eq!(schemagen(&place, &["generate", "--check"]).code, Some(0));

    drop(live.with("ALTER TABLE contacts ADD COLUMN drifted text").await);
    let drift = schemagen(&place, &["generate", "--check"]);
    assert!(
        drift.stderr.contains("drift") && drift.stderr.contains("public.contacts.drifted"),
        "{}",
        drift.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_is_never_guessed() {
    let place = place(V1);
    generate(&place, "20260101000000");
    place.write("src/lib.rs", &contacts(&V2.replace(", renamed_from = \"name\"", "")));
    let before = place.files();
    let check = schemagen(&place, &["generate", "--check"]);
    assert_eq!(
        check.code,
        Some(1),
        "an open question is a change without a plan: {}",
        check.stderr
    );
    let asks = schemagen(&place, &["generate", "--no-proof"]);
    assert_eq!(asks.code, Some(2), "{}", asks.stderr);
    assert!(
        asks.stderr.contains("--rename contacts.name=full_name"),
        "{}",
        asks.stderr
    );
    assert!(asks.stderr.contains("--no-renames"), "{}", asks.stderr);
    assert_eq!(place.files(), before);

    // A slip of the pen is no answer, neither in a flag nor in an attribute.
    for (flag, says) in [
        (
            "contacts.nmae=full_name",
            "no column public.contacts.nmae on the first side",
        ),
        (
            "contacts.name=ful_name",
            "no column public.contacts.ful_name on the second side",
        ),
    ] {
        let wrong = schemagen(&place, &["generate", "--no-proof", "--rename", flag]);
        assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
        assert!(wrong.stderr.contains(says), "{says}: {}", wrong.stderr);
    }
    place.write(
        "src/lib.rs",
        &contacts(&V2.replace("renamed_from = \"name\"", "renamed_from = \"nmae\"")),
    );
    let wrong = schemagen(&place, &["generate", "--no-proof"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
    for says in ["no column public.contacts.nmae", "--rename contacts.name=full_name"] {
        assert!(wrong.stderr.contains(says), "{says}: {}", wrong.stderr);
    }
    place.write("src/lib.rs", &contacts(&V2.replace(", renamed_from = \"name\"", "")));
    done(
        &place,
        &["generate", "--rename", "contacts.name=full_name", "--no-proof"],
    );
    let plan = place
        .files()
        .into_iter()
        .rfind(|(name, _)| name.ends_with("plan.yaml"))
        .map(|(_, text)| text)
        .unwrap();
    assert!(plan.contains("renames:"), "the decision is recorded: {plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_and_enums_with_equal_parts_raise_the_question() {
    let place = Workplace::new();
    place.write(
        "old.sql",
        "CREATE TYPE st AS ENUM ('a', 'b'); CREATE TABLE contacts (id int, s st);",
    );
    place.write(
        "new.sql",
        "CREATE TYPE status AS ENUM ('a', 'b'); CREATE TABLE people (id int, s status);",
    );
    let sides = ["diff", "--format", "sql", "--from", "old.sql", "--to", "new.sql"];
    let with = |more: &[&str]| {
        let all: Vec<&str> = sides.iter().chain(more).copied().collect();
        schemagen(&place, &all)
    };
    let asks = with(&[]);
    assert_eq!(asks.code, Some(2), "{}", asks.stderr);
    assert!(asks.stderr.contains("--rename st=status"), "{}", asks.stderr);
    let asks = with(&["--rename", "st=status", "--rename", "contacts=people"]);
    assert!(asks.stderr.contains("--accept rename:status"), "{}", asks.stderr);
    let planned = with(&[
        "--rename",
        "st=status",
        "--rename",
        "contacts=people",
        "--accept",
        "rename:status",
    ]);
    assert_eq!(planned.code, Some(0), "{}", planned.stderr);
    for part in [
        "CREATE DOMAIN public.st",
        "CREATE VIEW public.people",
        "RENAME TO people",
    ] {
        assert!(planned.stdout.contains(part), "{part}: {}", planned.stdout);
    }
    let dropped = with(&["--no-renames", "--allow-data-loss", "all"]);
    assert!(
        dropped.stdout.contains("DROP TABLE public.contacts"),
        "{}",
        dropped.stderr
    );
    let wrong = with(&["--rename", "nobody=people"]);
    assert!(wrong.stderr.contains("\"nobody\""), "{}", wrong.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_the_scratch_server_cannot_run() {
    let place = Workplace::new();
    place.write(
        "wanted.sql",
        "CREATE TABLE t (id int);\nCREATE EXTENSION no_such_extension;\n",
    );
    let run = schemagen(&place, &["generate", "--from", "empty", "--to", "wanted.sql"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    for part in ["wanted.sql", "line 2", "no_such_extension", "--scratch-url"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    assert_eq!(place.names(), ["wanted.sql"]);
}
