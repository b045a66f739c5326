//! Relation names: what takes a name waits for what frees it.

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
        Change::IdentityToSerial(_, _, name, _) => vec![name.clone()],
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
