//! INVALID indexes: what a concurrent build that failed left behind (also `…_ccnew` and `…_ccold` of a REINDEX).
//!
//! They serve nobody, so the path goes as if they were not there: expand drops them, and builds anew what is wanted.

use std::borrow::Cow;

use crate::schema::{Index, Schema, Table};

/// Whether the index of the table is such a leftover. The index of a partitioned table is invalid as long as a partition's is
/// missing.
pub fn is_leftover(table: &Table, index: &Index) -> bool {
    !index.valid && table.partition_by.is_none()
}

/// The schema without leftovers.
pub(super) fn without(schema: &Schema) -> Cow<'_, Schema> {
    let has_some = |t: &Table| t.indexes.values().any(|i| is_leftover(t, i));
    if !schema.tables.values().any(|t| has_some(t)) {
        return Cow::Borrowed(schema);
    }
    let mut clean = schema.clone();
    for table in clean.tables.values_mut().filter(|t| has_some(t)) {
        table.indexes.retain(|_, index| index.valid);
    }
    Cow::Owned(clean)
}
