//! What stands outside the model and hangs on what a change touches: rebuilt round the change's step, or the plan is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::change::{Change, Rebuild, Step, copy_grants, grant_again, stood_on};
use crate::expression::{fires_on_update, mentions, watch_also, watch_no_more};
use crate::plan::{Class, Cost, Hazard, HazardKind};
use crate::schema::{ConstraintKind, Dependency, Ident, Object, Other, Patch, QName, Schema, Slot, SyncDirection};
use crate::stages::Refusal;

/// Where an arrow leads.
pub(super) struct Course<'a> {
    /// The stage at its start.
    pub(super) from: &'a Schema,
    /// The stage at its end.
    pub(super) to: &'a Schema,
    /// The last stage of the plan, with what stands outside the model there.
    pub(super) target: &'a Schema,
    /// Whether old code is still served, so that a view keeps the columns that it has.
    pub(super) serves_old: bool,
}

/// Takes what hangs on a change away before its step and makes it again after it.
///
/// # Errors
/// What cannot be made again, by name.
pub(super) fn carry(
    state: &Schema,
    change: &Change,
    steps: Vec<Step>,
    course: &Course<'_>,
) -> Result<Vec<Step>, Vec<Refusal>> {
    let Some(at) = steps.iter().position(|s| !s.up.is_empty()) else {
        return Ok(steps);
    };
    let mut steps = steps;
    along(state, change, &mut steps[at], course);
    steps[at].hazards.extend(bodies(state, change));
    let hurt = hurt(state, change);
    let end = at + 1;
    rebuilt(state, &[change], hurt, (&mut steps, at..end), course)?;
    Ok(steps)
}

/// The same for changes of one table whose steps share a file: what hangs on several of them goes and comes once.
///
/// # Errors
/// As [`carry`].
pub(super) fn carry_together(
    state: &Schema,
    changes: &[&Change],
    steps: Vec<Step>,
    course: &Course<'_>,
) -> Result<Vec<Step>, Vec<Refusal>> {
    let mut steps = steps;
    let found = changes.iter().flat_map(|change| hurt(state, change));
    let found: BTreeMap<(String, String), &Other> = found.map(|o| (o.key(), o)).collect();
    let hurt: Vec<&Other> = found.into_values().collect();
    let all = 0..steps.len();
    rebuilt(state, changes, hurt, (&mut steps, all), course)?;
    Ok(steps)
}

/// Rebuilds what is hurt round some of the steps.
fn rebuilt(
    state: &Schema,
    changes: &[&Change],
    hurt: Vec<&Other>,
    (steps, round): (&mut [Step], Range<usize>),
    course: &Course<'_>,
) -> Result<(), Vec<Refusal>> {
    if hurt.is_empty() {
        return Ok(());
    }
    let mut after = state.clone();
    for patch in steps[..round.end].iter().flat_map(|s| &s.up_effect) {
        after.put(&patch.slot, patch.after.clone());
    }
    let before: Vec<Other> = hurt.into_iter().cloned().collect();
    let way = Way {
        state,
        after: &after,
        changes,
        course,
        going: before.iter().map(Other::key).collect(),
        moved: moved(state, course.to),
    };
    let mut refused = Vec::new();
    let mut again = Vec::new();
    for other in &before {
        match way.again(other) {
            Ok(other) => again.push(other),
            Err(refusal) => refused.push(refusal),
        }
    }
    if !refused.is_empty() {
        refused.sort();
        return Err(refused);
    }
    let rebuild = Rebuild::new(before.clone(), again);
    let steps = &mut steps[round];
    if rebuild.changes() && steps.iter().any(|s| s.down_class() != Class::Transaction) {
        return Err(before.iter().map(|o| way.refusal(o)).collect());
    }
    rebuild.round(steps, state, &after);
    // A view that is filled anew takes its time: nothing else waits for it in the same file.
    if steps.len() > 1 && steps.iter().flat_map(|s| &s.up).any(|s| s.cost != Cost::Instant) {
        steps[0].alone = true;
    }
    Ok(())
}

