use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::write::is_temporary;
use super::{Cache, HistoryEntry, MigrationsError, PlanRecord, RecordedFile, Version, sha256, sha384};

/// Where a directory keeps plans, and what is not yet released.
pub const PLANS: &str = "plans";
/// The cache of the replay.
pub const CACHE: &str = "schema.yaml";

/// A migrations directory as it lies on the disk: the files that sqlx runs, and the plans.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Where it is. It may not exist yet.
    pub path: PathBuf,
    /// The migrations in order.
    pub files: Vec<MigrationFile>,
    /// The plans in order of their folders' names.
    pub plans: Vec<PlanFolder>,
}

/// One migration: an up file, perhaps with its down file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationFile {
    /// Its version.
    pub version: Version,
    /// The up file's name.
    pub name: String,
    /// The up file's text.
    pub up: String,
    /// The down file's text.
    pub down: Option<String>,
}

/// A plan's folder.
#[derive(Debug, Clone)]
pub struct PlanFolder {
    /// The folder's name: stamp and plan name.
    pub name: String,
    /// What plan.yaml says.
    pub record: PlanRecord,
}

impl MigrationFile {
    /// The entry that the history keeps of it.
    pub fn entry(&self) -> HistoryEntry {
        HistoryEntry {
            version: self.version,
            sha384: sha384(&self.up),
        }
    }
}

impl Directory {
    /// Reads the directory. One that does not exist is empty.
    ///
    /// # Errors
    /// When it cannot be read, or what lies in it does not fit together.
    pub fn read(path: &Path) -> Result<Self, MigrationsError> {
        let mut directory = Self {
            path: path.to_owned(),
            ..Self::default()
        };
        if !path.try_exists().map_err(|source| MigrationsError::Read {
            path: path.to_owned(),
            source,
        })? {
            return Ok(directory);
        }
        directory.files = read_files(path)?;
        directory.plans = read_plans(&path.join(PLANS))?;
        directory.check_plans()?;
        Ok(directory)
    }

    /// The ordered (version, checksum) list.
    pub fn history(&self) -> Vec<HistoryEntry> {
        self.files.iter().map(MigrationFile::entry).collect()
    }

    /// A digest of the ordered (version, checksum) list: what a plan names as its parent.
    pub fn history_digest(&self) -> String {
        let list: String = self
            .history()
            .iter()
            .map(|entry| format!("{} {}\n", entry.version, entry.sha384))
            .collect();
        sha256(&list)
    }

    /// The first stamp, not below the wanted one, that sorts after every version and every plan here.
    ///
    /// # Errors
    /// When no stamp of 14 digits is left.
    pub fn stamp(&self, wanted: Version) -> Result<Version, MigrationsError> {
        let plans = self.plans.iter().map(|plan| plan.record.stamp);
        let head = self.files.iter().map(|file| file.version).chain(plans).max();
        match head {
            Some(head) if head >= wanted => Ok(head.next_valid()?),
            _ => Ok(wanted),
        }
    }

    /// The plans whose waiting phases are not released, in order.
    pub fn open_plans(&self) -> impl Iterator<Item = &PlanFolder> {
        self.plans.iter().filter(|plan| !plan.record.waiting.is_empty())
    }

    /// The plan of that folder name, or of that unique beginning.
    ///
    /// # Errors
    /// When no plan or several plans are meant.
    pub fn plan(&self, wanted: &str) -> Result<&PlanFolder, MigrationsError> {
        let matches = |plan: &&PlanFolder| plan.name.starts_with(wanted) || plan.record.name.starts_with(wanted);
        if let Some(plan) = self.plans.iter().find(|plan| plan.name == wanted) {
            return Ok(plan);
        }
        let found: Vec<&PlanFolder> = self.plans.iter().filter(matches).collect();
        match found.as_slice() {
            [plan] => Ok(plan),
            [] => Err(MigrationsError::NoPlan {
                wanted: wanted.to_owned(),
                known: self.plans.iter().map(|plan| plan.name.clone()).collect(),
            }),
            several => Err(MigrationsError::ManyPlans {
                wanted: wanted.to_owned(),
                known: several.iter().map(|plan| plan.name.clone()).collect(),
            }),
        }
    }

    /// Groups of plans that have one parent: forks, each to be settled by generating all but one anew.
    pub fn forks(&self) -> Vec<Vec<&str>> {
        let mut by_parent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for plan in &self.plans {
            by_parent
                .entry(&plan.record.parent.history)
                .or_default()
                .push(&plan.name);
        }
        by_parent.into_values().filter(|plans| plans.len() > 1).collect()
    }

