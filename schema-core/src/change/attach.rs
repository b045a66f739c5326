//! `attach_partition`, `detach_partition`, and partitions that come and go: never made or dropped in place.
//!
//! A CHECK of the bound, NOT VALID and validated in a file of its own, spares the scan under ATTACH, and the one of the
//! default partition. DETACH runs concurrently (SHARE UPDATE EXCLUSIVE, alone) where there is no default partition.
//!
//! `CREATE TABLE … PARTITION OF` takes ACCESS EXCLUSIVE on the parent. A table like it that is attached takes SHARE UPDATE
//! EXCLUSIVE, and its indexes get the names that they shall have.

use super::constraint::{add_sql, subject, with_constraint};
use super::step::Step;
use crate::facts::Op;
use crate::plan::{Cost, HazardKind, Statement};
use crate::schema::{
    CheckConstraint, Constraint, ConstraintKind, Expr, Ident, IndexOwner, Partition, QName, Schema, Table,
};
use crate::sql::{
    IndexMode, bound_conditions, constraint_definition, create_index, create_partition, own_of_partition, table_details,
};

/// `ALTER TABLE … ATTACH PARTITION`, with the locks that it takes beyond the table itself.
fn attach(state: &Schema, name: &QName, (parent_name, parent): (&QName, &Table), bound: &str) -> Statement {
    let sql = format!("ALTER TABLE {parent_name} ATTACH PARTITION {name} {bound}");
    let mut statement = Op::PartitionAttach.on(parent_name, sql);
    for other in referenced(state, parent_name, parent) {
        statement.locks.extend(Op::ForeignKeyAddNotValid.on(other, "").locks);
    }
    if let Some(default) = default_partition(state, parent_name).filter(|d| *d != name) {
        statement.locks.extend(Op::TableLock.on(default, "").locks);
    }
    statement
}

/// The tables that foreign keys from above reference.
fn referenced<'a>(state: &'a Schema, parent_name: &QName, parent: &'a Table) -> Vec<&'a QName> {
    let above = state.partitioned_above(parent_name);
    let above = above.into_iter().filter_map(|name| state.table(name));
    std::iter::once(parent)
        .chain(above)
        .flat_map(|t| t.constraints.values())
        .filter_map(|c| match &c.kind {
            ConstraintKind::ForeignKey(key) => Some(&key.references),
            _ => None,
        })
        .collect()
}

/// A CHECK that proves a bound while the table is not, or is no longer, a partition.
struct Proof {
    table: QName,
    name: Ident,
    check: Constraint,
}

impl Proof {
    fn new(table: &QName, condition: String) -> Self {
        let check = CheckConstraint {
            expression: Expr(condition),
            columns: Vec::new(),
            no_inherit: false,
        };
        Self {
            table: table.clone(),
            name: table.name.with_suffix("_bound"),
            check: Constraint::new(ConstraintKind::Check(check)),
        }
    }

    fn open(&self) -> Constraint {
        Constraint {
            not_valid: true,
            ..self.check.clone()
        }
    }

    fn with(&self, state: &Schema, check: Option<&Constraint>) -> Schema {
        with_constraint(state, &self.table, &self.name, check)
    }

    fn add(&self) -> Statement {
        Op::ConstraintAddNotValid.on(&self.table, add_sql(&self.table, &self.name, &self.open()))
    }

    fn validate(&self) -> Statement {
        let sql = format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", self.table, self.name);
        Op::ConstraintValidate.on(&self.table, sql)
    }

    fn remove(&self) -> Statement {
        let sql = format!("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}", self.table, self.name);
        Op::ConstraintDrop.on(&self.table, sql)
    }

    fn subject(&self) -> String {
        subject(&self.table, &self.name)
    }

