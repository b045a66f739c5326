//! A catalog comparison for tests, written apart from the introspection that it checks: it reads the definitions that the
//! server prints, and more than the model knows (privileges, routines, triggers, comments on everything).

mod loose;

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

/// Section, object, text.
pub type Snapshot = BTreeMap<String, BTreeMap<String, String>>;

const SCOPE: &str = include_str!("scope.sql");

/// Name, query, and the first major that knows its catalogs.
const SECTIONS: &[(&str, &str, i32)] = &[
    ("schema", include_str!("schema.sql"), 14),
    ("extension", include_str!("extension.sql"), 14),
    ("relation", include_str!("relation.sql"), 14),
    ("column", include_str!("column.sql"), 14),
    ("constraint", include_str!("constraint.sql"), 14),
    ("index", include_str!("index.sql"), 14),
    ("sequence", include_str!("sequence.sql"), 14),
    ("type", include_str!("type.sql"), 14),
    ("routine", include_str!("routine.sql"), 14),
    ("trigger", include_str!("trigger.sql"), 14),
    ("rule", include_str!("rule.sql"), 14),
    ("policy", include_str!("policy.sql"), 14),
    ("statistics", include_str!("statistics.sql"), 14),
    ("publication", include_str!("publication.sql"), 14),
    ("publication part", include_str!("publication_parts.sql"), 15),
    ("various", include_str!("various.sql"), 14),
    ("comment", include_str!("comment.sql"), 14),
    ("privilege", include_str!("privilege.sql"), 14),
];

/// Everything that the catalog says about the user's objects. Owners and the order of columns are left out.
pub async fn snapshot(connection: &mut PgConnection) -> Snapshot {
    let mut transaction = connection.begin().await.expect("a transaction can be begun");
    sqlx::raw_sql("SET LOCAL search_path = ''; SET LOCAL \"TimeZone\" = 'UTC'; SET LOCAL \"DateStyle\" = 'ISO'")
        .execute(&mut *transaction)
        .await
        .expect("settings of a transaction can be set");
    let version: String = sqlx::raw_sql("SHOW server_version_num")
        .fetch_one(&mut *transaction)
        .await
        .and_then(|row| row.try_get(0))
        .expect("every server has a version");
    let version: i32 = version.parse().expect("the version is a number");
    let mut found = Snapshot::new();
    for (name, sql, since) in SECTIONS {
        if version < since * 10_000 {
            continue;
        }
        let rows = sqlx::raw_sql(AssertSqlSafe(format!("{SCOPE}{sql}")))
            .fetch_all(&mut *transaction)
            .await
            .unwrap_or_else(|error| panic!("section {name}: {error}"));
        let objects = rows
            .iter()
            .map(|row| {
                let text: Option<String> = row.try_get(1).expect("the second column is text");
                (
                    row.try_get(0).expect("the first column is text"),
                    text.unwrap_or_default(),
                )
            })
            .collect();
        found.insert((*name).to_owned(), objects);
    }
    transaction.rollback().await.expect("a transaction can be rolled back");
    found
}

/// What differs, in words; empty when nothing does.
pub fn compare(expected: &Snapshot, actual: &Snapshot) -> Vec<String> {
    let nothing = BTreeMap::new();
    let sections: BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
    sections
        .into_iter()
        .flat_map(|section| {
            let expected = expected.get(section).unwrap_or(&nothing);
            let actual = actual.get(section).unwrap_or(&nothing);
            let objects: BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
            objects
                .into_iter()
                .filter_map(|object| difference(section, object, expected.get(object), actual.get(object)))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn difference(section: &str, object: &str, expected: Option<&String>, actual: Option<&String>) -> Option<String> {
    match (expected, actual) {
        (Some(expected), None) => Some(format!(
            "{section} {object} is missing; expected\n  {}",
            indent(expected)
        )),
        (None, Some(actual)) => Some(format!(
            "{section} {object} should not be there; found\n  {}",
            indent(actual)
        )),
        (Some(expected), Some(actual)) if !loose::equal(section, expected, actual) => Some(format!(
            "{section} {object} differs; expected\n  {}\nfound\n  {}",
            indent(expected),
            indent(actual)
        )),
        _ => None,
    }
}

fn indent(text: &str) -> String {
    text.replace('\n', "\n  ")
}
