//! Plans in flight: what an open plan left standing for old code, and what its release still does.

use crate::compare::{constraint_columns, index_columns, same_column, same_constraint, same_index};
use crate::migrations::PlanRecord;
use crate::schema::{Constraint, Fill, Ident, Index, Object, Patch, Schema, Slot, Table};

/// A change that touches what an open plan still needs, or an open plan whose ground was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeftoverConflict {
    /// The target changes what a waiting phase will change.
    #[error("{object} is still in plan {plan}: release its {phase} first (schemagen release {plan})")]
    Touched {
        /// The object.
        object: String,
        /// The plan's folder.
        plan: String,
        /// The phase that waits.
        phase: &'static str,
    },
    /// What the waiting phase starts from is not there any more.
    #[error(
        "{object} is not what plan {plan} left, so its {phase} cannot be released: a later migration changed it; bring it \
         back, or delete the plan's folder and generate the rest anew"
    )]
    Gone {
        /// The object.
        object: String,
        /// The plan's folder.
        plan: String,
        /// The phase that waits.
        phase: &'static str,
    },
}

/// The target of a new plan: what is wanted, and besides what the open plans (in order) left standing for old code.
/// `head` is what their released files lead to.
///
/// # Errors
/// When the wanted schema is not what an open plan leads to at one of the objects that its waiting phases change, or at a
/// column that is kept in step with one of them.
pub fn keep_leftovers(wanted: &Schema, head: &Schema, open: &[&PlanRecord]) -> Result<Schema, LeftoverConflict> {
    let mut target = wanted.clone();
    let finished = finished(head, open);
    for plan in open.iter().rev() {
        if let Some((object, phase)) = touched_sync(plan, &finished, wanted) {
            return Err(LeftoverConflict::Touched {
                object,
                plan: plan.folder(),
                phase,
            });
        }
        for waiting in plan.waiting.iter().rev() {
            for patch in waiting.effect.iter().rev().filter(|patch| !is_beside_the_model(patch)) {
                if !stands(&target, &patch.slot, patch.after.as_ref()) {
                    return Err(LeftoverConflict::Touched {
                        object: patch.slot.name(),
                        plan: plan.folder(),
                        phase: phase_word(waiting.phase),
                    });
                }
                target.put(&patch.slot, patch.before.clone());
            }
        }
    }
    show_all_columns(&mut target, wanted);
    Ok(target)
}

/// A view that shows a table under its new name until contract shows all that new code knows by now.
fn show_all_columns(target: &mut Schema, wanted: &Schema) {
    for (name, alias) in &mut target.aliases {
        let (Some(table), Some(known)) = (target.tables.get(&alias.table), wanted.tables.get(name)) else {
            continue;
        };
        alias.columns.retain(|shown, _| known.column(shown).is_some());
        for column in &known.columns {
            if table.column(&column.name).is_some() {
                let shown = alias.columns.entry(column.name.clone());
                shown.or_insert_with(|| column.name.clone());
            }
        }
        alias.comment.clone_from(&table.comment);
    }
}

/// A column that a waiting phase's sync keeps in step, and that the wanted schema changes, with the phase.
fn touched_sync(plan: &PlanRecord, finished: &Schema, wanted: &Schema) -> Option<(String, &'static str)> {
    for waiting in &plan.waiting {
        for patch in &waiting.effect {
            let (Slot::Sync(_), Some(Object::Sync(sync))) = (&patch.slot, &patch.before) else {
                continue;
            };
            let (Some(then), Some(now)) = (finished.tables.get(&sync.table), wanted.tables.get(&sync.table)) else {
                return Some((sync.table.to_string(), phase_word(waiting.phase)));
            };
            for column in [&sync.from, &sync.to] {
                if !same_about(column, then, now) {
                    return Some((format!("{}.{column}", sync.table), phase_word(waiting.phase)));
                }
            }
        }
    }
    None
}

/// Whether a column, its keys and its indexes are the same in two tables.
fn same_about(column: &Ident, a: &Table, b: &Table) -> bool {
    let same_itself = match (a.column(column), b.column(column)) {
        (Some(x), Some(y)) => same_column(x, a, y, b),
        (None, None) => true,
        _ => false,
    };
    let keys = |t: &Table| -> Vec<Ident> {
        let named = |(_, c): &(&Ident, &Constraint)| constraint_columns(c).contains(column);
        t.constraints
            .iter()
            .filter(named)
            .map(|(name, _)| name.clone())
            .collect()
    };
    let indexes = |t: &Table| -> Vec<Ident> {
        let named = |(_, i): &(&Ident, &Index)| index_columns(i).contains(column);
        t.indexes.iter().filter(named).map(|(name, _)| name.clone()).collect()
    };
    same_itself
        && keys(a) == keys(b)
        && indexes(a) == indexes(b)
        && keys(a)
            .iter()
            .all(|name| same_constraint(&a.constraints[name], a, &b.constraints[name], b))
        && indexes(a)
            .iter()
            .all(|name| same_index(&a.indexes[name], a, &b.indexes[name], b))
}

/// The head as it will be when every open plan is released: what the structs are to be compared with.
pub fn finished(head: &Schema, open: &[&PlanRecord]) -> Schema {
    let mut schema = head.clone();
    let patches = open
        .iter()
        .flat_map(|plan| &plan.waiting)
        .flat_map(|waiting| &waiting.effect);
    for patch in patches.filter(|patch| !is_beside_the_model(patch)) {
        schema.put(&patch.slot, patch.after.clone());
    }
    schema
}

