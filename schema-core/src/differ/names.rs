//! Names: what takes one waits for what frees it, and where two exchange theirs one of them takes a detour.
//!
//! Relations and types have their names from the namespace, constraints from their table.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::order::cycle;
use super::{Segment, Task};
use crate::change::{Change, Commented, Names};
use crate::schema::{Expr, Ident, QName, Schema, Table};
use crate::stages::first_free;

/// A name, and what it is unique among.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Relation(QName),
    Type(QName),
    Constraint(QName, Ident),
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Relation(name) => write!(f, "the name {name}"),
            Self::Type(name) => write!(f, "the type name {name}"),
            Self::Constraint(table, name) => write!(f, "the constraint name {table}.{name}"),
        }
    }
}

/// Orders tasks by the names that each frees and those that it must find free.
pub(super) fn order_by_name(from: &Schema, to: &Schema, tasks: &mut Vec<Task>) {
    if tasks.is_empty() {
        return;
    }
    let before = Before {
        names: OnceCell::new(),
        from,
        to,
    };
    for task in tasks.iter_mut() {
        before.mark(task);
    }
    sequences_before_defaults(tasks);
    let mut used = None;
    // Each round takes one task out of one cycle.
    for _ in 0..tasks.len() {
        let members = cycle(tasks);
        let Some(at) = before.first_to_give_way(&members, tasks) else {
            return;
        };
        let used = used.get_or_insert_with(|| {
            let mut used = names_of(to);
            used.extend(before.names().iter().cloned());
            used
        });
        let Some((detour, last)) = before.detour(&tasks[at].change, used) else {
            return;
        };
        let old = std::mem::replace(&mut tasks[at].change, detour);
        let no_longer: Vec<String> = before.taken(&old).iter().map(ToString::to_string).collect();
        tasks[at].needs.retain(|need| !no_longer.contains(need));
        let there = format!("{}, on its way", renames(&last).unwrap_or_default());
        let mut task = Task::new(Segment::Tables, tasks[at].table.as_ref(), 80, last).needs(there.clone());
        before.mark(&mut task);
        tasks[at].gives.push(there);
        tasks.push(task);
    }
}

/// A default draws from a sequence once that stands under its name.
fn sequences_before_defaults(tasks: &mut [Task]) {
    let there = |name: &QName| format!("the sequence {name}");
    let mut made: Vec<QName> = Vec::new();
    for task in tasks.iter_mut() {
        let names: Vec<&QName> = match &task.change {
            Change::CreateSequence(name, _) | Change::RenameSequence(_, name) => vec![name],
            Change::CreateTable(_, _, sequences, _) | Change::AddColumn(_, _, sequences, _) => {
                sequences.iter().map(|(name, _)| name).collect()
            }
            _ => continue,
        };
        task.gives.extend(names.iter().map(|name| there(name)));
        made.extend(names.into_iter().cloned());
    }
    if made.is_empty() {
        return;
    }
    for task in tasks {
        let defaults: Vec<&Expr> = match &task.change {
            Change::CreateTable(_, table, ..) => table.columns.iter().filter_map(|c| c.default.as_ref()).collect(),
            Change::AddColumn(_, column, ..) | Change::DropSync(_, Some(column)) => column.default.iter().collect(),
            Change::SetDefault(_, _, default, _) => default.iter().collect(),
            _ => continue,
        };
        let drawn = made.iter().filter(|name| defaults.iter().any(|d| d.draws_from(name)));
        let needs: Vec<String> = drawn.map(there).collect();
        task.needs.extend(needs);
    }
}

/// The schema before, with its names.
struct Before<'a> {
    /// Gathered when they are first asked for: most changes take no name.
    names: OnceCell<BTreeSet<Name>>,
    from: &'a Schema,
    to: &'a Schema,
}

