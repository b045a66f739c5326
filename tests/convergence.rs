//! A database is the same as itself: as its `schema.yaml`, built anew from what was read, and dumped and restored, twice.

use std::path::Path;
use std::process::{Command, Stdio};

use schema_core::compare::differences;
use schema_core::introspect::{Included, introspect};
use schema_core::plan::Decisions;
use schema_core::planner::{Options, plan};
use schema_core::schema::Schema;
use schema_core::sql::create_sql;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::server::{Database, all_versions, database_on, pg_dump};

#[tokio::test]
async fn expressions_converge() {
    for (major, server) in all_versions() {
        let sql = include_str!("convergence/expressions.sql");
        let what = format!("expressions on PostgreSQL {major}");
        converges(&database_on(&server).await, sql, major, &server, &what).await;
    }
}

/// All of them in one database, each in a namespace of its own; those that name theirs themselves have a database each.
#[tokio::test]
async fn schemas_of_the_cases_converge() {
    let (major, server) = all_versions().pop().expect("there is a server");
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    let together = database_on(&server).await;
    let mut connection = together.connect().await;
    let mut inside = 0;
    for name in crate::cases::folders() {
        let file = |file: &str| std::fs::read_to_string(cases.join(&name).join(file));
        let said = file("decisions.yaml").unwrap_or_default();
        let since = said
            .lines()
            .find_map(|line| line.strip_prefix("since: ")?.trim().parse().ok());
        if since.is_some_and(|since: u32| since > major) {
            continue;
        }
        let sql = file("new.sql").expect("every case has a new.sql");
        let own = format!("CREATE SCHEMA case_{name}; SET LOCAL search_path = case_{name}; {sql}");
        let named = ["public.", "SCHEMA", "PUBLICATION"]
            .iter()
            .any(|word| sql.contains(word));
        if !named && sqlx::raw_sql(AssertSqlSafe(own)).execute(&mut connection).await.is_ok() {
            inside += 1;
        } else {
            converges(&database_on(&server).await, &sql, major, &server, &name).await;
        }
    }
    assert!(inside > 50, "only {inside} cases fit into one database");
    converges(&together, "", major, &server, "all cases").await;
}

async fn converges(first: &Database, sql: &str, major: u32, server: &str, what: &str) {
    let schema = read(&mut first.with(sql).await).await;
    let yaml = serde_yaml::to_string(&schema).expect("a schema can be written");
    let back: Schema = serde_yaml::from_str(&yaml).expect("a schema can be read");
    assert_eq!(back, schema, "{what}: as schema.yaml");
    match pg_dump(major) {
        Some(program) => {
            let mut dumped = restored(first, &program, server).await;
            for round in ["dumped and restored", "dumped and restored again"] {
                let found = read(&mut dumped.connect().await).await;
                same(&schema, &found, &format!("{what}: {round}"));
                dumped = restored(&dumped, &program, server).await;
            }
        }
        None => println!("{what}: no pg_dump here is new enough for PostgreSQL {major}"),
    }
    if schema.others.is_empty() {
        let mut now = schema.clone();
        for round in ["built from what was read", "built from that"] {
            let database = database_on(server).await;
            now = read(&mut database.with(&create_sql(&now).join(";\n")).await).await;
            same(&schema, &now, &format!("{what}: {round}"));
        }
    }
}

async fn read(connection: &mut PgConnection) -> Schema {
    let live = introspect(connection, &Included::default()).await;
    live.expect("the catalog can be read").schema
}

fn same(expected: &Schema, found: &Schema, what: &str) {
    let differing = differences(expected, found);
    assert!(differing.is_empty(), "{what}:\n{}", differing.join("\n"));
    for (from, to) in [(expected, found), (found, expected)] {
        let planned = plan(from, to, &Decisions::default(), &Options::default());
        let planned = planned.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(planned.is_empty(), "{what}: there is a plan: {:?}", planned.files);
    }
}

/// A copy of the database by pg_dump and psql.
async fn restored(database: &Database, program: &Path, server: &str) -> Database {
    let copy = database_on(server).await;
    let mut dump = Command::new(program)
        .args(["--no-owner", "--dbname", database.url()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("pg_dump can be started");
    let restore = Command::new("psql")
        .args([
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-o",
            "/dev/null",
            "--dbname",
            copy.url(),
        ])
        .stdin(dump.stdout.take().expect("its output is piped"))
        .output()
        .expect("psql can be started");
    assert!(dump.wait().expect("pg_dump ends").success(), "pg_dump fails");
    let said = String::from_utf8_lossy(&restore.stderr);
    assert!(restore.status.success(), "psql fails:\n{said}");
    copy
}
