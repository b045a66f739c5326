use schema_core::planner::plan;
use schema_core::review::{changes, difference};

use crate::args::{Diff, DiffFormat};
use crate::error::CliError;
use crate::output::{product, say};
use crate::planning::{decisions, options};
use crate::project::Project;
use crate::script::script;
use crate::{Outcome, report};

/// `schemagen diff`.
pub async fn run(args: Diff) -> Result<Outcome, CliError> {
    let project = Project::open(args.sources.migrations.as_deref())?;
    let loader = project.loader(&args.sources.scratch, &args.sources.features);
    let sides = project.sides(&loader, &args.sources).await?;
    report::sides(&sides);
    let changes = changes(&sides.from.schema, sides.target());
    match args.format {
        DiffFormat::Text => product(&difference(&sides.from.schema, sides.target()))?,
        DiffFormat::Json => product(&format!("{}\n", serde_json::to_string_pretty(&changes)?))?,
        DiffFormat::Sql => {
            let model = sides.to.model().map(|model| &model.decisions);
            let decisions = decisions(model, &args.answers, &sides.from.schema, sides.target())?;
            let options = options(&project, &sides, &args.answers, None);
            let plan = plan(&sides.from.schema, sides.target(), &decisions, &options)?;
            for hazard in &plan.hazards {
                say(format_args!(
                    "hazard {}:{}: {}",
                    hazard.kind.name(),
                    hazard.object,
                    hazard.message
                ));
            }
            product(&script(&plan))?;
        }
    }
    if changes.is_empty() {
        say(format_args!(
            "no difference between {} and {}",
            sides.from.label, sides.to.label
        ));
    }
    loader.stop().await;
    Ok(if args.exit_code && !changes.is_empty() {
        Outcome::Found
    } else {
        Outcome::Done
    })
}
