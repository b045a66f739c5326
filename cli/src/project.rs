use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use schema_core::config::Config;
use schema_core::introspect::Included;
use schema_core::migrations::{Directory, PlanRecord};
use schema_core::review::{Change, changes};
use schema_core::schema::{QName, Schema, Slot};
use schema_core::source::{
    Loaded, Loader, Model, Scope, SourceError, SourceSpec, database_url, drift, finished, keep_leftovers, redacted,
    scope,
};

use crate::args::{ScratchFlags, Sources};
use crate::error::CliError;
use crate::output::say;

/// Where we are: the configuration, the migrations directory, the databases that the surroundings name.
#[derive(Debug)]
pub struct Project {
    /// The folder of the crate that we are in.
    pub crate_folder: Option<PathBuf>,
    /// `schemagen.yaml`.
    pub config: Config,
    /// The migrations directory.
    pub directory: Directory,
    /// `DATABASE_URL`.
    pub database_url: Option<String>,
}

/// Both sides, limited to what may change.
#[derive(Debug)]
pub struct Sides {
    /// The first side as it was read.
    pub from: Loaded,
    /// The second side as it was read.
    pub to: Loaded,
    /// What the plan leads to, where that is not the second side itself.
    pub limited: Option<Schema>,
    /// What a model may change, when the second side is one.
    pub scope: Option<Scope>,
}

impl Sides {
    /// What the plan leads to.
    pub fn target(&self) -> &Schema {
        self.limited.as_ref().unwrap_or(&self.to.schema)
    }
}

impl Project {
    /// Looks round.
    pub fn open(migrations: Option<&Path>) -> Result<Self, CliError> {
        let here = std::env::current_dir().map_err(|source| SourceError::Read {
            path: PathBuf::from("."),
            source,
        })?;
        let crate_folder = here
            .ancestors()
            .find(|folder| folder.join("Cargo.toml").is_file())
            .map(Path::to_owned);
        let root = workspace(&here)
            .or_else(|| crate_folder.clone())
            .unwrap_or_else(|| here.clone());
        let config = Config::read(&root)?;
        let path = match (migrations, &config.migrations) {
            (Some(path), _) => path.to_owned(),
            (None, Some(path)) => relative(&root.join(path), &here),
            (None, None) => relative(&crate_folder.as_ref().unwrap_or(&here).join("migrations"), &here),
        };
        let directory = Directory::read(&path)?;
        let database_url = database_url(std::env::var("DATABASE_URL").ok(), &here);
        Ok(Self {
            crate_folder,
            config,
            directory,
            database_url,
        })
    }

    /// A loader as the configuration and the flags want it.
    pub fn loader(&self, scratch: &ScratchFlags, features: &[String]) -> Loader {
        let included = Included {
            schemas: self.config.schemas.clone(),
            exclude: self.config.exclude.clone(),
        };
        Loader::new(included, scratch.choice(), features.to_vec())
    }

    /// The records of the plans here.
    pub fn records(&self) -> Vec<&PlanRecord> {
        self.directory.plans.iter().map(|plan| &plan.record).collect()
    }

    /// Reads both sides.
    pub async fn sides(&self, loader: &Loader, sources: &Sources) -> Result<Sides, CliError> {
        let to = match &sources.to {
            Some(text) => SourceSpec::parse(text)?,
            None => SourceSpec::Crate(self.crate_folder.clone().ok_or_else(|| CliError::Flag {
                flag: "--to",
                value: "(the crate here)".to_owned(),
                problem:
                    "there is no Cargo.toml in this folder or above it: run it in a crate, or name a source".to_owned(),
            })?),
        };
        let from = match &sources.from {
            Some(text) => Some(SourceSpec::parse(text)?),
            None => None,
        };
        // Databases first: the scratch server is chosen by their version.
        let both = matches!(to, SourceSpec::Url(_)) && matches!(from, Some(SourceSpec::Url(_)));
        let (from, to) = if both {
            let (from, to) = tokio::try_join!(self.load_from(loader, from), async { Ok(loader.load(&to).await?) })?;
            prefer(loader, &to);
            (from, to)
        } else if matches!(to, SourceSpec::Url(_)) {
            let to = loader.load(&to).await?;
            prefer(loader, &to);
            (self.load_from(loader, from).await?, to)
        } else {
            let from = self.load_from(loader, from).await?;
            prefer(loader, &from);
            (from, loader.load(&to).await?)
        };
        for loaded in [&from, &to] {
            for note in &loaded.notes {
                say(format_args!("note: {note}"));
            }
            if let Some(read) = &loaded.read {
                say(format_args!("read {read}"));
            }
        }
        self.limit(loader, sources, from, to).await
    }

