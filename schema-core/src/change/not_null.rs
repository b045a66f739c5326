//! `set_not_null`, `drop_not_null`.
//!
//! Set: a CHECK that is NOT VALID, its validation (SHARE UPDATE EXCLUSIVE), then SET NOT NULL, which takes the check as proof
//! and does not scan; the check goes in a second statement of that transaction (in the same statement the proof would be
//! lost: traps 3). Drop: one instant statement, whose undo is the same three files backwards.

use super::constraint::with_constraint;
use super::key::Held;
use super::step::{Context, Step, patches_between};
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{CheckConstraint, Constraint, ConstraintKind, Expr, Ident, Literal, QName, Schema};
use crate::sql::Alter;

/// The name of the check that proves it.
fn proof_name(table: &QName, column: &Ident) -> Ident {
    Ident::new(format!("{}_{}", table.name.raw(), column.raw())).with_suffix("_nn")
}

fn proof(column: &Ident, not_valid: bool) -> Constraint {
    let check = CheckConstraint {
        expression: Expr(format!("({column} IS NOT NULL)")),
        columns: vec![column.clone()],
        no_inherit: false,
    };
    Constraint {
        not_valid,
        ..Constraint::new(ConstraintKind::Check(check))
    }
}

struct Recipe {
    object: String,
    table: QName,
    column: Ident,
    check: Ident,
}

impl Recipe {
    fn new(table: &QName, column: &Ident) -> Self {
        Self {
            object: format!("{table}.{column}"),
            table: table.clone(),
            column: column.clone(),
            check: proof_name(table, column),
        }
    }

    fn add_check(&self) -> Statement {
        let (table, check, column) = (&self.table, &self.check, &self.column);
        Op::ConstraintAddNotValid.on(
            table,
            format!("ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID"),
        )
    }

    fn drop_check_if_there(&self) -> Statement {
        Op::ConstraintDrop.on(
            &self.table,
            format!("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}", self.table, self.check),
        )
    }

    fn validate(&self) -> Statement {
        Op::ConstraintValidate.on(
            &self.table,
            format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", self.table, self.check),
        )
    }

    fn set(&self) -> [Statement; 2] {
        let (table, column) = (&self.table, &self.column);
        [
            Op::ColumnSetNotNullProven.on(table, format!("ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")),
            self.drop_check_if_there(),
        ]
    }

    fn unset(&self, state: &Schema, context: &Context) -> Vec<Statement> {
        let (table, column) = (&self.table, &self.column);
        let held = state.keyed_below(table, column);
        let mut out = Vec::new();
        let mut alter = Alter::all(table);
        if !held.is_empty() && state.tables.get(table).is_some_and(|t| t.partition_by.is_none()) {
            alter = Alter::only(table);
        } else if context.target_version >= 18 {
            // What a partition has from above alone would go, which its primary key forbids.
            out.extend(held.iter().map(|(member, _)| {
                let sql = format!("ALTER TABLE {member} ALTER COLUMN {column} SET NOT NULL");
                Op::ColumnSetNotNullProven.on(member, sql)
            }));
        }
        out.push(Op::ColumnDropNotNull.alter(alter, format!("ALTER COLUMN {column} DROP NOT NULL")));
        out.extend(unset_below(state, table, column));
        out
    }

    fn with_check(&self, state: &Schema, not_valid: bool) -> Schema {
        let mut schema = state.clone();
        if let Some(t) = schema.tables.get_mut(&self.table) {
            t.constraints.insert(self.check.clone(), proof(&self.column, not_valid));
        }
        schema
    }

    fn with_not_null(&self, state: &Schema, not_null: bool) -> Schema {
        let mut schema = state.clone();
        if let Some(t) = schema.tables.get_mut(&self.table) {
            t.constraints.remove(&self.check);
            if let Some(c) = t.column_mut(&self.column) {
                c.not_null = not_null;
            }
        }
        schema
    }

    fn subject(&self) -> String {
        format!("{}_{}", self.table.name.raw(), self.column.raw())
    }
}

