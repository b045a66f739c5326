//! Rust structs as PostgreSQL tables, and changes to them while two versions of the code run.
//!
//! A crate that declares tables needs only the derives. Everything else stands behind the feature `engine`.

#[cfg(feature = "engine")]
pub mod compat;
#[cfg(feature = "engine")]
pub mod expression;
#[cfg(feature = "engine")]
pub mod introspect;
#[cfg(feature = "engine")]
pub mod plan;
#[cfg(feature = "engine")]
pub mod proof;
#[cfg(feature = "engine")]
pub mod run_file;
#[cfg(feature = "engine")]
pub mod schema;
#[cfg(feature = "engine")]
pub mod scratch;
#[cfg(feature = "engine")]
pub mod sql;
#[cfg(feature = "engine")]
pub mod sql_script;
