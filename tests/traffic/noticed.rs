//! What these tests look for is found: a lock that nobody announced, a row out of step, an instant without an index.

use std::sync::Arc;

use super::announced::{Moment, locks};
use super::phases::{Change, play};
use super::watch::{self, LockWatch, Watch};
use crate::rollout::renaming;
use crate::server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_is_not_announced() {
    let database = server::database().await;
    let mut runner = database.with("CREATE TABLE t (id int)").await;
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(&mut runner)
        .await
        .unwrap();
    let watch = LockWatch::start(database.url(), pid).await;
    sqlx::raw_sql("BEGIN; LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE")
        .execute(&mut runner)
        .await
        .unwrap();
    let silent = "-- What: nothing\n-- Locks: ROW EXCLUSIVE on public.t: reads and writes go on.\n";
    let mut found = Vec::new();
    for _ in 0..1_000 {
        found = watch.unannounced(silent, &[]);
        if !found.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(found, ["SHARE ROW EXCLUSIVE on public.t, announced: ROW EXCLUSIVE"]);
    let open = "-- Locks: ACCESS EXCLUSIVE on public.s,\n--   public.t: reads and writes wait.\n";
    assert_eq!(locks(open).len(), 2);
    assert!(watch.unannounced(open, &[]).is_empty());
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "no longer so")]
async fn an_instant_without_an_index() {
    let database = server::database().await;
    let mut connection = database
        .with("CREATE TABLE t (id int, name text); CREATE INDEX i ON t (name)")
        .await;
    let watch = Watch::start(
        database.url(),
        vec![watch::index("t", "name")],
        Arc::new(Moment::default()),
    )
    .await;
    sqlx::raw_sql("DROP INDEX i").execute(&mut connection).await.unwrap();
    while !watch.is_over() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    watch.stop().await;
}

/// Old code that writes the new name too, and something else, leaves what the condition finds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "rows without name = full_name")]
async fn a_row_out_of_step() {
    let script = |column: &str| {
        format!("CREATE TABLE t (id bigint PRIMARY KEY, {column} text, touched bigint NOT NULL DEFAULT 0);")
    };
    let mut change = Change::between(script("name"), script("full_name"));
    change.decisions = renaming("t", &[("name", "full_name")]);
    // The sync is switched off while it is at work.
    change.old_code.touch = "WITH off AS (SELECT set_config('session_replication_role', 'replica', true))
        UPDATE t SET touched = touched + 1, name = name || 'x' FROM off WHERE id = $1"
        .to_owned();
    change.in_step = "name = full_name".to_owned();
    play(change).await;
}
