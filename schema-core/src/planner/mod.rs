//! From two schemas and the decisions to a plan: stages, the differ between neighbours, steps, files.

mod accept;
mod file;
mod guard;
mod header;
mod name;
mod question;

use std::collections::{BTreeMap, BTreeSet};

pub use question::RenameQuestion;

use crate::change::{Context, Step};
use crate::compare::differences;
use crate::differ::diff;
use crate::plan::{Decisions, Hazard, Phase, Plan};
use crate::schema::{Ident, Object, Patch, QName, Schema, Slot, SyncDirection};
use crate::stages::{Refusal, stages};

/// What a plan is made for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Lowest server major version that the plan must run on.
    pub target_version: u32,
    /// The plan's name; from the changes when there is none.
    pub name: Option<String>,
    /// Milliseconds that a statement may wait for a lock that others queue behind.
    pub lock_timeout_ms: u32,
    /// The same where one transaction locks several tables.
    pub lock_timeout_many_ms: u32,
    /// Tables in publications, with the publications' names.
    pub publications: BTreeMap<QName, Vec<String>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            target_version: 14,
            name: None,
            lock_timeout_ms: 200,
            lock_timeout_many_ms: 100,
            publications: BTreeMap::new(),
        }
    }
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Differences that cannot be planned.
    #[error("{}", list("cannot be planned", .0))]
    Refused(Vec<Refusal>),
    /// A drop and an add that look like a rename.
    #[error("{}", list("an answer is needed: renamed, or dropped and added?", .0))]
    RenameOrNot(Vec<RenameQuestion>),
    /// Data would be lost without a word from the user.
    #[error("{}", accept::data_loss_text(.0))]
    DataLoss(Vec<Hazard>),
    /// Hazards that nobody accepted.
    #[error("{}", accept::hazard_text(.0))]
    Unaccepted(Vec<Hazard>),
    /// The steps do not reach the stage: a defect of schemagen, found before anything was written.
    #[error("the steps of {phase} do not reach its end (please report this):\n  {}", .differences.join("\n  "))]
    NotReached {
        /// Which arrow.
        phase: String,
        /// What is missing.
        differences: Vec<String>,
    },
}

fn list<T: std::fmt::Display>(head: &str, items: &[T]) -> String {
    let lines: Vec<String> = items.iter().map(|item| format!("\n  {item}")).collect();
    format!("{head}:{}", lines.concat())
}

/// Plans the way from `old` to `new`.
///
/// # Errors
/// Refusals, open questions, and hazards that were not accepted, each with what answers it.
pub fn plan(old: &Schema, new: &Schema, decisions: &Decisions, options: &Options) -> Result<Plan, PlanError> {
    let questions = question::renames(old, new, decisions);
    if !questions.is_empty() {
        return Err(PlanError::RenameOrNot(questions));
    }
    let path = stages(old, new, decisions).map_err(PlanError::Refused)?;
    let mut context = Context {
        target_version: options.target_version,
        unguarded: decisions.allow_data_loss.clone(),
        retired: BTreeSet::new(),
    };
    let mut hazards: BTreeSet<Hazard> = path.hazards.into_iter().collect();
    let mut files = Vec::new();
    let mut all_steps: Vec<Step> = Vec::new();
    let mut names = name::Names::default();
    for (at, pair) in path.stages.windows(2).enumerate() {
        let phase = match (pair[1].name.as_str(), decisions.direct) {
            ("swapped", _) => Phase::Cutover,
            ("new", false) => Phase::Contract,
            _ => Phase::Expand,
        };
        context.retired = retired(&pair[0].schema);
        let steps = walk(&pair[0].schema, &pair[1].schema, &context, at)?;
        hazards.extend(steps.iter().flat_map(|s| s.hazards.clone()));
        hazards.extend(guard::publications(&steps, &options.publications));
        all_steps.extend(steps.iter().cloned());
        files.extend(file::cut(steps, phase, options, &mut names));
    }
    hazards.extend(guard::select_star(&files));
    accept::check(&hazards, decisions)?;
    let name = options
        .name
        .clone()
        .map_or_else(|| name::plan_name(&all_steps), |n| name::slug(&n));
    Ok(Plan {
        name,
        stages: path.stages,
        files,
        hazards: hazards.into_iter().collect(),
        decisions: decisions.clone(),
        target_version: options.target_version,
    })
}