    /// The files that prove it forward. `reached` becomes the schema behind them.
    fn prove(&self, kind: &'static str, reached: &mut Schema) -> Vec<Step> {
        let unproven = self.with(reached, Some(&self.open()));
        let proven = self.with(reached, Some(&self.check));
        let object = format!("{}.{}", self.table, self.name);
        let steps = vec![
            Step::new(kind, &object, Some(&self.table))
                .up([self.add()])
                .down([self.remove()])
                .effect(reached, &unproven)
                .alone("check", self.subject()),
            Step::new(kind, &object, Some(&self.table))
                .up([self.validate()])
                .no_undo("The undo of the file before takes the check away.")
                .effect_up(&unproven, &proven)
                .grouped()
                .alone("validate", self.subject()),
        ];
        *reached = proven;
        steps
    }
}

/// What a bound demands of the table, and of the default partition beside it.
fn proofs(state: &Schema, name: &QName, place: &Partition) -> (Option<Proof>, Option<Proof>) {
    let conditions = state
        .tables
        .get(&place.parent)
        .and_then(|parent| bound_conditions(parent, &place.bound));
    let Some((own, others)) = conditions else {
        return (None, None);
    };
    let default = default_partition(state, &place.parent).filter(|d| *d != name);
    let others = default.zip(others).map(|(d, condition)| Proof::new(d, condition));
    let own = match above(state, &place.parent) {
        Some(above) if above.is_empty() => Some(own),
        Some(above) => Some(format!("({}) AND ({own})", above.join(") AND ("))),
        None => None,
    };
    (own.map(|own| Proof::new(name, own)), others)
}

/// What the bounds of a partition and of those above it demand of the rows below it. None where one has no such form.
fn above(state: &Schema, partition: &QName) -> Option<Vec<String>> {
    let mut demands = Vec::new();
    let mut table = state.tables.get(partition)?;
    while let Some(place) = &table.partition_of {
        let parent = state.tables.get(&place.parent)?;
        demands.push(bound_conditions(parent, &place.bound)?.0);
        table = parent;
    }
    demands.reverse();
    Some(demands)
}

/// A table that stands becomes a partition. Its columns, indexes, keys and constraints are already as the parent's.
pub(super) fn attach_steps(state: &Schema, name: &QName, target: &Table) -> Vec<Step> {
    let Some((place, parent)) = target
        .partition_of
        .as_ref()
        .and_then(|place| Some((place, state.tables.get(&place.parent)?)))
    else {
        return Vec::new();
    };
    let mut after = state.clone();
    after.attach(name, place.clone(), target.attached.clone());
    for column in after.tables.get_mut(name).into_iter().flat_map(|t| &mut t.columns) {
        // It comes along with the place.
        if let Some(wanted) = target.column(&column.name) {
            column.identity.clone_from(&wanted.identity);
        }
    }
    let (own, default) = proofs(state, name, place);
    let mut reached = state.clone();
    let mut steps = Vec::new();
    for proof in [&own, &default].into_iter().flatten() {
        steps.extend(proof.prove("attach_partition", &mut reached));
    }
    let mut statement = attach(state, name, (&place.parent, parent), &place.bound);
    statement.locks.extend(Op::TableLock.on(name, "").locks);
    // A foreign key that the table has already gives up its triggers for the parent's.
    for other in referenced(state, &place.parent, parent) {
        statement.locks.extend(Op::TableLock.on(other, "").locks);
    }
    let mut step = Step::new("attach_partition", name.to_string(), Some(name));
    if own.is_none() && place.bound != "DEFAULT" {
        statement.cost = Cost::Scan;
        step = step.hazard(
            HazardKind::LongLock,
            name.to_string(),
            format!("{name} is read under ACCESS EXCLUSIVE when it is attached: no CHECK can prove its bound"),
        );
    }
    if let Some(beside) = default_partition(state, &place.parent).filter(|d| *d != name)
        && default.is_none()
    {
        statement.cost = Cost::Scan;
        step = step.hazard(
            HazardKind::LongLock,
            name.to_string(),
            format!("the default partition {beside} is read under ACCESS EXCLUSIVE when {name} is attached"),
        );
    }
    step = step
        .up([statement])
        .up([&own, &default].into_iter().flatten().map(Proof::remove))
        .down([detach(state, name, &place.parent)])
        .effect_up(&reached, &after)
        .effect_down(&after, state)
        .note("The parent's readers see the table's rows from here on; what lies outside its bound is refused.")
        .alone("attach", name.name.raw());
    steps.push(step);
    for (at, step) in steps.iter_mut().enumerate() {
        step.undo_with_previous = at > 0;
    }
    steps
}

