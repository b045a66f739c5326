//! Two schemas side by side, for people and for programs.

mod changes;
mod outline;
mod text;

pub use changes::{Change, changes};
pub use text::{difference, other_differences};
