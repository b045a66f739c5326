//! Building a schema in an empty database, with what it needs of the objects that the model cannot express.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgConnection};

use super::ProofError;
use super::record::Unproven;
use super::write::run;
use crate::change::made_in;
use crate::schema::{Dependency, Other, QName, Schema};
use crate::sql::create_sql;

/// Builds `schema`, whose other objects come from `whole` (the schema before it was cut down).
pub(super) async fn build<'a>(
    connection: &mut PgConnection,
    schema: &'a Schema,
    touched: &BTreeSet<QName>,
) -> Result<Vec<(&'a Other, Unproven)>, ProofError> {
    let (before, after) = sorted(schema, touched);
    let types = Schema {
        namespaces: schema.namespaces.clone(),
        enums: schema.enums.clone(),
        ..Schema::default()
    };
    let rest = Schema {
        namespaces: std::collections::BTreeMap::new(),
        enums: std::collections::BTreeMap::new(),
        ..schema.clone()
    };
    sqlx::raw_sql("BEGIN; SET LOCAL check_function_bodies = off")
        .execute(&mut *connection)
        .await?;
    create(connection, &create_sql(&types), &[]).await?;
    let failed_before = create_others(connection, before, schema).await?;
    create(connection, &create_sql(&rest), &failed_before).await?;
    let failed_after = create_others(connection, after, schema).await?;
    sqlx::raw_sql("COMMIT").execute(connection).await?;
    Ok(failed_before
        .into_iter()
        .chain(failed_after)
        .map(|(other, why)| {
            let what = format!("{} {}", other.kind, other.name);
            (other, Unproven { what, why })
        })
        .collect())
}

/// Others that tables may need, and others that stand on tables of the plan. The rest concerns nobody here.
fn sorted<'a>(schema: &'a Schema, touched: &BTreeSet<QName>) -> (Vec<&'a Other>, Vec<&'a Other>) {
    let mut before = Vec::new();
    let mut after = Vec::new();
    // Privileges change nothing for those who own everything.
    for other in schema.others.iter().filter(|o| o.kind != "privileges") {
        let tables: Vec<&QName> = other.depends_on.iter().filter_map(Dependency::table).collect();
        if tables.is_empty() {
            before.push(other);
        } else if tables.iter().any(|t| touched.contains(*t)) {
            after.push(other);
        }
    }
    (before, after)
}

/// Runs all statements as one message; only when that fails one by one, to name the culprit.
async fn create(
    connection: &mut PgConnection,
    statements: &[String],
    missing: &[(&Other, String)],
) -> Result<(), ProofError> {
    if statements.is_empty() || run(connection, statements.join(";\n")).await?.is_ok() {
        return Ok(());
    }
    for statement in statements {
        if let Err(refused) = run(connection, statement.clone()).await? {
            return Err(ProofError::Build {
                statement: statement.lines().next().unwrap_or_default().to_owned(),
                message: refused.message,
                missing: said(missing),
            });
        }
    }
    Ok(())
}

fn said(missing: &[(&Other, String)]) -> String {
    let mut text = String::new();
    for (other, why) in missing.iter().take(5) {
        text += &format!("\n    not there: {} {}: {why}", other.kind, other.name);
    }
    if missing.iter().any(|(other, _)| other.kind == "extension") {
        text += "\n    give a server that has the extension with --scratch-url";
    }
    text
}

/// Creates what can be created, in as many rounds as their order needs. Gives back what could not, and why.
async fn create_others<'a>(
    connection: &mut PgConnection,
    others: Vec<&'a Other>,
    schema: &Schema,
) -> Result<Vec<(&'a Other, String)>, ProofError> {
    let mut left: Vec<(&Other, String)> = Vec::new();
    let mut waiting = Vec::new();
    for other in others {
        if other.can_be_made() {
            waiting.push((other, String::new()));
        } else {
            left.push((other, "its definition cannot be run as SQL".to_owned()));
        }
    }
    // Extensions first: what they bring is named by the others.
    waiting.sort_by_key(|(other, _)| other.kind != "extension");
    loop {
        let before = waiting.len();
        let mut next = Vec::new();
        for (other, _) in waiting {
            let mut statements = made_in(other, schema);
            if other.kind == "materialized view" {
                statements.push(format!("REFRESH MATERIALIZED VIEW {}", other.name));
            }
            match run(connection, statements.join(";\n")).await? {
                Ok(_) => {}
                Err(refused) => next.push((other, refused.message)),
            }
        }
        waiting = next;
        if waiting.is_empty() || waiting.len() == before {
            left.extend(waiting);
            return Ok(left);
        }
    }
}

/// Statements in a text that a server would take, for a message of ours.
pub(super) async fn exec(connection: &mut PgConnection, sql: String) -> Result<(), ProofError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}
