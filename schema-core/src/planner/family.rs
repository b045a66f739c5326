//! What is done to a partitioned table, or to an inheritance parent, is done to those below it as well: their locks.

use crate::change::Step;
use crate::plan::{Lock, Statement};
use crate::schema::Schema;

/// Adds to each statement the locks that it takes on the partitions and children of the tables that it names.
pub(super) fn lock_members(state: &Schema, step: &mut Step) {
    for statement in step.up.iter_mut().chain(&mut step.down) {
        lock(state, statement);
    }
}

fn lock(state: &Schema, statement: &mut Statement) {
    if !goes_down(&statement.sql) {
        return;
    }
    let mut more: Vec<Lock> = Vec::new();
    for lock in &statement.locks {
        let members = state.family(&lock.on).into_iter().filter(|member| *member != lock.on);
        more.extend(members.map(|on| Lock { mode: lock.mode, on }));
    }
    more.retain(|lock| !statement.locks.contains(lock));
    statement.locks.extend(more);
}

/// Whether PostgreSQL carries the statement on to what is below the table.
fn goes_down(sql: &str) -> bool {
    if [
        "CREATE TRIGGER ",
        "DROP TRIGGER ",
        "LOCK TABLE ",
        "UPDATE ",
        "DROP INDEX ",
    ]
    .iter()
    .any(|start| sql.starts_with(start))
    {
        return true;
    }
    if !sql.starts_with("ALTER TABLE ") || sql.starts_with("ALTER TABLE ONLY ") {
        return false;
    }
    let actions = [
        " ADD COLUMN ",
        " DROP COLUMN ",
        " RENAME COLUMN ",
        " ALTER COLUMN ",
        " ADD CONSTRAINT ",
        " DROP CONSTRAINT ",
        " RENAME CONSTRAINT ",
        " VALIDATE CONSTRAINT ",
        " ALTER CONSTRAINT ",
    ];
    actions.iter().any(|action| sql.contains(action))
}
