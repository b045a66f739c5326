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
    if !statement.goes_down {
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
