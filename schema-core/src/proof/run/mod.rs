//! The course of a proof: the old schema is built and filled, then each group of files goes up, down and up again.

mod boundary;
mod ending;
mod file;
mod stand;
mod way;

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Connection, PgConnection};

use way::Way;

use super::build::{build, exec};
use super::bystanders::Bystanders;
use super::conditions::conditions;
use super::groups::groups;
use super::prepared::Prepared;
use super::record::{Proof, Unproven};
use super::scope::Scope;
use super::survival::{Snapshots, forgotten_by, lost_by};
use super::traffic::Trouble;
use super::values::Values;
use super::write::{Condition, begin};
use super::{ProofError, ProofOptions};
use crate::compat::Operation;
use crate::introspect::{Included, introspect};
use crate::plan::{ColumnRename, Plan};
use crate::retire::labels_in_use;
use crate::schema::{Ident, Patch, QName, Schema};
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
        lost: relabelled(&first.schema, &last.schema, &plan.decisions.renames)
            .into_iter()
            .chain(exchanged(&first.schema, &last.schema, plan))
            .collect(),
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
        self.catalog(connection, "", Way::Start, &self.old.clone()).await?;
        begin(connection).await?;
        self.old_values = Values::learn(connection, &self.old).await?;
        let renames = self.names.decisions(&self.plan.decisions).renames;
        self.old_values
            .convertible(&self.old, &self.names.back(&self.new), &renames);
        self.conditions = conditions(connection, self.plan, &self.old, &self.names).await?;
        let (mut counts, empty) = super::rows::fill(connection, &self.old, &self.old_values, &self.conditions).await?;
        self.old_values.drop_unfit(connection).await?;
        super::rows::count(connection, &mut counts).await?;
        sqlx::raw_sql("COMMIT").execute(&mut *connection).await?;
        self.proof.rows = counts.iter().map(|(name, n)| (name.to_string(), *n)).collect();
        self.proof.unproven.extend(empty);
        self.counts = counts;
        self.snapshot(connection).await?;
        self.triggers(connection).await?;
        if self.options.statements && !self.plan.decisions.direct {
            let report = self
                .statements(connection, true, false, &self.scope.touched.clone())
                .await?;
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
            let reach = if files.get(group.end).is_some_and(|next| next.phase == file.phase) {
                Scope::reach(self.plan, &files[group.clone()], &self.now)
            } else {
                self.scope.touched.clone()
            };
            self.rows(connection, &file.slug, &reach).await?;
            let broken = self.prepared.check(connection, &self.now, &reach, &file.slug).await?;
            self.proof.prepared_star.extend(broken);
            self.boundary(connection, group.end, &reach).await?;
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
            if self.script(connection, file, Way::Up, &file.up).await? == Go::Stop {
                return Ok(Go::Stop);
            }
            self.lose(&file.up.effect);
            if self.replay(file, Way::Up, &file.up.effect) == Go::Stop {
                return Ok(Go::Stop);
            }
            self.catalog(connection, &file.slug, Way::Up, &self.now.clone()).await?;
            self.fills(connection, file, Way::Up).await?;
        }
        let reached = self.now.clone();
        let mut standing = 0;
        for (at, file) in files.iter().enumerate().rev() {
            match self.script(connection, file, Way::Down, &file.down).await? {
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
            self.catalog(connection, &file.slug, Way::Down, &self.now.clone())
                .await?;
            let reach = Scope::reach(self.plan, files, &self.now);
            self.rows(connection, &file.slug, &reach).await?;
        }
        for file in &files[standing..] {
            if self.script(connection, file, Way::UpAgain, &file.up).await? == Go::Stop {
                return Ok(Go::Stop);
            }
            self.follow(&file.up.effect);
        }
        // A label that stays, or a type that stays wide, makes the way back end elsewhere; forward it ends in one place.
        self.now = reached;
        if let Some(file) = files.last() {
            self.catalog(connection, &file.slug, Way::UpAgain, &self.now.clone())
                .await?;
            self.fills(connection, file, Way::UpAgain).await?;
        }
        Ok(Go::On)
    }

    /// Remembers columns whose values are gone with these patches, by their old names.
    fn lose(&mut self, patches: &[Patch]) {
        let mut columns = lost_by(patches, &self.now);
        columns.retain(|(table, column)| !self.names.keeps(table, column));
        columns.extend(forgotten_by(patches, &self.now, &self.plan.decisions));
        self.lost.extend(self.names.columns_back(columns));
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

/// Columns that take a name which another one leaves: whose values are under it depends on the file.
fn exchanged(old: &Schema, new: &Schema, plan: &Plan) -> BTreeSet<(QName, Ident)> {
    let mut found = BTreeSet::new();
    let names = Renamed::find(old, new, &plan.decisions);
    for rename in &plan.decisions.renames {
        let was = names
            .tables
            .iter()
            .find(|n| n.to == rename.table)
            .map_or(&rename.table, |n| &n.from);
        let stands = |table: &QName, schema: &Schema, column: &Ident| {
            schema.tables.get(table).is_some_and(|t| t.column(column).is_some())
        };
        for column in [&rename.from, &rename.to] {
            if stands(was, old, column) && stands(&rename.table, new, column) {
                found.insert((was.clone(), column.clone()));
            }
        }
    }
    found
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