/// The step that makes a partition, with the files that spare the default partition beside it the scan.
pub(super) fn beside_default(
    state: &Schema,
    name: &QName,
    place: &Partition,
    mut step: Step,
    after: &Schema,
) -> Vec<Step> {
    let Some(beside) = default_partition(state, &place.parent) else {
        return vec![step];
    };
    let (_, Some(proof)) = proofs(state, name, place) else {
        return vec![step.hazard(
            HazardKind::LongLock,
            name.to_string(),
            format!("the default partition {beside} is read under ACCESS EXCLUSIVE when {name} is attached"),
        )];
    };
    let mut reached = state.clone();
    let mut steps = proof.prove("create_table", &mut reached);
    step.up.push(proof.remove());
    steps.push(step.effect_up(&reached, after).effect_down(after, state).grouped());
    steps
}

/// Plain `DETACH PARTITION`, ACCESS EXCLUSIVE for an instant on parent, partition and default partition.
fn detach(state: &Schema, name: &QName, parent: &QName) -> Statement {
    let sql = format!("ALTER TABLE {parent} DETACH PARTITION {name}");
    let mut statement = Op::PartitionDetach.on_both(parent, name, sql);
    if let Some(default) = default_partition(state, parent).filter(|d| *d != name) {
        statement.locks.extend(Op::TableLock.on(default, "").locks);
    }
    if let Some(table) = state.tables.get(parent) {
        for other in referenced(state, parent, table) {
            statement.locks.extend(Op::ForeignKeyAddNotValid.on(other, "").locks);
        }
    }
    statement
}

/// A partition becomes a table of its own; `dropped` when it is dropped right after.
pub(super) fn detach_steps(state: &Schema, name: &QName, dropped: bool) -> Vec<Step> {
    let Some((place, parent)) = state
        .tables
        .get(name)
        .and_then(|t| t.partition_of.as_ref())
        .and_then(|place| Some((place, state.tables.get(&place.parent)?)))
    else {
        return Vec::new();
    };
    let mut after = state.clone();
    after.detach(name);
    let mut back = attach(state, name, (&place.parent, parent), &place.bound);
    // As when it is attached first: its foreign keys give up their triggers for the parent's.
    for other in referenced(state, &place.parent, parent) {
        back.locks.extend(Op::TableLock.on(other, "").locks);
    }
    let step = Step::new("detach_partition", name.to_string(), Some(name))
        .note("The parent's readers no longer see the table's rows from here on; the undo attaches it again.");
    let (own, _) = proofs(state, name, place);
    // Beside a default partition nothing is detached concurrently, and that one is read again on the way back.
    let Some(proof) = own.filter(|_| default_partition(state, &place.parent).is_none()) else {
        back.locks.extend(Op::TableLock.on(name, "").locks);
        back.cost = Cost::Scan;
        return vec![
            step.up([detach(state, name, &place.parent)])
                .down([back])
                .effect(state, &after)
                .note("The undo reads the table, and the default partition, under ACCESS EXCLUSIVE.")
                .alone("detach", name.name.raw()),
        ];
    };
    let mut reached = state.clone();
    let mut steps = proof.prove("detach_partition", &mut reached);
    let checked = proof.with(&after, Some(&proof.check));
    let sql = format!("ALTER TABLE {} DETACH PARTITION {name} CONCURRENTLY", place.parent);
    back.locks.extend(Op::TableLock.on(name, "").locks);
    let mut detach = Op::PartitionDetachConcurrently.on(&place.parent, sql);
    // Its second transaction, when everybody who saw the partition through the parent is done.
    detach.locks.extend(Op::TableLock.on(name, "").locks);
    steps.push(
        step.up([detach])
            .down([back])
            .effect_up(&reached, &checked)
            .effect_down(&checked, &reached)
            .note("If it is interrupted, DETACH PARTITION … FINALIZE ends it.")
            .alone("detach", name.name.raw()),
    );
    if dropped {
        return steps;
    }
    let unproven = proof.with(&after, Some(&proof.open()));
    let object = format!("{name}.{}", proof.name);
    steps.push(
        Step::new("detach_partition", &object, Some(name))
            .for_undo("Its undo validates the check that proves the bound.")
            .down([proof.validate()])
            .effect_down(&unproven, &checked)
            .alone("undo_validate", proof.subject()),
    );
    steps.push(
        Step::new("detach_partition", &object, Some(name))
            .up([proof.remove()])
            .down([proof.add()])
            .effect_up(&checked, &after)
            .effect_down(&after, &unproven)
            .grouped()
            .alone("uncheck", proof.subject()),
    );
    steps
}

