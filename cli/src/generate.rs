use std::collections::BTreeSet;
use std::path::Path;

use schema_core::migrations::{CACHE, Cache, Changes, Directory, Layout, NewPlan, Owned, Parent, PlanRecord, Version};
use schema_core::plan::{Phase, Plan};
use schema_core::planner::plan;
use schema_core::review::{Change, changes};
use schema_core::schema::{QName, Schema, fingerprint};
use schema_core::source::{Loader, Origin};
use schema_core::stages::Renamed;

use crate::args::{Generate, ReportFormat};
use crate::error::CliError;
use crate::output::{product, say};
use crate::planning::{decisions, options, spent_renames};
use crate::project::{Project, Sides};
use crate::{Outcome, baseline, proving, report};

/// `schemagen generate`.
pub async fn run(args: Generate) -> Result<Outcome, CliError> {
    let project = Project::open(args.sources.migrations.as_deref())?;
    let loader = project.loader(&args.sources.scratch, &args.sources.features);
    let outcome = generate(&args, &project, &loader).await;
    loader.stop().await;
    outcome
}

async fn generate(args: &Generate, project: &Project, loader: &Loader) -> Result<Outcome, CliError> {
    let out = match &args.out {
        Some(path) => Directory::read(path)?,
        None => project.directory.clone(),
    };
    let forks = report_forks(&project.directory);
    let sides = project.sides(loader, &args.sources).await?;
    report::sides(&sides);
    if args.check {
        return Ok(check(&changes(&sides.from.schema, sides.target()), forks));
    }
    let model = sides.to.model().map(|model| &model.decisions);
    let mut decisions = decisions(model, &args.answers, &sides.from.schema, sides.target())?;
    for line in spent_renames(&mut decisions, &sides.from.schema) {
        say(format_args!("note: {line}"));
    }
    let options = options(project, &sides, &args.answers, args.name.as_deref());
    let mut plan = plan(&sides.from.schema, sides.target(), &decisions, &options)?;
    if let Some(model) = sides.to.model() {
        report::name_star_uses(&mut plan, model);
    }
    let verdict = if args.no_proof {
        proving::Verdict::none()
    } else {
        proving::prove(&plan, loader).await?
    };
    // The baseline changes nothing that the plan starts from, so it has a proof of its own.
    let baseline = baseline::prepend(&mut plan, &sides).await?;
    if plan.is_empty() {
        if !args.dry_run {
            refresh_cache(&project.directory, &sides)?;
        }
        say("nothing to do: no difference");
        return Ok(Outcome::Done);
    }
    let leads_to = if baseline {
        Some(baseline::fresh_database(&plan, &out, &sides, args.released, loader).await?)
    } else {
        leads_to(&plan, &out, &sides, args.released)
    };
    let layout = Layout::new(
        &out,
        NewPlan {
            record: record(&plan, &out, &sides, &verdict),
            plan: &plan,
            stamp: args.stamp.unwrap_or_else(Version::now),
            released: args.released,
            proof: verdict.record.clone(),
            leads_to,
        },
    )?;
    if !args.dry_run {
        layout.changes.commit()?;
    }
    match args.format {
        ReportFormat::Json => product(&report::json(&plan, &layout, &verdict)?)?,
        ReportFormat::Text if args.dry_run => product(&report::files(&layout))?,
        ReportFormat::Text => product(&report::written(&layout))?,
    }
    report::plan(&plan, &layout, &verdict, args.dry_run);
    Ok(Outcome::Done)
}

/// Answers without a plan: one that needs an answer first is still a change without a plan.
fn check(changes: &[Change], forks: bool) -> Outcome {
    if changes.is_empty() {
        if !forks {
            say("every change has its plan");
        }
    } else {
        say("these changes have no plan yet; run schemagen generate:");
        for change in changes {
            say(format_args!("  {} {}", change.change, change.slot.name()));
        }
    }
    if changes.is_empty() && !forks {
        Outcome::Done
    } else {
        Outcome::Found
    }
}

/// Tells of plans that have one parent.
fn report_forks(directory: &Directory) -> bool {
    let forks = directory.forks();
    for plans in &forks {
        say(format_args!(
            "warning: the plans {} were made from the same state (a fork): delete all but one of them with their files, \
             and generate their changes again",
            plans.join(" and ")
        ));
    }
    !forks.is_empty()
}

fn record(plan: &Plan, out: &Directory, sides: &Sides, verdict: &proving::Verdict) -> PlanRecord {
    PlanRecord {
        why: format!("from {} to {}", sides.from.label, sides.to.label),
        parent: Parent {
            history: out.history_digest(),
            schema: fingerprint(&sides.from.schema),
        },
        proof: verdict.text.clone(),
        creates: creates(&sides.from.schema, sides.target(), plan),
        adopts: sides
            .scope
            .as_ref()
            .map(|scope| scope.adopts.clone())
            .unwrap_or_default(),
        ..PlanRecord::of(plan)
    }
}

/// What only the target has, and not under another name before.
fn creates(old: &Schema, new: &Schema, plan: &Plan) -> Owned {
    fn added<'a, K: Ord + Clone + 'a>(new: impl Iterator<Item = &'a K>, old: impl Fn(&K) -> bool) -> BTreeSet<K> {
        new.filter(|name| !old(name)).cloned().collect()
    }
    let names = Renamed::find(old, new, &plan.decisions);
    let named_before =
        |name: &QName| names.tables.iter().any(|n| n.to == *name) || names.types.iter().any(|(_, to)| to == name);
    Owned {
        schemas: added(new.namespaces.keys(), |name| old.namespaces.contains_key(name)),
        enums: added(new.enums.keys(), |name| {
            old.enums.contains_key(name) || named_before(name)
        }),
        sequences: added(new.sequences.keys(), |name| old.sequences.contains_key(name)),
        tables: added(new.tables.keys(), |name| {
            old.tables.contains_key(name) || named_before(name)
        }),
    }
}

/// Writes the cache anew when the directory had to be replayed.
fn refresh_cache(directory: &Directory, sides: &Sides) -> Result<(), CliError> {
    if !sides.from.replayed {
        return Ok(());
    }
    let plans: Vec<PlanRecord> = directory.plans.iter().map(|plan| plan.record.clone()).collect();
    let cache = Cache::new(directory.history(), sides.from.schema.clone(), &plans);
    let mut changes = Changes::default();
    changes.replace(directory.path.join(CACHE), cache.text()?);
    Ok(changes.commit()?)
}

/// What the directory's files lead to afterwards, when the plan starts from what they led to before.
fn leads_to(plan: &Plan, out: &Directory, sides: &Sides, released: bool) -> Option<Schema> {
    let starts_here = match &sides.from.history_of {
        Some(path) => same_folder(&out.path, path),
        None => sides.from.origin == Origin::Empty && out.files.is_empty(),
    };
    if !starts_here {
        return None;
    }
    let mut schema = sides.from.schema.clone();
    let files = plan.files.iter().filter(|file| released || file.phase == Phase::Expand);
    for patch in files.flat_map(|file| &file.up.effect) {
        schema.put(&patch.slot, patch.after.clone());
    }
    // Fills are not in a catalog, so a replay would not find them either.
    schema.fills.clear();
    Some(schema)
}

fn same_folder(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
