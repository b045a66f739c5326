//! The server that the figures come from, with databases of our own on it.

use std::error::Error;

use schema_core::scratch::{Scratch, ScratchChoice, ScratchDatabase};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

/// A temporary server, or the one that is named.
#[derive(Debug)]
pub struct Server(Scratch);

impl Server {
    pub async fn start() -> Result<Self, Box<dyn Error>> {
        let choice = match std::env::var("SCHEMAGEN_BENCH_URL") {
            Ok(url) => ScratchChoice::Url(url),
            Err(_) => ScratchChoice::Native { bindir: None },
        };
        Ok(Self(Scratch::start(&choice, None).await?))
    }

    pub fn describe(&self) -> String {
        self.0.describe()
    }

    pub fn scratch(&self) -> &Scratch {
        &self.0
    }

    /// A database with what the batches make, and statistics on its catalogs.
    pub async fn database(&self, batches: &[String]) -> Result<ScratchDatabase, Box<dyn Error>> {
        let database = self.0.database().await?;
        let mut connection = database.connect().await?;
        for batch in batches {
            connection.execute(AssertSqlSafe(batch.as_str())).await?;
        }
        connection.execute("VACUUM ANALYZE").await?;
        connection.close().await?;
        Ok(database)
    }

    /// A copy of a database, where one statement has run.
    pub async fn copy(&self, of: &ScratchDatabase, statement: &str) -> Result<ScratchDatabase, Box<dyn Error>> {
        let copy = self.0.database_from(of).await?.ok_or("the server copies no database")?;
        let mut connection = copy.connect().await?;
        connection.execute(AssertSqlSafe(statement)).await?;
        connection.close().await?;
        Ok(copy)
    }

    pub async fn stop(self) {
        self.0.stop().await;
    }
}

/// The URL of a database, in words that PostgreSQL's own tools know too.
pub fn url(database: &ScratchDatabase) -> String {
    let mut url = database.options().to_url_lossy();
    let own = |name: &str| name == "statement-cache-capacity";
    let pairs: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(n, _)| !own(n))
        .map(|p| (p.0.into(), p.1.into()))
        .collect();
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url.to_string()
}
