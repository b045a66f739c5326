use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::compare::{same_column, same_constraint, same_index};
use crate::schema::{Ident, Object, QName, Schema, Slot, Table};

/// One object that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `added`, `dropped` or `changed`.
    pub change: &'static str,
    /// Which object.
    pub slot: Slot,
    /// What stands on the first side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Object>,
    /// What stands on the second side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Object>,
}

/// Both schemas without the tables that are the same in either, and in the second one everything that only differs in its
/// spelling written as the first one writes it.
pub(super) fn aligned(old: &Schema, new: &Schema) -> (Schema, Schema) {
    let (before, mut aligned) = (without_equal_tables(old, new), without_equal_tables(new, old));
    for (name, table) in &mut aligned.tables {
        let (Some(before), Some(after)) = (before.tables.get(name), new.tables.get(name)) else {
            continue;
        };
        for column in &mut table.columns {
            match before.column(&column.name) {
                Some(old) if same_column(old, before, column, after) => column.clone_from(old),
                _ => {}
            }
        }
        for (key, constraint) in &mut table.constraints {
            match before.constraints.get(key) {
                Some(old) if same_constraint(old, before, constraint, after) && old.comment == constraint.comment => {
                    constraint.clone_from(old);
                }
                _ => {}
            }
        }
        for (key, index) in &mut table.indexes {
            match before.indexes.get(key) {
                Some(old)
                    if same_index(old, before, index, after)
                        && (&old.comment, &old.statistics) == (&index.comment, &index.statistics) =>
                {
                    index.clone_from(old);
                }
                _ => {}
            }
        }
    }
    (before, aligned)
}

fn without_equal_tables(schema: &Schema, other: &Schema) -> Schema {
    schema.with_tables(|name, table| other.tables.get(name) != Some(table))
}

/// The objects that differ, in the order of their kinds and names. A table that only one side has is one change.
///
/// Fills, the order of columns and the spelling of expressions do not count.
pub fn changes(old: &Schema, new: &Schema) -> Vec<Change> {
    let (old, new) = &aligned(old, new);
    let mut slots: BTreeSet<Slot> = BTreeSet::new();
    slots.extend(keys(&old.namespaces, &new.namespaces).map(|name| Slot::Namespace(name.clone())));
    slots.extend(keys(&old.enums, &new.enums).map(|name| Slot::Enum(name.clone())));
    slots.extend(keys(&old.sequences, &new.sequences).map(|name| Slot::Sequence(name.clone())));
    slots.extend(keys(&old.syncs, &new.syncs).map(|name| Slot::Sync(name.clone())));
    slots.extend(keys(&old.aliases, &new.aliases).map(|name| Slot::Alias(name.clone())));
    slots.extend(keys(&old.type_aliases, &new.type_aliases).map(|name| Slot::TypeAlias(name.clone())));
    for name in keys(&old.tables, &new.tables) {
        match (old.tables.get(name), new.tables.get(name)) {
            (Some(before), Some(after)) => table_slots(name, before, after, &mut slots),
            _ => drop(slots.insert(Slot::Table(name.clone()))),
        }
    }
    slots.into_iter().filter_map(|slot| change(slot, old, new)).collect()
}

fn change(slot: Slot, old: &Schema, new: &Schema) -> Option<Change> {
    let (before, after) = (old.get(&slot), new.get(&slot));
    if before == after {
        return None;
    }
    let change = match (&before, &after) {
        (None, _) => "added",
        (_, None) => "dropped",
        _ => "changed",
    };
    Some(Change {
        change,
        slot,
        before,
        after,
    })
}

fn keys<'a, K: Ord, V>(old: &'a BTreeMap<K, V>, new: &'a BTreeMap<K, V>) -> impl Iterator<Item = &'a K> {
    old.keys().chain(new.keys())
}

fn table_slots(name: &QName, old: &Table, new: &Table, slots: &mut BTreeSet<Slot>) {
    let both = |f: fn(&Table) -> Vec<Ident>| f(old).into_iter().chain(f(new));
    slots.extend(both(|t| t.columns.iter().map(|c| c.name.clone()).collect()).map(|c| Slot::Column(name.clone(), c)));
    slots.extend(both(|t| t.constraints.keys().cloned().collect()).map(|c| Slot::Constraint(name.clone(), c)));
    slots.extend(both(|t| t.indexes.keys().cloned().collect()).map(|i| Slot::Index(name.clone(), i)));
    slots.extend(both(|t| t.attached.keys().cloned().collect()).map(|i| Slot::Attached(name.clone(), i)));
    slots.insert(Slot::Partition(name.clone()));
    slots.insert(Slot::Options(name.clone()));
    slots.insert(Slot::Comment(name.clone()));
}
