//! `create_sync`: function and trigger that keep two columns in step (SHARE ROW EXCLUSIVE, instant).
//!
//! Old code writes the old name, new code the new one; each sees the other's writes for the rows it touches, and for all
//! once the backfill is through.

use super::step::Step;
use crate::facts::Op;
use crate::plan::{HazardKind, Statement};
use crate::schema::{QName, Schema, Sync, SyncDirection};
use crate::sql;

pub(super) fn create(state: &Schema, function: &QName, sync: &Sync) -> Vec<Step> {
    let mut after = state.clone();
    after.syncs.insert(function.clone(), sync.clone());
    let object = match sync.direction {
        SyncDirection::InPlace => format!("{}.{}", sync.table, sync.to),
        _ => format!("{}.{} and {}", sync.table, sync.from, sync.to),
    };
    let mut step = Step::new("create_sync", object, Some(&sync.table))
        .up(create_statements(function, sync))
        .down(drop_statements(function, sync))
        .effect(state, &after)
        .note(match sync.direction {
            SyncDirection::TwoWay => format!(
                "Old code reads and writes {from}, new code {to}; the trigger carries each write over. Rows that stand have NULL in \
                 {to} until they are written or backfilled.",
                from = sync.from,
                to = sync.to
            ),
            SyncDirection::Forward | SyncDirection::Backward => format!("The trigger fills {} from {}.", sync.to, sync.from),
            SyncDirection::InPlace => format!(
                "What old code writes to {} as a label that goes is stored as the one that takes its place, which old code reads \
                 back. The rows that the backfill moves keep the new label, also after the undo.",
                sync.to
            ),
        });
    if !sync.key_locks.is_empty() {
        let column = format!("{}.{}", sync.table, sync.to);
        step = step.hazard(
            HazardKind::BulkInsert,
            &column,
            format!("each INSERT or upsert of a key of {column} takes one advisory lock until its transaction ends: at most 10,000 keys in one transaction, and none that the same transaction has updated or locked before"),
        );
    }
    vec![step]
}

pub(super) fn create_statements(function: &QName, sync: &Sync) -> Vec<Statement> {
    let mut texts = sql::create_sync(function, sync).into_iter();
    let mut out: Vec<Statement> = texts
        .by_ref()
        .take(2)
        .map(|text| Op::FunctionCreate.plain(text))
        .collect();
    out.extend(texts.map(|text| Op::TriggerCreate.on(&sync.table, text)));
    out
}

pub(super) fn drop_statements(function: &QName, sync: &Sync) -> Vec<Statement> {
    let mut texts = sql::drop_sync(function, sync).into_iter();
    let mut out: Vec<Statement> = texts
        .by_ref()
        .take(1)
        .map(|text| Op::TriggerDrop.on(&sync.table, text))
        .collect();
    out.extend(texts.map(|text| Op::FunctionDrop.plain(text)));
    out
}
