//! The one structural differ: what must be added, dropped and altered to get from one schema to another.
//!
//! It knows no rename of columns and no phases; expand, cutover and contract are its answers for neighbouring stages. What
//! goes under one name and comes with an equal definition under another is renamed: that is how an index that was built
//! beside the old one gets its name.

mod column;
mod constraints;
mod cutover;
mod held_keys;
mod indexes;
mod names;
mod objects;
mod order;
mod partitions;
mod removal;
mod renamed;
mod table;
mod table_options;
mod whole_tables;

pub use order::{Segment, Task, in_order};

use crate::change::Change;
use crate::plan::TableRename;
use crate::schema::Schema;

/// The differences between two schemas as tasks in the order in which they can be done. Which sequence is called otherwise
/// from here on must be told: nothing but its numbers distinguishes one from a new one.
pub fn diff(from: &Schema, to: &Schema, told: &[TableRename]) -> Vec<Task> {
    let (renames, from) = renamed::first(from, to);
    let from: &Schema = &from;
    let renames = renames
        .into_iter()
        .map(|change| Task::new(Segment::Names, None, 0, change));
    if let Some(change) = cutover::find(from, to) {
        return renames.chain([Task::new(Segment::Tables, None, 0, change)]).collect();
    }
    let moves = partitions::Moves::find(from, to);
    let tasks = if moves.is_empty() {
        between(from, to, told)
    } else {
        let (apart, wanted) = moves.apart(from, to);
        let mut tasks = between(&apart, &wanted, told);
        moves.add_tasks(from, to, &mut tasks);
        tasks
    };
    // What moves into a new namespace finds it there.
    let (namespaces, rest): (Vec<Task>, Vec<Task>) = in_order(tasks)
        .into_iter()
        .partition(|task| matches!(task.change, Change::CreateNamespace(..)));
    namespaces.into_iter().chain(renames).chain(rest).collect()
}

fn between(from: &Schema, to: &Schema, told: &[TableRename]) -> Vec<Task> {
    let mut found = Differ {
        from,
        to,
        told,
        tasks: Vec::new(),
    };
    found.objects();
    found.tables();
    removal::order_removals(from, &mut found.tasks);
    names::order_by_name(from, to, &mut found.tasks);
    found.tasks
}

/// Two schemas and what was found so far.
pub(crate) struct Differ<'a> {
    pub(crate) from: &'a Schema,
    pub(crate) to: &'a Schema,
    /// Sequences that get another name.
    pub(crate) told: &'a [TableRename],
    pub(crate) tasks: Vec<Task>,
}
