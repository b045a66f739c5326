//! From two schemas and the decisions to a plan: stages, the differ between neighbours, steps, files.

mod accept;
mod dependents;
mod family;
mod file;
mod guard;
mod header;
mod name;
mod question;
mod sequences;
mod why;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub use question::RenameQuestion;

use crate::change::{Change, Context, Step};
use crate::compare::differences;
use crate::differ::{Segment, Task, diff};
use crate::plan::{Decisions, Hazard, Phase, Plan, PlanFile, Stage, TableRename};
use crate::schema::{Ident, Object, Other, Patch, QName, Schema, Slot, SyncDirection};
use crate::stages::{Refusal, Renamed, renamed_sequences, stages};

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
    #[error("{}", list("an answer is needed (is it a rename, or a drop and an add?)", .0))]
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
    let new = &new.clone().sharing(old);
    let decisions = &sequences::told(old, new, decisions);
    let questions = question::renames(old, new, decisions);
    if !questions.is_empty() {
        return Err(PlanError::RenameOrNot(questions));
    }
    let path = stages(old, new, decisions).map_err(PlanError::Refused)?;
    let mut refused = guard::views_without_row_security(&path.stages, options.target_version);
    refused.extend(guard::keys_of_partitions(&path.stages, options.target_version));
    if !refused.is_empty() {
        return Err(PlanError::Refused(refused));
    }
    let mut draft = Draft::new(decisions, options, new, diff);
    draft.inner = path.decisions.clone();
    draft.hazards.extend(path.hazards.iter().cloned());
    draft.untold = path.hazards;
    draft.waits_for = what_new_code_waits_for(&path.stages);
    draft.goal = path.stages.last().map(|stage| &stage.schema);
    for pair in path.stages.windows(2) {
        let phase = match (pair[1].name.as_str(), decisions.direct) {
            ("swapped", _) => Phase::Cutover,
            ("new", false) => Phase::Contract,
            _ => Phase::Expand,
        };
        if pair[1].name == "renamed" {
            let at_once = path.at_once.iter().cloned();
            let tasks = at_once
                .map(|change| Task::new(Segment::Names, None, 0, change))
                .collect();
            draft.walked(&pair[0].schema, &pair[1].schema, tasks, phase)?;
        } else {
            draft.arrow(&pair[0].schema, &pair[1].schema, phase)?;
        }
    }
    let (files, hazards, name) = draft.finish()?;
    Ok(Plan {
        name,
        stages: path.stages,
        files,
        hazards,
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
    let mut draft = Draft::new(decisions, options, to, diff);
    draft.arrow(from, to, phase)?;
    let names = if phase == Phase::Cutover {
        ["bridge", "swapped"]
    } else {
        ["bridge", "new"]
    };
    let stage = |name: &str, schema: &Schema| Stage {
        name: name.to_owned(),
        schema: schema.clone(),
    };
    let (files, hazards, name) = draft.finish()?;
    Ok(Plan {
        name,
        stages: vec![stage(names[0], from), stage(names[1], to)],
        files,
        hazards,
        decisions: decisions.clone(),
        target_version: options.target_version,
    })
}

/// A plan in the making. Every phase comes from the same differ, called on neighbouring stages.
struct Draft<'a, D> {
    decisions: &'a Decisions,
    options: &'a Options,
    target: &'a Schema,
    /// What stands outside the model, as the arrows so far left it.
    others: Option<Vec<Other>>,
    differ: D,
    /// The decisions under the names that tables have between the stages.
    inner: Decisions,
    hazards: BTreeSet<Hazard>,
    /// Hazards of the path that no file's header has named so far.
    untold: Vec<Hazard>,
    steps: Vec<Step>,
    files: Vec<PlanFile>,
    names: name::Names,
    /// Where the whole way leads, when that is known.
    goal: Option<&'a Schema>,
    /// What new code waits for once expand is done.
    waits_for: Option<Phase>,
}