    /// The cache, when there is one and it was made from just these files.
    ///
    /// # Errors
    /// When there is one that does not parse.
    pub fn cache(&self) -> Result<Option<Cache>, MigrationsError> {
        let path = self.path.join(CACHE);
        if !path.exists() {
            return Ok(None);
        }
        let cache = Cache::read(&path)?;
        Ok((cache.files == self.history()).then_some(cache))
    }

    fn check_plans(&self) -> Result<(), MigrationsError> {
        for pair in self.plans.windows(2) {
            if pair[0].record.stamp == pair[1].record.stamp {
                return Err(MigrationsError::SameStamp {
                    first: pair[0].name.clone(),
                    second: pair[1].name.clone(),
                });
            }
        }
        for plan in &self.plans {
            let folder = self.path.join(PLANS).join(&plan.name);
            for file in &plan.record.files {
                self.check_file(&folder, file)?;
            }
        }
        Ok(())
    }

    fn check_file(&self, folder: &Path, file: &RecordedFile) -> Result<(), MigrationsError> {
        for (name, expected) in [(file.up_name(), &file.up.sha384), (file.down_name(), &file.down.sha384)] {
            let path = match file.version {
                Some(_) => self.path.join(&name),
                None => folder.join(&name),
            };
            if !path.exists() {
                return Err(MigrationsError::HalfWritten {
                    plan: folder.to_owned(),
                    missing: name,
                });
            }
            let text = read_text(&path)?;
            if sha384(&text) != *expected {
                if sha384(&text.replace("\r\n", "\n")) == *expected {
                    return Err(MigrationsError::LineEnds { path });
                }
                return Err(MigrationsError::Changed { path });
            }
        }
        Ok(())
    }
}

fn read_files(path: &Path) -> Result<Vec<MigrationFile>, MigrationsError> {
    let mut ups: BTreeMap<Version, (PathBuf, String)> = BTreeMap::new();
    let mut downs: BTreeMap<Version, (PathBuf, String)> = BTreeMap::new();
    for path in entries(path)? {
        let name = file_name(&path);
        if is_temporary(&name) {
            return Err(MigrationsError::Leftover(path));
        }
        let Some((version, rest)) = name.split_once('_') else {
            continue;
        };
        if !rest.ends_with(".sql") || path.is_dir() {
            continue;
        }
        let version = match version.parse::<i64>() {
            Ok(number) if number > 0 => Version::new(number),
            _ => return Err(MigrationsError::Name(path)),
        };
        let text = read_text(&path)?;
        let side = if rest.ends_with(".down.sql") {
            &mut downs
        } else {
            &mut ups
        };
        if let Some((first, _)) = side.insert(version, (path.clone(), text)) {
            return Err(MigrationsError::SameVersion {
                version,
                first,
                second: path,
            });
        }
    }
    if let Some((_, (path, _))) = downs.iter().find(|(version, _)| !ups.contains_key(version)) {
        return Err(MigrationsError::NoUp(path.clone()));
    }
    Ok(ups
        .into_iter()
        .map(|(version, (path, up))| MigrationFile {
            version,
            name: file_name(&path),
            up,
            down: downs.remove(&version).map(|(_, text)| text),
        })
        .collect())
}

fn read_plans(path: &Path) -> Result<Vec<PlanFolder>, MigrationsError> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut plans = Vec::new();
    for folder in entries(path)? {
        let name = file_name(&folder);
        if is_temporary(&name) {
            return Err(MigrationsError::Leftover(folder));
        }
        if !folder.is_dir() {
            continue;
        }
        let file = folder.join(PlanRecord::FILE);
        if !file.exists() {
            return Err(MigrationsError::HalfWritten {
                plan: folder,
                missing: PlanRecord::FILE.to_owned(),
            });
        }
        plans.push(PlanFolder {
            name,
            record: PlanRecord::read(&file)?,
        });
    }
    Ok(plans)
}

/// The entries of a directory in order of their names.
fn entries(path: &Path) -> Result<Vec<PathBuf>, MigrationsError> {
    let error = |source| MigrationsError::Read {
        path: path.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(error)? {
        found.push(entry.map_err(error)?.path());
    }
    found.sort();
    Ok(found)
}

pub(super) fn read_text(path: &Path) -> Result<String, MigrationsError> {
    std::fs::read_to_string(path).map_err(|source| MigrationsError::Read {
        path: path.to_owned(),
        source,
    })
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
