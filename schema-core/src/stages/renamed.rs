//! Tables, enum types and labels that change their name.
//!
//! The stages between are made under the names that the database has meanwhile: tables and labels under the old ones, types
//! under the new ones. What stands for the other name (a view, a domain) is put beside them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::hops::{alive, hops};
use super::names::first_free;
use super::shadow::rename_column;
use super::{Refusal, labels_only_added, renamed_sequences};
use crate::change::Change;
use crate::expression;
use crate::plan::{ColumnRef, ColumnRename, Decisions, Hazard, HazardKind, TableRename};
use crate::schema::{Expr, Fill, Ident, Object, Patch, QName, Schema, Slot, TableAlias};

/// A table's two names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    /// The old one.
    pub from: QName,
    /// The new one.
    pub to: QName,
    /// Columns that change their name with it: old to new. A view shows them under the new name, so they need no sync.
    pub columns: BTreeMap<Ident, Ident>,
}

/// What changes its name between two schemas, as declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renamed {
    /// Tables.
    pub tables: Vec<TableNames>,
    /// Enum types: old and new name.
    pub types: Vec<(QName, QName)>,
    /// Labels that change their name in place: the type under its new name, the label's old and new one.
    pub labels: Vec<(QName, String, String)>,
    /// Sequences: old and new name, which they get in contract.
    pub sequences: Vec<(QName, QName)>,
}

impl Renamed {
    /// Declared renames that are not yet spent: the old name stands in old only, the new one in new only.
    pub fn find(old: &Schema, new: &Schema, decisions: &Decisions) -> Self {
        let mut found = Self::default();
        let types = decisions.type_renames.iter().filter(|r| {
            old.enums.contains_key(&r.from)
                && !old.enums.contains_key(&r.to)
                && new.enums.contains_key(&r.to)
                && !new.enums.contains_key(&r.from)
        });
        found.types = types.map(|r| (r.from.clone(), r.to.clone())).collect();
        let mut typed = Cow::Borrowed(old);
        for (from, to) in &found.types {
            typed.to_mut().rename_type(from, to);
        }
        for (name, from, to) in &decisions.renamed_labels {
            let (Some(was), Some(is)) = (typed.enums.get(name), new.enums.get(name)) else {
                continue;
            };
            let alive =
                |labels: &[String], here: &String, gone: &String| labels.contains(here) && !labels.contains(gone);
            if alive(&was.labels, from, to) && alive(&is.labels, to, from) {
                found.labels.push((name.clone(), from.clone(), to.clone()));
            }
        }
        found.keep_labels_in_order(&typed, new);
        found.sequences = renamed_sequences(old, new, &decisions.sequence_renames)
            .into_iter()
            .map(|r| (r.from, r.to))
            .collect();
        for (from, to) in alive_tables(&typed, new, decisions) {
            let (Some(was), Some(is)) = (typed.tables.get(&from), new.tables.get(&to)) else {
                continue;
            };
            let other = decisions.table_renames.iter().any(|r| r.to == from);
            let mut columns = BTreeMap::new();
            for column in decisions
                .renames
                .iter()
                .filter(|c| c.table == to || c.table == from && !other)
            {
                let (Some(before), Some(after)) = (was.column(&column.from), is.column(&column.to)) else {
                    continue;
                };
                let alive = was.column(&column.to).is_none() && is.column(&column.from).is_none();
                let same_type = (&before.type_name, &before.collation) == (&after.type_name, &after.collation);
                if alive && (same_type || decisions.direct) {
                    columns.insert(column.from.clone(), column.to.clone());
                }
            }
            found.tables.push(TableNames { from, to, columns });
        }
        found
    }

    /// The names that views of these schemas show.
    pub(crate) fn shown(schemas: &[&Schema]) -> Self {
        let mut found = Self::default();
        for (to, alias) in schemas.iter().flat_map(|s| &s.aliases) {
            let columns = alias.renamed_columns();
            let names = TableNames {
                from: alias.table.clone(),
                to: to.clone(),
                columns: columns.map(|(own, shown)| (own.clone(), shown.clone())).collect(),
            };
            if !found.tables.contains(&names) {
                found.tables.push(names);
            }
        }
        found
    }