    async fn limit(&self, loader: &Loader, sources: &Sources, from: Loaded, mut to: Loaded) -> Result<Sides, CliError> {
        // Most of it is equal, and need not stand twice.
        to.schema = to.schema.sharing(&from.schema);
        let Some(model) = to.model() else {
            return Ok(Sides {
                from,
                to,
                limited: None,
                scope: None,
            });
        };
        // What cheap rules find equal needs no server to spell it.
        let limited = match self.scope(sources, &from.schema, model) {
            Ok((scope, target)) => {
                let changes = changes(&from.schema, &target);
                let open = tables_of(&changes, &from.schema, &target);
                let (scope, mut target) = if changes.is_empty() {
                    (scope, target)
                } else {
                    let schema = loader.respell_tables(&model.schema, &from.schema, &open).await?;
                    self.scope(
                        sources,
                        &from.schema,
                        &Model {
                            schema,
                            ..model.clone()
                        },
                    )?
                };
                for (name, table) in target.tables.iter_mut().filter(|(name, _)| !open.contains(*name)) {
                    if let Some(as_it_stands) = from.schema.tables.get(name) {
                        table.clone_from(as_it_stands);
                    }
                }
                (scope, target)
            }
            Err(_) => {
                let schema = loader.respell(&model.schema, &from.schema).await?;
                self.scope(
                    sources,
                    &from.schema,
                    &Model {
                        schema,
                        ..model.clone()
                    },
                )?
            }
        };
        let (scope, target) = limited;
        Ok(Sides {
            from,
            to,
            limited: Some(target),
            scope: Some(scope),
        })
    }

    /// What the model may change, and what it leads to.
    fn scope(&self, sources: &Sources, from: &Schema, model: &Model) -> Result<(Scope, Schema), CliError> {
        let records = self.records();
        let open: Vec<&PlanRecord> = self.directory.open_plans().map(|plan| &plan.record).collect();
        // A model says what it wants in the end, so it is held against the end of the open plans; what they still hold
        // for old code is added afterwards.
        let adopt = sources.adopt.iter().cloned().collect();
        let scope = scope(&finished(from, &open), model, &records, &adopt)?;
        let target = keep_leftovers(&scope.new, from, &open)?.sharing(from);
        Ok((scope, target))
    }

    async fn load_from(&self, loader: &Loader, from: Option<SourceSpec>) -> Result<Loaded, CliError> {
        if let Some(spec) = from {
            return Ok(match spec {
                SourceSpec::Migrations(path) if path == self.directory.path => {
                    loader.load_directory(&self.directory).await?
                }
                spec => loader.load(&spec).await?,
            });
        }
        if self.directory.files.is_empty() {
            return match &self.database_url {
                Some(url) => Ok(loader.load(&SourceSpec::Url(url.clone())).await?),
                None => Ok(loader.load(&SourceSpec::Empty).await?),
            };
        }
        let live = match &self.database_url {
            Some(url) => match loader.introspect_url(url).await {
                Ok(live) => {
                    loader.prefer_major(live.major());
                    Some((url, live))
                }
                Err(error) => {
                    say(format_args!(
                        "warning: the live database is not compared with the migrations: {error}"
                    ));
                    None
                }
            },
            None => None,
        };
        let mut replay = loader.load_directory(&self.directory).await?;
        if let Some((url, live)) = live {
            replay.server_major = Some(live.major());
            replay.publications.clone_from(&live.publications);
            self.report_drift(loader, url, &live.schema, &replay).await?;
        }
        Ok(replay)
    }

    async fn report_drift(&self, loader: &Loader, url: &str, live: &Schema, replay: &Loaded) -> Result<(), CliError> {
        let applied = loader.applied(url).await?;
        let all = applied.len() == self.directory.files.len();
        let expected = if all {
            replay.schema.clone()
        } else {
            let files: Vec<_> = self
                .directory
                .files
                .iter()
                .filter(|file| applied.contains(&file.version))
                .cloned()
                .collect();
            loader.replay_files(&self.directory.path, &files).await?
        };
        let drift = drift(&expected, live);
        if !drift.lines.is_empty() {
            say(format_args!(
                "warning: {} is not what its {} applied migrations make (drift); the plan starts from the migrations:",
                redacted(url),
                applied.len()
            ));
            for line in &drift.lines {
                say(format_args!("  {line}"));
            }
        }
        Ok(())
    }
}

/// The tables that changes are about.
fn tables_of(changes: &[Change], old: &Schema, new: &Schema) -> BTreeSet<QName> {
    let mut tables = BTreeSet::new();
    for change in changes {
        if let Slot::Sequence(name) = &change.slot {
            let sequences = [old, new].into_iter().filter_map(|schema| schema.sequences.get(name));
            tables.extend(
                sequences
                    .filter_map(|sequence| sequence.owned_by.as_ref())
                    .map(|(table, _)| table.clone()),
            );
        }
        tables.extend(change.slot.table().cloned());
    }
    tables
}

/// Asks for a scratch server of the database's version.
fn prefer(loader: &Loader, loaded: &Loaded) {
    if let Some(major) = loaded.server_major {
        loader.prefer_major(major);
    }
}

/// The nearest folder whose `Cargo.toml` has a `[workspace]`.
fn workspace(here: &Path) -> Option<PathBuf> {
    here.ancestors()
        .find(|folder| {
            std::fs::read_to_string(folder.join("Cargo.toml"))
                .is_ok_and(|text| text.lines().any(|line| line.trim_start().starts_with("[workspace")))
        })
        .map(Path::to_owned)
}

/// The path as a person here would write it.
fn relative(path: &Path, here: &Path) -> PathBuf {
    path.strip_prefix(here).map_or_else(|_| path.to_owned(), Path::to_owned)
}
