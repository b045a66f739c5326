use schema_core::config::ConfigError;
use schema_core::migrations::MigrationsError;
use schema_core::planner::PlanError;
use schema_core::proof::ProofError;
use schema_core::source::{LeftoverConflict, OwnershipError, SourceError};

/// Why a command ends with exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A source.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The migrations directory.
    #[error(transparent)]
    Migrations(#[from] MigrationsError),
    /// An open plan.
    #[error(transparent)]
    Leftover(#[from] LeftoverConflict),
    /// An adopted table.
    #[error(transparent)]
    Ownership(#[from] OwnershipError),
    /// The planner.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A flag that names nothing.
    #[error("{flag} {value}: {problem}")]
    Flag {
        /// The flag.
        flag: &'static str,
        /// What it was given.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A plan that failed its proof.
    #[error("the plan failed its proof and was not written:\n{0}")]
    Proof(String),
    /// A plan that could not be put to the proof.
    #[error("the plan could not be proven and was not written: {0}")]
    Unprovable(#[from] ProofError),
    /// A record that YAML cannot hold.
    #[error("cannot write the proof's record: {0}")]
    Yaml(#[from] serde_yaml::Error),
    /// Standard output.
    #[error("cannot write to standard output: {0}")]
    Output(std::io::Error),
    /// No runtime.
    #[error("cannot start: {0}")]
    Start(std::io::Error),
    /// A value that JSON cannot hold.
    #[error("cannot print as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Interrupted.
    #[error("interrupted; nothing was written")]
    Interrupted,
}
