use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

/// How long a server may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why no connection came about. No message holds a password or the URL it was in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The text is no connection URL.
    #[error("the database URL cannot be read ({0}): write postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    Url(String),
    /// Nothing answers there.
    #[error("no PostgreSQL server answers at {server} ({cause}): is it running, and are host and port right?")]
    Unreachable {
        /// Host and port, or the socket.
        server: String,
        /// What the system said.
        cause: String,
    },
    /// Wrong password or a role that does not exist.
    #[error("the server at {server} refuses role \"{role}\" ({cause}): check role and password in the database URL")]
    Refused {
        /// Host and port, or the socket.
        server: String,
        /// The role.
        role: String,
        /// The server's message.
        cause: String,
    },
    /// The database does not exist.
    #[error("there is no database \"{database}\" on the server at {server}: create it, or correct the database URL")]
    UnknownDatabase {
        /// Host and port, or the socket.
        server: String,
        /// The database.
        database: String,
    },
    /// The role may not connect.
    #[error("role \"{role}\" may not connect to database \"{database}\" at {server} ({cause}): grant it CONNECT")]
    Privileges {
        /// Host and port, or the socket.
        server: String,
        /// The role.
        role: String,
        /// The database.
        database: String,
        /// The server's message.
        cause: String,
    },
    /// The server is too old.
    #[error("the server at {server} is PostgreSQL {major}; schemagen works with 14 to 18: use a newer server")]
    UnsupportedVersion {
        /// Host and port, or the socket.
        server: String,
        /// Its major version.
        major: u32,
    },
    /// Anything else.
    #[error("connecting to {server} failed: {cause}")]
    Other {
        /// Host and port, or the socket.
        server: String,
        /// The cause.
        cause: String,
    },
}

/// Connects to the database of a `postgres://` URL.
///
/// # Errors
/// With a message that says what to do; never with the password.
pub async fn connect(url: &str) -> Result<PgConnection, ConnectError> {
    if !["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
    {
        return Err(ConnectError::Url("it does not begin with postgres://".to_owned()));
    }
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| ConnectError::Url(url_error(&error)))?
        .application_name("schemagen")
        .disable_statement_logging();
    let target = Target::of(&options);
    let connection = tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options))
        .await
        .map_err(|_| ConnectError::Unreachable {
            server: target.server.clone(),
            cause: format!("no answer within {} s", PATIENCE.as_secs()),
        })?
        .map_err(|error| target.error(&error))?;
    match connection.server_version_num().map(|number| number / 10_000) {
        Some(major) if major < 14 => Err(ConnectError::UnsupportedVersion {
            server: target.server,
            major,
        }),
        Some(major) if major > 18 => {
            tracing::warn!(
                "the server at {} is PostgreSQL {major}; schemagen knows 14 to 18",
                target.server
            );
            Ok(connection)
        }
        _ => Ok(connection),
    }
}

/// sqlx names the part of the URL that it could not read; none of its messages repeats the URL.
fn url_error(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Configuration(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

struct Target {
    server: String,
    role: String,
    database: String,
}

impl Target {
    fn of(options: &PgConnectOptions) -> Self {
        let role = options.get_username().to_owned();
        Self {
            server: match options.get_socket() {
                Some(socket) => socket.display().to_string(),
                None => format!("{}:{}", options.get_host(), options.get_port()),
            },
            database: options.get_database().unwrap_or(&role).to_owned(),
            role,
        }
    }

    fn error(&self, error: &sqlx::Error) -> ConnectError {
        let server = self.server.clone();
        match error {
            sqlx::Error::Io(cause) => ConnectError::Unreachable {
                server,
                cause: cause.to_string(),
            },
            sqlx::Error::Database(db) => {
                let cause = db.message().to_owned();
                match db.code().as_deref() {
                    Some("28P01" | "28000") => ConnectError::Refused {
                        server,
                        role: self.role.clone(),
                        cause,
                    },
                    Some("3D000") => ConnectError::UnknownDatabase {
                        server,
                        database: self.database.clone(),
                    },
                    Some("42501") => ConnectError::Privileges {
                        server,
                        role: self.role.clone(),
                        database: self.database.clone(),
                        cause,
                    },
                    _ => ConnectError::Other { server, cause },
                }
            }
            other => ConnectError::Other {
                server,
                cause: other.to_string(),
            },
        }
    }
}
