use super::keys::{UniqueKey, unique_keys};
use super::read::is_not_null_check;
use super::types::{Retyped, retyped};
use super::{Case, Reason, Refusal, refusal};
use crate::schema::{Column, ConstraintKind, ForeignKey, Ident, QName, Referential, Schema, Table};
use crate::stages::is_unknown;

impl Case<'_> {
    /// An INSERT that names `named` of the version's columns.
    pub(super) fn insert(&self, stage: &Table, named: &[&Ident]) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for column in self.table.columns.iter().filter(|c| named.contains(&&c.name)) {
            refusals.extend(self.write(stage, column));
        }
        for column in stage.columns.iter().filter(|c| !named.contains(&&c.name)) {
            if !column.may_be_omitted() && !self.sync_supplies(&column.name, self.table) {
                refusals.push(refusal(&column.name, "left out", Reason::RefusesNull));
            }
        }
        refusals.extend(self.rules(stage, None));
        refusals
    }

    /// An upsert also needs the key that it names.
    pub(super) fn upsert(&self, stage: &Table, key: &UniqueKey<'_>, named: &[&Ident]) -> Vec<Refusal> {
        let mut refusals = self.insert(stage, named);
        if !unique_keys(stage).iter().any(|k| k.arbiter && k.is_like(key)) {
            refusals.push(refusal(key.name, "any", Reason::NoArbiter));
        }
        refusals
    }

    /// An UPDATE of one column to any value of the version's.
    pub(super) fn update(&self, stage: &Table, name: &Ident) -> Vec<Refusal> {
        let mut refusals: Vec<Refusal> = self
            .table
            .column(name)
            .map(|column| self.write(stage, column))
            .unwrap_or_default();
        refusals.extend(self.rules(stage, Some(name)));
        refusals
    }

    /// A DELETE fails where a foreign key that the version does not know still needs the row.
    pub(super) fn delete(&self) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for (child, table) in &self.stage.tables {
            let enforced = table
                .foreign_keys()
                .filter(|(name, _)| !table.constraints[*name].not_enforced);
            for (name, key) in enforced.filter(|(_, key)| key.references == *self.name) {
                let stops = matches!(key.on_delete, Referential::NoAction | Referential::Restrict);
                let known = || {
                    let own = self.version.tables.get(child);
                    own.is_some_and(|own| own.foreign_keys().any(|(_, k)| k.columns == key.columns))
                };
                if !stops || known() {
                    continue;
                }
                if is_unknown(self.version, self.stage, child, key) {
                    refusals.push(refusal(name, "referenced", Reason::Referenced));
                } else if !is_twin(self.version, child, key) {
                    refusals.push(refusal(name, "referenced", Reason::ForeignKey));
                }
            }
        }
        refusals
    }

    /// Writing any value of the version's column.
    fn write(&self, stage: &Table, column: &Column) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let name = &column.name;
        let Some(found) = stage.column(name) else {
            return vec![refusal(name, "any", Reason::NoColumn)];
        };
        match retyped(&column.type_name, &found.type_name) {
            Retyped::Other => refusals.push(refusal(name, "any", Reason::OtherType)),
            Retyped::Shorter => refusals.push(refusal(name, "a longer value", Reason::Shorter)),
            Retyped::Same => {}
        }
        let always = |c: &Column| c.identity.as_ref().is_some_and(|i| i.always);
        if (found.generated.is_some() && column.generated.is_none()) || (always(found) && !always(column)) {
            refusals.push(refusal(name, "any", Reason::Generated));
        }
        if found.not_null && !column.not_null && !self.writes_to(name).any(|(sync, _)| sync.up.is_some()) {
            refusals.push(refusal(name, "NULL", Reason::RefusesNull));
        }
        if let Some(enum_name) = self.version.enum_of_type(&column.type_name)
            && let Some(present) = self.stage.enums.get(enum_name)
        {
            let missing = self.version.enums[enum_name]
                .labels
                .iter()
                .filter(|l| !present.labels.contains(l));
            refusals.extend(missing.map(|label| refusal(name, label, Reason::NoLabel)));
        }
        refusals
    }

    /// Keys, checks and foreign keys of the stage that the version does not know; of one column, or of all.
    fn rules(&self, stage: &Table, only: Option<&Ident>) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let ours = |columns: &[&Ident]| {
            columns.iter().any(|c| self.table.column(c).is_some()) && only.is_none_or(|one| columns.contains(&one))
        };
        let known_keys = unique_keys(self.table);
        for key in unique_keys(stage) {
            if ours(&key.columns) && !known_keys.iter().any(|known| known.covers(&key)) {
                refusals.push(refusal(key.name, "a duplicate", Reason::UniqueKey));
            }
            let given = |c: &Ident| self.table.column(c).is_some() || self.writes_to(c).next().is_some();
            if only.is_none() && key.is_same_for_all(stage, given) {
                refusals.push(refusal(key.name, "a second row", Reason::UniqueKey));
            }
        }
        for (name, constraint) in &stage.constraints {
            if constraint.not_enforced {
                continue;
            }
            match &constraint.kind {
                ConstraintKind::Check(check) => {
                    let known = self.table.constraints.values().any(
                        |c| matches!(&c.kind, ConstraintKind::Check(known) if known.expression == check.expression),
                    );
                    let not_null = check.columns.iter().any(|c| {
                        self.table.column(c).is_some_and(|column| column.not_null)
                            && is_not_null_check(&check.expression.0, c)
                    });
                    if !known && !not_null && ours(&check.columns.iter().collect::<Vec<_>>()) {
                        refusals.push(refusal(name, "what it forbids", Reason::Check));
                    }
                }
                ConstraintKind::ForeignKey(key) => {
                    let known = self.table.constraints.values().any(|c| {
                        matches!(&c.kind, ConstraintKind::ForeignKey(known)
                            if known.columns == key.columns && known.references == key.references)
                    });
                    if !known && ours(&key.columns.iter().collect::<Vec<_>>()) {
                        refusals.push(refusal(name, "a missing row", Reason::ForeignKey));
                    }
                }
                ConstraintKind::Exclusion(exclusion) => {
                    if self
                        .table
                        .constraints
                        .get(name)
                        .is_none_or(|c| c.kind != constraint.kind)
                        && ours(&exclusion.columns.iter().collect::<Vec<_>>())
                    {
                        refusals.push(refusal(name, "a conflicting row", Reason::UniqueKey));
                    }
                }
                ConstraintKind::NotNull(not_null) => {
                    let known = self.table.constraints.values().any(|c| c.kind == constraint.kind)
                        || self.table.column(&not_null.column).is_none_or(|c| c.not_null);
                    if !known && ours(&[&not_null.column]) {
                        refusals.push(refusal(&not_null.column, "NULL", Reason::RefusesNull));
                    }
                }
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {}
            }
        }
        refusals
    }
}

/// Whether the key stands on columns that the version does not have: a twin of one that it has.
fn is_twin(version: &Schema, child: &QName, key: &ForeignKey) -> bool {
    let own = version.tables.get(child);
    own.is_some_and(|own| key.columns.iter().all(|c| own.column(c).is_none()))
}
