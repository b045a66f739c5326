//! Columns, indexes and constraints that come and go.

use schema_core::plan::{ColumnRef, Decisions};
use schema_core::schema::{Expr, Ident, QName};

use super::clients::Code;
use super::phases::{Change, play};
use crate::rollout::accepting;

/// Knows nothing but the columns that stay.
const PLAIN: Code = Code {
    insert: "INSERT INTO t (id, name) VALUES ($1, $2)",
    upsert: "INSERT INTO t (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    update: "UPDATE t SET name = $2 WHERE id = $1",
    touch: "UPDATE t SET touched = touched + 1 WHERE id = $1",
    read: "SELECT name FROM t WHERE id = $1",
};

/// Writes one more column.
const MORE: Code = Code {
    insert: "INSERT INTO t (id, name, more) VALUES ($1, $2, 'given')",
    upsert: "INSERT INTO t (id, name, more) VALUES ($1, $2, 'given') ON CONFLICT (id) DO UPDATE SET name = excluded.name, more = excluded.more",
    ..PLAIN
};

/// Ids from here on are of clients of new code.
const BY_NEW_CODE: &str = "id >= 4000000";

fn table(columns: &str, around: &str) -> String {
    format!(
        "CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL, touched bigint NOT NULL DEFAULT 0{columns});\n{around}"
    )
}

fn change(old: String, new: String) -> Change {
    Change {
        old,
        new,
        decisions: accepting(),
        seed: "INSERT INTO t (id, name) SELECT n, 'seed ' || n FROM generate_series(1, $SHARED) n",
        old_code: PLAIN,
        new_code: PLAIN,
        in_step: "name IS NOT NULL",
        at_the_end: "name IS NOT NULL",
    }
}

fn filling(column: &str, value: &str) -> Decisions {
    let column = ColumnRef {
        table: QName::new("public", "t"),
        column: Ident::new(column),
    };
    Decisions {
        backfills: vec![(column, Expr(value.to_owned()))],
        ..accepting()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn add_column_not_null_with_backfill() {
    let condition = format!("more = CASE WHEN {BY_NEW_CODE} THEN 'given' ELSE 'Unknown' END");
    play(Change {
        decisions: filling("more", "'Unknown'"),
        new_code: MORE,
        in_step: "more IS NOT NULL OR id > 2000",
        at_the_end: condition.leak(),
        ..change(table("", ""), table(", more text NOT NULL", ""))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn add_column_with_default() {
    let condition = format!("more = CASE WHEN {BY_NEW_CODE} THEN 'given' ELSE 'free' END AND u IS NOT NULL");
    play(Change {
        new_code: MORE,
        in_step: "more IS NOT NULL AND u IS NOT NULL",
        at_the_end: condition.leak(),
        ..change(
            table("", ""),
            table(
                ", more text NOT NULL DEFAULT 'free', u uuid NOT NULL DEFAULT gen_random_uuid()",
                "",
            ),
        )
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drop_column() {
    let condition = format!("more = 'given' OR {BY_NEW_CODE}");
    play(Change {
        seed: "INSERT INTO t (id, name, more) SELECT n, 'seed ' || n, 'given' FROM generate_series(1, $SHARED) n",
        old_code: MORE,
        in_step: condition.leak(),
        ..change(
            table(
                ", more text NOT NULL",
                "CREATE INDEX t_more ON t (more); CREATE INDEX t_both ON t (name, more);",
            ),
            table("", "CREATE INDEX t_both ON t (name);"),
        )
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn set_not_null_and_check() {
    let condition = format!("more = CASE WHEN {BY_NEW_CODE} THEN 'given' ELSE 'Unknown' END");
    play(Change {
        decisions: filling("more", "'Unknown'"),
        new_code: MORE,
        in_step: "more IS NOT NULL OR id > 2000",
        at_the_end: condition.leak(),
        ..change(
            table(", more text", ""),
            table(", more text NOT NULL, CONSTRAINT t_touched CHECK (touched >= 0)", ""),
        )
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn indexes_created_replaced_and_dropped() {
    play(change(
        table(
            "",
            "CREATE INDEX t_replaced ON t (name); CREATE INDEX t_dropped ON t (touched);",
        ),
        table(
            "",
            "CREATE INDEX t_replaced ON t (name, id); CREATE INDEX t_created ON t (lower(name)) WHERE touched > 0;",
        ),
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unique_constraint_added() {
    let new_code = Code {
        // The arbiter stands from expand on.
        touch: "INSERT INTO t (id, name) VALUES (-(random() * 1e15)::bigint, 'hot ' || $1)
            ON CONFLICT (name) DO UPDATE SET touched = t.touched + 1",
        ..PLAIN
    };
    play(Change {
        new_code,
        ..change(
            table("", ""),
            table("", "ALTER TABLE t ADD CONSTRAINT t_unique UNIQUE (name);"),
        )
    })
    .await;
}
