use std::collections::BTreeSet;

use crate::schema::{Ident, QName, Schema, Table};

/// The names of relations: those of old, and those that nothing on the way may take, because new has them or because they
/// were given out.
pub(super) struct Names {
    old: BTreeSet<QName>,
    new: BTreeSet<QName>,
    given: BTreeSet<QName>,
}

impl Names {
    pub(super) fn new(old: &Schema, new: &Schema) -> Self {
        Self {
            old: old.relation_names(),
            new: new.relation_names(),
            given: BTreeSet::new(),
        }
    }

    pub(super) fn is_old(&self, name: &QName) -> bool {
        self.old.contains(name)
    }

    /// A name for what new calls `wanted`: that one, else one that nothing has. `also` says what else stands in the way.
    pub(super) fn give(&mut self, wanted: &QName, also: impl Fn(&Ident) -> bool) -> QName {
        if self.old.contains(wanted) || self.given.contains(wanted) || also(&wanted.name) {
            return self.give_another(wanted, also);
        }
        self.given.insert(wanted.clone());
        wanted.clone()
    }

    /// A name of its own for what gets the name `wanted` later.
    pub(super) fn give_another(&mut self, wanted: &QName, also: impl Fn(&Ident) -> bool) -> QName {
        let candidates = (1_u32..).map(|number| {
            let suffix = if number == 1 {
                "__new".to_owned()
            } else {
                format!("__new{number}")
            };
            wanted.sibling(wanted.name.with_suffix(&suffix))
        });
        let sets = [&self.old, &self.new, &self.given];
        let mut free = candidates.filter(|name| !also(&name.name) && !sets.iter().any(|set| set.contains(name)));
        let name = free.next().unwrap_or_else(|| wanted.clone());
        self.given.insert(name.clone());
        name
    }

    /// A new table whose indexes and keys have names that something of old still has: they get theirs in contract.
    pub(super) fn free_table(&mut self, name: &QName, table: &Table) -> Table {
        let mut free = table.clone();
        let taken = |candidate: &Ident| table.constraints.contains_key(candidate);
        for wanted in table.indexes.keys() {
            let full = name.sibling(wanted.clone());
            if self.is_old(&full)
                && let Some(index) = free.indexes.remove(wanted)
            {
                free.indexes.insert(self.give_another(&full, taken).name, index);
            }
        }
        for (wanted, constraint) in &table.constraints {
            let full = name.sibling(wanted.clone());
            if constraint.kind.has_index() && self.is_old(&full) {
                free.constraints.remove(wanted);
                free.constraints
                    .insert(self.give_another(&full, taken).name, constraint.clone());
            }
        }
        free
    }
}

/// A name that is free by the given test: itself, else with a suffix.
pub(crate) fn first_free(wanted: &Ident, free: impl Fn(&Ident) -> bool) -> Ident {
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
