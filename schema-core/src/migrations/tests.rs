//! The directory as a whole: what is written is read again, and what does not fit together is refused.

use std::fs;
use std::path::Path;

use super::*;
use crate::plan::{Class, Decisions, Phase, Plan, PlanFile, Script};
use crate::schema::{Column, Ident, Object, Patch, QName, Schema, Slot, Table};

fn file(phase: Phase, slug: &str, effect: Vec<Patch>) -> PlanFile {
    let down = effect.iter().rev().map(Patch::inverse).collect();
    let script = |word: &str, effect| Script {
        class: Class::Transaction,
        text: format!("-- {word} {slug}\nSELECT 1;\n"),
        effect,
    };
    PlanFile {
        phase,
        slug: slug.into(),
        up: script("up", effect),
        down: script("down", down),
        steps: Vec::new(),
        undo_with_previous: false,
    }
}

fn drop_column() -> Patch {
    Patch {
        slot: Slot::Column(QName::new("public", "contacts"), Ident::new("name")),
        before: Some(Object::Column(Box::new(Column::new("name", "text")))),
        after: None,
    }
}

fn plan(name: &str) -> Plan {
    Plan {
        name: name.into(),
        stages: Vec::new(),
        files: vec![
            file(Phase::Expand, "expand_contacts", Vec::new()),
            file(Phase::Expand, "index_contacts", Vec::new()),
            file(Phase::Contract, "contract_contacts", vec![drop_column()]),
        ],
        hazards: Vec::new(),
        decisions: Decisions::default(),
        target_version: 14,
    }
}

fn schema() -> Schema {
    let mut schema = Schema::default();
    let table = Table {
        columns: vec![Column::new("name", "text")],
        ..Table::default()
    };
    schema.tables.insert(QName::new("public", "contacts"), table.into());
    schema
}

/// Writes a plan into the folder and returns its record.
fn write(folder: &Path, name: &str, stamp: &str) -> PlanRecord {
    let directory = Directory::read(folder).unwrap();
    let plan = plan(name);
    let record = PlanRecord {
        parent: Parent {
            history: directory.history_digest(),
            schema: String::new(),
        },
        ..PlanRecord::of(&plan)
    };
    let new = NewPlan {
        plan: &plan,
        record,
        stamp: stamp.parse().unwrap(),
        released: false,
        proof: Some("server: none\n".into()),
        leads_to: Some(schema()),
    };
    let layout = Layout::new(&directory, new).unwrap();
    layout.changes.commit().unwrap();
    layout.record
}

fn tree(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                names.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    names.sort();
    names
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let record = write(folder.path(), "contacts", "20261231235959");
    assert_eq!(
        tree(folder.path()),
        [
            ".gitattributes",
            "20261231235959_expand_contacts.down.sql",
            "20261231235959_expand_contacts.up.sql",
            "20270101000000_index_contacts.down.sql",
            "20270101000000_index_contacts.up.sql",
            "plans/20261231235959_contacts/2-contract/01_contract_contacts.down.sql",
            "plans/20261231235959_contacts/2-contract/01_contract_contacts.up.sql",
            "plans/20261231235959_contacts/plan.yaml",
            "plans/20261231235959_contacts/proof.yaml",
            "schema.yaml",
        ]
    );
    let directory = Directory::read(folder.path()).unwrap();
    assert_eq!(directory.plans[0].record, record);
    let cache = directory.cache().unwrap().unwrap();
    assert!(cache.is_untouched());
    assert_eq!(cache.schema, schema());
    assert_eq!(cache.open[0].leftovers, [drop_column().slot]);
    assert_eq!(directory.open_plans().count(), 1);
}

#[test]
fn same_input_same_bytes() {
    let texts = [(), ()].map(|()| {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "contacts", "20260101000000");
        tree(folder.path())
            .iter()
            .map(|name| fs::read_to_string(folder.path().join(name)).unwrap())
            .collect::<Vec<_>>()
    });
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn a_release_moves_the_files_above_the_head() {
    let folder = tempfile::tempdir().unwrap();
    let first = write(folder.path(), "contacts", "20260101000000");
    write(folder.path(), "other", "20260101000000");
    let directory = Directory::read(folder.path()).unwrap();
    let mut again = plan("contacts");
    again.files.drain(..2);
    let stamp = "20260101000000".parse().unwrap();
    let layout = Layout::release(
        &directory,
        &first,
        &again,
        stamp,
        Some(Schema::default()),
        Some("again: true\n".into()),
        "passed".into(),
    )
    .unwrap();
    layout.changes.commit().unwrap();

    let directory = Directory::read(folder.path()).unwrap();
    let names: Vec<&str> = directory.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "20260101000000_expand_contacts.up.sql",
            "20260101000001_index_contacts.up.sql",
            "20260101000002_expand_contacts.up.sql",
            "20260101000003_index_contacts.up.sql",
            "20260101000004_contract_contacts.up.sql",
        ]
    );
    assert_eq!(directory.open_plans().count(), 1);
    assert!(!folder.path().join("plans/20260101000000_contacts/2-contract").exists());
    assert!(directory.cache().unwrap().is_some());
    assert!(matches!(
        Layout::release(&directory, &layout.record, &again, stamp, None, None, String::new()),
        Err(MigrationsError::NothingWaits(_))
    ));
}

