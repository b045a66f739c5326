use schema_core::migrations::{Directory, MigrationFile, Version};
use schema_core::plan::{Phase, Plan};
use schema_core::review::changes;
use schema_core::schema::Schema;
use schema_core::source::{Loader, Origin, baseline_file, baseline_schema};

use crate::error::CliError;
use crate::project::Sides;

/// Puts a baseline in front when the plan takes over tables that no migration makes. Returns whether it did.
pub async fn prepend(plan: &mut Plan, sides: &Sides) -> Result<bool, CliError> {
    let (Origin::Database(url), Some(scope)) = (&sides.from.origin, &sides.scope) else {
        return Ok(false);
    };
    if scope.adopts.is_empty() {
        return Ok(false);
    }
    let schema = baseline_schema(&scope.adopts, &sides.from.schema);
    let file = baseline_file(&schema, &url.0).await?;
    if plan.files.is_empty() {
        plan.name.clone_from(&file.slug);
    }
    plan.files.insert(0, file);
    Ok(true)
}

/// Runs the directory's files and the plan's on an empty database: that is what the baseline is for. Returns what they
/// lead to.
pub async fn fresh_database(
    plan: &Plan,
    out: &Directory,
    sides: &Sides,
    released: bool,
    loader: &Loader,
) -> Result<Schema, CliError> {
    let mut files = out.files.clone();
    let mut expected = sides.from.schema.clone();
    for file in plan.files.iter().filter(|file| released || file.phase == Phase::Expand) {
        files.push(MigrationFile {
            version: Version::default(),
            name: format!("{}.up.sql", file.slug),
            up: file.up.text.clone(),
            down: None,
        });
        for patch in &file.up.effect {
            expected.put(&patch.slot, patch.after.clone());
        }
    }
    let built = loader.replay_files(&out.path, &files).await?;
    // What nobody adopted is not built there.
    expected.tables.retain(|name, _| built.tables.contains_key(name));
    expected.enums.retain(|name, _| built.enums.contains_key(name));
    expected.sequences.retain(|name, _| built.sequences.contains_key(name));
    expected
        .namespaces
        .retain(|name, _| built.namespaces.contains_key(name));
    let differences = changes(&expected, &built);
    if differences.is_empty() {
        return Ok(built);
    }
    let lines: Vec<String> = differences
        .iter()
        .map(|change| format!("  {} {}", change.change, change.slot.name()))
        .collect();
    Err(CliError::Proof(format!(
        "an empty database built from the files differs:\n{}",
        lines.join("\n")
    )))
}
