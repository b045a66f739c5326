//! Transactions that hold a table for long: a file that cannot get its lock gives up, changes nothing, and is run again.

use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use schema_core::compare::differences;
use schema_core::introspect::{Included, introspect};
use schema_core::plan::{Class, PlanFile};
use schema_core::schema::Schema;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::task::JoinHandle;

use super::announced::{Moment, Side};
use super::clients::{Client, Job, rounds};
use super::code::Code;
use crate::rollout::{Rollout, renaming};
use crate::server;

const OLD: &str =
    "CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL DEFAULT 'x', touched bigint NOT NULL DEFAULT 0);
    CREATE INDEX t_name ON t (name);
    INSERT INTO t (id, name) SELECT n, 'seed ' || n FROM generate_series(1, 500) n;";
const NEW: &str =
    "CREATE TABLE t (id bigint PRIMARY KEY, full_name text NOT NULL DEFAULT 'x', touched bigint NOT NULL DEFAULT 0);
    CREATE INDEX t_name ON t (full_name);";

async fn rollout() -> Rollout {
    Rollout::new(server::url(), OLD, NEW, renaming("t", &[("name", "full_name")])).await
}

/// A file as psql runs it, with the options that its header prints.
fn psql(rollout: &Rollout, file: &PlanFile) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{}.up.sql", file.slug));
    std::fs::write(&path, &file.up.text).unwrap();
    let one = (file.up.class == Class::Transaction).then_some("-1");
    Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1"])
        .args(one)
        .arg("-f")
        .arg(&path)
        .arg(rollout.database.url())
        .output()
        .expect("psql can be run")
}

async fn schema(connection: &mut PgConnection) -> Schema {
    introspect(connection, &Included::default()).await.unwrap().schema
}

/// A reader that keeps its transaction, and with it ACCESS SHARE on the table and a snapshot.
async fn reader(rollout: &Rollout) -> PgConnection {
    let mut connection = rollout.database.connect().await;
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(name) FROM t")
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

/// Two attempts of each file that asks for a strong lock while the reader is there, then one without it. The clients wait
/// for no longer than an attempt, and see no error.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_gives_up_and_is_run_again() {
    let rollout = rollout().await;
    let mut look = rollout.database.connect().await;
    let job = Job {
        url: rollout.database.url().to_owned(),
        side: Side::Old,
        code: Code::of("t", "id", "name"),
        seen_by_new: str::to_owned,
        moment: Arc::new(Moment::default()),
    };
    let clients = vec![Client::start(job.clone(), 1).await, Client::start(job, 2).await];
    rounds(&clients, 3).await;
    let mut given_up = 0;
    for file in rollout.expand() {
        let strong = file.up.class == Class::Transaction && file.up.text.contains("ACCESS EXCLUSIVE on public.t:");
        if strong {
            let before = schema(&mut look).await;
            let reader = reader(&rollout).await;
            for _ in 0..2 {
                let run = psql(&rollout, file);
                let said = String::from_utf8_lossy(&run.stderr).into_owned();
                assert_eq!(run.status.code(), Some(3), "{said}");
                assert!(said.contains("lock timeout"), "{said}");
                rounds(&clients, 2).await;
                given_up += 1;
            }
            let left = differences(&before, &schema(&mut look).await);
            assert!(left.is_empty(), "an attempt that gave up left {left:#?}");
            reader.close().await.unwrap();
        }
        let mut attempts = 0;
        loop {
            let run = psql(&rollout, file);
            if run.status.success() {
                break;
            }
            attempts += 1;
            let said = String::from_utf8_lossy(&run.stderr).into_owned();
            assert!(said.contains("lock timeout") && attempts < 50, "{}: {said}", file.slug);
        }
    }
    assert!(given_up >= 4, "few files of the plan ask for a strong lock: {given_up}");
    rounds(&clients, 3).await;
    for client in clients {
        client.stop().await;
    }
}

/// A concurrent build waits for old snapshots, and nobody waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_concurrent_build_waits_for_the_reader() {
    let rollout = rollout().await;
    let files = rollout.expand();
    let at = files
        .iter()
        .position(|f| f.up.text.contains("CREATE INDEX CONCURRENTLY"))
        .unwrap();
    rollout.run(&files[..at]).await;
    let job = Job {
        url: rollout.database.url().to_owned(),
        side: Side::Old,
        code: Code::of("t", "id", "name"),
        seen_by_new: str::to_owned,
        moment: Arc::new(Moment::default()),
    };
    let clients = vec![Client::start(job, 1).await];
    let reader = reader(&rollout).await;
    let running = waits(&rollout, files[at], "locktype = 'virtualxid'").await;
    rounds(&clients, 10).await;
    assert!(!running.is_finished(), "the build did not wait for the reader");
    reader.close().await.unwrap();
    running.await.unwrap();
    rollout.run(&files[at + 1..]).await;
    for client in clients {
        client.stop().await;
    }
}

/// Starts a file, and comes back when it waits for such a lock.
async fn waits(rollout: &Rollout, file: &PlanFile, lock: &str) -> JoinHandle<()> {
    let mut runner = rollout.database.connect().await;
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(&mut runner)
        .await
        .unwrap();
    let text = file.up.text.clone();
    let running = tokio::spawn(async move {
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut runner).await.unwrap();
    });
    let mut look = rollout.database.connect().await;
    let waits = format!("SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted AND {lock})");
    while !sqlx::query_scalar::<_, bool>(AssertSqlSafe(waits.clone()))
        .bind(pid)
        .fetch_one(&mut look)
        .await
        .unwrap()
    {
        assert!(!running.is_finished(), "{} did not wait", file.slug);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    running
}

/// A transaction of a client holds rows that a batch wants, and then wants one of the batch's: the batch gives way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backfill_gives_way_to_clients() {
    let rollout = rollout().await;
    let (before, rest) = rollout.around_backfill();
    rollout.run(&before).await;
    let mut holder = rollout.database.connect().await;
    let update = |id: i64| format!("UPDATE t SET touched = touched + 1 WHERE id = {id}");
    sqlx::raw_sql("BEGIN").execute(&mut holder).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(update(400)))
        .execute(&mut holder)
        .await
        .unwrap();
    // The batch has locked the rows before 400 and waits for that one: the client closes the circle.
    let running = waits(&rollout, rest[0], "true").await;
    sqlx::raw_sql(AssertSqlSafe(update(1)))
        .execute(&mut holder)
        .await
        .unwrap();
    sqlx::raw_sql("COMMIT").execute(&mut holder).await.unwrap();
    running.await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM t WHERE full_name IS DISTINCT FROM name")
        .fetch_one(&mut holder)
        .await
        .unwrap();
    assert_eq!(left, 0, "the batch that gave way was not done again");
}