/// What the step takes along: privileges of columns, triggers that watch a column which gets a second name, and in the undo of
/// a drop what stood on the table.
fn along(state: &Schema, change: &Change, step: &mut Step, course: &Course<'_>) {
    match change {
        Change::AddColumn(table, column, ..) => {
            let source = course
                .to
                .syncs
                .values()
                .find(|s| s.table == *table && s.to == column.name);
            if let Some(sync) = source.filter(|s| grants_on(state, table, &s.from).next().is_some()) {
                step.up.push(copy_grants(table, &sync.from, &sync.to));
                step.notes
                    .push(format!("{} gets the privileges of {}.", sync.to, sync.from));
            }
        }
        Change::DropColumn(table, name) => {
            let stays = course.from.syncs.values().find_map(|s| match s.direction {
                SyncDirection::TwoWay if s.table == *table && s.from == *name => Some(&s.to),
                SyncDirection::Backward if s.table == *table && s.to == *name => Some(&s.from),
                _ => None,
            });
            let stays = stays.filter(|stays| grants_on(state, table, stays).next().is_some());
            match (stays, grants_on(state, table, name).next()) {
                (Some(stays), _) => step.down.push(copy_grants(table, stays, name)),
                (None, Some(grants)) => step.down.extend(grant_again(grants)),
                (None, None) => {}
            }
            // Its sequence goes along, and with it what was granted on that.
            let owned: Vec<&QName> = state.sequences_owned_by(table, name).collect();
            let on_owned = |o: &&Other| o.kind == "privileges" && o.on.as_ref().is_some_and(|on| owned.contains(&on));
            let granted: Vec<&Other> = state.others.iter().filter(on_owned).collect();
            step.down
                .extend(stood_on(granted.iter().map(|o| (*o).clone()).collect()));
            let gone = |o: &&Other| o.kind == "statistics" && o.depends_on.iter().any(|d| touches(state, change, d));
            go(step, state.others.iter().filter(gone).chain(granted));
        }
        Change::DropSequence(name) => {
            let stood = || {
                let mut others = state.others.iter();
                others.find(|o| goes_along(change, o) && o.on.as_ref() == Some(name))
            };
            step.down.extend(stood_on(stood().into_iter().cloned().collect()));
            go(step, stood().into_iter());
        }
        Change::DropTable(table) => {
            let owned = |o: &Other| {
                let owner = o.on.as_ref().and_then(|on| state.sequences.get(on)?.owned_by.as_ref());
                owner.is_some_and(|(t, _)| t == table)
            };
            let stood = || {
                state
                    .others
                    .iter()
                    .filter(|o| goes_along(change, o) && (stands_on(o, table) || owned(o)))
            };
            step.down.extend(stood_on(stood().cloned().collect()));
            go(step, stood());
        }
        Change::Backfill(_, fill) => {
            let fires = |o: &&Other| {
                o.kind == "trigger"
                    && o.on.as_ref() == Some(&fill.table)
                    && fires_on_update(&o.definition, &fill.column)
            };
            let names: Vec<&str> = state.others.iter().filter(fires).map(|o| o.name.as_str()).collect();
            if !names.is_empty() {
                step.notes
                    .push(format!("Its updates fire triggers for each row: {}.", names.join(", ")));
            }
        }
        Change::WatchBoth { table, from, to } => {
            let wider = |trigger: &Other| watch_also(&trigger.definition, from, to);
            let on_table = |o: &&Other| o.kind == "trigger" && o.on.as_ref() == Some(table);
            let (before, after): (Vec<Other>, Vec<Other>) = state
                .others
                .iter()
                .filter(on_table)
                .filter_map(|was| {
                    let mut is = was.clone();
                    is.definition = wider(was)?;
                    is.depends_on.push(Dependency::Column(table.clone(), to.clone()));
                    is.depends_on.sort();
                    Some((was.clone(), is))
                })
                .unzip();
            Rebuild::new(before, after).round(std::slice::from_mut(step), state, state);
            step.notes.push(format!(
                "Triggers that fire for an UPDATE OF {from} do so for one of {to} as well; a BEFORE trigger sees what new code wrote \
                 in {to} only."
            ));
        }
        _ => {}
    }
}

