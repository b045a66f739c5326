//! Steps into files: neighbours share a transaction where they may, everything long or outside a transaction is alone.

use super::header::Place;
use super::why::Reasons;
use super::{Options, header, name};
use crate::change::Step;
use crate::plan::{Class, Cost, Lock, LockMode, Phase, PlanFile, Script, Statement, StepSummary};
use crate::schema::Patch;
use std::collections::BTreeSet;

/// Cuts the steps of one phase into files.
pub(super) fn cut(
    steps: Vec<Step>,
    place: Place,
    reasons: &Reasons<'_>,
    options: &Options,
    names: &mut name::Names,
) -> Vec<PlanFile> {
    let mut groups: Vec<Vec<Step>> = Vec::new();
    for step in steps {
        match groups.last_mut() {
            Some(group) if may_share(group, &step) => group.push(step),
            _ => groups.push(vec![step]),
        }
    }
    let last = groups.len().saturating_sub(1);
    let mut why: Vec<String> = Vec::new();
    let mut files = Vec::with_capacity(groups.len());
    for (at, group) in groups.iter().enumerate() {
        let own = reasons.of(group);
        let continues = at > 0 && groups[at - 1].last().is_some_and(|s| s.object == group[0].object);
        if !(own.is_empty() && continues) {
            why = own;
        }
        if why.is_empty() {
            why.extend(
                group[0]
                    .table
                    .iter()
                    .map(|t| format!("makes room for the other changes of {t}")),
            );
        }
        let place = Place {
            last: at == last,
            ..place
        };
        files.push(file(group, place, &why, options, names));
    }
    files
}

fn may_share(group: &[Step], step: &Step) -> bool {
    let short = |s: &Step| {
        !s.alone
            && s.up_class() == Class::Transaction
            && s.down_class() == Class::Transaction
            && s.up_reason.is_none()
            && s.up.iter().chain(&s.down).all(|x| x.cost == Cost::Instant)
    };
    if step.glued {
        return true;
    }
    let same_table = group.last().is_some_and(|last| last.table == step.table);
    same_table && !step.undo_with_previous && short(step) && group.iter().all(short)
}

fn file(group: &[Step], place: Place, why: &[String], options: &Options, names: &mut name::Names) -> PlanFile {
    let slug = names.unique(&file_name(group, place.phase));
    let up: Vec<&Statement> = group.iter().flat_map(|s| &s.up).collect();
    let down: Vec<&Statement> = group.iter().rev().flat_map(|s| &s.down).collect();
    let up_effect: Vec<Patch> = group.iter().flat_map(|s| s.up_effect.clone()).collect();
    let down_effect: Vec<Patch> = group.iter().rev().flat_map(|s| s.down_effect.clone()).collect();
    PlanFile {
        phase: place.phase,
        slug,
        up: script(
            &up,
            up_effect,
            &header::up(group, place, why),
            header::up_reason(group),
            options,
        ),
        down: script(
            &down,
            down_effect,
            &header::down(group, place, why),
            header::down_reason(group),
            options,
        ),
        steps: group.iter().map(summary).collect(),
        undo_with_previous: group.first().is_some_and(|s| s.undo_with_previous),
    }
}

fn file_name(group: &[Step], phase: Phase) -> String {
    if let [one] = group
        && !one.verb.is_empty()
    {
        return format!("{}_{}", one.verb, name::own(&one.subject));
    }
    let phase = match phase {
        Phase::Expand => "expand",
        Phase::Cutover => "cutover",
        Phase::Contract => "contract",
    };
    let own: BTreeSet<String> = group.iter().map(|step| name::own(own_name(step))).collect();
    match (&group[0].table, own.into_iter().collect::<Vec<_>>().as_slice()) {
        (Some(table), [own]) if own.starts_with(table.name.raw()) => format!("{phase}_{own}"),
        (Some(table), [own]) => format!("{phase}_{}_{own}", table.name.raw()),
        (Some(table), _) => format!("{phase}_{}", table.name.raw()),
        (None, [own]) => format!("{phase}_{own}"),
        (None, _) => format!("{phase}_types"),
    }
}

/// The last part of what a step is about: a column of the table, a type.
fn own_name(step: &Step) -> &str {
    let name = step.object.split(": ").next().unwrap_or(&step.object);
    name.rsplit('.').next().unwrap_or(name)
}

fn summary(step: &Step) -> StepSummary {
    let mut locks: Vec<Lock> = step.up.iter().flat_map(|s| s.locks.clone()).collect();
    locks.sort();
    locks.dedup();
    StepSummary {
        kind: step.kind.to_owned(),
        object: step.object.clone(),
        locks,
        cost: step.up.iter().map(|s| s.cost).max().unwrap_or(Cost::Instant),
    }
}

fn script(
    statements: &[&Statement],
    effect: Vec<Patch>,
    header: &str,
    reason: Option<String>,
    options: &Options,
) -> Script {
    let class = statements
        .iter()
        .map(|s| s.runs)
        .find(|c| *c != Class::Transaction)
        .unwrap_or(Class::Transaction);
    let mut text = String::new();
    if class != Class::Transaction {
        text.push_str("-- no-transaction\n");
    }
    text.push_str(header);
    text.push('\n');
    if statements.is_empty() {
        text.push_str(&header::comment(&reason.unwrap_or_else(|| "Nothing to do.".to_owned())));
        text.push_str("SELECT 1;\n");
    } else {
        if let Some(limit) = lock_timeout(statements, options).filter(|_| class == Class::Transaction) {
            text.push_str(&format!("SET LOCAL lock_timeout = '{limit}ms';\n\n"));
        }
        for statement in statements {
            text.push_str(&statement.sql);
            text.push_str(";\n");
        }
    }
    Script { class, text, effect }
}

/// How long a transaction may wait for its locks; none where nothing queues behind the wait.
fn lock_timeout(statements: &[&Statement], options: &Options) -> Option<u32> {
    let mut strong: Vec<&Lock> = statements
        .iter()
        .flat_map(|s| &s.locks)
        .filter(|l| l.mode >= LockMode::Share)
        .collect();
    strong.sort_by(|a, b| a.on.cmp(&b.on));
    strong.dedup_by(|a, b| a.on == b.on);
    match strong.len() {
        0 => None,
        1 => Some(options.lock_timeout_ms),
        _ => Some(options.lock_timeout_many_ms),
    }
}
