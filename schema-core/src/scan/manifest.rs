//! Which crates there are, where their roots lie, and which of their features are on. Read from Cargo.toml alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{ScanErrors, ScanOptions};

/// The package that the derives come from.
const CORE: &str = "schema-core";

/// One package.
#[derive(Debug, Default)]
pub(super) struct Crate {
    /// The package's name.
    pub package: String,
    /// The name under which code knows its library.
    pub lib_name: String,
    /// The library's root.
    pub lib: Option<PathBuf>,
    /// The binaries' roots.
    pub bins: Vec<PathBuf>,
    /// Dependencies by the name that code uses.
    pub dependencies: BTreeMap<String, Dependency>,
    /// Features that are on.
    pub features: BTreeSet<String>,
    /// Whether tables may be declared here: it depends on schema-core, perhaps through another crate of the workspace.
    pub declares: bool,
    declared_features: BTreeMap<String, Vec<String>>,
}

/// A dependency.
#[derive(Debug, Clone, Default)]
pub(super) struct Dependency {
    /// The package's name.
    pub package: String,
    /// Its directory, when it lies on this machine.
    pub dir: Option<PathBuf>,
    /// Features asked for.
    pub features: Vec<String>,
    optional: bool,
}

impl Crate {
    /// Whether a feature of schema-core is on for this crate.
    pub fn core_feature(&self, feature: &str) -> bool {
        self.dependencies
            .values()
            .any(|d| d.package == CORE && d.features.iter().any(|f| f == feature))
    }
}

/// Reads the manifest in `root`, those of the workspace's members, and those of path dependencies.
pub(super) fn crates(root: &Path, options: &ScanOptions, errors: &mut ScanErrors) -> Vec<Crate> {
    let Some(manifest) = read(root, errors) else {
        return Vec::new();
    };
    let workspace = workspace_of(root, &manifest);
    let mut open: Vec<PathBuf> = Vec::new();
    if manifest.contains_key("package") {
        open.push(root.to_owned());
    }
    if let Some(Value::Table(table)) = manifest.get("workspace") {
        open.extend(members(root, table, errors));
    }
    if open.is_empty() {
        errors.file(
            root.join("Cargo.toml"),
            "has neither a package nor members; name the directory of a crate",
        );
    }
    let mut found: BTreeMap<PathBuf, Crate> = BTreeMap::new();
    while let Some(dir) = open.pop() {
        let dir = normal(&dir);
        if found.contains_key(&dir) {
            continue;
        }
        let Some(manifest) = read(&dir, errors) else { continue };
        let Some(read) = package(&dir, &manifest, &workspace) else {
            continue;
        };
        open.extend(
            read.dependencies
                .values()
                .filter(|d| d.package != CORE)
                .filter_map(|d| d.dir.clone())
                .filter(|dir| dir.join("Cargo.toml").is_file()),
        );
        found.insert(dir, read);
    }
    let mut crates: Vec<Crate> = found.into_values().collect();
    crates.sort_by(|a, b| a.package.cmp(&b.package));
    mark_declaring(&mut crates);
    switch_features(&mut crates, options, root, errors);
    crates
}

fn read(dir: &Path, errors: &mut ScanErrors) -> Option<Table> {
    let file = dir.join("Cargo.toml");
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            errors.file(
                file,
                format!("cannot be read: {error}; name the directory of a crate or a workspace"),
            );
            return None;
        }
    };
    match text.parse::<Table>() {
        Ok(table) => Some(table),
        Err(error) => {
            errors.file(file, format!("is no valid manifest: {}", error.message()));
            None
        }
    }
}

/// `[workspace]` of the manifest that this directory belongs to, with its directory.
fn workspace_of(root: &Path, manifest: &Table) -> (PathBuf, Table) {
    let section = |table: &Table| table.get("workspace").and_then(Value::as_table).cloned();
    if let Some(workspace) = section(manifest) {
        return (root.to_owned(), workspace);
    }
    let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let mut up = absolute.as_path();
    while let Some(parent) = up.parent() {
        let text = std::fs::read_to_string(parent.join("Cargo.toml")).unwrap_or_default();
        if let Some(workspace) = text.parse::<Table>().ok().as_ref().and_then(section) {
            return (parent.to_owned(), workspace);
        }
        up = parent;
    }
    (root.to_owned(), Table::new())
}

