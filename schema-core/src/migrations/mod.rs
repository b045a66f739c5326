//! The migrations directory: versions, files, plans, and the cache of what they lead to.

mod cache;
mod checksum;
mod directory;
mod error;
mod layout;
mod record;
mod version;
mod write;

pub use cache::{Cache, HistoryEntry, OpenPlan};
pub use checksum::{sha256, sha384};
pub use directory::{CACHE, Directory, MigrationFile, PLANS, PlanFolder};
pub use error::MigrationsError;
pub use layout::{Layout, NewPlan};
pub use record::{Adopts, Owned, Parent, PlanRecord, RecordedFile, RecordedScript, RecordedStage, Waiting};
pub use version::{Version, VersionError};
pub use write::{Changes, Write};

#[cfg(test)]
mod tests;
