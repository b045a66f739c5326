//! The baseline: a migration that makes what stood before the first plan, and does nothing where it stands already.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgConnection};

use super::SourceError;
use super::respell::{stands_alone, types_first};
use crate::introspect::connect;
use crate::migrations::Adopts;
use crate::plan::{Class, Cost, Phase, PlanFile, Script, StepSummary};
use crate::schema::{ConstraintKind, Literal, Other, QName, Schema};
use crate::sql::create_sql;

/// Prints what an object consists of, one line for each part; `wanted.object` is its name.
const DEFINITION: &str = include_str!("definition.sql");

/// The file's name without version.
const SLUG: &str = "baseline";

/// The adopted objects with what they cannot be made without: the tables that they reference, their types and sequences.
pub fn baseline_schema(adopts: &Adopts, live: &Schema) -> Schema {
    let mut schema = Schema::default();
    let mut tables: Vec<QName> = adopts.tables.keys().cloned().collect();
    let mut enums: BTreeSet<QName> = adopts.enums.clone();
    while let Some(name) = tables.pop() {
        let Some(table) = live.tables.get(&name) else { continue };
        if schema.tables.contains_key(&name) {
            continue;
        }
        tables.extend(
            table
                .constraints
                .values()
                .filter_map(|constraint| match &constraint.kind {
                    ConstraintKind::ForeignKey(key) => Some(key.references.clone()),
                    _ => None,
                }),
        );
        tables.extend(table.partition_of.as_ref().map(|partition| partition.parent.clone()));
        tables.extend(table.inherits.iter().cloned());
        enums.extend(
            table
                .columns
                .iter()
                .filter_map(|column| live.enum_of_type(&column.type_name))
                .cloned(),
        );
        schema.tables.insert(name, table.clone());
    }
    for name in enums {
        if let Some(enum_type) = live.enums.get(&name) {
            schema.enums.insert(name, enum_type.clone());
        }
    }
    for (name, sequence) in &live.sequences {
        let owned = sequence
            .owned_by
            .as_ref()
            .is_some_and(|(table, _)| schema.tables.contains_key(table));
        let printed = name.to_string();
        let drawn = schema.tables.values().flat_map(|table| &table.columns).any(|column| {
            column
                .default
                .as_ref()
                .is_some_and(|default| default.0.contains(&format!("'{printed}'::regclass")))
        });
        if owned || drawn {
            schema.sequences.insert(name.clone(), sequence.clone());
        }
    }
    let names = schema
        .tables
        .keys()
        .chain(schema.enums.keys())
        .chain(schema.sequences.keys());
    let namespaces: BTreeSet<_> = names.map(|name| name.schema.clone()).collect();
    for name in namespaces {
        let namespace = live.namespaces.get(&name).cloned().unwrap_or_default();
        schema.namespaces.insert(name, namespace);
    }
    schema.others = live
        .others
        .iter()
        .filter(|other| stands_alone(other) && needed(other, &schema))
        .cloned()
        .collect();
    schema
}

/// Whether a table cannot be made without it: an extension may be, a type or function when it is named.
fn needed(other: &Other, schema: &Schema) -> bool {
    let bare = other.name.split('(').next().unwrap_or_default();
    let named = |text: &str| text.contains(bare);
    other.kind == "extension"
        || schema.tables.values().any(|table| {
            table.columns.iter().any(|column| {
                column.type_name.trim_end_matches("[]") == bare
                    || column.default.as_ref().is_some_and(|default| named(&default.0))
                    || column
                        .generated
                        .as_ref()
                        .is_some_and(|generated| named(&generated.expression.0))
            }) || table.constraints.values().any(|constraint| match &constraint.kind {
                ConstraintKind::Check(check) => named(&check.expression.0),
                _ => false,
            })
        })
}

/// Makes the file. The definitions that it compares with are read from the database that it was made for.
///
/// # Errors
/// When the database cannot be read, or the file does not hold in it.
pub async fn baseline_file(schema: &Schema, url: &str) -> Result<PlanFile, SourceError> {
    let mut connection = connect(url).await?;
    let read = |source| SourceError::History {
        server: super::redacted(url),
        source,
    };
    sqlx::raw_sql("SET search_path = ''; SET TimeZone = 'UTC'")
        .execute(&mut connection)
        .await
        .map_err(read)?;
    let mut parts = Vec::new();
    for object in objects(schema) {
        for line in lines(&mut connection, &object).await.map_err(read)? {
            parts.push((object.clone(), line));
        }
    }
    let file = file(schema, &parts);
    // It must hold where it was made; read only, because there it has nothing to do.
    let trial = format!("RESET search_path; BEGIN READ ONLY; {}ROLLBACK", file.up.text);
    sqlx::raw_sql(AssertSqlSafe(trial))
        .execute(&mut connection)
        .await
        .map_err(read)?;
    Ok(file)
}

