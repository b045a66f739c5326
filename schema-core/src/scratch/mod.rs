//! An empty PostgreSQL that nobody else uses: to replay migrations, to spell expressions, to prove plans.
//!
//! Three servers can serve: one that the user names (`--scratch-url`), a temporary cluster of the binaries found on this
//! machine, or the one embedded in our own process (feature `embedded`). Each caller gets databases of its own.

mod account;
mod binaries;
mod database;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
#[cfg(feature = "embedded")]
mod folder_guard;
mod native;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, Row};

pub use database::ScratchDatabase;
pub use error::ScratchError;

use database::Server;
use native::NativeServer;

/// Which server to take.
#[derive(Debug, Clone, Default)]
pub enum ScratchChoice {
    /// A server on which we make and drop databases of our own.
    Url(String),
    /// A temporary cluster of binaries on this machine.
    Native {
        /// The folder with `postgres` and `initdb`; `None` looks for one.
        bindir: Option<PathBuf>,
    },
    /// The server inside our own process.
    Embedded,
    /// Native binaries where there are any, else the embedded server.
    #[default]
    Any,
}

/// A running scratch server.
#[derive(Debug)]
pub struct Scratch {
    server: Running,
    version_num: u32,
    version: String,
}

#[derive(Debug)]
enum Running {
    Url(PgConnectOptions),
    Native(NativeServer),
    #[cfg(feature = "embedded")]
    Embedded,
}

impl Scratch {
    /// Starts (or reaches) a server. `prefer_major` chooses among several native ones.
    ///
    /// # Errors
    /// When none can be had, with what was tried.
    pub async fn start(choice: &ScratchChoice, prefer_major: Option<u32>) -> Result<Self, ScratchError> {
        match choice {
            ScratchChoice::Url(url) => Self::at_url(url).await,
            ScratchChoice::Native { bindir } => Self::native(bindir.as_ref(), prefer_major).await,
            ScratchChoice::Embedded => Self::embedded().await,
            ScratchChoice::Any => match Self::native(None, prefer_major).await {
                Ok(scratch) => Ok(scratch),
                Err(native) => Self::embedded().await.map_err(|embedded| ScratchError::None {
                    native: native.to_string(),
                    embedded: embedded.to_string(),
                }),
            },
        }
    }

    async fn at_url(url: &str) -> Result<Self, ScratchError> {
        let options: PgConnectOptions = url
            .parse()
            .map_err(|source: sqlx::Error| ScratchError::Url(redact(&source.to_string(), url)))?;
        let mut connection = connect(&options).await.map_err(ScratchError::Unreachable)?;
        let (version_num, version) = server_version(&mut connection).await?;
        let may: bool =
            sqlx::query_scalar("SELECT rolcreatedb OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")
                .fetch_one(&mut connection)
                .await
                .map_err(ScratchError::Sql)?;
        connection.close().await.map_err(ScratchError::Sql)?;
        if !may {
            return Err(ScratchError::NoCreateDb(options.get_username().to_owned()));
        }
        Self::checked(Running::Url(options), version_num, version)
    }

