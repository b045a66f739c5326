//! The command line: sources in, plans out. Standard output is the product, standard error the talk.

mod args;
mod baseline;
mod diff;
mod error;
mod generate;
mod list;
mod output;
mod planning;
mod project;
mod proving;
mod release;
mod report;
mod script;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use error::CliError;

/// How a command ended that did what it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// A check that was asked for found something.
    Found,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    output::start_log();
    // A defect of ours must not look like an answer: it ends like every other "could not".
    let result = std::panic::catch_unwind(AssertUnwindSafe(|| run(cli)));
    match result {
        Ok(Ok(Outcome::Done)) => ExitCode::SUCCESS,
        Ok(Ok(Outcome::Found)) => ExitCode::from(1),
        Ok(Err(error)) => {
            output::error(&error);
            ExitCode::from(2)
        }
        Err(_) => {
            output::defect();
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> Result<Outcome, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::Start)?;
    runtime.block_on(async {
        tokio::select! {
            result = command(cli) => result,
            // Dropping the command ends the scratch server and takes its folder away.
            () = interrupted() => Err(CliError::Interrupted),
        }
    })
}

async fn command(cli: Cli) -> Result<Outcome, CliError> {
    match cli.command {
        Command::Generate(args) => generate::run(args).await,
        Command::Diff(args) => diff::run(args).await,
        Command::Release(args) => release::run(args).await,
    }
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    drop(tokio::signal::ctrl_c().await);
}
