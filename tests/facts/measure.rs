//! What a statement does, seen from the catalog: its locks, what it reads and what it writes anew.

use std::time::Duration;

use schema_core::plan::{Cost, LockMode};
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::server::Database;

/// What was seen.
#[derive(Debug, PartialEq, Eq)]
pub struct Measured {
    /// The strongest lock on `t`, other than that of a reader.
    pub lock: Option<LockMode>,
    /// The same on `p`.
    pub other: Option<LockMode>,
    pub cost: Cost,
}

pub async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), String> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Runs a statement in a transaction that is rolled back.
pub async fn in_transaction(connection: &mut PgConnection, statement: &str) -> Result<Measured, String> {
    run(connection, "BEGIN").await?;
    let before = State::read(connection).await?;
    run(connection, statement).await?;
    let measured = Measured {
        lock: lock(connection, before.t, None).await?,
        other: lock(connection, before.p, None).await?,
        cost: State::read(connection).await?.cost_since(&before),
    };
    run(connection, "ROLLBACK").await?;
    Ok(measured)
}

/// Runs a statement outside a transaction while another client has written to `t` and not committed, and lets no other DDL
/// in: it has to wait with its first lock in its hands or asked for.
pub async fn alone(database: &Database, statement: &'static str, kind: Cost) -> Result<Measured, String> {
    let mut client = database
        .with("BEGIN; UPDATE t SET a = a WHERE id = 1; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE")
        .await;
    let mut watch = database.connect().await;
    let before = State::read(&mut watch).await?;
    let mut connection = database.connect().await;
    let (pid,): (i32,) = sqlx::query_as("SELECT pg_backend_pid()")
        .fetch_one(&mut connection)
        .await
        .map_err(|error| error.to_string())?;
    let running = tokio::spawn(async move { run(&mut connection, statement).await });
    for _ in 0..500 {
        let (waits,): (bool,) = sqlx::query_as("SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)")
            .bind(pid)
            .fetch_one(&mut watch)
            .await
            .map_err(|error| error.to_string())?;
        if waits {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (lock, other) = (
        lock(&mut watch, before.t, Some(pid)).await?,
        lock(&mut watch, before.p, Some(pid)).await?,
    );
    run(&mut client, "COMMIT").await?;
    running.await.map_err(|error| error.to_string())??;
    let after = State::read(&mut watch).await?;
    let cost = match kind {
        Cost::Batches => Cost::Batches,
        _ if after.indexes.iter().any(|index| !before.indexes.contains(index)) => Cost::Build,
        _ => Cost::Instant,
    };
    Ok(Measured { lock, other, cost })
}

/// What a statement might change.
struct State {
    t: i64,
    p: i64,
    /// Files of the two tables, where they exist and have one.
    files: Vec<i64>,
    /// Files of their indexes.
    indexes: Vec<i64>,
    /// Sequential scans of this transaction.
    scans: i64,
}

impl State {
    async fn read(connection: &mut PgConnection) -> Result<Self, String> {
        let row = sqlx::query(include_str!("state.sql"))
            .fetch_one(connection)
            .await
            .map_err(|error| error.to_string())?;
        let get = |error: sqlx::Error| error.to_string();
        Ok(Self {
            t: row.try_get("t").map_err(get)?,
            p: row.try_get("p").map_err(get)?,
            files: row.try_get("files").map_err(get)?,
            indexes: row.try_get("indexes").map_err(get)?,
            scans: row.try_get("scans").map_err(get)?,
        })
    }

    fn cost_since(&self, before: &Self) -> Cost {
        let new = |after: &[i64], before: &[i64]| after.iter().any(|file| !before.contains(file));
        if new(&self.files, &before.files) {
            Cost::Rewrite
        } else if new(&self.indexes, &before.indexes) && self.scans > before.scans {
            Cost::Build
        } else if self.scans > before.scans {
            Cost::Scan
        } else {
            Cost::Instant
        }
    }
}

/// The strongest lock that a backend (this one, if none is named) holds on a relation; the one that another backend waits for
/// counts as well.
async fn lock(connection: &mut PgConnection, relation: i64, pid: Option<i32>) -> Result<Option<LockMode>, String> {
    let modes: Vec<(String,)> = sqlx::query_as(
        "SELECT mode FROM pg_locks WHERE (granted OR $2 IS NOT NULL) AND locktype = 'relation' AND relation = $1::oid
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND pid = coalesce($2, pg_backend_pid())",
    )
    .bind(relation)
    .bind(pid)
    .fetch_all(connection)
    .await
    .map_err(|error| error.to_string())?;
    Ok(modes.iter().filter_map(|(mode,)| parse(mode)).max())
}

fn parse(mode: &str) -> Option<LockMode> {
    match mode {
        // Every statement that looks at the table holds it; it stops nothing but a drop.
        "AccessShareLock" => None,
        "RowShareLock" => Some(LockMode::RowShare),
        "RowExclusiveLock" => Some(LockMode::RowExclusive),
        "ShareUpdateExclusiveLock" => Some(LockMode::ShareUpdateExclusive),
        "ShareLock" => Some(LockMode::Share),
        "ShareRowExclusiveLock" => Some(LockMode::ShareRowExclusive),
        "AccessExclusiveLock" => Some(LockMode::AccessExclusive),
        other => panic!("no plan takes {other}"),
    }
}
