use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use schema_core::migrations::Version;
use schema_core::scratch::ScratchChoice;

use crate::list::List;

/// Online PostgreSQL schema changes from Rust structs.
#[derive(Debug, Parser)]
#[command(name = "schemagen", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 a check found something (diff --exit-code, generate --check); 2 could not, refused, or an answer \
is needed: then nothing was written.";

const SOURCES: &str = "\
A source is a crate's folder, a migrations directory, a postgres:// URL, a .sql file, a schema.yaml, or \"empty\".";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Plan the way from one schema to another, prove it, and write its migration files.
    #[command(after_help = SOURCES)]
    Generate(Generate),
    /// Print how two schemas differ, or the plan from one to the other as one SQL script.
    #[command(after_help = SOURCES)]
    Diff(Diff),
    /// Move a plan's next waiting phase into the migrations directory, after the deployment that it waits for.
    Release(Release),
}

/// The two sides.
#[derive(Debug, Clone, Args)]
pub struct Sources {
    /// The schema as it is [default: the migrations, else the live database (DATABASE_URL, .env), else empty].
    #[arg(long, value_name = "SOURCE")]
    pub from: Option<String>,
    /// The schema as it shall be [default: the crate here].
    #[arg(long, value_name = "SOURCE")]
    pub to: Option<String>,
    /// The migrations directory [default: as schemagen.yaml says, else "migrations"].
    #[arg(long, value_name = "DIR")]
    pub migrations: Option<PathBuf>,
    /// Cargo features of the crates that are read.
    #[arg(long, value_name = "FEATURE", value_delimiter = ',')]
    pub features: Vec<String>,
    /// A table whose columns, indexes and constraints become ours even where no struct names them, or "all".
    #[arg(long, value_name = "TABLE")]
    pub adopt: Vec<String>,
    /// Where scratch databases come from.
    #[command(flatten)]
    pub scratch: ScratchFlags,
}

/// The server that replays migrations, spells expressions and proves plans.
#[derive(Debug, Clone, Args)]
pub struct ScratchFlags {
    /// A server on which scratch databases may be made and dropped.
    #[arg(long, value_name = "URL", conflicts_with = "scratch")]
    pub scratch_url: Option<String>,
    /// Which kind of scratch server [default: native where its programs are found, else embedded].
    #[arg(long, value_enum)]
    pub scratch: Option<ScratchKind>,
}

/// Kinds of scratch servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScratchKind {
    /// A temporary cluster of the PostgreSQL programs on this machine.
    Native,
    /// The server inside this program.
    Embedded,
}

impl ScratchFlags {
    /// The choice that they make.
    pub fn choice(&self) -> ScratchChoice {
        match (&self.scratch_url, self.scratch) {
            (Some(url), _) => ScratchChoice::Url(url.clone()),
            (None, Some(ScratchKind::Native)) => ScratchChoice::Native { bindir: None },
            (None, Some(ScratchKind::Embedded)) => ScratchChoice::Embedded,
            (None, None) => ScratchChoice::Any,
        }
    }
}

/// What only a person can decide.
#[derive(Debug, Clone, Default, Args)]
pub struct Answers {
    /// Accept hazards: HAZARD:OBJECT as the refusal names it, or "all".
    #[arg(long, value_name = "HAZARD:OBJECT,…")]
    pub accept: Vec<List>,
    /// Allow the data of objects to be lost, or "all".
    #[arg(long, value_name = "OBJECT,…")]
    pub allow_data_loss: Vec<List>,
    /// A column, table or enum type that changes its name: TABLE.OLD=NEW, OLD=NEW, or OLD=SCHEMA.NEW.
    #[arg(long, value_name = "[TABLE.]OLD=NEW")]
    pub rename: Vec<String>,
    /// What goes and what comes are just that, even where they look like a rename.
    #[arg(long)]
    pub no_renames: bool,
    /// No old code uses the database: straight to the target, nothing waits.
    #[arg(long)]
    pub direct: bool,
    /// Lowest major version of the servers that the plan is for, 14 to 18.
    #[arg(long, value_name = "MAJOR", value_parser = clap::value_parser!(u32).range(14..=18))]
    pub target_version: Option<u32>,
    /// How long a statement may wait for its lock: milliseconds, or with a unit (200ms, 1s).
    #[arg(long, value_name = "TIME", value_parser = milliseconds)]
    pub lock_timeout: Option<u32>,
}

