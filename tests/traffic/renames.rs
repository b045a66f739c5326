//! Columns that change their names.

use super::code::Code;
use super::phases::{Change, play};
use super::watch;
use crate::rollout::renaming;

fn rename(definition: &str, around: &str) -> Change {
    let script = |column: &str| {
        let around = around.replace("{c}", column);
        format!(
            "CREATE TABLE t (id bigint PRIMARY KEY, {column} {definition}, touched bigint NOT NULL DEFAULT 0);\n{around}"
        )
    };
    Change {
        decisions: renaming("t", &[("name", "full_name")]),
        new_code: Code::of("t", "id", "full_name"),
        in_step: "name = full_name".to_owned(),
        at_the_end: "full_name IS NOT NULL".to_owned(),
        ..Change::between(script("name"), script("full_name"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_column() {
    let mut change = rename("text", "");
    change.old_code.star = true;
    change.new_code.star = true;
    play(change).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn column_with_default_checks_and_indexes() {
    let around = "CREATE INDEX t_name ON t ({c});\nCREATE INDEX t_lower ON t (lower({c})) WHERE {c} <> '';\n\
                  ALTER TABLE t ADD CONSTRAINT t_filled CHECK ({c} <> '');";
    play(Change {
        watches: vec![watch::index("t", "*")],
        ..rename("varchar(255) NOT NULL DEFAULT 'nobody'", around)
    })
    .await;
}

/// Values are unique, and clients of both versions meet on fresh keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unique_column() {
    let mut change = rename("text NOT NULL", "ALTER TABLE t ADD CONSTRAINT t_unique UNIQUE ({c});");
    change.old_code.touch = "INSERT INTO t (id, name) VALUES (-(random() * 1e15)::bigint, 'hot ' || $1)
        ON CONFLICT (name) DO UPDATE SET touched = t.touched + 1"
        .to_owned();
    change.new_code.touch = "INSERT INTO t (id, full_name) VALUES (-(random() * 1e15)::bigint, 'hot ' || $1)
        ON CONFLICT (full_name) DO UPDATE SET touched = t.touched + 1"
        .to_owned();
    play(change).await;
}

/// Rows are found, written and kept unique by a key whose column changes its name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn primary_key() {
    let script =
        |key: &str| format!("CREATE TABLE t ({key} bigint PRIMARY KEY, name text, touched bigint NOT NULL DEFAULT 0);");
    play(Change {
        decisions: renaming("t", &[("id", "number")]),
        new_code: Code::of("t", "number", "name"),
        in_step: "id = number".to_owned(),
        at_the_end: "number IS NOT NULL".to_owned(),
        ..Change::between(script("id"), script("number"))
    })
    .await;
}

/// Two columns of one table at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_columns() {
    let script = |name: &str, touched: &str| {
        format!(
            "CREATE TABLE t (id bigint PRIMARY KEY, {name} text NOT NULL, {touched} bigint NOT NULL DEFAULT 0);
             CREATE INDEX t_both ON t ({name}, {touched});"
        )
    };
    let mut change = Change {
        decisions: renaming("t", &[("name", "full_name"), ("touched", "visits")]),
        new_code: Code::of("t", "id", "full_name"),
        in_step: "name = full_name AND touched = visits".to_owned(),
        at_the_end: "full_name IS NOT NULL AND visits IS NOT NULL".to_owned(),
        watches: vec![watch::index("t", "%name, %")],
        ..Change::between(script("name", "touched"), script("full_name", "visits"))
    };
    change.new_code.touch = "UPDATE t SET visits = visits + 1 WHERE id = $1".to_owned();
    play(change).await;
}

/// The key that other tables point at changes its name, and so does one of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn referenced_key() {
    let script = |key: &str, of: &str| {
        format!(
            "CREATE TABLE t ({key} bigint PRIMARY KEY, name text NOT NULL, touched bigint NOT NULL DEFAULT 0);
             CREATE TABLE c (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                             {of} bigint NOT NULL REFERENCES t ON DELETE CASCADE);
             CREATE INDEX c_of ON c ({of});"
        )
    };
    let decisions = schema_core::plan::Decisions {
        renames: [renaming("t", &[("id", "number")]), renaming("c", &[("t", "of")])]
            .into_iter()
            .flat_map(|d| d.renames)
            .collect(),
        ..crate::rollout::accepting()
    };
    play(Change {
        decisions,
        old_code: Code::of("t", "id", "name").also("INSERT INTO c (t) VALUES ($1)"),
        new_code: Code::of("t", "number", "name").also("INSERT INTO c (of) VALUES ($1)"),
        in_step:
            "id = number AND EXISTS (SELECT FROM c) AND NOT EXISTS (SELECT FROM c WHERE c.t IS DISTINCT FROM c.of)"
                .to_owned(),
        at_the_end: "number IS NOT NULL".to_owned(),
        ..Change::between(script("id", "t"), script("number", "of"))
    })
    .await;
}