    /// Labels are renamed in place where nothing else about the type needs it built anew.
    fn keep_labels_in_order(&mut self, old: &Schema, new: &Schema) {
        let types: BTreeSet<QName> = self.labels.iter().map(|(name, ..)| name.clone()).collect();
        for name in types {
            let (Some(was), Some(is)) = (old.enums.get(&name), new.enums.get(&name)) else {
                continue;
            };
            let mut before = is.clone();
            for label in &mut before.labels {
                let renamed = self.labels.iter().find(|(n, _, to)| *n == name && to == label);
                if let Some((_, from, _)) = renamed {
                    label.clone_from(from);
                }
            }
            if !labels_only_added(was, &before) {
                self.labels.retain(|(n, ..)| *n != name);
            }
        }
    }

    /// Whether nothing changes its name.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.types.is_empty() && self.labels.is_empty() && self.sequences.is_empty()
    }

    /// Whether a table or a type goes into the namespace.
    pub(super) fn moves_into(&self, namespace: &Ident) -> bool {
        let tables = self.tables.iter().map(|n| &n.to);
        let mut names = tables.chain(self.types.iter().map(|(_, to)| to));
        names.any(|to| to.schema == *namespace)
    }

    /// The names that a column of the old schema may have.
    pub(crate) fn of_column<'a>(&'a self, table: &QName, column: &'a Ident) -> impl Iterator<Item = &'a Ident> {
        let names = self.tables.iter().find(|n| n.from == *table);
        std::iter::once(column).chain(names.and_then(|n| n.columns.get(column)))
    }

    /// The names that a column's type may have.
    pub(crate) fn of_type(&self, type_name: &str) -> Vec<String> {
        let element = type_name.trim_end_matches("[]");
        let new = self.types.iter().find(|(from, _)| from.to_string() == element);
        let mut out = vec![type_name.to_owned()];
        out.extend(new.map(|(_, to)| format!("{to}{}", &type_name[element.len()..])));
        out
    }

    /// Columns by the names that the old schema has for them.
    pub(crate) fn columns_back(&self, columns: BTreeSet<(QName, Ident)>) -> BTreeSet<(QName, Ident)> {
        let back = |(table, column): (QName, Ident)| match self.tables.iter().find(|n| n.to == table) {
            Some(names) => {
                let own = names.columns.iter().find(|(_, to)| **to == column);
                (names.from.clone(), own.map_or(column, |(from, _)| from.clone()))
            }
            None => (table, column),
        };
        columns.into_iter().map(back).collect()
    }

    /// The name that a table has at the end.
    pub(crate) fn table_forward(&self, table: &QName) -> QName {
        let names = self.tables.iter().find(|n| n.from == *table);
        names.map_or(table, |n| &n.to).clone()
    }

    /// The patch with the names that its table and its column have at the end.
    pub(crate) fn patch_forward(&self, patch: &Patch) -> Patch {
        let mut out = patch.clone();
        let columns = patch
            .slot
            .table()
            .and_then(|table| self.tables.iter().find(|n| n.from == *table));
        match &mut out.slot {
            Slot::Column(table, column) => {
                if let Some(names) = columns {
                    table.clone_from(&names.to);
                    if let Some(to) = names.columns.get(column) {
                        column.clone_from(to);
                    }
                }
            }
            Slot::Table(table)
            | Slot::Constraint(table, _)
            | Slot::Index(table, _)
            | Slot::Options(table)
            | Slot::Comment(table) => *table = self.table_forward(table),
            _ => {}
        }
        for object in [&mut out.before, &mut out.after].into_iter().flatten() {
            match object {
                Object::Sync(sync) => sync.table = self.table_forward(&sync.table),
                Object::Fill(fill) => fill.table = self.table_forward(&fill.table),
                _ => {}
            }
        }
        out
    }

    /// Whether a column goes under one name and comes under another.
    pub(crate) fn keeps(&self, table: &QName, column: &Ident) -> bool {
        self.tables.iter().any(|n| {
            (n.from == *table || n.to == *table) && n.columns.iter().any(|(from, to)| from == column || to == column)
        })
    }

    /// The old schema with its types under their new names: that happens before everything else.
    pub(super) fn with_new_types(&self, old: &Schema) -> Schema {
        let mut out = old.clone();
        for (from, to) in &self.types {
            out.rename_type(from, to);
        }
        out
    }

    /// A schema with tables, columns and labels under their new names, itself where nothing changes its name.
    pub(crate) fn shown_forward<'s>(&self, schema: &'s Schema) -> Cow<'s, Schema> {
        match self.is_empty() {
            true => Cow::Borrowed(schema),
            false => Cow::Owned(self.forward(schema)),
        }
    }

    /// A schema with tables, columns and labels under their new names.
    pub fn forward(&self, schema: &Schema) -> Schema {
        let mut out = schema.clone();
        for hop in self.hops(schema, |names| schema.tables.contains_key(&names.from)) {
            out.rename_table(&hop.from, &hop.to);
            for (from, to) in &hop.columns {
                rename_column(&mut out, &hop.to, from, to);
            }
        }
        self.relabel(&mut out);
        out
    }

    /// A schema with tables, columns and labels under their old names.
    pub fn back(&self, schema: &Schema) -> Schema {
        let mut out = schema.clone();
        let mut hops = self.hops(schema, |names| schema.tables.contains_key(&names.to));
        hops.reverse();
        for hop in hops {
            for (from, to) in &hop.columns {
                rename_column(&mut out, &hop.to, to, from);
            }
            out.rename_table(&hop.to, &hop.from);
        }
        for (name, from, to) in &self.labels {
            out.rename_label(name, to, from);
        }
        let sequences: Vec<(QName, QName)> = self.sequences.iter().map(|(a, b)| (b.clone(), a.clone())).collect();
        out.rename_sequences(&sequences);
        out
    }

    /// The tables' names in an order in which they can change.
    fn hops(&self, schema: &Schema, counts: impl Fn(&TableNames) -> bool) -> Vec<TableNames> {
        let tables = self.tables.iter().filter(|n| counts(n));
        let pairs: Vec<(QName, QName)> = tables.map(|n| (n.from.clone(), n.to.clone())).collect();
        let taken = schema.relation_names();
        let aside = |to: &QName| {
            let free = |n: &Ident| {
                let candidate = to.sibling(n.clone());
                !taken.contains(&candidate) && !pairs.iter().any(|(a, b)| *a == candidate || *b == candidate)
            };
            to.sibling(first_free(&to.name.with_suffix("__aside"), free))
        };
        let columns = |to: &QName| {
            let own = self.tables.iter().find(|n| n.to == *to);
            own.map(|n| n.columns.clone()).unwrap_or_default()
        };
        let hops = hops(&pairs, aside);
        hops.into_iter()
            .map(|(from, to)| TableNames {
                columns: columns(&to),
                from,
                to,
            })
            .collect()
    }

    /// Gives the labels their new names.
    pub(super) fn relabel(&self, schema: &mut Schema) {
        for (name, from, to) in &self.labels {
            schema.rename_label(name, from, to);
        }
    }

    /// The names of a table that is called by one of them, rather by its new one.
    fn of_either(&self, table: &QName) -> Option<&TableNames> {
        let by_new = self.tables.iter().find(|n| n.to == *table);
        by_new.or_else(|| self.tables.iter().find(|n| n.from == *table))
    }

    /// The decisions in terms of the names that the stages between have.
    pub(crate) fn decisions(&self, decisions: &Decisions) -> Decisions {
        let mut out = decisions.clone();
        out.table_renames.clear();
        out.type_renames.clear();
        out.renamed_labels
            .retain(|(name, from, _)| !self.labels.iter().any(|(n, f, _)| n == name && f == from));
        let aliased = |r: &ColumnRename| {
            self.of_either(&r.table)
                .is_some_and(|n| n.columns.contains_key(&r.from))
        };
        out.renames.retain(|r| !aliased(r));
        let old_name = |table: &mut QName| {
            if let Some(names) = self.tables.iter().find(|n| n.to == *table) {
                table.clone_from(&names.from);
            }
        };
        out.renames.iter_mut().for_each(|r| old_name(&mut r.table));
        let column = |c: &mut ColumnRef| {
            let names = self.of_either(&c.table)?;
            if c.table == names.to {
                c.table.clone_from(&names.from);
                if let Some((from, _)) = names.columns.iter().find(|(_, to)| **to == c.column) {
                    c.column.clone_from(from);
                }
            }
            Some(names)
        };
        let over_old_names = |names: &TableNames, value: &mut Expr| {
            for (from, to) in &names.columns {
                *value = expression::rename_column(value, to, from);
            }
        };
        for (c, value) in out.backfills.iter_mut().chain(&mut out.old_values) {
            if let Some(names) = column(c) {
                over_old_names(names, value);
            }
        }
        for retype in &mut out.retypes {
            if let Some(names) = column(&mut retype.column) {
                for value in retype.using.iter_mut().chain(&mut retype.using_back) {
                    over_old_names(names, value);
                }
            }
        }
        out.late = std::mem::take(&mut out.late)
            .into_iter()
            .map(|(mut table, key)| {
                old_name(&mut table);
                (table, key)
            })
            .collect();
        out
    }

    /// What a stage between holds for the names that its tables and types do not have.
    pub(super) fn stand_ins(&self, stage: &mut Schema, new: &Schema) {
        for names in &self.tables {
            let (Some(table), Some(wanted)) = (stage.tables.get(&names.from), new.tables.get(&names.to)) else {
                continue;
            };
            let mut columns = BTreeMap::new();
            for column in &wanted.columns {
                let under = names.columns.iter().find(|(_, to)| **to == column.name);
                let under = under.map_or(&column.name, |(from, _)| from);
                if table.column(under).is_some() {
                    columns.insert(column.name.clone(), under.clone());
                }
            }
            let alias = TableAlias {
                table: names.from.clone(),
                columns,
                comment: table.comment.clone(),
            };
            stage.aliases.insert(names.to.clone(), alias);
        }
        let relations = new.relation_names();
        for (from, to) in self.types.iter().filter(|(from, _)| !relations.contains(from)) {
            stage.type_aliases.insert(from.clone(), to.clone());
        }
    }

    /// Fills of the last stage, under the new names.
    pub(super) fn fills(&self, fills: &BTreeMap<String, Fill>) -> BTreeMap<String, Fill> {
        let mut out = BTreeMap::new();
        for (id, fill) in fills {
            let Some(names) = self.tables.iter().find(|n| n.from == fill.table) else {
                out.insert(id.clone(), fill.clone());
                continue;
            };
            let mut fill = fill.clone();
            fill.table.clone_from(&names.to);
            for (from, to) in &names.columns {
                for value in fill.value.iter_mut().chain([&mut fill.missing]) {
                    *value = expression::rename_column(value, from, to);
                }
                for column in fill.key.iter_mut().chain([&mut fill.column]).filter(|c| *c == from) {
                    column.clone_from(to);
                }
            }
            out.insert(format!("{}.{}", fill.table, fill.column), fill);
        }
        out
    }

    /// What clients must know.
    pub(super) fn hazards(&self, old: &Schema) -> Vec<Hazard> {
        let mut out = Vec::new();
        for names in &self.tables {
            out.push(Hazard {
                kind: HazardKind::ThroughView,
                object: names.to.to_string(),
                message: format!(
                    "until contract {to} is a view of {from}: new code reads and writes it, but cannot COPY {to} FROM, \
                     TRUNCATE it, write ON CONFLICT ON CONSTRAINT, lock it, or point a foreign key at it",
                    from = names.from,
                    to = names.to
                ),
            });
        }
        for (from, to) in &self.types {
            out.push(Hazard {
                kind: HazardKind::Rename,
                object: to.to_string(),
                message: format!(
                    "the type {from} is called {to} at once: through the domain {from} casts of values go on, but \
                     `column = 'a'::{from}`, `= ANY ('{{…}}'::{from}[])` and parameters of that type in a comparison fail \
                     (42883), and results are of type {to}, which a typed client (sqlx) of old code does not take; to keep \
                     the name in the database write #[schemagen(type = \"{}\")]",
                    from.name.raw()
                ),
            });
        }
        // One that defaults draw from is not named by code.
        for (from, to) in self.sequences.iter().filter(|(from, _)| !old.is_drawn_from(from)) {
            out.push(Hazard {
                kind: HazardKind::Rename,
                object: to.to_string(),
                message: format!(
                    "the sequence {from} keeps its name until contract and is called {to} from then on: \
                     new code that calls nextval('{to}') waits for contract, and old code that names {from} must be gone then"
                ),
            });
        }
        for (name, from, to) in &self.labels {
            out.push(Hazard {
                kind: HazardKind::Cutover,
                object: format!("{name}.{from}"),
                message: format!(
                    "the label \"{from}\" of {name} becomes \"{to}\" at once at the cutover: from then on old code that \
                     writes or compares with \"{from}\" fails (22P02) and cannot decode \"{to}\", and new code is served"
                ),
            });
        }
        out
    }

    /// Names that something else has.
    pub(super) fn refusals(&self, old: &Schema, new: &Schema, decisions: &Decisions) -> Vec<Refusal> {
        let mut out = Vec::new();
        let taken = old.relation_names();
        let declared = pairs_of(&decisions.table_renames);
        let ahead = alive_tables_of(&declared, old, new);
        for (from, to) in &declared {
            let both = old.tables.contains_key(from) && old.tables.contains_key(to);
            if both && !decisions.direct && ahead.iter().any(|(a, b)| a == from && b == to) {
                out.push(Refusal {
                    object: to.to_string(),
                    why: format!(
                        "{from} takes its name while old code still means another table by it: no view can have one name for \
                         both"
                    ),
                    way_out: "rename the other table first, release that plan, then this one; where no old code runs, all of \
                              them go in one transaction with --direct"
                        .to_owned(),
                });
            }
        }
        for (from, to) in &self.sequences {
            let leaves = self.sequences.iter().any(|(other, _)| other == to);
            if taken.contains(to) && !leaves && !decisions.direct {
                out.push(Refusal {
                    object: to.to_string(),
                    why: format!("the sequence {from} cannot take this name while another relation has it"),
                    way_out: "drop or rename that relation in a plan of its own first".to_owned(),
                });
            }
        }
        let leaves = |name: &QName| self.tables.iter().any(|n| n.from == *name);
        for names in self.tables.iter().filter(|n| taken.contains(&n.to) && !leaves(&n.to)) {
            out.push(Refusal {
                object: names.to.to_string(),
                why: format!("{} cannot take this name while another relation has it", names.from),
                way_out: "drop or rename that relation in a plan of its own first".to_owned(),
            });
        }
        out
    }

    /// The changes of a database that no old code uses: every name at once.
    pub(super) fn at_once(&self, old: &Schema, columns: Vec<(QName, Vec<(Ident, Ident)>)>) -> Vec<Change> {
        let mut out: Vec<Change> = Vec::new();
        out.extend(
            self.types
                .iter()
                .map(|(a, b)| Change::RenameType(a.clone(), b.clone(), false)),
        );
        out.extend(
            self.labels
                .iter()
                .map(|(name, a, b)| Change::RenameLabel(name.clone(), a.clone(), b.clone())),
        );
        let hops = self.hops(old, |_| true);
        out.extend(hops.into_iter().map(Change::RenameTable));
        for (table, columns) in columns {
            let renamed = columns.into_iter();
            out.extend(renamed.map(|(a, b)| Change::RenameColumn(table.clone(), a, b)));
        }
        out
    }
}

fn pairs_of(renames: &[TableRename]) -> Vec<(QName, QName)> {
    renames.iter().map(|r| (r.from.clone(), r.to.clone())).collect()
}

/// Declared renames of tables that are not yet spent. Old code means one table by a name, new code another, wherever names
/// are taken over: that goes only where no old code runs.
fn alive_tables(old: &Schema, new: &Schema, decisions: &Decisions) -> Vec<(QName, QName)> {
    let mut alive = alive_tables_of(&pairs_of(&decisions.table_renames), old, new);
    if !decisions.direct {
        alive.retain(|(from, to)| !old.tables.contains_key(to) && !new.tables.contains_key(from));
    }
    alive
}

fn alive_tables_of(declared: &[(QName, QName)], old: &Schema, new: &Schema) -> Vec<(QName, QName)> {
    let columns = |schema: &Schema, name: &QName| -> BTreeSet<(Ident, String)> {
        let table = schema.tables.get(name);
        let columns = table.into_iter().flat_map(|t| &t.columns);
        columns.map(|c| (c.name.clone(), c.type_name.clone())).collect()
    };
    alive(
        declared,
        |name| old.tables.contains_key(name),
        |name| new.tables.contains_key(name),
        |name| columns(old, name) != columns(new, name),
    )
}