impl<'a, D: FnMut(&Schema, &Schema, &[TableRename]) -> Vec<Task>> Draft<'a, D> {
    fn new(decisions: &'a Decisions, options: &'a Options, target: &'a Schema, differ: D) -> Self {
        Self {
            decisions,
            options,
            target,
            others: None,
            differ,
            inner: Decisions::default(),
            hazards: BTreeSet::new(),
            untold: Vec::new(),
            steps: Vec::new(),
            files: Vec::new(),
            names: name::Names::default(),
            goal: None,
            waits_for: None,
        }
    }

    fn arrow(&mut self, from: &Schema, to: &Schema, phase: Phase) -> Result<(), PlanError> {
        let from = self.standing(from);
        // Names of sequences change in the last arrow alone.
        let told = match phase {
            Phase::Expand if !self.decisions.direct => Vec::new(),
            Phase::Cutover => Vec::new(),
            _ => renamed_sequences(&from, to, &self.decisions.sequence_renames),
        };
        let tasks = (self.differ)(&from, to, &told);
        self.walked(&from, to, tasks, phase)
    }

    /// The stage with what stands outside the model by now.
    fn standing<'s>(&self, stage: &'s Schema) -> Cow<'s, Schema> {
        match &self.others {
            Some(others) if *others != stage.others => Cow::Owned(Schema {
                others: others.clone(),
                ..stage.clone()
            }),
            _ => Cow::Borrowed(stage),
        }
    }

    fn walked(&mut self, from: &Schema, to: &Schema, tasks: Vec<Task>, phase: Phase) -> Result<(), PlanError> {
        let context = Context {
            target_version: self.options.target_version,
            unguarded: self.decisions.allow_data_loss.clone(),
            retired: retired(from),
        };
        let course = dependents::Course {
            from,
            to,
            target: self.target,
            serves_old: phase == Phase::Expand && !self.decisions.direct,
        };
        let (mut steps, others) = walk(from, &course, tasks, &context, phase)?;
        self.others = Some(others);
        guard::warn(&mut steps, &self.options.publications);
        guard::tell(&mut steps, &mut self.untold);
        self.hazards.extend(steps.iter().flat_map(|s| s.hazards.clone()));
        self.steps.extend(steps.iter().cloned());
        let place = header::Place {
            phase,
            last: false,
            target_version: self.options.target_version,
            waits_for: self.waits_for,
            direct: self.decisions.direct,
        };
        // Contract and cutover are planned anew when they are released, from what stands then: their reasons are those of
        // their own way. Expand looks at the whole.
        let goal = match phase {
            Phase::Expand => self.goal.unwrap_or(to),
            Phase::Cutover | Phase::Contract => to,
        };
        let names = Renamed::shown(&[from, to]);
        let (from, to) = (&*names.shown_forward(from), &*names.shown_forward(to));
        let reasons = why::Reasons::new(from, goal, to, &names);
        self.files
            .extend(file::cut(steps, place, &reasons, self.options, &mut self.names));
        Ok(())
    }

    /// The files, the hazards and the name.
    fn finish(self) -> Result<(Vec<PlanFile>, Vec<Hazard>, String), PlanError> {
        accept::check(&self.hazards, self.decisions, &self.inner)?;
        let given = self.options.name.as_deref().map(name::slug);
        let name = given.unwrap_or_else(|| name::plan_name(&self.steps));
        Ok((self.files, self.hazards.into_iter().collect(), name))
    }
}

/// Contract, where a column changes its type at its place there, else the cutover, where there is one.
fn what_new_code_waits_for(stages: &[Stage]) -> Option<Phase> {
    let [.., before, last] = stages else { return None };
    let retyped = last.schema.tables.iter().any(|(name, table)| {
        let was = before.schema.tables.get(name);
        was.is_some_and(|was| {
            let other = |c: &&crate::schema::Column| was.column(&c.name).is_some_and(|w| w.type_name != c.type_name);
            table.columns.iter().find(other).is_some()
        })
    });
    match retyped {
        true => Some(Phase::Contract),
        false => (before.name == "swapped").then_some(Phase::Cutover),
    }
}

