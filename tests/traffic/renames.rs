//! Columns that change their names.

use super::clients::Code;
use super::phases::{Change, play, play_back};
use crate::rollout::renaming;

const OLD: Code = Code {
    insert: "INSERT INTO t (id, name) VALUES ($1, $2)",
    upsert: "INSERT INTO t (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    update: "UPDATE t SET name = $2 WHERE id = $1",
    touch: "UPDATE t SET touched = touched + 1 WHERE id = $1",
    read: "SELECT name FROM t WHERE id = $1",
};

const NEW: Code = Code {
    insert: "INSERT INTO t (id, full_name) VALUES ($1, $2)",
    upsert: "INSERT INTO t (id, full_name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET full_name = excluded.full_name",
    update: "UPDATE t SET full_name = $2 WHERE id = $1",
    touch: OLD.touch,
    read: "SELECT full_name FROM t WHERE id = $1",
};

fn rename(definition: &str, around: &str) -> Change {
    let script = |column: &str| {
        let around = around.replace("{c}", column);
        format!(
            "CREATE TABLE t (id bigint PRIMARY KEY, {column} {definition}, touched bigint NOT NULL DEFAULT 0);\n{around}"
        )
    };
    Change {
        old: script("name"),
        new: script("full_name"),
        decisions: renaming("t", &[("name", "full_name")]),
        seed: "INSERT INTO t (id, name) SELECT n, 'seed ' || n FROM generate_series(1, $SHARED) n",
        old_code: OLD,
        new_code: NEW,
        in_step: "name = full_name",
        at_the_end: "full_name IS NOT NULL",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_column() {
    play(rename("text", "")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn column_with_default_checks_and_indexes() {
    let around = "CREATE INDEX t_name ON t ({c});\nCREATE INDEX t_lower ON t (lower({c})) WHERE {c} <> '';\n\
                  ALTER TABLE t ADD CONSTRAINT t_filled CHECK ({c} <> '');";
    play(rename("varchar(255) NOT NULL DEFAULT 'nobody'", around)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expand_taken_back() {
    play_back(rename(
        "text NOT NULL DEFAULT 'nobody'",
        "CREATE UNIQUE INDEX t_name ON t ({c}, id);",
    ))
    .await;
}

/// Values are unique, and clients of both versions meet on fresh keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unique_column() {
    let mut change = rename("text NOT NULL", "ALTER TABLE t ADD CONSTRAINT t_unique UNIQUE ({c});");
    change.old_code.touch = "INSERT INTO t (id, name) VALUES (-(random() * 1e15)::bigint, 'hot ' || $1)
        ON CONFLICT (name) DO UPDATE SET touched = t.touched + 1";
    change.new_code.touch = "INSERT INTO t (id, full_name) VALUES (-(random() * 1e15)::bigint, 'hot ' || $1)
        ON CONFLICT (full_name) DO UPDATE SET touched = t.touched + 1";
    play(change).await;
}

/// Rows are found, written and kept unique by a key whose column changes its name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn primary_key() {
    let script =
        |key: &str| format!("CREATE TABLE t ({key} bigint PRIMARY KEY, name text, touched bigint NOT NULL DEFAULT 0);");
    let new_code = Code {
        insert: "INSERT INTO t (number, name) VALUES ($1, $2)",
        upsert: "INSERT INTO t (number, name) VALUES ($1, $2) ON CONFLICT (number) DO UPDATE SET name = excluded.name",
        update: "UPDATE t SET name = $2 WHERE number = $1",
        touch: "UPDATE t SET touched = touched + 1 WHERE number = $1",
        read: "SELECT name FROM t WHERE number = $1",
    };
    play(Change {
        old: script("id"),
        new: script("number"),
        decisions: renaming("t", &[("id", "number")]),
        seed: "INSERT INTO t (id, name) SELECT n, 'seed ' || n FROM generate_series(1, $SHARED) n",
        old_code: OLD,
        new_code,
        in_step: "id = number",
        at_the_end: "number IS NOT NULL",
    })
    .await;
}
