//! What the files of a migrations directory lead to.

use std::collections::BTreeSet;
use std::path::Path;

use super::load::fresh;
use super::{Loader, SourceError};
use crate::introspect::connect;
use crate::migrations::{CACHE, Directory, MigrationFile, Version};
use crate::schema::Schema;

/// The end of a replay.
pub(super) struct Replayed {
    pub schema: Schema,
    pub notes: Vec<String>,
    pub replayed: bool,
}

impl Replayed {
    fn stored(schema: Schema) -> Self {
        Self {
            schema,
            notes: Vec::new(),
            replayed: false,
        }
    }
}

impl Loader {
    /// From the cache where it fits, else on the scratch database.
    pub(super) async fn replay(&self, directory: &Directory) -> Result<Replayed, SourceError> {
        let mut notes = Vec::new();
        match directory.cache() {
            Ok(Some(cache)) if cache.is_untouched() => return Ok(Replayed::stored(cache.schema)),
            Ok(Some(_)) => notes.push(format!("{CACHE} was edited by hand: replaying the migrations")),
            Ok(None) if directory.files.is_empty() => return Ok(Replayed::stored(fresh())),
            Ok(None) => notes.push(format!(
                "{CACHE} is missing or older than the migrations: replaying them"
            )),
            Err(error) => notes.push(format!("{error}: replaying the migrations")),
        }
        let schema = self.replay_files(&directory.path, &directory.files).await?;
        Ok(Replayed {
            schema,
            notes,
            replayed: true,
        })
    }

    /// The versions that `_sqlx_migrations` of a live database lists as applied.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn applied(&self, url: &str) -> Result<BTreeSet<Version>, SourceError> {
        let mut connection = connect(url).await?;
        let read = |source| SourceError::History {
            server: super::redacted(url),
            source,
        };
        let table: Option<String> =
            sqlx::query_scalar("SELECT pg_catalog.to_regclass('_sqlx_migrations')::pg_catalog.text")
                .fetch_one(&mut connection)
                .await
                .map_err(read)?;
        if table.is_none() {
            return Ok(BTreeSet::new());
        }
        let versions: Vec<i64> =
            sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version")
                .fetch_all(&mut connection)
                .await
                .map_err(read)?;
        Ok(versions.into_iter().map(Version::new).collect())
    }

    /// Runs migrations on an empty scratch database.
    ///
    /// # Errors
    /// When one of them fails.
    pub async fn replay_files(&self, folder: &Path, files: &[MigrationFile]) -> Result<Schema, SourceError> {
        let database = self.scratch().await?.database().await?;
        for file in files {
            self.run(&database, &folder.join(&file.name), &file.up).await?;
        }
        let schema = self.introspect_scratch(&database).await?;
        database.close().await?;
        Ok(schema)
    }
}
