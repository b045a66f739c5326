use super::*;
use crate::schema::{CheckConstraint, Column, Constraint, ConstraintKind, EnumType, Fill, Key, Sync, SyncDirection};

fn contacts(columns: Vec<Column>) -> Schema {
    let mut schema = Schema::default();
    let mut id = Column::new("id", "uuid");
    id.not_null = true;
    let mut table = Table {
        columns: vec![id],
        ..Table::default()
    };
    table.columns.extend(columns);
    table
        .constraints
        .insert("contacts_pkey".into(), key(ConstraintKind::PrimaryKey, "id"));
    schema.tables.insert(QName::new("public", "contacts"), table.into());
    schema
}

fn key(kind: fn(Key) -> ConstraintKind, column: &str) -> Constraint {
    Constraint::new(kind(Key {
        columns: vec![column.into()],
        include: Vec::new(),
        nulls_not_distinct: false,
        with: std::collections::BTreeMap::new(),
        tablespace: None,
    }))
}

fn column(name: &str, type_name: &str, not_null: bool) -> Column {
    let mut column = Column::new(name, type_name);
    column.not_null = not_null;
    column
}

fn table(schema: &mut Schema) -> &mut Table {
    schema.tables.get_mut(&QName::new("public", "contacts")).unwrap()
}

/// Refusals as `operation: object value reason`.
fn refusals(version: &Schema, other: &Schema, stage: &Schema) -> Vec<String> {
    let mut out = Vec::new();
    for verdict in compat(version, other, stage) {
        if let Answer::Refuses(all) = verdict.answer {
            out.extend(
                all.iter()
                    .map(|r| format!("{}: {} {} {:?}", verdict.operation, r.object, r.value, r.reason)),
            );
        }
    }
    out
}

#[test]
fn equal_tables_are_left_out() {
    let schema = contacts(vec![]);
    assert!(compat(&schema, &schema, &schema).is_empty());
}

#[test]
fn a_bridged_rename_serves_both() {
    let old = contacts(vec![column("name", "text", true)]);
    let new = contacts(vec![column("full_name", "text", true)]);
    let mut bridge = contacts(vec![column("name", "text", false), column("full_name", "text", false)]);
    bridge.syncs.insert(
        QName::new("public", "sync"),
        Sync {
            table: QName::new("public", "contacts"),
            from: "name".into(),
            to: "full_name".into(),
            direction: SyncDirection::TwoWay,
            up: None,
            down: None,
            to_default: None,
            default_from_to: false,
            by_image: false,
            key_locks: Vec::new(),
        },
    );
    let star = "prepared SELECT *: contacts any Columns".to_owned();
    assert_eq!(
        refusals(&new, &old, &bridge),
        ["SELECT: full_name NULL ReadsNull".to_owned(), star.clone()],
        "rows from before are not filled"
    );
    bridge.fills.insert(
        "f".to_owned(),
        Fill {
            table: QName::new("public", "contacts"),
            column: "full_name".into(),
            value: None,
            missing: "full_name IS NULL".into(),
            key: vec!["id".into()],
            round: 1,
        },
    );
    assert_eq!(refusals(&new, &old, &bridge), std::slice::from_ref(&star));
    assert_eq!(refusals(&old, &new, &bridge), [star]);
    bridge.syncs.clear();
    assert!(refusals(&new, &old, &bridge).contains(&"SELECT: full_name NULL ReadsNull".to_owned()));
    table(&mut bridge).column_mut(&"name".into()).unwrap().not_null = true;
    assert!(refusals(&new, &old, &bridge).contains(&"INSERT of all columns: name left out RefusesNull".to_owned()));
}

#[test]
fn labels_types_and_nulls_that_one_side_cannot_decode() {
    let mut old = contacts(vec![
        column("status", "public.status", true),
        column("n", "integer", true),
    ]);
    let mut new = contacts(vec![
        column("status", "public.status", false),
        column("n", "bigint", true),
    ]);
    let labels = |labels: &[&str]| EnumType {
        labels: labels.iter().map(ToString::to_string).collect(),
        comment: None,
    };
    old.enums.insert(QName::new("public", "status"), labels(&["a"]));
    new.enums.insert(QName::new("public", "status"), labels(&["a", "b"]));
    let found = refusals(&old, &new, &new);
    for expected in [
        "SELECT: status NULL ReadsNull",
        "SELECT: status b UnknownLabel",
        "SELECT: n any OtherType",
        "UPDATE of n: n any OtherType",
    ] {
        assert!(found.iter().any(|f| f == expected), "{expected} is not in {found:?}");
    }
    assert!(refusals(&new, &old, &old).contains(&"UPDATE of status: status b NoLabel".to_owned()));
}

#[test]
fn rules_that_the_version_does_not_know() {
    let old = contacts(vec![column("email", "text", false)]);
    let mut new = contacts(vec![column("email", "text", true)]);
    table(&mut new)
        .constraints
        .insert("email_key".into(), key(ConstraintKind::Unique, "email"));
    table(&mut new).constraints.insert(
        "email_check".into(),
        Constraint::new(ConstraintKind::Check(CheckConstraint {
            expression: "(email <> ''::text)".into(),
            columns: vec!["email".into()],
            no_inherit: false,
        })),
    );
    let found = refusals(&old, &new, &new);
    for expected in [
        "INSERT of all columns: email NULL RefusesNull",
        "INSERT of all columns: email_key a duplicate UniqueKey",
        "INSERT of the required columns: email left out RefusesNull",
        "UPDATE of email: email_check what it forbids Check",
    ] {
        assert!(found.iter().any(|f| f == expected), "{expected} is not in {found:?}");
    }
    assert!(
        refusals(&new, &old, &old).contains(&"upsert on email_key: email_key any NoArbiter".to_owned()),
        "new code needs its arbiter"
    );
    assert!(refusals(&new, &old, &old).contains(&"SELECT: email NULL ReadsNull".to_owned()));
}
