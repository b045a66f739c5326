//! Rows that one version writes and the other does not know keep what they reference from being deleted.

use crate::plan::{Hazard, HazardKind};
use crate::schema::{ForeignKey, Ident, QName, Referential, Schema, Table};

/// What each version meets in the bridge when it deletes rows of a table that both know.
pub(super) fn hazards<'a>(old: &'a Schema, new: &'a Schema, bridge: &'a Schema) -> impl Iterator<Item = Hazard> + 'a {
    let both =
        move |key: &ForeignKey| old.tables.contains_key(&key.references) && new.tables.contains_key(&key.references);
    let keys = bridge.tables.iter().flat_map(|(name, table)| {
        let place = table.partition_of.is_none();
        table
            .foreign_keys()
            .filter(move |(key, _)| place && !table.constraints[*key].not_enforced)
            .map(move |(_, key)| (name, key))
    });
    keys.filter(move |(_, key)| both(key) && matches!(key.on_delete, Referential::NoAction | Referential::Restrict))
        .flat_map(move |(child, key)| {
            let told = |version: &Schema, words: String| is_unknown(version, bridge, child, key).then_some(words);
            let columns = crate::sql::column_list(&key.columns);
            let parent = &key.references;
            let old_code = told(
                old,
                format!("old code cannot delete rows of {parent} that new code's rows of {child} ({columns}) reference"),
            );
            let new_code = told(
                new,
                format!("until contract new code cannot delete rows of {parent} that old rows of {child} ({columns}) reference"),
            );
            old_code.into_iter().chain(new_code).map(|message| Hazard {
                kind: HazardKind::Referenced,
                object: parent.to_string(),
                message,
            })
        })
}

/// Whether the version knows neither the foreign key nor, under other names, what its columns hold.
pub(crate) fn is_unknown(version: &Schema, stage: &Schema, child: &QName, key: &ForeignKey) -> bool {
    let Some(own) = version.tables.get(child) else {
        return true;
    };
    key.columns
        .iter()
        .all(|c| own.column(c).is_none() && !is_synced(stage, child, own, c))
}

/// Whether a column of the version's stands for it.
fn is_synced(stage: &Schema, child: &QName, own: &Table, column: &Ident) -> bool {
    let ends = stage.syncs.values().filter(|s| s.table == *child);
    ends.filter_map(|s| match column {
        c if *c == s.to => Some(&s.from),
        c if *c == s.from => Some(&s.to),
        _ => None,
    })
    .any(|other| own.column(other).is_some())
}
