//! One file is run, and replayed in memory.

use std::time::Duration;

use sqlx::PgConnection;

use super::way::Way;
use super::{Course, Go};
use crate::plan::{HazardKind, PlanFile, Script};
use crate::proof::ProofError;
use crate::proof::record::{ProofFailure, Unproven};
use crate::proof::scope::Scope;
use crate::run_file::{RunFileError, run_script};
use crate::schema::{Object, Patch};

impl Course<'_> {
    pub(super) async fn script(
        &mut self,
        connection: &mut PgConnection,
        file: &PlanFile,
        way: Way,
        script: &Script,
    ) -> Result<Go, ProofError> {
        if file.steps.iter().any(|s| s.kind == crate::change::OUTSIDE) {
            self.proof.unproven.push(Unproven {
                what: file.slug.clone(),
                why: "its object is outside the model and does not stand on the scratch database".to_owned(),
            });
            return Ok(Go::On);
        }
        if way.is_back() {
            self.proof.checks.downs += 1;
        } else {
            self.proof.checks.ups += 1;
        }
        let cut = self.bystanders.without_unbuilt(script);
        let Err(error) = patiently(connection, cut.as_ref().unwrap_or(script)).await else {
            return Ok(Go::On);
        };
        let code = code_of(&error);
        let loses_data = self.plan.hazards.iter().any(|h| h.kind == HazardKind::DataLoss);
        // A generator that went past the old limit cannot go back below it.
        let spent = way == Way::RollBack && code == "22023";
        // Rows of new code went back without what only the new columns held, and nothing fills them the second time.
        let unfilled = way == Way::ForwardAgain
            && (code.starts_with("23") || code == "P0001")
            && self
                .plan
                .hazards
                .iter()
                .any(|h| matches!(h.kind, HazardKind::NoBackfill | HazardKind::DataLoss));
        if unfilled {
            self.proof.unproven.push(Unproven {
                what: format!("{} after the whole way back", file.slug),
                why: format!("rows lost values on the way back, and nothing fills them: {error}"),
            });
            return Ok(Go::Lost);
        }
        // What `using_back` makes of values that new code wrote may be one and the same.
        let made_equal = way == Way::RollBack && code == "23505" && self.converts_back(file);
        if spent || made_equal || (way.is_back() && loses_data && code.starts_with("23")) {
            self.proof.unproven.push(Unproven {
                what: format!("the undo of {}", file.slug),
                why: if spent {
                    error.to_string()
                } else if made_equal {
                    format!("`using_back` gives rows of new code one value where a key wants two: {error}")
                } else {
                    format!("it needs values that the plan was allowed to lose: {error}")
                },
            });
            return Ok(Go::Lost);
        }
        // A syntax error or a feature that is not there yet, on a server older than the one that the plan is made for.
        if self.scratch.major() < self.plan.target_version && matches!(code, "42601" | "0A000" | "42704" | "42883") {
            self.proof.unproven.push(Unproven {
                what: format!("{} and all files after it", file.slug),
                why: format!(
                    "the plan is made for PostgreSQL {} and the scratch server is {}: {error}",
                    self.plan.target_version,
                    self.scratch.major()
                ),
            });
        } else {
            self.fail(&file.slug, way.name(), "", error.to_string());
        }
        Ok(Go::Stop)
    }

    /// Whether the file works on a table with a column that `using_back` fills on the way back.
    fn converts_back(&self, file: &PlanFile) -> bool {
        let reach = Scope::reach(self.plan, std::slice::from_ref(file), &self.now);
        let mut retypes = self.plan.decisions.retypes.iter().filter(|r| r.using_back.is_some());
        retypes.any(|r| reach.contains(&r.column.table))
    }

    pub(super) fn replay(&mut self, file: &PlanFile, way: Way, patches: &[Patch]) -> Go {
        self.follow(patches);
        for patch in patches {
            let leftover = matches!(&patch.before, Some(Object::Index(index)) if !index.valid);
            if leftover && self.now.get(&patch.slot).is_none() {
                continue;
            }
            if let Err(error) = self.now.apply(patch) {
                self.fail(&file.slug, way.name(), "", format!("the replay does not fit: {error}"));
                return Go::Stop;
            }
        }
        Go::On
    }

    /// Rows are looked for under the names that their tables have by now.
    pub(super) fn follow(&mut self, patches: &[Patch]) {
        for snapshot in &mut self.snapshots {
            snapshot.follow(patches);
        }
    }

    /// An undo may find more than it was made for (a constraint that a later file validated, which nothing takes back):
    /// what counts is where it ends.
    pub(super) fn replay_back(&mut self, patches: &[Patch]) {
        self.follow(patches);
        for patch in patches {
            self.now.put(&patch.slot, patch.after.clone());
        }
    }

    pub(super) fn fail(&mut self, file: &str, step: &str, object: &str, message: String) {
        self.proof.failures.push(ProofFailure {
            file: file.to_owned(),
            step: step.to_owned(),
            object: object.to_owned(),
            message,
        });
    }
}

/// Autovacuum may be at work on a table for a moment, as it may in production: a lock that does not come is asked for again.
async fn patiently(connection: &mut PgConnection, script: &Script) -> Result<(), RunFileError> {
    for _ in 0..LOCK_ATTEMPTS {
        match run_script(connection, script).await {
            Err(error) if code_of(&error) == "55P03" => tokio::time::sleep(Duration::from_secs(1)).await,
            outcome => return outcome,
        }
    }
    run_script(connection, script).await
}

const LOCK_ATTEMPTS: usize = 10;

fn code_of(error: &RunFileError) -> &str {
    match error {
        RunFileError::Statement { code, .. } => code,
        RunFileError::PsqlCommand { .. } => "",
    }
}
