//! The bridge of one table that both versions know.

use std::collections::{BTreeMap, BTreeSet};

use super::Refusal;
use super::hops::{alive, hops};
use super::names::{Names, first_free};
use super::shadow::Shadows;
use crate::plan::{Decisions, Hazard, HazardKind};
use crate::schema::{Fill, Ident, QName, Schema, Sequence, Sync, Table};

/// Everything that the bridge of one table is made from, and what it has become so far.
pub(super) struct Bridge<'a> {
    pub(super) name: &'a QName,
    pub(super) current: &'a Table,
    pub(super) wanted: &'a Table,
    pub(super) old: &'a Schema,
    pub(super) new: &'a Schema,
    pub(super) names: &'a Names<'a>,
    pub(super) decisions: &'a Decisions,
    /// Columns of this table that change their name: from to to.
    pub(super) renames: BTreeMap<Ident, Ident>,
    /// The same for every table, for foreign keys that point at them.
    pub(super) all_renames: BTreeMap<QName, BTreeMap<Ident, Ident>>,
    /// The renames among them that are shadows of a retype: old code alone writes until the cutover.
    pub(super) shadows: BTreeMap<Ident, Ident>,
    /// Names of the table's old constraints and indexes, and those given out so far.
    pub(super) taken: BTreeSet<Ident>,
    pub(super) table: Table,
    pub(super) syncs: BTreeMap<QName, Sync>,
    /// Generators that serve until a column may be an identity.
    pub(super) sequences: BTreeMap<QName, Sequence>,
    pub(super) fills: BTreeMap<String, Fill>,
    pub(super) final_fills: BTreeMap<String, Fill>,
    pub(super) hazards: Vec<Hazard>,
    pub(super) refusals: Vec<Refusal>,
}

impl<'a> Bridge<'a> {
    pub(super) fn new(
        name: &'a QName,
        (current, wanted): (&'a Table, &'a Table),
        (old, new): (&'a Schema, &'a Schema),
        decisions: &'a Decisions,
        shadows: &Shadows,
        names: &'a Names<'a>,
    ) -> Self {
        let mut all_renames = super::inherited::with_family(new, live_renames(old, new, decisions));
        let shadows = super::inherited::with_family(new, shadows.columns.clone());
        for (table, columns) in &shadows {
            all_renames.entry(table.clone()).or_default().extend(columns.clone());
        }
        let renames = all_renames.get(name).cloned().unwrap_or_default();
        let shadows = shadows.get(name).cloned().unwrap_or_default();
        let table = Table {
            comment: wanted.comment.clone(),
            partition_by: current.partition_by.clone(),
            partition_of: current.partition_of.clone(),
            inherits: current.inherits.clone(),
            ..Table::default()
        };
        Self {
            name,
            current,
            wanted,
            old,
            new,
            names,
            decisions,
            renames,
            all_renames,
            shadows,
            taken: BTreeSet::new(),
            table,
            syncs: BTreeMap::new(),
            sequences: BTreeMap::new(),
            fills: BTreeMap::new(),
            final_fills: BTreeMap::new(),
            hazards: Vec::new(),
            refusals: Vec::new(),
        }
    }

    pub(super) fn build(&mut self) {
        self.taken = self
            .current
            .constraints
            .keys()
            .chain(self.current.indexes.keys())
            .cloned()
            .collect();
        self.columns();
        self.constraints();
        self.indexes();
        self.same_for_all();
        self.options();
        self.retired_labels();
        self.keys_of_fills();
        self.syncs();
    }

    pub(super) fn hazard(&mut self, kind: HazardKind, object: impl Into<String>, message: impl Into<String>) {
        self.hazards.push(Hazard {
            kind,
            object: object.into(),
            message: message.into(),
        });
    }

    pub(super) fn object(&self, column: &Ident) -> String {
        format!("{}.{column}", self.name)
    }

    /// Whether the column exists in new alone, and is no new name of an old one.
    pub(super) fn only_new(&self, column: &Ident) -> bool {
        self.current.column(column).is_none() && !self.renames.values().any(|to| to == column)
    }

    /// Whether the column exists in old alone, and gets no new name.
    pub(super) fn only_old(&self, column: &Ident) -> bool {
        self.wanted.column(column).is_none() && !self.renames.contains_key(column)
    }

    fn options(&mut self) {
        let (was, is) = (&self.current.options, &self.wanted.options);
        self.table.options = crate::schema::TableOptions {
            // What names an index waits until the indexes have their names; who sees which rows changes with the code.
            replica_identity: was.replica_identity.clone(),
            replica_identity_index: was.replica_identity_index.clone(),
            cluster_on: was.cluster_on.clone(),
            row_security: was.row_security,
            force_row_security: was.force_row_security,
            ..is.clone()
        };
    }

