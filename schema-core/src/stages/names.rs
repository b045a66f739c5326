use std::collections::BTreeSet;

use crate::schema::{Ident, QName, Table};

/// A name that neither the old relations nor those given out have: `name`, else `name__new`, `name__new2`, ….
pub(super) fn free_relation_name(
    wanted: &Ident,
    table: &QName,
    old: &BTreeSet<QName>,
    taken: &BTreeSet<Ident>,
) -> Ident {
    let free = |candidate: &Ident| !taken.contains(candidate) && !old.contains(&table.sibling(candidate.clone()));
    first_free(wanted, free)
}

/// A name that is free by the given test: itself, else with a suffix.
pub(super) fn first_free(wanted: &Ident, free: impl Fn(&Ident) -> bool) -> Ident {
    if free(wanted) {
        return wanted.clone();
    }
    let mut number = 1_u32;
    loop {
        let suffix = if number == 1 {
            "__new".to_owned()
        } else {
            format!("__new{number}")
        };
        let candidate = wanted.with_suffix(&suffix);
        if free(&candidate) {
            return candidate;
        }
        number += 1;
    }
}

/// A new table whose indexes and keys have names that something of old still has: they get theirs in contract.
pub(super) fn with_free_names(name: &QName, table: &Table, old: &BTreeSet<QName>) -> Table {
    let mut free = table.clone();
    let mut taken: BTreeSet<Ident> = table.indexes.keys().chain(table.constraints.keys()).cloned().collect();
    let mut rename = |wanted: &Ident| -> Option<Ident> {
        if !old.contains(&name.sibling(wanted.clone())) {
            return None;
        }
        let given = free_relation_name(&wanted.with_suffix("__new"), name, old, &taken);
        taken.insert(given.clone());
        Some(given)
    };
    for wanted in table.indexes.keys() {
        if let Some(given) = rename(wanted)
            && let Some(index) = free.indexes.remove(wanted)
        {
            free.indexes.insert(given, index);
        }
    }
    for (wanted, constraint) in &table.constraints {
        if constraint.kind.has_index()
            && let Some(given) = rename(wanted)
            && let Some(constraint) = free.constraints.remove(wanted)
        {
            free.constraints.insert(given, constraint);
        }
    }
    free
}
