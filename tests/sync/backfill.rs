//! Rows that the backfill has not reached: whatever touches them brings them in step.

use sqlx::Row;

use super::bench::{Bench, Definition, SAME, SAME_OR_WAITING};
use super::cases::CASES;
use crate::server;

/// Row 1 holds `v` under the old name and nothing under the new one.
const HEALING: &[(&str, Option<&str>)] = &[
    ("UPDATE t SET other = 0 WHERE id = 1", Some("v")),
    ("UPDATE t SET a = 'x' WHERE id = 1", Some("x")),
    ("UPDATE t SET a = a WHERE id = 1", Some("v")),
    ("UPDATE t SET a = NULL WHERE id = 1", None),
    ("UPDATE t SET b = 'x' WHERE id = 1", Some("x")),
    ("UPDATE t SET a = 'x', b = 'y' WHERE id = 1", Some("y")),
    ("UPDATE t SET a = 'x', b = b WHERE id = 1", Some("x")),
    ("UPDATE t SET a = a, b = 'y' WHERE id = 1", Some("y")),
    // Nothing tells it from the NULL that stood there: new code comes after the backfill.
    ("UPDATE t SET b = NULL WHERE id = 1", Some("v")),
    (
        "INSERT INTO t (id, a) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET a = excluded.a",
        Some("x"),
    ),
    (
        "INSERT INTO t (id, b) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET b = excluded.b",
        Some("x"),
    ),
    (
        "INSERT INTO t (id, a) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET other = 0",
        Some("v"),
    ),
];

#[tokio::test]
async fn a_touched_row_is_in_step() {
    for declared in ["text", "text DEFAULT 'd'", "text NOT NULL", "text NOT NULL DEFAULT 'd'"] {
        let definition = Definition::text(declared, declared);
        let rollout = definition.rollout(server::url()).await;
        let (before, rest) = rollout.around_backfill();
        let mut bench = Bench::new(&rollout, &before, &definition).await;
        let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM t WHERE b IS NULL AND a IS NOT NULL")
            .fetch_one(&mut bench.connection)
            .await
            .unwrap();
        assert_eq!(
            waiting, 3,
            "the rows wait for the backfill, also where the column has a default"
        );
        for (statement, expected) in HEALING {
            let in_step = format!("id <> 1 OR {SAME}");
            let found = bench.on_bridge(statement, &in_step).await;
            if declared.contains("NOT NULL") && expected.is_none() {
                assert_eq!(found, Err("23502".to_owned()), "{statement}");
                continue;
            }
            let value = found.unwrap_or_else(|code| panic!("{code}: {statement}"))[0].2.clone();
            assert_eq!(value.as_deref(), *expected, "{declared}\n{statement}");
        }
        // The rest of expand finds what was written meanwhile in step, and brings in the others.
        drop(bench);
        rollout.run(&rest).await;
        let mut connection = rollout.database.connect().await;
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FILTER (WHERE {SAME}) FROM t"));
        let row = sqlx::query(sql).fetch_one(&mut connection).await.unwrap();
        assert_eq!(row.get::<i64, _>(0), 3);
    }
}

/// Old code works on as if nothing had happened, before any row is filled.
#[tokio::test]
async fn old_code_runs_before_the_backfill() {
    for declared in ["text", "text NOT NULL", "text DEFAULT 'd'", "text NOT NULL DEFAULT 'd'"] {
        let definition = Definition::text(declared, declared);
        let rollout = definition.rollout(server::url()).await;
        let (before, _) = rollout.around_backfill();
        let mut bench = Bench::new(&rollout, &before, &definition).await;
        for case in CASES.iter().filter(|case| case.since == 14) {
            let expected = bench.on_plain(&definition.statement(case.sql, "plain", "c")).await;
            let statement = definition.statement(case.sql, "t", "a");
            // What old code reads is its own column.
            let found = bench
                .on_bridge(&statement, SAME_OR_WAITING)
                .await
                .map(|rows| rows.into_iter().map(|row| (row.0, row.1)).collect::<Vec<_>>());
            let expected = expected.map(|rows| rows.into_iter().map(|row| (row.0, row.1)).collect::<Vec<_>>());
            assert_eq!(found, expected, "{declared}\n{statement}");
        }
    }
}
