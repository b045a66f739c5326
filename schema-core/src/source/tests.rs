//! Sources that need a server.

use std::collections::BTreeSet;
use std::fs;

use sqlx::ConnectOptions as _;

use super::*;
use crate::introspect::Included;
use crate::migrations::{Adopts, Directory};
use crate::plan::Class;
use crate::review::{changes, difference};
use crate::run_file::run_text;
use crate::schema::{Expr, Ident, QName, Schema};
use crate::scratch::{ScratchChoice, ScratchDatabase};

fn loader() -> Loader {
    Loader::new(Included::default(), ScratchChoice::Native { bindir: None }, Vec::new())
}

async fn run(database: &ScratchDatabase, sql: &str) -> Result<(), String> {
    let mut connection = database.connect().await.unwrap();
    run_text(&mut connection, sql, Class::Transaction)
        .await
        .map_err(|error| error.to_string())
}

const LIVE: &str = r#"
    CREATE SCHEMA "O'Brien";
    CREATE TYPE status AS ENUM ('active', 'it''s $schemagen$');
    CREATE DOMAIN short AS text CHECK (length(VALUE) < 9);
    CREATE FUNCTION fresh() RETURNS text LANGUAGE sql AS $$ SELECT 'fresh' $$;
    CREATE FUNCTION unused() RETURNS text LANGUAGE sql AS $$ SELECT 'unused' $$;
    CREATE TABLE orgs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
    CREATE TABLE "O'Brien"."odd {parts}" (
        id serial PRIMARY KEY,
        org bigint NOT NULL REFERENCES orgs,
        status status NOT NULL DEFAULT 'active',
        note text DEFAULT '{definition} $schemagen$',
        code short DEFAULT fresh(),
        seen timestamptz DEFAULT '2026-01-01 00:00+00',
        CHECK (note <> '')
    );
    CREATE INDEX ON "O'Brien"."odd {parts}" (lower(note)) WHERE status = 'active';
    CREATE TABLE theirs (id int);
"#;

#[tokio::test]
async fn a_baseline_makes_or_compares_or_stops() {
    let loader = loader();
    let live = loader.scratch().await.unwrap().database().await.unwrap();
    run(&live, LIVE).await.unwrap();
    let schema = loader.introspect_scratch(&live).await.unwrap();
    let mut adopts = Adopts::default();
    adopts
        .tables
        .insert(QName::new("O'Brien", "odd {parts}"), BTreeSet::new());
    let wanted = baseline_schema(&adopts, &schema);
    let names: Vec<String> = wanted.tables.keys().map(ToString::to_string).collect();
    assert_eq!(
        names,
        [r#""O'Brien"."odd {parts}""#, "public.orgs"],
        "what it references comes along, nothing else"
    );

    let url = live.options().to_url_lossy().to_string();
    let up = baseline_file(&wanted, &url).await.unwrap().up.text;
    run(&live, &up).await.unwrap();
    assert_eq!(
        difference(&schema, &loader.introspect_scratch(&live).await.unwrap()),
        "",
        "it changes nothing"
    );

    let empty = loader.scratch().await.unwrap().database().await.unwrap();
    // As sqlx does it: the runner's own table is written in the same transaction.
    run(
        &empty,
        &format!("CREATE TABLE _sqlx_migrations (v int);\n{up}\nINSERT INTO _sqlx_migrations VALUES (1);"),
    )
    .await
    .unwrap();
    let built = loader.introspect_scratch(&empty).await.unwrap();
    assert_eq!(built.tables, wanted.tables);
    assert_eq!(built.enums, wanted.enums);
    let others: Vec<&str> = built.others.iter().map(|other| other.kind.as_str()).collect();
    assert_eq!(
        others,
        ["domain", "function"],
        "what its columns need, not what they do not"
    );
    run(&empty, &up).await.unwrap();

    run(
        &live,
        r#"ALTER TABLE "O'Brien"."odd {parts}" ALTER note TYPE varchar(9)"#,
    )
    .await
    .unwrap();
    let error = run(&live, &up).await.unwrap_err();
    assert!(
        error.contains("is not what the baseline was made from") && error.contains("column note text"),
        "{error}"
    );
    live.close().await.unwrap();
    empty.close().await.unwrap();
    loader.stop().await;
}

#[tokio::test]
async fn a_directory_is_replayed_and_a_script_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("migrations")).unwrap();
    fs::write(
        at("migrations/1_table.sql"),
        "CREATE TABLE t (a varchar(9) DEFAULT 'x');",
    )
    .unwrap();
    fs::write(
        at("migrations/2_index.up.sql"),
        "-- no-transaction\nCREATE INDEX CONCURRENTLY t_a ON t (a);",
    )
    .unwrap();
    fs::write(
        at("migrations/2_index.down.sql"),
        "-- no-transaction\nDROP INDEX CONCURRENTLY t_a;",
    )
    .unwrap();
    fs::write(
        at("one.sql"),
        "CREATE TABLE t (a varchar(9) DEFAULT 'x'); CREATE INDEX t_a ON t (a);",
    )
    .unwrap();
    fs::write(at("bad.sql"), "CREATE TABLE t (a int);\n\nCREATE TABLE t (b int);").unwrap();
    let loader = loader();
    let load = async |name: &str| {
        loader
            .load(&SourceSpec::parse(at(name).to_str().unwrap()).unwrap())
            .await
    };
    let replayed = load("migrations").await.unwrap();
    let script = load("one.sql").await.unwrap();
    assert_eq!(replayed.schema, script.schema);
    assert_eq!(replayed.notes.len(), 1, "it says that it replays");
    let error = load("bad.sql").await.unwrap_err().to_string();
    assert!(
        error.contains("bad.sql") && error.contains("line 3") && error.contains("already exists"),
        "{error}"
    );
    let history = Directory::read(&at("migrations")).unwrap().history();
    assert_eq!(history.len(), 2);
    loader.stop().await;
}

