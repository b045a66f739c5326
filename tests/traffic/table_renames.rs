//! Tables that change their name: new code meets a view until contract.

use schema_core::plan::{Decisions, TableRename};
use schema_core::schema::QName;

use super::code::Code;
use super::phases::{Change, play};
use crate::rollout::{accepting, renaming};

fn script(table: &str, column: &str) -> String {
    format!(
        "CREATE TABLE {table} (id bigint PRIMARY KEY, {column} text NOT NULL DEFAULT 'nobody' CHECK ({column} <> ''),
                               touched bigint NOT NULL DEFAULT 0, no bigint GENERATED ALWAYS AS IDENTITY);
         CREATE INDEX {table}_{column}_idx ON {table} ({column});
         CREATE TABLE c (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                         of bigint NOT NULL CONSTRAINT c_of REFERENCES {table} ON DELETE CASCADE);
         CREATE INDEX c_of_idx ON c (of);"
    )
}

fn to_u() -> Decisions {
    Decisions {
        table_renames: vec![TableRename {
            from: QName::new("public", "t"),
            to: QName::new("public", "u"),
        }],
        ..accepting()
    }
}

const CHILD: &str = "INSERT INTO c (of) VALUES ($1)";

/// Old code uses the table; new code inserts, upserts, updates, deletes and locks rows through the view.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_the_view() {
    play(Change {
        decisions: to_u(),
        old_code: Code::of("t", "id", "name").also(CHILD),
        new_code: Code::of("u", "id", "name")
            .also(CHILD)
            .also("SELECT id, no FROM u WHERE id = $1 FOR UPDATE"),
        ..Change::between(script("t", "name"), script("u", "name"))
    })
    .await;
}

/// A column changes its name with the table's: the view shows it, without a second column.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_column() {
    play(Change {
        decisions: Decisions {
            renames: renaming("u", &[("name", "full_name")]).renames,
            ..to_u()
        },
        old_code: Code::of("t", "id", "name").also(CHILD),
        new_code: Code::of("u", "id", "full_name").also(CHILD),
        at_the_end: "full_name IS NOT NULL".to_owned(),
        ..Change::between(script("t", "name"), script("u", "full_name"))
    })
    .await;
}

/// New code writes a column that the table gets while the view stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_new_column() {
    let new = script("u", "name") + "ALTER TABLE u ADD more text NOT NULL DEFAULT 'free';";
    let insert = "INSERT INTO u (id, name, more) VALUES ($1, $2, 'given')";
    let code = Code::of("u", "id", "name");
    play(Change {
        decisions: to_u(),
        old_code: Code::of("t", "id", "name").also(CHILD),
        new_code: Code {
            insert: insert.to_owned(),
            upsert: format!("{insert} ON CONFLICT (id) DO UPDATE SET name = excluded.name, more = excluded.more"),
            ..code.also(CHILD)
        },
        at_the_end: "more IN ('free', 'given')".to_owned(),
        ..Change::between(script("t", "name"), new)
    })
    .await;
}
