//! Clients that write rows of their own, read them back, and meet on shared ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::task::JoinHandle;

/// Rows 1 to `SHARED` stand before the plan; every client updates them.
pub const SHARED: i64 = 2_000;

/// The statements of one version. `$1` is a row's id (bigint), `$2` a value (text); columns are named.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// Makes row `$1` with value `$2`.
    pub insert: &'static str,
    /// Makes row `$1`, or gives it the value `$2` where it stands.
    pub upsert: &'static str,
    /// Gives row `$1` the value `$2`.
    pub update: &'static str,
    /// Touches row `$1`, but not the value.
    pub touch: &'static str,
    /// The value of row `$1`, as text.
    pub read: &'static str,
}

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
    pub rows: Vec<(i64, String)>,
    pub transactions: u64,
}

impl Client {
    /// Starts a client with a range of ids of its own.
    pub async fn start(url: &str, code: Code, number: i64) -> Self {
        let connection = PgConnection::connect(url).await.expect("the server answers");
        let signals = Arc::new(Signals::default());
        let work = tokio::spawn(work(connection, code, number, Arc::clone(&signals)));
        Self { signals, work }
    }

    /// Waits until the client has done so many more rounds.
    pub async fn rounds(&self, more: u64) {
        let goal = self.signals.rounds.load(Relaxed) + more;
        while self.signals.rounds.load(Relaxed) < goal && !self.work.is_finished() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Ends it after its round. An error that it saw fails the test here.
    pub async fn stop(self) -> Written {
        self.signals.stop.store(true, Relaxed);
        self.work
            .await
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

async fn work(mut connection: PgConnection, code: Code, number: i64, signals: Arc<Signals>) -> Written {
    let mut written = Written::default();
    let first = number * 1_000_000;
    let mut round = 0;
    while !signals.stop.load(Relaxed) {
        round += 1;
        let value = |n: i64| format!("{number}/{round}/{n}");
        let (one, two) = (first + 2 * round, first + 2 * round + 1);
        run(&mut connection, code.insert, one, Some(&value(1))).await;
        run(&mut connection, code.upsert, two, Some(&value(2))).await;
        run(&mut connection, code.upsert, two, Some(&value(3))).await;
        written.rows.extend([(one, value(1)), (two, value(3))]);
        // A row of this client that may have stood since before the last file.
        let again = usize::try_from(round * 7_919).expect("rounds are positive") % written.rows.len();
        written.rows[again].1 = value(4);
        run(&mut connection, code.update, written.rows[again].0, Some(&value(4))).await;
        let shared = 1 + (number * 31 + round * 7) % SHARED;
        run(&mut connection, code.touch, shared, None).await;
        run(
            &mut connection,
            code.update,
            shared,
            Some(&format!("shared {number} {round}")),
        )
        .await;
        for (id, expected) in [&written.rows[again], written.rows.last().expect("there are rows")] {
            let found = read(&mut connection, code.read, *id).await;
            assert_eq!(found.as_deref(), Some(expected.as_str()), "row {id}: {}", code.read);
        }
        written.transactions += 8;
        signals.rounds.fetch_add(1, Relaxed);
    }
    written
}

async fn run(connection: &mut PgConnection, sql: &'static str, id: i64, value: Option<&str>) {
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(id);
    if let Some(value) = value {
        query = query.bind(value);
    }
    let done = query
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{sql}\nrow {id}"));
    assert_eq!(done.rows_affected(), 1, "row {id} is lost: {sql}");
}

async fn read(connection: &mut PgConnection, sql: &'static str, id: i64) -> Option<String> {
    sqlx::query_scalar(AssertSqlSafe(sql))
        .persistent(false)
        .bind(id)
        .fetch_one(connection)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{sql}\nrow {id}"))
}
