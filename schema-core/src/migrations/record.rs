//! `plan.yaml`: everything about a plan that its files do not say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::directory::read_text;
use super::{MigrationsError, Version, sha384};
use crate::plan::{Class, Decisions, Hazard, Phase, Plan, PlanFile, StepSummary};
use crate::schema::{Ident, Patch, QName, Schema, fingerprint};

/// What is written at the head of every `plan.yaml`.
const HEADER: &str = "\
# What this plan does, why, in which steps, and what was decided. Written by schemagen and read again by it:
# creates and adopts say which tables it may change, waiting is what `schemagen release` plans from.
";

/// The content of `plan.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlanRecord {
    /// The plan's name, a slug.
    pub name: String,
    /// The stamp that its folder begins with.
    pub stamp: Version,
    /// What it does, a line for each change.
    pub what: Vec<String>,
    /// Why: where the two schemas come from.
    pub why: String,
    /// Lowest major version of the server that it is made for.
    pub target_version: u32,
    /// What it stands on.
    pub parent: Parent,
    /// The stages and their fingerprints.
    pub stages: Vec<RecordedStage>,
    /// The proof's verdict: `passed`, `passed, N unproven`, `none`.
    pub proof: String,
    /// The files, released and waiting, in order.
    pub files: Vec<RecordedFile>,
    /// What the user must know, and has accepted where that was needed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hazards: Vec<Hazard>,
    /// What was decided, by attributes and flags.
    pub decisions: Decisions,
    /// What it creates: ours from here on.
    #[serde(skip_serializing_if = "Owned::is_empty")]
    pub creates: Owned,
    /// What it takes over as it stands: ours from here on.
    #[serde(skip_serializing_if = "Adopts::is_empty")]
    pub adopts: Adopts,
    /// The phases that are not released yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
}

/// What a plan stands on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parent {
    /// Digest of the ordered (version, checksum) list of the files before it. Two plans with the same one are a fork.
    pub history: String,
    /// Fingerprint of the schema that those files lead to.
    pub schema: String,
}

/// A stage by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedStage {
    /// `old`, `bridge`, `swapped` or `new`.
    pub name: String,
    /// Its fingerprint.
    pub fingerprint: String,
}

/// A pair of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedFile {
    /// Its version; none while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Its place in its phase, from 1.
    pub number: u32,
    /// Its name without version.
    pub slug: String,
    /// When it may run.
    pub phase: Phase,
    /// The way forward.
    pub up: RecordedScript,
    /// The way back.
    pub down: RecordedScript,
    /// Whether the undo only exists together with that of the files before it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undo_with_previous: bool,
    /// The steps in it.
    pub steps: Vec<StepSummary>,
}

/// One of the two files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedScript {
    /// How it must be run.
    pub class: Class,
    /// The checksum that sqlx keeps of it.
    pub sha384: String,
}

/// Names of objects that are ours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Owned {
    /// Namespaces.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub schemas: BTreeSet<Ident>,
    /// Enum types.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub enums: BTreeSet<QName>,
    /// Sequences.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub sequences: BTreeSet<QName>,
    /// Tables.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub tables: BTreeSet<QName>,
}

/// Objects that stood before the first plan and that structs name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Adopts {
    /// Enum types.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub enums: BTreeSet<QName>,
    /// Tables, with the indexes and constraints on them that no struct names: those stay other people's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<QName, BTreeSet<Ident>>,
    /// What they were when they were adopted.
    pub definitions: Schema,
}

/// A phase that is not released yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// Which one.
    pub phase: Phase,
    /// What it does to the schema, in order.
    pub effect: Vec<Patch>,
}

impl Owned {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Adopts {
    /// Whether nothing is adopted.
    pub fn is_empty(&self) -> bool {
        self.enums.is_empty() && self.tables.is_empty()
    }
}

impl RecordedFile {
    /// Describes a file of a plan. `number` is its place in its phase.
    pub fn new(file: &PlanFile, number: u32) -> Self {
        let script = |script: &crate::plan::Script| RecordedScript {
            class: script.class,
            sha384: sha384(&script.text),
        };
        Self {
            version: None,
            number,
            slug: file.slug.clone(),
            phase: file.phase,
            up: script(&file.up),
            down: script(&file.down),
            undo_with_previous: file.undo_with_previous,
            steps: file.steps.clone(),
        }
    }

    /// The up file's name, relative to the directory when released, to the plan's folder while it waits.
    pub fn up_name(&self) -> String {
        format!("{}.up.sql", self.stem())
    }

    /// The down file's name.
    pub fn down_name(&self) -> String {
        format!("{}.down.sql", self.stem())
    }

    fn stem(&self) -> String {
        match self.version {
            Some(version) => format!("{version}_{}", self.slug),
            None => format!("{}/{:02}_{}", folder(self.phase), self.number, self.slug),
        }
    }
}

/// The folder in which a phase's files wait.
fn folder(phase: Phase) -> &'static str {
    match phase {
        Phase::Expand => "0-expand",
        Phase::Cutover => "1-cutover",
        Phase::Contract => "2-contract",
    }
}

impl PlanRecord {
    /// The file's name in the plan's folder.
    pub const FILE: &'static str = "plan.yaml";

    /// What can be said from the plan alone.
    pub fn of(plan: &Plan) -> Self {
        Self {
            name: plan.name.clone(),
            what: what(&plan.files),
            target_version: plan.target_version,
            stages: plan
                .stages
                .iter()
                .map(|stage| RecordedStage {
                    name: stage.name.clone(),
                    fingerprint: fingerprint(&stage.schema),
                })
                .collect(),
            hazards: plan.hazards.clone(),
            decisions: plan.decisions.clone(),
            ..Self::default()
        }
    }

    /// The name of the plan's folder.
    pub fn folder(&self) -> String {
        format!("{}_{}", self.stamp, self.name)
    }

    /// Reads a `plan.yaml`.
    ///
    /// # Errors
    /// When it cannot be read or does not parse.
    pub fn read(path: &Path) -> Result<Self, MigrationsError> {
        serde_yaml::from_str(&read_text(path)?).map_err(|error| MigrationsError::Yaml {
            path: path.to_owned(),
            message: error.to_string(),
        })
    }

    /// The file's text.
    ///
    /// # Errors
    /// When YAML cannot express it.
    pub fn text(&self) -> Result<String, MigrationsError> {
        yaml(HEADER, self, Path::new(Self::FILE))
    }
}

/// A YAML file's text: the header and the value.
pub(super) fn yaml<T: Serialize>(header: &str, value: &T, path: &Path) -> Result<String, MigrationsError> {
    serde_yaml::to_string(value)
        .map(|text| format!("{header}{text}"))
        .map_err(|error| MigrationsError::Yaml {
            path: path.to_owned(),
            message: error.to_string(),
        })
}

/// One line for each step, without those that only serve another one.
fn what(files: &[PlanFile]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for step in files.iter().flat_map(|file| &file.steps) {
        let line = format!("{} {}", step.kind, step.object);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}
