//! Every file in this folder is reached by one of the two test entries: a test that nobody compiles cannot fail.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn every_test_file_is_reached() {
    let root = Path::new(ROOT).canonicalize().unwrap();
    let mut reached = BTreeSet::new();
    for manifest in ["cli/Cargo.toml", "schema-core/Cargo.toml"] {
        let text = fs::read_to_string(root.join(manifest)).unwrap();
        for entry in text.split('"').filter_map(|part| part.strip_prefix("../tests/")) {
            follow(&root.join("tests").join(entry), &root.join("tests"), &mut reached);
        }
    }
    assert!(reached.contains(&root.join("tests/wiring.rs")));
    let mut all = Vec::new();
    sources(&root.join("tests"), &mut all);
    let lost: Vec<&PathBuf> = all.iter().filter(|file| !reached.contains(*file)).collect();
    assert!(lost.is_empty(), "no test entry reaches {lost:?}: add a `mod` line");
}

/// All Rust files of a folder, without crates that are data of a test.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.join("Cargo.toml").exists() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Follows `mod name;` lines, and the patterns of files that are handed to trybuild.
fn follow(file: &Path, modules: &Path, reached: &mut BTreeSet<PathBuf>) {
    let Ok(text) = fs::read_to_string(file) else { return };
    if !reached.insert(file.to_owned()) {
        return;
    }
    for name in text.lines().filter_map(|line| {
        line.trim()
            .trim_start_matches("pub ")
            .strip_prefix("mod ")?
            .strip_suffix(';')
    }) {
        follow(&modules.join(format!("{name}.rs")), &modules.join(name), reached);
        follow(&modules.join(name).join("mod.rs"), &modules.join(name), reached);
    }
    for pattern in text.split('"').filter(|part| part.ends_with("/*.rs")) {
        let folder = pattern.trim_end_matches("/*.rs");
        let folder = folder.split_once("tests/").map_or(folder, |(_, rest)| rest);
        let mut data = Vec::new();
        sources(
            &Path::new(ROOT).canonicalize().unwrap().join("tests").join(folder),
            &mut data,
        );
        reached.extend(data);
    }
}
