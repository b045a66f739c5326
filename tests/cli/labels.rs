//! Labels that structs give up: the type keeps them, checks keep them out, and later diffs know it.

use sqlx::migrate::Migrator;

use super::history::{app, done, generate_proven, migrate, release, same};
use crate::server;

/// A table with the enum, alone and in an array.
fn source(attribute: &str, variants: &str, more: &str) -> String {
    format!(
        "use schema_core::{{PgEnum, Table}};\n\n#[derive(PgEnum)]\n#[schemagen(rename_all = \"lowercase\"{attribute})]\npub \
         enum Status {{ {variants} }}\n\n#[derive(Table)]\npub struct Contact {{\n    #[schemagen(primary_key)]\n    pub id: i64,\n    \
         #[schemagen(default = \"'active'\")]\n    pub status: Status,\n    pub past: Vec<Status>,\n}}\n{more}"
    )
}

const REMOVED: &str = ", removed(\"archived\", becomes = \"inactive\")";

#[tokio::test(flavor = "multi_thread")]
async fn a_label_is_given_up_and_later_diffs_know_it() {
    let place = app(&source("", "Active, Archived, Inactive", ""));
    let root = place.path("");
    let production = server::database().await;
    generate_proven(&place, "20260101000000");
    migrate(&production, &root).await;
    drop(
        production
            .with("INSERT INTO contact VALUES (1, 'archived', '{active,archived}'), (2, 'active', '{}')")
            .await,
    );

    place.write("src/lib.rs", &source(REMOVED, "Active, Inactive", ""));
    generate_proven(&place, "20260201000000");
    migrate(&production, &root).await;
    // Old code runs on.
    let mut connection = production.connect().await;
    let stored: String =
        sqlx::query_scalar("INSERT INTO contact VALUES (3, 'archived', '{archived}') RETURNING status::text")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(stored, "inactive");
    release(&place, "20260201", "20260301000000");
    migrate(&production, &root).await;
    let rows: Vec<(i64, String, String)> =
        sqlx::query_as("SELECT id, status::text, past::text FROM contact ORDER BY id")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let expected = [
        (1, "inactive", "{active,inactive}"),
        (2, "active", "{}"),
        (3, "inactive", "{inactive}"),
    ];
    assert_eq!(
        rows,
        expected.map(|(id, status, past)| (id, status.to_owned(), past.to_owned()))
    );
    for statement in [
        "INSERT INTO contact VALUES (4, 'archived', '{}')",
        "UPDATE contact SET past = '{archived}'",
    ] {
        let refused = sqlx::raw_sql(statement).execute(&mut connection).await.unwrap_err();
        assert_eq!(
            refused.as_database_error().and_then(|e| e.code()).as_deref(),
            Some("23514"),
            "{statement}"
        );
    }
    same(&place, production.url(), ".");

    // The attribute has done its work: without it there is nothing to do either.
    place.write("src/lib.rs", &source("", "Active, Inactive", ""));
    same(&place, production.url(), ".");
    same(&place, "migrations", ".");

    // A new column of the type keeps it out from the start, and a new label takes its place among the others.
    let another = "\n#[derive(Table)]\npub struct Person {\n    #[schemagen(primary_key)]\n    pub id: i64,\n    pub status: Status,\n}\n";
    place.write("src/lib.rs", &source("", "Active, Asleep, Inactive", another));
    generate_proven(&place, "20260401000000");
    migrate(&production, &root).await;
    same(&place, production.url(), ".");
    let labels: String = sqlx::query_scalar("SELECT enum_range(NULL::status)::text")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(labels, "{active,asleep,archived,inactive}");

    // All the way back.
    let migrator = Migrator::new(place.path("migrations")).await.unwrap();
    migrator.undo(&mut connection, 20_260_101_000_001).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_is_built_anew_where_the_model_says_so() {
    let place = app(&source("", "Active, Archived, Inactive", ""));
    let root = place.path("");
    let production = server::database().await;
    generate_proven(&place, "20260101000000");
    place.write("src/lib.rs", &source(REMOVED, "Active, Inactive", ""));
    generate_proven(&place, "20260201000000");
    release(&place, "20260201", "20260301000000");
    // The label was given up before, and goes for good now.
    place.write("src/lib.rs", &source(", rebuild", "Active, Inactive", ""));
    generate_proven(&place, "20260401000000");
    release(&place, "20260401", "20260501000000");
    release(&place, "20260401", "20260601000000");
    migrate(&production, &root).await;
    same(&place, production.url(), ".");
    let labels: String = sqlx::query_scalar("SELECT enum_range(NULL::status)::text")
        .fetch_one(&mut production.connect().await)
        .await
        .unwrap();
    assert_eq!(labels, "{active,inactive}");
    let checks: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0")
        .fetch_one(&mut production.connect().await)
        .await
        .unwrap();
    assert_eq!(checks, 0);
    done(&place, &["generate", "--check"]);
}
