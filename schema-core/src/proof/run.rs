use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Connection, PgConnection};

use super::build::{build, exec};
use super::bystanders::Bystanders;
use super::compare::{Difference, differences};
use super::conditions::{conditions, conditions_back};
use super::groups::groups;
use super::prepared::Prepared;
use super::record::{Proof, ProofFailure, Unproven};
use super::scope::Scope;
use super::survival::{Snapshots, lost_by};
use super::traffic::{Boundary, Report, Side, Trouble, leave_rows, missing, traffic};
use super::values::Values;
use super::write::Condition;
use super::{ProofError, ProofOptions};
use crate::compat::{Operation, Retyped, retyped};
use crate::expression::columns_named;
use crate::introspect::{Included, introspect};
use crate::plan::{ColumnRename, HazardKind, Phase, Plan, PlanFile, Script};
use crate::retire::labels_in_use;
use crate::run_file::{RunFileError, run_script};
use crate::schema::{Ident, Object, Patch, QName, Schema, Table};
use crate::scratch::{Scratch, ScratchDatabase};
use crate::stages::{Renamed, TableNames};

/// Puts a plan to the proof.
///
/// What is wrong with the plan is in the proof's `failures`.
///
/// # Errors
/// When there is no database, or the schema before the plan cannot be built in it.
pub async fn prove(plan: &Plan, scratch: &Scratch, options: &ProofOptions) -> Result<Proof, ProofError> {
    let database = scratch.database().await?;
    let outcome = prove_on(plan, scratch, &database, options).await;
    database.close().await?;
    outcome
}

async fn prove_on(
    plan: &Plan,
    scratch: &Scratch,
    database: &ScratchDatabase,
    options: &ProofOptions,
) -> Result<Proof, ProofError> {
    let proof = Proof {
        server: scratch.describe(),
        version: scratch.version_num(),
        embedded: scratch.is_embedded(),
        ..Proof::default()
    };
    let (Some(first), Some(last)) = (plan.stages.first(), plan.stages.last()) else {
        return Ok(proof);
    };
    let scope = Scope::of(plan);
    let mut connection = database.connect().await?;
    exec(
        &mut connection,
        "SET client_min_messages = warning; SET statement_timeout = '60s'; SET TimeZone = 'UTC'".to_owned(),
    )
    .await?;
    let (old, new) = (scope.restrict(&first.schema), scope.restrict(&last.schema));
    let names = names_between(&first.schema, &last.schema, plan);
    let mut course = Course {
        old_renamed: names.forward(&old),
        names,
        plan,
        scratch,
        options,
        old,
        new,
        now: scope.restrict(&first.schema),
        scope,
        proof,
        old_values: Values::default(),
        new_values: Values::default(),
        counts: BTreeMap::new(),
        conditions: BTreeMap::new(),
        snapshots: Vec::new(),
        lost: relabelled(&first.schema, &last.schema, &plan.decisions.renames),
        prepared: Prepared::default(),
        bystanders: Bystanders::default(),
        excused: BTreeSet::new(),
        pending: Vec::new(),
    };
    course.prepare(&mut connection).await?;
    match course.forward(&mut connection).await {
        Ok(()) => {}
        // A database that is not what the plan says makes our own statements fail later on: the first failure counts.
        Err(ProofError::Sql(sqlx::Error::Database(_))) if !course.proof.failures.is_empty() => {}
        Err(error) => return Err(error),
    }
    course.flush(&BTreeSet::new());
    course.proof.failures.dedup();
    course.proof.unproven.sort();
    course.proof.unproven.dedup();
    let proof = course.proof;
    connection.close().await?;
    Ok(proof)
}

/// A proof on its way.
struct Course<'a> {
    plan: &'a Plan,
    scratch: &'a Scratch,
    options: &'a ProofOptions,
    scope: Scope,
    /// What changes its name on the way.
    names: Renamed,
    old: Schema,
    /// The same under the names that new code has.
    old_renamed: Schema,
    new: Schema,
    /// The replayed schema.
    now: Schema,
    proof: Proof,
    old_values: Values,
    new_values: Values,
    counts: BTreeMap<QName, u64>,
    conditions: BTreeMap<QName, Vec<Condition>>,
    snapshots: Vec<Snapshots>,
    lost: BTreeSet<(QName, Ident)>,
    prepared: Prepared,
    bystanders: Bystanders,
    /// Statements of old code that fail before the first file: our values do not suit them.
    excused: BTreeSet<(QName, Operation)>,
    /// Troubles of new code, which count unless the same statement fails in the last stage as well.
    pending: Vec<(String, Trouble)>,
}

