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
        let _ = writeln!(text, "{at}: {slot:?}");
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
}
