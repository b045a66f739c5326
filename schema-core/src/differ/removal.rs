//! What goes waits for what still holds on to it, wherever names put it in the order.

use super::Task;
use super::column::nothing_own;
use super::constraints::no_primary_key;
use crate::change::Change;
use crate::expression::columns_named;
use crate::schema::{ConstraintKind, Ident, QName, Schema, SyncDirection};

/// Adds what each removal needs and gives.
pub(super) fn order_removals(from: &Schema, tasks: &mut [Task]) {
    let enums: Vec<QName> = dropped(tasks, |change| match change {
        Change::DropEnum(name) => Some(name),
        _ => None,
    });
    let sequences: Vec<QName> = dropped(tasks, |change| match change {
        Change::DropSequence(name) => Some(name),
        _ => None,
    });
    for task in tasks {
        let (needs, gives) = of(from, &task.change);
        task.needs.extend(needs);
        task.gives.extend(gives);
        if let Some(table) = changed_columns(&task.change) {
            let columns = from.tables.get(table).into_iter().flat_map(|t| &t.columns);
            for column in columns {
                let has_type = enums
                    .iter()
                    .filter(|e| from.enum_of_type(&column.type_name) == Some(*e));
                task.gives.extend(has_type.map(|e| format!("the unused type {e}")));
                let draws = |s: &&QName| column.default.as_ref().is_some_and(|d| d.draws_from(s));
                let drawn = sequences.iter().filter(draws);
                task.gives.extend(drawn.map(|s| format!("the unused sequence {s}")));
            }
        }
    }
}

fn dropped(tasks: &[Task], name: impl Fn(&Change) -> Option<&QName>) -> Vec<QName> {
    tasks.iter().filter_map(|task| name(&task.change)).cloned().collect()
}

/// The table whose columns, defaults or types the change takes away or alters.
fn changed_columns(change: &Change) -> Option<&QName> {
    match change {
        Change::DropTable(table)
        | Change::DropColumn(table, _)
        | Change::AlterColumnType(table, _)
        | Change::SetDefault(table, ..)
        | Change::SetIdentity(table, _)
        | Change::SetGenerated(table, _) => Some(table),
        _ => None,
    }
}

fn of(from: &Schema, change: &Change) -> (Vec<String>, Vec<String>) {
    let cleared = |table: &QName| format!("the cleared columns of {table}");
    let uncomputed = |table: &QName| format!("no computed column of {table} that goes");
    let free = |table: &QName, column: &Ident| format!("nothing that goes is computed from {table}.{column}");
    let released = |table: &QName| format!("the released table {table}");
    let computed = |table: &QName, column: &Ident| {
        let found = from.tables.get(table).and_then(|t| t.column(column));
        found.and_then(|c| c.generated.as_ref())
    };
    let unchecked = |table: &QName, column: &Ident| format!("no old check over {table}.{column}");
    match change {
        Change::DropSync(function, _) => {
            let Some(sync) = from.syncs.get(function) else {
                return (Vec::new(), Vec::new());
            };
            // On the way back the column comes empty: a check must not stand before the trigger does and a fill was there.
            let left = match sync.direction {
                SyncDirection::TwoWay => Some(&sync.from),
                SyncDirection::Forward | SyncDirection::Backward => Some(&sync.to),
                SyncDirection::InPlace => None,
            };
            // So must not what partitions demand of it.
            let needs = left.map(|column| [unchecked(&sync.table, column), nothing_own(&sync.table, column)]);
            (needs.into_iter().flatten().collect(), vec![cleared(&sync.table)])
        }
        Change::DropIndex(table, name) => {
            let index = from.tables.get(table).and_then(|t| t.indexes.get(name));
            let computed = index.into_iter().flat_map(|i| &i.expression_columns);
            let mut gives: Vec<String> = computed.map(|column| free(table, column)).collect();
            gives.push(cleared(table));
            (Vec::new(), gives)
        }
        Change::DropConstraint(table, name) => {
            let mut gives = vec![cleared(table)];
            let constraint = from.tables.get(table).and_then(|t| t.constraints.get(name));
            if let Some(ConstraintKind::Check(check)) = constraint.map(|c| &c.kind) {
                gives.extend(check.columns.iter().map(|column| unchecked(table, column)));
            }
            (Vec::new(), gives)
        }
        Change::DropNotNull(table, column) => {
            let keyed = from
                .family(table)
                .into_iter()
                .filter(|member| from.is_keyed(member, column));
            (keyed.map(|member| no_primary_key(&member)).collect(), Vec::new())
        }
        // PostgreSQL would compute it again from the new type.
        Change::AlterColumnType(table, column) => (vec![free(table, &column.name)], Vec::new()),
        Change::DropKey(table, _) | Change::SwapKey { table, .. } => (vec![released(table)], vec![cleared(table)]),
        Change::DropForeignKey(table, name) => {
            let constraint = from.tables.get(table).and_then(|t| t.constraints.get(name));
            let mut gives = vec![cleared(table), released(table)];
            if let Some(ConstraintKind::ForeignKey(key)) = constraint.map(|c| &c.kind) {
                gives.push(released(&key.references));
            }
            (Vec::new(), gives)
        }
        Change::DropColumn(table, column) => match (computed(table, column), from.tables.get(table)) {
            (Some(generated), Some(own)) => {
                let named = columns_named(&generated.expression, own);
                let mut gives: Vec<String> = named.iter().map(|column| free(table, column)).collect();
                gives.push(uncomputed(table));
                (from.family(table).iter().map(cleared).collect(), gives)
            }
            _ => {
                let mut needs: Vec<String> = from.family(table).iter().map(cleared).collect();
                needs.push(uncomputed(table));
                (needs, Vec::new())
            }
        },
        Change::DropTable(table) => {
            // A sequence that gets another owner would go along.
            let owned = from.sequences.iter();
            let owned = owned.filter(|(_, s)| s.owned_by.as_ref().is_some_and(|(t, _)| t == table));
            let mut needs: Vec<String> = owned.map(|(name, _)| format!("owner of {name}")).collect();
            needs.push(released(table));
            (needs, Vec::new())
        }
        Change::DropEnum(name) => (vec![format!("the unused type {name}")], Vec::new()),
        Change::DropSequence(name) => (vec![format!("the unused sequence {name}")], Vec::new()),
        _ => (Vec::new(), Vec::new()),
    }
}
