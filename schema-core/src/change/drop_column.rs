//! `drop_column`: ACCESS EXCLUSIVE for an instant; what stood on the column went before, by its own steps.
//!
//! The values are lost: it needs `--allow-data-loss`. The undo adds the column again, without its values.

use super::step::{Context, Step};
use super::{add_column, sequence};
use crate::facts::Op;
use crate::plan::HazardKind;
use crate::schema::{Ident, QName, Schema};
use crate::sql::column_definition;
use crate::volatility::is_volatile;

pub(super) fn steps(state: &Schema, table: &QName, name: &Ident, context: &Context) -> Vec<Step> {
    let Some(column) = state.tables.get(table).and_then(|t| t.column(name)).cloned() else {
        return Vec::new();
    };
    let object = format!("{table}.{name}");
    let owned: Vec<_> = state
        .sequences_owned_by(table, name)
        .filter_map(|s| state.sequences.get(s).map(|sequence| (s.clone(), sequence.clone())))
        .collect();
    let mut after = state.clone();
    for (sequence, _) in &owned {
        after.sequences.remove(sequence);
    }
    if let Some(t) = after.tables.get_mut(table) {
        t.columns.retain(|c| c.name != *name);
    }
    let statistics = super::cutover::statistics_on(state, table, &[name]);
    let drop = format!("ALTER TABLE {table} DROP COLUMN {name}");
    let retired = context.retired.contains(&(table.clone(), name.clone()));
    let mut step = Step::new("drop_column", &object, Some(table))
        .up(statistics.iter().map(|o| super::cutover::drop_statistics(table, o)))
        .up([Op::ColumnDrop.on(table, drop)]);
    if !statistics.is_empty() {
        let names: Vec<&str> = statistics.iter().map(|o| o.name.as_str()).collect();
        step = step.note(format!("The statistics {} go along.", names.join(", ")));
    }
    if retired {
        step = step.note("Its values live on in the column that took its place; the undo brings them back.");
    } else if column.generated.is_none() {
        step = step.hazard(
            HazardKind::DataLoss,
            &object,
            format!("the column {object} and its values are dropped"),
        );
        step.notes
            .push("The undo adds the column again; its values are lost.".to_owned());
    }
    let volatile = column.default.as_ref().is_some_and(is_volatile);
    let rewrites = column.generated.as_ref().is_some_and(|g| g.stored) || column.identity.is_some();
    // NOT NULL without a default cannot come back in one go while there are rows.
    let not_null_later = column.not_null && !rewrites && (volatile || column.default.is_none());
    let mut steps = Vec::new();
    let mut reached = state.clone();
    if not_null_later {
        let undo = super::not_null::undo_steps(&mut reached, table, name);
        steps.extend(undo);
        steps.push(super::not_null::undo_check(&reached, table, name));
    }
    let mut refill = None;
    if volatile && let Some(default) = &column.default {
        refill = Some(crate::schema::Fill {
            table: table.clone(),
            column: name.clone(),
            value: Some(default.clone()),
            missing: crate::schema::Expr(format!("{name} IS NULL")),
            key: after.table(table).map(crate::stages::batch_key).unwrap_or_default(),
            round: 0,
        });
    }
    if let Some(fill) = &refill {
        steps.extend(super::backfill::undo_only(fill));
    }
    let mut back = column.clone();
    if not_null_later {
        back.not_null = false;
    }
    if volatile {
        back.default = None;
    }
    let add = format!("ALTER TABLE {table} ADD COLUMN {}", column_definition(&back));
    let op = if rewrites { Op::ColumnAddRewrite } else { Op::ColumnAdd };
    step = step.down(
        owned
            .iter()
            .map(|(n, s)| Op::SequenceCreate.plain(crate::sql::create_sequence(n, s))),
    );
    step = step.down([op.on(table, add)]);
    if volatile && let Some(default) = &column.default {
        step = step.down([Op::ColumnDefault.on(
            table,
            format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {default}"),
        )]);
    }
    step = step.down(owned.iter().flat_map(|(n, s)| sequence::belongings(n, s)));
    step = step.down(add_column::details(state, table, &column));
    step = step.down(statistics.iter().map(|o| super::cutover::create_statistics(table, o)));
    // Backward the column comes without NOT NULL when steps before restore it: `reached` is the state in between.
    step = step.effect_up(state, &after).effect_down(&after, &reached);
    if not_null_later || refill.is_some() {
        step = step.grouped();
    }
    steps.push(step);
    steps
}
