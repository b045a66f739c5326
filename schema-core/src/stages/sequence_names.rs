//! Sequences without an owner that change their name.
//!
//! Two generators would give numbers twice, so the one that stands serves until contract, under the name that it has.

use std::collections::BTreeMap;

use super::Renamed;
use super::hops::alive;
use crate::plan::{Decisions, TableRename};
use crate::schema::{QName, Schema};

/// The declared renames that are not yet spent. One sequence may take the name that another leaves; a circle of names says
/// nothing, because afterwards it would say the same.
pub(crate) fn renamed_sequences(old: &Schema, new: &Schema, declared: &[TableRename]) -> Vec<TableRename> {
    let both_owned = |r: &TableRename| {
        let owned = |schema: &Schema, name: &QName| schema.sequences.get(name).is_some_and(|s| s.owned_by.is_some());
        owned(old, &r.from) && owned(new, &r.to)
    };
    // With its column an owned sequence finds its successor by itself.
    let own = declared.iter().filter(|r| !both_owned(r));
    let own: Vec<(QName, QName)> = own.map(|r| (r.from.clone(), r.to.clone())).collect();
    let stood = |name: &QName| old.sequences.contains_key(name);
    let stands = |name: &QName| new.sequences.contains_key(name);
    alive(&own, stood, stands, |_| false)
        .into_iter()
        .map(|(from, to)| TableRename { from, to })
        .collect()
}

/// Sequences that a column drew from before and draws from now under another name.
pub(crate) fn drawn_under_new_names(old: &Schema, new: &Schema, decisions: &Decisions) -> Vec<(QName, QName)> {
    let names = Renamed::find(old, new, decisions);
    let answered = |name: &QName| {
        decisions
            .sequence_renames
            .iter()
            .any(|r| r.from == *name || r.to == *name)
    };
    let goes = |name: &&QName| !new.sequences.contains_key(*name) && !answered(name);
    let going: Vec<&QName> = old.sequences.keys().filter(goes).collect();
    if going.is_empty() {
        return Vec::new();
    }
    let taken = old.relation_names();
    let comes = |name: &&QName| !taken.contains(*name) && !answered(name);
    let coming: Vec<&QName> = new.sequences.keys().filter(comes).collect();
    let mut found: BTreeMap<QName, QName> = BTreeMap::new();
    for (table, was) in &old.tables {
        let called = names.table_forward(table);
        let Some(is) = new.tables.get(&called) else { continue };
        for before in &was.columns {
            let Some(default) = &before.default else { continue };
            let declared = decisions
                .renames
                .iter()
                .find(|r| (r.table == *table || r.table == called) && r.from == before.name);
            let now = is.column(declared.map_or(&before.name, |r| &r.to));
            let Some(drawn) = now.and_then(|c| c.default.as_ref()) else {
                continue;
            };
            let from = going.iter().copied().find(|n| default.draws_from(n));
            let to = coming.iter().copied().find(|n| drawn.draws_from(n));
            let (Some(from), Some(to)) = (from, to) else { continue };
            let both_owned = old.sequences[from].owned_by.is_some() && new.sequences[to].owned_by.is_some();
            let free = !found.contains_key(from) && !found.values().any(|n| n == to);
            if free && !both_owned && default.drawing_from(from, to) == *drawn {
                found.insert(from.clone(), to.clone());
            }
        }
    }
    found.into_iter().collect()
}