impl Before<'_> {
    fn names(&self) -> &BTreeSet<Name> {
        self.names.get_or_init(|| names_of(self.from))
    }

    fn mark(&self, task: &mut Task) {
        let taken = self.taken(&task.change);
        let needs = taken.iter().filter(|name| self.names().contains(name));
        task.needs.extend(needs.map(ToString::to_string));
        task.gives
            .extend(self.freed(&task.change).iter().map(ToString::to_string));
        task.needs.extend(renamed_before(&task.change));
        task.gives.extend(renames(&task.change));
    }

    /// The task of a cycle that can do with another name for a while; best one that only renames.
    fn first_to_give_way(&self, members: &[usize], tasks: &[Task]) -> Option<usize> {
        let given = |name: &Name, taker: usize| {
            let name = name.to_string();
            members.iter().any(|m| *m != taker && tasks[*m].gives.contains(&name))
        };
        let waits = |m: &&usize| self.taken(&tasks[**m].change).iter().any(|name| given(name, **m));
        let can = |m: &&usize| waits(m) && target(&tasks[**m].change).is_some();
        let only_renames = |m: &&usize| renames(&tasks[**m].change).is_some();
        let mut able = members.iter().filter(can);
        let first = able.clone().next();
        able.find(only_renames).or(first).copied()
    }

    /// The same change under a name that nothing has, and the rename that makes up for it.
    fn detour(&self, change: &Change, used: &mut BTreeSet<Name>) -> Option<(Change, Change)> {
        let wanted = target(change)?;
        let names_as = |name: &Ident| {
            let mut other = change.clone();
            retarget(&mut other, name);
            self.taken(&other)
        };
        let free = |name: &Ident| names_as(name).iter().all(|n| !used.contains(n));
        let name = first_free(&wanted.with_suffix("__new"), free);
        used.extend(names_as(&name));
        let mut detour = change.clone();
        retarget(&mut detour, &name);
        let last = match change {
            Change::RenameSequence(_, to) => Change::RenameSequence(to.sibling(name), to.clone()),
            Change::RenameIndex(table, ..) | Change::CreateIndex(table, ..) => {
                Change::RenameIndex(table.clone(), name, wanted)
            }
            Change::RenameConstraint(table, ..)
            | Change::AddKey(table, ..)
            | Change::AddConstraint(table, ..)
            | Change::AddForeignKey(table, ..)
            | Change::PromoteIndex { table, .. }
            | Change::SwapKey { table, .. } => Change::RenameConstraint(table.clone(), name, wanted),
            _ => return None,
        };
        Some((detour, last))
    }

    fn taken(&self, change: &Change) -> Vec<Name> {
        let relation = |table: &QName, name: &Ident| vec![Name::Relation(table.sibling(name.clone()))];
        match change {
            Change::CreateTable(name, table, sequences, _) => {
                let mut names = of_table(name, table);
                names.extend(sequences.iter().flat_map(|(n, _)| of_sequence(n)));
                names
            }
            Change::CreateEnum(name, _) => vec![Name::Type(name.clone())],
            Change::CreateSequence(name, _) | Change::RenameSequence(_, name) => of_sequence(name).into(),
            Change::AddColumn(_, _, sequences, _) => sequences.iter().flat_map(|(n, _)| of_sequence(n)).collect(),
            Change::IdentityToSerial(_, _, name, _) => vec![Name::Relation(name.clone())],
            Change::CreateIndex(table, name, _) | Change::RenameIndex(table, _, name) => relation(table, name),
            Change::RenameConstraint(table, _, name) => of_constraint(table, name, self.renames_key(change)),
            Change::CreatePartitionedIndex(table, name, _, names) => with_partitions(table, name, names),
            Change::AddPartitionedKey(table, name, _, names) => {
                let mut all = with_partitions(table, name, names);
                all.push(Name::Constraint(table.clone(), name.clone()));
                all
            }
            Change::SwapPartitionedKey {
                table,
                drop,
                name,
                names,
                ..
            } => {
                let own = with_partitions(table, drop, &self.from.attached_below(table, drop));
                let mut all = with_partitions(table, name, names);
                all.retain(|name| !own.contains(name));
                all
            }
            Change::AddKey(table, name, constraint)
            | Change::AddConstraint(table, name, constraint)
            | Change::AddForeignKey(table, name, constraint) => of_constraint(table, name, constraint.kind.has_index()),
            Change::PromoteIndex { table, name, index, .. } => of_constraint(table, name, name != index),
            Change::SwapKey {
                table,
                name,
                drop,
                index,
                ..
            } if name != drop => of_constraint(table, name, name != index),
            _ => Vec::new(),
        }
    }

    fn freed(&self, change: &Change) -> Vec<Name> {
        let relation = |table: &QName, name: &Ident| vec![Name::Relation(table.sibling(name.clone()))];
        match change {
            Change::DropTable(name) => {
                let mut names: Vec<Name> = self
                    .from
                    .tables
                    .get(name)
                    .map(|table| of_table(name, table))
                    .unwrap_or_default();
                let owned = self.from.sequences.iter();
                let owned = owned.filter(|(_, s)| s.owned_by.as_ref().is_some_and(|(t, _)| t == name));
                names.extend(owned.flat_map(|(n, _)| of_sequence(n)));
                names
            }
            Change::DropEnum(name) => vec![Name::Type(name.clone())],
            Change::DropColumn(table, column) => {
                let owned = self.from.sequences_owned_by(table, column);
                owned.flat_map(of_sequence).collect()
            }
            // A serial that becomes an identity loses its sequence.
            Change::SetIdentity(table, column) => {
                let owned = self.from.sequences_owned_by(table, &column.name);
                let gone = owned.filter(|n| !self.to.sequences.contains_key(*n));
                gone.flat_map(of_sequence).collect()
            }
            Change::DropSequence(name) | Change::RenameSequence(name, _) => of_sequence(name).into(),
            Change::DropIndex(table, name) => with_partitions(table, name, &self.from.attached_below(table, name)),
            Change::RenameIndex(table, name, _) => relation(table, name),
            Change::RenameConstraint(table, name, _) => of_constraint(table, name, self.renames_key(change)),
            Change::DropKey(table, name) | Change::SwapPartitionedKey { table, drop: name, .. } => {
                let mut names = with_partitions(table, name, &self.from.attached_below(table, name));
                names.push(Name::Constraint(table.clone(), name.clone()));
                names
            }
            Change::SwapKey { table, drop, index, .. } => {
                let mut names = of_constraint(table, drop, true);
                names.extend(relation(table, index));
                names
            }
            Change::PromoteIndex { table, index, .. } => relation(table, index),
            Change::DropConstraint(table, name) => {
                let found = self.from.tables.get(table).and_then(|t| t.constraints.get(name));
                let mut names = of_constraint(table, name, found.is_some_and(|c| c.kind.has_index()));
                names.extend(
                    with_partitions(table, name, &self.from.attached_below(table, name))
                        .into_iter()
                        .skip(1),
                );
                names
            }
            Change::DropForeignKey(table, name) => of_constraint(table, name, false),
            _ => Vec::new(),
        }
    }

    /// Whether the constraint that gets another name has an index, which gets it as well.
    fn renames_key(&self, change: &Change) -> bool {
        let Change::RenameConstraint(table, was, is) = change else {
            return false;
        };
        let of = |schema: &Schema, name: &Ident| {
            let found = schema.tables.get(table).and_then(|t| t.constraints.get(name));
            found.is_some_and(|c| c.kind.has_index())
        };
        of(self.from, was) || of(self.to, is)
    }
}

