//! The stages of a `diff`, each measured in a process of its own, so that its peak memory is its own.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use futures_util::TryStreamExt;
use schema_core::introspect::{Included, connect, introspect};
use schema_core::plan::Decisions;
use schema_core::planner::{Options, plan};
use schema_core::review::changes;
use schema_core::scan::{ScanOptions, scan};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::application::Application;
use crate::measure::{Cost, median, peak, run as run_command};
use crate::server::{Server, url};

/// Which stage a child process runs.
pub const VARIABLE: &str = "SCHEMAGEN_BENCH_STAGE";

const FROM: &str = "SCHEMAGEN_BENCH_FROM";
const SOURCE: &str = "SCHEMAGEN_BENCH_SOURCE";

/// Runs of each stage; the middle one counts.
const RUNS: usize = 5;

/// The introspection's own queries, which the floor reads to the last row.
const QUERIES: [&str; 13] = [
    include_str!("../../../schema-core/src/introspect/sql/server.sql"),
    include_str!("../../../schema-core/src/introspect/sql/namespaces.sql"),
    include_str!("../../../schema-core/src/introspect/sql/enums.sql"),
    include_str!("../../../schema-core/src/introspect/sql/sequences.sql"),
    include_str!("../../../schema-core/src/introspect/sql/tables.sql"),
    include_str!("../../../schema-core/src/introspect/sql/publications_14.sql"),
    include_str!("../../../schema-core/src/introspect/sql/columns.sql"),
    include_str!("../../../schema-core/src/introspect/sql/constraints.sql"),
    include_str!("../../../schema-core/src/introspect/sql/indexes.sql"),
    include_str!("../../../schema-core/src/introspect/sql/syncs.sql"),
    include_str!("../../../schema-core/src/introspect/sql/others.sql"),
    include_str!("../../../schema-core/src/introspect/sql/objects.sql"),
    include_str!("../../../schema-core/src/introspect/sql/edges.sql"),
];

const PRELUDE: &str = include_str!("../../../schema-core/src/introspect/sql/prelude.sql");
const SETTINGS: &str = include_str!("../../../schema-core/src/introspect/sql/settings.sql");

/// The stages of one size, in the order of the report.
pub type Costs = Vec<(&'static str, Cost)>;

/// Makes the application in both shapes and measures every stage.
pub async fn measure(server: &Server, tables: usize) -> Result<Costs, Box<dyn Error>> {
    let application = Application { tables };
    let folder = tempfile::tempdir()?;
    application.write_crate(folder.path())?;
    let mut batches = application.sql();
    let one = server.database(&batches).await?;
    batches.push("ALTER TABLE item0 ADD COLUMN one_more text".to_owned());
    let other = server.database(&batches).await?;
    let (from, to) = (url(&one), url(&other));

    let mut runs: Vec<Costs> = Vec::new();
    for _ in 0..RUNS {
        // Side by side, so that a busy moment of the machine meets all of them.
        let mut costs = Vec::new();
        for stage in ["bare queries", "introspect", "scan", "unchanged plan"] {
            costs.push((stage, child(stage, &from, folder.path())?));
        }
        if let Some(cost) = dump(&from)? {
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
        median(all.map(|(_, cost)| *cost).collect())
    };
    Ok(names.into_iter().map(|name| (name, of(name))).collect())
}

fn dump(from: &str) -> Result<Option<Cost>, Box<dyn Error>> {
    let mut command = Command::new("pg_dump");
    command.args(["--schema-only", from]);
    match run_command(&mut command) {
        Ok(cost) => Ok(Some(cost)),
        Err(error) if error.downcast_ref::<std::io::Error>().is_some() => Ok(None),
        Err(error) => Err(error),
    }
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
            let start = Instant::now();
            if stage == "bare queries" {
                bare(&mut connection).await?;
                since(start)
            } else {
                let live = introspect(&mut connection, &Included::default()).await?;
                if stage == "unchanged plan" {
                    let again = live.schema.clone();
                    let start = Instant::now();
                    let found = changes(&live.schema, &again);
                    let plan = plan(&live.schema, &again, &Decisions::default(), &Options::default())?;
                    let ms = since(start);
                    if !found.is_empty() || !plan.files.is_empty() {
                        return Err("a schema differs from itself".into());
                    }
                    ms
                } else {
                    since(start)
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

/// The catalog queries with nothing behind them: every row arrives and is forgotten.
async fn bare(connection: &mut PgConnection) -> Result<(), Box<dyn Error>> {
    sqlx::raw_sql(SETTINGS).execute(&mut *connection).await?;
    for query in QUERIES {
        let text = format!("{PRELUDE}SELECT to_json(answer)::text FROM (\n{query}) answer");
        let mut rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            std::hint::black_box(&row);
        }
    }
    Ok(())
}
