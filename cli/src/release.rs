use schema_core::migrations::{Layout, MigrationsError, Version};
use schema_core::plan::Phase;
use schema_core::planner::{Options, replan};
use schema_core::source::{Loader, release_target};

use crate::args::{Release, ReportFormat};
use crate::error::CliError;
use crate::output::{product, say};
use crate::project::Project;
use crate::{Outcome, list, proving, report};

/// `schemagen release`.
pub async fn run(args: Release) -> Result<Outcome, CliError> {
    let project = Project::open(args.migrations.as_deref())?;
    let loader = project.loader(&args.scratch, &[]);
    let outcome = release(&args, &project, &loader).await;
    loader.stop().await;
    outcome
}

async fn release(args: &Release, project: &Project, loader: &Loader) -> Result<Outcome, CliError> {
    let directory = &project.directory;
    let folder = directory.plan(&args.plan)?;
    let record = &folder.record;
    let Some(phase) = record.waiting.first().map(|waiting| waiting.phase) else {
        return Err(MigrationsError::NothingWaits(folder.name.clone()).into());
    };
    loader.prefer_major(record.target_version);
    let head = loader.load_directory(directory).await?;
    for note in &head.notes {
        say(format_args!("note: {note}"));
    }
    let (from, to) = release_target(&head.schema, record)?;
    let mut decisions = record.decisions.clone();
    decisions.accept.extend(list::all(&args.accept));
    decisions.allow_data_loss.extend(list::all(&args.allow_data_loss));
    let options = Options {
        target_version: record.target_version,
        name: Some(record.name.clone()),
        lock_timeout_ms: project.config.limits.lock_timeout_ms,
        lock_timeout_many_ms: project.config.limits.lock_timeout_many_ms,
        ..Options::default()
    };
    let plan = replan(&from, &to, phase, &decisions, &options)?;
    let verdict = if args.no_proof {
        proving::Verdict::none()
    } else {
        proving::prove(&plan, loader).await?
    };
    let mut leads_to = to.clone();
    leads_to.fills.clear();
    let stamp = args.stamp.unwrap_or_else(Version::now);
    let layout = Layout::release(
        directory,
        record,
        &plan,
        stamp,
        Some(leads_to),
        verdict.record.clone(),
        verdict.text.clone(),
    )?;
    if !args.dry_run {
        layout.changes.commit()?;
    }
    match args.format {
        ReportFormat::Json => product(&report::json(&plan, &layout, &verdict)?)?,
        ReportFormat::Text if args.dry_run => product(&report::files(&layout))?,
        ReportFormat::Text => product(&report::written(&layout))?,
    }
    report::hazards(&plan.hazards);
    say(format_args!(
        "{} the {} of {} ({}); run it when no old code runs any more",
        if args.dry_run { "would release" } else { "released" },
        if phase == Phase::Cutover { "cutover" } else { "contract" },
        folder.name,
        report::count(plan.files.len(), "file")
    ));
    for note in &verdict.notes {
        say(format_args!("proof: {note}"));
    }
    say(format_args!("proof: {}", verdict.text));
    Ok(Outcome::Done)
}
