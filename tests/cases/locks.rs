//! The locks that a file takes, against those that its steps announce.

use std::collections::BTreeMap;

use schema_core::plan::{Class, LockMode, PlanFile};
use schema_core::run_file::{RunFileError, run_text};
use schema_core::schema::{QName, Schema};
use sqlx::{AssertSqlSafe, PgConnection, Row};

const NOTED: &str = "\nCREATE TEMPORARY TABLE schemagen_locks_seen AS SELECT relation, mode FROM pg_catalog.pg_locks
    WHERE pid = pg_catalog.pg_backend_pid() AND granted AND locktype = 'relation';\n";

/// Runs a file forward. What it locks in secret comes back in words.
pub async fn run_up(
    connection: &mut PgConnection,
    file: &PlanFile,
    before: &Schema,
) -> Result<Vec<String>, RunFileError> {
    if file.up.class != Class::Transaction {
        // What runs alone is gone with its locks when it ends; `facts` measures it.
        return run_text(connection, &file.up.text, file.up.class)
            .await
            .map(|()| Vec::new());
    }
    let oids = oids(connection, before).await;
    let text = format!("{}{NOTED}", file.up.text);
    run_text(connection, &text, file.up.class).await?;
    let seen = sqlx::raw_sql("SELECT relation::bigint, mode FROM pg_temp.schemagen_locks_seen")
        .fetch_all(&mut *connection)
        .await
        .expect("the list of locks can be read");
    sqlx::raw_sql("DROP TABLE pg_temp.schemagen_locks_seen")
        .execute(connection)
        .await
        .expect("the list of locks can be dropped");
    let mut strongest: BTreeMap<&QName, LockMode> = BTreeMap::new();
    for row in &seen {
        let (oid, mode): (i64, String) = (row.get(0), row.get(1));
        if let (Some(table), Some(mode)) = (oids.get(&oid), parse(&mode)) {
            let held = strongest.entry(table).or_insert(mode);
            *held = mode.max(*held);
        }
    }
    let announced = |table: &QName| {
        file.steps
            .iter()
            .flat_map(|s| &s.locks)
            .filter(|l| l.on == *table)
            .map(|l| l.mode)
            .max()
    };
    Ok(strongest
        .into_iter()
        .filter(|(table, mode)| announced(table).is_none_or(|said| said < *mode))
        .map(|(table, mode)| format!("{mode:?} on {table}, announced {:?}", announced(table)))
        .collect())
}

/// Tables that stand, partitions among them.
async fn oids(connection: &mut PgConnection, schema: &Schema) -> BTreeMap<i64, QName> {
    let mut found = BTreeMap::new();
    for name in schema.tables.keys() {
        let query = format!(
            "SELECT '{}'::regclass::oid::bigint",
            name.to_string().replace('\'', "''")
        );
        let row = sqlx::raw_sql(AssertSqlSafe(query))
            .fetch_one(&mut *connection)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        found.insert(row.get(0), name.clone());
    }
    found
}

fn parse(mode: &str) -> Option<LockMode> {
    match mode {
        "RowShareLock" => Some(LockMode::RowShare),
        "RowExclusiveLock" => Some(LockMode::RowExclusive),
        "ShareUpdateExclusiveLock" => Some(LockMode::ShareUpdateExclusive),
        "ShareLock" => Some(LockMode::Share),
        "ShareRowExclusiveLock" => Some(LockMode::ShareRowExclusive),
        "AccessExclusiveLock" => Some(LockMode::AccessExclusive),
        _ => None,
    }
}
