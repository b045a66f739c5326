//! Where the files of a plan go.

use std::path::Path;

use super::directory::{CACHE, PLANS};
use super::{
    Cache, Changes, Directory, HistoryEntry, MigrationsError, PlanRecord, RecordedFile, Version, Waiting, sha384,
};
use crate::plan::{Phase, Plan, PlanFile};
use crate::schema::Schema;

/// What keeps an editor or a checkout from turning line ends, which would break the checksums.
const GIT_ATTRIBUTES: &str = "*.sql -text\n";

/// A plan that is to be written, with what its record needs and the plan does not know.
#[derive(Debug)]
pub struct NewPlan<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its record so far: name, why, parent, ownership, proof. Files, stamp and waiting are filled in here.
    pub record: PlanRecord,
    /// The stamp that is wished for.
    pub stamp: Version,
    /// Whether the waiting phases stand in line after the others.
    pub released: bool,
    /// The proof's record, when there is one.
    pub proof: Option<String>,
    /// What the directory's files lead to afterwards, when that is known.
    pub leads_to: Option<Schema>,
}

/// The files of a plan at their places.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The record with everything in it.
    pub record: PlanRecord,
    /// What is to be written.
    pub changes: Changes,
}

impl Layout {
    /// Gives every file its version and its place.
    ///
    /// # Errors
    /// When no version is left, or YAML cannot express the records.
    pub fn new(directory: &Directory, new: NewPlan<'_>) -> Result<Self, MigrationsError> {
        let mut record = new.record;
        record.stamp = directory.stamp(new.stamp)?;
        let mut changes = Changes::default();
        let mut history = directory.history();
        let plan_folder = directory.path.join(PLANS).join(record.folder());
        let mut numbers = Numbers::default();
        let mut released = 0;
        record.files.clear();
        let mut sql = Changes::default();
        for file in &new.plan.files {
            let mut recorded = RecordedFile::new(file, numbers.next(file.phase));
            let folder = if new.released || file.phase == Phase::Expand {
                let version = record.stamp.plus_seconds(released)?;
                released += 1;
                recorded.version = Some(version);
                history.push(HistoryEntry {
                    version,
                    sha384: sha384(&file.up.text),
                });
                &directory.path
            } else {
                &plan_folder
            };
            add_pair(&mut sql, folder, &recorded, file);
            record.files.push(recorded);
        }
        record.waiting = if new.released { Vec::new() } else { waiting(new.plan) };
        // The record comes first: when the rest is cut off, it names what is missing.
        changes.create(plan_folder.join(PlanRecord::FILE), record.text()?);
        if let (Some(proof), false) = (new.proof, new.released) {
            changes.create(plan_folder.join("proof.yaml"), proof);
        }
        changes.writes.append(&mut sql.writes);
        if let Some(schema) = new.leads_to {
            let plans = directory
                .plans
                .iter()
                .map(|plan| &plan.record)
                .chain([&record])
                .cloned()
                .collect::<Vec<_>>();
            let cache = Cache::new(history, schema, &plans);
            changes.replace(directory.path.join(CACHE), cache.text()?);
        }
        git_attributes(&directory.path, &mut changes);
        Ok(Self { record, changes })
    }

    /// Moves the next waiting phase of a plan into the directory, as the files that it was planned anew as.
    ///
    /// # Errors
    /// When nothing waits, no version is left, or YAML cannot express the records.
    pub fn release(
        directory: &Directory,
        record: &PlanRecord,
        replanned: &Plan,
        stamp: Version,
        leads_to: Option<Schema>,
        proof: Option<String>,
        verdict: String,
    ) -> Result<Self, MigrationsError> {
        let Some(phase) = record.waiting.first().map(|waiting| waiting.phase) else {
            return Err(MigrationsError::NothingWaits(record.folder()));
        };
        let plan_folder = directory.path.join(PLANS).join(record.folder());
        let stamp = directory.stamp(stamp)?;
        let mut record = record.clone();
        let mut changes = Changes::default();
        let mut history = directory.history();
        let (gone, mut kept): (Vec<_>, Vec<_>) = record
            .files
            .into_iter()
            .partition(|file| file.version.is_none() && file.phase == phase);
        for file in gone {
            changes.delete.push(plan_folder.join(file.up_name()));
            changes.delete.push(plan_folder.join(file.down_name()));
        }
        let place = kept
            .iter()
            .position(|file| file.version.is_none())
            .unwrap_or(kept.len());
        let mut moved = Vec::new();
        let mut sql = Changes::default();
        for (index, file) in replanned.files.iter().enumerate() {
            let number = i64::try_from(index).unwrap_or(i64::MAX);
            let version = stamp.plus_seconds(number)?;
            let mut recorded = RecordedFile::new(file, u32::try_from(index + 1).unwrap_or(u32::MAX));
            recorded.phase = phase;
            recorded.version = Some(version);
            history.push(HistoryEntry {
                version,
                sha384: sha384(&file.up.text),
            });
            add_pair(&mut sql, &directory.path, &recorded, file);
            moved.push(recorded);
        }
        kept.splice(place..place, moved);
        record.files = kept;
        record.waiting.remove(0);
        record.proof = verdict;
        changes.replace(plan_folder.join(PlanRecord::FILE), record.text()?);
        if let Some(proof) = proof {
            let name = match phase {
                Phase::Cutover => "proof-cutover.yaml",
                Phase::Expand | Phase::Contract => "proof-contract.yaml",
            };
            changes.replace(plan_folder.join(name), proof);
        }
        changes.writes.append(&mut sql.writes);
        if let Some(schema) = leads_to {
            let plans: Vec<PlanRecord> = directory
                .plans
                .iter()
                .map(|plan| {
                    if plan.record.stamp == record.stamp {
                        &record
                    } else {
                        &plan.record
                    }
                })
                .cloned()
                .collect();
            changes.replace(directory.path.join(CACHE), Cache::new(history, schema, &plans).text()?);
        }
        git_attributes(&directory.path, &mut changes);
        Ok(Self { record, changes })
    }
}

fn add_pair(files: &mut Changes, folder: &Path, recorded: &RecordedFile, file: &PlanFile) {
    files.create(folder.join(recorded.up_name()), file.up.text.clone());
    files.create(folder.join(recorded.down_name()), file.down.text.clone());
}

fn git_attributes(folder: &Path, changes: &mut Changes) {
    let path = folder.join(".gitattributes");
    if !path.exists() {
        changes.create(path, GIT_ATTRIBUTES.to_owned());
    }
}

fn waiting(plan: &Plan) -> Vec<Waiting> {
    [Phase::Cutover, Phase::Contract]
        .into_iter()
        .filter(|phase| plan.phase(*phase).next().is_some())
        .map(|phase| Waiting {
            phase,
            effect: plan.phase(phase).flat_map(|file| file.up.effect.clone()).collect(),
        })
        .collect()
}

/// Counts the files of each phase.
#[derive(Default)]
struct Numbers {
    expand: u32,
    cutover: u32,
    contract: u32,
}

impl Numbers {
    fn next(&mut self, phase: Phase) -> u32 {
        let number = match phase {
            Phase::Expand => &mut self.expand,
            Phase::Cutover => &mut self.cutover,
            Phase::Contract => &mut self.contract,
        };
        *number += 1;
        *number
    }
}
