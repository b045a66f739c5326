//! The proof of a plan: its files run up, down and up on a scratch database that holds rows, and after each one the
//! catalog, the rows and the statements of both versions of the code are what the plan says.

mod build;
mod bystanders;
mod compare;
mod conditions;
mod decode;
mod groups;
mod judge;
mod prepared;
mod record;
mod rows;
mod run;
mod scope;
mod survival;
mod traffic;
mod values;
mod write;

pub use record::{Checks, PreparedBreak, Proof, ProofFailure, Unproven};
pub use run::prove;

use crate::introspect::IntrospectError;
use crate::scratch::ScratchError;

/// How a plan is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProofOptions {
    /// Whether statements of old and new code run at the boundaries between files.
    pub statements: bool,
    /// Whether the whole plan goes back to its beginning at the end, and forward again.
    pub full_rollback: bool,
}

impl Default for ProofOptions {
    fn default() -> Self {
        Self {
            statements: true,
            full_rollback: true,
        }
    }
}

/// Why a plan could not be put to the proof. A plan that fails it is a [`Proof`] with failures.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// No database.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The old schema could not be built.
    #[error("the schema before the plan cannot be built on the scratch server: {message}\n    {statement}{missing}")]
    Build {
        /// The statement's first line.
        statement: String,
        /// What the server said.
        message: String,
        /// What was not there before.
        missing: String,
    },
    /// The catalog could not be read.
    #[error("the scratch database cannot be read: {0}")]
    Introspect(#[from] IntrospectError),
    /// The connection broke, or a statement of our own failed.
    #[error("the scratch database failed: {0}")]
    Sql(#[from] sqlx::Error),
}

#[cfg(test)]
mod tests;
