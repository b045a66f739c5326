use super::*;
use crate::plan::{Decisions, Hazard, HazardKind, Phase, Plan, PlanFile, Script, Stage};
use crate::schema::{
    Column, Constraint, ConstraintKind, EnumType, Fill, Ident, Index, IndexKey, Key, Patch, QName, Schema, Slot, Sync,
    SyncDirection, Table,
};
use crate::scratch::{Scratch, ScratchChoice};
use crate::sql::{create_sync, drop_sync, sync_function_name};

fn contacts() -> QName {
    QName::new("public", "contacts")
}

fn column(name: &str, type_name: &str, not_null: bool) -> Column {
    let mut column = Column::new(name, type_name);
    column.not_null = not_null;
    column
}

/// `contacts` with an id, a name that is NOT NULL, an email that may be NULL and is unique, and a status.
fn old() -> Schema {
    let mut schema = Schema::default();
    schema.enums.insert(
        QName::new("public", "status"),
        EnumType {
            labels: vec!["active".into(), "archived".into()],
            comment: None,
        },
    );
    let mut table = Table::default();
    let mut id = column("id", "uuid", true);
    id.default = Some("gen_random_uuid()".into());
    let mut status = column("status", "public.status", true);
    status.default = Some("'active'::public.status".into());
    table.columns = vec![
        id,
        column("name", "character varying(255)", true),
        column("email", "text", false),
        status,
    ];
    let key = |column: &str| Key {
        columns: vec![column.into()],
        include: Vec::new(),
        nulls_not_distinct: false,
        with: std::collections::BTreeMap::new(),
        tablespace: None,
    };
    table.constraints.insert(
        "contacts_pkey".into(),
        Constraint::new(ConstraintKind::PrimaryKey(key("id"))),
    );
    table.constraints.insert(
        "contacts_email_key".into(),
        Constraint::new(ConstraintKind::Unique(key("email"))),
    );
    schema.tables.insert(contacts(), table.into());
    schema
}

/// A plan under construction: each file is the difference between the schema before and after it.
struct Builder {
    plan: Plan,
    now: Schema,
}

impl Builder {
    fn from(old: Schema) -> Self {
        let stage = Stage {
            name: "old".into(),
            schema: old.clone(),
        };
        Self {
            plan: Plan {
                name: "test".into(),
                stages: vec![stage],
                files: Vec::new(),
                hazards: Vec::new(),
                decisions: Decisions::default(),
                target_version: 14,
            },
            now: old,
        }
    }

    fn file(&mut self, phase: Phase, slug: &str, up: &str, down: &str, change: impl FnOnce(&mut Schema)) -> &mut Self {
        let mut after = self.now.clone();
        change(&mut after);
        let effect = patches(&self.now, &after);
        let back = effect.iter().rev().map(Patch::inverse).collect();
        self.now = after;
        let script = |text: &str, effect| Script {
            class: crate::run_file::class_of(text),
            text: text.to_owned(),
            effect,
        };
        self.plan.files.push(PlanFile {
            phase,
            slug: slug.into(),
            up: script(up, effect),
            down: script(down, back),
            steps: Vec::new(),
            undo_with_previous: false,
        });
        self
    }

    fn stage(&mut self, name: &str) -> &mut Self {
        self.plan.stages.push(Stage {
            name: name.into(),
            schema: self.now.clone(),
        });
        self
    }

    fn hazard(&mut self, kind: HazardKind) -> &mut Self {
        self.plan.hazards.push(Hazard {
            kind,
            object: "public.contacts".into(),
            message: String::new(),
        });
        self
    }
}

fn patches(before: &Schema, after: &Schema) -> Vec<Patch> {
    let mut slots = Vec::new();
    for schema in [before, after] {
        for (name, table) in &schema.tables {
            if before.tables.contains_key(name) && after.tables.contains_key(name) {
                slots.extend(table.columns.iter().map(|c| Slot::Column(name.clone(), c.name.clone())));
                slots.extend(
                    table
                        .constraints
                        .keys()
                        .map(|c| Slot::Constraint(name.clone(), c.clone())),
                );
                slots.extend(table.indexes.keys().map(|i| Slot::Index(name.clone(), i.clone())));
            } else {
                slots.push(Slot::Table(name.clone()));
            }
        }
        slots.extend(schema.syncs.keys().cloned().map(Slot::Sync));
        slots.extend(schema.fills.keys().cloned().map(Slot::Fill));
        slots.extend(schema.enums.keys().cloned().map(Slot::Enum));
    }
    slots.sort();
    slots.dedup();
    slots
        .into_iter()
        .map(|slot| Patch {
            before: before.get(&slot),
            after: after.get(&slot),
            slot,
        })
        .filter(|p| p.before != p.after)
        .collect()
}