/// Plans a waiting phase anew: from the head to the head with the phase's effect. Both are stages already, fills included.
///
/// # Errors
/// As [`plan`].
pub fn replan(
    from: &Schema,
    to: &Schema,
    phase: Phase,
    decisions: &Decisions,
    options: &Options,
) -> Result<Plan, PlanError> {
    let context = Context {
        target_version: options.target_version,
        unguarded: decisions.allow_data_loss.clone(),
        retired: retired(from),
    };
    let steps = walk(from, to, &context, 1)?;
    let mut hazards: BTreeSet<Hazard> = steps.iter().flat_map(|s| s.hazards.clone()).collect();
    hazards.extend(guard::publications(&steps, &options.publications));
    let name = options
        .name
        .clone()
        .map_or_else(|| name::plan_name(&steps), |n| name::slug(&n));
    let files = file::cut(steps, phase, options, &mut name::Names::default());
    hazards.extend(guard::select_star(&files));
    accept::check(&hazards, decisions)?;
    let stage = |name: &str, schema: &Schema| crate::plan::Stage {
        name: name.to_owned(),
        schema: schema.clone(),
    };
    let names = if phase == Phase::Cutover {
        ["bridge", "swapped"]
    } else {
        ["bridge", "new"]
    };
    Ok(Plan {
        name,
        stages: vec![stage(names[0], from), stage(names[1], to)],
        files,
        hazards: hazards.into_iter().collect(),
        decisions: decisions.clone(),
        target_version: options.target_version,
    })
}

/// Columns that a sync keeps equal to another one and that go with it.
fn retired(schema: &Schema) -> BTreeSet<(QName, Ident)> {
    let left = |s: &crate::schema::Sync| match s.direction {
        SyncDirection::TwoWay => s.from.clone(),
        SyncDirection::Forward | SyncDirection::Backward => s.to.clone(),
    };
    schema.syncs.values().map(|s| (s.table.clone(), left(s))).collect()
}

/// The steps between two neighbouring stages, each made from the schema as it stands when its turn comes.
fn walk(from: &Schema, to: &Schema, context: &Context, arrow: usize) -> Result<Vec<Step>, PlanError> {
    let mut state = from.clone();
    let mut steps = Vec::new();
    for task in diff(from, to) {
        let refused = guard::dependents(&state, &task.change);
        if !refused.is_empty() {
            return Err(PlanError::Refused(refused));
        }
        for mut step in task.change.steps(&state, context) {
            step.up_effect = with_children(&state, step.up_effect);
            for patch in &step.up_effect {
                state.put(&patch.slot, patch.after.clone());
            }
            step.down_effect = with_children(&state, step.down_effect);
            steps.push(step);
        }
    }
    let missed = differences(to, &state);
    if missed.is_empty() {
        Ok(steps)
    } else {
        let phase = ["expand", "cutover or contract", "contract"][arrow.min(2)].to_owned();
        Err(PlanError::NotReached {
            phase,
            differences: missed,
        })
    }
}

/// A column's change on a parent is one on each of its partitions and inheritance children.
fn with_children(state: &Schema, patches: Vec<Patch>) -> Vec<Patch> {
    let mut out = Vec::new();
    for patch in patches {
        if let Slot::Column(table, name) = &patch.slot {
            for child in descendants(state, table) {
                let slot = Slot::Column(child, name.clone());
                let before = state.get(&slot);
                if before == patch.after {
                    continue;
                }
                let mut after = patch.after.clone();
                if let (Some(Object::Column(own)), Some(Object::Column(new))) = (&before, &mut after) {
                    // The child's own settings stay.
                    new.comment.clone_from(&own.comment);
                    new.statistics = own.statistics;
                    new.options.clone_from(&own.options);
                } else if let Some(Object::Column(new)) = &mut after {
                    new.comment = None;
                }
                out.push(Patch { slot, before, after });
            }
        }
        out.push(patch);
    }
    out
}

fn descendants(state: &Schema, table: &QName) -> Vec<QName> {
    let mut found = Vec::new();
    let mut open = vec![table.clone()];
    while let Some(parent) = open.pop() {
        for (name, t) in &state.tables {
            let child = t.partition_of.as_ref().is_some_and(|p| p.parent == parent) || t.inherits.contains(&parent);
            if child && !found.contains(name) {
                found.push(name.clone());
                open.push(name.clone());
            }
        }
    }
    found
}
