//! A live database as plain data.
//!
//! A constant number of catalog queries, each a file in `sql/`, in one read-only snapshot. Expressions and types are
//! printed under pinned settings, so that the same schema reads the same whatever the role or the server is set to.

mod aliases;
mod columns;
mod connect;
mod constraints;
mod dependencies;
mod included;
mod indexes;
mod others;
mod query;
mod syncs;
mod tables;
mod types;

pub use connect::{ConnectError, connect};
pub use included::Included;
pub use syncs::SYNC_COMMENT;

use std::collections::BTreeMap;

use serde::Deserialize;
use sqlx::{Connection, PgConnection};

use crate::schema::{QName, Schema};
use query::rows;

/// A schema as it was found, with what is known about the database round it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Live {
    /// The schema.
    pub schema: Schema,
    /// `server_version_num`, such as 150018.
    pub server_version: u32,
    /// The database's name.
    pub database: String,
    /// Publications that a table is in: by name, through its schema, or because they are for all tables. A partition is
    /// in its ancestors' publications, a partitioned table in those of its partitions.
    pub publications: BTreeMap<QName, Vec<String>>,
    /// Rows as the statistics estimate them; tables that were never analysed are missing.
    pub row_estimates: BTreeMap<QName, i64>,
    /// For each sync the definitions of its function and of its triggers, as the server prints them.
    pub sync_definitions: BTreeMap<QName, Vec<String>>,
}

impl Live {
    /// The server's major version.
    pub fn major(&self) -> u32 {
        self.server_version / 10_000
    }
}

/// Why a database could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntrospectError {
    /// The server is older than what is supported.
    #[error(
        "the server of database \"{database}\" is PostgreSQL {major}; schemagen reads 14 and later: use a newer server"
    )]
    UnsupportedVersion {
        /// The database.
        database: String,
        /// The server's major version.
        major: u32,
    },
    /// The role may not read a catalog.
    #[error(
        "the role may not read the system catalogs ({message}, while reading {what}): grant it, or use another role"
    )]
    Privileges {
        /// What was being read.
        what: &'static str,
        /// The server's message.
        message: String,
    },
    /// The connection or a query failed.
    #[error("reading {what} from the catalog failed: {source}")]
    Query {
        /// What was being read.
        what: &'static str,
        /// The cause.
        source: sqlx::Error,
    },
    /// A catalog row has a shape that is not known.
    #[error(
        "the catalog's answer about {what} cannot be understood ({message}): please report it with the server's version"
    )]
    Unreadable {
        /// What was being read.
        what: &'static str,
        /// The cause.
        message: String,
    },
}

/// Reads the included schemas of the database.
///
/// Opens a transaction of its own and rolls it back; the connection's settings are untouched afterwards.
///
/// # Errors
/// When the connection is lost, a catalog may not be read, or the server is older than 14.
pub async fn introspect(connection: &mut PgConnection, included: &Included) -> Result<Live, IntrospectError> {
    let mut attempt = 1;
    loop {
        match once(connection, included).await {
            Err(error) if attempt < ATTEMPTS && error.is_disturbance() => {
                // Whoever runs DDL without a break gets a little time to come to the end of it.
                tokio::time::sleep(std::time::Duration::from_millis(u64::from(5 * attempt))).await;
                attempt += 1;
            }
            result => return result,
        }
    }
}

/// The functions that print definitions look past the snapshot, so that an object dropped meanwhile disturbs them. A new
/// snapshot does not have it any more.
const ATTEMPTS: u32 = 40;

impl IntrospectError {
    fn is_disturbance(&self) -> bool {
        match self {
            Self::Unreadable { .. } => true,
            // "cache lookup failed", "does not exist", "could not open relation"
            Self::Query { source, .. } => source
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code)
                .is_some_and(|code| matches!(code.as_ref(), "XX000" | "42P01" | "42704" | "42883" | "3F000")),
            _ => false,
        }
    }
}

async fn once(connection: &mut PgConnection, included: &Included) -> Result<Live, IntrospectError> {
    let failed = |source| query::error("the session", source);
    let mut snapshot = connection
        .begin_with("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .await
        .map_err(failed)?;
    let live = read(&mut snapshot, included).await;
    // The settings were local to the transaction: they go with it.
    snapshot.rollback().await.map_err(failed)?;
    live
}

#[derive(Deserialize)]
struct Server {
    version: u32,
    database: String,
}

async fn read(connection: &mut PgConnection, included: &Included) -> Result<Live, IntrospectError> {
    sqlx::raw_sql(include_str!("sql/settings.sql"))
        .execute(&mut *connection)
        .await
        .map_err(|source| query::error("the session", source))?;
    let server: Server = rows(connection, "the server", include_str!("sql/server.sql"))
        .await?
        .pop()
        .ok_or_else(|| query::unreadable("the server", "no row"))?;
    if server.version < 140_000 {
        return Err(IntrospectError::UnsupportedVersion {
            database: server.database,
            major: server.version / 10_000,
        });
    }
    let mut live = Live {
        server_version: server.version,
        database: server.database,
        ..Live::default()
    };
    types::read(connection, included, &mut live.schema).await?;
    tables::read(connection, included, &mut live).await?;
    columns::read(connection, &mut live.schema).await?;
    constraints::read(connection, &mut live.schema).await?;
    indexes::read(connection, &mut live.schema).await?;
    let syncs = syncs::read(connection, included, &mut live).await?;
    let stand_ins = aliases::read(connection, included, &mut live.schema).await?;
    others::read(connection, included, syncs, stand_ins, &mut live.schema).await?;
    Ok(live)
}
