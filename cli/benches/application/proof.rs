//! The proof beside the same files run with psql, and the proof of a small change to a large schema.

use std::error::Error;
use std::fs;
use std::process::Command;
use std::time::Instant;

use schema_core::introspect::{Included, connect, introspect};
use schema_core::plan::{Decisions, Plan};
use schema_core::planner::{Options, plan};
use schema_core::proof::{ProofOptions, prove};
use schema_core::schema::{Column, QName};

use sqlx::Connection;

use crate::application::Application;
use crate::server::{Server, url};

/// Tables of the schema that one column is added to.
const TABLES: usize = 500;

pub async fn run() -> Result<(), Box<dyn Error>> {
    let server = Server::start().await?;
    let database = server.database(&Application { tables: TABLES }.sql()).await?;
    let mut connection = connect(&url(&database)).await?;
    let old = introspect(&mut connection, &Included::default()).await?.schema;
    // A database that is copied has no other guests.
    connection.close().await?;
    let mut new = old.clone();
    let name = QName::new("public", "item250");
    let table = new
        .tables
        .get_mut(&name)
        .ok_or("the application has no table item250")?;
    table.columns.push(Column::new("one_more", "text"));
    let all = || std::collections::BTreeSet::from(["all".to_owned()]);
    let decisions = Decisions {
        accept: all(),
        allow_data_loss: all(),
        ..Decisions::default()
    };
    let plan = plan(&old, &new, &decisions, &Options::default())?;

    let start = Instant::now();
    let proof = prove(&plan, server.scratch(), &ProofOptions::default()).await?;
    let proven = start.elapsed().as_secs_f64() * 1000.0;
    if !proof.holds() {
        return Err(format!("the plan does not hold: {:?}", proof.failures).into());
    }
    let statements = proof.checks.old_statements + proof.checks.new_statements;
    println!(
        "\nproof of {} files on a schema of {TABLES} tables, of which {} are built",
        plan.files.len(),
        proof.tables.len()
    );
    println!(
        "{:<22} {proven:>10.0} ms (at most 3000), {statements} statements of old and new code",
        "the proof"
    );
    match psql(&server, &plan, &database).await? {
        Some(applied) => println!(
            "{:<22} {applied:>10.0} ms for the files up, down and up; the proof takes {:.1} x that, {:.0} ms a file, {:.1} ms a \
             statement",
            "psql",
            proven / applied,
            proven / plan.files.len() as f64,
            proven / f64::from(statements.max(1)),
        ),
        None => println!("{:<22} not found", "psql"),
    }
    database.close().await?;
    server.stop().await;
    Ok(())
}

/// The plan's files up, down and up again, a psql each.
async fn psql(
    server: &Server,
    plan: &Plan,
    like: &schema_core::scratch::ScratchDatabase,
) -> Result<Option<f64>, Box<dyn Error>> {
    let Some(database) = server.scratch().database_from(like).await? else {
        return Ok(None);
    };
    let folder = tempfile::tempdir()?;
    let mut ups = Vec::new();
    let mut downs = Vec::new();
    for (n, file) in plan.files.iter().enumerate() {
        for (script, way, list) in [(&file.up, "up", &mut ups), (&file.down, "down", &mut downs)] {
            let path = folder.path().join(format!("{n}.{way}.sql"));
            fs::write(&path, &script.text)?;
            let single = script.class == schema_core::plan::Class::Transaction;
            list.push((path, single));
        }
    }
    downs.reverse();
    let start = Instant::now();
    for (path, single) in ups.iter().chain(&downs).chain(&ups) {
        let mut command = Command::new("psql");
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &url(&database)]);
        if *single {
            command.arg("-1");
        }
        let output = match command.arg("-f").arg(path).output() {
            Ok(output) => output,
            Err(_) => return Ok(None),
        };
        if !output.status.success() {
            return Err(format!("{}: {}", path.display(), String::from_utf8_lossy(&output.stderr)).into());
        }
    }
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    database.close().await?;
    Ok(Some(ms))
}
