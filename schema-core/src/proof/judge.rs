//! Compares what happened to a statement with what `compat` says and with what the plan announces.

use std::collections::BTreeSet;

use sqlx::Row;
use sqlx::postgres::PgRow;

use super::ProofError;
use super::decode::Check;
use super::traffic::{Run, Trouble};
use super::write::Refused;
use crate::compare::same_constraint;
use crate::compat::{Answer, Operation, Reason, Refusal, unique_keys};
use crate::plan::HazardKind;
use crate::schema::{Constraint, ConstraintKind, Ident, QName, Table};
use crate::stages::is_unknown;

impl Run<'_> {
    /// Compares what happened with what `compat` says and with what was announced.
    pub(super) fn judge(
        &mut self,
        name: &QName,
        table: &Table,
        operation: &Operation,
        outcome: Result<Vec<PgRow>, Refused>,
        checks: &[Check],
    ) -> Result<(), ProofError> {
        let rows = match outcome {
            Ok(rows) => rows,
            Err(refused) => {
                self.refused(name, table, operation, &refused);
                return Ok(());
            }
        };
        for row in &rows {
            for (at, check) in checks.iter().enumerate() {
                if row.try_get::<Option<bool>, _>(at)?.unwrap_or(true)
                    || self.is_announced(name, check.reasons(), check.old)
                {
                    continue;
                }
                if self.is_becoming_not_null(name, check) {
                    self.report.notes.insert(format!(
                        "new code may read NULL in {name}.{} until contract: old code may write it, and nothing fills it",
                        check.column
                    ));
                } else {
                    self.report.troubles.push(Trouble {
                        table: name.clone(),
                        operation: operation.clone(),
                        object: format!("{name}.{}", check.column),
                        message: format!("after {}'s {operation}, {}", self.side.name(), check.words),
                    });
                }
            }
        }
        Ok(())
    }

    /// A column of both versions that only the new one takes for NOT NULL: contract refuses to go on while NULLs are left.
    pub(super) fn is_becoming_not_null(&self, name: &QName, check: &Check) -> bool {
        let old = self.boundary.old.tables.get(name).and_then(|t| t.column(&check.column));
        !check.old && check.reasons() == [Reason::ReadsNull] && old.is_some_and(|c| !c.not_null)
    }

    pub(super) fn refused(&mut self, name: &QName, table: &Table, operation: &Operation, refused: &Refused) {
        // The proof's own rows used up a short generator: its numbers do not come back with a rollback.
        if refused.code == "2200H" {
            self.report.notes.insert(format!("{name}: {}", refused.message));
            return;
        }
        // A value of ours that the version's own rules refuse says nothing about the plan.
        let own = refused.constraint.as_ref().is_some_and(|c| {
            let c = Ident::new(c.as_str());
            table.constraints.contains_key(&c)
                || table.indexes.contains_key(&c)
                || self.is_pointed_at(name, &c)
                || self.is_referenced_by_strangers(name, &c)
                || refused.code == "23503" && self.is_pointed_at_in_a_partition(name, &c)
        });
        if own && matches!(operation, Operation::Update(_)) || self.is_own_under_another_name(name, table, refused) {
            return;
        }
        let answer = self.verdicts.get(&(name.clone(), operation.clone()));
        let reasons: Vec<Reason> = match answer {
            Some(Answer::Refuses(refusals)) => refusals.iter().map(|r| r.reason).collect(),
            _ => Vec::new(),
        };
        if self.is_announced(name, &reasons, self.side.old) {
            return;
        }
        let expected = if reasons.is_empty() {
            ""
        } else {
            " (compat expects it, and no hazard of the plan says so)"
        };
        self.report.troubles.push(Trouble {
            table: name.clone(),
            operation: operation.clone(),
            object: name.to_string(),
            message: format!(
                "{}'s {operation} fails: {}{expected}",
                self.side.name(),
                refused.message
            ),
        });
    }

    /// Whether it is a foreign key of the version that points at the table, perhaps under a name for the time being: a row that
    /// another one points at keeps its key.
    pub(super) fn is_pointed_at(&self, name: &QName, constraint: &Ident) -> bool {
        let foreign_key = |c: &Constraint| match &c.kind {
            ConstraintKind::ForeignKey(key) if key.references == *name => {
                Some((key.columns.clone(), key.referenced_columns.clone()))
            }
            _ => None,
        };
        let stage = &self.boundary.stage.tables;
        stage.iter().any(|(child, t)| {
            let Some((from, to)) = t.constraints.get(constraint).and_then(foreign_key) else {
                return false;
            };
            let own = self.side.schema.tables.get(child);
            let mut keys = own
                .into_iter()
                .flat_map(|own| own.constraints.values().filter_map(foreign_key));
            // In between the other version's columns stand on one end of it.
            keys.any(|(own_from, own_to)| own_from == from || own_to == to)
        })
    }

    /// The same where the row stands in a partition: PostgreSQL makes a constraint for each, whose name it chooses and which
    /// no schema lists.
    fn is_pointed_at_in_a_partition(&self, name: &QName, constraint: &Ident) -> bool {
        let stage = self.boundary.stage;
        let partitioned = stage.tables.get(name).is_some_and(|t| t.partition_by.is_some());
        let listed = || stage.tables.values().any(|t| t.constraints.contains_key(constraint));
        let mut keys = self.side.schema.tables.values().flat_map(|t| t.foreign_keys());
        partitioned && !listed() && keys.any(|(_, key)| key.references == *name)
    }

    /// Whether it is a foreign key that only the other version knows: a row that its rows point at keeps its key.
    fn is_referenced_by_strangers(&self, name: &QName, constraint: &Ident) -> bool {
        let stage = self.boundary.stage;
        stage.tables.iter().any(|(child, t)| {
            let mut keys = t
                .foreign_keys()
                .filter(|(c, key)| *c == constraint && key.references == *name);
            keys.any(|(_, key)| is_unknown(self.side.schema, stage, child, key))
        })
    }

    /// Whether what refused is a check or key of the version's own, which the stage has under a name for the time being.
    pub(super) fn is_own_under_another_name(&self, name: &QName, table: &Table, refused: &Refused) -> bool {
        let (Some(stage), Some(constraint)) = (self.boundary.stage.tables.get(name), &refused.constraint) else {
            return false;
        };
        let constraint = Ident::new(constraint.as_str());
        if table.constraints.contains_key(&constraint) || table.indexes.contains_key(&constraint) {
            return false;
        }
        let same = |c: &crate::schema::Constraint| {
            let own = |o: &crate::schema::Constraint| {
                let open = crate::schema::Constraint {
                    not_valid: o.not_valid,
                    ..c.clone()
                };
                same_constraint(&open, stage, o, table)
            };
            table.constraints.values().any(own)
        };
        let known = unique_keys(table);
        let covered = || {
            let keys = unique_keys(stage);
            keys.iter()
                .any(|key| *key.name == constraint && known.iter().any(|own| own.covers(key)))
        };
        stage.constraints.get(&constraint).is_some_and(same) || covered()
    }

    pub(super) fn wrong(
        &mut self,
        name: &QName,
        operation: &Operation,
        column: &Ident,
        reason: Reason,
        message: String,
    ) {
        if !self.is_announced(name, &[reason], self.side.old) {
            self.report.troubles.push(Trouble {
                table: name.clone(),
                operation: operation.clone(),
                object: if *column == name.name {
                    name.to_string()
                } else {
                    format!("{name}.{column}")
                },
                message: format!("{}: {message}", self.side.name()),
            });
        }
    }

    /// Whether a hazard of the plan names this table, or the type of one of its columns, and one of these reasons.
    pub(super) fn is_announced(&self, name: &QName, reasons: &[Reason], old: bool) -> bool {
        let types: BTreeSet<&QName> = [self.side.schema, self.boundary.stage]
            .into_iter()
            .filter_map(|schema| Some((schema, schema.tables.get(name)?)))
            .flat_map(|(schema, table)| table.columns.iter().filter_map(|c| schema.enum_of_type(&c.type_name)))
            .collect();
        let type_names: Vec<String> = types.iter().map(ToString::to_string).collect();
        // A hazard prints names as SQL does, with quotes where they need some.
        let names: BTreeSet<String> = types
            .iter()
            .map(|t| &t.name)
            .chain([&name.name])
            .flat_map(|n| [n.raw().to_owned(), n.to_string()])
            .collect();
        // A label that gets its new name at the cutover.
        let relabelled = old
            && reasons.contains(&Reason::UnknownLabel)
            && self.boundary.hazards.iter().any(|h| {
                let of_type = |n: &String| h.object.starts_with(&format!("{n}."));
                h.kind == HazardKind::Cutover && type_names.iter().any(of_type)
            });
        relabelled
            || reasons.iter().any(|reason| {
                self.boundary.hazards.iter().any(|h| {
                    reason.hazards(old).contains(&h.kind) && names.iter().any(|n| h.object.contains(n.as_str()))
                })
            })
    }

    /// Whether the same is so of a partitioned table above: what is said of that one goes for its partitions.
    fn is_said_above(&self, table: &QName, operation: &Operation, refusal: &Refusal) -> bool {
        let same = |above: &QName| {
            let answer = self.verdicts.get(&(above.clone(), operation.clone()));
            matches!(answer, Some(Answer::Refuses(refusals)) if refusals.contains(refusal))
        };
        self.boundary.stage.partitioned_above(table).into_iter().any(same)
    }

    /// What the pure verdicts refuse, no statement ran into and no hazard says.
    pub(super) fn note_unannounced(&mut self) {
        let mut notes = BTreeSet::new();
        for ((table, operation), answer) in &self.verdicts {
            let Answer::Refuses(refusals) = answer else { continue };
            if !self.boundary.touched.contains(table) || *operation == Operation::PreparedStar {
                continue;
            }
            for refusal in refusals {
                let hit = self
                    .report
                    .troubles
                    .iter()
                    .any(|t| t.table == *table && t.operation == *operation);
                if !hit
                    && !self.is_said_above(table, operation, refusal)
                    && !self.is_announced(table, &[refusal.reason], self.side.old)
                {
                    notes.insert(format!(
                        "{}: {operation} on {table} may fail for {} in {}: {}",
                        self.side.name(),
                        refusal.value,
                        refusal.object,
                        refusal.reason.words()
                    ));
                }
            }
        }
        self.report.notes.extend(notes);
    }
}
