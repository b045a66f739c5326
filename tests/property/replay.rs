//! A plan's effects, applied in memory.

use std::collections::BTreeSet;

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
        for file in &plan.files {
            for patch in &file.up.effect {
                now.apply(patch)
                    .map_err(|error| TestCaseError::fail(error.to_string()))?;
            }
            names_are_unique(&now, &file.slug)?;
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
            names_are_unique(&now, &file.slug)?;
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
        names_are_unique(&now, &format!("the undo of {}", file.slug))?;
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

/// No two relations, and no two types, have one name: a server would refuse the second.
fn names_are_unique(schema: &Schema, after: &str) -> Result<(), TestCaseError> {
    let mut relations = BTreeSet::new();
    let tables = schema.tables.iter().flat_map(|(table, t)| {
        let keys = t.constraints.iter().filter(|(_, c)| c.kind.has_index());
        let names = t
            .indexes
            .keys()
            .chain(t.attached.keys())
            .chain(keys.map(|(name, _)| name));
        names.map(|name| table.sibling(name.clone())).chain([table.clone()])
    });
    for name in tables.chain(schema.sequences.keys().cloned()) {
        prop_assert!(
            relations.insert(name.clone()),
            "after {after} two relations are called {name}"
        );
    }
    for name in schema.enums.keys() {
        prop_assert!(
            !schema.tables.contains_key(name),
            "after {after} a table and an enum are called {name}"
        );
    }
    for (table, t) in &schema.tables {
        for name in t.indexes.keys() {
            prop_assert!(
                !t.constraints.get(name).is_some_and(|c| c.kind.has_index()),
                "after {after} two relations of {table} are called {name}"
            );
        }
    }
    Ok(())
}
