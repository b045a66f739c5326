use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::OnceCell;

use super::replay::Replayed;
use super::{SourceError, SourceSpec, redacted};
use crate::introspect::{Included, Live, connect, introspect};
use crate::migrations::{Cache, Directory};
use crate::plan::Decisions;
use crate::run_file::{RunFileError, class_of, run_text};
use crate::scan::{ScanOptions, SqlLiteral, scan};
use crate::schema::{Ident, Namespace, QName, Schema};
use crate::scratch::{Scratch, ScratchChoice, ScratchDatabase};

/// What structs say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// The tables and types that they ask for.
    pub schema: Schema,
    /// What their attributes decide.
    pub decisions: Decisions,
    /// Tables whose columns without a field stay.
    pub partial: BTreeSet<QName>,
    /// SQL in the source that a new or dropped column breaks.
    pub literals: Vec<SqlLiteral>,
}

/// Which kind of source a schema came from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// Structs.
    Model(Box<Model>),
    /// A live database.
    Database(DatabaseUrl),
    /// A migrations directory.
    Migrations,
    /// A script or a YAML file.
    File,
    /// Nothing.
    Empty,
}

/// A URL that may hold a password: only its place is ever printed.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(pub String);

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(&self.0))
    }
}

/// A schema with what is known about where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The schema.
    pub schema: Schema,
    /// Which kind of source.
    pub origin: Origin,
    /// The source in words, without what only this machine knows: `database app`.
    pub label: String,
    /// Where it is, for the terminal.
    pub place: Option<String>,
    /// What is to be told about the reading.
    pub notes: Vec<String>,
    /// What was read of Rust source.
    pub read: Option<String>,
    /// The server's major version, for a live database.
    pub server_major: Option<u32>,
    /// Publications that a table is in.
    pub publications: BTreeMap<QName, Vec<String>>,
    /// The migrations directory that it is the end of.
    pub history_of: Option<PathBuf>,
    /// Whether the directory was replayed because its cache did not fit.
    pub replayed: bool,
}

/// Turns sources into schemas, and keeps the scratch server that some of them need.
#[derive(Debug, Default)]
pub struct Loader {
    included: Included,
    choice: ScratchChoice,
    prefer_major: AtomicU32,
    features: Vec<String>,
    scratch: OnceCell<Scratch>,
}

/// Tables of tools that nobody means.
const NEVER: [&str; 1] = ["_sqlx_migrations"];

impl Loader {
    /// A loader for the included part of every source.
    pub fn new(mut included: Included, choice: ScratchChoice, features: Vec<String>) -> Self {
        included.exclude.extend(NEVER.map(str::to_owned));
        Self {
            included,
            choice,
            features,
            ..Self::default()
        }
    }

    /// Chooses among several scratch servers, while none is started.
    pub fn prefer_major(&self, major: u32) {
        self.prefer_major.store(major, Ordering::Relaxed);
    }

    /// The scratch server, started when it is first asked for.
    ///
    /// # Errors
    /// When none can be had.
    pub async fn scratch(&self) -> Result<&Scratch, SourceError> {
        let major = Some(self.prefer_major.load(Ordering::Relaxed)).filter(|major| *major > 0);
        Ok(self
            .scratch
            .get_or_try_init(|| Scratch::start(&self.choice, major))
            .await?)
    }

    /// The scratch server in words, when one was started.
    pub fn scratch_used(&self) -> Option<String> {
        self.scratch.get().map(Scratch::describe)
    }

    /// The part of every source that counts.
    pub fn included(&self) -> &Included {
        &self.included
    }

    /// Ends the scratch server.
    pub async fn stop(self) {
        if let Some(scratch) = self.scratch.into_inner() {
            scratch.stop().await;
        }
    }

    /// Reads a source.
    ///
    /// # Errors
    /// When it cannot be read, with what to do.
    pub async fn load(&self, spec: &SourceSpec) -> Result<Loaded, SourceError> {
        match spec {
            SourceSpec::Url(url) => self.load_database(url).await,
            SourceSpec::Empty => Ok(Loaded::plain(fresh(), Origin::Empty, "an empty database".to_owned())),
            SourceSpec::Script(path) => self.load_script(path).await,
            SourceSpec::Yaml(path) => {
                let cache = Cache::read(path)?;
                let mut loaded = Loaded::plain(cache.schema.clone(), Origin::File, format!("{}", path.display()));
                if !cache.is_untouched() {
                    loaded
                        .notes
                        .push(format!("{} was edited by hand; it is taken as it is", path.display()));
                }
                Ok(loaded)
            }
            SourceSpec::Migrations(path) => self.load_directory(&Directory::read(path)?).await,
            SourceSpec::Crate(path) => self.load_crate(path),
        }
    }

