//! Sessions that look on while files run.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::postgres::types::Oid;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tokio::task::JoinHandle;

use super::announced::Moment;
use crate::header::{MODES, locks};

/// What a condition holds of at every instant, or what answers without an error. One boolean.
pub struct Watch {
    stop: Arc<AtomicBool>,
    work: JoinHandle<u64>,
}

impl Watch {
    /// Asks again and again.
    pub async fn start(url: &str, conditions: Vec<String>, moment: Arc<Moment>) -> Self {
        let mut connection = PgConnection::connect(url).await.expect("the server answers");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let work = tokio::spawn(async move {
            let mut asked = 0;
            while !stopped.load(Relaxed) && !conditions.is_empty() {
                for condition in &conditions {
                    let holds = sqlx::query_scalar::<_, Option<bool>>(AssertSqlSafe(condition.clone()))
                        .persistent(false)
                        .fetch_one(&mut connection)
                        .await
                        .unwrap_or_else(|error| panic!("{}: {error}\n{condition}", moment.name()));
                    assert_eq!(holds, Some(true), "{}: no longer so: {condition}", moment.name());
                    asked += 1;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            asked
        });
        Self { stop, work }
    }

    /// Whether it found what it looks for.
    pub fn is_over(&self) -> bool {
        self.work.is_finished()
    }

    /// Ends it, and tells how often it asked.
    pub async fn stop(self) -> u64 {
        self.stop.store(true, Relaxed);
        self.work
            .await
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

/// A valid index of a table with these keys, `*` for an expression. All of it is read in one snapshot, as no function that
/// prints an index does.
pub fn index(table: &str, keys: &str) -> String {
    format!(
        "SELECT EXISTS (SELECT FROM pg_index i WHERE indrelid = '{table}'::regclass AND indisvalid AND indisready AND indislive
         AND (SELECT string_agg(coalesce(a.attname, '*'), ', ' ORDER BY k.n)
              FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, n)
              LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum) LIKE '{keys}')"
    )
}

/// The same among the unique ones.
pub fn unique_index(table: &str, keys: &str) -> String {
    index(table, keys).replace("indisvalid", "indisunique AND indisvalid")
}

/// What is seen while one file runs.
#[derive(Default)]
struct Seen {
    /// What was asked for one file does not count for the next.
    turn: u64,
    /// Tables that stand before the file begins, by the names that they have then: a commit shows others what it creates and
    /// renames a moment before the locks go.
    standing: HashMap<Oid, String>,
    held: BTreeSet<(String, usize)>,
}

/// Locks of tables that one session is seen to hold.
pub struct LockWatch {
    seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
    work: JoinHandle<()>,
}

const STANDING: &str = "SELECT c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm')";

const HELD: &str = "SELECT c.oid, l.mode
    FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE l.pid = $1 AND l.granted AND l.locktype = 'relation' AND c.relkind IN ('r', 'p', 'm')
      AND n.nspname NOT IN ('pg_catalog', 'pg_toast')";

impl LockWatch {
    /// Looks at what the backend `pid` holds.
    pub async fn start(url: &str, pid: i32) -> Self {
        let mut connection = PgConnection::connect(url).await.expect("the server answers");
        let seen = Arc::new(Mutex::new(Seen {
            standing: standing(&mut connection).await,
            ..Seen::default()
        }));
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, stopped) = (Arc::clone(&seen), Arc::clone(&stop));
        let work = tokio::spawn(async move {
            while !stopped.load(Relaxed) {
                let turn = shared.lock().unwrap().turn;
                let rows = sqlx::query(HELD).bind(pid).fetch_all(&mut connection).await.unwrap();
                note(&shared, turn, &rows);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        Self { seen, stop, work }
    }

    /// What was seen before is of no interest, nor are tables that do not stand yet.
    pub async fn forget(&self, reader: &mut PgConnection) {
        let standing = standing(reader).await;
        let mut seen = self.seen.lock().unwrap();
        *seen = Seen {
            turn: seen.turn + 1,
            standing,
            held: BTreeSet::new(),
        };
    }

    /// Locks that stop others and that the header of the text does not announce. What a parent's line says holds of its
    /// partitions.
    pub fn unannounced(&self, text: &str, partitions: &[(String, String)]) -> Vec<String> {
        let announced = locks(text);
        let said = |table: &String| {
            let parents = partitions.iter().filter(|(p, _)| p == table).map(|(_, of)| of);
            let names = std::iter::once(table).chain(parents);
            names
                .filter_map(|name| announced.get(name))
                .chain(announced.get("*"))
                .max()
                .copied()
        };
        let seen = self.seen.lock().unwrap();
        seen.held
            .iter()
            .filter(|(_, mode)| *mode >= STOPS_SOMETHING)
            .filter(|(table, mode)| said(table).is_none_or(|most| most < *mode))
            .map(|(table, mode)| {
                format!(
                    "{} on {table}, announced: {}",
                    MODES[*mode],
                    said(table).map_or("nothing", |m| MODES[m])
                )
            })
            .collect()
    }

    /// Ends it.
    pub async fn stop(self) {
        self.stop.store(true, Relaxed);
        self.work
            .await
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    }
}

async fn standing(connection: &mut PgConnection) -> HashMap<Oid, String> {
    let tables = sqlx::query_as(STANDING).fetch_all(connection).await.unwrap();
    tables.into_iter().collect()
}

fn note(seen: &Mutex<Seen>, turn: u64, rows: &[sqlx::postgres::PgRow]) {
    let mut seen = seen.lock().unwrap();
    if seen.turn == turn {
        let held: Vec<_> = rows
            .iter()
            .filter_map(|row| Some((seen.standing.get(&row.get(0))?.clone(), rank(row.get::<&str, _>(1)))))
            .collect();
        seen.held.extend(held);
    }
}

const STOPS_SOMETHING: usize = 3;

/// `ShareRowExclusiveLock` as its place in [`MODES`].
fn rank(mode: &str) -> usize {
    let plain = |name: &str| name.replace(' ', "").to_lowercase() + "lock";
    MODES
        .iter()
        .position(|m| plain(m) == mode.to_lowercase())
        .unwrap_or_else(|| panic!("{mode} is no lock of a table"))
}
