//! What schemagen costs, beside a floor that is measured in the same run: time and peak memory of each stage for a
//! synthetic application, the derive's compile time beside `sqlx::FromRow`, and the proof beside psql.
//!
//! The machine decides the absolute figures; the ratios are what counts. `SCHEMAGEN_BENCH_TABLES=2000,20000` chooses the
//! sizes, `SCHEMAGEN_BENCH_RUNS=1` how often each stage runs (the fastest counts), `SCHEMAGEN_BENCH_URL` names a server (it
//! makes and drops databases of its own there) instead of a temporary one.

mod application;
mod derive;
mod measure;
mod proof;
mod report;
mod server;
mod stage;

use std::error::Error;

/// Sizes in tables: the second has 30,000 columns, 8,000 indexes and 10,000 constraints. A third one of 20,000 tables takes
/// most of an hour on a small machine, so it must be asked for.
const SIZES: [usize; 2] = [200, 2_000];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(stage) = std::env::var_os(stage::VARIABLE) {
        return stage::run(&stage.to_string_lossy()).await;
    }
    // `cargo bench -- derive` runs a part.
    let parts: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|p| p == part);
    if wanted("stages") {
        stages().await?;
    }
    if wanted("derive") {
        derive::run()?;
    }
    if wanted("proof") {
        proof::run().await?;
    }
    Ok(())
}

async fn stages() -> Result<(), Box<dyn Error>> {
    let sizes = match std::env::var("SCHEMAGEN_BENCH_TABLES") {
        Ok(list) => list.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?,
        Err(_) => SIZES.to_vec(),
    };
    let server = server::Server::start().await?;
    println!("server: {}", server.describe());
    let mut table = report::Stages::default();
    for tables in sizes {
        table.add(tables, stage::measure(&server, tables).await?);
    }
    println!("{table}");
    server.stop().await;
    Ok(())
}
