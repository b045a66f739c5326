//! What a reviewer reads above the SQL.

use std::collections::BTreeMap;

use crate::change::Step;
use crate::plan::{Class, Cost, LockMode, Phase, Statement};

/// One or more `--` lines. A newline in a name would end the comment and run as SQL: control characters are escaped.
pub(super) fn comment(text: &str) -> String {
    let clean: String = text
        .chars()
        .flat_map(|c| {
            if c.is_control() {
                c.escape_default().collect()
            } else {
                vec![c]
            }
        })
        .collect();
    let mut out = String::new();
    let mut line = String::from("--");
    for word in clean.split(' ') {
        if line.len() + 1 + word.len() > 118 && line.len() > 4 {
            out.push_str(&line);
            out.push('\n');
            line = String::from("--  ");
        }
        line.push(' ');
        line.push_str(word);
    }
    out.push_str(&line);
    out.push('\n');
    out
}

/// Where a file stands on the way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Its phase.
    pub(super) phase: Phase,
    /// Whether it is the phase's last one.
    pub(super) last: bool,
    /// Lowest server major version that the plan is made for.
    pub(super) target_version: u32,
    /// What new code waits for once expand is done.
    pub(super) waits_for: Option<Phase>,
    /// Whether no old code uses the database.
    pub(super) direct: bool,
}

impl Place {
    fn when(self) -> &'static str {
        match (self.phase, self.direct) {
            (_, true) => "When: while no code of the old version uses the database.",
            (Phase::Expand, _) => "When: now; old code runs on.",
            (Phase::Cutover, _) => "When: between the two versions; typed clients of the old one fail from here on.",
            (Phase::Contract, _) => "When: after the old code is gone.",
        }
    }

    fn after(self) -> &'static str {
        match (self.phase, self.last, self.direct) {
            (_, true, true) => "After it: the new version can start.",
            (_, false, true) => "After it: the new version waits for the files behind it.",
            (Phase::Expand, true, _) if self.waits_for == Some(Phase::Contract) => {
                "After it: old code runs on; new code waits for contract, where a column changes its type."
            }
            (Phase::Expand, true, _) if self.waits_for.is_some() => {
                "After it: old code runs on; new code waits for the cutover."
            }
            (Phase::Expand, true, _) => "After it: old code runs on, and new code can be deployed.",
            (Phase::Expand, false, _) => {
                "After it: old code runs on; new code waits for the other files of this phase."
            }
            (Phase::Cutover, true, _) => {
                "After it: new code can be deployed; what old code decodes or writes by type fails."
            }
            (Phase::Cutover, false, _) => "After it: new code waits for the other files of this phase.",
            (Phase::Contract, ..) => "After it: new code runs on; old code is no longer served.",
        }
    }
}

pub(super) fn up(group: &[Step], place: Place, why: &[String]) -> String {
    let statements: Vec<&Statement> = group.iter().flat_map(|s| &s.up).collect();
    let nothing = if statements.is_empty() {
        "nothing forward; a place for the undo of: "
    } else {
        ""
    };
    let mut text = comment(&format!("What: {nothing}{}", what(group)));
    text += &reasons(why);
    text += &comment(place.when());
    if !statements.is_empty() {
        text += &comment(place.after());
    }
    text += &costs(&statements);
    for note in group.iter().flat_map(|s| &s.notes) {
        text += &comment(&format!("Note: {note}"));
    }
    let mut told = std::collections::BTreeSet::new();
    for hazard in group
        .iter()
        .flat_map(|s| &s.hazards)
        .filter(|h| told.insert((h.kind, &h.object)))
    {
        text += &comment(&format!("Hazard {}: {}", hazard.kind.name(), hazard.message));
    }
    text += &comment(&format!("Undo: {}", undo(group)));
    text += &run_line(&statements, place);
    text
}

pub(super) fn down(group: &[Step], place: Place, why: &[String]) -> String {
    let statements: Vec<&Statement> = group.iter().rev().flat_map(|s| &s.down).collect();
    let mut text = comment(&format!("Undo of: {}", what(group)));
    text += &reasons(why);
    text += &costs(&statements);
    text += &run_line(&statements, place);
    text
}

fn reasons(why: &[String]) -> String {
    /// More of them than a reader takes in; the plan's folder has the rest.
    const MOST: usize = 8;
    if why.is_empty() {
        return String::new();
    }
    let shown = why.iter().take(MOST).cloned().collect::<Vec<_>>().join("; ");
    let more = why.len().saturating_sub(MOST);
    let rest = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    comment(&format!("Why: {shown}{rest}."))
}

/// Why nothing runs forward, where that is so.
pub(super) fn up_reason(group: &[Step]) -> Option<String> {
    group.iter().find_map(|s| s.up_reason).map(str::to_owned)
}

