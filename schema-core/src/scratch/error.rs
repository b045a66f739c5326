use std::path::PathBuf;

/// Why there is no scratch server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScratchError {
    /// The URL cannot be read.
    #[error("the scratch URL is no PostgreSQL URL ({0}): write postgresql://USER@HOST:PORT/DATABASE")]
    Url(String),
    /// The server does not answer.
    #[error("the scratch server cannot be reached: {0}")]
    Unreachable(#[source] sqlx::Error),
    /// The role may not make databases.
    #[error(
        "role \"{0}\" may not create databases on the scratch server: ALTER ROLE … CREATEDB, or give another --scratch-url"
    )]
    NoCreateDb(String),
    /// A statement of our own failed.
    #[error("the scratch server refused: {0}")]
    Sql(#[source] sqlx::Error),
    /// An old server.
    #[error("the scratch server is PostgreSQL {0}; 14 or later is needed")]
    TooOld(String),
    /// No binaries on this machine.
    #[error(
        "no PostgreSQL server binaries (postgres, initdb) were found on this machine: install PostgreSQL, or give --scratch-url"
    )]
    NoBinaries,
    /// No binaries in the folder that was named.
    #[error("{0} does not hold the PostgreSQL server binaries postgres and initdb, of version 14 or later")]
    NoBinariesIn(PathBuf),
    /// We are root and PostgreSQL refuses to run as root.
    #[error(
        "PostgreSQL refuses to run as root, and no account named postgres or nobody exists to run it: run schemagen as another user, or give --scratch-url"
    )]
    NoAccount,
    /// No folder for the cluster.
    #[error("no folder for a temporary cluster: {0}; set TMPDIR to one that is writable{1}")]
    NoFolder(PathBuf, &'static str),
    /// The process could not be started.
    #[error("{program} could not be started: {source}")]
    Spawn {
        /// Which program.
        program: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// initdb or postgres ended.
    #[error("the temporary cluster of {bindir} did not start:\n{log}")]
    DidNotStart {
        /// Whose binaries.
        bindir: PathBuf,
        /// What the server said.
        log: String,
    },
    /// This program was built without the embedded server.
    #[error("this schemagen was built without the embedded server (feature `embedded`)")]
    NotBuiltIn,
    /// The embedded server failed.
    #[error("the embedded server failed: {0}")]
    Embedded(String),
    /// Nothing works.
    #[error("no scratch server: {native}; and {embedded}")]
    None {
        /// What is wrong with the native one.
        native: String,
        /// What is wrong with the embedded one.
        embedded: String,
    },
}
