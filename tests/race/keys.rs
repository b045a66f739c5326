//! One race for each kind of key.

use std::sync::OnceLock;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::clients::{Race, Statements, run};
use super::lock;
use crate::rollout::{Rollout, accepting, renaming};
use crate::server;

/// How long the race without the lock may take to fail.
const PATIENCE: Duration = Duration::from_secs(60);

/// Transactions that must pass with the lock.
const TRANSACTIONS: u64 = 20_000;

/// One kind of unique key, with `{c}` for the renamed column.
struct Key {
    /// The renamed column's type.
    type_name: &'static str,
    /// What makes the key.
    create: &'static str,
    /// The arbiter as `ON CONFLICT` names it.
    arbiter: &'static str,
    /// The other column's value for ticket `$1`.
    org: &'static str,
    /// The key's value for ticket `$1`.
    value: &'static str,
    /// What tells rows of one key apart from others, among the rows that the key covers.
    identity: &'static str,
    /// Further columns that are renamed.
    also: &'static [(&'static str, &'static str)],
}

const INDEX: Key = Key {
    type_name: "text",
    create: "CREATE UNIQUE INDEX t_key ON t ({c})",
    arbiter: "({c})",
    org: "$1 % 3",
    value: "'k' || $1 / 8",
    identity: "b",
    also: &[],
};

/// Races run one after the other: two on one machine would keep each other's clients apart.
fn turn() -> &'static tokio::sync::Mutex<()> {
    static TURN: OnceLock<tokio::sync::Mutex<()>> = OnceLock::new();
    TURN.get_or_init(|| tokio::sync::Mutex::new(()))
}

impl Key {
    fn script(&self, column: &str, org: &str) -> String {
        format!(
            "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {org} bigint NOT NULL, {column} {},\n  \
             active boolean NOT NULL DEFAULT true, hits bigint NOT NULL DEFAULT 0);\n{};",
            self.type_name,
            self.create.replace("{c}", column).replace("{o}", org),
        )
    }

    /// Upserts under the old or the new names.
    fn statements(&self, column: &str, org: &str) -> Statements {
        let insert = format!(
            "INSERT INTO t ({org}, {column}, active) VALUES ({}, {}, $1 % 5 <> 0) ON CONFLICT {}",
            self.org,
            self.value,
            self.arbiter.replace("{c}", column).replace("{o}", org)
        );
        Statements {
            count: format!("{insert} DO UPDATE SET hits = t.hits + 1"),
            rewrite: format!("{insert} DO UPDATE SET {column} = excluded.{column}"),
            nothing: format!("{insert} DO NOTHING"),
        }
    }

    async fn race(&self) {
        let (old_org, new_org) = self.also.first().copied().unwrap_or(("org", "org"));
        let mut renames = vec![("a", "b")];
        renames.extend(self.also);
        let rollout = Rollout::new(
            server::url(),
            &self.script("a", old_org),
            &self.script("b", new_org),
            renaming("t", &renames),
        )
        .await;
        rollout.run(&rollout.expand()).await;
        let codes = [self.statements("a", old_org), self.statements("b", new_org)];
        self.run(&rollout, codes, ("a", "b")).await;
    }

    /// The race without the lock, then with it, then a look at the rows.
    async fn run(&self, rollout: &Rollout, [old, new]: [Statements; 2], (from, to): (&str, &str)) {
        let _turn = turn().lock().await;
        let mut connection = rollout.database.connect().await;
        let race = |transactions, patience| Race {
            url: rollout.database.url().to_owned(),
            old: old.clone(),
            new: new.clone(),
            transactions,
            patience,
        };
        let functions = lock::take_out(&mut connection).await;
        let without = run(&race(u64::MAX, PATIENCE)).await;
        assert!(without.violations > 0, "without the lock nothing failed: {without}");

        sqlx::raw_sql("TRUNCATE t")
            .execute(&mut connection)
            .await
            .expect("nobody uses the table");
        lock::put_back(&mut connection, &functions).await;
        let with = run(&race(TRANSACTIONS, Duration::MAX)).await;
        println!(
            "{}\n  without the lock: {without}\n  with the lock: {with}",
            self.create
        );
        assert!(with.transactions >= TRANSACTIONS, "{with}");
        assert!(with.violations == 0 && with.other_errors.is_empty(), "{with}");

        let out_of_step = format!("SELECT count(*) FROM t WHERE ({from})::text IS DISTINCT FROM ({to})::text");
        assert_eq!(count(&mut connection, out_of_step).await, 0, "rows out of step");
        let identity = self.identity;
        let twice = format!(
            "SELECT count(*) FROM (SELECT {identity} FROM t WHERE active GROUP BY {identity} HAVING count(*) > 1) twice"
        );
        assert_eq!(count(&mut connection, twice).await, 0, "keys twice");
        let rows = count(&mut connection, "SELECT count(*) FROM t".to_owned()).await;
        assert!(rows >= TRANSACTIONS / 8 / 3, "{rows} rows");
    }
}