/// Functions whose bodies are strings that name what goes: PostgreSQL keeps no account of those.
fn bodies(state: &Schema, change: &Change) -> Vec<Hazard> {
    let (table, column, to) = match change {
        Change::DropTable(table) => (table, None, None),
        Change::DropColumn(table, column) => (table, Some(column), None),
        Change::RenameColumn(table, column, to) => (table, Some(column), Some(to)),
        _ => return Vec::new(),
    };
    let family = state.family(table);
    let on_table = |o: &&Other| o.kind == "trigger" && o.on.as_ref().is_some_and(|on| family.contains(on));
    let fired: BTreeSet<&(String, String)> = state.others.iter().filter(on_table).flat_map(|o| &o.needs).collect();
    let named = |other: &Other| match column {
        Some(column) => {
            mentions(&other.definition, column)
                && (fired.contains(&other.key()) || mentions(&other.definition, &table.name))
        }
        None => mentions(&other.definition, &table.name),
    };
    let object = column.map_or_else(|| table.to_string(), |column| format!("{table}.{column}"));
    let what = match to {
        Some(to) => format!("is called {to}"),
        None => "is gone".to_owned(),
    };
    state
        .others
        .iter()
        .filter(|o| matches!(o.kind.as_str(), "function" | "procedure") && named(o))
        .map(|o| Hazard {
            kind: HazardKind::FunctionBody,
            object: object.clone(),
            message: format!(
                "{} {} seems to name {object} in its body, which PostgreSQL does not follow; from this file on it {what}: make \
                 the {} anew in a migration of its own",
                o.kind, o.name, o.kind
            ),
        })
        .collect()
}

/// Others that the step takes along.
fn go<'a>(step: &mut Step, others: impl Iterator<Item = &'a Other>) {
    for other in others {
        let patch = Patch {
            slot: Slot::Other(other.kind.clone(), other.name.clone()),
            before: Some(Object::Other(Box::new(other.clone()))),
            after: None,
        };
        step.down_effect.push(patch.inverse());
        step.up_effect.push(patch);
    }
}

/// Privileges on the column itself.
fn grants_on<'a>(state: &'a Schema, table: &'a QName, column: &'a Ident) -> impl Iterator<Item = &'a Other> {
    let here = move |d: &Dependency| matches!(d, Dependency::Column(t, c) if t == table && c == column);
    state
        .others
        .iter()
        .filter(move |o| o.kind == "column grant" && o.depends_on.iter().any(here))
}

fn stands_on(other: &Other, table: &QName) -> bool {
    match &other.on {
        Some(on) => on == table,
        None => other
            .depends_on
            .iter()
            .filter_map(Dependency::table)
            .any(|t| t == table),
    }
}

/// What PostgreSQL would refuse the change for, or what would stay with the wrong object, and what hangs on those.
fn hurt<'a>(state: &'a Schema, change: &Change) -> Vec<&'a Other> {
    let hit = |d: &Dependency| touches(state, change, d);
    let mut found: BTreeMap<(String, String), &Other> = state
        .others
        .iter()
        .filter(|o| !goes_along(change, o) && !harmless(change, &o.kind))
        .filter(|o| o.depends_on.iter().any(hit))
        .map(|o| (o.key(), o))
        .collect();
    // `needs` is followed to its end already.
    let on_those: Vec<&Other> = state
        .others
        .iter()
        .filter(|o| o.needs.iter().any(|n| found.contains_key(n)))
        .collect();
    found.extend(on_those.into_iter().map(|o| (o.key(), o)));
    found.into_values().collect()
}

fn touches(state: &Schema, change: &Change, dependency: &Dependency) -> bool {
    let column = |table: &QName, name: &Ident| match dependency {
        Dependency::Column(t, c) => c == name && (t == table || state.family(table).contains(t)),
        _ => false,
    };
    match (change, dependency) {
        (Change::DropColumn(table, name) | Change::MoveDependents { table, from: name, .. }, _) => column(table, name),
        (Change::AlterColumnType(table, to), _) => column(table, &to.name),
        // The expression goes and the column stays: nothing that reads it minds.
        (Change::SetGenerated(table, to), _) => to.generated.is_some() && column(table, &to.name),
        (Change::Cutover { types, .. }, Dependency::Enum(name)) => types.iter().any(|t| t.name == *name),
        (Change::Cutover { columns, .. }, _) => columns.iter().any(|c| column(&c.table, &c.name)),
        (Change::DropTable(table), Dependency::Table(t) | Dependency::Column(t, _) | Dependency::Constraint(t, _)) => {
            t == table
        }
        (Change::DropEnum(name), Dependency::Enum(e)) => e == name,
        (Change::DropSequence(name), Dependency::Sequence(s)) => s == name,
        (
            Change::DropKey(table, name)
            | Change::SwapKey { table, drop: name, .. }
            | Change::SwapPartitionedKey { table, drop: name, .. }
            | Change::DropConstraint(table, name)
            | Change::DropForeignKey(table, name),
            Dependency::Constraint(t, c),
        ) => t == table && c == name,
        (Change::DropIndex(table, name), Dependency::Index(t, i)) => t == table && i == name,
        _ => false,
    }
}