/// From 18 on a partition's or a child's NOT NULL that is its own, or came with its primary key, outlives the parent's.
pub(super) fn unset_below(state: &Schema, table: &QName, column: &Ident) -> Option<Statement> {
    if state.family(table).len() < 2 {
        return None;
    }
    let keyed = if state.keyed_below(table, column).is_empty() {
        String::new()
    } else {
        format!(
            " WHERE NOT EXISTS (\n      SELECT FROM pg_catalog.pg_constraint k\n      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)\n      WHERE k.conrelid = inhrelid AND k.contype = 'p' AND a.attname = {}\n    )",
            Literal(column.raw())
        )
    };
    let body = format!(
        "DECLARE\n  child regclass;\nBEGIN\n  FOR child IN\n    WITH RECURSIVE below AS (\n      SELECT inhrelid, 1 AS level FROM pg_catalog.pg_inherits WHERE inhparent = {}::pg_catalog.regclass\n      UNION ALL\n      SELECT i.inhrelid, level + 1 FROM below JOIN pg_catalog.pg_inherits i ON i.inhparent = below.inhrelid\n    )\n    SELECT inhrelid FROM below{keyed} GROUP BY inhrelid ORDER BY pg_catalog.max(level), inhrelid\n  LOOP\n    EXECUTE pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', child, {});\n  END LOOP;\nEND",
        Literal(&table.to_string()),
        Literal(column.raw())
    );
    Some(Op::Check.plain(format!("DO {}", crate::sql::dollar_quoted(&body))))
}

/// The NOT NULL constraint of the column that waits for its validation (18).
fn open_constraint<'a>(state: &'a Schema, table: &QName, column: &Ident) -> Option<(&'a Ident, &'a Constraint)> {
    let constraints = &state.tables.get(table)?.constraints;
    constraints
        .iter()
        .find(|(_, c)| matches!(&c.kind, ConstraintKind::NotNull(n) if n.column == *column))
}

/// The constraint stands already and only waits for its validation. On the way back one of its name takes its place.
fn validate_open(state: &Schema, table: &QName, column: &Ident, name: &Ident, open: &Constraint) -> Vec<Step> {
    let mut after = state.clone();
    if let Some(t) = after.tables.get_mut(table) {
        t.constraints.remove(name);
        if let Some(c) = t.column_mut(column) {
            c.not_null = true;
        }
    }
    let validate = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}");
    let again = format!(
        "ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {}",
        crate::sql::constraint_definition(open)
    );
    vec![
        Step::new("set_not_null", format!("{table}.{column}"), Some(table))
            .up([Op::ConstraintValidate.on(table, validate)])
            .down([Op::ConstraintDrop.on(table, again)])
            .down(super::constraint::comment(table, name, open))
            .effect(state, &after)
            .alone("validate", Recipe::new(table, column).subject()),
    ]
}

/// The files that give a partition its own primary key back, and the statements that take it away before: until 17 NOT NULL
/// goes from a partitioned table only where it goes from all its partitions. `reached` becomes the schema without the key.
fn key_aside(reached: &mut Schema, member: &QName, key: &Ident) -> (Vec<Step>, Vec<Statement>) {
    let Some(constraint) = reached.tables.get(member).and_then(|t| t.constraints.get(key)).cloned() else {
        return (Vec::new(), Vec::new());
    };
    let held = Held::by(reached, member, &constraint);
    let open = held.open(reached);
    let mut steps = held.validations(reached, member);
    let bare = held.without(reached);
    let mut away: Vec<Statement> = held.release(member).collect();
    for (at, mut step) in super::key::remove(&bare, member, key).into_iter().enumerate() {
        away.append(&mut step.up);
        step.up_effect.clear();
        step.kind = "set_not_null";
        step.up_reason = Some("Its undo gives a primary key back that makes room when NOT NULL goes above it.");
        if at == 0 {
            step = step.down(held.restore(member));
            step.down_effect.extend(patches_between(&bare, &open));
        }
        steps.push(step);
    }
    *reached = with_constraint(&bare, member, key, None);
    reached.drop_attached(member, key);
    (steps, away)
}

