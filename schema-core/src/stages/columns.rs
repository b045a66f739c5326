//! Columns of the bridge.

use super::shadow::hangs_on_type;
use super::table::Bridge;
use super::{Refusal, retype};
use crate::compare::{same_default, same_generated};
use crate::expression::columns_named;
use crate::plan::{ColumnRef, HazardKind};
use crate::schema::{Column, Constraint, ConstraintKind, Expr, Fill, Ident, Index, Literal, Sequence, Table};
use crate::volatility::is_volatile;

impl Bridge<'_> {
    pub(super) fn columns(&mut self) {
        for column in &self.current.columns {
            let bridged = match self.wanted.column(&column.name) {
                Some(wanted) => self.column_of_both(column, wanted),
                None => self.column_of_old(column),
            };
            self.table.columns.push(bridged);
        }
        for wanted in &self.wanted.columns {
            if self.current.column(&wanted.name).is_none() {
                let source = self
                    .renames
                    .iter()
                    .find(|(_, to)| **to == wanted.name)
                    .map(|(from, _)| from.clone());
                let bridged = match source.and_then(|from| self.current.column(&from)) {
                    Some(from) => self.column_renamed(from, wanted),
                    None => self.column_of_new(wanted),
                };
                self.table.columns.push(bridged);
            }
        }
    }

    /// Whether each label of an enum that is built anew stands in the new one, by itself or by what it becomes.
    fn every_label_has_a_place(&self, from: &Column, wanted: &Column) -> bool {
        let (Some(was), Some(is)) = (
            self.old.enum_of_type(&from.type_name),
            self.new.enum_of_type(&wanted.type_name),
        ) else {
            return false;
        };
        let labels = &self.new.enums[is].labels;
        let becomes = |list: &[(crate::schema::QName, String, String)], label: &String| {
            list.iter()
                .any(|(name, l, to)| name == was && l == label && labels.contains(to))
        };
        self.old.enums[was].labels.iter().all(|label| {
            labels.contains(label)
                || becomes(&self.decisions.removed_labels, label)
                || becomes(&self.decisions.renamed_labels, label)
        })
    }

    fn in_current_key(&self, column: &Ident) -> bool {
        self.current
            .primary_key()
            .is_some_and(|(_, key)| key.columns.contains(column))
    }

    fn decided(&self, list: &[(ColumnRef, Expr)], column: &Ident) -> Option<Expr> {
        list.iter()
            .find(|(c, _)| c.table == *self.name && c.column == *column)
            .map(|(_, e)| e.clone())
    }

    fn column_of_both(&mut self, current: &Column, wanted: &Column) -> Column {
        let mut column = Column {
            comment: wanted.comment.clone(),
            statistics: wanted.statistics,
            options: wanted.options.clone(),
            storage: wanted.storage.clone(),
            compression: wanted.compression.clone(),
            ..current.clone()
        };
        let object = self.object(&current.name);
        if (&current.type_name, &current.collation) != (&wanted.type_name, &wanted.collation)
            && retype::is_instant(current, wanted)
            && !hangs_on_type(self.current, &current.name)
        {
            column.type_name.clone_from(&wanted.type_name);
            column.collation.clone_from(&wanted.collation);
        }
        // A partition's column changes with its parent's, which says it once.
        let own = self.current.partition_of.is_none() && self.current.inherits.is_empty();
        if column.type_name != wanted.type_name && own {
            self.hazard(
                HazardKind::Cutover,
                &object,
                format!(
                    "{object} becomes {} at its place in contract: until then new code meets {}, from then on old code meets \
                     the new type",
                    wanted.type_name, current.type_name
                ),
            );
        }
        if current.not_null && !wanted.not_null && !self.in_current_key(&current.name) {
            column.not_null = false;
            self.hazard(
                HazardKind::OldReadsNull,
                &object,
                format!("new code may write NULL to {object}, which old code takes for NOT NULL"),
            );
        } else if current.not_null && !wanted.not_null {
            self.hazard(
                HazardKind::NewWriteRefused,
                &object,
                format!("new code cannot write NULL to {object} until contract takes the old primary key away"),
            );
        }
        if !current.not_null && wanted.not_null {
            self.fill_for_not_null(&current.name);
        }
        if !same_default(current, self.current, wanted, self.wanted) {
            // New code leaves the column out where old code may not, or reads no NULL from it.
            let new_needs_it = !current.may_be_omitted() || (!current.not_null && wanted.not_null);
            let must_have_one = new_needs_it && current.default.is_none() && wanted.default.is_some();
            if must_have_one {
                column.default.clone_from(&wanted.default);
            } else if wanted.default.is_some() && wanted.generated.is_none() {
                self.hazard(
                    HazardKind::OldDefault,
                    &object,
                    format!("new code sees the old default of {object} until contract"),
                );
            }
        }
        if current.default.is_none() && current.identity.is_none() && wanted.identity.is_some() {
            // Old code writes the column itself, which ALWAYS would refuse.
            column.identity.clone_from(&wanted.identity);
            if let Some(identity) = &mut column.identity {
                identity.always = false;
            }
            if !current.not_null {
                // An identity must be NOT NULL: until then a default draws the numbers.
                column.identity = None;
                // A partition has it from above.
                if self.current.partition_of.is_none() {
                    column.default = self.generator_for(wanted);
                }
            }
        }
        if let Some(identity) = &mut column.identity
            && identity.always
            && wanted.identity.as_ref().is_none_or(|wanted| !wanted.always)
        {
            // New code may write the column itself.
            identity.always = false;
        }
        if !same_generated(current, self.current, wanted, self.wanted) && current.generated.is_some() {
            column.generated.clone_from(&wanted.generated);
            column.default.clone_from(&wanted.default);
        }
        column
    }

    /// A sequence of the identity's options, owned by the column, and the default that draws from it. Contract lets the
    /// identity take over its place. Rows without a number get one.
    fn generator_for(&mut self, wanted: &Column) -> Option<Expr> {
        let identity = wanted.identity.as_ref()?;
        let called = self.name.sibling(self.name.name.with_suffix("_seq"));
        let name = self.names.give(&called, |_| false);
        let default = Expr(format!("nextval({}::regclass)", Literal(&name.to_string())));
        let sequence = Sequence {
            options: identity.options.clone(),
            owned_by: Some((self.name.clone(), wanted.name.clone())),
            ..Sequence::default()
        };
        self.sequences.insert(name, sequence);
        if self.decided(&self.decisions.backfills, &wanted.name).is_none() {
            self.fill_twice(&wanted.name, default.clone());
        }
        Some(default)
    }

    fn column_of_old(&mut self, current: &Column) -> Column {
        let mut column = current.clone();
        if self.renames.contains_key(&current.name) {
            return column;
        }
        let object = self.object(&current.name);
        if current.may_be_omitted() {
            return column;
        }
        if let Some(value) = self.decided(&self.decisions.old_values, &current.name) {
            column.default = Some(value);
        } else if self.in_current_key(&current.name) {
            self.hazard(
                HazardKind::NewWriteRefused,
                &object,
                format!(
                    "new code does not write {object}, which the primary key demands until contract; give `old_value`"
                ),
            );
        } else {
            column.not_null = false;
            self.hazard(
                HazardKind::OldReadsNull,
                &object,
                format!("new code's rows have NULL in {object}, which old code takes for NOT NULL; give `old_value`"),
            );
        }
        column
    }

    fn column_of_new(&mut self, wanted: &Column) -> Column {
        let mut column = wanted.clone();
        if !wanted.may_be_omitted() {
            column.not_null = false;
            let object = self.object(&wanted.name);
            let filled = self.fill_for_not_null(&wanted.name);
            let value = self.decided(&self.decisions.backfills, &wanted.name);
            if let Some(default) = value.and_then(|v| as_default(&v, &wanted.type_name, self.wanted)) {
                // Old code does not write the column: until contract its rows get the value too.
                column.default = Some(default);
            } else if filled {
                self.hazard(
                    HazardKind::NewReadsNull,
                    &object,
                    format!("rows that old code writes have NULL in {object} until contract: new code must read it as an Option"),
                );
            } else {
                self.hazard(
                    HazardKind::NoBackfill,
                    &object,
                    format!("{object} is NOT NULL without default or `backfill`: rows that stand stop the contract"),
                );
            }
        } else if let Some(value) = self.decided(&self.decisions.backfills, &wanted.name) {
            self.add_fill(&wanted.name, Some(value), format!("{} IS NULL", wanted.name), 0);
        }
        column
    }

    /// The backfill that lets the column be NOT NULL, now and again in contract for what old code wrote since.
    fn fill_for_not_null(&mut self, column: &Ident) -> bool {
        match self.decided(&self.decisions.backfills, column) {
            Some(value) => self.fill_twice(column, value),
            None => return false,
        }
        true
    }

    fn fill_twice(&mut self, column: &Ident, value: Expr) {
        self.add_fill(column, Some(value), format!("{column} IS NULL"), 0);
        let id = self.object(column);
        if let Some(fill) = self.fills.get(&id) {
            self.final_fills.insert(
                id,
                Fill {
                    round: 1,
                    ..fill.clone()
                },
            );
        }
    }

    /// Whether something unique or exclusive stands on the column before and after.
    fn is_in_a_key(&self, from: &Ident, to: &Ident) -> bool {
        let on = |table: &Table, column: &Ident| {
            let key = |c: &Constraint| match &c.kind {
                ConstraintKind::Exclusion(exclusion) => exclusion.columns.contains(column),
                kind => kind.key().is_some_and(|k| k.columns.contains(column)),
            };
            let index = |i: &Index| i.unique && crate::compare::index_columns(i).contains(column);
            table.constraints.values().any(key) || table.indexes.values().any(index)
        };
        on(self.current, from) && on(self.wanted, to)
    }

    /// A loss that no statement reports: the conversion succeeds, and what it left out goes with the old column.
    pub(super) fn forgets(&mut self, object: &str, wanted: &Column, words: &str) {
        self.hazard(
            HazardKind::DataLoss,
            object,
            format!(
                "{object} as {} does not say {words}: contract drops the last place that does; keep the old column under \
                 another name, or give `using`",
                wanted.type_name
            ),
        );
    }

    pub(super) fn add_fill(&mut self, column: &Ident, value: Option<Expr>, missing: String, round: u8) {
        let fill = Fill {
            table: self.name.clone(),
            column: column.clone(),
            value,
            missing: Expr(missing),
            key: Vec::new(),
            round,
        };
        let id = self.object(column);
        self.final_fills.insert(id.clone(), fill.clone());
        self.fills.insert(id, fill);
    }

    fn column_renamed(&mut self, from: &Column, wanted: &Column) -> Column {
        let object = self.object(&from.name);
        if !from.not_null && from.identity.is_none() && wanted.identity.is_some() {
            let change = match from.name == wanted.name {
                true => "type",
                false => "name",
            };
            self.refusals.push(Refusal {
                object: object.clone(),
                why: format!(
                    "it may be NULL and becomes an identity, which must be NOT NULL, and changes its {change} with it: until then \
                     nothing would give new code's rows their numbers"
                ),
                way_out: format!("change the {change} in a plan of its own, then make it an identity"),
            });
        }
        if self.shadows.contains_key(&from.name) {
            self.add_fill(&wanted.name, None, self.missing(from, wanted), 0);
            let not_null = from.not_null && wanted.not_null;
            if !retype::takes_every_value(from, wanted) && !self.every_label_has_a_place(from, wanted) {
                self.hazard(
                    HazardKind::OldWriteRefused,
                    &object,
                    format!(
                        "old code's values of {object} that {} cannot hold are refused once the sync stands",
                        wanted.type_name
                    ),
                );
            } else if retype::forgets(from, wanted).is_some() && self.is_in_a_key(&from.name, &wanted.name) {
                self.hazard(
                    HazardKind::OldWriteRefused,
                    &object,
                    format!(
                        "a key of {object} finds values equal as {} that differ now: old code's are refused once the sync stands",
                        wanted.type_name
                    ),
                );
            }
            let given = (self.decisions.retypes.iter())
                .any(|r| r.column.table == *self.name && r.column.column == from.name && r.using.is_some());
            // A partition's column changes with its parent's, which says it once.
            let own = self.current.partition_of.is_none() && self.current.inherits.is_empty();
            if own
                && !given
                && let Some(words) = retype::forgets(from, wanted)
            {
                self.forgets(&object, wanted, words);
            }
            return Column {
                identity: None,
                default: None,
                not_null,
                ..wanted.clone()
            };
        }
        if from.generated.is_some() || wanted.generated.is_some() {
            self.refusals.push(Refusal {
                object,
                why: "a generated column cannot be kept in step under two names".to_owned(),
                way_out: "add the new generated column and drop the old one (without renamed_from)".to_owned(),
            });
            return wanted.clone();
        }
        let mut column = Column {
            identity: None,
            default: None,
            ..wanted.clone()
        };
        // The parent's sync and fill serve its partitions, and its hazards speak for them.
        let own = self.current.partition_of.is_none();
        match &from.default {
            // Two volatile defaults would make two values: the old column's is the one.
            Some(default) if is_volatile(default) => {}
            Some(default) if from.type_name == wanted.type_name => column.default = Some(default.clone()),
            Some(_) => column
                .default
                .clone_from(&wanted.default.clone().filter(|d| !is_volatile(d))),
            None if from.not_null && from.identity.is_none() => {
                column
                    .default
                    .clone_from(&wanted.default.clone().filter(|d| !is_volatile(d)));
            }
            None => {}
        }
        column.not_null = from.not_null && wanted.not_null;
        if from.not_null && !wanted.not_null {
            if let Some(c) = self.table.column_mut(&from.name) {
                c.not_null = false;
            }
            if own {
                self.hazard(
                    HazardKind::OldReadsNull,
                    &object,
                    format!("new code may write NULL, which old code reads from {object} and takes for NOT NULL"),
                );
            }
        }
        if own {
            self.add_fill(&wanted.name, None, self.missing(from, wanted), 0);
        }
        column
    }

    /// What the new column of a sync gets where the old one has NULL, which it refuses in the end.
    pub(super) fn value_for_null(&self, from: &Column, wanted: &Column) -> Option<Expr> {
        if from.not_null || !wanted.not_null {
            return None;
        }
        let backfills = &self.decisions.backfills;
        self.decided(backfills, &wanted.name).or_else(|| {
            let shadow = self.shadows.contains_key(&from.name);
            shadow.then(|| self.decided(backfills, &from.name)).flatten()
        })
    }

    /// Rows whose new column of a sync is still without its value.
    fn missing(&self, from: &Column, wanted: &Column) -> String {
        let column = &wanted.name;
        if self.value_for_null(from, wanted).is_some() {
            return format!("{column} IS NULL");
        }
        format!("{column} IS NULL AND {} IS NOT NULL", from.name)
    }
}

/// The value as a default, spelled as PostgreSQL would print a plain literal; none where it cannot be one, because it names
/// a column or holds a subquery.
fn as_default(value: &Expr, type_name: &str, table: &Table) -> Option<Expr> {
    if !columns_named(value, table).is_empty() || value.0.to_ascii_lowercase().contains("select") {
        return None;
    }
    let text = value.0.trim();
    let inside = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
    if inside.is_some_and(|t| !t.replace("''", "").contains('\'')) {
        let bare = type_name.split('(').next().unwrap_or(type_name);
        return Some(Expr(format!("{text}::{bare}")));
    }
    Some(Expr(text.to_owned()))
}
