use super::run::{Workplace, schema_yaml};

const STAMP: [&str; 2] = ["--stamp", "20260101000000"];

fn generate(more: &[&'static str]) -> Vec<&'static str> {
    let mut args = vec!["generate", "--to", "wanted.yaml", "--no-proof"];
    args.extend(STAMP);
    args.extend(more);
    args
}

fn place(columns: &[(&str, &str)]) -> Workplace {
    let place = Workplace::new();
    place.write("wanted.yaml", &schema_yaml(columns));
    place
}

#[test]
fn no_difference_is_no_plan() {
    let place = Workplace::new();
    for args in [
        &["generate", "--from", "empty", "--to", "empty"][..],
        &["diff", "--from", "empty", "--to", "empty", "--exit-code"],
    ] {
        let run = place.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run:?}");
        assert!(run.stderr.contains("no difference"), "{}", run.stderr);
    }
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_plan_is_written_once() {
    let place = place(&[("id", "bigint")]);
    let check = place.run(&generate(&["--check"]));
    assert_eq!(check.code, Some(1), "{check:?}");
    assert!(check.stderr.contains("public.contacts"), "{}", check.stderr);
    assert_eq!(place.names(), ["wanted.yaml"], "--check writes nothing");

    let dry = place.run(&generate(&["--dry-run"]));
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(dry.stdout.contains("CREATE TABLE public.contacts"), "{}", dry.stdout);
    assert_eq!(place.names(), ["wanted.yaml"], "--dry-run writes nothing");

    let run = place.run(&generate(&[]));
    assert_eq!(run.code, Some(0), "{run:?}");
    let names = place.names();
    assert!(
        names
            .iter()
            .any(|name| name.starts_with("migrations/20260101000000_") && name.ends_with(".up.sql")),
        "{names:?}"
    );
    assert!(names.contains(&"migrations/schema.yaml".to_owned()));
    assert!(names.contains(&"migrations/.gitattributes".to_owned()));
    for name in names.iter().filter(|name| name.ends_with(".up.sql")) {
        assert!(
            names.contains(&name.replace(".up.sql", ".down.sql")),
            "{name} has no way back"
        );
        assert!(run.stdout.contains(name.as_str()), "{}", run.stdout);
    }

    let before = place.files();
    let again = place.run(&generate(&[]));
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""), "{again:?}");
    assert_eq!(place.run(&generate(&["--check"])).code, Some(0));
    assert_eq!(place.files(), before);
}

#[test]
fn json_holds_the_plan_and_its_files() {
    let run = place(&[("id", "bigint")]).run(&generate(&["--format", "json", "--dry-run"]));
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["plan"]["stamp"], 20_260_101_000_000_i64);
    assert!(
        report["files"].as_array().is_some_and(|files| files.len() >= 4),
        "{report}"
    );
}

#[test]
fn a_diff_prints_and_only_says_so_when_asked() {
    let place = place(&[("id", "bigint")]);
    let args = ["diff", "--from", "empty", "--to", "wanted.yaml"];
    let text = place.run(&args);
    assert_eq!(
        (text.code, text.stdout.as_str()),
        (Some(0), "+ table public.contacts\n+   id bigint\n")
    );
    let code = place.run(&[&args[..], &["--exit-code"]].concat());
    assert_eq!(code.code, Some(1));
    let json = place.run(&[&args[..], &["--format", "json"]].concat());
    let changes: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(changes[0]["change"], "added");
    let sql = place.run(&[&args[..], &["--format", "sql"]].concat());
    assert_eq!(sql.code, Some(0), "{sql:?}");
    assert!(
        sql.stdout.contains("BEGIN;\n") && sql.stdout.contains("CREATE TABLE public.contacts"),
        "{}",
        sql.stdout
    );
    assert_eq!(place.names(), ["wanted.yaml"]);
}

#[test]
fn an_unreachable_database_is_a_warning_beside_migrations() {
    let place = place(&[("id", "bigint")]);
    assert_eq!(place.run(&generate(&[])).code, Some(0));
    place.write(".env", "DATABASE_URL=postgres://someone:secret@127.0.0.1:1/app\n");
    let run = place.run(&generate(&["--check"]));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stderr.contains("warning") && run.stderr.contains("127.0.0.1:1"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
}

#[test]
fn names_and_codes_of_the_commands() {
    let place = Workplace::new();
    let help = place.run(&["--help"]);
    assert_eq!(help.code, Some(0));
    for word in [
        "generate",
        "diff",
        "release",
        "Exit codes: 0 done; 1 a check found something",
    ] {
        assert!(help.stdout.contains(word), "{word}: {}", help.stdout);
    }
    assert_eq!(place.run(&[]).code, Some(2));
    assert_eq!(place.run(&["--version"]).code, Some(0));
}
