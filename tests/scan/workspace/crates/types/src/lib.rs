//! Types that the other crates share.

mod ids;
pub mod mood;

pub use ids::*;
pub use schema_core::Table as DatabaseTable;