/// Why nothing runs backward, where that is so.
pub(super) fn down_reason(group: &[Step]) -> Option<String> {
    group.iter().find_map(|s| s.down_reason.clone())
}

fn what(group: &[Step]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for step in group {
        let part = format!("{} {}", step.kind.replace('_', " "), step.object);
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join("; ")
}

fn undo(group: &[Step]) -> String {
    let lossy = group
        .iter()
        .any(|s| s.hazards.iter().any(|h| h.kind == crate::plan::HazardKind::DataLoss));
    if group.iter().all(|s| s.down.is_empty()) {
        let reasons: Vec<String> = group.iter().filter_map(|s| s.down_reason.clone()).collect();
        return if reasons.is_empty() {
            "nothing to undo.".to_owned()
        } else {
            reasons.join(" ")
        };
    }
    if lossy {
        "the file beside it brings the structure back, not the data.".to_owned()
    } else if group.first().is_some_and(|s| s.undo_with_previous) {
        "the file beside it, together with the undo of the file before.".to_owned()
    } else {
        "the file beside it.".to_owned()
    }
}

/// Locks in words, and how long they last.
fn costs(statements: &[&Statement]) -> String {
    if statements.is_empty() {
        return String::new();
    }
    let mut strongest: BTreeMap<String, LockMode> = BTreeMap::new();
    for lock in statements.iter().flat_map(|s| &s.locks) {
        let mode = strongest.entry(lock.on.to_string()).or_insert(lock.mode);
        *mode = (*mode).max(lock.mode);
    }
    let mut text = String::new();
    if strongest.is_empty() {
        text += &comment("Locks: none on tables that were there before.");
    }
    if strongest.len() > CROWD {
        text += &comment(&format!(
            "Note: {} tables are locked at once, with their indexes. All sessions together have room for \
             max_locks_per_transaction times max_connections locks: see that it is enough.",
            strongest.len()
        ));
    }
    let mut by_mode: BTreeMap<LockMode, Vec<String>> = BTreeMap::new();
    for (table, mode) in &strongest {
        by_mode.entry(*mode).or_default().push(table.clone());
    }
    for (table, mode) in strongest {
        let Some(tables) = by_mode.get(&mode) else { continue };
        // A table with its partitions fills pages.
        if tables.len() > MANY {
            let (first, rest) = tables.split_at(2);
            let on = format!("{} and {} more", first.join(", "), rest.len());
            text += &comment(&format!("Locks: {} on {on}: {}.", mode_name(mode), mode_stops(mode)));
            by_mode.remove(&mode);
        } else {
            text += &comment(&format!("Locks: {} on {table}: {}.", mode_name(mode), mode_stops(mode)));
        }
    }
    let cost = statements.iter().map(|s| s.cost).max().unwrap_or(Cost::Instant);
    text += &comment(match cost {
        Cost::Instant => "Takes: milliseconds, whatever the size of the table.",
        Cost::Batches => "Takes: as long as rewriting the rows, in batches of a fraction of a second each.",
        Cost::Scan => "Takes: one read of the table.",
        Cost::Build => "Takes: one read of the table and a sort.",
        Cost::Rewrite => "Takes: writing the whole table and its indexes anew.",
    });
    text
}

/// Tables under one lock that are named one by one.
const MANY: usize = 6;

/// Tables from which on one transaction's locks are a good part of what a server has room for: a table with some indexes
/// takes up to ten, the default room is 6,400.
const CROWD: usize = 100;

fn mode_name(mode: LockMode) -> &'static str {
    match mode {
        LockMode::AccessShare => "ACCESS SHARE",
        LockMode::RowShare => "ROW SHARE",
        LockMode::RowExclusive => "ROW EXCLUSIVE",
        LockMode::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
        LockMode::Share => "SHARE",
        LockMode::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
        LockMode::AccessExclusive => "ACCESS EXCLUSIVE",
    }
}

fn mode_stops(mode: LockMode) -> &'static str {
    match mode {
        LockMode::AccessShare | LockMode::RowShare | LockMode::RowExclusive => "reads and writes go on",
        LockMode::ShareUpdateExclusive => "reads and writes go on; other DDL and vacuum wait",
        LockMode::Share => "writes wait",
        LockMode::ShareRowExclusive => "writes and DDL wait",
        LockMode::AccessExclusive => "reads and writes wait",
    }
}

fn run_line(statements: &[&Statement], place: Place) -> String {
    let how = if statements.iter().all(|s| s.runs == Class::Transaction) {
        "Run: psql -X -v ON_ERROR_STOP=1 -1 -f, or any runner that takes one transaction a file"
    } else {
        "Run: psql -X -v ON_ERROR_STOP=1 -f, or any runner that knows -- no-transaction; never inside a transaction"
    };
    comment(&format!("{how}. For PostgreSQL {} and later.", place.target_version))
}
