//! Clients of old code, of new code and of both, each on a connection of its own.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::task::JoinSet;

const CLIENTS: u64 = 9;
const UNIQUE_VIOLATION: &str = "23505";

/// The upserts of one version. `$1` is a ticket: eight tickets in a row make one key, so that all clients meet on it.
#[derive(Debug, Clone)]
pub struct Statements {
    pub count: String,
    pub rewrite: String,
    pub nothing: String,
}

/// What runs, and when it ends.
#[derive(Debug, Clone)]
pub struct Race {
    pub url: String,
    pub old: Statements,
    pub new: Statements,
    /// Ends when so many transactions have passed, or
    pub transactions: u64,
    /// when so much time has, or at the first 23505 where `transactions` is without bound.
    pub patience: Duration,
}

/// What happened.
#[derive(Debug, Default)]
pub struct Report {
    pub transactions: u64,
    pub violations: u64,
    pub other_errors: Vec<String>,
    first_violation: Option<Duration>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} transactions, {} × 23505", self.transactions, self.violations)?;
        if let Some(first) = self.first_violation {
            write!(f, ", the first after {:.2} s", first.as_secs_f64())?;
        }
        for error in &self.other_errors {
            write!(f, ", {error}")?;
        }
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Shared {
    ticket: AtomicU64,
    over: AtomicBool,
}

/// Runs the race to its end.
pub async fn run(race: &Race) -> Report {
    let shared = Arc::new(Shared::default());
    let begin = Instant::now();
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(client(number, race.clone(), Arc::clone(&shared), begin));
    }
    let mut total = Report::default();
    while let Some(report) = clients.join_next().await {
        let report = report.expect("a client does not panic");
        total.transactions += report.transactions;
        total.violations += report.violations;
        total.other_errors.extend(report.other_errors);
        total.first_violation = [total.first_violation, report.first_violation]
            .into_iter()
            .flatten()
            .min();
    }
    total
}

async fn client(number: u64, race: Race, shared: Arc<Shared>, begin: Instant) -> Report {
    let mut connection = PgConnection::connect(&race.url).await.expect("the server answers");
    let mut report = Report::default();
    let bounded = race.transactions != u64::MAX;
    while !shared.over.load(Relaxed) && begin.elapsed() < race.patience {
        let ticket = shared.ticket.fetch_add(1, Relaxed);
        if ticket >= race.transactions {
            break;
        }
        let version = match number % 3 {
            0 => &race.old,
            1 => &race.new,
            _ if (ticket / 8).is_multiple_of(2) => &race.old,
            _ => &race.new,
        };
        let statement = match (number + ticket) % 3 {
            0 => &version.count,
            1 => &version.nothing,
            _ => &version.rewrite,
        };
        let outcome = sqlx::query(AssertSqlSafe(statement.clone()))
            .bind(i64::try_from(ticket).expect("tickets stay small"))
            .execute(&mut connection)
            .await;
        report.transactions += 1;
        let Err(error) = outcome else { continue };
        let code = error
            .as_database_error()
            .and_then(|e| e.code())
            .unwrap_or_default()
            .into_owned();
        if code == UNIQUE_VIOLATION {
            report.violations += 1;
            report.first_violation.get_or_insert(begin.elapsed());
        } else {
            report.other_errors.push(format!("{error}: {statement}"));
        }
        let enough = if bounded {
            report.other_errors.len() > 3
        } else {
            report.violations > 0
        };
        if enough {
            shared.over.store(true, Relaxed);
        }
    }
    report
}
