//! Columns that keep their name and change their type, and enums that are rebuilt: both stand beside the old one under a
//! shadow name until the cutover.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::labels_only_added;
use super::names::first_free;
use super::retype::is_instant;
use crate::schema::{Column, ConstraintKind, Expr, Ident, QName, Schema, Table};

/// What changes places at the cutover.
#[derive(Debug, Clone, Default)]
pub(super) struct Shadows {
    /// Columns: table and name to shadow name.
    pub(super) columns: BTreeMap<QName, BTreeMap<Ident, Ident>>,
    /// Enum types: name to shadow name.
    pub(super) types: BTreeMap<QName, QName>,
}

impl Shadows {
    /// What must get a shadow, given both schemas and the columns that change their name (those are bridged as they are).
    pub(super) fn find(old: &Schema, new: &Schema, renames: &BTreeMap<QName, BTreeMap<Ident, Ident>>) -> Self {
        let mut found = Self::default();
        for (name, wanted) in &new.enums {
            if let Some(current) = old.enums.get(name)
                && !labels_only_added(current, wanted)
            {
                let free = |n: &Ident| {
                    let candidate = name.sibling(n.clone());
                    !old.enums.contains_key(&candidate) && !new.enums.contains_key(&candidate)
                };
                found.types.insert(
                    name.clone(),
                    name.sibling(first_free(&name.name.with_suffix("__new"), free)),
                );
            }
        }
        for (table, wanted) in &new.tables {
            let Some(current) = old.tables.get(table) else { continue };
            if found.types.is_empty() && current == wanted {
                continue;
            }
            for column in &wanted.columns {
                let Some(was) = current.column(&column.name) else {
                    continue;
                };
                if renames.get(table).is_some_and(|r| r.contains_key(&column.name)) {
                    continue;
                }
                if found.needs_shadow(old, current, was, column)
                    && can_have_one([old, new], table, current, was, column)
                {
                    let free = |n: &Ident| current.column(n).is_none() && wanted.column(n).is_none();
                    let shadow = first_free(&column.name.with_suffix("__new"), free);
                    found
                        .columns
                        .entry(table.clone())
                        .or_default()
                        .insert(column.name.clone(), shadow);
                }
            }
        }
        found
    }

    fn needs_shadow(&self, old: &Schema, table: &Table, was: &Column, is: &Column) -> bool {
        let rebuilt = old
            .enum_of_type(&was.type_name)
            .is_some_and(|e| self.types.contains_key(e));
        if (&was.type_name, &was.collation) == (&is.type_name, &is.collation) {
            return rebuilt;
        }
        !is_instant(was, is) || hangs_on_type(table, &was.name)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.types.is_empty()
    }

    /// The target with every shadow under its shadow name: what the bridge is built towards.
    pub(super) fn apply<'s>(&self, new: &'s Schema) -> Cow<'s, Schema> {
        if self.is_empty() {
            return Cow::Borrowed(new);
        }
        let mut out = new.clone();
        for (name, shadow) in &self.types {
            out.rename_type(name, shadow);
        }
        for (table, columns) in &self.columns {
            for (name, shadow) in columns {
                rename_column(&mut out, table, name, shadow);
            }
        }
        Cow::Owned(out)
    }
}

/// Whether a change of the column's type, even an instant one, would rebuild, scan, or be refused because of what hangs on it.
pub(super) fn hangs_on_type(table: &Table, column: &Ident) -> bool {
    let in_indexes = table.indexes.values().any(|i| i.expression_columns.contains(column));
    let in_checks = table
        .constraints
        .values()
        .any(|c| matches!(&c.kind, ConstraintKind::Check(check) if check.columns.contains(column)));
    in_indexes || in_checks || in_generated(table, column)
}

fn in_generated(table: &Table, column: &Ident) -> bool {
    table.columns.iter().any(|c| {
        c.generated
            .as_ref()
            .is_some_and(|g| crate::expression::columns_named(&g.expression, table).contains(column))
    })
}

