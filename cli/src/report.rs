use std::collections::{BTreeMap, BTreeSet};

use schema_core::migrations::Layout;
use schema_core::plan::{Hazard, HazardKind, Phase, Plan};
use schema_core::review::other_differences;
use schema_core::schema::{QName, Schema, Slot};
use schema_core::source::Model;
use serde::Serialize;

use crate::error::CliError;
use crate::output::say;
use crate::project::Sides;
use crate::proving::Verdict;

/// Says what was read.
pub fn sides(sides: &Sides) {
    for (word, loaded) in [("from", &sides.from), ("to  ", &sides.to)] {
        let place = loaded
            .place
            .as_ref()
            .map(|place| format!(" at {place}"))
            .unwrap_or_default();
        say(format_args!(
            "{word} {}{place}: {}",
            loaded.label,
            contents(&loaded.schema)
        ));
    }
    let outside = outside_the_model(&sides.from.schema);
    if !outside.is_empty() {
        say(format_args!("outside the model, never planned: {outside}"));
    }
    if sides.scope.is_none() {
        for line in other_differences(&sides.from.schema, &sides.target) {
            say(format_args!("not planned: {line}"));
        }
    }
    if let Some(scope) = &sides.scope {
        if !scope.unmanaged.is_empty() {
            let names: Vec<String> = scope.unmanaged.iter().map(ToString::to_string).collect();
            say(format_args!("left alone, no struct names them: {}", names.join(", ")));
        }
        for (table, leaves) in &scope.adopts.tables {
            say(format_args!("adopting {table}"));
            for name in leaves {
                say(format_args!("  left alone: {name}"));
            }
        }
    }
}

/// Views, functions and the like by kind and name.
fn outside_the_model(schema: &Schema) -> String {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for other in schema.others.iter().filter(|o| o.kind != "privileges") {
        kinds.entry(&other.kind).or_default().push(&other.name);
    }
    let parts: Vec<String> = kinds
        .into_iter()
        .map(|(kind, names)| format!("{kind} {}", names.join(", ")))
        .collect();
    parts.join("; ")
}

/// `1 file`, `2 files`.
pub fn count(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

fn contents(schema: &Schema) -> String {
    format!(
        "{}, {}",
        count(schema.tables.len(), "table"),
        count(schema.enums.len(), "enum")
    )
}

/// Says what the plan does and what must be known about it.
pub fn plan(plan: &Plan, layout: &Layout, verdict: &Verdict, dry_run: bool) {
    let waiting = plan.files.iter().filter(|file| file.phase != Phase::Expand).count();
    let record = &layout.record;
    let written = if dry_run { "would write" } else { "wrote" };
    say(format_args!(
        "{written} plan {} ({})",
        record.folder(),
        count(plan.files.len(), "file")
    ));
    if !record.waiting.is_empty() {
        say(format_args!(
            "{waiting} of them {} until no old code runs; then: schemagen release {}",
            if waiting == 1 { "waits" } else { "wait" },
            record.folder()
        ));
    }
    hazards(&plan.hazards);
    for note in &verdict.notes {
        say(format_args!("proof: {note}"));
    }
    say(format_args!("proof: {}", verdict.text));
}

/// Says each hazard.
pub fn hazards(hazards: &[Hazard]) {
    for hazard in hazards {
        say(format_args!(
            "hazard {}:{}: {}",
            hazard.kind.name(),
            hazard.object,
            hazard.message
        ));
    }
}

/// The paths that were written, one a line.
pub fn written(layout: &Layout) -> String {
    layout
        .changes
        .writes
        .iter()
        .map(|write| format!("{}\n", write.path.display()))
        .collect()
}

/// The files that would be written, with their texts.
pub fn files(layout: &Layout) -> String {
    let sql = layout
        .changes
        .writes
        .iter()
        .filter(|write| write.path.extension().is_some_and(|e| e == "sql"));
    sql.map(|write| format!("==> {} <==\n{}\n", write.path.display(), write.text))
        .collect()
}

/// Adds to the plan's hazards where the source has statements that a new or dropped column breaks.
pub fn name_star_uses(plan: &mut Plan, model: &Model) {
    for table in reshaped_tables(plan) {
        let places: Vec<String> = model
            .literals
            .iter()
            .filter(|literal| {
                literal
                    .tables
                    .iter()
                    .any(|name| *name == table.name.raw() || *name == bare(&table))
            })
            .map(|literal| format!("{} at {}", literal.kind.words(), literal.at))
            .collect();
        if places.is_empty() {
            continue;
        }
        let places = format!("in this workspace: {}", places.join(", "));
        let same =
            |hazard: &&mut Hazard| hazard.kind == HazardKind::SelectStar && hazard.object.contains(table.name.raw());
        match plan.hazards.iter_mut().find(same) {
            Some(hazard) => hazard.message = format!("{}; {places}", hazard.message),
            None => plan.hazards.push(Hazard {
                kind: HazardKind::SelectStar,
                object: table.to_string(),
                message: format!(
                    "prepared SELECT * and RETURNING * of this table fail once its columns change, until the connection is \
                     replaced, and values by position go wrong: name the columns, or recycle the pool; {places}"
                ),
            }),
        }
    }
}

fn bare(table: &QName) -> String {
    format!("{}.{}", table.schema.raw(), table.name.raw())
}

/// Tables that stand before the plan and get or lose a column.
fn reshaped_tables(plan: &Plan) -> BTreeSet<QName> {
    let patches = plan.files.iter().flat_map(|file| &file.up.effect);
    patches
        .filter(|patch| patch.before.is_none() != patch.after.is_none())
        .filter_map(|patch| match &patch.slot {
            Slot::Column(table, _) => Some(table.clone()),
            _ => None,
        })
        .collect()
}

#[derive(Serialize)]
struct Report<'a> {
    plan: &'a schema_core::migrations::PlanRecord,
    proof: &'a str,
    files: Vec<File>,
}

#[derive(Serialize)]
struct File {
    path: String,
    text: String,
}

/// Everything as JSON.
pub fn json(_plan: &Plan, layout: &Layout, verdict: &Verdict) -> Result<String, CliError> {
    let report = Report {
        plan: &layout.record,
        proof: &verdict.text,
        files: layout
            .changes
            .writes
            .iter()
            .map(|write| File {
                path: write.path.display().to_string(),
                text: write.text.clone(),
            })
            .collect(),
    };
    Ok(format!("{}\n", serde_json::to_string_pretty(&report)?))
}