/// The name that a change gives to one object, which could have another for a while.
fn target(change: &Change) -> Option<Ident> {
    match change {
        Change::RenameSequence(_, name) => Some(name.name.clone()),
        Change::RenameIndex(_, _, name)
        | Change::RenameConstraint(_, _, name)
        | Change::CreateIndex(_, name, _)
        | Change::AddKey(_, name, _)
        | Change::AddConstraint(_, name, _)
        | Change::AddForeignKey(_, name, _)
        | Change::PromoteIndex { name, .. }
        | Change::SwapKey { name, .. } => Some(name.clone()),
        _ => None,
    }
}

fn retarget(change: &mut Change, to: &Ident) {
    match change {
        Change::RenameSequence(_, name) => name.name = to.clone(),
        Change::RenameIndex(_, _, name)
        | Change::RenameConstraint(_, _, name)
        | Change::CreateIndex(_, name, _)
        | Change::AddKey(_, name, _)
        | Change::AddConstraint(_, name, _)
        | Change::AddForeignKey(_, name, _)
        | Change::PromoteIndex { name, .. }
        | Change::SwapKey { name, .. } => *name = to.clone(),
        _ => {}
    }
}

/// What stands under its last name behind a rename.
fn renames(change: &Change) -> Option<String> {
    match change {
        Change::RenameIndex(table, _, name) => Some(format!("the renamed index {table}.{name}")),
        Change::RenameConstraint(table, _, name) => Some(format!("the renamed constraint {table}.{name}")),
        Change::RenameSequence(_, name) => Some(format!("the renamed sequence {name}")),
        _ => None,
    }
}

