//! Catalog queries: rows come as JSON, so that one query can bring nested lists and every server version one shape.

use serde::de::DeserializeOwned;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::IntrospectError;

const PRELUDE: &str = include_str!("sql/prelude.sql");

/// Runs one catalog query and reads its rows.
pub(super) async fn rows<T: DeserializeOwned>(
    connection: &mut PgConnection,
    what: &'static str,
    sql: &'static str,
) -> Result<Vec<T>, IntrospectError> {
    let text = format!("{PRELUDE}SELECT to_json(answer)::text FROM (\n{sql}) answer");
    // The text is made of constants. The simple protocol leaves no prepared statement behind and works through poolers.
    sqlx::raw_sql(AssertSqlSafe(text))
        .fetch_all(connection)
        .await
        .map_err(|source| error(what, source))?
        .iter()
        .map(|row| {
            let json: String = row.try_get(0).map_err(|source| error(what, source))?;
            serde_json::from_str(&json).map_err(|e| unreadable(what, &format!("{e} in {json}")))
        })
        .collect()
}

pub(super) fn error(what: &'static str, source: sqlx::Error) -> IntrospectError {
    match source.as_database_error() {
        Some(db) if db.code().as_deref() == Some("42501") => IntrospectError::Privileges {
            what,
            message: db.message().to_owned(),
        },
        _ => IntrospectError::Query { what, source },
    }
}

pub(super) fn unreadable(what: &'static str, message: &str) -> IntrospectError {
    IntrospectError::Unreadable {
        what,
        message: message.to_owned(),
    }
}