/// The directories of `members` without those of `exclude`.
fn members(root: &Path, workspace: &Table, errors: &mut ScanErrors) -> Vec<PathBuf> {
    let excluded: Vec<PathBuf> = strings(workspace.get("exclude"))
        .iter()
        .map(|path| normal(&root.join(path)))
        .collect();
    let mut found = Vec::new();
    for pattern in strings(workspace.get("members")) {
        let matches = glob(root, &pattern);
        if matches.is_empty() {
            errors.file(
                root.join("Cargo.toml"),
                format!("the member \"{pattern}\" is no directory with a Cargo.toml"),
            );
        }
        found.extend(matches.into_iter().filter(|dir| !excluded.contains(&normal(dir))));
    }
    found
}

/// Directories with a manifest that match a pattern; `*` and `?` inside of one component.
fn glob(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    for component in pattern.split('/').filter(|c| !c.is_empty() && *c != ".") {
        found = found
            .into_iter()
            .flat_map(|dir| {
                if !component.contains(['*', '?']) {
                    return vec![dir.join(component)];
                }
                let mut names: Vec<String> = std::fs::read_dir(&dir)
                    .into_iter()
                    .flatten()
                    .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                    .filter(|name| matches(component.as_bytes(), name.as_bytes()))
                    .collect();
                names.sort();
                names.into_iter().map(|name| dir.join(name)).collect()
            })
            .collect();
    }
    found.retain(|dir| dir.join("Cargo.toml").is_file());
    found
}

fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=name.len()).any(|skip| matches(rest, &name[skip..])),
        ([b'?', rest @ ..], [_, tail @ ..]) => matches(rest, tail),
        ([a, rest @ ..], [b, tail @ ..]) => a == b && matches(rest, tail),
        _ => false,
    }
}

/// The path without `.` and, where it can be told, without `..`.
pub(super) fn normal(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    if out.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        out
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let array = value.and_then(Value::as_array);
    array
        .into_iter()
        .flatten()
        .filter_map(|v| v.as_str().map(str::to_owned))
        .collect()
}

fn text(table: Option<&Table>, key: &str) -> Option<String> {
    table?.get(key)?.as_str().map(str::to_owned)
}

fn package(dir: &Path, manifest: &Table, workspace: &(PathBuf, Table)) -> Option<Crate> {
    let name = text(manifest.get("package").and_then(Value::as_table), "name")?;
    let lib = manifest.get("lib").and_then(Value::as_table);
    let lib_path = dir.join(text(lib, "path").unwrap_or_else(|| "src/lib.rs".to_owned()));
    let declared_features = manifest
        .get("features")
        .and_then(Value::as_table)
        .into_iter()
        .flatten()
        .map(|(feature, list)| (feature.clone(), strings(Some(list))))
        .collect();
    Some(Crate {
        lib_name: text(lib, "name").unwrap_or_else(|| name.clone()).replace('-', "_"),
        lib: lib_path.is_file().then_some(lib_path),
        bins: bins(dir, manifest),
        dependencies: dependencies(dir, manifest, workspace),
        package: name,
        features: BTreeSet::new(),
        declares: false,
        declared_features,
    })
}

fn bins(dir: &Path, manifest: &Table) -> Vec<PathBuf> {
    let mut found = vec![dir.join("src/main.rs")];
    for entry in std::fs::read_dir(dir.join("src/bin")).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        } else {
            found.push(path.join("main.rs"));
        }
    }
    for bin in manifest
        .get("bin")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_table)
    {
        if let Some(path) = text(Some(bin), "path") {
            found.push(dir.join(path));
        } else if let Some(name) = text(Some(bin), "name") {
            found.push(dir.join(format!("src/bin/{name}.rs")));
        }
    }
    found.retain(|path| path.is_file());
    found.sort();
    found.dedup();
    found
}

fn dependencies(dir: &Path, manifest: &Table, workspace: &(PathBuf, Table)) -> BTreeMap<String, Dependency> {
    let mut found = BTreeMap::new();
    let mut read = |section: &Table| {
        // Build dependencies are not in scope in the crate's code; dev-dependencies only in tests.
        let Some(Value::Table(listed)) = section.get("dependencies") else {
            return;
        };
        for (key, value) in listed {
            let dependency = dependency(key, value, dir, workspace);
            found.insert(key.replace('-', "_"), dependency);
        }
    };
    read(manifest);
    for target in manifest.get("target").and_then(Value::as_table).into_iter().flatten() {
        if let Value::Table(section) = target.1 {
            read(section);
        }
    }
    found
}

