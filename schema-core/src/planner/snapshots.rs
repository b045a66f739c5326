//! Whole plans of typical changes, as they are written: what a reviewer sees is what is compared.

use super::*;
use crate::plan::{Class, ColumnRename};

/// A schema of one table, `public.contacts`, given by what stands in it.
fn contacts(rest: &str) -> Schema {
    let indented: String = rest.lines().map(|line| format!("    {line}\n")).collect();
    let yaml = format!("namespaces:\n  public: {{}}\ntables:\n  public.contacts:\n{indented}");
    serde_yaml::from_str(&yaml).expect("the schema of the test can be read")
}

fn from_yaml<T: serde::de::DeserializeOwned>(yaml: &str) -> T {
    serde_yaml::from_str(yaml).expect("the decisions of the test can be read")
}

/// The plan as one text: phase, name, class, both files.
fn text(old: &Schema, new: &Schema, decisions: &Decisions) -> String {
    let plan = plan(old, new, decisions, &Options::default()).expect("there is a plan");
    let mut out = format!("{}\n", plan.name);
    for hazard in &plan.hazards {
        out += &format!("{}:{}\n", hazard.kind.name(), hazard.object);
    }
    for file in &plan.files {
        let class = |class: Class| {
            if class == Class::Transaction {
                ""
            } else {
                ", no transaction"
            }
        };
        let phase = format!("{:?}", file.phase).to_lowercase();
        out += &format!(
            "\n===== {phase}: {}.up.sql{}\n{}",
            file.slug,
            class(file.up.class),
            file.up.text
        );
        out += &format!(
            "===== {phase}: {}.down.sql{}\n{}",
            file.slug,
            class(file.down.class),
            file.down.text
        );
    }
    out
}

const KEY: &str = "constraints:\n  contacts_pkey: {kind: primary_key, columns: [id]}\n";

fn columns(list: &str) -> String {
    format!("columns:\n- {{name: id, type: uuid, not_null: true, default: gen_random_uuid()}}\n{list}{KEY}")
}

#[test]
fn create_table() {
    let new = contacts(&format!(
        "{}indexes:\n  contacts_email: {{method: btree, keys: [{{column: email}}]}}\ncomment: People\n",
        columns("- {name: email, type: text}\n")
    ));
    let old = Schema {
        tables: BTreeMap::new(),
        ..new.clone()
    };
    insta::assert_snapshot!(text(&old, &new, &Decisions::default()));
}

#[test]
fn drop_table() {
    let old = contacts(&columns(""));
    let new = Schema {
        tables: BTreeMap::new(),
        ..old.clone()
    };
    let decisions = from_yaml("allow_data_loss: [contacts]");
    insta::assert_snapshot!(text(&old, &new, &decisions));
}

#[test]
fn add_column_with_a_default_and_one_with_a_backfill() {
    let old = contacts(&columns(""));
    let new = contacts(&columns(
        "- {name: tier, type: character varying(20), not_null: true, default: \"'free'::character varying\"}\n\
         - {name: company, type: text, not_null: true}\n",
    ));
    let decisions = from_yaml("backfills: [[{table: public.contacts, column: company}, \"'Unknown'::text\"]]");
    insta::assert_snapshot!(text(&old, &new, &decisions));
}

#[test]
fn drop_column() {
    let old = contacts(&columns("- {name: phone, type: text, not_null: true}\n"));
    let new = contacts(&columns(""));
    let decisions = from_yaml("{allow_data_loss: [contacts.phone], accept: ['old_reads_null:contacts.phone']}");
    insta::assert_snapshot!(text(&old, &new, &decisions));
}

#[test]
fn rename_column() {
    let with = |name: &str| {
        contacts(&columns(&format!(
            "- {{name: {name}, type: character varying(255), not_null: true}}\n"
        )))
    };
    let decisions = Decisions {
        renames: vec![ColumnRename {
            table: QName::new("public", "contacts"),
            from: "name".into(),
            to: "full_name".into(),
        }],
        ..Decisions::default()
    };
    insta::assert_snapshot!(text(&with("name"), &with("full_name"), &decisions));
}

#[test]
fn set_not_null() {
    let with = |not_null: bool| {
        contacts(&columns(&format!(
            "- {{name: email, type: text, not_null: {not_null}}}\n"
        )))
    };
    insta::assert_snapshot!(text(&with(false), &with(true), &Decisions::default()));
}

#[test]
fn replace_index() {
    let with = |keys: &str| {
        contacts(&format!(
            "{}indexes:\n  contacts_email: {{method: btree, keys: [{keys}]}}\n",
            columns("- {name: email, type: text}\n- {name: phone, type: text}\n")
        ))
    };
    let (old, new) = (with("{column: email}"), with("{column: email}, {column: phone}"));
    insta::assert_snapshot!(text(&old, &new, &Decisions::default()));
}

#[test]
fn add_unique_check_and_foreign_key() {
    let with = |constraints: &str| {
        contacts(&format!(
            "{}{constraints}",
            columns("- {name: email, type: text}\n- {name: boss, type: uuid}\n")
        ))
    };
    let new = with(
        "  contacts_email_key: {kind: unique, columns: [email]}\n  \
         contacts_email: {kind: check, expression: \"(email <> ''::text)\", columns: [email]}\n  \
         contacts_boss: {kind: foreign_key, columns: [boss], references: public.contacts, referenced_columns: [id], on_delete: set_null}\n",
    );
    let decisions = from_yaml("accept: ['old_write_refused:contacts.contacts_email_key']");
    insta::assert_snapshot!(text(&with(""), &new, &decisions));
}

#[test]
fn add_enum_label() {
    let with = |labels: &str| -> Schema {
        let mut schema = contacts(&columns("- {name: status, type: public.status}\n"));
        let labels = labels.split(' ').map(str::to_owned).collect();
        schema.enums.insert(
            QName::new("public", "status"),
            crate::schema::EnumType { labels, comment: None },
        );
        schema
    };
    let decisions = from_yaml("accept: ['unknown_label:status']");
    insta::assert_snapshot!(text(
        &with("active archived"),
        &with("pending active archived"),
        &decisions
    ));
}

#[test]
fn retype_under_the_same_name() {
    let with = |type_name: &str| {
        contacts(&columns(&format!(
            "- {{name: score, type: {type_name}, not_null: true}}\n"
        )))
    };
    let decisions = from_yaml("accept: ['cutover:contacts.score']");
    insta::assert_snapshot!(text(&with("integer"), &with("bigint"), &decisions));
}
