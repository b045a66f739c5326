//! What hangs on a table is made anew in the change's own transaction, and read all the time.

use super::code::Code;
use super::phases::{Change, play};
use crate::rollout::renaming;

/// Answers at every instant, over all rows that stood.
const ALL_SHOWN: &str = "SELECT count(*) >= 500 FROM shown WHERE label IS NOT NULL";
const SHOWN: &str = "SELECT label FROM shown WHERE id = $1";

fn script(column: &str, type_name: &str) -> String {
    format!(
        "CREATE TABLE t (id bigint PRIMARY KEY, {column} {type_name} NOT NULL, touched bigint NOT NULL DEFAULT 0);
         CREATE VIEW shown AS SELECT id, {column}::text AS label, touched FROM t;
         CREATE VIEW shown_again AS SELECT id, label FROM shown WHERE label <> '';
         GRANT SELECT ON shown TO PUBLIC;"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_over_a_renamed_column() {
    play(Change {
        decisions: renaming("t", &[("name", "full_name")]),
        old_code: Code::of("t", "id", "name").also(SHOWN),
        new_code: Code::of("t", "id", "full_name").also(SHOWN),
        in_step: "name = full_name".to_owned(),
        at_the_end: "full_name IS NOT NULL".to_owned(),
        watches: vec![ALL_SHOWN.to_owned(), ALL_SHOWN.replace("shown", "shown_again")],
        ..Change::between(script("name", "text"), script("full_name", "text"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_over_a_retyped_column() {
    let code = Code::with_type("t", "id", "n", "int").also(SHOWN);
    play(Change {
        seed: "INSERT INTO t (id, n) SELECT n, n FROM generate_series(1, $SHARED) n".to_owned(),
        old_code: code.clone(),
        new_code: code,
        in_step: "n = n__new".to_owned(),
        swapped: Some("n = n__old".to_owned()),
        at_the_end: "n IS NOT NULL".to_owned(),
        watches: vec![ALL_SHOWN.to_owned(), ALL_SHOWN.replace("shown", "shown_again")],
        ..Change::between(script("n", "int"), script("n", "bigint"))
    })
    .await;
}