fn dependency(key: &str, value: &Value, dir: &Path, workspace: &(PathBuf, Table)) -> Dependency {
    let table = value.as_table();
    let inherited = table.and_then(|t| t.get("workspace")).and_then(Value::as_bool) == Some(true);
    let mut found = if inherited {
        let value = workspace
            .1
            .get("dependencies")
            .and_then(Value::as_table)
            .and_then(|d| d.get(key));
        value.map_or_else(Dependency::default, |value| {
            dependency(key, value, &workspace.0, workspace)
        })
    } else {
        Dependency {
            dir: text(table, "path").map(|path| normal(&dir.join(path))),
            ..Dependency::default()
        }
    };
    if found.package.is_empty() {
        found.package = text(table, "package").unwrap_or_else(|| key.to_owned());
    }
    found.features.extend(strings(table.and_then(|t| t.get("features"))));
    found.optional = table.and_then(|t| t.get("optional")).and_then(Value::as_bool) == Some(true);
    found
}

/// A crate may declare tables when it depends on schema-core, or on a crate here that does (which may re-export it).
fn mark_declaring(crates: &mut [Crate]) {
    loop {
        let declaring: BTreeSet<String> = crates
            .iter()
            .filter(|c| c.declares)
            .map(|c| c.package.clone())
            .collect();
        let mut changed = false;
        for found in crates.iter_mut().filter(|c| !c.declares) {
            found.declares = found
                .dependencies
                .values()
                .any(|d| d.package == CORE || declaring.contains(&d.package));
            changed |= found.declares;
        }
        if !changed {
            return;
        }
    }
}

fn switch_features(crates: &mut [Crate], options: &ScanOptions, root: &Path, errors: &mut ScanErrors) {
    let mut known = vec![false; options.features.len()];
    for found in crates.iter_mut() {
        if options.all_features {
            let all: Vec<String> = found.declared_features.keys().cloned().collect();
            found.features.extend(all);
            found.features.extend(
                found
                    .dependencies
                    .iter()
                    .filter(|(_, d)| d.optional)
                    .map(|(k, _)| k.clone()),
            );
        }
        if !options.no_default_features {
            found.switch("default");
        }
        for (wanted, known) in options.features.iter().zip(&mut known) {
            let (package, feature) = match wanted.split_once('/') {
                Some((package, feature)) => (Some(package), feature),
                None => (None, wanted.as_str()),
            };
            let optional = found
                .dependencies
                .get(&feature.replace('-', "_"))
                .is_some_and(|d| d.optional);
            let declared = found.declared_features.contains_key(feature) || optional;
            if package.is_none_or(|package| package == found.package) && declared {
                *known = true;
                found.switch(feature);
            }
        }
    }
    for (feature, _) in options.features.iter().zip(known).filter(|(_, known)| !known) {
        errors.file(
            root.join("Cargo.toml"),
            format!("no crate here has the feature \"{feature}\""),
        );
    }
    let wanted: Vec<(String, Vec<String>)> = crates
        .iter()
        .flat_map(|c| c.dependencies.values())
        .map(|d| (d.package.clone(), d.features.clone()))
        .collect();
    for (package, features) in wanted {
        for found in crates.iter_mut().filter(|c| c.package == package) {
            features.iter().for_each(|feature| found.switch(feature));
        }
    }
}

impl Crate {
    /// Turns a feature on, with those that it implies.
    fn switch(&mut self, feature: &str) {
        if !self.features.insert(feature.to_owned()) {
            return;
        }
        for implied in self.declared_features.get(feature).cloned().unwrap_or_default() {
            if implied.starts_with("dep:") {
                continue;
            }
            match implied.split_once('/') {
                Some((dependency, of_dependency)) => {
                    let weak = dependency.ends_with('?');
                    let key = dependency.trim_end_matches('?').replace('-', "_");
                    if let Some(dependency) = self.dependencies.get_mut(&key) {
                        dependency.features.push(of_dependency.to_owned());
                    }
                    if !weak && self.declared_features.contains_key(dependency) {
                        self.switch(dependency);
                    }
                }
                None => self.switch(&implied),
            }
        }
    }
}
