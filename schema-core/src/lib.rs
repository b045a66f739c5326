//! Rust structs as PostgreSQL tables, and changes to them while two versions of the code run.
//!
//! A crate that declares tables needs only the derives. Everything else stands behind the feature `engine`.
//!
#![doc = include_str!("attributes.md")]

#[doc(hidden)]
#[path = "check.rs"]
pub mod __private;
mod sql_type;

pub use schema_macros::{PgEnum, Table};
pub use sql_type::{SqlName, SqlType};

#[cfg(feature = "engine")]
pub mod change;
#[cfg(feature = "engine")]
pub mod compare;
#[cfg(feature = "engine")]
pub mod compat;
#[cfg(feature = "engine")]
pub mod config;
#[cfg(feature = "engine")]
pub mod differ;
#[cfg(feature = "engine")]
pub mod expression;
#[cfg(feature = "engine")]
pub mod facts;
#[cfg(feature = "engine")]
pub mod introspect;
#[cfg(feature = "engine")]
pub mod migrations;
#[cfg(feature = "engine")]
pub mod plan;
#[cfg(feature = "engine")]
pub mod planner;
#[cfg(feature = "engine")]
pub mod proof;
#[cfg(feature = "engine")]
pub mod retire;
#[cfg(feature = "engine")]
pub mod review;
#[cfg(feature = "engine")]
pub mod run_file;
#[cfg(feature = "engine")]
pub mod scan;
#[cfg(feature = "engine")]
pub mod schema;
#[cfg(feature = "engine")]
pub mod scratch;
#[cfg(feature = "engine")]
pub mod source;
#[cfg(feature = "engine")]
pub mod sql;
#[cfg(feature = "engine")]
pub mod sql_script;
#[cfg(feature = "engine")]
pub mod stages;
#[cfg(feature = "engine")]
pub mod volatility;
