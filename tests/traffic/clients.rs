//! Clients that write rows of their own, read them back, and meet on shared ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::task::JoinHandle;

use super::announced::{Moment, Side};
use super::code::{Code, Decode};

/// Rows 1 to `SHARED` stand before the plan; every client updates them.
pub const SHARED: i64 = 500;

#[derive(Debug, Default)]
struct Signals {
    stop: AtomicBool,
    rounds: AtomicU64,
}

/// One client at work.
pub struct Client {
    signals: Arc<Signals>,
    work: JoinHandle<Written>,
}

/// What a client leaves behind: its rows with the values that it wrote last.
#[derive(Debug, Default)]
pub struct Written {
    pub side: Option<Side>,
    pub rows: Vec<(i64, String)>,
    pub transactions: u64,
}

/// Who works, and with what.
#[derive(Debug, Clone)]
pub struct Job {
    pub url: String,
    pub side: Side,
    pub code: Code,
    /// What new code reads of what old code wrote, and old code too once the database sees to it.
    pub seen_by_new: fn(&str) -> String,
    pub moment: Arc<Moment>,
}

impl Client {
    /// Starts a client with a range of ids of its own.
    pub async fn start(job: Job, number: i64) -> Self {
        let connection = connect(&job.url).await;
        let signals = Arc::new(Signals::default());
        let worker = Worker {
            connection,
            number,
            written: Written {
                side: Some(job.side),
                ..Written::default()
            },
            job,
        };
        let work = tokio::spawn(worker.work(Arc::clone(&signals)));
        Self { signals, work }
    }

    fn done(&self) -> u64 {
        self.signals.rounds.load(Relaxed)
    }

