use super::types::{Retyped, retyped};
use super::{Case, Reason, Refusal, refusal};
use crate::retire::labels_in_use;
use crate::schema::{Column, ConstraintKind, Ident, Literal, Schema, Table};

impl Case<'_> {
    /// `SELECT` of the version's columns: each must be there, of a type and with values that the version decodes.
    pub(super) fn select(&self, stage: &Table) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for column in &self.table.columns {
            let Some(found) = stage.column(&column.name) else {
                refusals.push(refusal(&column.name, "any", Reason::NoColumn));
                continue;
            };
            if retyped(&column.type_name, &found.type_name) == Retyped::Other {
                refusals.push(refusal(&column.name, "any", Reason::OtherType));
            }
            if column.not_null && self.can_be_null(stage, found) {
                refusals.push(refusal(&column.name, "NULL", Reason::ReadsNull));
            }
            for label in self.unknown_labels(column) {
                refusals.push(refusal(&column.name, &label, Reason::UnknownLabel));
            }
        }
        refusals
    }

    pub(super) fn prepared_star(&self, stage: &Table) -> Vec<Refusal> {
        let names = |table: &Table| {
            let mut names: Vec<(Ident, String)> = table
                .columns
                .iter()
                .map(|c| (c.name.clone(), c.type_name.clone()))
                .collect();
            names.sort();
            names
        };
        if names(self.table) == names(stage) {
            Vec::new()
        } else {
            vec![refusal(&self.name.name, "any", Reason::Columns)]
        }
    }

    /// Labels that the other version may write and this one cannot decode.
    fn unknown_labels(&self, column: &Column) -> Vec<String> {
        let labels = |schema: &Schema| {
            let theirs = schema.tables.get(self.name).and_then(|t| t.column(&column.name));
            labels_in_use(schema, self.name, theirs.unwrap_or(column)).unwrap_or_default()
        };
        let known = labels(self.version);
        let present = labels(self.stage);
        labels(self.other)
            .into_iter()
            .filter(|label| present.contains(label) && !known.contains(label) && !self.is_replaced(column, label))
            .collect()
    }

    /// Whether the stage turns the label into another one, in rows that stand and in rows to come.
    fn is_replaced(&self, column: &Column, label: &str) -> bool {
        let written = format!("WHEN {} THEN", Literal(label));
        let listed = format!(", {}::text,", Literal(label));
        let filled = |c: &Ident| {
            let mut fills = self.stage.fills.values();
            fills.any(|f| f.table == *self.name && f.column == *c)
        };
        self.stage
            .syncs
            .values()
            .filter(|s| s.table == *self.name && s.to == column.name && filled(&s.to))
            .filter_map(|s| s.up.as_ref())
            .any(|up| up.0.contains(&written) || up.0.contains(&listed))
    }

    /// Whether a row of the stage can hold NULL there, by what the other version writes or by what stood before.
    fn can_be_null(&self, stage: &Table, column: &Column) -> bool {
        if column.not_null || checked_not_null(stage, &column.name) {
            return false;
        }
        let written = self.other.tables.get(self.name).is_some_and(|other| {
            match other.column(&column.name) {
                // It writes NULL where its own column may hold NULL, unless a sync puts a value in its place.
                Some(theirs) => !theirs.not_null && !self.sync_supplies(&column.name, other),
                None => !self.is_supplied(column, other),
            }
        });
        written || self.lacks_fill(column)
    }

    /// Whether a row that an INSERT made without naming the column gets a value there.
    fn is_supplied(&self, column: &Column, writer: &Table) -> bool {
        column.default.as_ref().is_some_and(|d| !is_null(&d.0))
            || column.generated.is_some()
            || column.identity.is_some()
            || self.sync_supplies(&column.name, writer)
    }

    /// Whether a sync fills the column from one that the writer never leaves NULL.
    pub(super) fn sync_supplies(&self, column: &Ident, writer: &Table) -> bool {
        self.writes_to(column).any(|(sync, source)| {
            let expression = if sync.to == *column { &sync.up } else { &sync.down };
            let never_null = expression
                .as_ref()
                .is_some_and(|e| e.0.to_ascii_lowercase().contains("coalesce("));
            never_null || writer.column(source).is_some_and(|c| c.not_null)
        })
    }

    /// Whether rows that stood before the sync have no value: nothing filled its destination yet.
    fn lacks_fill(&self, column: &Column) -> bool {
        let follows = self.writes_to(&column.name).any(|(sync, _)| sync.to == column.name);
        let filled = self
            .stage
            .fills
            .values()
            .any(|f| f.table == *self.name && f.column == column.name);
        follows && !filled
    }
}

/// A validated `CHECK (column IS NOT NULL)`, the step before NOT NULL.
fn checked_not_null(table: &Table, column: &Ident) -> bool {
    table.constraints.values().any(|c| match &c.kind {
        ConstraintKind::Check(check) => !c.not_valid && is_not_null_check(&check.expression.0, column),
        _ => false,
    })
}

/// Whether the expression says no more than that the column is not NULL.
pub(super) fn is_not_null_check(expression: &str, column: &Ident) -> bool {
    let bare = expression.trim().trim_start_matches('(').trim_end_matches(')');
    bare.strip_suffix(" IS NOT NULL")
        .is_some_and(|name| name == column.to_string())
}

fn is_null(expression: &str) -> bool {
    let text = expression.trim().to_ascii_lowercase();
    text == "null" || text.starts_with("null::")
}
