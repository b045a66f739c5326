//! The lock must not make clients wait for each other in a circle where a single column would not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::task::JoinSet;

use crate::rollout::{Rollout, renaming};
use crate::server;

const CLIENTS: u64 = 8;
const TRANSACTIONS: u64 = 3_000;

/// Two renamed columns with three keys: every row takes several locks.
fn script(a: &str, c: &str) -> String {
    format!(
        "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x bigint NOT NULL, y bigint NOT NULL,\n  \
         {a} text NOT NULL, {c} text NOT NULL, hits bigint NOT NULL DEFAULT 0);\n\
         CREATE UNIQUE INDEX t_a_x ON t ({a}, x);\nCREATE UNIQUE INDEX t_a_y ON t ({a}, y);\n\
         CREATE UNIQUE INDEX t_c ON t ({c});\n"
    )
}

async fn bridge() -> Rollout {
    let renames = [("a", "b"), ("c", "d")];
    let rollout = Rollout::new(
        server::url(),
        &script("a", "c"),
        &script("b", "d"),
        renaming("t", &renames),
    )
    .await;
    rollout.run(&rollout.expand()).await;
    rollout
}

/// Runs clients that get a connection, their number and a ticket for each transaction.
async fn clients<F, W>(rollout: &Rollout, transaction: F)
where
    F: Fn(PgConnection, u64, u64) -> W + Send + Sync + Copy + 'static,
    W: Future<Output = (PgConnection, Result<(), sqlx::Error>)> + Send,
{
    let tickets = Arc::new(AtomicU64::new(0));
    let mut set = JoinSet::new();
    for number in 0..CLIENTS {
        let (url, tickets) = (rollout.database.url().to_owned(), Arc::clone(&tickets));
        set.spawn(async move {
            let mut connection = PgConnection::connect(&url).await.expect("the server answers");
            loop {
                let ticket = tickets.fetch_add(1, Relaxed);
                if ticket >= TRANSACTIONS {
                    break;
                }
                let (back, outcome) = transaction(connection, number, ticket).await;
                connection = back;
                outcome.unwrap_or_else(|error| panic!("client {number}, transaction {ticket}: {error}"));
            }
        });
    }
    while let Some(client) = set.join_next().await {
        client.unwrap();
    }
    let mut connection = rollout.database.connect().await;
    let (rows, out_of_step): (i64, i64) =
        sqlx::query_as("SELECT count(*), count(*) FILTER (WHERE a <> b OR c <> d) FROM t")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    println!("{TRANSACTIONS} transactions, {rows} rows");
    assert!(rows > 0);
    assert_eq!(out_of_step, 0);
}

fn names(number: u64) -> (&'static str, &'static str) {
    if number.is_multiple_of(2) {
        ("a", "c")
    } else {
        ("b", "d")
    }
}

/// Distinct rows whose key values cross: (p, 1) and (p, 2) in the two keys of one row, (p, 2) and (p, 1) in those of the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_cross() {
    let rollout = bridge().await;
    clients(&rollout, |mut connection, number, ticket| async move {
        let (a, c) = names(number);
        let n = i64::try_from(ticket).expect("small");
        let pair = n - n % 2;
        let (x, y) = if n % 2 == 0 { (pair, pair + 1) } else { (pair + 1, pair) };
        let sql = format!("INSERT INTO t (x, y, {a}, {c}) VALUES ($1, $2, $3, $4)");
        let outcome = sqlx::query(AssertSqlSafe(sql))
            .bind(x)
            .bind(y)
            .bind(format!("p{pair}"))
            .bind(format!("n{n}"))
            .execute(&mut connection)
            .await;
        (connection, outcome.map(drop))
    })
    .await;
}

/// Transactions of several keys in one order, by one statement and by several, that also update the rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_keys_in_one_order() {
    let rollout = bridge().await;
    clients(&rollout, |mut connection, number, ticket| async move {
        let (a, c) = names(number);
        let outcome = several(&mut connection, a, c, i64::try_from(ticket / 8).expect("small")).await;
        (connection, outcome)
    })
    .await;
}

async fn several(connection: &mut PgConnection, a: &str, c: &str, n: i64) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let upsert = |from: &str, to: &str| {
        format!(
            "INSERT INTO t (x, y, {a}, {c}) SELECT k, k, 'a' || k, 'c' || k FROM generate_series({from}, {to}) k ORDER BY k
             ON CONFLICT ({c}) DO UPDATE SET hits = t.hits + 1"
        )
    };
    let update = format!("UPDATE t SET hits = hits + 1 WHERE {c} = 'c' || ($1::bigint + 2)");
    for sql in [
        upsert("$1::bigint", "$1 + 2"),
        update,
        upsert("$1::bigint + 3", "$1 + 4"),
    ] {
        sqlx::query(AssertSqlSafe(sql))
            .bind(n)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}