pub(super) fn set(state: &Schema, table: &QName, column: &Ident, context: &Context) -> Vec<Step> {
    if let Some((name, open)) = open_constraint(state, table, column) {
        return validate_open(state, table, column, name, open);
    }
    let recipe = Recipe::new(table, column);
    let mut steps = Vec::new();
    let mut open = state.clone();
    // What was a partition's own before goes with the parent's on the way back, and comes back by itself.
    let own = |member: &QName| {
        state
            .tables
            .get(member)
            .and_then(|t| t.column(column))
            .is_some_and(|c| c.not_null)
    };
    let family = state.family(table);
    let covered = |member: &QName| {
        let found = state.tables.get(member);
        let mut parents = found
            .into_iter()
            .flat_map(|t| t.partition_of.iter().map(|p| &p.parent).chain(&t.inherits));
        parents.any(|parent| parent != table && family.contains(parent) && own(parent))
    };
    let stays_in_keys =
        context.target_version >= 18 || state.tables.get(table).is_some_and(|t| t.partition_by.is_none());
    let held = state.keyed_below(table, column);
    let mut keys_go = Vec::new();
    for member in family.iter().filter(|m| *m != table && own(m) && !covered(m)) {
        let mut back = Vec::new();
        if let Some((_, key)) = held.iter().find(|(m, _)| m == member) {
            if stays_in_keys {
                continue;
            }
            let (steps, statements) = key_aside(&mut open, member, key);
            back.extend(steps);
            keys_go.extend(statements);
        }
        back.extend(undo_steps(&mut open, member, column));
        back.push(undo_check(&open, member, column));
        for step in back {
            steps.push(if steps.is_empty() { step } else { step.grouped() });
        }
    }
    let unproven = recipe.with_check(state, true);
    let proven = recipe.with_check(state, false);
    let done = recipe.with_not_null(state, true);
    steps.extend([
        Step::new("set_not_null", &recipe.object, Some(table))
            .up([recipe.add_check()])
            .down([recipe.drop_check_if_there()])
            .effect(state, &unproven)
            .note("Once the check is validated, SET NOT NULL need not read the table under its lock.")
            .named("check_not_null", recipe.subject()),
        Step::new("set_not_null", &recipe.object, Some(table))
            .up([recipe.validate()])
            .no_undo("The undo of the file before takes the check away.")
            .effect_up(&unproven, &proven)
            .grouped()
            .alone("validate", recipe.subject()),
        Step::new("set_not_null", &recipe.object, Some(table))
            .up(recipe.set())
            .down(keys_go.iter().cloned())
            .down(recipe.unset(&open, context))
            .down([recipe.add_check()])
            .effect_up(&proven, &done)
            .effect_down(&done, &recipe.with_check(&open, true))
            .named("set_not_null", recipe.subject())
            .grouped(),
    ]);
    if !keys_go.is_empty() {
        // The keys come back only where they have made room.
        steps.iter_mut().skip(1).for_each(|step| step.undo_with_previous = true);
    }
    steps
}

pub(super) fn unset(state: &Schema, table: &QName, column: &Ident, context: &Context) -> Vec<Step> {
    let recipe = Recipe::new(table, column);
    let mut reached = state.clone();
    let mut steps = undo_steps(&mut reached, table, column);
    let after = recipe.with_not_null(state, false);
    steps.push(
        Step::new("drop_not_null", &recipe.object, Some(table))
            .up(recipe.unset(state, context))
            .down([recipe.add_check()])
            .effect_up(state, &after)
            .effect_down(&after, &recipe.with_check(&after, true))
            .grouped(),
    );
    if let Some(last) = steps.last_mut() {
        // A second run forward after an undo that stopped half-way finds the check.
        last.up.push(recipe.drop_check_if_there());
    }
    steps
}

/// Two files that do nothing forward and restore NOT NULL backward: the last one validates, the first one sets.
///
/// The undo of the step behind them must add the check, NOT VALID: [`unset`] does so itself, [`undo_check`] for others.
/// `reached` is changed to the schema without NOT NULL.
pub(super) fn undo_steps(reached: &mut Schema, table: &QName, column: &Ident) -> Vec<Step> {
    let recipe = Recipe::new(table, column);
    let done = recipe.with_not_null(reached, true);
    let nullable = recipe.with_not_null(reached, false);
    let unproven = recipe.with_check(&nullable, true);
    let proven = recipe.with_check(&nullable, false);
    *reached = nullable;
    vec![
        Step::new("drop_not_null", &recipe.object, Some(table))
            .for_undo("Its undo sets NOT NULL again, after the check that proves it.")
            .down(recipe.set())
            .effect_down(&proven, &done)
            .alone("undo_set_not_null", recipe.subject()),
        Step::new("drop_not_null", &recipe.object, Some(table))
            .for_undo("Its undo validates the check that proves NOT NULL.")
            .down([recipe.validate()])
            .effect_down(&unproven, &proven)
            .alone("undo_validate", recipe.subject())
            .grouped(),
    ]
}

/// The third file of the undo, for a column that comes back by itself: it adds the check that the other two prove.
pub(super) fn undo_check(nullable: &Schema, table: &QName, column: &Ident) -> Step {
    let recipe = Recipe::new(table, column);
    Step::new("drop_not_null", &recipe.object, Some(table))
        .for_undo("Its undo adds the check that proves NOT NULL, once the column is filled again.")
        .down([recipe.add_check()])
        .effect_down(nullable, &recipe.with_check(nullable, true))
        .alone("undo_check_not_null", recipe.subject())
        .grouped()
}