/// What must have been renamed, if it is, before something names it.
fn renamed_before(change: &Change) -> Vec<String> {
    match change {
        Change::Comment(Commented::Constraint(table, name), _) => {
            vec![format!("the renamed constraint {table}.{name}")]
        }
        Change::Comment(Commented::Index(table, name), _) => vec![format!("the renamed index {table}.{name}")],
        Change::AlterSequence(name, _) => vec![format!("the renamed sequence {name}")],
        Change::TableOptions(table, options) => {
            let named = options.replica_identity_index.iter().chain(&options.cluster_on);
            named
                .flat_map(|name| ["index", "constraint"].map(|word| format!("the renamed {word} {table}.{name}")))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn names_of(schema: &Schema) -> BTreeSet<Name> {
    let mut names: BTreeSet<Name> = schema.relation_names().into_iter().map(Name::Relation).collect();
    let types = schema
        .tables
        .keys()
        .chain(schema.enums.keys())
        .chain(schema.sequences.keys());
    names.extend(types.cloned().map(Name::Type));
    for (table, t) in &schema.tables {
        let constraints = t.constraints.keys();
        names.extend(constraints.map(|name| Name::Constraint(table.clone(), name.clone())));
    }
    names
}

fn of_constraint(table: &QName, name: &Ident, has_index: bool) -> Vec<Name> {
    let mut names = vec![Name::Constraint(table.clone(), name.clone())];
    if has_index {
        names.push(Name::Relation(table.sibling(name.clone())));
    }
    names
}

/// The name of an index with those of the partitions' indexes.
fn with_partitions(table: &QName, name: &Ident, names: &Names) -> Vec<Name> {
    let below = names.iter().map(|(child, index)| child.sibling(index.clone()));
    std::iter::once(table.sibling(name.clone()))
        .chain(below)
        .map(Name::Relation)
        .collect()
}

/// A sequence has no type, but is refused where a type has its name.
fn of_sequence(name: &QName) -> [Name; 2] {
    [Name::Relation(name.clone()), Name::Type(name.clone())]
}

fn of_table(name: &QName, table: &Table) -> Vec<Name> {
    let keys = table.constraints.iter().filter(|(_, c)| c.kind.has_index());
    let inner = table
        .indexes
        .keys()
        .chain(keys.map(|(n, _)| n))
        .chain(table.attached.keys());
    let mut names = vec![Name::Relation(name.clone()), Name::Type(name.clone())];
    names.extend(inner.map(|n| Name::Relation(name.sibling(n.clone()))));
    names
}