/// With a table go its triggers, policies, rules, statistics, privileges and places in publications: that is what dropping it
/// means.
fn goes_along(change: &Change, other: &Other) -> bool {
    match change {
        Change::DropTable(_) => matches!(
            other.kind.as_str(),
            "trigger" | "policy" | "rule" | "statistics" | "column grant" | "privileges" | "publication table"
        ),
        Change::DropSequence(_) => other.kind == "privileges",
        _ => false,
    }
}

/// Dependents that PostgreSQL lets be, because the change does not touch what they read, or that the step takes along itself.
fn harmless(change: &Change, kind: &str) -> bool {
    match change {
        Change::AlterColumnType(..) => matches!(kind, "column grant" | "statistics"),
        // The column that takes the place has its privileges since it stands.
        Change::DropColumn(..) | Change::Cutover { .. } => matches!(kind, "statistics" | "column grant"),
        Change::MoveDependents { .. } => kind == "column grant",
        _ => false,
    }
}

/// Columns that only old code uses, and those that take their place, where a sync ends with this arrow.
fn moved(state: &Schema, to: &Schema) -> Vec<(QName, Ident, Ident)> {
    state
        .syncs
        .iter()
        .filter(|(function, s)| s.direction == SyncDirection::TwoWay && !to.syncs.contains_key(*function))
        .map(|(_, s)| (s.table.clone(), s.from.clone(), s.to.clone()))
        .collect()
}

/// One change on its way, and what hangs on it.
struct Way<'a> {
    state: &'a Schema,
    after: &'a Schema,
    changes: &'a [&'a Change],
    course: &'a Course<'a>,
    going: BTreeSet<(String, String)>,
    moved: Vec<(QName, Ident, Ident)>,
}