/// Columns that a sync keeps equal to another one and that go with it.
fn retired(schema: &Schema) -> BTreeSet<(QName, Ident)> {
    let left = |s: &crate::schema::Sync| match s.direction {
        SyncDirection::TwoWay => Some(s.from.clone()),
        SyncDirection::Forward | SyncDirection::Backward => Some(s.to.clone()),
        SyncDirection::InPlace => None,
    };
    let of = |table: &QName, s: &crate::schema::Sync| Some((table.clone(), left(s)?));
    let mut out: BTreeSet<(QName, Ident)> = schema.syncs.values().filter_map(|s| of(&s.table, s)).collect();
    // Contract gives a table that a view shows its new name before anything else.
    for (name, alias) in &schema.aliases {
        let own = schema.syncs.values().filter(|s| s.table == alias.table);
        out.extend(own.filter_map(|s| of(name, s)));
    }
    out
}

/// The steps between two neighbouring stages, each made from the schema as it stands when its turn comes.
fn walk(
    from: &Schema,
    course: &dependents::Course<'_>,
    tasks: Vec<Task>,
    context: &Context,
    phase: Phase,
) -> Result<(Vec<Step>, Vec<Other>), PlanError> {
    let to = course.to;
    let mut state = Cow::Borrowed(from);
    let mut steps = Vec::new();
    let is_child = |t: &crate::schema::Table| t.partition_of.is_some() || !t.inherits.is_empty();
    let has_children = [from, to].iter().any(|s| s.tables.values().any(|t| is_child(t)));
    let mut rest = tasks.as_slice();
    while let Some((task, others)) = rest.split_first() {
        let (made, used) = match together(&state, rest, context) {
            Some((changes, made)) => (
                dependents::carry_together(&state, &changes, made, course),
                changes.len(),
            ),
            None => {
                let made = task.change.steps(&task.change.scope(&state), context);
                (dependents::carry(&state, &task.change, made, course), 1)
            }
        };
        rest = &others[used - 1..];
        for mut step in made.map_err(PlanError::Refused)? {
            if has_children {
                family::lock_members(&state, &mut step);
                step.up_effect = with_children(&state, [from, to], step.up_effect);
            }
            for patch in &step.up_effect {
                state.to_mut().put(&patch.slot, patch.after.clone());
            }
            if has_children {
                step.down_effect = with_children(&state, [from, to], step.down_effect);
            }
            steps.push(step);
        }
    }
    let missed = differences(to, &state);
    if missed.is_empty() {
        Ok((steps, state.others.clone()))
    } else {
        let phase = match phase {
            Phase::Expand => "expand",
            Phase::Cutover => "cutover",
            Phase::Contract => "contract",
        };
        let phase = phase.to_owned();
        Err(PlanError::NotReached {
            phase,
            differences: missed,
        })
    }
}

/// Several types of one table's columns that change at their place in an instant, at the head of the tasks, with their steps.
fn together<'t>(state: &Schema, tasks: &'t [Task], context: &Context) -> Option<(Vec<&'t Change>, Vec<Step>)> {
    let mut reached = Cow::Borrowed(state);
    let mut changes: Vec<&Change> = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    for task in tasks {
        let Change::AlterColumnType(table, _) = &task.change else {
            break;
        };
        if steps.first().is_some_and(|s| s.table.as_ref() != Some(table)) {
            break;
        }
        let made = task.change.steps(&task.change.scope(&reached), context);
        let [step] = made.as_slice() else { break };
        if step.alone {
            break;
        }
        for patch in &step.up_effect {
            reached.to_mut().put(&patch.slot, patch.after.clone());
        }
        changes.push(&task.change);
        steps.extend(made);
    }
    (changes.len() > 1).then_some((changes, steps))
}