/// `schemagen generate`.
#[derive(Debug, Clone, Args)]
pub struct Generate {
    /// The two sides.
    #[command(flatten)]
    pub sources: Sources,
    /// The decisions.
    #[command(flatten)]
    pub answers: Answers,
    /// Another directory to write to.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write the waiting phases in line after the others: for a database that nobody uses yet.
    #[arg(long)]
    pub released: bool,
    /// The version of the first file: 14 digits, YYYYMMDDHHMMSS [default: now, UTC].
    #[arg(long, value_name = "14DIGITS")]
    pub stamp: Option<Version>,
    /// The plan's name [default: from the changes].
    #[arg(long)]
    pub name: Option<String>,
    /// Do not run the plan on a scratch database first.
    #[arg(long)]
    pub no_proof: bool,
    /// Write nothing; exit with 1 when a change has no plan, or when two plans have one parent.
    #[arg(long)]
    pub check: bool,
    /// Write nothing; print the files.
    #[arg(long)]
    pub dry_run: bool,
    /// How to print what was done.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
}

/// `schemagen diff`.
#[derive(Debug, Clone, Args)]
pub struct Diff {
    /// The two sides.
    #[command(flatten)]
    pub sources: Sources,
    /// The decisions.
    #[command(flatten)]
    pub answers: Answers,
    /// What to print: the difference in words, as JSON, or the plan as one script for `psql -X -v ON_ERROR_STOP=1`.
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,
    /// Exit with 1 when there is a difference.
    #[arg(long)]
    pub exit_code: bool,
}

/// `schemagen release`.
#[derive(Debug, Clone, Args)]
pub struct Release {
    /// The plan's folder, or a unique beginning of its name.
    pub plan: String,
    /// The migrations directory [default: as schemagen.yaml says, else "migrations"].
    #[arg(long, value_name = "DIR")]
    pub migrations: Option<PathBuf>,
    /// The version of the first file: 14 digits, YYYYMMDDHHMMSS [default: now, UTC].
    #[arg(long, value_name = "14DIGITS")]
    pub stamp: Option<Version>,
    /// Accept hazards: HAZARD:OBJECT as the refusal names it, or "all".
    #[arg(long, value_name = "HAZARD:OBJECT,…")]
    pub accept: Vec<List>,
    /// Allow the data of objects to be lost, or "all".
    #[arg(long, value_name = "OBJECT,…")]
    pub allow_data_loss: Vec<List>,
    /// Where scratch databases come from.
    #[command(flatten)]
    pub scratch: ScratchFlags,
    /// Do not run the files on a scratch database first.
    #[arg(long)]
    pub no_proof: bool,
    /// Write nothing; print the files.
    #[arg(long)]
    pub dry_run: bool,
    /// How to print what was done.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
}

/// Forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Forms of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// The whole plan as one script.
    Sql,
}

fn milliseconds(text: &str) -> Result<u32, String> {
    let (number, factor) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => text.strip_suffix('s').map_or((text, 1), |number| (number, 1000)),
    };
    match number
        .trim()
        .parse::<u32>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
    {
        Some(0) | None => Err("write milliseconds above zero, or 200ms, or 1s".to_owned()),
        Some(milliseconds) => Ok(milliseconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn times_have_units() {
        assert_eq!(milliseconds("200"), Ok(200));
        assert_eq!(milliseconds("200ms"), Ok(200));
        assert_eq!(milliseconds("1s"), Ok(1000));
        assert!(milliseconds("0").is_err() && milliseconds("1h").is_err() && milliseconds("9999999s").is_err());
    }
}
