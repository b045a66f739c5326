//! What stands outside the model and would be hurt.

use std::collections::BTreeMap;

use crate::change::{Change, Step};
use crate::plan::{Hazard, HazardKind, Stage};
use crate::schema::{Dependency, Ident, QName, Schema};
use crate::stages::Refusal;

/// Before 15 a view reads with its owner's rights: who sees which rows of the table would not hold for it.
pub(super) fn views_without_row_security(stages: &[Stage], target_version: u32) -> Vec<Refusal> {
    if target_version >= 15 {
        return Vec::new();
    }
    let mut out: Vec<Refusal> = Vec::new();
    for stage in stages {
        for (name, alias) in &stage.schema.aliases {
            let secured = stage
                .schema
                .tables
                .get(&alias.table)
                .is_some_and(|t| t.options.row_security);
            if secured && !out.iter().any(|r| r.object == name.to_string()) {
                out.push(Refusal {
                    object: name.to_string(),
                    why: format!(
                        "until contract it would be a view of {}, which has row security, and before PostgreSQL 15 a view \
                         reads with the rights of its owner",
                        alias.table
                    ),
                    way_out: "keep the table's name, or plan for 15 and later with --target-version 15".to_owned(),
                });
            }
        }
    }
    out
}

/// Refusals for a change that something outside the model depends on.
pub(super) fn dependents(state: &Schema, change: &Change) -> Vec<Refusal> {
    let hurt: Box<dyn Fn(&Dependency) -> bool> = match change {
        Change::DropColumn(table, column) => on_column(table, column),
        Change::AlterColumnType(table, column) => on_column(table, &column.name),
        Change::SetGenerated(table, column) if column.generated.is_some() => on_column(table, &column.name),
        Change::DropTable(table) => {
            let table = table.clone();
            Box::new(move |d| matches!(d, Dependency::Table(t) | Dependency::Column(t, _) if *t == table))
        }
        Change::DropEnum(name) => {
            let name = name.clone();
            Box::new(move |d| matches!(d, Dependency::Enum(e) if *e == name))
        }
        Change::DropSequence(name) => {
            let name = name.clone();
            Box::new(move |d| matches!(d, Dependency::Sequence(s) if *s == name))
        }
        Change::DropKey(table, name) | Change::SwapKey { table, drop: name, .. } => {
            let (table, name) = (table.clone(), name.clone());
            Box::new(move |d| matches!(d, Dependency::Constraint(t, c) if *t == table && *c == name))
        }
        _ => return Vec::new(),
    };
    // With a table go its triggers, policies, rules, statistics and grants: that is what dropping it means.
    let goes_along = |kind: &str| {
        matches!(change, Change::DropTable(_))
            && matches!(
                kind,
                "trigger" | "policy" | "rule" | "statistics" | "column grant" | "grant"
            )
    };
    state
        .others
        .iter()
        .filter(|o| o.depends_on.iter().any(&hurt) && !goes_along(&o.kind) && !harmless(change, &o.kind))
        .map(|o| Refusal {
            object: format!("{} {}", o.kind, o.name),
            why: format!("it depends on what the plan changes ({})", describe(change)),
            way_out: "drop or rebuild it in a migration of its own before and after, or keep what it depends on"
                .to_owned(),
        })
        .collect()
}

/// Dependents that PostgreSQL lets be, because the change does not touch what they read, or that the step takes along itself
/// (statistics of a dropped column).
fn harmless(change: &Change, kind: &str) -> bool {
    match change {
        Change::AlterColumnType(..) => matches!(kind, "column grant" | "statistics"),
        Change::DropColumn(..) => kind == "statistics",
        _ => false,
    }
}

fn on_column(table: &QName, column: &Ident) -> Box<dyn Fn(&Dependency) -> bool> {
    let (table, column) = (table.clone(), column.clone());
    Box::new(move |d| matches!(d, Dependency::Column(t, c) if *t == table && *c == column))
}

fn describe(change: &Change) -> String {
    match change {
        Change::DropColumn(t, c) => format!("{t}.{c} is dropped"),
        Change::AlterColumnType(t, c) | Change::SetGenerated(t, c) => format!("{t}.{} changes", c.name),
        Change::DropTable(t) => format!("{t} is dropped"),
        Change::DropEnum(t) | Change::DropSequence(t) => format!("{t} is dropped"),
        Change::DropKey(t, c) | Change::SwapKey { table: t, drop: c, .. } => format!("the key {c} of {t} goes"),
        _ => String::new(),
    }
}

/// Puts hazards of the path into the header of the first file that works on their object.
pub(super) fn tell(steps: &mut [Step], untold: &mut Vec<Hazard>) {
    untold.retain(|hazard| {
        let (inside, name) = hazard.object.rsplit_once('.').unwrap_or(("", &hazard.object));
        let label = format!("{}:", hazard.object);
        let step = steps.iter_mut().filter(|s| !s.up.is_empty()).find(|s| {
            let on_table = s.table.as_ref().is_some_and(|t| t.to_string() == inside);
            s.object == hazard.object
                || s.object.starts_with(&label)
                || (on_table && s.object.rsplit_once('.').is_some_and(|(_, own)| own == name))
        });
        match step {
            Some(step) => {
                step.hazards.push(hazard.clone());
                false
            }
            None => true,
        }
    });
}

/// Adds to each step that changes a table's columns what others must know: subscribers of a publication, and clients that
/// hold prepared `SELECT *` or `RETURNING *`, or write by position.
pub(super) fn warn(steps: &mut [Step], publications: &BTreeMap<QName, Vec<String>>) {
    for step in steps {
        let Some(table) = step.table.clone() else { continue };
        if step.up.is_empty() {
            continue;
        }
        if matches!(
            step.kind,
            "add_column" | "drop_column" | "alter_column_type" | "drop_table" | "cutover"
        ) && let Some(names) = publications.get(&table)
        {
            step.hazards.push(replication(&table, step.kind, names));
        }
        if matches!(
            step.kind,
            "add_column" | "drop_column" | "alter_column_type" | "cutover"
        ) {
            step.hazards.push(select_star(&table));
        }
    }
}

fn replication(table: &QName, kind: &str, names: &[String]) -> Hazard {
    let first = if kind == "add_column" {
        "the subscriber gets the file first"
    } else {
        "the publisher gets the file first"
    };
    Hazard {
        kind: HazardKind::Replication,
        object: table.to_string(),
        message: format!(
            "{table} is in the publication {}: {first}, else replication stops",
            names.join(", ")
        ),
    }
}

fn select_star(table: &QName) -> Hazard {
    Hazard {
        kind: HazardKind::SelectStar,
        object: table.to_string(),
        message: format!(
            "prepared SELECT *, RETURNING * and positional INSERT or COPY on {table} break when its columns change: name the \
             columns, use .persistent(false), or recycle the pool after the file"
        ),
    }
}