/// The partition that takes what fits nowhere else.
pub(super) fn default_partition<'a>(state: &'a Schema, parent: &QName) -> Option<&'a QName> {
    let is_default = |t: &Table| {
        let place = t.partition_of.as_ref();
        place.is_some_and(|p| p.parent == *parent && p.bound == "DEFAULT")
    };
    state.tables.iter().find(|(_, t)| is_default(t)).map(|(name, _)| name)
}

/// Builds an empty table like its parent, with its indexes, and attaches it.
pub(super) fn new_partition(
    state: &Schema,
    name: &QName,
    table: &Table,
    (parent_name, parent): (&QName, &Table),
) -> Vec<Statement> {
    let Some(place) = &table.partition_of else {
        return Vec::new();
    };
    let plain = |sql: String| Op::TableCreate.plain(sql);
    let mut out = vec![plain(create_partition(name, table, parent_name))];
    out.extend(own_of_partition(name, table, parent).into_iter().map(plain));
    for column in &table.columns {
        let above = parent.column(&column.name).and_then(|c| c.storage.as_ref());
        if column.storage.is_none() && above.is_some() {
            let word = super::column_settings::default_storage(&column.type_name);
            out.push(plain(format!(
                "ALTER TABLE {name} ALTER COLUMN {} SET STORAGE {word}",
                column.name
            )));
        }
    }
    for (constraint_name, constraint) in &table.constraints {
        let definition = constraint_definition(constraint);
        let mut add = plain(format!(
            "ALTER TABLE {name} ADD CONSTRAINT {constraint_name} {definition}"
        ));
        if let ConstraintKind::ForeignKey(key) = &constraint.kind
            && key.references != *name
        {
            add.locks
                .extend(Op::ForeignKeyAddNotValid.on(&key.references, "").locks);
        }
        out.push(add);
    }
    for (index, definition) in &table.indexes {
        out.push(plain(create_index(index, name, definition, IndexMode::Plain)));
    }
    for (index, above) in table
        .attached
        .iter()
        .filter(|(n, _)| !table.constraints.contains_key(*n))
    {
        match state.index_owner(parent_name, above) {
            Some(IndexOwner::Index(definition)) => {
                out.push(plain(create_index(index, name, definition, IndexMode::Plain)));
            }
            Some(IndexOwner::Key(key)) => {
                let definition = constraint_definition(key);
                out.push(plain(format!("ALTER TABLE {name} ADD CONSTRAINT {index} {definition}")));
            }
            None => {}
        }
    }
    out.push(attach(state, name, (parent_name, parent), &place.bound));
    out.extend(table_details(name, table).into_iter().map(plain));
    out
}
