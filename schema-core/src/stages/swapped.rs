//! The bridge after the cutover: every name that changed its type has it, and the old column follows under a name of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::names::first_free;
use super::shadow::{Shadows, rename_column};
use crate::compare::{constraint_columns, index_columns, same_constraint, same_index};
use crate::schema::{ConstraintKind, Ident, QName, Schema, Sync, SyncDirection, Table, TableOptions};
use crate::sql::sync_function_name;

/// Makes `swapped` from `bridge`.
pub(super) fn swapped(bridge: &Schema, new: &Schema, shadows: &Shadows, asides: &Shadows) -> Schema {
    let mut out = bridge.clone();
    for (name, shadow) in &shadows.types {
        out.rename_type(name, &asides.types[name]);
        out.rename_type(shadow, name);
    }
    for (table, columns) in &shadows.columns {
        for (name, shadow) in columns {
            rename_column(&mut out, table, name, &asides.columns[table][name]);
            rename_column(&mut out, table, shadow, name);
        }
    }
    // Partitions have both columns from above.
    let all = super::inherited::with_family(bridge, shadows.columns.clone());
    let aside_of_all = super::inherited::with_family(bridge, asides.columns.clone());
    for (table, columns) in &all {
        let (Some(wanted), Some(t)) = (new.tables.get(table), out.tables.get_mut(table)) else {
            continue;
        };
        for name in columns.keys() {
            let aside = &aside_of_all[table][name];
            if let Some(left) = t.column_mut(aside) {
                left.not_null = false;
                left.default = None;
                left.identity = None;
                left.comment = None;
            }
            if let (Some(right), Some(target)) = (t.column_mut(name), wanted.column(name)) {
                right.default.clone_from(&target.default);
                // PostgreSQL takes only a NOT NULL column for an identity: one that may be NULL until then gets it in contract.
                if right.not_null {
                    right.identity.clone_from(&target.identity);
                }
            }
            let forward = sync_function_name(table, name, &columns[name]);
            if let Some(sync) = bridge.syncs.get(&forward) {
                out.syncs.remove(&forward);
                out.syncs.insert(
                    sync_function_name(table, name, aside),
                    backward(sync, name, aside, columns),
                );
            }
        }
    }
    let touched: BTreeSet<QName> = out
        .tables
        .keys()
        .filter(|t| bridge.tables.get(*t) != out.tables.get(*t))
        .cloned()
        .collect();
    // What something else has until contract is no name yet.
    let relations = bridge.relation_names();
    for name in touched {
        let gone: BTreeSet<Ident> = aside_of_all
            .get(&name)
            .map(|c| c.values().cloned().collect())
            .unwrap_or_default();
        let gone_elsewhere: Vec<(QName, Ident)> = asides
            .columns
            .iter()
            .flat_map(|(t, c)| c.values().map(|a| (t.clone(), a.clone())))
            .collect();
        let (Some(table), Some(wanted)) = (out.tables.get(&name).cloned(), new.tables.get(&name)) else {
            continue;
        };
        let named = final_names(&table, wanted, &gone, &gone_elsewhere, &|n| {
            let own = table.indexes.contains_key(n) || table.constraints.contains_key(n);
            own || !relations.contains(&name.sibling(n.clone()))
        });
        let moved = moved_names(&table, &named);
        for t in out.tables.values_mut().filter(|t| t.is_child_of(&name)) {
            for above in t.attached.values_mut() {
                if let Some(to) = moved.get(above) {
                    *above = to.clone();
                }
            }
        }
        let attached = out.tables.get(&name).map(|t| t.attached.clone()).unwrap_or_default();
        let options = options_after(&table, &named, wanted, &moved, &gone);
        let named = Table {
            attached,
            options,
            ..named
        };
        out.tables.insert(name, named.into());
    }
    // The generator belongs to the column that new code writes.
    for (name, sequence) in &mut out.sequences {
        if let Some(before) = bridge.sequences.get(name) {
            sequence.owned_by.clone_from(&before.owned_by);
        }
    }
    out
}

/// Options that name an index follow its new name. The old column may hold NULL from here on, which a replica identity must
/// not: until contract gives another one it is the whole row.
fn options_after(
    was: &Table,
    is: &Table,
    wanted: &Table,
    moved: &BTreeMap<Ident, Ident>,
    gone: &BTreeSet<Ident>,
) -> TableOptions {
    let mut options = was.options.clone();
    let follow = |name: Ident| {
        let name = moved.get(&name).cloned().unwrap_or(name);
        let stands = is.indexes.contains_key(&name) || is.constraints.contains_key(&name);
        stands.then_some(name)
    };
    options.cluster_on = options.cluster_on.and_then(follow);
    if let Some(name) = options.replica_identity_index.take() {
        options.replica_identity_index = follow(name).filter(|name| {
            let columns = is.indexes.get(name).map(index_columns);
            let columns = columns.or_else(|| is.constraints.get(name).map(constraint_columns));
            columns.is_some_and(|columns| !columns.iter().any(|c| gone.contains(c)))
        });
        if options.replica_identity_index.is_none() {
            options.replica_identity = match &wanted.options.replica_identity_index {
                Some(_) => Some("FULL".to_owned()),
                None => wanted.options.replica_identity.clone(),
            };
        }
    }
    options
}