/// Whether to go on.
#[derive(PartialEq, Eq)]
enum Go {
    On,
    Stop,
    /// Not this way: an undo needs values that the plan was allowed to lose.
    Lost,
}

impl Course<'_> {
    /// Builds the old schema and fills it.
    async fn prepare(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        let unbuilt = build(connection, &self.old, &self.scope.touched).await?;
        let built = introspect(connection, &Included::default()).await?.schema;
        let left_out: Vec<_> = unbuilt.iter().map(|(other, _)| *other).collect();
        self.bystanders = Bystanders::meet(connection, &built, &left_out, self.plan).await?;
        self.proof.unproven.extend(unbuilt.into_iter().map(|(_, why)| why));
        self.proof.tables = self.old.tables.keys().cloned().collect();
        self.catalog(connection, "", "start", &self.old.clone()).await?;
        sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
        self.old_values = Values::learn(connection, &self.old).await?;
        let renames = self.names.decisions(&self.plan.decisions).renames;
        self.old_values
            .convertible(&self.old, &self.names.back(&self.new), &renames);
        self.conditions = conditions(connection, self.plan, &self.old, &self.names).await?;
        let (counts, empty) = super::rows::fill(connection, &self.old, &self.old_values, &self.conditions).await?;
        self.old_values.drop_unfit(connection).await?;
        sqlx::raw_sql("COMMIT").execute(&mut *connection).await?;
        self.proof.rows = counts.iter().map(|(name, n)| (name.to_string(), *n)).collect();
        self.proof.unproven.extend(empty);
        self.counts = counts;
        self.snapshot(connection).await?;
        self.triggers(connection).await?;
        if self.options.statements && !self.plan.decisions.direct {
            let report = self.statements(connection, true, false).await?;
            for trouble in report.troubles {
                self.proof.unproven.push(Unproven {
                    what: format!("{} on {} by old code", trouble.operation, trouble.table),
                    why: format!("it fails before the plan already: {}", trouble.message),
                });
                self.excused.insert((trouble.table, trouble.operation));
            }
        }
        let open = self
            .prepared
            .check(connection, &self.now, &self.scope.touched, "")
            .await?;
        self.proof.prepared_star.extend(open);
        Ok(())
    }

    /// A backfill fires the triggers of its table: what those write is no loss.
    async fn triggers(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        let on = self.old.others.iter().filter(|o| o.kind == "trigger");
        let tables: BTreeSet<QName> = on.filter_map(|o| o.on.clone()).collect();
        let Some(snapshot) = self.snapshots.first() else {
            return Ok(());
        };
        let written = snapshot.written_by_triggers(connection, &self.old, &tables).await?;
        for (table, column) in &written {
            self.proof.unproven.push(Unproven {
                what: format!("the values of {table}.{column}"),
                why: "triggers of the table write the column in every update, also in a backfill".to_owned(),
            });
        }
        self.lost.extend(written);
        Ok(())
    }

    async fn forward(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        let files = &self.plan.files;
        for group in groups(files) {
            if self.group(connection, group.clone()).await? == Go::Stop {
                return Ok(());
            }
            let file = &files[group.end - 1];
            self.rows(connection, &file.slug).await?;
            let broken = self
                .prepared
                .check(connection, &self.now, &self.scope.touched, &file.slug)
                .await?;
            self.proof.prepared_star.extend(broken);
            self.boundary(connection, group.end).await?;
        }
        self.end(connection).await?;
        if self.options.full_rollback && self.proof.failures.is_empty() {
            self.whole_way_back(connection).await?;
        }
        Ok(())
    }

    /// Up, down, up.
    async fn group(&mut self, connection: &mut PgConnection, group: std::ops::Range<usize>) -> Result<Go, ProofError> {
        let files = &self.plan.files[group];
        for file in files {
            if self.script(connection, file, "up", &file.up).await? == Go::Stop {
                return Ok(Go::Stop);
            }
            self.lose(lost_by(&file.up.effect, &self.now));
            if self.replay(file, "up", &file.up.effect) == Go::Stop {
                return Ok(Go::Stop);
            }
            self.catalog(connection, &file.slug, "up", &self.now.clone()).await?;
            self.fills(connection, file, "up").await?;
        }
        let reached = self.now.clone();
        let mut standing = 0;
        for (at, file) in files.iter().enumerate().rev() {
            match self.script(connection, file, "down", &file.down).await? {
                Go::On => self.replay_back(&file.down.effect),
                Go::Stop => return Ok(Go::Stop),
                Go::Lost => {
                    standing = at + 1;
                    break;
                }
            }
        }
        if let Some(file) = files.first()
            && standing == 0
        {
            self.catalog(connection, &file.slug, "down", &self.now.clone()).await?;
            self.rows(connection, &file.slug).await?;
        }
        for file in &files[standing..] {
            if self.script(connection, file, "up again", &file.up).await? == Go::Stop {
                return Ok(Go::Stop);
            }
        }
        // A label that stays, or a type that stays wide, makes the way back end elsewhere; forward it ends in one place.
        self.now = reached;
        if let Some(file) = files.last() {
            self.catalog(connection, &file.slug, "up again", &self.now.clone())
                .await?;
            self.fills(connection, file, "up again").await?;
        }
        Ok(Go::On)
    }

    /// Remembers columns whose values are gone, by their old names.
    fn lose(&mut self, mut columns: BTreeSet<(QName, Ident)>) {
        columns.retain(|(table, column)| !self.names.keeps(table, column));
        self.lost.extend(self.names.columns_back(columns));
    }

    async fn script(
        &mut self,
        connection: &mut PgConnection,
        file: &PlanFile,
        step: &str,
        script: &Script,
    ) -> Result<Go, ProofError> {
        if file.steps.iter().any(|s| s.kind == crate::change::OUTSIDE) {
            self.proof.unproven.push(Unproven {
                what: file.slug.clone(),
                why: "its object is outside the model and does not stand on the scratch database".to_owned(),
            });
            return Ok(Go::On);
        }
        if step == "down" || step == "roll back" {
            self.proof.checks.downs += 1;
        } else {
            self.proof.checks.ups += 1;
        }
        let cut = self.bystanders.without_unbuilt(script);
        let Err(error) = run_script(connection, cut.as_ref().unwrap_or(script)).await else {
            return Ok(Go::On);
        };
        let code = match &error {
            RunFileError::Statement { code, .. } => code.as_str(),
            RunFileError::PsqlCommand { .. } => "",
        };
        let loses_data = self.plan.hazards.iter().any(|h| h.kind == HazardKind::DataLoss);
        // A generator that went past the old limit cannot go back below it.
        let spent = step == "roll back" && code == "22023";
        // Rows of new code went back without what only the new columns held, and nothing fills them the second time.
        let unfilled = step == "forward again"
            && code.starts_with("23")
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
        if spent || (matches!(step, "down" | "roll back") && loses_data && code.starts_with("23")) {
            self.proof.unproven.push(Unproven {
                what: format!("the undo of {}", file.slug),
                why: if spent {
                    error.to_string()
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
            self.fail(&file.slug, step, "", error.to_string());
        }
        Ok(Go::Stop)
    }

    fn replay(&mut self, file: &PlanFile, step: &str, patches: &[Patch]) -> Go {
        for patch in patches {
            let leftover = matches!(&patch.before, Some(Object::Index(index)) if !index.valid);
            if leftover && self.now.get(&patch.slot).is_none() {
                continue;
            }
            if let Err(error) = self.now.apply(patch) {
                self.fail(&file.slug, step, "", format!("the replay does not fit: {error}"));
                return Go::Stop;
            }
        }
        Go::On
    }

    /// An undo may find more than it was made for (a constraint that a later file validated, which nothing takes back):
    /// what counts is where it ends.
    fn replay_back(&mut self, patches: &[Patch]) {
        for patch in patches {
            self.now.put(&patch.slot, patch.after.clone());
        }
    }

    fn fail(&mut self, file: &str, step: &str, object: &str, message: String) {
        self.proof.failures.push(ProofFailure {
            file: file.to_owned(),
            step: step.to_owned(),
            object: object.to_owned(),
            message,
        });
    }

    /// Reads the catalog and compares it.
    async fn catalog(
        &mut self,
        connection: &mut PgConnection,
        file: &str,
        step: &str,
        expected: &Schema,
    ) -> Result<(), ProofError> {
        self.proof.checks.catalogs += 1;
        let found = introspect(connection, &Included::default()).await?.schema;
        let mut differing = differences(expected, &found);
        let onward = matches!(step, "up" | "forward again");
        differing.extend(self.bystanders.unlike(expected, &found, onward));
        if !differing.is_empty()
            && differing.iter().all(|d| !d.one_sided)
            && let Some(spelled) = self.spelled(expected).await?
        {
            differing = differences(&spelled, &found);
            differing.extend(self.bystanders.unlike_spelled(&spelled, &found));
        }
        for (object, message) in self.bystanders.lost_access(connection).await? {
            self.fail(file, step, &object, message);
        }
        for Difference { object, message, .. } in differing {
            self.fail(file, step, &object, message);
        }
        Ok(())
    }

    /// The schema in the server's own spelling: built in a database of its own and read back. `None` where it cannot be
    /// built as it stands.
    async fn spelled(&self, schema: &Schema) -> Result<Option<Schema>, ProofError> {
        let database = self.scratch.database().await?;
        let mut connection = database.connect().await?;
        exec(&mut connection, "SET client_min_messages = warning".to_owned()).await?;
        let built = build(&mut connection, schema, &self.scope.touched).await;
        let spelled = match built {
            Ok(_) => Some(introspect(&mut connection, &Included::default()).await?.schema),
            Err(ProofError::Build { .. }) => None,
            Err(error) => return Err(error),
        };
        connection.close().await?;
        database.close().await?;
        Ok(spelled.map(|mut spelled| {
            // An index that is invalid in this stage cannot be built so, and neither can what was not validated.
            for (name, table) in &mut spelled.tables {
                for (index_name, index) in &mut table.indexes {
                    if let Some(wanted) = schema.tables.get(name).and_then(|t| t.indexes.get(index_name)) {
                        index.valid = wanted.valid;
                    }
                }
            }
            spelled
        }))
    }

    /// Fills of this file must have left nothing out.
    async fn fills(&mut self, connection: &mut PgConnection, file: &PlanFile, step: &str) -> Result<(), ProofError> {
        let filled = file.up.effect.iter().filter_map(|patch| match &patch.after {
            Some(Object::Fill(fill)) => Some(fill),
            _ => None,
        });
        for fill in filled {
            self.proof.checks.fills += 1;
            let left = missing(connection, &fill.table, &fill.missing.0).await?;
            if left > 0 {
                let message = format!("the fill leaves {left} rows without a value ({})", fill.missing);
                self.fail(&file.slug, step, &format!("{}.{}", fill.table, fill.column), message);
            }
        }
        Ok(())
    }

    async fn snapshot(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        let round = u32::try_from(self.snapshots.len()).unwrap_or(u32::MAX);
        let snapshot = Snapshots::take(connection, &self.now, &self.scope.touched, round).await?;
        self.snapshots.push(snapshot);
        Ok(())
    }

    async fn rows(&mut self, connection: &mut PgConnection, file: &str) -> Result<(), ProofError> {
        let changing = self.changing();
        for snapshot in &self.snapshots {
            self.proof.checks.row_comparisons += 1;
            for loss in snapshot
                .compare(connection, &self.now, &self.names, &changing, &self.lost)
                .await?
            {
                self.proof.failures.push(ProofFailure {
                    file: file.to_owned(),
                    step: "rows".to_owned(),
                    object: loss.object,
                    message: loss.message,
                });
            }
        }
        Ok(())
    }

    /// Columns whose NULLs, labels or spelling the plan changes.
    fn changing(&self) -> BTreeSet<(QName, Ident)> {
        let mut changing: BTreeSet<(QName, Ident)> = BTreeSet::new();
        for object in self
            .plan
            .files
            .iter()
            .flat_map(|f| &f.up.effect)
            .filter_map(|p| p.after.as_ref())
        {
            match object {
                Object::Fill(fill) => drop(changing.insert((fill.table.clone(), fill.column.clone()))),
                Object::Sync(sync) => {
                    changing.insert((sync.table.clone(), sync.from.clone()));
                    changing.insert((sync.table.clone(), sync.to.clone()));
                }
                _ => {}
            }
        }
        let new = self.names.back(&self.new);
        for (name, table) in &self.old.tables {
            for column in &table.columns {
                let later = new.tables.get(name).and_then(|t| t.column(&column.name));
                if later.is_some_and(|c| retyped(&column.type_name, &c.type_name) == Retyped::Other) {
                    changing.insert((name.clone(), column.name.clone()));
                }
            }
        }
        let mut changing = self.names.columns_back(changing);
        let computed: Vec<(QName, Ident)> = self
            .old
            .tables
            .iter()
            .flat_map(|(name, table)| computed_from(name, table, &changing))
            .collect();
        changing.extend(computed);
        changing
    }

    /// Statements of the versions that run when `done` files are applied.
    async fn boundary(&mut self, connection: &mut PgConnection, done: usize) -> Result<(), ProofError> {
        if !self.options.statements || self.plan.decisions.direct {
            return Ok(());
        }
        let files = &self.plan.files;
        let slug = files[done - 1].slug.clone();
        let old_runs = files[..done].iter().all(|f| f.phase != Phase::Contract);
        let new_runs = files[done..].iter().all(|f| f.phase != Phase::Expand);
        if old_runs {
            let report = self.statements(connection, true, new_runs).await?;
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
            let before_cutover = files[done..].iter().any(|f| f.phase == Phase::Cutover);
            self.learn_new(connection).await?;
            let report = self.statements(connection, false, old_runs).await?;
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
    fn announced(&self, kind: HazardKind, table: &QName) -> bool {
        let inside = format!("{table}.");
        // What a partition's new place means is said of the partition.
        let mut whole: BTreeSet<String> = BTreeSet::from([table.to_string()]);
        for schema in [&self.old, &self.new] {
            whole.extend(schema.partitions_below(table).iter().map(ToString::to_string));
        }
        self.plan
            .hazards
            .iter()
            .any(|h| h.kind == kind && (h.object.starts_with(&inside) || whole.contains(&h.object)))
    }

    async fn statements(&mut self, connection: &mut PgConnection, old: bool, both: bool) -> Result<Report, ProofError> {
        let (side, other) = self.sides(old);
        let boundary = self.boundary_data(old, both.then_some(other));
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

    fn sides(&self, old: bool) -> (Side<'_>, Side<'_>) {
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

    fn boundary_data<'s>(&'s self, old: bool, beside: Option<Side<'s>>) -> Boundary<'s> {
        Boundary {
            old: if old { &self.old } else { &self.old_renamed },
            stage: &self.now,
            touched: &self.scope.touched,
            values: if old { &self.old_values } else { &self.new_values },
            row_counts: &self.counts,
            hazards: &self.plan.hazards,
            beside,
        }
    }

    /// Rows that both versions write while they run side by side, for the later phases.
    async fn leave(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        let back = conditions_back(connection, self.plan, &self.names.forward(&self.old), &self.new).await?;
        for old in [true, false] {
            let (side, _) = self.sides(old);
            let conditions = if old { &self.conditions } else { &back };
            leave_rows(connection, side, &self.boundary_data(old, None), conditions).await?;
        }
        self.snapshot(connection).await
    }

    /// The end is the last stage, and new code runs on it.
    async fn end(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        // What differs outside the model is not planned.
        let new = Schema {
            others: self.now.others.clone(),
            ..self.new.clone()
        };
        self.catalog(connection, "", "end", &new).await?;
        let mut excused = BTreeSet::new();
        if self.options.statements {
            self.learn_new(connection).await?;
            let report = self.statements(connection, false, false).await?;
            for trouble in report.troubles {
                self.proof.unproven.push(Unproven {
                    what: format!("{} on {} by new code", trouble.operation, trouble.table),
                    why: format!("it fails in the last stage as well: {}", trouble.message),
                });
                excused.insert((trouble.table, trouble.operation));
            }
        }
        self.flush(&excused);
        Ok(())
    }

    /// Tells the troubles of new code.
    fn flush(&mut self, excused: &BTreeSet<(QName, Operation)>) {
        for (file, trouble) in std::mem::take(&mut self.pending) {
            if !excused.contains(&(trouble.table.clone(), trouble.operation.clone())) {
                self.fail(&file, "new code", &trouble.object, trouble.message);
            }
        }
    }

    /// Types of the new schema may not stand before all of expand is done.
    async fn learn_new(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
        self.new_values = Values::learn(connection, &self.new).await?;
        sqlx::raw_sql("COMMIT").execute(connection).await?;
        Ok(())
    }

    /// All the way back and forward again, as a rollback of the whole plan does it. Rows that new code wrote meanwhile may
    /// lose what only the new columns hold.
    async fn whole_way_back(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        exec(connection, "SET schemagen.allow_data_loss = 'all'".to_owned()).await?;
        let reached = self.now.clone();
        for file in self.plan.files.iter().rev() {
            if self.script(connection, file, "roll back", &file.down).await? != Go::On {
                return Ok(());
            }
            self.lose(lost_by(&file.down.effect, &self.now));
            self.replay_back(&file.down.effect);
        }
        let Some(first) = self.plan.files.first() else {
            return Ok(());
        };
        self.catalog(connection, &first.slug, "roll back", &self.now.clone())
            .await?;
        self.rows(connection, &first.slug).await?;
        for file in &self.plan.files {
            if self.script(connection, file, "forward again", &file.up).await? != Go::On {
                return Ok(());
            }
        }
        self.now = reached;
        self.catalog(connection, "", "forward again", &self.now.clone()).await?;
        self.rows(connection, "").await
    }
}

/// Columns of enums that lose a label: what stood there becomes another one, and stays it on the way back.
fn relabelled(old: &Schema, new: &Schema, renames: &[ColumnRename]) -> BTreeSet<(QName, Ident)> {
    let mut found = BTreeSet::new();
    for (name, table) in &old.tables {
        for column in &table.columns {
            let Some(was) = labels_in_use(old, name, column) else {
                continue;
            };
            let renamed = renames.iter().find(|r| r.table == *name && r.from == column.name);
            let is = new
                .tables
                .get(name)
                .and_then(|t| t.column(&column.name).or_else(|| t.column(&renamed?.to)));
            let labels = match is {
                Some(is) => labels_in_use(new, name, is),
                None => old
                    .enum_of_type(&column.type_name)
                    .and_then(|e| new.enums.get(e))
                    .map(|e| e.labels.clone()),
            };
            if labels.is_some_and(|labels| was.iter().any(|label| !labels.contains(label))) {
                found.insert((name.clone(), column.name.clone()));
            }
        }
    }
    found
}

/// Generated columns of a table whose expression names one of these columns.
fn computed_from(name: &QName, table: &Table, columns: &BTreeSet<(QName, Ident)>) -> Vec<(QName, Ident)> {
    let computed = table.columns.iter().filter(|c| {
        let named = c.generated.as_ref().map(|g| columns_named(&g.expression, table));
        named.is_some_and(|n| n.iter().any(|c| columns.contains(&(name.clone(), c.clone()))))
    });
    computed.map(|c| (name.clone(), c.name.clone())).collect()
}

/// What the plan was told to rename, and what a view or domain of the first stage stands for.
fn names_between(first: &Schema, last: &Schema, plan: &Plan) -> Renamed {
    let mut names = Renamed::find(first, last, &plan.decisions);
    for (to, alias) in &first.aliases {
        if last.tables.contains_key(to) && !names.tables.iter().any(|n| n.to == *to) {
            let columns = alias.renamed_columns();
            names.tables.push(TableNames {
                from: alias.table.clone(),
                to: to.clone(),
                columns: columns.map(|(own, shown)| (own.clone(), shown.clone())).collect(),
            });
        }
    }
    names
}
