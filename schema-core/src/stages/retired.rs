//! Labels of an enum that the model gives up while the type keeps them: until contract a trigger replaces what old code
//! writes, a backfill moves the rows that stand, and contract's check keeps the label out from then on.

use super::Refusal;
use super::syncs::mapped;
use super::table::Bridge;
use crate::expression::columns_named;
use crate::retire::is_kept_out;
use crate::schema::{Column, ConstraintKind, Expr, Literal, Sync, SyncDirection};
use crate::sql::sync_function_name;

impl Bridge<'_> {
    pub(super) fn retired_labels(&mut self) {
        let (current, wanted) = (self.current, self.wanted);
        // A partition's rows pass through the triggers of its parent.
        if current.partition_of.is_some() {
            return;
        }
        for column in &wanted.columns {
            let Some(was) = current.column(&column.name) else {
                continue;
            };
            if was.type_name != column.type_name || self.renames.contains_key(&column.name) {
                continue;
            }
            let labels = self.going(was, column);
            if !labels.is_empty() && !self.cannot_be_replaced(was, column, &labels) {
                self.replace(column, &labels);
            }
        }
    }

    /// Labels that the wanted column keeps out and the current one does not, each with what takes its place.
    fn going(&self, was: &Column, column: &Column) -> Vec<(String, String)> {
        let Some(name) = self.new.enum_of_type(&column.type_name) else {
            return Vec::new();
        };
        let labels = &self.new.enums[name].labels;
        let going = self.decisions.removed_labels.iter().filter(|(n, label, becomes)| {
            n == name
                && labels.contains(label)
                && labels.contains(becomes)
                && is_kept_out(self.new, self.name, column, name, label)
                && !is_kept_out(self.old, self.name, was, name, label)
        });
        going
            .map(|(_, label, becomes)| (label.clone(), becomes.clone()))
            .collect()
    }

    /// A trigger cannot move a row to another partition, and a default or a foreign key would bring the label back.
    fn cannot_be_replaced(&mut self, was: &Column, column: &Column, labels: &[(String, String)]) -> bool {
        let name = &column.name;
        let in_partition_key = self
            .current
            .partition_by
            .as_ref()
            .is_some_and(|key| columns_named(&Expr(key.clone()), self.current).contains(name));
        let names_label = |e: &Expr| {
            labels
                .iter()
                .any(|(label, _)| e.0.contains(&Literal(label).to_string()))
        };
        let in_foreign_key = self.current.constraints.values().any(|c| match &c.kind {
            ConstraintKind::ForeignKey(key) => key.columns.contains(name),
            _ => false,
        });
        let why = if in_partition_key {
            "is part of the partition key, and a trigger cannot move a row to another partition"
        } else if column.default.as_ref().is_some_and(names_label) {
            "has the label as its default"
        } else if in_foreign_key {
            "is part of a foreign key, which the new value may break"
        } else if was.generated.is_some() || column.generated.is_some() {
            "is generated, so its values cannot be replaced"
        } else {
            return false;
        };
        let gone: Vec<String> = labels.iter().map(|(label, _)| Literal(label).to_string()).collect();
        self.refusals.push(Refusal {
            object: self.object(name),
            why: format!("the label {} goes, and the column {why}", gone.join(", ")),
            way_out: "move its rows and what names the label in a migration of its own, or keep the label".to_owned(),
        });
        true
    }

    fn replace(&mut self, column: &Column, labels: &[(String, String)]) {
        let name = &column.name;
        let array = column.type_name.ends_with("[]");
        let sync = Sync {
            table: self.name.clone(),
            from: name.clone(),
            to: name.clone(),
            direction: SyncDirection::InPlace,
            up: Some(mapped(&format!("NEW.{name}"), array, labels)),
            down: None,
            to_default: None,
            default_from_to: false,
            by_image: false,
            key_locks: Vec::new(),
        };
        self.syncs.insert(sync_function_name(self.name, name, name), sync);
        let standing = labels.iter().map(|(label, _)| {
            let label = Literal(label);
            if array {
                format!("{label} = ANY ({name})")
            } else {
                format!("{name} = {label}")
            }
        });
        let mut missing: Vec<String> = standing.collect();
        let mut value = None;
        let id = self.object(name);
        let mut round = 0;
        if let Some(fill) = self.final_fills.get(&id).or_else(|| self.fills.get(&id)) {
            // One pass gives the rows without a value theirs as well.
            missing.push(fill.missing.0.clone());
            value = fill.value.as_ref().map(|v| Expr(format!("coalesce({name}, {v})")));
            round = fill.round;
        }
        let missing = missing.join(" OR ");
        self.add_fill(name, value, missing, 0);
        if round > 0
            && let Some(last) = self.final_fills.get_mut(&id)
        {
            last.round = round;
        }
    }
}