#[tokio::test]
async fn structs_are_spelled_as_postgresql_prints_them() {
    let loader = loader();
    let live = loader.scratch().await.unwrap().database().await.unwrap();
    run(
        &live,
        "CREATE TYPE st AS ENUM ('a', 'b'); CREATE TABLE orgs (id int PRIMARY KEY, st st);
         CREATE TABLE t (id int PRIMARY KEY, org int REFERENCES orgs, st st DEFAULT 'a', n int CHECK (n IN (1, 2)), w text);
         CREATE INDEX t_i ON t (lower(w)) WHERE n IS NOT NULL;",
    )
    .await
    .unwrap();
    let around = loader.introspect_scratch(&live).await.unwrap();
    let name = QName::new("public", "t");
    let mut model = Schema {
        enums: around.enums.clone(),
        ..Schema::default()
    };
    let mut table = around.tables[&name].clone();
    table.column_mut(&Ident::new("st")).unwrap().default = Some(Expr::from("'a'"));
    if let crate::schema::ConstraintKind::Check(check) =
        &mut table.constraints.get_mut(&Ident::new("t_n_check")).unwrap().kind
    {
        check.expression = Expr::from("n in (1,2)");
    }
    table.indexes.get_mut(&Ident::new("t_i")).unwrap().predicate = Some(Expr::from("n is not null"));
    model.tables.insert(name.clone(), table);
    let spelled = loader.respell(&model, &around).await.unwrap();
    assert_eq!(spelled.tables[&name], around.tables[&name]);
    assert_eq!(spelled.tables.len(), 1, "the neighbour is left out again");
    assert_eq!(
        changes(
            &spelled,
            &Schema {
                tables: spelled.tables.clone(),
                ..model.clone()
            }
        )
        .len(),
        1,
        "public alone"
    );

    model
        .tables
        .get_mut(&name)
        .unwrap()
        .column_mut(&Ident::new("n"))
        .unwrap()
        .type_name = "public.nope".into();
    let error = loader.respell(&model, &around).await.unwrap_err().to_string();
    assert!(
        error.contains("public.nope") && error.contains("CREATE TABLE"),
        "{error}"
    );
    live.close().await.unwrap();
    loader.stop().await;
}
