//! A plan as plain data: stages, steps, files. It can be printed, compared, replayed in memory and proven on a server.

mod decisions;
mod step;

pub use decisions::{ColumnRef, ColumnRename, Decisions, Retype, TableRename};
pub use step::{Class, Cost, Hazard, HazardKind, Lock, LockMode, Phase, Statement};

use serde::{Deserialize, Serialize};

use crate::schema::{Patch, Schema};

/// An ordered list of files, each with its undo, that leads from the first stage to the last.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Slug of what it does, `[a-z0-9_]`, such as `contacts_full_name`.
    pub name: String,
    /// The stages that it passes: `old`, `bridge`, perhaps `swapped`, `new`.
    pub stages: Vec<Stage>,
    /// Files in order. Applying all ups leads from the first stage to the last, applying all downs backwards leads back.
    pub files: Vec<PlanFile>,
    /// What the user must know and accept.
    pub hazards: Vec<Hazard>,
    /// What was decided.
    pub decisions: Decisions,
    /// Lowest server major version that the plan is made for.
    pub target_version: u32,
}

/// One stage with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// `old`, `bridge`, `swapped` or `new`.
    pub name: String,
    /// The schema at this stage.
    pub schema: Schema,
}

/// One `NAME.up.sql` with its `NAME.down.sql`.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFile {
    /// When it may run.
    pub phase: Phase,
    /// The name without version, `[a-z0-9_]`, at most 60 bytes, unique in the plan.
    pub slug: String,
    /// The way forward.
    pub up: Script,
    /// The way back.
    pub down: Script,
    /// Kinds of the steps in it (`add_column`, `create_index`, …) with their objects, for people and for plan.yaml.
    pub steps: Vec<StepSummary>,
    /// Whether this file's undo only makes sense together with the files before it (attached partition indexes).
    pub undo_with_previous: bool,
}

/// What a step is, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSummary {
    /// The change kind: `add_column`.
    pub kind: String,
    /// The object: `public.contacts.full_name`.
    pub object: String,
    /// The locks that its statements take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locks: Vec<Lock>,
    /// The most that one of its statements costs.
    pub cost: Cost,
}

/// The text of one file and what it does to the schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// How it must be run.
    pub class: Class,
    /// The whole file, header included. First bytes `-- no-transaction` unless the class is [`Class::Transaction`].
    pub text: String,
    /// Its effect on the schema, in order.
    pub effect: Vec<Patch>,
}

impl Plan {
    /// The files of one phase, in order.
    pub fn phase(&self, phase: Phase) -> impl Iterator<Item = &PlanFile> {
        self.files.iter().filter(move |f| f.phase == phase)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
