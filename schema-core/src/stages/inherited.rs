//! What partitions and inheritance children have from above, in the bridge: as their parent's bridge has it, with what is
//! their own on top. What the path says of such a column it says once, for the parent's.

use std::collections::{BTreeMap, BTreeSet};

use super::Refusal;
use crate::compare::{constraint_columns, index_columns, same_default};
use crate::plan::Hazard;
use crate::schema::{Column, Fill, Ident, QName, Schema, Table};

/// The new names of columns, with those that partitions and children get from above.
pub(super) fn with_family(
    new: &Schema,
    mut renames: BTreeMap<QName, BTreeMap<Ident, Ident>>,
) -> BTreeMap<QName, BTreeMap<Ident, Ident>> {
    let above: Vec<(QName, BTreeMap<Ident, Ident>)> = renames.iter().map(|(t, r)| (t.clone(), r.clone())).collect();
    for (table, columns) in above {
        for member in new.family(&table).into_iter().filter(|member| *member != table) {
            renames.entry(member).or_default().extend(columns.clone());
        }
    }
    renames
}

/// The tables right above.
fn parents(table: &Table) -> impl Iterator<Item = &QName> {
    table.partition_of.iter().map(|p| &p.parent).chain(&table.inherits)
}

/// All tables above.
fn above(schema: &Schema, table: &QName) -> BTreeSet<QName> {
    let mut found = BTreeSet::new();
    let mut open = vec![table.clone()];
    while let Some(name) = open.pop() {
        for parent in schema.table(&name).into_iter().flat_map(parents) {
            if found.insert(parent.clone()) {
                open.push(parent.clone());
            }
        }
    }
    found
}

/// Gives partitions and children the columns of their parents' bridge.
pub(super) fn settle(bridge: &mut Schema, old: &Schema, new: &Schema) {
    let mut members: Vec<(usize, QName)> = bridge
        .tables
        .iter()
        .filter(|(_, t)| parents(t).next().is_some())
        .map(|(name, _)| (above(bridge, name).len(), name.clone()))
        .collect();
    members.sort();
    for (_, name) in members {
        let Some(mut table) = bridge.tables.get(&name).cloned() else {
            continue;
        };
        let parents: Vec<QName> = parents(&table).cloned().collect();
        for parent in parents {
            let columns = bridge
                .tables
                .get(&parent)
                .map(|t| t.columns.clone())
                .unwrap_or_default();
            for column in &columns {
                let own = table.column(&column.name).cloned();
                let made = member_column(old, new, (&name, own), (&parent, column));
                match table.column_mut(&column.name) {
                    Some(own) => *own = made,
                    None => table.columns.push(made),
                }
            }
        }
        if let Some(place) = table.partition_of.clone() {
            only_from_above(bridge, old, &name, &mut table, &place.parent);
        }
        bridge.tables.insert(name, table);
    }
}

/// A partition has no columns but its parent's: what a table that is one until contract gets of its own waits until it is
/// none, and what stands on that waits with it.
fn only_from_above(bridge: &mut Schema, old: &Schema, name: &QName, table: &mut Table, parent: &QName) {
    let Some(above) = bridge.tables.get(parent) else {
        return;
    };
    let extra: Vec<Ident> = table
        .columns
        .iter()
        .filter(|c| above.column(&c.name).is_none())
        .map(|c| c.name.clone())
        .collect();
    if extra.is_empty() {
        return;
    }
    let waits = |columns: Vec<Ident>| columns.iter().any(|c| extra.contains(c));
    table.columns.retain(|c| !extra.contains(&c.name));
    table.constraints.retain(|_, c| !waits(constraint_columns(c)));
    table.indexes.retain(|_, i| !waits(index_columns(i)));
    bridge
        .fills
        .retain(|_, f| f.table != *name || !extra.contains(&f.column));
    bridge
        .syncs
        .retain(|_, s| s.table != *name || !waits(vec![s.from.clone(), s.to.clone()]));
    bridge.sequences.retain(|sequence, s| {
        let owner = s.owned_by.as_ref();
        old.sequences.contains_key(sequence) || !owner.is_some_and(|(t, c)| t == name && extra.contains(c))
    });
}