/// A column's change on a parent is one on each of its partitions and inheritance children.
fn with_children(state: &Schema, ends: [&Schema; 2], patches: Vec<Patch>) -> Vec<Patch> {
    let mut out = patches.clone();
    for patch in &patches {
        let Slot::Column(table, name) = &patch.slot else {
            continue;
        };
        // What is said of a member as well is on top of what comes from above.
        let higher = |other: &Patch| match &other.slot {
            Slot::Column(above, column) => column == name && above != table && state.family(above).contains(table),
            _ => false,
        };
        if patches.iter().any(higher) {
            continue;
        }
        let keeps_key = |child: &QName| {
            let goes = |p: &Patch| {
                let on_it = matches!(&p.slot, Slot::Constraint(on, _) | Slot::Attached(on, _) if on == child);
                on_it && p.after.is_none()
            };
            state.is_keyed(child, name) && !patches.iter().any(goes)
        };
        for child in state.family(table).into_iter().filter(|child| child != table) {
            let slot = Slot::Column(child.clone(), name.clone());
            let said = out.iter().position(|p| p.slot == slot);
            let before = match said {
                Some(at) => out[at].before.clone(),
                None => state.get(&slot),
            };
            // From 17 on partitions share the identity.
            let shares = ends.iter().any(|schema| {
                let table = schema.tables.get(&child).filter(|t| t.partition_of.is_some());
                table.and_then(|t| t.column(name)).is_some_and(|c| c.identity.is_some())
            });
            let own = match said {
                Some(at) => &out[at].after,
                None => &before,
            };
            let after = match (&patch.after, own) {
                (Some(Object::Column(is)), Some(Object::Column(own))) => {
                    let was = match &patch.before {
                        Some(Object::Column(was)) => Some(&**was),
                        _ => None,
                    };
                    let mut follows = own.following(was, is, shares);
                    // A primary key that stays keeps it NOT NULL.
                    follows.not_null |= own.not_null && keeps_key(&child);
                    Some(Object::Column(Box::new(follows)))
                }
                (Some(Object::Column(is)), _) => Some(Object::Column(Box::new(is.inherited(shares)))),
                _ => None,
            };
            match said {
                Some(at) => out[at].after = after,
                None => out.push(Patch { slot, before, after }),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::ColumnRename;
    use crate::schema::{Column, Table};

    fn one_table(columns: &[(&str, &str)]) -> Schema {
        let columns = columns
            .iter()
            .map(|(name, type_name)| Column::new(*name, *type_name))
            .collect();
        let mut schema = Schema::default();
        schema.tables.insert(
            QName::new("public", "t"),
            Table {
                columns,
                ..Table::default()
            }
            .into(),
        );
        schema
    }

    /// The differ is called once for each pair of neighbouring stages, and for nothing else.
    #[test]
    fn every_phase_comes_from_the_one_differ() {
        let old = one_table(&[("a", "text"), ("n", "integer")]);
        let new = one_table(&[("b", "text"), ("n", "bigint")]);
        let rename = ColumnRename {
            table: QName::new("public", "t"),
            from: "a".into(),
            to: "b".into(),
        };
        let accept = BTreeSet::from(["all".to_owned()]);
        let decisions = Decisions {
            renames: vec![rename],
            accept,
            ..Decisions::default()
        };
        let options = Options::default();
        let path = stages(&old, &new, &decisions).expect("both changes can be planned");
        let names: Vec<&str> = path.stages.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["old", "bridge", "swapped", "new"]);
        let mut calls: Vec<(Schema, Schema)> = Vec::new();
        let mut draft = Draft::new(
            &decisions,
            &options,
            &new,
            |from: &Schema, to: &Schema, told: &[TableRename]| {
                calls.push((from.clone(), to.clone()));
                diff(from, to, told)
            },
        );
        draft.goal = path.stages.last().map(|stage| &stage.schema);
        draft.waits_for = Some(Phase::Cutover);
        for (pair, phase) in path
            .stages
            .windows(2)
            .zip([Phase::Expand, Phase::Cutover, Phase::Contract])
        {
            draft
                .arrow(&pair[0].schema, &pair[1].schema, phase)
                .expect("the stage is reached");
        }
        let (counted, ..) = draft.finish().expect("everything is accepted");
        assert_eq!(calls.len(), path.stages.len() - 1);
        for (call, pair) in calls.iter().zip(path.stages.windows(2)) {
            assert_eq!((&call.0, &call.1), (&pair[0].schema, &pair[1].schema));
        }
        assert_eq!(plan(&old, &new, &decisions, &options).expect("planned").files, counted);
    }
}

#[cfg(test)]
mod snapshots;
