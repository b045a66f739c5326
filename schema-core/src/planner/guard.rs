//! What others must be told of: hazards of the path, subscribers of a publication, prepared `SELECT *`.

use std::collections::BTreeMap;

use crate::change::Step;
use crate::plan::{Hazard, HazardKind, Stage};
use crate::schema::QName;
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

/// Before 18 NOT NULL goes from a partitioned table only where it goes from all its partitions, and a primary key of their
/// own forbids that.
pub(super) fn keys_of_partitions(stages: &[Stage], target_version: u32) -> Vec<Refusal> {
    if target_version >= 18 {
        return Vec::new();
    }
    let mut out: Vec<Refusal> = Vec::new();
    for pair in stages.windows(2) {
        let (from, to) = (&pair[0].schema, &pair[1].schema);
        let both = from
            .tables
            .iter()
            .filter_map(|(name, was)| Some((name, was, to.tables.get(name)?)));
        for (name, was, is) in both.filter(|(_, was, _)| was.partition_by.is_some()) {
            for column in was.columns.iter().filter(|c| c.not_null) {
                let relaxed = is.column(&column.name).is_some_and(|c| !c.not_null);
                let above = was.partition_of.as_ref().and_then(|p| from.tables.get(&p.parent));
                // What a table has from above is said of the one above.
                if !relaxed || above.is_some_and(|t| t.column(&column.name).is_some_and(|c| c.not_null)) {
                    continue;
                }
                let stays = |member: &QName| to.is_keyed(member, &column.name);
                let held = from.keyed_below(name, &column.name);
                for (member, key) in held.into_iter().filter(|(member, _)| stays(member)) {
                    let object = format!("{name}.{}", column.name);
                    out.push(Refusal {
                        why: format!(
                            "it becomes nullable, which PostgreSQL refuses before 18 while {member} has the primary key {key} \
                             over it"
                        ),
                        way_out: format!("make a unique constraint of {key} in a plan of its own first"),
                        object,
                    });
                }
            }
        }
    }
    out
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
            let hazard = select_star(&table);
            step.hazards.push(match step.kind {
                "alter_column_type" => Hazard {
                    message: result_type(&step.object),
                    ..hazard
                },
                _ => hazard,
            });
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

/// A wider type is another result type, for those who name the column too.
fn result_type(column: &str) -> String {
    format!(
        "prepared statements that select or return {column} break when its type changes, also where they name it: use \
         .persistent(false), or recycle the pool after the file"
    )
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
