//! `backfill`: small transactions along a unique key, each behind the other; ROW EXCLUSIVE, and each batch's rows until its
//! commit.
//!
//! One `DO` that commits after each batch, so that every runner can run it; it can be stopped and started again at any
//! time. With a sync it touches the rows and the trigger converts (recipes 3): writing the value itself would look like new
//! code's write. Without a unique NOT NULL key it is one UPDATE that holds every row to its end: hazard `long_update`.

use super::step::Step;
use crate::facts::Op;
use crate::plan::{HazardKind, Statement};
use crate::schema::{Fill, Ident, Schema};
use crate::sql::column_list;

/// Rows in one batch: 2,000 to 10,000 measured as right (recipes 3).
const BATCH_ROWS: u32 = 5_000;

/// How long a batch waits for a row that a client holds. Well below `deadlock_timeout` (1 s): where the client waits for a
/// row of the batch in its turn, the batch gives up before PostgreSQL chooses one of the two.
const ROW_WAIT_MS: u32 = 200;

pub(super) fn steps(state: &Schema, id: &str, fill: &Fill) -> Vec<Step> {
    let mut after = state.clone();
    after.fills.insert(id.to_owned(), fill.clone());
    let mut steps = run_only(fill);
    if let Some(step) = steps.first_mut() {
        step.up_effect = super::step::patches_between(state, &after);
        step.down_effect = super::step::patches_between(&after, state);
    }
    steps
}

/// The step without an effect on the schema.
pub(super) fn run_only(fill: &Fill) -> Vec<Step> {
    let step = Step::new("backfill", object(fill), Some(&fill.table))
        .up([statement(fill)])
        .no_undo("The undo of the column takes the values away with it.")
        .note("Old and new code run on; each batch holds its rows for a fraction of a second, and gives way to clients that hold one of them.")
        .alone("backfill", subject(fill));
    vec![with_hazard(step, fill)]
}

/// A backfill that only runs on the way back.
pub(super) fn undo_only(fill: &Fill) -> Vec<Step> {
    let step = Step::new("backfill", object(fill), Some(&fill.table))
        .for_undo("Its undo fills the column again.")
        .down([statement(fill)])
        .alone("undo_fill", subject(fill))
        .grouped();
    vec![with_hazard(step, fill)]
}

fn with_hazard(step: Step, fill: &Fill) -> Step {
    if !fill.key.is_empty() {
        return step;
    }
    let message = format!(
        "{} has no unique NOT NULL key to walk along: the backfill of {} is one UPDATE that holds every row to its end",
        fill.table, fill.column
    );
    step.hazard(HazardKind::LongUpdate, object(fill), message)
}

fn object(fill: &Fill) -> String {
    format!("{}.{}", fill.table, fill.column)
}

fn subject(fill: &Fill) -> String {
    format!("{}_{}", fill.table.name.raw(), fill.column.raw())
}

fn statement(fill: &Fill) -> Statement {
    let (table, column) = (&fill.table, &fill.column);
    let value = fill
        .value
        .as_ref()
        .map_or_else(|| column.to_string(), ToString::to_string);
    let update = format!("UPDATE {table} SET {column} = {value}");
    if fill.key.is_empty() {
        return Op::Update.on(table, format!("{update} WHERE {}", fill.missing));
    }
    let body = keyset_loop(fill, &update);
    Op::UpdateBatches.on(table, format!("DO {}", crate::sql::dollar_quoted(&body)))
}

/// The bound of a batch is read first and by `ORDER BY … LIMIT`, because not every key type has a max().
///
/// Clients lock rows in an order of their own. A batch that meets a row of theirs gives up what it holds and tries again
/// with fewer rows.
fn keyset_loop(fill: &Fill, update: &str) -> String {
    let table = &fill.table;
    let keys = column_list(&fill.key);
    let variables = |prefix: &str| -> Vec<Ident> {
        (1..=fill.key.len())
            .map(|n| Ident::new(format!("schemagen_{prefix}_{n}")))
            .collect()
    };
    let (first, last) = (variables("first"), variables("last"));
    let declare: String = first
        .iter()
        .chain(&last)
        .zip(fill.key.iter().chain(&fill.key))
        .map(|(variable, key)| format!("  {variable} {table}.{key}%TYPE;\n"))
        .collect();
    let descending: Vec<String> = fill.key.iter().map(|k| format!("{k} DESC")).collect();
    let row = |columns: &str| {
        if fill.key.len() == 1 {
            columns.to_owned()
        } else {
            format!("({columns})")
        }
    };
    let (key_row, first_row, last_row) = (row(&keys), row(&column_list(&first)), row(&column_list(&last)));
    format!(
        "DECLARE\n{declare}  schemagen_rows integer := {BATCH_ROWS};\n  schemagen_done boolean;\nBEGIN\n  \
         SELECT {keys} INTO {first_list} FROM {table} ORDER BY {keys} LIMIT 1;\n  \
         WHILE FOUND LOOP\n    \
         SELECT {keys} INTO {last_list}\n      FROM (SELECT {keys} FROM {table} WHERE {key_row} >= {first_row} ORDER BY {keys} LIMIT schemagen_rows) batch\n      ORDER BY {order} LIMIT 1;\n    \
         BEGIN\n      \
         SET LOCAL lock_timeout = '{ROW_WAIT_MS}ms';\n      \
         {update}\n        WHERE {key_row} >= {first_row} AND {key_row} <= {last_row} AND ({missing});\n      \
         schemagen_done := true;\n    \
         EXCEPTION WHEN lock_not_available OR deadlock_detected THEN\n      \
         schemagen_done := false;\n    \
         END;\n    \
         COMMIT;\n    \
         IF schemagen_done THEN\n      \
         schemagen_rows := least(2 * schemagen_rows, {BATCH_ROWS});\n      \
         SELECT {keys} INTO {first_list} FROM {table} WHERE {key_row} > {last_row} ORDER BY {keys} LIMIT 1;\n    \
         ELSE\n      \
         schemagen_rows := greatest(schemagen_rows / 4, 1);\n      \
         PERFORM pg_catalog.pg_sleep(0.1);\n    \
         END IF;\n  \
         END LOOP;\nEND",
        first_list = column_list(&first),
        last_list = column_list(&last),
        order = descending.join(", "),
        missing = fill.missing,
    )
}
