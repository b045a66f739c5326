//! A plan's effects, applied in memory.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use schema_core::compare::differences;
use schema_core::plan::{Phase, Plan};
use schema_core::schema::Schema;
use schema_core::stages::labels_only_added;
use schema_core::stages::retype::may_stay;

/// All ups lead from each stage to the next one, and to the target.
pub fn forward(plan: &Plan, new: &Schema) -> Result<(), TestCaseError> {
    let mut now = plan.stages[0].schema.clone();
    if plan.decisions.direct {
        // One phase leads past all stages.
        for patch in plan.files.iter().flat_map(|file| &file.up.effect) {
            now.apply(patch)
                .map_err(|error| TestCaseError::fail(error.to_string()))?;
        }
        return is(new, &now, "the target");
    }
    let phases: &[Phase] = &[Phase::Expand, Phase::Cutover, Phase::Contract];
    let mut stages = plan.stages.iter().skip(1);
    for phase in phases {
        // Without a cutover there is no stage behind it.
        if *phase == Phase::Cutover && !plan.stages.iter().any(|s| s.name == "swapped") {
            prop_assert_eq!(plan.phase(*phase).count(), 0);
            continue;
        }
        for file in plan.phase(*phase) {
            for patch in &file.up.effect {
                if let Err(error) = now.apply(patch) {
                    return Err(TestCaseError::fail(format!("{}: {error}", file.slug)));
                }
            }
        }
        let stage = stages
            .next()
            .ok_or_else(|| TestCaseError::fail("a phase without a stage"))?;
        is(&stage.schema, &now, &format!("the stage {}", stage.name))?;
    }
    is(new, &now, "the target")
}

/// All downs, backwards, lead to the first stage; an added label and a widened type may stay.
pub fn back(plan: &Plan) -> Result<(), TestCaseError> {
    let mut now = plan.stages[plan.stages.len() - 1].schema.clone();
    for file in plan.files.iter().rev() {
        for patch in &file.down.effect {
            now.put(&patch.slot, patch.after.clone());
        }
    }
    let old = &plan.stages[0].schema;
    is(old, &without_what_stays(old, now), "the beginning")
}

/// The schema with labels and types as they were, where they were only added to.
pub fn without_what_stays(old: &Schema, mut now: Schema) -> Schema {
    for (name, enum_type) in &mut now.enums {
        if let Some(was) = old.enums.get(name).filter(|was| labels_only_added(was, enum_type)) {
            enum_type.labels.clone_from(&was.labels);
        }
    }
    for (name, table) in &mut now.tables {
        for column in &mut table.columns {
            if let Some(was) = old.tables.get(name).and_then(|t| t.column(&column.name))
                && may_stay(was, column)
            {
                column.type_name.clone_from(&was.type_name);
            }
        }
    }
    now
}

pub fn is(expected: &Schema, found: &Schema, what: &str) -> Result<(), TestCaseError> {
    let differing = differences(expected, found);
    prop_assert!(differing.is_empty(), "{what} is not reached:\n{}", differing.join("\n"));
    Ok(())
}
