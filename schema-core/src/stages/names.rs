use std::collections::BTreeSet;

use crate::schema::{Ident, QName, Schema};

/// A name that nothing has in either schema: `name`, else `name__new`, `name__new2`, ….
pub(super) fn free_relation_name(wanted: &Ident, table: &QName, old: &Schema, taken: &BTreeSet<Ident>) -> Ident {
    let free = |candidate: &Ident| !taken.contains(candidate) && !old.relation_taken(&table.sibling(candidate.clone()));
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
