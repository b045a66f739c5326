//! What the schemas themselves say about names of sequences.

use crate::plan::{Decisions, TableRename};
use crate::schema::Schema;
use crate::stages::drawn_under_new_names;

/// The decisions with the renames that nobody needs to declare, because a column goes on to draw from the sequence.
pub(super) fn told(old: &Schema, new: &Schema, decisions: &Decisions) -> Decisions {
    let mut out = decisions.clone();
    let found = drawn_under_new_names(old, new, decisions);
    out.sequence_renames
        .extend(found.into_iter().map(|(from, to)| TableRename { from, to }));
    out
}
