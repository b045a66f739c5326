use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;

use crate::schema::{Ident, QName, Schema, Table};

/// The names of relations: those of old, and those that nothing on the way may take, because new has them or because they
/// were given out.
pub(super) struct Names<'a> {
    schemas: (&'a Schema, &'a Schema),
    /// Gathered when they are first asked for: most changes need none.
    old: OnceCell<BTreeSet<QName>>,
    new: OnceCell<BTreeSet<QName>>,
    given: RefCell<BTreeSet<QName>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(old: &'a Schema, new: &'a Schema) -> Self {
        Self {
            schemas: (old, new),
            old: OnceCell::new(),
            new: OnceCell::new(),
            given: RefCell::default(),
        }
    }

    fn old(&self) -> &BTreeSet<QName> {
        self.old.get_or_init(|| self.schemas.0.relation_names())
    }

    fn new_names(&self) -> &BTreeSet<QName> {
        self.new.get_or_init(|| self.schemas.1.relation_names())
    }

    pub(super) fn is_old(&self, name: &QName) -> bool {
        self.old().contains(name)
    }

    /// A name for what new calls `wanted`: that one, else one that nothing has. `also` says what else stands in the way.
    pub(super) fn give(&self, wanted: &QName, also: impl Fn(&Ident) -> bool) -> QName {
        if self.old().contains(wanted) || self.given.borrow().contains(wanted) || also(&wanted.name) {
            return self.give_another(wanted, also);
        }
        self.given.borrow_mut().insert(wanted.clone());
        wanted.clone()
    }

    /// A name of its own for what gets the name `wanted` later.
    pub(super) fn give_another(&self, wanted: &QName, also: impl Fn(&Ident) -> bool) -> QName {
        let candidates = (1_u32..).map(|number| {
            let suffix = if number == 1 {
                "__new".to_owned()
            } else {
                format!("__new{number}")
            };
            wanted.sibling(wanted.name.with_suffix(&suffix))
        });
        let taken = |name: &QName| {
            let sets = [self.old(), self.new_names()];
            sets.iter().any(|set| set.contains(name)) || self.given.borrow().contains(name)
        };
        let mut free = candidates.filter(|name| !also(&name.name) && !taken(name));
        let name = free.next().unwrap_or_else(|| wanted.clone());
        self.given.borrow_mut().insert(name.clone());
        name
    }

    /// A new table whose indexes and keys have names that something of old still has: they get theirs in contract.
    pub(super) fn free_table(&self, name: &QName, table: &Table) -> Table {
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
