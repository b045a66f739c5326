//! The stages of a `diff`, each measured in a process of its own, so that its peak memory is its own.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use futures_util::TryStreamExt;
use schema_core::introspect::{Included, connect, introspect, queries};
use schema_core::plan::Decisions;
use schema_core::planner::{Options, plan};
use schema_core::review::changes;
use schema_core::scan::{ScanOptions, scan};
use schema_core::schema::{Column, QName, Schema};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::application::Application;
use crate::measure::{Cost, fastest, peak, run as run_command};
use crate::server::{Server, url};

/// Which stage a child process runs.
pub const VARIABLE: &str = "SCHEMAGEN_BENCH_STAGE";

const FROM: &str = "SCHEMAGEN_BENCH_FROM";
const SOURCE: &str = "SCHEMAGEN_BENCH_SOURCE";

/// Runs of each stage; the fastest counts.
const RUNS: usize = 5;

/// The stages of one size, in the order of the report.
pub type Costs = Vec<(&'static str, Cost)>;

/// Makes the application in both shapes and measures every stage.
pub async fn measure(server: &Server, tables: usize) -> Result<Costs, Box<dyn Error>> {
    let application = Application { tables };
    let folder = tempfile::tempdir()?;
    application.write_crate(folder.path())?;
    let one = server.database(&application.sql()).await?;
    let other = server.copy(&one, "ALTER TABLE item0 ADD COLUMN one_more text").await?;
    let (from, to) = (url(&one), url(&other));

    let mut runs: Vec<Costs> = Vec::new();
    let wanted = std::env::var("SCHEMAGEN_BENCH_RUNS").map_or(Ok(RUNS), |runs| runs.parse())?;
    for _ in 0..wanted {
        // Side by side, so that a busy moment of the machine meets all of them.
        let mut costs = Vec::new();
        for stage in [
            "bare queries",
            "introspect",
            "scan",
            "unchanged plan",
            "one-column plan",
        ] {
            costs.push((stage, child(stage, &from, folder.path())?));
        }
        if let Some(cost) = dump(&from) {
            costs.push(("pg_dump", cost));
        }
        let mut diff = Command::new(env!("CARGO_BIN_EXE_schemagen"));
        diff.args(["diff", "--from", &from, "--to", &to])
            .current_dir(folder.path());
        costs.push(("diff, one column", run_command(&mut diff)?));
        let mut diff = Command::new(env!("CARGO_BIN_EXE_schemagen"));
        let source = folder.path().display().to_string();
        diff.args(["diff", "--from", &from, "--to", &source])
            .current_dir(folder.path());
        costs.push(("diff with the source", run_command(&mut diff)?));
        runs.push(costs);
    }
    one.close().await?;
    other.close().await?;
    let names: Vec<&'static str> = runs.first().into_iter().flatten().map(|(name, _)| *name).collect();
    let of = |name: &str| {
        let all = runs.iter().flatten().filter(|(n, _)| *n == name);
        fastest(all.map(|(_, cost)| *cost))
    };
    Ok(names.into_iter().map(|name| (name, of(name))).collect())
}

/// None where there is no such program, or no room for its locks.
fn dump(from: &str) -> Option<Cost> {
    let mut command = Command::new("pg_dump");
    command.args(["--schema-only", from]);
    run_command(&mut command)
        .map_err(|error| eprintln!("pg_dump: {error}"))
        .ok()
}

fn child(stage: &str, from: &str, source: &Path) -> Result<Cost, Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?)
        .env(VARIABLE, stage)
        .env(FROM, from)
        .env(SOURCE, source)
        .output()?;
    if !output.status.success() {
        return Err(format!("{stage}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let mut figures = text.split_whitespace().map(str::parse);
    match (figures.next(), figures.next()) {
        (Some(Ok(ms)), Some(Ok(mb))) => Ok(Cost { ms, mb }),
        _ => Err(format!("{stage}: no figures in {text:?}").into()),
    }
}

/// A child process: one stage, milliseconds and megabytes on standard output.
pub async fn run(stage: &str) -> Result<(), Box<dyn Error>> {
    let from = std::env::var(FROM)?;
    let ms = match stage {
        "scan" => {
            let root = std::env::var(SOURCE)?;
            let start = Instant::now();
            let scanned = scan(Path::new(&root), &ScanOptions::default()).map_err(|e| e.to_string())?;
            let ms = since(start);
            std::hint::black_box(&scanned);
            ms
        }
        _ => {
            let mut connection = connect(&from).await?;
            match stage {
                "bare queries" => {
                    let queries = queries(&mut connection, &Included::default()).await?;
                    // What the first connection has in its caches must not help the second.
                    connection.close().await?;
                    let mut connection = connect(&from).await?;
                    let start = Instant::now();
                    bare(&mut connection, queries).await?;
                    since(start)
                }
                "introspect" => {
                    let start = Instant::now();
                    let live = introspect(&mut connection, &Included::default()).await?;
                    let ms = since(start);
                    std::hint::black_box(&live);
                    ms
                }
                _ => {
                    // Read twice: two copies of one would share their tables.
                    let old = introspect(&mut connection, &Included::default()).await?.schema;
                    let new = introspect(&mut connection, &Included::default()).await?.schema;
                    match stage {
                        "unchanged plan" => planned(&old, new, 0)?,
                        _ => planned(&old, with_one_more(new)?, 1)?,
                    }
                }
            }
        }
    };
    println!("{ms} {}", peak("self").unwrap_or_default());
    Ok(())
}

fn since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// The schema with one more column.
fn with_one_more(mut schema: Schema) -> Result<Schema, Box<dyn Error>> {
    let table = schema.tables.get_mut(&QName::new("public", "item0"));
    let table = table.ok_or("the application has no table item0")?;
    table.columns.push(Column::new("one_more", "text"));
    Ok(schema)
}

/// Diff, stages and plan of two schemas that differ in so many objects.
fn planned(old: &Schema, new: Schema, differ: usize) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    let new = new.sharing(old);
    let found = changes(old, &new);
    let plan = plan(old, &new, &Decisions::default(), &Options::default())?;
    let ms = since(start);
    if found.len() != differ || plan.files.len() != differ {
        return Err(format!("{} differences and {} files", found.len(), plan.files.len()).into());
    }
    Ok(ms)
}

/// The catalog queries with nothing behind them: every row arrives and is forgotten.
async fn bare(connection: &mut PgConnection, queries: Vec<String>) -> Result<(), Box<dyn Error>> {
    let mut snapshot = connection
        .begin_with("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .await?;
    for query in queries {
        let mut rows = sqlx::raw_sql(AssertSqlSafe(query)).fetch(&mut *snapshot);
        while let Some(row) = rows.try_next().await? {
            std::hint::black_box(&row);
        }
    }
    snapshot.rollback().await?;
    Ok(())
}