#[test]
fn plans_with_one_parent_are_a_fork() {
    let ours = tempfile::tempdir().unwrap();
    write(ours.path(), "ours", "20260101000000");
    let theirs = tempfile::tempdir().unwrap();
    write(theirs.path(), "theirs", "20260102000000");
    for name in tree(theirs.path())
        .iter()
        .filter(|name| name.starts_with("20") || name.starts_with("plans"))
    {
        let to = ours.path().join(name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(theirs.path().join(name), to).unwrap();
    }
    let directory = Directory::read(ours.path()).unwrap();
    assert_eq!(directory.forks(), [["20260101000000_ours", "20260102000000_theirs"]]);
    assert_eq!(directory.cache().unwrap(), None, "the cache is older than the merge");

    let straight = tempfile::tempdir().unwrap();
    write(straight.path(), "one", "20260101000000");
    write(straight.path(), "two", "20260101000000");
    assert!(Directory::read(straight.path()).unwrap().forks().is_empty());
}

#[test]
fn plans_are_named_by_folder_or_beginning() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "contacts", "20260101000000");
    write(folder.path(), "contracts", "20260201000000");
    let directory = Directory::read(folder.path()).unwrap();
    assert_eq!(directory.plan("20260101").unwrap().record.name, "contacts");
    assert_eq!(directory.plan("contr").unwrap().record.name, "contracts");
    assert!(directory.plan("cont").unwrap_err().to_string().contains(" or "));
    let error = directory.plan("x").unwrap_err().to_string();
    assert!(
        error.contains("20260101000000_contacts, 20260201000000_contracts"),
        "{error}"
    );
}

/// Breaks a directory that holds one plan, and returns what the next reader says.
fn broken(break_it: impl Fn(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "contacts", "20260101000000");
    break_it(folder.path());
    Directory::read(folder.path()).unwrap_err().to_string()
}

#[test]
fn a_directory_that_does_not_fit_together_is_refused() {
    const UP: &str = "20260101000000_expand_contacts.up.sql";
    const PLAN: &str = "plans/20260101000000_contacts";
    for (part, break_it) in [
        (
            "no up file",
            Box::new(|f: &Path| fs::remove_file(f.join(UP)).unwrap()) as Box<dyn Fn(&Path)>,
        ),
        (
            "half-written",
            Box::new(|f| {
                fs::remove_file(f.join(UP)).unwrap();
                fs::remove_file(f.join(UP.replace(".up.", ".down."))).unwrap();
            }),
        ),
        (
            "half-written",
            Box::new(|f| fs::remove_dir_all(f.join(PLAN).join("2-contract")).unwrap()),
        ),
        (
            "half-written",
            Box::new(|f| fs::remove_file(f.join(PLAN).join("plan.yaml")).unwrap()),
        ),
        (
            "changed after its plan",
            Box::new(|f| fs::write(f.join(UP), "DROP TABLE contacts;").unwrap()),
        ),
        (
            "CRLF",
            Box::new(|f| fs::write(f.join(UP), "-- up expand_contacts\r\nSELECT 1;\r\n").unwrap()),
        ),
        (
            "interrupted",
            Box::new(|f| fs::write(f.join("x.up.sql.schemagen-tmp"), "").unwrap()),
        ),
        (
            "same version",
            Box::new(|f| fs::write(f.join("20260101000000_twice.sql"), "").unwrap()),
        ),
        (
            "no up file",
            Box::new(|f| fs::write(f.join("20250101000000_x.down.sql"), "").unwrap()),
        ),
        (
            "whole number",
            Box::new(|f| fs::write(f.join("first_x.sql"), "").unwrap()),
        ),
        (
            "line 1",
            Box::new(|f| fs::write(f.join(PLAN).join("plan.yaml"), "name: [").unwrap()),
        ),
        (
            "same stamp",
            Box::new(|f| {
                let text = fs::read_to_string(f.join(PLAN).join("plan.yaml")).unwrap();
                let other = f.join("plans/20260101000000_other");
                fs::create_dir(&other).unwrap();
                fs::write(other.join("plan.yaml"), text).unwrap();
            }),
        ),
    ] {
        let message = broken(break_it);
        assert!(message.contains(part), "{part}: {message}");
    }
}

#[test]
fn an_edited_cache_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "contacts", "20260101000000");
    let path = folder.path().join(CACHE);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("type: text", "type: integer")).unwrap();
    let cache = Directory::read(folder.path()).unwrap().cache().unwrap().unwrap();
    assert!(!cache.is_untouched());
    fs::write(folder.path().join("20270101000000_by_hand.sql"), "SELECT 1;").unwrap();
    assert_eq!(Directory::read(folder.path()).unwrap().cache().unwrap(), None);
}

#[test]
fn sqlx_reads_the_same_versions_and_checksums() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "contacts", "20260101000000");
    fs::write(folder.path().join("0007_by_hand.sql"), "SELECT 1;").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let migrator = runtime
        .block_on(sqlx::migrate::Migrator::new(folder.path().to_owned()))
        .unwrap();
    let theirs: Vec<(i64, String)> = migrator
        .iter()
        .filter(|migration| migration.migration_type.is_up_migration())
        .map(|migration| {
            (
                migration.version,
                migration.checksum.iter().map(|b| format!("{b:02x}")).collect(),
            )
        })
        .collect();
    let ours: Vec<(i64, String)> = Directory::read(folder.path())
        .unwrap()
        .history()
        .into_iter()
        .map(|entry| (entry.version.number(), entry.sha384))
        .collect();
    assert_eq!(ours, theirs);
}