/// A shadow needs a plain column of a table that has its columns from no other. Triggers of an inheritance parent do not
/// fire for its children's rows.
fn can_have_one(ends: [&Schema; 2], name: &QName, table: &Table, was: &Column, is: &Column) -> bool {
    let inherited = ends[0].tables.values().any(|t| t.inherits.contains(name));
    was.generated.is_none()
        && is.generated.is_none()
        && table.partition_of.is_none()
        && table.inherits.is_empty()
        && !inherited
        && !in_generated(table, &was.name)
        && (table.partition_by.is_none()
            || ends
                .into_iter()
                .all(|schema| is_free_in_family(schema, name, &was.name)))
}

/// Whether a partitioned table's column can change places with a shadow in an instant: no key of USING INDEX stands on a
/// partitioned table, so a primary key and what references it cannot, and an identity belongs to its column.
fn is_free_in_family(schema: &Schema, name: &QName, column: &Ident) -> bool {
    let family = schema.family(name);
    let members = family.iter().filter_map(|member| schema.tables.get(member));
    let free = members.into_iter().all(|t| {
        let key = Expr(t.partition_by.clone().unwrap_or_default());
        let in_key = t.constraints.values().any(|c| match &c.kind {
            ConstraintKind::PrimaryKey(key) => key.columns.contains(column) || key.include.contains(column),
            ConstraintKind::Exclusion(exclusion) => exclusion.columns.contains(column),
            _ => false,
        });
        let identity = t.column(column).is_some_and(|c| c.identity.is_some());
        !in_key && !identity && !crate::expression::columns_named(&key, t).contains(column)
    });
    let mut keys = schema.tables.values().flat_map(|t| t.constraints.values());
    let referenced = keys.any(|c| match &c.kind {
        ConstraintKind::ForeignKey(key) => family.contains(&key.references) && key.referenced_columns.contains(column),
        _ => false,
    });
    free && !referenced
}

/// Renames a column on its table and in the foreign keys that point at it.
pub(crate) fn rename_column(schema: &mut Schema, table: &QName, from: &Ident, to: &Ident) {
    let family = schema.family(table);
    for member in &family {
        if let Some(t) = schema.tables.get_mut(member) {
            super::names_in::rename(t, from, to);
        }
    }
    for constraint in schema.tables.values_mut().flat_map(|t| t.constraints.values_mut()) {
        if let ConstraintKind::ForeignKey(key) = &mut constraint.kind
            && family.contains(&key.references)
        {
            for column in key.referenced_columns.iter_mut().filter(|c| **c == *from) {
                *column = to.clone();
            }
        }
    }
    // A sequence is owned by the column, whatever its name.
    for sequence in schema.sequences.values_mut() {
        if let Some((t, c)) = &mut sequence.owned_by
            && t == table
            && c == from
        {
            *c = to.clone();
        }
    }
}

/// What takes part in a cutover: the names before, after, and where the old one goes.
pub(super) fn old_names(shadows: &Shadows, old: &Schema, new: &Schema) -> Shadows {
    let mut out = Shadows::default();
    for (table, columns) in &shadows.columns {
        let taken: BTreeSet<Ident> = [old, new]
            .iter()
            .filter_map(|s| s.tables.get(table))
            .flat_map(|t| t.columns.iter().map(|c| c.name.clone()))
            .collect();
        for name in columns.keys() {
            let aside = first_free(&name.with_suffix("__old"), |n| !taken.contains(n));
            out.columns
                .entry(table.clone())
                .or_default()
                .insert(name.clone(), aside);
        }
    }
    for name in shadows.types.keys() {
        let free = |n: &Ident| {
            let candidate = name.sibling(n.clone());
            !old.enums.contains_key(&candidate) && !new.enums.contains_key(&candidate)
        };
        out.types.insert(
            name.clone(),
            name.sibling(first_free(&name.name.with_suffix("__old"), free)),
        );
    }
    out
}