/// The new names of indexes and keys, by their old ones.
fn moved_names(was: &Table, is: &Table) -> BTreeMap<Ident, Ident> {
    let mut found = BTreeMap::new();
    for (name, index) in &was.indexes {
        let new_name = is.indexes.iter().find(|(n, i)| {
            same_index(i, is, index, was)
                && !was
                    .indexes
                    .get(*n)
                    .is_some_and(|w| n != &name && same_index(w, was, i, is))
        });
        if let Some((n, _)) = new_name.filter(|(n, _)| *n != name) {
            found.insert(name.clone(), n.clone());
        }
    }
    for (name, key) in was.constraints.iter().filter(|(_, c)| c.kind.has_index()) {
        let new_name = is.constraints.iter().find(|(n, c)| {
            same_constraint(c, is, key, was)
                && !was
                    .constraints
                    .get(*n)
                    .is_some_and(|w| n != &name && same_constraint(w, was, c, is))
        });
        if let Some((n, _)) = new_name.filter(|(n, _)| *n != name) {
            found.insert(name.clone(), n.clone());
        }
    }
    found
}

fn backward(sync: &Sync, name: &Ident, aside: &Ident, shadows: &BTreeMap<Ident, Ident>) -> Sync {
    let mut key_locks = sync.key_locks.clone();
    for lock in &mut key_locks {
        for expression in lock.parts.iter_mut().chain(&mut lock.predicate) {
            for (name, shadow) in shadows {
                *expression = crate::expression::rename_column(expression, shadow, name);
                let (from, to) = (format!("NEW.{shadow}"), format!("NEW.{name}"));
                expression.0 = expression.0.replace(&from, &to);
            }
        }
    }
    Sync {
        from: name.clone(),
        to: aside.clone(),
        direction: SyncDirection::Backward,
        up: sync.down.clone(),
        down: None,
        key_locks,
        ..sync.clone()
    }
}

/// Gives twins their final names and moves what stands on the old columns aside. Checks and foreign keys on old columns go;
/// a primary key gives way to its twin.
fn final_names(
    table: &Table,
    wanted: &Table,
    gone: &BTreeSet<Ident>,
    gone_elsewhere: &[(QName, Ident)],
    free: &impl Fn(&Ident) -> bool,
) -> Table {
    let mut out = Table {
        constraints: Default::default(),
        indexes: Default::default(),
        ..table.clone()
    };
    let mut spare_indexes = table.indexes.clone();
    let points_at_old = |kind: &ConstraintKind| match kind {
        ConstraintKind::ForeignKey(key) => key
            .referenced_columns
            .iter()
            .any(|c| gone_elsewhere.iter().any(|(t, a)| *t == key.references && a == c)),
        _ => false,
    };
    let (old, kept): (Vec<_>, Vec<_>) = table
        .constraints
        .iter()
        .partition(|(_, c)| constraint_columns(c).iter().any(|column| gone.contains(column)) || points_at_old(&c.kind));
    for (name, constraint) in kept {
        let final_name = wanted
            .constraints
            .iter()
            .find(|(n, w)| {
                let standing = out.constraints.contains_key(*n) || constraint.kind.has_index() && !free(n);
                !standing && same_constraint(constraint, table, w, wanted)
            })
            .map_or(name, |(n, _)| n);
        let final_name = if wanted
            .constraints
            .get(name)
            .is_some_and(|w| same_constraint(constraint, table, w, wanted))
        {
            name
        } else {
            final_name
        };
        out.constraints.insert(final_name.clone(), constraint.clone());
    }
    // The primary key over the new columns, from the unique index that was built beside the old key. Where one of them may
    // still be NULL it is a unique index until contract: making it a key would read the table under the cutover's lock.
    if let Some((name, _)) = wanted.primary_key()
        && let Some(target) = wanted.constraints.get(name)
        && let Some(key) = target.kind.key()
        && key.columns.iter().all(|c| table.column(c).is_some_and(|c| c.not_null))
        && old.iter().any(|(_, c)| matches!(c.kind, ConstraintKind::PrimaryKey(_)))
    {
        let index = crate::sql::key_index(key);
        let ready = spare_indexes
            .iter()
            .find(|(_, i)| same_index(i, table, &index, wanted))
            .map(|(n, _)| n.clone());
        if let Some(ready) = ready {
            spare_indexes.remove(&ready);
            out.constraints
                .insert(if free(name) { name.clone() } else { ready }, target.clone());
        }
    }
    for (name, index) in &spare_indexes {
        if index_columns(index).iter().any(|c| gone.contains(c)) {
            continue;
        }
        let same = |n: &Ident| {
            wanted
                .indexes
                .get(n)
                .is_some_and(|w| same_index(index, table, w, wanted))
        };
        let final_name = if same(name) {
            name.clone()
        } else {
            wanted
                .indexes
                .keys()
                .find(|n| {
                    same(n)
                        && free(n)
                        && !out.indexes.contains_key(*n)
                        && !table
                            .indexes
                            .get(*n)
                            .is_some_and(|i| same_index(i, table, index, table) && *n != name)
                })
                .unwrap_or(name)
                .clone()
        };
        out.indexes.insert(final_name, index.clone());
    }
    let taken = |n: &Ident, out: &Table| {
        out.constraints.contains_key(n)
            || out.indexes.contains_key(n)
            || table.constraints.contains_key(n)
            || table.indexes.contains_key(n)
    };
    for (name, constraint) in old {
        if matches!(constraint.kind, ConstraintKind::Unique(_)) {
            let aside = first_free(&name.with_suffix("__old"), |n| free(n) && !taken(n, &out));
            out.constraints.insert(aside, constraint.clone());
        }
    }
    for (name, index) in spare_indexes
        .iter()
        .filter(|(_, i)| index_columns(i).iter().any(|c| gone.contains(c)))
    {
        let aside = first_free(&name.with_suffix("__old"), |n| free(n) && !taken(n, &out));
        out.indexes.insert(aside, index.clone());
    }
    out
}