    fn keys_of_fills(&mut self) {
        // Walk along a key that stands from the start: one that the plan builds may not be there yet.
        let key = super::batch_key(self.current);
        for fill in self.fills.values_mut() {
            fill.key.clone_from(&key);
        }
        let mut later_key = key;
        if later_key.iter().any(|c| self.wanted.column(c).is_none()) {
            later_key = super::batch_key(self.wanted);
            for column in &mut later_key {
                if let Some((name, _)) = self.shadows.iter().find(|(_, shadow)| *shadow == column) {
                    *column = name.clone();
                }
            }
        }
        for (id, fill) in &mut self.final_fills {
            match self.fills.get(id) {
                Some(done) if fill.round == 0 => *fill = done.clone(),
                _ => fill.key.clone_from(&later_key),
            }
        }
    }
}

/// Columns' names in an order in which they can change, table by table, chains and circles included: where no old code runs.
pub(super) fn column_hops(old: &Schema, new: &Schema, decisions: &Decisions) -> Vec<(QName, Vec<(Ident, Ident)>)> {
    let tables: BTreeSet<&QName> = decisions.renames.iter().map(|r| &r.table).collect();
    let mut out = Vec::new();
    for name in tables {
        let (Some(before), Some(after)) = (old.tables.get(name), new.tables.get(name)) else {
            continue;
        };
        let alive = alive_columns((name, before, after), decisions);
        let aside = |to: &Ident| {
            let free = |n: &Ident| before.column(n).is_none() && after.column(n).is_none();
            first_free(&to.with_suffix("__aside"), free)
        };
        out.push((name.clone(), hops(&alive, aside)));
    }
    out.retain(|(_, columns)| !columns.is_empty());
    out
}

/// Declared renames of a table's columns that are not yet spent.
fn alive_columns((name, before, after): (&QName, &Table, &Table), decisions: &Decisions) -> Vec<(Ident, Ident)> {
    let own = decisions.renames.iter().filter(|r| r.table == *name);
    let declared: Vec<(Ident, Ident)> = own.map(|r| (r.from.clone(), r.to.clone())).collect();
    let type_of = |table: &Table, name: &Ident| table.column(name).map(|c| c.type_name.clone());
    alive(
        &declared,
        |name| before.column(name).is_some(),
        |name| after.column(name).is_some(),
        |name| type_of(before, name) != type_of(after, name),
    )
}

/// Columns that take a name which another one of their table has until then.
pub(super) fn refused_columns(old: &Schema, new: &Schema, decisions: &Decisions) -> Vec<Refusal> {
    let mut out = Vec::new();
    for rename in &decisions.renames {
        let (Some(before), Some(after)) = (old.tables.get(&rename.table), new.tables.get(&rename.table)) else {
            continue;
        };
        if before.column(&rename.from).is_none() || before.column(&rename.to).is_none() {
            continue;
        }
        let alive = alive_columns((&rename.table, before, after), decisions);
        let ahead = alive.iter().any(|(a, b)| *a == rename.from && *b == rename.to);
        let object = format!("{}.{}", rename.table, rename.to);
        if ahead && !decisions.direct {
            out.push(Refusal {
                object,
                why: format!(
                    "{} takes its name while old code still means another column by it: one name cannot serve both",
                    rename.from
                ),
                way_out: "rename the other column first, release that plan, then this one; where no old code runs, all of them go \
                          in one transaction with --direct"
                    .to_owned(),
            });
        }
    }
    out
}

/// Renames that are not yet spent: the old name stands in old only, the new one in new only.
pub(crate) fn live_renames(
    old: &Schema,
    new: &Schema,
    decisions: &Decisions,
) -> BTreeMap<QName, BTreeMap<Ident, Ident>> {
    let mut out: BTreeMap<QName, BTreeMap<Ident, Ident>> = BTreeMap::new();
    for rename in &decisions.renames {
        let (Some(before), Some(after)) = (old.tables.get(&rename.table), new.tables.get(&rename.table)) else {
            continue;
        };
        let alive = before.column(&rename.from).is_some()
            && before.column(&rename.to).is_none()
            && after.column(&rename.to).is_some()
            && after.column(&rename.from).is_none();
        if alive {
            out.entry(rename.table.clone())
                .or_default()
                .insert(rename.from.clone(), rename.to.clone());
        }
    }
    out
}