fn table(schema: &mut Schema) -> &mut Table {
    schema.tables.get_mut(&contacts()).unwrap()
}

fn sync() -> Sync {
    Sync {
        table: contacts(),
        from: "name".into(),
        to: "full_name".into(),
        direction: SyncDirection::TwoWay,
        up: None,
        down: None,
        to_default: None,
        default_from_to: false,
        by_image: false,
        key_locks: Vec::new(),
    }
}

fn sync_name() -> QName {
    sync_function_name(&contacts(), &"name".into(), &"full_name".into())
}

fn fill(round: u8) -> Fill {
    Fill {
        table: contacts(),
        column: "full_name".into(),
        value: None,
        missing: "full_name IS NULL AND name IS NOT NULL".into(),
        key: vec!["id".into()],
        round,
    }
}

fn index(column: &str) -> Index {
    Index {
        method: "btree".into(),
        unique: false,
        nulls_not_distinct: false,
        keys: vec![IndexKey::column(column.into())],
        include: Vec::new(),
        predicate: None,
        with: std::collections::BTreeMap::new(),
        tablespace: None,
        valid: true,
        expression_columns: Vec::new(),
        statistics: std::collections::BTreeMap::new(),
        comment: None,
    }
}

/// The rename of `name` to `full_name`, with an index on the new name. `edit` may break the text of a file.
fn rename(edit: impl Fn(&str, String) -> String) -> Plan {
    let sql = |statements: Vec<String>| statements.iter().map(|s| format!("{s};\n")).collect::<String>();
    let make = sql(create_sync(&sync_name(), &sync()));
    let take = sql(drop_sync(&sync_name(), &sync()));
    let touch = "UPDATE public.contacts SET full_name = full_name WHERE full_name IS NULL AND name IS NOT NULL;\n";
    let mut builder = Builder::from(old());
    builder
        .file(
            Phase::Expand,
            "expand",
            &edit("expand", format!("ALTER TABLE public.contacts ADD COLUMN full_name character varying(255);\n{make}")),
            &edit("expand.down", format!("{take}ALTER TABLE public.contacts DROP COLUMN full_name;\n")),
            |s| {
                table(s).columns.push(column("full_name", "character varying(255)", false));
                s.syncs.insert(sync_name(), sync());
            },
        )
        .file(
            Phase::Expand,
            "backfill",
            &edit("backfill", format!("-- no-transaction\n{touch}")),
            "SELECT 1;",
            |s| drop(s.fills.insert("f".into(), fill(1))),
        )
        .file(
            Phase::Expand,
            "index",
            &edit(
                "index",
                "-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS by_full_name ON public.contacts USING btree (full_name);\n"
                    .into(),
            ),
            "-- no-transaction\nDROP INDEX CONCURRENTLY IF EXISTS public.by_full_name;\n",
            |s| drop(table(s).indexes.insert("by_full_name".into(), index("full_name"))),
        )
        .stage("bridge")
        .file(
            Phase::Contract,
            "not_null",
            &edit("not_null", "ALTER TABLE public.contacts ALTER full_name SET NOT NULL;".into()),
            "ALTER TABLE public.contacts ALTER full_name DROP NOT NULL;",
            |s| table(s).column_mut(&"full_name".into()).unwrap().not_null = true,
        )
        .file(
            Phase::Contract,
            "contract",
            &edit("contract", format!("{take}ALTER TABLE public.contacts DROP COLUMN name;\n")),
            &edit(
                "contract.down",
                format!(
                    "ALTER TABLE public.contacts ADD COLUMN name character varying(255);\n{make}\
                     UPDATE public.contacts SET name = full_name;\nALTER TABLE public.contacts ALTER name SET NOT NULL;"
                ),
            ),
            |s| {
                table(s).columns.retain(|c| c.name != Ident::new("name"));
                s.syncs.clear();
                s.fills.clear();
            },
        )
        .stage("new");
    builder.plan
}

