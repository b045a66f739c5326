//! Where a schema comes from: a crate, a migrations directory, a database, a script, a cache, or nothing.

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

pub use dotenv::database_url;
pub use drift::{Drift, drift};
pub use error::SourceError;
pub use leftovers::{LeftoverConflict, finished, keep_leftovers, release_target};
pub use load::{Loaded, Loader, Model, Origin};
pub use ownership::{OwnershipError, Scope, scope};
pub use spec::SourceSpec;
pub use talk::redacted;
