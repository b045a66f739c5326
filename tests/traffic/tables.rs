//! Columns, indexes and constraints that come and go.

use schema_core::plan::{ColumnRef, Decisions};
use schema_core::schema::{Expr, Ident, QName};

use super::code::Code;
use super::phases::{Change, play};
use super::watch;
use crate::rollout::accepting;

/// Writes one more column.
pub fn more() -> Code {
    let insert = "INSERT INTO t (id, name, more) VALUES ($1, $2, 'given')";
    Code {
        insert: insert.to_owned(),
        upsert: format!("{insert} ON CONFLICT (id) DO UPDATE SET name = excluded.name, more = excluded.more"),
        ..Code::of("t", "id", "name")
    }
}

/// Rows have what new code gives, else the other value. Old code comes back for a while once contract is taken back.
pub fn given_or(value: &str) -> String {
    format!("more IN ('given', '{value}') AND (id > 2000000 OR more = '{value}')")
}

pub fn table(columns: &str, around: &str) -> String {
    format!(
        "CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL, touched bigint NOT NULL DEFAULT 0{columns});\n{around}"
    )
}

pub fn filling(column: &str, value: &str) -> Decisions {
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
    let mut change = Change {
        decisions: filling("more", "'Unknown'"),
        new_code: more(),
        in_step: "more IS NOT NULL OR id > 2000".to_owned(),
        at_the_end: given_or("Unknown"),
        ..Change::between(table("", ""), table(", more text NOT NULL", ""))
    };
    change.old_code.star = true;
    change.new_code.star = true;
    play(change).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn add_column_with_default() {
    play(Change {
        new_code: more(),
        in_step: "more IS NOT NULL AND u IS NOT NULL".to_owned(),
        at_the_end: format!("{} AND u IS NOT NULL", given_or("free")),
        ..Change::between(
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
    let mut change = Change {
        seed: "INSERT INTO t (id, name, more) SELECT n, 'seed ' || n, 'given' FROM generate_series(1, $SHARED) n"
            .to_owned(),
        old_code: more(),
        watches: vec![watch::index("t", "name%")],
        ..Change::between(
            table(
                ", more text NOT NULL",
                "CREATE INDEX t_more ON t (more); CREATE INDEX t_both ON t (name, more);",
            ),
            table("", "CREATE INDEX t_both ON t (name);"),
        )
    };
    change.old_code.star = true;
    change.new_code.star = true;
    play(change).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn set_not_null_and_check() {
    play(Change {
        decisions: filling("more", "'Unknown'"),
        new_code: more(),
        in_step: "more IS NOT NULL OR id > 2000".to_owned(),
        at_the_end: given_or("Unknown"),
        ..Change::between(
            table(", more text", ""),
            table(", more text NOT NULL, CONSTRAINT t_touched CHECK (touched >= 0)", ""),
        )
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn indexes_created_replaced_and_dropped() {
    play(Change {
        watches: vec![watch::index("t", "name%")],
        ..Change::between(
            table(
                "",
                "CREATE INDEX t_replaced ON t (name); CREATE INDEX t_dropped ON t (touched);",
            ),
            table(
                "",
                "CREATE INDEX t_replaced ON t (name, id); CREATE INDEX t_created ON t (lower(name)) WHERE touched > 0;",
            ),
        )
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unique_constraint_added() {
    let mut change = Change::between(
        table("", ""),
        table("", "ALTER TABLE t ADD CONSTRAINT t_unique UNIQUE (name);"),
    );
    // The arbiter stands from expand on.
    change.new_code.touch = "INSERT INTO t (id, name) VALUES (-(random() * 1e15)::bigint, 'hot ' || $1)
        ON CONFLICT (name) DO UPDATE SET touched = t.touched + 1"
        .to_owned();
    play(change).await;
}
