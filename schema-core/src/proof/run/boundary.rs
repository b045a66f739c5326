//! At a boundary between two files the statements of the versions that run there.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::Course;
use crate::compat::Operation;
use crate::plan::{HazardKind, Phase, PlanFile};
use crate::proof::ProofError;
use crate::proof::conditions::conditions_back;
use crate::proof::traffic::{Boundary, Report, Side, leave_rows, traffic};
use crate::proof::values::Values;
use crate::schema::QName;

impl Course<'_> {
    /// Statements of the versions that run when `done` files are applied.
    ///
    /// At the ends of phases they run on all tables of the plan, in between on those that the last files can have changed.
    pub(super) async fn boundary(
        &mut self,
        connection: &mut PgConnection,
        done: usize,
        reach: &BTreeSet<QName>,
    ) -> Result<(), ProofError> {
        if !self.options.statements || self.plan.decisions.direct {
            return Ok(());
        }
        let files = &self.plan.files;
        let slug = files[done - 1].slug.clone();
        let old_runs = files[..done].iter().all(|f| f.phase != Phase::Contract);
        let new_runs = files[done..].iter().all(|f| f.phase != Phase::Expand);
        if old_runs {
            let report = self.statements(connection, true, new_runs, reach).await?;
            let after_cutover = files[..done].iter().any(|f| f.phase == Phase::Cutover);
            for trouble in report.troubles {
                let key = (trouble.table.clone(), trouble.operation.clone());
                let announced = self.announced(HazardKind::OldWriteRefused, &trouble.table)
                    || (after_cutover && self.announced(HazardKind::Cutover, &trouble.table));
                if !self.excused.contains(&key) && !announced {
                    self.fail(&slug, "old code", &trouble.object, trouble.message);
                }
            }
        }
        if new_runs {
            // Until the cutover old code is served, from then on new code.
            let cuts_over =
                |f: &PlanFile| f.phase == Phase::Cutover || f.steps.iter().any(|s| s.kind == crate::change::RETYPE);
            let before_cutover = files[done..].iter().any(cuts_over);
            self.learn_new(connection).await?;
            let report = self.statements(connection, false, old_runs, reach).await?;
            let troubles = report.troubles.into_iter();
            let unannounced: Vec<_> = troubles
                .filter(|t| !(before_cutover && self.announced(HazardKind::Cutover, &t.table)))
                .filter(|t| !self.announced(HazardKind::NewWriteRefused, &t.table))
                .map(|t| (slug.clone(), t))
                .collect();
            self.pending.extend(unannounced);
        }
        let is_bridge = new_runs && files[..done].iter().all(|f| f.phase == Phase::Expand) && done < files.len();
        if is_bridge {
            self.leave(connection).await?;
        }
        Ok(())
    }

    /// Whether the plan has the hazard for a column, key or index of the table.
    pub(super) fn announced(&self, kind: HazardKind, table: &QName) -> bool {
        // What a partition's new place means is said of the partition, what a column means is said of the table above.
        let mut whole: BTreeSet<String> = BTreeSet::from([table.to_string()]);
        let mut inside = vec![format!("{table}.")];
        for schema in [&self.old, &self.new] {
            whole.extend(schema.partitions_below(table).iter().map(ToString::to_string));
            let above = schema.partitioned_above(table);
            inside.extend(above.into_iter().map(|parent| format!("{parent}.")));
        }
        self.plan
            .hazards
            .iter()
            .any(|h| h.kind == kind && (inside.iter().any(|i| h.object.starts_with(i)) || whole.contains(&h.object)))
    }

    pub(super) async fn statements(
        &mut self,
        connection: &mut PgConnection,
        old: bool,
        both: bool,
        reach: &BTreeSet<QName>,
    ) -> Result<Report, ProofError> {
        let (side, other) = self.sides(old);
        let boundary = self.boundary_data(old, both.then_some(other), reach);
        let report = traffic(connection, side, other, &boundary).await?;
        if old {
            self.proof.checks.old_statements += report.statements;
        } else {
            self.proof.checks.new_statements += report.statements;
        }
        for note in &report.notes {
            if !self.proof.notes.contains(note) {
                self.proof.notes.push(note.clone());
            }
        }
        Ok(report)
    }

    pub(super) fn sides(&self, old: bool) -> (Side<'_>, Side<'_>) {
        let old_side = Side {
            old: true,
            schema: &self.old,
        };
        let new_side = Side {
            old: false,
            schema: &self.new,
        };
        if old {
            (old_side, new_side)
        } else {
            (new_side, old_side)
        }
    }

    pub(super) fn boundary_data<'s>(
        &'s self,
        old: bool,
        beside: Option<Side<'s>>,
        touched: &'s BTreeSet<QName>,
    ) -> Boundary<'s> {
        Boundary {
            old: if old { &self.old } else { &self.old_renamed },
            stage: &self.now,
            touched,
            values: if old { &self.old_values } else { &self.new_values },
            row_counts: &self.counts,
            hazards: &self.plan.hazards,
            beside,
        }
    }

    /// Rows that both versions write while they run side by side, for the later phases.
    pub(super) async fn leave(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        let back = conditions_back(connection, self.plan, &self.names.forward(&self.old), &self.new).await?;
        for old in [true, false] {
            let (side, _) = self.sides(old);
            let conditions = if old { &self.conditions } else { &back };
            leave_rows(
                connection,
                side,
                &self.boundary_data(old, None, &self.scope.touched),
                conditions,
            )
            .await?;
        }
        self.snapshot(connection).await
    }

    /// Tells the troubles of new code.
    pub(super) fn flush(&mut self, excused: &BTreeSet<(QName, Operation)>) {
        for (file, trouble) in std::mem::take(&mut self.pending) {
            if !excused.contains(&(trouble.table.clone(), trouble.operation.clone())) {
                self.fail(&file, "new code", &trouble.object, trouble.message);
            }
        }
    }

    /// Types of the new schema may not stand before all of expand is done.
    pub(super) async fn learn_new(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
        self.new_values = Values::learn(connection, &self.new).await?;
        sqlx::raw_sql("COMMIT").execute(connection).await?;
        Ok(())
    }
}
