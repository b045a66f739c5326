use schema_core::plan::Plan;
use schema_core::proof::{Proof, ProofOptions};
use schema_core::source::Loader;

use crate::error::CliError;

/// What the proof found.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// One line: `passed`, `passed, 2 unproven`, `none`.
    pub text: String,
    /// The record, for `proof.yaml`.
    pub record: Option<String>,
    /// What is told on the terminal.
    pub notes: Vec<String>,
}

impl Verdict {
    /// Nobody asked for a proof.
    pub fn none() -> Self {
        Self {
            text: "none".to_owned(),
            ..Self::default()
        }
    }
}

/// Runs the plan on the scratch database.
pub async fn prove(plan: &Plan, loader: &Loader) -> Result<Verdict, CliError> {
    let scratch = loader.scratch().await?;
    let proof = schema_core::proof::prove(plan, scratch, &ProofOptions::default()).await?;
    if !proof.holds() {
        let lines: Vec<String> = proof.failures.iter().map(|failure| format!("  {failure}")).collect();
        return Err(CliError::Proof(lines.join("\n")));
    }
    let text = match proof.unproven.len() {
        0 => "passed".to_owned(),
        n => format!("passed, {n} unproven"),
    };
    Ok(Verdict {
        text,
        record: Some(serde_yaml::to_string(&proof)?),
        notes: notes(&proof),
    })
}

fn notes(proof: &Proof) -> Vec<String> {
    let checks = &proof.checks;
    let mut notes = vec![format!(
        "on {}: {} files up, {} down, {} catalogs compared, {} statements of old code and {} of new code",
        proof.server, checks.ups, checks.downs, checks.catalogs, checks.old_statements, checks.new_statements
    )];
    notes.extend(proof.prepared_star.iter().map(|broken| {
        format!(
            "a prepared SELECT * on {} stops working after {}",
            broken.table, broken.file
        )
    }));
    notes.extend(proof.notes.iter().cloned());
    notes.extend(
        proof
            .unproven
            .iter()
            .map(|unproven| format!("not run: {}: {}", unproven.what, unproven.why)),
    );
    notes
}
