//! Names across modules, files and crates.

use std::collections::BTreeSet;

use super::source::{Item, Source};

/// What a path stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Found {
    Module(usize),
    /// The n-th item of a name in a module.
    Item(usize, String, usize),
    /// Something of a crate that the scan does not read, by its path.
    Foreign(Vec<String>),
}

/// Why a path stands for nothing certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unresolved {
    /// Nothing of that name is in sight.
    Unknown,
    /// Several things are.
    Ambiguous,
}

type Visited = BTreeSet<(usize, String)>;

impl Source {
    pub fn item_of(&self, module: usize, name: &str, n: usize) -> &Item {
        &self.modules[module].items[name][n]
    }

    /// What a type's path stands for, seen from a module.
    pub fn resolve(&self, module: usize, path: &[String]) -> Result<Found, Unresolved> {
        one(self.path(module, path, &mut Visited::new()))
    }

    fn path(&self, module: usize, path: &[String], visited: &mut Visited) -> BTreeSet<Found> {
        let Some((first, rest)) = path.split_first() else {
            return BTreeSet::new();
        };
        let mut found = match first.as_str() {
            "" => match rest.split_first() {
                Some((name, rest)) => return self.descend(self.extern_crate(module, name), rest, visited),
                None => BTreeSet::new(),
            },
            "crate" => BTreeSet::from([Found::Module(self.root_of(module))]),
            "self" => BTreeSet::from([Found::Module(module)]),
            "super" => self.modules[module].parent.map(Found::Module).into_iter().collect(),
            name => self.name(module, name, visited),
        };
        if found.is_empty() {
            found = self.extern_crate(module, first);
        }
        self.descend(found, rest, visited)
    }

    fn root_of(&self, mut module: usize) -> usize {
        while let Some(parent) = self.modules[module].parent {
            module = parent;
        }
        module
    }

    /// A crate by the name that code uses.
    fn extern_crate(&self, module: usize, name: &str) -> BTreeSet<Found> {
        let krate = &self.crates[self.modules[module].krate];
        let package = match krate.dependencies.get(name) {
            Some(dependency) => Some(&dependency.package),
            // A binary sees the library of its own package.
            None if krate.lib_name == name => Some(&krate.package),
            None => None,
        };
        if let Some(library) = package.and_then(|package| self.libraries.get(package)) {
            return BTreeSet::from([Found::Module(*library)]);
        }
        if ["std", "core", "alloc"].contains(&name) {
            return BTreeSet::from([Found::Foreign(vec![name.to_owned()])]);
        }
        let package = package.map(|package| package.replace('-', "_"));
        package
            .map(|package| Found::Foreign(vec![package]))
            .into_iter()
            .collect()
    }

    fn descend(&self, from: BTreeSet<Found>, rest: &[String], visited: &mut Visited) -> BTreeSet<Found> {
        rest.iter().fold(from, |found, name| {
            found
                .into_iter()
                .flat_map(|found| match found {
                    Found::Module(module) if name == "super" => {
                        self.modules[module].parent.map(Found::Module).into_iter().collect()
                    }
                    Found::Module(module) if name == "self" => BTreeSet::from([Found::Module(module)]),
                    Found::Module(module) => self.name(module, name, visited),
                    Found::Foreign(mut path) => {
                        path.push(name.clone());
                        BTreeSet::from([Found::Foreign(path)])
                    }
                    Found::Item(..) => BTreeSet::new(),
                })
                .collect()
        })
    }

    /// A name inside of a module: its own items first, then what `use` names, then globs.
    fn name(&self, module: usize, name: &str, visited: &mut Visited) -> BTreeSet<Found> {
        if !visited.insert((module, name.to_owned())) {
            return BTreeSet::new();
        }
        let inside = &self.modules[module];
        let mut found: BTreeSet<Found> = BTreeSet::new();
        if let Some(items) = inside.items.get(name) {
            found.extend((0..items.len()).map(|n| Found::Item(module, name.to_owned(), n)));
        } else if let Some(child) = inside.children.get(name) {
            found.insert(Found::Module(*child));
        }
        if found.is_empty() {
            for used in inside.uses.iter().filter(|used| used.name == name) {
                found.extend(self.used(module, &used.path, name, visited));
            }
        }
        if found.is_empty() {
            for used in inside.uses.iter().filter(|used| used.name == "*") {
                for target in self.path(module, &used.path, &mut visited.clone()) {
                    if let Found::Module(target) = target {
                        found.extend(self.name(target, name, visited));
                    }
                }
            }
        }
        visited.remove(&(module, name.to_owned()));
        found
    }

    /// The target of a `use`. `use chrono::DateTime` does not look at itself when it names a crate like a module.
    fn used(&self, module: usize, path: &[String], name: &str, visited: &mut Visited) -> BTreeSet<Found> {
        match path {
            [only] if only == name => self.extern_crate(module, only),
            _ => self.path(module, path, visited),
        }
    }

    /// Whether a derive's path is one of ours: `Some("Table")` or `Some("PgEnum")`.
    ///
    /// A name that nothing brings into scope counts as ours: the code may not compile yet, and a table missed would be a
    /// table dropped.
    pub fn our_derive(&self, module: usize, path: &[String], attributed: bool) -> Option<&'static str> {
        let mut found = Vec::new();
        match path.split_last() {
            Some((last, [])) => self.imported(module, last, &mut Visited::new(), &mut found),
            Some((last, prefix)) => {
                for target in self.path(module, prefix, &mut Visited::new()) {
                    match target {
                        Found::Module(module) => self.imported(module, last, &mut Visited::new(), &mut found),
                        Found::Foreign(mut path) => {
                            path.push(last.clone());
                            found.push(path);
                        }
                        Found::Item(..) => {}
                    }
                }
            }
            None => {}
        }
        let ours = |name: &str| ["Table", "PgEnum"].into_iter().find(|ours| *ours == name);
        for path in &found {
            let is_core = path
                .first()
                .is_some_and(|krate| krate == "schema_core" || krate == "schema_macros");
            if let Some(name) = path
                .last()
                .and_then(|last| ours(last))
                .filter(|_| is_core || attributed)
            {
                return Some(name);
            }
        }
        let named = path.last().and_then(|last| ours(last));
        named.filter(|_| found.is_empty() || attributed)
    }

    /// Where a macro's name comes from, through `use` and globs.
    fn imported(&self, module: usize, name: &str, visited: &mut Visited, found: &mut Vec<Vec<String>>) {
        if !visited.insert((module, name.to_owned())) {
            return;
        }
        for used in &self.modules[module].uses {
            if used.name != name && used.name != "*" {
                continue;
            }
            let (prefix, last) = if used.name == "*" {
                (used.path.as_slice(), name)
            } else {
                match used.path.split_last() {
                    Some((last, prefix)) => (prefix, last.as_str()),
                    None => continue,
                }
            };
            for target in self.path(module, prefix, &mut Visited::new()) {
                match target {
                    Found::Module(target) => self.imported(target, last, visited, found),
                    // A glob over a foreign crate may bring in anything; only that of schema-core tells.
                    Found::Foreign(path) if used.name == "*" && path.first().is_none_or(|c| c != "schema_core") => {}
                    Found::Foreign(mut path) => {
                        path.push(last.to_owned());
                        found.push(path);
                    }
                    Found::Item(..) => {}
                }
            }
        }
    }
}

fn one(found: BTreeSet<Found>) -> Result<Found, Unresolved> {
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(Unresolved::Unknown),
        _ => Err(Unresolved::Ambiguous),
    }
}
