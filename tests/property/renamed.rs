//! Random new names for what stands in both schemas, with the hints that say so.

use proptest::prelude::*;
use proptest::sample::Index as Choice;
use schema_core::plan::{Decisions, TableRename};
use schema_core::schema::{Ident, QName, Schema};

use super::draft::pick;
use super::names;

/// What gets another name.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Table,
    /// Into another namespace.
    MovedTable,
    Enum,
    Label,
    Sequence,
    MovedSequence,
}

/// One new name: of what, which one, and which name.
#[derive(Debug, Clone)]
pub struct NewName {
    kind: Kind,
    at: [Choice; 2],
    n: u8,
}

/// Any few new names, often none.
pub fn new_names() -> impl Strategy<Value = Vec<NewName>> {
    let kind = prop_oneof![
        4 => Just(Kind::Table),
        1 => Just(Kind::MovedTable),
        2 => Just(Kind::Enum),
        2 => Just(Kind::Label),
        2 => Just(Kind::Sequence),
        1 => Just(Kind::MovedSequence),
    ];
    let one =
        (kind, prop::array::uniform2(any::<Choice>()), any::<u8>()).prop_map(|(kind, at, n)| NewName { kind, at, n });
    prop_oneof![1 => Just(Vec::new()), 1 => prop::collection::vec(one, 1..4)]
}

/// Gives the new names in `new`. What does not stand in both schemas keeps its own.
pub fn apply(names: &[NewName], old: &Schema, new: &mut Schema, decisions: &mut Decisions) {
    for name in names {
        // What the schemas have not gets no other name.
        let _ = match name.kind {
            Kind::Table => table(name, old, new, decisions, false),
            Kind::MovedTable => table(name, old, new, decisions, true),
            Kind::Enum => enum_type(name, old, new, decisions),
            Kind::Label => label(name, old, new, decisions),
            Kind::Sequence => sequence(name, old, new, decisions, false),
            Kind::MovedSequence => sequence(name, old, new, decisions, true),
        };
    }
}

/// A name that is free in both schemas.
fn free(old: &Schema, new: &Schema, namespace: &Ident, n: u8) -> QName {
    let taken =
        |schema: &Schema, name: &QName| schema.enums.contains_key(name) || schema.relation_names().contains(name);
    let name = names::free(n, |name| {
        let name = QName {
            schema: namespace.clone(),
            name: name.clone(),
        };
        taken(old, &name) || taken(new, &name)
    });
    QName {
        schema: namespace.clone(),
        name,
    }
}

/// Another namespace that both schemas have.
fn other_namespace(old: &Schema, new: &Schema, from: &Ident, n: u8) -> Option<Ident> {
    let both: Vec<&Ident> = old
        .namespaces
        .keys()
        .filter(|name| new.namespaces.contains_key(*name) && *name != from)
        .collect();
    both.get(usize::from(n) % both.len().max(1)).map(|name| (*name).clone())
}

fn table(name: &NewName, old: &Schema, new: &mut Schema, decisions: &mut Decisions, moves: bool) -> Option<()> {
    let cut = |schema: &Schema, t: &QName| {
        let table = schema.tables.get(t);
        table.is_none_or(|t| t.partition_by.is_some() || t.partition_of.is_some())
    };
    let both: Vec<&QName> = new.tables.keys().filter(|t| !cut(old, t) && !cut(new, t)).collect();
    let from = pick(both.into_iter(), &name.at[0])?.clone();
    let namespace = if moves {
        other_namespace(old, new, &from.schema, name.n)?
    } else {
        from.schema.clone()
    };
    let to = free(old, new, &namespace, name.n);
    if moves {
        // What goes along finds its name taken, or not.
        let is = &new.tables[&from];
        let along = is.indexes.keys().chain(is.constraints.keys()).cloned();
        let owned = new
            .sequences
            .iter()
            .filter(|(_, s)| s.owned_by.as_ref().is_some_and(|(t, _)| *t == from));
        let mut along = along.chain(owned.map(|(name, _)| name.name.clone()));
        let taken = [old.relation_names(), new.relation_names()];
        if along.any(|n| n == to.name || taken.iter().any(|names| names.contains(&to.sibling(n.clone())))) {
            return None;
        }
    }
    new.rename_table(&from, &to);
    let follow = |table: &mut QName| {
        if *table == from {
            table.clone_from(&to);
        }
    };
    decisions.renames.iter_mut().for_each(|r| follow(&mut r.table));
    let given = decisions.backfills.iter_mut().chain(&mut decisions.old_values);
    given.for_each(|(column, _)| follow(&mut column.table));
    decisions.retypes.iter_mut().for_each(|r| follow(&mut r.column.table));
    decisions.table_renames.push(TableRename { from, to });
    Some(())
}

fn enum_type(name: &NewName, old: &Schema, new: &mut Schema, decisions: &mut Decisions) -> Option<()> {
    let both: Vec<&QName> = new.enums.keys().filter(|t| old.enums.contains_key(*t)).collect();
    let from = pick(both.into_iter(), &name.at[0])?.clone();
    let to = free(old, new, &from.schema, name.n);
    new.rename_type(&from, &to);
    let (a, b) = (format!("::{from}"), format!("::{to}"));
    for (_, value) in &mut decisions.backfills {
        value.0 = value.0.replace(&a, &b);
    }
    for (type_name, ..) in decisions.renamed_labels.iter_mut().filter(|(t, ..)| *t == from) {
        type_name.clone_from(&to);
    }
    decisions.type_renames.push(TableRename { from, to });
    Some(())
}

fn label(name: &NewName, old: &Schema, new: &mut Schema, decisions: &mut Decisions) -> Option<()> {
    let both: Vec<&QName> = new.enums.keys().filter(|t| old.enums.contains_key(*t)).collect();
    let of = pick(both.into_iter(), &name.at[0])?.clone();
    let known = &old.enums[&of].labels;
    let labels = &new.enums[&of].labels;
    let from = pick(labels.iter(), &name.at[1])?.clone();
    let to = names::free(name.n, |n| {
        let n = n.raw().to_owned();
        known.contains(&n) || labels.contains(&n)
    });
    if !known.contains(&from) {
        return None;
    }
    let to = to.raw().to_owned();
    new.rename_label(&of, &from, &to);
    let literal = |label: &str| format!("{}::{of}", schema_core::schema::Literal(label));
    for (_, value) in &mut decisions.backfills {
        value.0 = value.0.replace(&literal(&from), &literal(&to));
    }
    decisions.renamed_labels.push((of, from, to));
    Some(())
}

fn sequence(name: &NewName, old: &Schema, new: &mut Schema, decisions: &mut Decisions, moves: bool) -> Option<()> {
    let own = new
        .sequences
        .iter()
        .filter(|(name, s)| s.owned_by.is_none() && old.sequences.contains_key(*name));
    let both: Vec<&QName> = own.map(|(name, _)| name).collect();
    let from = pick(both.into_iter(), &name.at[0])?.clone();
    let namespace = if moves {
        other_namespace(old, new, &from.schema, name.n)?
    } else {
        from.schema.clone()
    };
    let to = free(old, new, &namespace, name.n);
    new.rename_sequence(&from, &to);
    decisions.sequence_renames.push(TableRename { from, to });
    Some(())
}
