use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

use super::{ScratchError, connect};
use crate::schema::Ident;

/// A database of our own on the scratch server.
#[derive(Debug)]
pub struct ScratchDatabase {
    options: PgConnectOptions,
    name: String,
    server: Option<Server>,
}

/// Where it lies, and so how it goes.
#[derive(Debug)]
pub(super) enum Server {
    /// On the user's server: dropped whatever happens.
    Url(PgConnectOptions),
    /// In our own cluster: dropped to save room; it goes with the cluster in any case.
    Cluster(PgConnectOptions),
    /// It is a server of its own.
    #[cfg(feature = "embedded")]
    Embedded(super::embedded::EmbeddedServer),
}

impl ScratchDatabase {
    pub(super) fn new(options: PgConnectOptions, name: String, server: Server) -> Self {
        Self {
            options,
            name,
            server: Some(server),
        }
    }

    #[cfg(feature = "embedded")]
    pub(super) fn embedded(options: PgConnectOptions, server: super::embedded::EmbeddedServer) -> Self {
        let name = options.get_database().unwrap_or("postgres").to_owned();
        Self::new(options, name, Server::Embedded(server))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How to connect to it. On the embedded server one connection at a time: a second one waits for the first.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// A connection to it.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn connect(&self) -> Result<PgConnection, ScratchError> {
        connect(&self.options).await.map_err(ScratchError::Unreachable)
    }

    /// Drops it, whoever is still connected.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn close(mut self) -> Result<(), ScratchError> {
        match self.server.take() {
            Some(Server::Url(options) | Server::Cluster(options)) => drop_database(&options, &self.name).await,
            #[cfg(feature = "embedded")]
            Some(Server::Embedded(server)) => {
                server.stop().await;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Drop for ScratchDatabase {
    /// A database on the user's server must not stay behind when a future is dropped (Ctrl-C, an error on the way).
    fn drop(&mut self) {
        let Some(Server::Url(options)) = self.server.take() else {
            return;
        };
        let name = std::mem::take(&mut self.name);
        // A thread with a runtime of its own: the runtime that we are in may be on its way out.
        let thread = std::thread::spawn(move || {
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build()
                && let Err(error) = runtime.block_on(drop_database(&options, &name))
            {
                tracing::warn!("{name} stays on the scratch server: {error}");
            }
        });
        drop(thread.join());
    }
}

async fn drop_database(maintenance: &PgConnectOptions, name: &str) -> Result<(), ScratchError> {
    let mut connection = connect(maintenance).await.map_err(ScratchError::Unreachable)?;
    let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", Ident::new(name));
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .map_err(ScratchError::Sql)?;
    connection.close().await.map_err(ScratchError::Sql)
}
