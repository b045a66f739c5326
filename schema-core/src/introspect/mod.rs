//! A live database as plain data.
//!
//! A constant number of catalog queries, each a file in `sql/`, in one read-only snapshot. Expressions and types are
//! printed under pinned settings, so that the same schema reads the same whatever the role or the server is set to.

mod aliases;
mod catalog;
mod columns;
mod connect;
mod constraints;
mod dependencies;
mod included;
mod indexes;
mod others;
mod query;
mod row;
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
use catalog::Catalog;
use query::Reader;

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
            result => return result.map(|(live, _)| live),
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

/// The catalog queries that [`introspect`] sends for this database, as text: what reading it costs the server.
///
/// # Errors
/// As [`introspect`].
pub async fn queries(connection: &mut PgConnection, included: &Included) -> Result<Vec<String>, IntrospectError> {
    let mut queries = vec![include_str!("sql/settings.sql").to_owned()];
    queries.extend(once(connection, included).await?.1);
    Ok(queries)
}

async fn once(connection: &mut PgConnection, included: &Included) -> Result<(Live, Vec<String>), IntrospectError> {
    let failed = |source| query::error("the session", source);
    let mut snapshot = connection
        .begin_with("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .await
        .map_err(failed)?;
    sqlx::raw_sql(include_str!("sql/settings.sql"))
        .execute(&mut *snapshot)
        .await
        .map_err(failed)?;
    let mut reader = Reader::new(&mut snapshot);
    let live = read(&mut reader, included).await.map(|live| (live, reader.sent));
    // The settings were local to the transaction: they go with it.
    snapshot.rollback().await.map_err(failed)?;
    live
}

#[derive(Deserialize)]
struct Server {
    version: u32,
    database: String,
}

async fn read(reader: &mut Reader<'_>, included: &Included) -> Result<Live, IntrospectError> {
    let server: Server = reader
        .rows("the server", include_str!("sql/server.sql"))
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
    let mut catalog = Catalog::default();
    types::read(reader, included, &mut catalog, &mut live.schema).await?;
    catalog.read_collations(reader).await?;
    let inherits = tables::read(reader, included, &mut catalog, &mut live).await?;
    columns::read(reader, &mut catalog).await?;
    types::sequences(reader, included, &mut catalog, &mut live.schema).await?;
    let mut indexes = indexes::read(reader, &mut catalog, inherits).await?;
    constraints::read(reader, &mut catalog, &mut indexes).await?;
    indexes::finish(reader, indexes, &mut catalog).await?;
    catalog.finish(&mut live.schema);
    tables::share_generators(&catalog, &mut live.schema);
    let syncs = syncs::read(reader, included, &mut live).await?;
    let stand_ins = aliases::read(reader, included, &mut live.schema).await?;
    others::read(reader, included, syncs, stand_ins, &catalog, &mut live.schema).await?;
    Ok(live)
}
