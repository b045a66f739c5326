//! Names that change between two stages: seen by the view or the domain that stands for the other name, and by labels that
//! change at their place, which no other statement can do.

use std::borrow::Cow;

use crate::change::Change;
use crate::schema::Schema;
use crate::stages::{TableNames, rename_column};

/// The changes of names, in order, and the first schema with them done.
pub(super) fn first<'a>(from: &'a Schema, to: &Schema) -> (Vec<Change>, Cow<'a, Schema>) {
    let mut done = Cow::Borrowed(from);
    let mut changes = Vec::new();
    for (domain, name) in &to.type_aliases {
        if !from.type_aliases.contains_key(domain) && done.enums.contains_key(domain) && !done.enums.contains_key(name)
        {
            changes.push(Change::RenameType(domain.clone(), name.clone(), true));
            let done = done.to_mut();
            done.rename_type(domain, name);
            done.type_aliases.insert(domain.clone(), name.clone());
        }
    }
    for (view, alias) in &from.aliases {
        let goes = !to.aliases.contains_key(view)
            && to.tables.contains_key(view)
            && !to.tables.contains_key(&alias.table)
            && from.tables.contains_key(&alias.table);
        if !goes {
            continue;
        }
        let names = TableNames {
            from: alias.table.clone(),
            to: view.clone(),
            columns: alias
                .renamed_columns()
                .map(|(own, shown)| (own.clone(), shown.clone()))
                .collect(),
        };
        let done = done.to_mut();
        done.aliases.remove(view);
        done.rename_table(&names.from, &names.to);
        for (a, b) in &names.columns {
            rename_column(done, &names.to, a, b);
        }
        changes.push(Change::RenameTable(names));
    }
    for (name, is) in &to.enums {
        let Some(was) = done.enums.get(name).cloned() else {
            continue;
        };
        if was.labels.len() != is.labels.len() {
            continue;
        }
        for (a, b) in was.labels.iter().zip(&is.labels) {
            if !is.labels.contains(a) && !was.labels.contains(b) {
                changes.push(Change::RenameLabel(name.clone(), a.clone(), b.clone()));
                done.to_mut().rename_label(name, a, b);
            }
        }
    }
    (changes, done)
}