async fn count(connection: &mut PgConnection, sql: String) -> u64 {
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await
        .unwrap();
    u64::try_from(count).expect("a count is not negative")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unique_index() {
    INDEX.race().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unique_constraint() {
    let key = Key {
        create: "ALTER TABLE t ADD CONSTRAINT t_key UNIQUE ({c})",
        ..INDEX
    };
    key.race().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partial_index() {
    let key = Key {
        create: "CREATE UNIQUE INDEX t_key ON t ({c}) WHERE active",
        arbiter: "({c}) WHERE active",
        ..INDEX
    };
    key.race().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expression_index() {
    let key = Key {
        create: "CREATE UNIQUE INDEX t_key ON t (lower({c}))",
        arbiter: "(lower({c}))",
        value: "CASE $1 % 2 WHEN 0 THEN 'k' ELSE 'K' END || $1 / 8",
        identity: "lower(b)",
        ..INDEX
    };
    key.race().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn composite_key() {
    let key = Key {
        create: "ALTER TABLE t ADD CONSTRAINT t_key UNIQUE ({o}, {c})",
        arbiter: "({o}, {c})",
        identity: "org, b",
        ..INDEX
    };
    key.race().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn composite_key_of_two_renamed_columns() {
    let key = Key {
        create: "CREATE UNIQUE INDEX t_key ON t ({o}, {c})",
        arbiter: "({o}, {c})",
        identity: "tenant, b",
        also: &[("org", "tenant")],
        ..INDEX
    };
    key.race().await;
}

/// 1.0 and 1.00 are one key with two spellings.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_keys_with_different_texts() {
    let key = Key {
        type_name: "numeric",
        value: "CASE $1 % 2 WHEN 0 THEN ($1 / 8)::numeric ELSE ($1 / 8)::numeric * 1.00 END",
        ..INDEX
    };
    key.race().await;
}

/// Clients meet on NULL, which this key calls equal to NULL.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nulls_that_are_not_distinct() {
    let server = PgConnection::connect(server::url()).await.expect("the server answers");
    let (create, arbiter) = if server.server_version_num().is_some_and(|version| version >= 150_000) {
        (
            "CREATE UNIQUE INDEX t_key ON t ({o}, {c}) NULLS NOT DISTINCT",
            "({o}, {c})",
        )
    } else {
        (
            "CREATE UNIQUE INDEX t_key ON t ({o}, (COALESCE({c}, '')))",
            "({o}, COALESCE({c}, ''))",
        )
    };
    let key = Key {
        create,
        arbiter,
        org: "$1 / 8",
        value: "CASE $1 % 2 WHEN 0 THEN NULL ELSE 'k' END",
        identity: "org, COALESCE(b, '')",
        ..INDEX
    };
    key.race().await;
}

/// A column that keeps its name and changes its type has a shadow with a key of its own: old code meets it before the
/// cutover, new code after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retyped_column_before_and_after_the_cutover() {
    let key = Key {
        type_name: "integer",
        value: "($1 / 8)::integer",
        identity: "a",
        ..INDEX
    };
    let wider = Key {
        type_name: "bigint",
        ..key
    };
    let (old, new) = (key.script("a", "org"), wider.script("a", "org"));
    let rollout = Rollout::new(server::url(), &old, &new, accepting()).await;
    let codes = || [key.statements("a", "org"), key.statements("a", "org")];
    rollout.run(&rollout.expand()).await;
    key.run(&rollout, codes(), ("a", "a__new")).await;
    rollout.run(&rollout.cutover()).await;
    key.run(&rollout, codes(), ("a", "a__old")).await;
}
