//! Steps into files: neighbours share a transaction where they may, everything long or outside a transaction is alone.

use super::{Options, header, name};
use crate::change::Step;
use crate::plan::{Class, Cost, Lock, LockMode, Phase, PlanFile, Script, Statement, StepSummary};
use crate::schema::Patch;

/// Cuts the steps of one phase into files.
pub(super) fn cut(steps: Vec<Step>, phase: Phase, options: &Options, names: &mut name::Names) -> Vec<PlanFile> {
    let mut groups: Vec<Vec<Step>> = Vec::new();
    for step in steps {
        match groups.last_mut() {
            Some(group) if may_share(group, &step) => group.push(step),
            _ => groups.push(vec![step]),
        }
    }
    groups
        .into_iter()
        .map(|group| file(&group, phase, options, names))
        .collect()
}

fn may_share(group: &[Step], step: &Step) -> bool {
    let short = |s: &Step| {
        !s.alone
            && s.up_class() == Class::Transaction
            && s.down_class() == Class::Transaction
            && s.up_reason.is_none()
            && s.up.iter().chain(&s.down).all(|x| x.cost == Cost::Instant)
    };
    let same_table = group.last().is_some_and(|last| last.table == step.table);
    same_table && !step.undo_with_previous && short(step) && group.iter().all(short)
}

fn file(group: &[Step], phase: Phase, options: &Options, names: &mut name::Names) -> PlanFile {
    let slug = names.unique(&file_name(group, phase));
    let up: Vec<&Statement> = group.iter().flat_map(|s| &s.up).collect();
    let down: Vec<&Statement> = group.iter().rev().flat_map(|s| &s.down).collect();
    let up_effect: Vec<Patch> = group.iter().flat_map(|s| s.up_effect.clone()).collect();
    let down_effect: Vec<Patch> = group.iter().rev().flat_map(|s| s.down_effect.clone()).collect();
    PlanFile {
        phase,
        slug,
        up: script(
            &up,
            up_effect,
            &header::up(group, phase),
            header::up_reason(group),
            options,
        ),
        down: script(
            &down,
            down_effect,
            &header::down(group),
            header::down_reason(group),
            options,
        ),
        steps: group.iter().map(summary).collect(),
        undo_with_previous: group.first().is_some_and(|s| s.undo_with_previous),
    }
}

fn file_name(group: &[Step], phase: Phase) -> String {
    match group {
        [one] if !one.verb.is_empty() => format!("{}_{}", one.verb, one.subject),
        many => {
            let phase = match phase {
                Phase::Expand => "expand",
                Phase::Cutover => "cutover",
                Phase::Contract => "contract",
            };
            format!("{phase}_{}", subject(many))
        }
    }
}

/// The table that a group of steps is about, or the one type or sequence.
fn subject(group: &[Step]) -> &str {
    if let Some(table) = &group[0].table {
        return table.name.raw();
    }
    let object = &group[0].object;
    if group.iter().any(|step| step.object != *object) {
        return "types";
    }
    let name = object.split(": ").next().unwrap_or(object);
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