/// Tables and enum types as SQL prints their names.
fn objects(schema: &Schema) -> Vec<String> {
    schema
        .enums
        .keys()
        .chain(schema.tables.keys())
        .map(ToString::to_string)
        .collect()
}

async fn lines(connection: &mut PgConnection, object: &str) -> Result<Vec<String>, sqlx::Error> {
    let sql = format!(
        "SELECT part.line FROM (SELECT {}::text AS object) AS wanted, LATERAL ({DEFINITION}) AS part ORDER BY part.line",
        Literal(object)
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await
}

fn file(schema: &Schema, parts: &[(String, String)]) -> PlanFile {
    let script = |text: String| Script {
        class: Class::Transaction,
        text,
        effect: Vec::new(),
    };
    PlanFile {
        phase: Phase::Expand,
        slug: SLUG.to_owned(),
        up: script(up(schema, parts)),
        down: script(DOWN.to_owned()),
        steps: objects(schema)
            .into_iter()
            .map(|object| StepSummary {
                kind: "adopt".to_owned(),
                object,
                locks: Vec::new(),
                cost: Cost::Instant,
            })
            .collect(),
        undo_with_previous: false,
    }
}

const DOWN: &str = "\
-- Undoes nothing: these objects stood before schemagen came, and hold rows that no migration could bring back.
SELECT 1;
";

fn up(schema: &Schema, parts: &[(String, String)]) -> String {
    let body = fill(
        include_str!("up.sql"),
        &[
            (
                "{objects}",
                list(objects(schema).iter().map(|name| Literal(name).to_string())),
            ),
            ("{create}", create(schema)),
            (
                "{parts}",
                list(
                    parts
                        .iter()
                        .map(|(object, line)| format!("({}, {})", Literal(object), Literal(line))),
                ),
            ),
            ("{definition}", DEFINITION.trim_end().to_owned()),
        ],
    );
    // The tag must not occur in what it quotes: names and defaults can hold anything.
    let tag = (0..).map(|n| {
        if n == 0 {
            "schemagen".to_owned()
        } else {
            format!("schemagen{n}")
        }
    });
    let tag = tag
        .into_iter()
        .find(|tag| !body.contains(&format!("${tag}$")))
        .unwrap_or_default();
    format!("{HEADER}DO ${tag}$\n{body}${tag}$;\n")
}

const HEADER: &str = "\
-- Baseline: the tables that stood before the first plan, as they stood.
-- On a database that has them it compares definitions and changes nothing; where one differs it stops and names it.
-- On an empty database it makes them. No lock on anything that exists.
-- Undo: none, see the down file.
";

/// Puts texts at the markers, in order. A marker inside such a text means nothing.
fn fill(template: &str, texts: &[(&str, String)]) -> String {
    let mut rest = template;
    let mut filled = String::new();
    for (marker, text) in texts {
        if let Some((before, after)) = rest.split_once(marker) {
            filled.push_str(before);
            filled.push_str(text);
            rest = after;
        }
    }
    filled + rest
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",\n            ")
}

fn create(schema: &Schema) -> String {
    let (types, tables) = types_first(schema);
    let (extensions, others): (Vec<&Other>, Vec<&Other>) = schema.others.iter().partition(|o| o.kind == "extension");
    let extensions = extensions
        .into_iter()
        .filter_map(|other| other.definition.strip_prefix("CREATE EXTENSION "))
        .map(|rest| format!("CREATE EXTENSION IF NOT EXISTS {rest}"));
    let others = others.into_iter().map(|other| other.definition.clone());
    let statements: Vec<String> = create_sql(&types)
        .into_iter()
        .chain(extensions)
        .chain(others)
        .chain(create_sql(&tables))
        .collect();
    statements
        .iter()
        .map(|statement| format!("{};\n        ", statement.replace('\n', "\n        ")))
        .collect()
}
