use std::path::PathBuf;

use crate::introspect::{ConnectError, IntrospectError};
use crate::migrations::MigrationsError;
use crate::scan::ScanErrors;
use crate::scratch::ScratchError;

/// Why a source yields no schema.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A URL of another kind.
    #[error("\"{0}://…\" is no source: write postgres://USER:PASSWORD@HOST:PORT/DATABASE for a database")]
    Scheme(String),
    /// A file of another kind.
    #[error("{0} is no source: a file must be a .sql script or a schema.yaml")]
    UnknownKind(PathBuf),
    /// Nothing is there.
    #[error(
        "{0} does not exist; a source is a crate's folder, a migrations directory, a postgres:// URL, a .sql file, a \
         schema.yaml, or \"empty\""
    )]
    Nothing(PathBuf),
    /// A file that cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A migrations directory that cannot be used.
    #[error(transparent)]
    Migrations(#[from] MigrationsError),
    /// A database that cannot be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A database that cannot be read.
    #[error(transparent)]
    Introspect(#[from] IntrospectError),
    /// The list of applied migrations.
    #[error("cannot read _sqlx_migrations at {server}: {source}")]
    History {
        /// Where.
        server: String,
        /// Why.
        source: sqlx::Error,
    },
    /// No scratch database.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// Structs that cannot be read.
    #[error("{0}")]
    Scan(#[from] ScanErrors),
    /// A script or migration that fails on the scratch database.
    #[error("{path} fails on the scratch database ({server}): {message}{hint}")]
    Script {
        /// The file.
        path: PathBuf,
        /// Which server.
        server: String,
        /// What the server said, with the line where it is known.
        message: String,
        /// What to do.
        hint: &'static str,
    },
    /// PostgreSQL does not accept what the structs say.
    #[error("PostgreSQL does not accept what the structs say ({server}): {message}\n  in: {statement}")]
    Model {
        /// Which server.
        server: String,
        /// What the server said.
        message: String,
        /// The statement.
        statement: String,
    },
}