    async fn load_database(&self, url: &str) -> Result<Loaded, SourceError> {
        let live = self.introspect_url(url).await?;
        Ok(Loaded {
            place: Some(redacted(url)),
            server_major: Some(live.major()),
            publications: live.publications,
            ..Loaded::plain(
                live.schema,
                Origin::Database(DatabaseUrl(url.to_owned())),
                format!("database {}", live.database),
            )
        })
    }

    /// Reads a live database.
    ///
    /// # Errors
    /// When it cannot be reached or read.
    pub async fn introspect_url(&self, url: &str) -> Result<Live, SourceError> {
        let mut connection = connect(url).await?;
        Ok(introspect(&mut connection, &self.included).await?)
    }

    /// Reads a scratch database.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn introspect_scratch(&self, database: &ScratchDatabase) -> Result<Schema, SourceError> {
        let mut connection = database.connect().await?;
        Ok(introspect(&mut connection, &self.included).await?.schema)
    }

    async fn load_script(&self, path: &Path) -> Result<Loaded, SourceError> {
        let text = std::fs::read_to_string(path).map_err(|source| SourceError::Read {
            path: path.to_owned(),
            source,
        })?;
        let database = self.scratch().await?.database().await?;
        self.run(&database, path, &text).await?;
        let schema = self.introspect_scratch(&database).await?;
        database.close().await?;
        Ok(Loaded::plain(schema, Origin::File, format!("{}", path.display())))
    }

    /// Runs a file on a scratch database.
    pub(super) async fn run(&self, database: &ScratchDatabase, path: &Path, text: &str) -> Result<(), SourceError> {
        let mut connection = database.connect().await?;
        run_text(&mut connection, text, class_of(text))
            .await
            .map_err(|error| SourceError::Script {
                path: path.to_owned(),
                server: self.scratch_used().unwrap_or_default(),
                message: error.to_string(),
                hint: hint(&error),
            })
    }

    /// Reads what a migrations directory leads to: from its cache, else by a replay.
    ///
    /// # Errors
    /// When the directory cannot be used or a file of it fails.
    pub async fn load_directory(&self, directory: &Directory) -> Result<Loaded, SourceError> {
        let Replayed {
            schema,
            notes,
            replayed,
        } = self.replay(directory).await?;
        let count = directory.files.len();
        let label = format!(
            "{} ({count} migration{})",
            directory.path.display(),
            if count == 1 { "" } else { "s" }
        );
        Ok(Loaded {
            notes,
            history_of: Some(directory.path.clone()),
            replayed,
            ..Loaded::plain(schema, Origin::Migrations, label)
        })
    }

    fn load_crate(&self, path: &Path) -> Result<Loaded, SourceError> {
        let options = ScanOptions {
            features: self.features.clone(),
            ..ScanOptions::default()
        };
        let scan = scan(path, &options)?;
        let crates: Vec<&str> = scan.report.crates.iter().map(String::as_str).collect();
        let label = match crates.as_slice() {
            [] => format!("the structs in {}", path.display()),
            [one] => format!("the structs of crate {one}"),
            several => format!("the structs of the crates {}", several.join(", ")),
        };
        let notes = scan.report.notes.iter().map(|(at, note)| format!("{at}: {note}"));
        let notes = notes.collect();
        let read = Some(scan.report.to_string());
        let model = Model {
            schema: scan.schema.clone(),
            decisions: scan.decisions,
            partial: scan.partial,
            literals: scan.literals,
        };
        Ok(Loaded {
            notes,
            read,
            ..Loaded::plain(scan.schema, Origin::Model(Box::new(model)), label)
        })
    }
}

/// What to do about a file that fails.
fn hint(error: &RunFileError) -> &'static str {
    match error {
        // A feature that is not there, an undefined file (the extension's), an undefined library.
        RunFileError::Statement { code, .. } if matches!(code.as_str(), "0A000" | "58P01" | "42704") => {
            "\n    if the server lacks what the file needs, name one that has it with --scratch-url"
        }
        _ => "",
    }
}

/// What `CREATE DATABASE` gives.
pub(super) fn fresh() -> Schema {
    let public = Namespace {
        comment: Some("standard public schema".to_owned()),
    };
    Schema {
        namespaces: BTreeMap::from([(Ident::new("public"), public)]),
        ..Schema::default()
    }
}

impl Loaded {
    fn plain(schema: Schema, origin: Origin, label: String) -> Self {
        Self {
            schema,
            origin,
            label,
            place: None,
            notes: Vec::new(),
            read: None,
            server_major: None,
            publications: BTreeMap::new(),
            history_of: None,
            replayed: false,
        }
    }

    /// What the structs say, when they are the source.
    pub fn model(&self) -> Option<&Model> {
        match &self.origin {
            Origin::Model(model) => Some(model),
            _ => None,
        }
    }
}
