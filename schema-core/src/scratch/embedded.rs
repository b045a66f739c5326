//! The server inside our own process (`pglite-oxide`): the only module that knows it.
//!
//! It has one backend, which serves one connection after the other and knows one database, so each scratch database is a
//! server of its own, made from a template that the crate keeps in the user's cache.

use pglite_oxide::PgliteServer;
use sqlx::postgres::PgConnectOptions;

use super::ScratchError;
use super::folder_guard::FolderGuard;

/// A running embedded server.
#[derive(Debug)]
pub(super) struct EmbeddedServer {
    server: Option<PgliteServer>,
    // Removes the server's folder should we be killed; after a proper end it finds nothing to do.
    _guard: Option<FolderGuard>,
}

impl EmbeddedServer {
    /// Starts one. It blocks for a moment, so it does it on a thread of its own.
    pub(super) async fn start() -> Result<Self, ScratchError> {
        let failed = |what: String| ScratchError::Embedded(what);
        let server =
            tokio::task::spawn_blocking(|| PgliteServer::builder().temporary().relaxed_durability(true).start())
                .await
                .map_err(|error| failed(error.to_string()))?
                .map_err(|error| failed(format!("{error:#}")))?;
        let guard = FolderGuard::over(server.root());
        Ok(Self {
            server: Some(server),
            _guard: guard,
        })
    }

    /// How to connect to it, one connection at a time.
    pub(super) fn options(&self) -> Result<PgConnectOptions, ScratchError> {
        let server = self
            .server
            .as_ref()
            .ok_or_else(|| ScratchError::Embedded("it was stopped".to_owned()))?;
        server
            .database_url()
            .parse()
            .map_err(|error: sqlx::Error| ScratchError::Embedded(error.to_string()))
    }

    /// Ends it. All connections must be closed: it waits for them.
    pub(super) async fn stop(mut self) {
        if let Some(server) = self.server.take() {
            drop(tokio::task::spawn_blocking(move || server.shutdown()).await);
        }
    }
}

impl Drop for EmbeddedServer {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            // Its end waits for open connections, and the one who drops us may still hold one.
            std::thread::spawn(move || drop(server));
        }
    }
}
