//! What stands outside the model and would be hurt.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::{Change, Step};
use crate::plan::{Hazard, HazardKind, PlanFile};
use crate::schema::{Dependency, Ident, QName, Schema};
use crate::stages::Refusal;

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

/// Dependents that PostgreSQL lets be: the change does not touch what they read.
fn harmless(change: &Change, kind: &str) -> bool {
    matches!(change, Change::AlterColumnType(..)) && matches!(kind, "column grant" | "statistics")
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

/// A table in a publication whose columns come or go: its subscribers must get the change in the right order.
pub(super) fn publications(steps: &[Step], publications: &BTreeMap<QName, Vec<String>>) -> Vec<Hazard> {
    let mut out = BTreeSet::new();
    for step in steps {
        let (Some(table), "add_column" | "drop_column" | "alter_column_type" | "drop_table") = (&step.table, step.kind)
        else {
            continue;
        };
        if let Some(names) = publications.get(table) {
            let first = if step.kind == "add_column" {
                "the subscriber gets the file first"
            } else {
                "the publisher gets the file first"
            };
            out.insert(Hazard {
                kind: HazardKind::Replication,
                object: table.to_string(),
                message: format!(
                    "{table} is in the publication {}: {first}, else replication stops",
                    names.join(", ")
                ),
            });
        }
    }
    out.into_iter().collect()
}

/// Columns that come or go break prepared `SELECT *`, `RETURNING *` and positional INSERT and COPY.
pub(super) fn select_star(files: &[PlanFile]) -> Vec<Hazard> {
    let mut tables = BTreeSet::new();
    for step in files.iter().flat_map(|f| &f.steps) {
        if matches!(step.kind.as_str(), "add_column" | "drop_column" | "alter_column_type")
            && let Some((table, _)) = step.object.rsplit_once('.')
        {
            tables.insert(table.to_owned());
        }
    }
    tables
        .into_iter()
        .map(|table| Hazard {
            kind: HazardKind::SelectStar,
            message: format!(
                "prepared SELECT *, RETURNING * and positional INSERT or COPY on {table} break when its columns change: name the columns, \
                 use .persistent(false), or recycle the pool after the file"
            ),
            object: table,
        })
        .collect()
}
