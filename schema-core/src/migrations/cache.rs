//! `schema.yaml`: what the directory's files lead to, so that nobody needs to replay them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::directory::{CACHE, read_text};
use super::record::yaml;
use super::{MigrationsError, PlanRecord, Version};
use crate::schema::{Schema, Slot};

const HEADER: &str = "\
# What the files of this directory lead to. A cache: when `files` is not the directory's list, or this file is missing,
# the directory is replayed. Never edit it; delete it when it is in the way of a merge.
";

/// The content of `schema.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cache {
    /// The files that it was made from.
    pub files: Vec<HistoryEntry>,
    /// The plans whose waiting phases are not released.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<OpenPlan>,
    /// Digest of `schema`, so that an edit by hand is seen.
    pub digest: String,
    /// What the files lead to.
    pub schema: Schema,
}

/// One file of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Its version.
    pub version: Version,
    /// Its checksum.
    pub sha384: String,
}

/// A plan that is not finished, and what it left standing for old code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPlan {
    /// Its folder.
    pub plan: String,
    /// What its waiting phases still change.
    pub leftovers: Vec<Slot>,
}

impl Cache {
    /// The cache for these files and this schema.
    pub fn new(files: Vec<HistoryEntry>, schema: Schema, plans: &[PlanRecord]) -> Self {
        let open = plans
            .iter()
            .filter(|plan| !plan.waiting.is_empty())
            .map(|plan| OpenPlan {
                plan: plan.folder(),
                leftovers: leftovers(plan),
            })
            .collect();
        Self {
            files,
            open,
            digest: digest(&schema),
            schema,
        }
    }

    /// Reads a `schema.yaml`.
    ///
    /// # Errors
    /// When it cannot be read, does not parse, or was edited by hand.
    pub fn read(path: &Path) -> Result<Self, MigrationsError> {
        let text = read_text(path)?;
        let yaml = |message: String| MigrationsError::Yaml {
            path: path.to_owned(),
            message,
        };
        let cache: Self = serde_yaml::from_str(&text).map_err(|error| {
            yaml(format!(
                "{error}; it is a cache: delete it, and the directory is replayed"
            ))
        })?;
        Ok(cache)
    }

    /// Whether the schema is the one that was written.
    pub fn is_untouched(&self) -> bool {
        self.digest == digest(&self.schema)
    }

    /// The file's text.
    ///
    /// # Errors
    /// When YAML cannot express it.
    pub fn text(&self) -> Result<String, MigrationsError> {
        yaml(HEADER, self, Path::new(CACHE))
    }
}

/// Unlike the fingerprint, this covers all of it.
fn digest(schema: &Schema) -> String {
    super::sha256(&serde_json::to_string(schema).unwrap_or_default())
}

fn leftovers(plan: &PlanRecord) -> Vec<Slot> {
    let mut slots: Vec<Slot> = plan
        .waiting
        .iter()
        .flat_map(|phase| &phase.effect)
        .map(|patch| patch.slot.clone())
        .collect();
    slots.sort();
    slots.dedup();
    slots
}