/// The two ends of a release: the head as the waiting phase expects it, and the head with the phase's effect.
///
/// # Errors
/// When the head is not what the plan left at one of the objects that the phase changes.
pub fn release_target(head: &Schema, plan: &PlanRecord) -> Result<(Schema, Schema), LeftoverConflict> {
    let mut from = head.clone();
    let mut to = head.clone();
    let Some(waiting) = plan.waiting.first() else {
        return Ok((from, to));
    };
    for patch in &waiting.effect {
        if let (Slot::Fill(id), Some(Object::Fill(fill))) = (&patch.slot, &patch.before) {
            remember_fill(&mut from, &mut to, id, fill);
        }
        if !stands(&to, &patch.slot, patch.before.as_ref()) {
            return Err(LeftoverConflict::Gone {
                object: patch.slot.name(),
                plan: plan.folder(),
                phase: phase_word(waiting.phase),
            });
        }
        to.put(&patch.slot, patch.after.clone());
    }
    Ok((from, to))
}

/// Fills are behind the head but not in its catalog; the plan knows them.
fn remember_fill(from: &mut Schema, to: &mut Schema, id: &str, fill: &Fill) {
    if !to.fills.contains_key(id) {
        to.fills.insert(id.to_owned(), fill.clone());
        from.fills.insert(id.to_owned(), fill.clone());
    }
}

/// Fills, and what stands outside the model: no target speaks of them.
fn is_beside_the_model(patch: &Patch) -> bool {
    matches!(patch.slot, Slot::Fill(_) | Slot::Other(..))
}

/// Whether the slot holds what is expected, however it is spelled.
fn stands(schema: &Schema, slot: &Slot, expected: Option<&Object>) -> bool {
    let found = schema.get(slot);
    let table = slot.table().and_then(|name| schema.tables.get(name));
    match (&found, expected, table) {
        // Later plans may have given it more columns.
        (Some(Object::Alias(a)), Some(Object::Alias(b)), _) => a.table == b.table,
        (Some(Object::Column(a)), Some(Object::Column(b)), Some(table)) => same_column(a, table, b, table),
        (Some(Object::Constraint(a)), Some(Object::Constraint(b)), Some(table)) => same_constraint(a, table, b, table),
        (Some(Object::Index(a)), Some(Object::Index(b)), Some(table)) => same_index(a, table, b, table),
        // Another server prints a view otherwise.
        (Some(Object::Other(_)), Some(Object::Other(_)), _) => true,
        _ => found.as_ref() == expected,
    }
}

fn phase_word(phase: crate::plan::Phase) -> &'static str {
    match phase {
        crate::plan::Phase::Expand => "expand",
        crate::plan::Phase::Cutover => "cutover",
        crate::plan::Phase::Contract => "contract",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::Waiting;
    use crate::plan::Phase;
    use crate::schema::{Column, QName};

    fn schema(columns: &[(&str, bool)]) -> Schema {
        let columns = columns
            .iter()
            .map(|(name, not_null)| Column {
                not_null: *not_null,
                ..Column::new(*name, "text")
            })
            .collect();
        let mut schema = Schema::default();
        schema.tables.insert(
            QName::new("public", "contacts"),
            Table {
                columns,
                ..Table::default()
            }
            .into(),
        );
        schema
    }

    /// The patch of a column between two schemas.
    fn patch(column: &str, before: &Schema, after: &Schema) -> Patch {
        let slot = Slot::Column(QName::new("public", "contacts"), Ident::new(column));
        Patch {
            before: before.get(&slot),
            after: after.get(&slot),
            slot,
        }
    }

    /// A rename of `name` to `full_name` whose contract waits.
    fn rename() -> PlanRecord {
        let bridge = schema(&[("name", false), ("full_name", false)]);
        let new = schema(&[("full_name", true)]);
        PlanRecord {
            name: "rename".into(),
            waiting: vec![Waiting {
                phase: Phase::Contract,
                effect: vec![patch("name", &bridge, &new), patch("full_name", &bridge, &new)],
            }],
            ..PlanRecord::default()
        }
    }

    fn head() -> Schema {
        schema(&[("name", false), ("full_name", false)])
    }

    #[test]
    fn a_new_plan_keeps_what_an_open_one_left() {
        let wanted = schema(&[("full_name", true), ("email", false)]);
        let target = keep_leftovers(&wanted, &head(), &[&rename()]).unwrap();
        assert_eq!(
            target,
            schema(&[("full_name", false), ("email", false), ("name", false)])
        );
    }

    #[test]
    fn touching_a_leftover_is_refused_by_name() {
        for wanted in [
            schema(&[("full_name", true), ("name", false)]),
            schema(&[("full_name", false)]),
            schema(&[("email", false)]),
        ] {
            let error = keep_leftovers(&wanted, &head(), &[&rename()]).unwrap_err().to_string();
            assert!(
                error.contains("still in plan") && error.contains("_rename: release its contract"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_release_keeps_what_later_plans_added() {
        let head = schema(&[("name", false), ("full_name", false), ("email", false)]);
        let (_, target) = release_target(&head, &rename()).unwrap();
        assert_eq!(target, schema(&[("full_name", true), ("email", false)]));
        let changed = schema(&[("full_name", false)]);
        assert!(matches!(
            release_target(&changed, &rename()),
            Err(LeftoverConflict::Gone { .. })
        ));
    }
}