impl Way<'_> {
    /// The object as it will stand after the change.
    fn again(&self, other: &Other) -> Result<Other, Refusal> {
        if !other.can_be_rebuilt() {
            return Err(self.refusal(other));
        }
        let target = self
            .course
            .target
            .other(&other.kind, &other.name)
            .filter(|t| self.has_what_it_had(t) && self.stands(t));
        let target = target.map(|t| Other {
            comment: other.comment.clone(),
            ..t.clone()
        });
        let current = Some(other.clone()).filter(|o| self.stands(o));
        let choice = if self.course.serves_old {
            current.or(target)
        } else {
            target.or(current)
        };
        choice
            .or_else(|| self.under_new_names(other))
            .ok_or_else(|| self.refusal(other))
    }

    /// Whether everything that it needs is there after the change.
    fn stands(&self, other: &Other) -> bool {
        other.depends_on.iter().all(|d| self.is_there(d))
            && other.needs.iter().all(|(kind, name)| {
                self.going.contains(&(kind.clone(), name.clone())) || self.after.other(kind, name).is_some()
            })
    }

    fn is_there(&self, dependency: &Dependency) -> bool {
        let table = |name: &QName| self.after.tables.get(name);
        match dependency {
            Dependency::Table(t) => table(t).is_some(),
            Dependency::Column(t, c) => table(t).is_some_and(|table| table.column(c).is_some()) && !self.leaves(t, c),
            Dependency::Enum(name) => self.after.enums.contains_key(name),
            Dependency::Sequence(name) => self.after.sequences.contains_key(name),
            Dependency::Constraint(t, name) => {
                table(t).is_some_and(|table| table.constraints.contains_key(name)) || self.key_again(t, name).is_some()
            }
            Dependency::Index(t, name) => table(t).is_some_and(|table| table.indexes.contains_key(name)),
        }
    }

    /// Whether the change is there to move what hangs on the column.
    fn leaves(&self, table: &QName, column: &Ident) -> bool {
        let moves = |change: &&&Change| {
            matches!(
                change,
                Change::MoveDependents { .. } | Change::SwapKey { .. } | Change::SwapPartitionedKey { .. }
            )
        };
        let named = |(t, from, _): &(QName, Ident, Ident)| from == column && self.is_or_under(table, t);
        self.changes.iter().any(|change| moves(&change)) && self.moved.iter().any(named)
    }

    fn is_or_under(&self, table: &QName, parent: &QName) -> bool {
        table == parent || self.state.family(parent).contains(table)
    }

    /// The primary key over the same columns, whatever they are called by now: what a view's GROUP BY rests on.
    fn key_again(&self, table: &QName, name: &Ident) -> Option<Ident> {
        let was = self.state.tables.get(table)?.constraints.get(name)?;
        let (ConstraintKind::PrimaryKey(was), Some((again, is))) =
            (&was.kind, self.after.tables.get(table)?.primary_key())
        else {
            return None;
        };
        let now = |column: &Ident| self.new_name(table, column).unwrap_or_else(|| column.clone());
        let were: BTreeSet<Ident> = was.columns.iter().map(now).collect();
        let are: BTreeSet<Ident> = is.columns.iter().cloned().collect();
        (were == are).then(|| again.clone())
    }

    fn new_name(&self, table: &QName, column: &Ident) -> Option<Ident> {
        self.moved
            .iter()
            .find(|(t, from, _)| from == column && self.is_or_under(table, t))
            .map(|(_, _, to)| to.clone())
    }

    /// Whether the columns that the target's definition reads are those of the target.
    fn has_what_it_had(&self, other: &Other) -> bool {
        other.depends_on.iter().all(|d| match d {
            Dependency::Column(t, c) => {
                let column = |schema: &Schema| schema.tables.get(t).and_then(|table| table.column(c)).cloned();
                match (column(self.after), column(self.course.target)) {
                    (Some(is), Some(wanted)) => (is.type_name, is.collation) == (wanted.type_name, wanted.collation),
                    _ => false,
                }
            }
            _ => true,
        })
    }

    /// The object over the columns that take the place of those that go.
    fn under_new_names(&self, other: &Other) -> Option<Other> {
        let mut moved = other.clone();
        for (table, from, to) in &self.moved {
            let reads =
                |d: &Dependency| matches!(d, Dependency::Column(t, c) if c == from && self.is_or_under(t, table));
            if !other.depends_on.iter().any(reads) {
                continue;
            }
            moved.rename(table, from, to);
        }
        if other.kind == "trigger" {
            // The list has both names since the sync stands.
            for (_, _, to) in &self.moved {
                if let Some(definition) = watch_no_more(&moved.definition, to) {
                    moved.definition = definition;
                }
            }
        }
        for dependency in &mut moved.depends_on {
            match dependency {
                Dependency::Column(t, c) => {
                    if let Some(to) = self.new_name(t, c) {
                        *c = to;
                    }
                }
                Dependency::Constraint(t, name) => {
                    if let Some(again) = self.key_again(t, name) {
                        *name = again;
                    }
                }
                _ => {}
            }
        }
        moved.depends_on.sort();
        moved.depends_on.dedup();
        (moved != *other && self.stands(&moved)).then_some(moved)
    }

    fn refusal(&self, other: &Other) -> Refusal {
        Refusal {
            object: format!("{} {}", other.kind, other.name),
            why: format!(
                "it depends on what the plan changes ({})",
                self.changes.iter().map(|c| describe(c)).collect::<Vec<_>>().join("; ")
            ),
            way_out: "drop or rebuild it in a migration of its own before and after, or keep what it depends on"
                .to_owned(),
        }
    }
}

fn describe(change: &Change) -> String {
    match change {
        Change::DropColumn(t, c) => format!("{t}.{c} is dropped"),
        Change::AlterColumnType(t, c) | Change::SetGenerated(t, c) => format!("{t}.{} changes", c.name),
        Change::DropTable(t) => format!("{t} is dropped"),
        Change::DropEnum(t) | Change::DropSequence(t) => format!("{t} is dropped"),
        Change::DropKey(t, c)
        | Change::SwapKey { table: t, drop: c, .. }
        | Change::SwapPartitionedKey { table: t, drop: c, .. } => format!("the key {c} of {t} goes"),
        Change::DropConstraint(t, c) | Change::DropForeignKey(t, c) => format!("the constraint {c} of {t} goes"),
        Change::DropIndex(t, i) => format!("the index {i} of {t} goes"),
        Change::MoveDependents { table, from, to } => format!("{table}.{from} gives way to {to}"),
        Change::Cutover { columns, types, .. } => {
            let columns = columns.iter().map(|c| format!("{}.{}", c.table, c.name));
            let types = types.iter().map(|t| t.name.to_string());
            let names: Vec<String> = columns.chain(types).collect();
            format!("{} changes its type", names.join(", "))
        }
        _ => String::new(),
    }
}
