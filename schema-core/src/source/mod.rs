//! Where a schema comes from: a crate, a migrations directory, a database, a script, a cache, or nothing.

mod baseline;
mod dotenv;
mod drift;
mod error;
mod leftovers;
mod load;
mod ownership;
mod replay;
mod respell;
mod spec;
mod talk;

pub use baseline::{baseline_file, baseline_schema};
pub use dotenv::database_url;
pub use drift::{Drift, drift};
pub use error::SourceError;
pub use leftovers::{LeftoverConflict, finished, keep_leftovers, release_target};
pub use load::{DatabaseUrl, Loaded, Loader, Model, Origin};
pub use ownership::{OwnershipError, Scope, scope};
pub use spec::SourceSpec;
pub use talk::redacted;

#[cfg(test)]
mod tests;