    async fn native(bindir: Option<&PathBuf>, prefer_major: Option<u32>) -> Result<Self, ScratchError> {
        let found = match bindir {
            Some(dir) => vec![binaries::look_at(dir).ok_or_else(|| ScratchError::NoBinariesIn(dir.clone()))?],
            None => binaries::find(prefer_major),
        };
        let mut last = ScratchError::NoBinaries;
        for binaries in &found {
            match NativeServer::start(binaries).await {
                Ok(server) => {
                    let mut connection = connect(server.options()).await.map_err(ScratchError::Unreachable)?;
                    let (version_num, version) = server_version(&mut connection).await?;
                    connection.close().await.map_err(ScratchError::Sql)?;
                    return Self::checked(Running::Native(server), version_num, version);
                }
                // A broken installation must not hide a good one.
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    #[cfg(feature = "embedded")]
    async fn embedded() -> Result<Self, ScratchError> {
        let server = embedded::EmbeddedServer::start().await?;
        let mut connection = connect(&server.options()?).await.map_err(ScratchError::Unreachable)?;
        let (version_num, version) = server_version(&mut connection).await?;
        connection.close().await.map_err(ScratchError::Sql)?;
        server.stop().await;
        Self::checked(Running::Embedded, version_num, version)
    }

    #[cfg(not(feature = "embedded"))]
    #[allow(clippy::unused_async, reason = "the same signature with and without the feature")]
    async fn embedded() -> Result<Self, ScratchError> {
        Err(ScratchError::NotBuiltIn)
    }

    fn checked(server: Running, version_num: u32, version: String) -> Result<Self, ScratchError> {
        if version_num < 140_000 {
            return Err(ScratchError::TooOld(version));
        }
        Ok(Self {
            server,
            version_num,
            version,
        })
    }

    /// A fresh, empty database. It goes when it is closed or dropped.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn database(&self) -> Result<ScratchDatabase, ScratchError> {
        self.create("template0").await
    }

    /// A copy of another scratch database, to which no connection may be open. `None` where the server has no copies (the
    /// embedded one): build it again.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn database_from(&self, other: &ScratchDatabase) -> Result<Option<ScratchDatabase>, ScratchError> {
        if self.is_embedded() {
            return Ok(None);
        }
        self.create(other.name()).await.map(Some)
    }

    async fn create(&self, template: &str) -> Result<ScratchDatabase, ScratchError> {
        let maintenance = match &self.server {
            Running::Url(options) => options,
            Running::Native(server) => server.options(),
            #[cfg(feature = "embedded")]
            Running::Embedded => {
                let server = embedded::EmbeddedServer::start().await?;
                return Ok(ScratchDatabase::embedded(server.options()?, server));
            }
        };
        let mut connection = connect(maintenance).await.map_err(ScratchError::Unreachable)?;
        let name = create_database(&mut connection, template).await?;
        connection.close().await.map_err(ScratchError::Sql)?;
        let server = match &self.server {
            Running::Url(options) => Server::Url(options.clone()),
            _ => Server::Cluster(maintenance.clone()),
        };
        Ok(ScratchDatabase::new(maintenance.clone().database(&name), name, server))
    }

    /// What it is, for the record: `native PostgreSQL 15.18`.
    pub fn describe(&self) -> String {
        match &self.server {
            Running::Url(_) => format!("PostgreSQL {} at the scratch URL", self.version),
            Running::Native(_) => format!("native PostgreSQL {}", self.version),
            #[cfg(feature = "embedded")]
            Running::Embedded => format!("embedded PostgreSQL {}", self.version),
        }
    }

    /// `server_version_num`, such as 150018.
    pub fn version_num(&self) -> u32 {
        self.version_num
    }

    /// The major version, such as 15.
    pub fn major(&self) -> u32 {
        self.version_num / 10_000
    }

    /// Whether it is the one in our own process, which has one connection at a time.
    pub fn is_embedded(&self) -> bool {
        match &self.server {
            Running::Url(_) | Running::Native(_) => false,
            #[cfg(feature = "embedded")]
            Running::Embedded => true,
        }
    }

    /// Ends the server and waits until its process and its folder are gone. Dropping ends it too, without waiting.
    pub async fn stop(self) {
        match self.server {
            Running::Native(server) => server.stop().await,
            Running::Url(_) => {}
            #[cfg(feature = "embedded")]
            Running::Embedded => {}
        }
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    options.clone().disable_statement_logging().connect().await
}

async fn server_version(connection: &mut PgConnection) -> Result<(u32, String), ScratchError> {
    let row = sqlx::query(
        "SELECT current_setting('server_version_num')::int4, split_part(current_setting('server_version'), ' ', 1)",
    )
    .fetch_one(connection)
    .await
    .map_err(ScratchError::Sql)?;
    let number: i32 = row.try_get(0).map_err(ScratchError::Sql)?;
    let version: String = row.try_get(1).map_err(ScratchError::Sql)?;
    Ok((number.unsigned_abs(), version))
}

/// Numbers of the databases that this process made.
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Makes a database under a name that nobody has: a taken name belongs to somebody else and is left alone.
async fn create_database(connection: &mut PgConnection, template: &str) -> Result<String, ScratchError> {
    use crate::schema::Ident;
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("schemagen_scratch_{}_{n}", std::process::id());
        let sql = if template == "template0" {
            format!(
                "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
                Ident::new(name.as_str())
            )
        } else {
            format!(
                "CREATE DATABASE {} TEMPLATE {}",
                Ident::new(name.as_str()),
                Ident::new(template)
            )
        };
        match sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await {
            Ok(_) => return Ok(name),
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P04") => {}
            Err(error) => return Err(ScratchError::Sql(error)),
        }
    }
}

/// A URL can hold a password, and a parser's message can hold the URL.
fn redact(message: &str, url: &str) -> String {
    message.replace(url, "…")
}

#[cfg(test)]
mod tests;
