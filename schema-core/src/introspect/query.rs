//! Catalog queries, read row by row while the server still prints the next ones.

use futures_util::TryStreamExt;
use serde::de::DeserializeOwned;
use sqlx::{AssertSqlSafe, PgConnection};

use super::IntrospectError;
use super::row::read;

/// A number of the catalog.
pub(super) type Oid = u32;

const PRELUDE: &str = include_str!("sql/prelude.sql");

/// Sends the queries and remembers them.
pub(super) struct Reader<'c> {
    connection: &'c mut PgConnection,
    pub(super) sent: Vec<String>,
}

impl<'c> Reader<'c> {
    pub(super) fn new(connection: &'c mut PgConnection) -> Self {
        Self {
            connection,
            sent: Vec::new(),
        }
    }

    /// The rows of a small answer.
    pub(super) async fn rows<T: DeserializeOwned>(
        &mut self,
        what: &'static str,
        sql: &'static str,
    ) -> Result<Vec<T>, IntrospectError> {
        let mut rows = Vec::new();
        self.each(what, sql, |row| {
            rows.push(row);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// Hands over each row as it arrives.
    pub(super) async fn each<T: DeserializeOwned>(
        &mut self,
        what: &'static str,
        sql: &'static str,
        take: impl FnMut(T) -> Result<(), IntrospectError>,
    ) -> Result<(), IntrospectError> {
        self.each_of(what, sql, &[], take).await
    }

    /// The same of a query that looks at `listed`.
    pub(super) async fn each_of<T: DeserializeOwned>(
        &mut self,
        what: &'static str,
        sql: &'static str,
        listed: &[Oid],
        mut take: impl FnMut(T) -> Result<(), IntrospectError>,
    ) -> Result<(), IntrospectError> {
        let listed: Vec<String> = listed.iter().map(Oid::to_string).collect();
        let listed = listed.join(",");
        let text = format!(
            "{PRELUDE},\nlisted AS (SELECT unnest('{{{listed}}}'::oid[]) AS oid)\nSELECT * FROM (\n{sql}) answer"
        );
        self.sent.push(text.clone());
        // The text is made of constants and numbers. The simple protocol leaves no prepared statement behind and works
        // through poolers.
        let mut rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch(&mut *self.connection);
        while let Some(row) = rows.try_next().await.map_err(|source| error(what, source))? {
            take(read(&row).map_err(|problem| unreadable(what, &problem.to_string()))?)?;
        }
        Ok(())
    }
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