fn member_column(
    old: &Schema,
    new: &Schema,
    (name, own): (&QName, Option<Column>),
    (parent, above): (&QName, &Column),
) -> Column {
    let Some(own) = own else {
        return above.inherited(shares_identity(old, new, parent, &above.name));
    };
    let at = |schema: &'_ Schema, table: &QName| {
        let table = schema.tables.get(table)?;
        Some((table.column(&above.name)?.clone(), table.clone()))
    };
    type Place<'a> = (&'a Column, &'a Table);
    let alike = |same: &dyn Fn(Place<'_>, Place<'_>) -> bool| {
        let known = [old, new].into_iter().filter(|schema| schema.tables.contains_key(name));
        known
            .into_iter()
            .all(|schema| match (at(schema, name), at(schema, parent)) {
                (Some((a, s)), Some((b, t))) => same((&a, &s), (&b, &t)),
                (None, None) => true,
                _ => false,
            })
    };
    let shares = shares_identity(old, new, parent, &above.name);
    let mut made = own.following(None, above, shares);
    if alike(&|(a, s), (b, t)| same_default(a, s, b, t)) {
        made.default.clone_from(&above.default);
    }
    if alike(&|(a, _), (b, _)| a.not_null == b.not_null) {
        made.not_null = above.not_null;
    }
    if made.generated.is_some() {
        made.default = None;
    }
    made
}

/// Whether partitions have the identity of their parent's column, as from 17 on.
fn shares_identity(old: &Schema, new: &Schema, parent: &QName, column: &Ident) -> bool {
    [old, new].iter().any(|schema| {
        let mut below = schema.partitions(parent);
        below.any(|(_, t)| t.column(column).is_some_and(|c| c.identity.is_some()))
    })
}

/// What is said of a parent's column is not said again of those that have it from there.
pub(super) fn say_once(
    old: &Schema,
    fills: &mut BTreeMap<String, Fill>,
    final_fills: &mut BTreeMap<String, Fill>,
    hazards: &mut Vec<Hazard>,
    refusals: &mut Vec<Refusal>,
) {
    // By object: the same of the tables above. Code names inheritance children by themselves.
    let mut higher: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut partitions: BTreeSet<String> = BTreeSet::new();
    for (name, table) in &old.tables {
        if parents(table).next().is_none() {
            continue;
        }
        let above = above(old, name);
        let columns = table.columns.iter().map(|c| &c.name);
        let added = fills.values().filter(|f| f.table == *name).map(|f| &f.column);
        for column in columns.chain(added) {
            if table.partition_of.is_some() {
                partitions.insert(format!("{name}.{column}"));
            }
            let same = above.iter().map(|parent| format!("{parent}.{column}")).collect();
            higher.insert(format!("{name}.{column}"), same);
        }
    }
    if higher.is_empty() {
        return;
    }
    let said_above = |object: &str, said: &dyn Fn(&String) -> bool| {
        let mut names = higher.get(object).into_iter().flatten();
        names.any(said)
    };
    let all: BTreeSet<String> = fills.keys().chain(final_fills.keys()).cloned().collect();
    fills.retain(|id, _| !said_above(id, &|other| all.contains(other)));
    final_fills.retain(|id, _| !said_above(id, &|other| all.contains(other)));
    let before = hazards.clone();
    hazards.retain(|h| {
        let again = |other: &String| before.iter().any(|b| b.kind == h.kind && b.object == *other);
        !partitions.contains(&h.object) || !said_above(&h.object, &again)
    });
    let objects: BTreeSet<(String, String)> = refusals.iter().map(|r| (r.object.clone(), r.why.clone())).collect();
    refusals.retain(|r| !said_above(&r.object, &|other| objects.contains(&(other.clone(), r.why.clone()))));
}