/// One server for all tests of this module; it goes when the process does.
async fn native() -> &'static Scratch {
    static SERVER: tokio::sync::OnceCell<Scratch> = tokio::sync::OnceCell::const_new();
    let choice = ScratchChoice::Native { bindir: None };
    SERVER
        .get_or_init(|| async { Scratch::start(&choice, None).await.unwrap() })
        .await
}

async fn proven(plan: &Plan) -> Proof {
    prove(plan, native().await, &ProofOptions::default()).await.unwrap()
}

/// The failures of a plan whose text was broken.
async fn broken(edit: impl Fn(&str, String) -> String) -> Vec<String> {
    proven(&rename(edit))
        .await
        .failures
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn expect(failures: &[String], parts: &[&str]) {
    assert!(
        failures.iter().any(|f| parts.iter().all(|part| f.contains(part))),
        "no failure says {parts:?}: {failures:#?}"
    );
}

#[tokio::test]
async fn a_sound_rename_holds() {
    let proof = proven(&rename(|_, text| text)).await;
    assert_eq!(proof.failures, []);
    assert_eq!(proof.unproven, []);
    assert_eq!(proof.rows["public.contacts"], 6);
    assert!(
        proof.checks.old_statements > 50 && proof.checks.new_statements > 50,
        "{:?}",
        proof.checks
    );
    let broken: Vec<&str> = proof.prepared_star.iter().map(|b| b.file.as_str()).collect();
    assert_eq!(broken, ["expand", "contract"]);
    let text = serde_yaml::to_string(&proof).unwrap();
    assert_eq!(serde_yaml::from_str::<Proof>(&text).unwrap(), proof);
}

#[tokio::test]
async fn a_missing_index_is_named() {
    let failures = broken(|file, text| {
        if file == "index" {
            "-- no-transaction\nSELECT 1;".into()
        } else {
            text
        }
    })
    .await;
    expect(
        &failures,
        &[
            "index (up)",
            "public.contacts.by_full_name",
            "the catalog does not have it",
        ],
    );
}

#[tokio::test]
async fn a_wrong_default_is_named() {
    let failures = broken(|file, text| match file {
        "expand" => text.replace("character varying(255);", "character varying(255) DEFAULT 'x';"),
        _ => text,
    })
    .await;
    expect(
        &failures,
        &[
            "expand (up)",
            "public.contacts.full_name",
            "default: the plan says none",
        ],
    );
}

#[tokio::test]
async fn a_sync_that_ignores_null_is_named() {
    let failures = broken(|file, text| match file {
        "expand" => text.replace(
            "ELSIF NEW.full_name IS DISTINCT FROM OLD.full_name THEN",
            "ELSIF NEW.full_name IS DISTINCT FROM OLD.full_name AND NEW.full_name IS NOT NULL THEN",
        ),
        _ => text,
    })
    .await;
    expect(
        &failures,
        &["expand (up)", "sync public.schemagen_sync_contacts_name_full_name"],
    );
    let failures = broken(|file, text| match file {
        "expand" => text.replace(
            "IF NEW.full_name IS NOT NULL THEN NEW.name := NEW.full_name;",
            "IF false THEN NULL;",
        ),
        _ => text,
    })
    .await;
    expect(
        &failures,
        &[
            "new code",
            "INSERT of all columns fails",
            "null value in column \"name\"",
        ],
    );
}

#[tokio::test]
async fn a_fill_left_out_is_named() {
    let failures = broken(|file, text| {
        if file == "backfill" {
            "-- no-transaction\nSELECT 1;".into()
        } else {
            text
        }
    })
    .await;
    expect(
        &failures,
        &["backfill (up)", "public.contacts.full_name", "the fill leaves"],
    );
    expect(&failures, &["(new code)", "new code reads NULL in full_name"]);
}

#[tokio::test]
async fn a_bad_undo_is_named() {
    let failures = broken(|file, text| {
        if file == "expand.down" {
            text + "ALTER TABLE public.contacts DROP COLUMN email;"
        } else {
            text
        }
    })
    .await;
    expect(
        &failures,
        &["expand (down)", "public.contacts.email", "the catalog does not have it"],
    );
    let failures = broken(|file, text| {
        if file == "expand.down" {
            "SELECT 1/0;".into()
        } else {
            text
        }
    })
    .await;
    expect(&failures, &["expand (down)", "division by zero"]);
}

#[tokio::test]
async fn rows_that_change_are_named() {
    let failures = broken(|file, text| match file {
        "not_null" => text + "UPDATE public.contacts SET email = NULL;",
        _ => text,
    })
    .await;
    expect(&failures, &["not_null (rows)", "public.contacts", "lost their values"]);
    let failures = broken(|file, text| match file {
        "contract.down" => text.replace("SET name = full_name", "SET name = 'x'"),
        _ => text,
    })
    .await;
    expect(&failures, &["contract (rows)", "public.contacts.full_name"]);
}

#[tokio::test]
async fn not_null_on_a_column_that_old_code_leaves_null_is_refused_unless_announced() {
    let plan = |hazard: bool| {
        let mut builder = Builder::from(old());
        builder
            .file(
                Phase::Expand,
                "not_null",
                "ALTER TABLE public.contacts ALTER email SET NOT NULL;",
                "ALTER TABLE public.contacts ALTER email DROP NOT NULL;",
                |s| table(s).column_mut(&"email".into()).unwrap().not_null = true,
            )
            .stage("bridge")
            .stage("new");
        if hazard {
            builder.hazard(HazardKind::OldWriteRefused);
        }
        builder.plan
    };
    let proof = proven(&plan(false)).await;
    let failures: Vec<String> = proof.failures.iter().map(ToString::to_string).collect();
    expect(
        &failures,
        &[
            "not_null (old code)",
            "UPDATE of email fails",
            "no hazard of the plan says so",
        ],
    );
    assert_eq!(proven(&plan(true)).await.failures, []);
}

#[tokio::test]
async fn a_label_that_old_code_does_not_know_is_refused_unless_announced() {
    let plan = |hazard: bool| {
        let mut builder = Builder::from(old());
        builder
            .file(
                Phase::Expand,
                "label",
                "-- no-transaction\nALTER TYPE public.status ADD VALUE IF NOT EXISTS 'pending' BEFORE 'active';",
                "SELECT 1;",
                |s| {
                    s.enums
                        .get_mut(&QName::new("public", "status"))
                        .unwrap()
                        .labels
                        .insert(0, "pending".into())
                },
            )
            .stage("bridge")
            .stage("new");
        builder.plan.files[0].down.effect.clear();
        if hazard {
            builder.hazard(HazardKind::UnknownLabel);
        }
        builder.plan
    };
    let proof = proven(&plan(false)).await;
    let failures: Vec<String> = proof.failures.iter().map(ToString::to_string).collect();
    expect(&failures, &["old code reads a label in status that it does not know"]);
    assert_eq!(proven(&plan(true)).await.failures, []);
}

#[tokio::test]
async fn a_plan_for_a_newer_server_is_unproven_not_refused() {
    let scratch = native().await;
    let mut plan = rename(|file, text| {
        if file == "not_null" {
            "ALTER TABLE public.contacts ALTER full_name SET UNHEARD OF;".into()
        } else {
            text
        }
    });
    plan.target_version = scratch.major() + 1;
    let proof = prove(&plan, scratch, &ProofOptions::default()).await.unwrap();
    assert_eq!(proof.failures, []);
    assert!(
        proof.unproven[0].what.starts_with("not_null and all files after it"),
        "{:?}",
        proof.unproven
    );
}

#[tokio::test]
async fn only_what_the_plan_needs_is_built() {
    let mut schema = old();
    for n in 0..500 {
        let name = QName::new("public", format!("other_{n}"));
        let mut other = schema.tables[&contacts()].clone();
        other.constraints.clear();
        schema.tables.insert(name, other);
    }
    let mut plan = rename(|_, text| text);
    for stage in &mut plan.stages {
        let others = schema.tables.iter().filter(|(n, _)| n.name.raw().starts_with("other"));
        stage.schema.tables.extend(others.map(|(n, t)| (n.clone(), t.clone())));
    }
    let scratch = native().await;
    let proof = prove(&plan, scratch, &ProofOptions::default()).await.unwrap();
    assert_eq!(proof.failures, []);
    assert_eq!(proof.tables, [contacts()]);
}

#[test]
fn files_go_back_in_groups() {
    let mut plan = rename(|_, text| text);
    plan.files[4].undo_with_previous = true;
    assert_eq!(groups::groups(&plan.files), [0..1, 1..2, 2..3, 3..5]);
    // A file whose own undo leaves what it did is undone by the one before it.
    plan.files[3].down.effect.clear();
    assert_eq!(groups::groups(&plan.files), [0..1, 1..2, 2..5]);
}
