//! Relation names: what takes a name waits for what frees it.

use std::collections::{BTreeMap, BTreeSet};

use super::Task;
use crate::change::Change;
use crate::schema::{Constraint, Ident, QName, Schema};

/// Adds to each task the names that it frees and those that it must find free.
pub(super) fn order_by_name(from: &Schema, tasks: &mut [Task]) {
    let names = from.relation_names();
    for task in tasks {
        for name in taken(from, &task.change) {
            if names.contains(&name) {
                task.needs.push(format!("the name {name}"));
            }
        }
        for name in freed(from, &task.change) {
            task.gives.push(format!("the name {name}"));
        }
        // A check or a foreign key has its name on its table alone.
        match &task.change {
            Change::RenameConstraint(table, was, is) => {
                if from.tables.get(table).is_some_and(|t| t.constraints.contains_key(is)) {
                    task.needs.push(format!("the constraint name {table}.{is}"));
                }
                task.gives.push(format!("the constraint name {table}.{was}"));
            }
            Change::DropConstraint(table, name) => {
                task.gives.push(format!("the constraint name {table}.{name}"));
            }
            _ => {}
        }
    }
}

/// Where names go round in a circle, one of them is put aside first.
pub(super) fn break_circles(from: &Schema, tasks: &mut Vec<Task>) {
    let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (at, task) in tasks.iter().enumerate() {
        if let Some((was, is)) = names_of(from, &task.change) {
            found.insert(was, (at, is));
        }
    }
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut split: Vec<usize> = Vec::new();
    for (start, (at, _)) in &found {
        let mut name = start.clone();
        while seen.insert(name.clone()) {
            let Some((_, next)) = found.get(&name) else { break };
            name.clone_from(next);
            if name == *start {
                split.push(*at);
            }
        }
    }
    for at in split {
        let task = &mut tasks[at];
        let aside = |name: &Ident| name.with_suffix("__aside");
        let (first, second) = match &task.change {
            Change::RenameConstraint(table, was, is) => (
                Change::RenameConstraint(table.clone(), was.clone(), aside(was)),
                Change::RenameConstraint(table.clone(), aside(was), is.clone()),
            ),
            Change::RenameIndex(table, was, is) => (
                Change::RenameIndex(table.clone(), was.clone(), aside(was)),
                Change::RenameIndex(table.clone(), aside(was), is.clone()),
            ),
            _ => continue,
        };
        let waits = format!("aside: {second:?}");
        let mut last = Task::new(task.segment, task.table.as_ref(), task.rank, second);
        last.needs.push(waits.clone());
        task.change = first;
        task.gives.push(waits);
        tasks.push(last);
    }
}

/// The two names of an index or constraint that is renamed, where they are names of one kind.
fn names_of(from: &Schema, change: &Change) -> Option<(String, String)> {
    let relation = |table: &QName, name: &Ident| table.sibling(name.clone()).to_string();
    match change {
        Change::RenameIndex(table, was, is) => Some((relation(table, was), relation(table, is))),
        Change::RenameConstraint(table, was, is) => {
            let indexed = from.tables.get(table)?.constraints.get(was)?.kind.has_index();
            let name = |name: &Ident| {
                if indexed {
                    relation(table, name)
                } else {
                    format!("{table}: {name}")
                }
            };
            Some((name(was), name(is)))
        }
        _ => None,
    }
}

fn taken(from: &Schema, change: &Change) -> Vec<QName> {
    let of_index = |constraint: &Constraint, table: &QName, name: &Ident| {
        constraint
            .kind
            .has_index()
            .then(|| table.sibling(name.clone()))
            .into_iter()
            .collect()
    };
    match change {
        Change::CreateTable(name, table, sequences, _) => {
            let mut names = vec![name.clone()];
            names.extend(table.indexes.keys().map(|n| name.sibling(n.clone())));
            let keys = table.constraints.iter().filter(|(_, c)| c.kind.has_index());
            names.extend(keys.map(|(n, _)| name.sibling(n.clone())));
            names.extend(sequences.iter().map(|(n, _)| n.clone()));
            names
        }
        Change::CreateSequence(name, _) | Change::RenameSequence(_, name) => vec![name.clone()],
        Change::AddColumn(_, _, sequences, _) => sequences.iter().map(|(n, _)| n.clone()).collect(),
        Change::CreateIndex(table, name, _)
        | Change::RenameIndex(table, _, name)
        | Change::RenameConstraint(table, _, name) => {
            vec![table.sibling(name.clone())]
        }
        Change::CreatePartitionedIndex(table, name, _, names) | Change::AddPartitionedKey(table, name, _, names) => {
            with_partitions(table, name, names)
        }
        Change::SwapPartitionedKey {
            table,
            drop,
            name,
            names,
            ..
        } => {
            let own = with_partitions(table, drop, &from.attached_below(table, drop));
            let all = with_partitions(table, name, names);
            all.into_iter().filter(|name| !own.contains(name)).collect()
        }
        Change::AddKey(table, name, constraint) | Change::AddConstraint(table, name, constraint) => {
            of_index(constraint, table, name)
        }
        Change::PromoteIndex { table, name, index, .. } if name != index => vec![table.sibling(name.clone())],
        Change::SwapKey {
            table,
            name,
            drop,
            index,
            ..
        } if name != drop && name != index => vec![table.sibling(name.clone())],
        _ => Vec::new(),
    }
}

/// The name of an index with those of the partitions' indexes.
fn with_partitions(table: &QName, name: &Ident, names: &crate::change::Names) -> Vec<QName> {
    let below = names.iter().map(|(child, index)| child.sibling(index.clone()));
    std::iter::once(table.sibling(name.clone())).chain(below).collect()
}

fn freed(from: &Schema, change: &Change) -> Vec<QName> {
    match change {
        Change::DropTable(name) => {
            let mut names = vec![name.clone()];
            if let Some(table) = from.tables.get(name) {
                names.extend(
                    table
                        .indexes
                        .keys()
                        .chain(table.constraints.keys())
                        .chain(table.attached.keys())
                        .map(|n| name.sibling(n.clone())),
                );
            }
            let owned = from
                .sequences
                .iter()
                .filter(|(_, s)| s.owned_by.as_ref().is_some_and(|(t, _)| t == name));
            names.extend(owned.map(|(n, _)| n.clone()));
            names
        }
        Change::DropColumn(table, column) => from.sequences_owned_by(table, column).cloned().collect(),
        Change::DropSequence(name) | Change::RenameSequence(name, _) => vec![name.clone()],
        Change::DropIndex(table, name)
        | Change::DropKey(table, name)
        | Change::DropConstraint(table, name)
        | Change::SwapPartitionedKey { table, drop: name, .. } => {
            with_partitions(table, name, &from.attached_below(table, name))
        }
        Change::RenameIndex(table, name, _)
        | Change::RenameConstraint(table, name, _)
        | Change::SwapKey { table, drop: name, .. } => vec![table.sibling(name.clone())],
        _ => Vec::new(),
    }
}
