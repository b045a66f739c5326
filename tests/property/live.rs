//! A random pair on a server: the catalog after each way is what the replay says.

use proptest::test_runner::TestCaseError;
use schema_core::introspect::{Included, introspect};
use schema_core::plan::{Plan, PlanFile, Script};
use schema_core::planner::Options;
use schema_core::run_file::run_script;
use schema_core::schema::Schema;
use schema_core::sql::create_sql;
use sqlx::PgConnection;

use super::replay::{is, without_what_stays};
use super::{Pair, planned};
use crate::server::database;

pub async fn run(pair: &Pair) -> Result<(), TestCaseError> {
    let database = database().await;
    let mut connection = database.with(&create_sql(&pair.old).join(";\n")).await;
    let old = read(&mut connection).await?;
    is(&pair.old, &old, "what the generator means")?;
    let Some(plan) = planned(&old, pair, &Options::default())? else {
        return Ok(());
    };
    for file in &plan.files {
        script(&mut connection, &plan, file, &file.up, "up").await?;
    }
    is(&pair.new, &read(&mut connection).await?, "the target")?;
    for file in plan.files.iter().rev() {
        script(&mut connection, &plan, file, &file.down, "down").await?;
    }
    let back = read(&mut connection).await?;
    is(&old, &without_what_stays(&old, back), "the beginning")?;
    for file in &plan.files {
        script(&mut connection, &plan, file, &file.up, "up again").await?;
    }
    is(&pair.new, &read(&mut connection).await?, "the target again")
}

async fn read(connection: &mut PgConnection) -> Result<Schema, TestCaseError> {
    introspect(connection, &Included::default())
        .await
        .map(|live| live.schema)
        .map_err(|error| TestCaseError::fail(error.to_string()))
}

async fn script(
    connection: &mut PgConnection,
    plan: &Plan,
    file: &PlanFile,
    script: &Script,
    step: &str,
) -> Result<(), TestCaseError> {
    run_script(connection, script).await.map_err(|error| {
        let files: Vec<&str> = plan.files.iter().map(|f| f.slug.as_str()).collect();
        TestCaseError::fail(format!(
            "{} ({step}): {error}\n{}\nof {}",
            file.slug,
            script.text,
            files.join(", ")
        ))
    })
}
