use schema_core::plan::{Class, Cost, Decisions, Phase, Plan, PlanFile, Script, Stage, StepSummary};
use schema_core::schema::{Object, Patch, Schema, Slot};

use crate::planning::{Options, PlanError};

pub fn plan(old: &Schema, new: &Schema, decisions: &Decisions, options: &Options) -> Result<Plan, PlanError> {
    let mut files = Vec::new();
    if old.tables.is_empty() && !new.tables.is_empty() {
        let text: String = schema_core::sql::create_sql(new)
            .iter()
            .map(|s| format!("{s};\n"))
            .collect();
        let effect: Vec<Patch> = new
            .namespaces
            .iter()
            .map(|(n, v)| (Slot::Namespace(n.clone()), Object::Namespace(v.clone())))
            .chain(
                new.tables
                    .iter()
                    .map(|(n, t)| (Slot::Table(n.clone()), Object::Table(Box::new(t.clone())))),
            )
            .filter(|(slot, _)| old.get(slot).is_none())
            .map(|(slot, o)| Patch {
                slot,
                before: None,
                after: Some(o),
            })
            .collect();
        let down: String = new.tables.keys().rev().map(|t| format!("DROP TABLE {t};\n")).collect();
        files.push(PlanFile {
            phase: Phase::Expand,
            slug: "initial".into(),
            up: Script {
                class: Class::Transaction,
                text,
                effect: effect.clone(),
            },
            down: Script {
                class: Class::Transaction,
                text: down,
                effect: effect.iter().rev().map(Patch::inverse).collect(),
            },
            steps: new
                .tables
                .keys()
                .map(|t| StepSummary {
                    kind: "create_table".into(),
                    object: t.to_string(),
                    locks: vec![],
                    cost: Cost::Instant,
                })
                .collect(),
            undo_with_previous: false,
        });
    } else if old.tables != new.tables {
        return Err(PlanError("the planner is not there yet".into()));
    }
    Ok(Plan {
        name: options.name.clone().unwrap_or_else(|| "initial".into()),
        stages: [("old", old), ("bridge", new), ("new", new)]
            .map(|(n, s)| Stage {
                name: n.into(),
                schema: s.clone(),
            })
            .to_vec(),
        files,
        hazards: vec![],
        decisions: decisions.clone(),
        target_version: options.target_version,
    })
}
