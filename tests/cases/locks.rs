//! The locks that a file takes, against those that its steps and its header announce.

use std::collections::BTreeMap;

use schema_core::plan::{Class, LockMode, PlanFile, Script};
use schema_core::run_file::{RunFileError, run_script, run_text};
use schema_core::schema::{QName, Schema};
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::header;

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
    let strongest = strongest(connection, &file.up, before).await?;
    let announced = |table: &QName| {
        file.steps
            .iter()
            .flat_map(|s| &s.locks)
            .filter(|l| l.on == *table)
            .map(|l| l.mode)
            .max()
    };
    Ok(secret(strongest, announced))
}

/// Runs a file's way back, and compares what it locks with its header.
pub async fn run_down(
    connection: &mut PgConnection,
    script: &Script,
    before: &Schema,
) -> Result<Vec<String>, RunFileError> {
    if script.class != Class::Transaction {
        return run_script(connection, script).await.map(|()| Vec::new());
    }
    let strongest = strongest(connection, script, before).await?;
    let announced = header::locks(&script.text);
    let told = |table: &QName| {
        let rank = announced.get(&table.to_string()).or_else(|| announced.get("*"))?;
        parse(&(header::MODES[*rank].to_lowercase().replace(' ', "") + "lock"))
    };
    Ok(secret(strongest, told))
}

/// Runs a script in its transaction. The strongest lock that it has on each table at its end comes back.
async fn strongest(
    connection: &mut PgConnection,
    script: &Script,
    before: &Schema,
) -> Result<BTreeMap<QName, LockMode>, RunFileError> {
    let oids = oids(connection, before).await;
    let text = format!("{}{NOTED}", script.text);
    run_text(connection, &text, script.class).await?;
    let seen = sqlx::raw_sql("SELECT relation::bigint, mode FROM pg_temp.schemagen_locks_seen")
        .fetch_all(&mut *connection)
        .await
        .expect("the list of locks can be read");
    sqlx::raw_sql("DROP TABLE pg_temp.schemagen_locks_seen")
        .execute(connection)
        .await
        .expect("the list of locks can be dropped");
    let mut strongest: BTreeMap<QName, LockMode> = BTreeMap::new();
    for row in &seen {
        let (oid, mode): (i64, String) = (row.get(0), row.get(1));
        if let (Some(table), Some(mode)) = (oids.get(&oid), parse(&mode.to_lowercase())) {
            let held = strongest.entry(table.clone()).or_insert(mode);
            *held = mode.max(*held);
        }
    }
    Ok(strongest)
}

/// Locks that are stronger than what is announced, in words.
fn secret(strongest: BTreeMap<QName, LockMode>, announced: impl Fn(&QName) -> Option<LockMode>) -> Vec<String> {
    strongest
        .into_iter()
        .filter(|(table, mode)| announced(table).is_none_or(|said| said < *mode))
        .map(|(table, mode)| format!("{mode:?} on {table}, announced {:?}", announced(&table)))
        .collect()
}

/// Tables that stand, partitions among them.
async fn oids(connection: &mut PgConnection, schema: &Schema) -> BTreeMap<i64, QName> {
    let mut found = BTreeMap::new();
    for name in schema.tables.keys() {
        let query = format!(
            "SELECT to_regclass('{}')::oid::bigint",
            name.to_string().replace('\'', "''")
        );
        let row = sqlx::raw_sql(AssertSqlSafe(query))
            .fetch_one(&mut *connection)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        // Going forward again, the schema is the one that the first way forward reached.
        if let Some(oid) = row.get::<Option<i64>, _>(0) {
            found.insert(oid, name.clone());
        }
    }
    found
}

fn parse(mode: &str) -> Option<LockMode> {
    match mode {
        "rowsharelock" => Some(LockMode::RowShare),
        "rowexclusivelock" => Some(LockMode::RowExclusive),
        "shareupdateexclusivelock" => Some(LockMode::ShareUpdateExclusive),
        "sharelock" => Some(LockMode::Share),
        "sharerowexclusivelock" => Some(LockMode::ShareRowExclusive),
        "accessexclusivelock" => Some(LockMode::AccessExclusive),
        _ => None,
    }
}