    /// Ends it after its round. An error that nobody announced fails the test here.
    pub async fn stop(self) -> Written {
        self.signals.stop.store(true, Relaxed);
        self.work
            .await
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

/// Waits until each of the clients has done so many more rounds.
pub async fn rounds(clients: &[Client], more: u64) {
    let goals: Vec<u64> = clients.iter().map(|c| c.done() + more).collect();
    for (client, goal) in clients.iter().zip(goals) {
        while client.done() < goal && !client.work.is_finished() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("the server answers")
}

struct Worker {
    connection: PgConnection,
    number: i64,
    job: Job,
    written: Written,
}

/// A statement with what it is bound to.
#[derive(Debug, Clone)]
struct Call {
    sql: String,
    id: i64,
    value: Option<String>,
}

impl Worker {
    async fn work(mut self, signals: Arc<Signals>) -> Written {
        let mut round = 0;
        while !signals.stop.load(Relaxed) {
            round += 1;
            self.round(round).await;
            signals.rounds.fetch_add(1, Relaxed);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.written
    }

    async fn round(&mut self, round: i64) {
        let code = self.job.code.clone();
        let number = self.number;
        let values = code.values;
        let value = |n: i64| values(number, round, n);
        let first = number * 1_000_000 + 3 * round;
        let (one, two, three) = (first, first + 1, first + 2);
        self.write(&[call(&code.insert, one, Some(value(1)))]).await;
        self.write(&[call(&code.upsert, two, Some(value(2)))]).await;
        self.write(&[call(&code.upsert, two, Some(value(3)))]).await;
        self.write(&[call(&code.insert, three, Some(value(5)))]).await;
        self.write(&[call(&code.delete, three, None)]).await;
        self.written.rows.extend([(one, value(1)), (two, value(3))]);
        // A row of this client that may have stood since before the last file.
        let again = usize::try_from(round * 7_919).expect("rounds are positive") % self.written.rows.len();
        let shared = 1 + (number * 31 + round * 7) % SHARED;
        self.written.rows[again].1 = value(4);
        self.write(&[call(&code.update, self.written.rows[again].0, Some(value(4)))])
            .await;
        // In one transaction, so that a plan meets locks that stay for more than one statement.
        let mut together = vec![
            call(&code.touch, shared, None),
            call(&code.update, shared, Some(values(-number, round, shared))),
        ];
        together.extend(code.also.iter().map(|sql| call(sql, shared, None)));
        self.write(&together).await;
        if code.star {
            let star = format!("SELECT * FROM {} WHERE {} = $1", code.table, code.key);
            self.write(&[call(&star, two, None)]).await;
        }
        for (id, expected) in [
            self.written.rows[again].clone(),
            self.written.rows.last().expect("there are rows").clone(),
        ] {
            if let Some(found) = self.read(id).await {
                let seen = (self.job.seen_by_new)(&expected);
                assert!(
                    found.as_ref() == Some(&expected) || found == Some(seen),
                    "{:?} code at {}: row {id} has {found:?} instead of {expected}: {}",
                    self.job.side,
                    self.job.moment.name(),
                    code.read()
                );
            }
        }
        self.written.transactions += 9;
    }

    /// One transaction, tried anew on a new connection after an announced error, as a pool would.
    async fn write(&mut self, calls: &[Call]) {
        for _ in 0..5 {
            match self.attempt(calls).await {
                Ok(()) => return,
                Err((call, error)) => {
                    self.job.moment.judge(self.job.side, &call.sql, call.id, &error);
                    self.connection = connect(&self.job.url).await;
                }
            }
        }
        panic!("{}: {calls:?} fails on new connections too", self.job.moment.name());
    }

    async fn attempt<'c>(&mut self, calls: &'c [Call]) -> Result<(), (&'c Call, sqlx::Error)> {
        let first = calls.first().expect("there is something to do");
        if let [only] = calls {
            return execute(&mut self.connection, only).await.map_err(|e| (only, e));
        }
        let mut transaction = self.connection.begin().await.map_err(|e| (first, e))?;
        for call in calls {
            execute(&mut transaction, call).await.map_err(|e| (call, e))?;
        }
        transaction.commit().await.map_err(|e| (first, e))
    }

    /// The value as text, `None` where an announced error hides it.
    async fn read(&mut self, id: i64) -> Option<Option<String>> {
        let sql = self.job.code.read();
        for _ in 0..5 {
            let error = match fetch(&mut self.connection, &sql, id, self.job.code.decode).await {
                Ok(value) => return Some(value),
                Err(error) => error,
            };
            self.job.moment.judge(self.job.side, &sql, id, &error);
            if matches!(error, sqlx::Error::ColumnDecode { .. }) {
                return None;
            }
            self.connection = connect(&self.job.url).await;
        }
        panic!("{}: {sql} fails on new connections too", self.job.moment.name());
    }
}

fn call(sql: &str, id: i64, value: Option<String>) -> Call {
    Call {
        sql: sql.to_owned(),
        id,
        value,
    }
}

/// Statements are prepared and kept, as a pool's connections do. Each meets a row.
async fn execute(connection: &mut PgConnection, call: &Call) -> Result<(), sqlx::Error> {
    let mut query = sqlx::query(AssertSqlSafe(call.sql.clone())).bind(call.id);
    if let Some(value) = &call.value {
        query = query.bind(value);
    }
    let done = query.execute(connection).await?;
    assert_eq!(done.rows_affected(), 1, "row {} is lost: {}", call.id, call.sql);
    Ok(())
}

async fn fetch(
    connection: &mut PgConnection,
    sql: &str,
    id: i64,
    decode: Decode,
) -> Result<Option<String>, sqlx::Error> {
    let sql = AssertSqlSafe(sql.to_owned());
    Ok(match decode {
        Decode::Text => {
            sqlx::query_scalar::<_, Option<String>>(sql)
                .bind(id)
                .fetch_one(connection)
                .await?
        }
        Decode::Int4 => sqlx::query_scalar::<_, Option<i32>>(sql)
            .bind(id)
            .fetch_one(connection)
            .await?
            .map(|n| n.to_string()),
        Decode::Int8 => sqlx::query_scalar::<_, Option<i64>>(sql)
            .bind(id)
            .fetch_one(connection)
            .await?
            .map(|n| n.to_string()),
    })
}
