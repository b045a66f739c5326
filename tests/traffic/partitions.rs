//! Partitioned tables: what is written is routed all the time.

use super::code::Code;
use super::phases::{Change, play};
use super::watch;
use crate::rollout::renaming;

fn script(around: &str) -> String {
    format!(
        "CREATE TABLE t (id bigint NOT NULL, name text, touched bigint NOT NULL DEFAULT 0, CONSTRAINT t_pkey PRIMARY KEY (id))
             PARTITION BY RANGE (id);
         CREATE TABLE t_seeds PARTITION OF t FOR VALUES FROM (MINVALUE) TO (1000000);
         CREATE TABLE t_rows PARTITION OF t FOR VALUES FROM (1000000) TO (100000000);
         {around}"
    )
}

fn between(old: &str, new: &str) -> Change {
    Change::between(script(old), script(new))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn index_and_check_on_all() {
    play(between(
        "CREATE INDEX t_gone ON t (touched);",
        "CREATE INDEX t_name ON t (name); ALTER TABLE t ADD CONSTRAINT t_checked CHECK (touched >= 0);",
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn column_renamed() {
    let mut change = between("", "");
    change.new = change.new.replace("name text", "full_name text");
    change.decisions = renaming("t", &[("name", "full_name")]);
    change.new_code = Code::of("t", "id", "full_name");
    change.in_step = "name = full_name".to_owned();
    change.at_the_end = "full_name IS NOT NULL".to_owned();
    play(change).await;
}

const APART: &str = "CREATE TABLE t_apart (id bigint NOT NULL, name text, touched bigint NOT NULL DEFAULT 0,
    CONSTRAINT t_apart_pkey PRIMARY KEY (id));";
const PART: &str = "CREATE TABLE t_apart PARTITION OF t FOR VALUES FROM (100000000) TO (200000000);";
const ROWS: &str = ";\nINSERT INTO t_apart (id, name) SELECT n, 'apart' FROM generate_series(100000001, 100000050) n";
const READ: &str = "SELECT count(*) FROM t_apart WHERE $1 > 0";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partition_attached() {
    let mut change = between(APART, PART);
    change.seed += ROWS;
    change.old_code = change.old_code.also(READ);
    change.new_code = change.new_code.also(READ);
    change.watches = vec!["SELECT count(*) = 50 FROM t_apart".to_owned()];
    change.rows_of_nobody = 50;
    play(change).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partition_detached() {
    let mut change = between(PART, APART);
    change.seed += ROWS;
    change.old_code = change.old_code.also(READ);
    change.new_code = change.new_code.also(READ);
    change.watches = vec![
        "SELECT count(*) = 50 FROM t_apart".to_owned(),
        watch::unique_index("t_apart", "id"),
    ];
    play(change).await;
}
