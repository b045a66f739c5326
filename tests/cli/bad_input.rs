use super::run::{Workplace, schema_yaml};

/// Runs it, and holds that it ended with 2, said something on standard error only, and left every file as it was.
fn refused(place: &Workplace, args: &[&str], environment: &[(&str, &str)], says: &[&str]) {
    let before = place.files();
    let run = place.run_with(args, environment);
    assert_eq!(run.code, Some(2), "{args:?}: {run:?}");
    assert_eq!(run.stdout, "", "{args:?}");
    for part in says {
        assert!(
            run.stderr.contains(part),
            "{args:?} should say {part:?}: {}",
            run.stderr
        );
    }
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert_eq!(place.files(), before, "{args:?}");
}

#[test]
fn flags_that_make_no_sense() {
    let place = Workplace::new();
    for (args, says) in [
        (&["generate", "--nonsense"][..], &["--nonsense"][..]),
        (&["generate", "--stamp", "2026"], &["14 digits"]),
        (&["generate", "--stamp", "20261399000000"], &["no stamp"]),
        (&["generate", "--target-version", "13"], &["14..=18"]),
        (&["generate", "--lock-timeout", "0"], &["above zero"]),
        (&["diff", "--format", "xml"], &["text, json, sql"]),
        (&["generate", "--allow-data-loss", "a,,b"], &["a name is missing"]),
        (&["release"], &["<PLAN>"]),
        (
            &[
                "diff", "--from", "empty", "--to", "empty", "--format", "sql", "--rename", "x",
            ],
            &["--rename x", "TABLE.OLD=NEW"],
        ),
        (
            &[
                "diff", "--from", "empty", "--to", "empty", "--format", "sql", "--rename", "t.a=b",
            ],
            &["no table \"t\" on either side"],
        ),
    ] {
        refused(&place, args, &[], says);
    }
}

#[test]
fn sources_that_are_not_there() {
    let place = Workplace::new();
    place.write("notes.txt", "");
    for (args, says) in [
        (&["diff", "--from", "empty"][..], &["no Cargo.toml", "--to"][..]),
        (
            &["diff", "--from", "empty", "--to", "gone"],
            &["gone does not exist", "postgres:// URL"],
        ),
        (
            &["diff", "--from", "notes.txt", "--to", "empty"],
            &["notes.txt is no source"],
        ),
        (
            &["diff", "--from", "mysql://u:secret@h/d", "--to", "empty"],
            &["mysql://…"],
        ),
        (&["release", "x"], &["no plan is called \"x\"; there are no plans"]),
    ] {
        refused(&place, args, &[], says);
    }
}

#[test]
fn a_database_that_does_not_answer() {
    const URL: &str = "postgres://someone:secret@127.0.0.1:1/app";
    let place = Workplace::new();
    let before = place.files();
    for (args, environment) in [
        (&["diff", "--from", URL, "--to", "empty"][..], &[][..]),
        (&["generate", "--from", "empty", "--to", URL], &[]),
        (&["generate", "--to", "empty"], &[("DATABASE_URL", URL)]),
    ] {
        let run = place.run_with(args, environment);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains("127.0.0.1:1"), "{}", run.stderr);
        assert!(!run.stderr.contains("secret"), "{}", run.stderr);
        assert_eq!(place.files(), before);
    }
}

#[test]
fn a_configuration_that_is_wrong() {
    for (text, says) in [
        ("schemas: [public\n", "schemagen.yaml: "),
        ("schemas: [public]\nexlude: [x]\n", "line 2"),
        ("target_version: 9\n", "14 to 18"),
    ] {
        let place = Workplace::new();
        place.write("schemagen.yaml", text);
        refused(&place, &["diff", "--from", "empty", "--to", "empty"], &[], &[says]);
    }
}

#[test]
fn yaml_that_is_broken() {
    let place = Workplace::new();
    place.write("broken.yaml", "schema:\n  tables: [\n");
    place.write("wrong.yaml", "schema:\n  tables:\n    contacts: {}\n");
    refused(
        &place,
        &["diff", "--from", "empty", "--to", "broken.yaml"],
        &[],
        &["broken.yaml", "line"],
    );
    refused(
        &place,
        &["diff", "--from", "empty", "--to", "wrong.yaml"],
        &[],
        &["wrong.yaml", "qualified name"],
    );
}

#[test]
fn a_directory_that_does_not_fit_together() {
    let place = Workplace::new();
    place.write("schema.yaml", &schema_yaml(&[("id", "bigint")]));
    for (file, says) in [
        ("migrations/first_x.sql", "whole number"),
        ("migrations/1_x.down.sql", "no up file"),
        ("migrations/1_x.up.sql.schemagen-tmp", "interrupted"),
        (
            "migrations/plans/20260101000000_x/2-contract/01_x.up.sql",
            "half-written",
        ),
    ] {
        place.write(file, "");
        refused(&place, &["generate", "--to", "schema.yaml", "--no-proof"], &[], &[says]);
        std::fs::remove_dir_all(place.path("migrations")).unwrap();
    }
}

#[test]
fn a_folder_that_cannot_be_written() {
    let place = Workplace::new();
    place.write("schema.yaml", &schema_yaml(&[("id", "bigint")]));
    place.write("taken", "a file where the directory should be");
    let args = [
        "generate",
        "--from",
        "empty",
        "--to",
        "schema.yaml",
        "--no-proof",
        "--out",
        "taken/deeper",
    ];
    refused(&place, &args, &[], &["taken/deeper"]);
}
