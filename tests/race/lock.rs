//! The sync's lock, taken out of its function and put back.

use sqlx::{AssertSqlSafe, PgConnection};

const LOCK: &str = "PERFORM pg_catalog.pg_advisory_xact_lock(";

/// Replaces each lock in the plan's sync functions by nothing, and returns the functions as the plan made them.
pub async fn take_out(connection: &mut PgConnection) -> Vec<String> {
    let syncs = "SELECT pg_get_functiondef(f.oid) FROM pg_proc f
                 WHERE obj_description(f.oid, 'pg_proc') LIKE 'schemagen:sync %' ORDER BY f.proname";
    let functions: Vec<String> = sqlx::query_scalar(syncs).fetch_all(&mut *connection).await.unwrap();
    let mut locks = 0;
    for function in &functions {
        let without: Vec<&str> = function
            .lines()
            .map(|line| {
                let is_lock = line.trim_start().starts_with(LOCK);
                locks += usize::from(is_lock);
                if is_lock { "NULL;" } else { line }
            })
            .collect();
        put_back(connection, &[without.join("\n")]).await;
    }
    assert!(
        locks > 0,
        "the plan's functions hold no lock:\n{}",
        functions.join("\n")
    );
    functions
}

/// Makes the functions again.
pub async fn put_back(connection: &mut PgConnection, functions: &[String]) {
    for function in functions {
        sqlx::raw_sql(AssertSqlSafe(function.clone()))
            .execute(&mut *connection)
            .await
            .unwrap();
    }
}
