//! The source scan on folders of data: each has a crate or workspace and `expected.txt`, what the scan says of it.
//!
//! `BLESS=1 cargo test` writes what the scan says now.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use schema_core::scan::{ScanOptions, scan};

fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/scan").join(case)
}

/// Everything that a scan says, as text.
fn said(dir: &Path, options: &ScanOptions) -> String {
    let scan = match scan(dir, options) {
        Ok(scan) => scan,
        Err(errors) => return format!("{errors}\n"),
    };
    let mut text = format!("{}\n", scan.report);
    for (at, note) in &scan.report.notes {
        let _ = writeln!(text, "note: {at}: {note}");
    }
    for (table, column, at) in &scan.report.unverified {
        let _ = writeln!(text, "not verified: {table}.{column} at {at}");
    }
    for table in &scan.partial {
        let _ = writeln!(text, "partial: {table}");
    }
    for literal in &scan.literals {
        let _ = writeln!(
            text,
            "literal: {}: {} of {}",
            literal.at,
            literal.kind.words(),
            literal.tables.join(", ")
        );
    }
    let _ = write!(text, "--- schema\n{}", serde_yaml::to_string(&scan.schema).unwrap());
    let _ = write!(
        text,
        "--- decisions\n{}",
        serde_yaml::to_string(&scan.decisions).unwrap()
    );
    text.push_str("--- spans\n");
    for (slot, at) in &scan.spans {
        let slot = format!("{slot:?}")
            .replace("QName { schema: Ident(", "")
            .replace("), name: Ident(", ".");
        let _ = writeln!(
            text,
            "{at}: {}",
            slot.replace(") }", "").replace("Ident(", "").replace("))", ")")
        );
    }
    text
}

fn check(case: &str, options: &ScanOptions, file: &str) {
    let dir = folder(case);
    let said = said(&dir, options);
    let expected = dir.join(file);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&expected, &said).unwrap();
    }
    let expected = std::fs::read_to_string(&expected).unwrap_or_default();
    assert!(
        said == expected,
        "{case} says something else than {file}:\n{}",
        similar::TextDiff::from_lines(expected.as_str(), said.as_str()).unified_diff()
    );
}

macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            check(stringify!($name), &ScanOptions::default(), "expected.txt");
        })+

        #[test]
        fn every_folder_is_a_case() {
            let mut folders: Vec<String> = std::fs::read_dir(folder(""))
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            folders.sort();
            let mut named = vec![$(stringify!($name).to_owned()),+];
            named.sort();
            assert_eq!(folders, named);
        }
    };
}

cases! {
    contacts,
    names,
    unreadable,
    unresolved,
    workspace,
}

#[test]
fn features_decide_what_stands() {
    let options = |features: &[&str]| ScanOptions {
        features: features.iter().map(|f| (*f).to_owned()).collect(),
        ..ScanOptions::default()
    };
    check("workspace", &options(&["legacy"]), "expected_legacy.txt");
    let bare = ScanOptions {
        no_default_features: true,
        ..ScanOptions::default()
    };
    check("workspace", &bare, "expected_bare.txt");
    let unknown = scan(&folder("workspace"), &options(&["no_such"]))
        .unwrap_err()
        .to_string();
    assert!(
        unknown.ends_with("no crate here has the feature \"no_such\""),
        "{unknown}"
    );
}

#[test]
fn one_crate_of_a_workspace_brings_the_crates_that_it_depends_on() {
    // A relative path too: dependencies through the workspace come with absolute ones.
    for dir in [
        folder("workspace/crates/users"),
        PathBuf::from("../tests/scan/workspace/crates/users"),
    ] {
        let scan = scan(&dir, &ScanOptions::default()).unwrap();
        assert_eq!(
            scan.report.to_string(),
            "4 tables, 1 enum from 2 crates; 2 fields not verified by the compiler"
        );
    }
}

#[test]
fn a_folder_without_a_crate_is_an_error() {
    let error = scan(&folder("nowhere"), &ScanOptions::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("Cargo.toml: cannot be read"), "{error}");
}
