//! The example: its history is what the tool makes of its structs, and runs where the README says that it runs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, PgConnection};
use tempfile::TempDir;

use crate::server::{self, Database};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn example() -> PathBuf {
    Path::new(ROOT).join("examples/contacts")
}

fn migrations() -> PathBuf {
    example().join("migrations")
}

/// All files below a folder, by their paths in it.
fn files(folder: &Path) -> BTreeMap<String, String> {
    fn collect(folder: &Path, root: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, root, found);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(folder, folder, &mut found);
    found
}

/// The example in a folder of its own.
fn copy() -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for (name, text) in files(&example()) {
        let path = copy.path().join(&name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    copy
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn schemagen(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_schemagen"))
        .args(args)
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .output()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_what_the_tool_makes_of_the_structs() {
    let copy = copy();
    let made = Command::new("bash")
        .arg(example().join("make-history").file_name().unwrap())
        .args(["--scratch-url", server::url()])
        .current_dir(copy.path())
        .env("SCHEMAGEN", env!("CARGO_BIN_EXE_schemagen"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", text(&made));
    let (kept, made) = (files(&migrations()), files(&copy.path().join("migrations")));
    assert_eq!(
        kept.keys().collect::<Vec<_>>(),
        made.keys().collect::<Vec<_>>(),
        "examples/contacts/make-history writes the kept files anew"
    );
    for (name, text) in kept {
        // A proof's record names the server that it ran on.
        if !name.split('/').next_back().unwrap().starts_with("proof") {
            assert_eq!(
                made[&name], text,
                "{name}: examples/contacts/make-history writes it anew"
            );
        }
    }
    let check = schemagen(copy.path(), &["generate", "--check", "--scratch-url", server::url()]);
    assert_eq!(check.status.code(), Some(0), "{}", text(&check));
}

async fn run(migrator: &Migrator, database: &Database) -> i64 {
    let mut connection = database.connect().await;
    migrator.run(&mut connection).await.unwrap();
    applied(&mut connection).await
}

async fn applied(connection: &mut PgConnection) -> i64 {
    one(connection, "SELECT count(*) FROM _sqlx_migrations WHERE success").await
}

async fn one(connection: &mut PgConnection, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(connection)
        .await
        .unwrap()
}

/// Holds that nothing differs between two sources.
fn same(from: &str, to: &str) {
    let args = [
        "diff",
        "--exit-code",
        "--scratch-url",
        server::url(),
        "--from",
        from,
        "--to",
        to,
    ];
    let run = schemagen(&example(), &args);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlx_runs_the_history_up_and_down_and_up() {
    for (_, server) in server::all_versions() {
        let migrator = Migrator::new(migrations()).await.unwrap();
        let files = files(&migrations()).keys().filter(|name| is_up(name)).count();
        let database = server::database_on(&server).await;
        assert_eq!(usize::try_from(run(&migrator, &database).await).unwrap(), files);
        same(database.url(), ".");

        let mut connection = database.connect().await;
        migrator.undo(&mut connection, 0).await.unwrap();
        assert_eq!(applied(&mut connection).await, 0);
        let left =
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_sqlx%'";
        assert_eq!(one(&mut connection, left).await, 0);

        run(&migrator, &database).await;
        same(database.url(), ".");
        let when = "SELECT (extract(epoch FROM max(installed_on)) * 1000000)::bigint FROM _sqlx_migrations";
        let before = one(&mut connection, when).await;
        run(&migrator, &database).await;
        assert_eq!(one(&mut connection, when).await, before, "a second run does nothing");
    }
}

fn is_up(name: &str) -> bool {
    !name.contains('/') && name.ends_with(".up.sql")
}

/// The loop of the README.
fn psql_loop() -> String {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let after = readme.split_once("<!-- the psql loop -->\n```sh\n").unwrap().1;
    after.split_once("```").unwrap().0.to_owned()
}

/// Runs the files of a folder above `last` as the README says.
fn psql(database: &Database, folder: &Path, last: &str) -> Output {
    Command::new("bash")
        .args(["-c", &psql_loop()])
        .current_dir(folder)
        .env("DATABASE_URL", database.url())
        .env("last", last)
        .output()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn psql_runs_the_history_as_documented() {
    let database = server::database().await;
    let run = psql(&database, &example(), "0");
    assert!(run.status.success(), "{}", text(&run));
    same(database.url(), ".");
    let again = psql(&database, &example(), "20260615090000");
    assert!(again.status.success() && again.stdout.is_empty(), "{}", text(&again));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_after_a_gate_that_fails() {
    let copy = copy();
    let folder = copy.path().join("migrations");
    let index = "20260504090000";
    let later = copy.path().join("later");
    fs::create_dir(&later).unwrap();
    for name in files(&folder).keys().filter(|name| is_up(name)) {
        if name.as_str() >= index {
            fs::rename(folder.join(name), later.join(name)).unwrap();
        }
    }
    let database = server::database().await;
    let before = psql(&database, copy.path(), "0");
    assert!(before.status.success(), "{}", text(&before));

    // What a build that failed leaves behind, in effect: another index of that name.
    let mut connection = database
        .with("CREATE INDEX contacts_reachable_idx ON contacts (phone)")
        .await;
    for name in files(&later).keys() {
        fs::rename(later.join(name), folder.join(name)).unwrap();
    }
    let run = psql(&database, copy.path(), "20260420090004");
    assert!(!run.status.success());
    assert!(
        text(&run).contains("the index public.contacts_reachable_idx is missing, invalid or another one"),
        "{}",
        text(&run)
    );
    let phone = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'contacts'::regclass AND attname = 'phone'";
    assert_eq!(one(&mut connection, phone).await, 1, "{}", text(&run));

    // The way out that it names.
    drop(database.with("DROP INDEX contacts_reachable_idx").await);
    let run = psql(&database, copy.path(), "20260420090004");
    assert!(run.status.success(), "{}", text(&run));
    same(database.url(), ".");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_added_by_sqlx_sorts_after_ours() {
    let copy = copy();
    let folder = copy.path().join("migrations");
    // What `sqlx migrate add` names a file: the time, in 14 digits.
    let version = schema_core::migrations::Version::now().to_string();
    fs::write(
        folder.join(format!("{version}_by_hand.up.sql")),
        "ALTER TABLE contacts ADD COLUMN nickname text;\n",
    )
    .unwrap();
    fs::write(
        folder.join(format!("{version}_by_hand.down.sql")),
        "ALTER TABLE contacts DROP COLUMN nickname;\n",
    )
    .unwrap();
    let database = server::database().await;
    let migrator = Migrator::new(folder.clone()).await.unwrap();
    run(&migrator, &database).await;
    let mut connection = database.connect().await;
    let last = "SELECT version FROM _sqlx_migrations ORDER BY installed_on DESC, version DESC LIMIT 1";
    assert_eq!(one(&mut connection, last).await.to_string(), version);

    // And what we add then comes after that.
    let source = fs::read_to_string(copy.path().join("src/lib.rs")).unwrap();
    let source = source.replace(
        "    pub notes: Option<String>,\n",
        "    pub notes: Option<String>,\n    pub nickname: Option<String>,\n    pub birthday: Option<String>,\n",
    );
    fs::write(copy.path().join("src/lib.rs"), source).unwrap();
    let made = schemagen(
        copy.path(),
        &[
            "generate",
            "--no-proof",
            "--scratch-url",
            server::url(),
            "--stamp",
            &version,
        ],
    );
    assert_eq!(made.status.code(), Some(0), "{}", text(&made));
    let newest = files(&folder).keys().filter(|name| is_up(name)).max().cloned().unwrap();
    assert!(
        newest.ends_with("_expand_contacts_birthday.up.sql") && newest[..14] > *version,
        "{newest}"
    );
    let text = fs::read_to_string(folder.join(&newest)).unwrap();
    assert!(text.contains("birthday") && !text.contains("nickname"), "{text}");
    let fresh = server::database().await;
    let migrator = Migrator::new(folder).await.unwrap();
    run(&migrator, &fresh).await;
}

#[test]
fn the_readme_quotes_the_example() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let mut quoted = 0;
    for part in readme.split("<!-- examples/").skip(1) {
        let (name, rest) = part.split_once(" -->\n```sql\n").unwrap();
        let text = fs::read_to_string(Path::new(ROOT).join("examples").join(name)).unwrap();
        assert_eq!(rest.split_once("```").unwrap().0, text, "{name}");
        quoted += 1;
    }
    assert!(quoted > 0);
}

#[test]
fn the_readme_names_every_flag() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let help = |args: &[&str]| text(&schemagen(Path::new(ROOT), args));
    let mut flags = 0;
    let commands = help(&["--help"]);
    let commands = commands
        .split_once("Commands:\n")
        .unwrap()
        .1
        .split_once("\n\n")
        .unwrap()
        .0;
    for line in commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
    {
        let command = line.split_whitespace().next().unwrap();
        if command == "help" {
            continue;
        }
        assert!(readme.contains(&format!("`schemagen {command}")), "{command}");
        for flag in help(&[command, "--help"])
            .split_whitespace()
            .filter(|word| word.starts_with("--"))
        {
            let flag = flag.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            if flag != "--help" {
                assert!(readme.contains(&format!("| `{flag}")), "{command} {flag}");
                flags += 1;
            }
        }
    }
    assert!(flags > 20, "{flags}");
}

/// tests/run names its test targets, so that the derive's tests are built apart; none may be left out.
#[test]
fn the_test_command_runs_every_test_target() {
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
            "--locked",
        ])
        .current_dir(ROOT)
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let script = fs::read_to_string(Path::new(ROOT).join("tests/run")).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let targets = packages.flat_map(|package| package["targets"].as_array().unwrap());
    let tests: Vec<&str> = targets
        .filter(|target| target["kind"][0] == "test")
        .filter_map(|target| target["name"].as_str())
        .collect();
    assert!(tests.contains(&"schemagen"), "{tests:?}");
    for name in tests {
        assert!(
            script
                .split_whitespace()
                .collect::<Vec<_>>()
                .windows(2)
                .any(|w| w == ["--test", name]),
            "{name}"
        );
    }
}

/// A crate that declares tables must stay quick to build.
#[test]
fn a_crate_of_structs_is_light() {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            "contacts",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--offline",
            "--locked",
        ])
        .current_dir(ROOT)
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", text(&tree));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    for name in ["contacts", "schema-core", "uuid", "chrono"] {
        assert!(names.contains(&name), "{name} is not in\n{tree}");
    }
    for heavy in [
        "sqlx",
        "sqlx-core",
        "tokio",
        "petgraph",
        "serde",
        "serde_yaml",
        "yaml_serde",
        "similar",
        "clap",
    ] {
        assert!(!names.contains(&heavy), "{heavy} is in\n{tree}");
    }
}
