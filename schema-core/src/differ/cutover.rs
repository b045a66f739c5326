//! A cutover is seen by its syncs: the ones that turn round say which columns change places.

use crate::change::{Change, ColumnSwap, TypeSwap};
use crate::schema::{Schema, SyncDirection};

/// The cutover between two stages, when there is one. It is the whole way from the one to the other.
pub(super) fn find(from: &Schema, to: &Schema) -> Option<Change> {
    let mut columns = Vec::new();
    for sync in to.syncs.values().filter(|s| s.direction == SyncDirection::Backward) {
        let forward = from.syncs.iter().find(|(function, s)| {
            s.direction == SyncDirection::Forward
                && s.table == sync.table
                && s.from == sync.from
                && !to.syncs.contains_key(*function)
        });
        if let Some((_, forward)) = forward {
            columns.push(ColumnSwap {
                table: sync.table.clone(),
                name: sync.from.clone(),
                shadow: forward.to.clone(),
                old: sync.to.clone(),
            });
        }
    }
    let mut types = Vec::new();
    for (name, was) in &from.enums {
        let Some(is) = to.enums.get(name).filter(|is| is.labels != was.labels) else {
            continue;
        };
        let shadow = from
            .enums
            .iter()
            .find(|(n, e)| !to.enums.contains_key(*n) && e.labels == is.labels);
        let old = to
            .enums
            .iter()
            .find(|(n, e)| !from.enums.contains_key(*n) && e.labels == was.labels);
        if let (Some((shadow, _)), Some((old, _))) = (shadow, old) {
            types.push(TypeSwap {
                name: name.clone(),
                shadow: shadow.clone(),
                old: old.clone(),
            });
        }
    }
    let found = !columns.is_empty() || !types.is_empty();
    found.then(|| Change::Cutover {
        columns,
        types,
        target: Box::new(to.clone()),
    })
}
