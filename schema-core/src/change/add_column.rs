//! `add_column`: ACCESS EXCLUSIVE for an instant.
//!
//! A constant or `now()` default goes in with the column and does not rewrite the table (`column.add.default_const`). A
//! volatile one would (`column.add.default_gen_random_uuid`), so the column comes first, then its default, then a backfill,
//! then NOT NULL; the same where a backfill gives the rows that stand other values than the default. A stored generated
//! column has no online way: hazard `rewrite`.

use super::step::{Context, Step};
use super::{backfill, not_null, sequence};
use crate::facts::Op;
use crate::plan::HazardKind;
use crate::schema::{Column, Expr, Fill, QName, Schema, Sequence};
use crate::sql::{Alter, CommentOn, column_definition, comment_sql};
use crate::volatility::{is_constant, is_volatile};

pub(super) fn steps(
    state: &Schema,
    table: &QName,
    column: &Column,
    sequences: &[(QName, Sequence)],
    fill: Option<&Fill>,
    context: &Context,
) -> Vec<Step> {
    let object = format!("{table}.{}", column.name);
    let rewrites = column.generated.as_ref().is_some_and(|g| g.stored)
        || column.identity.is_some()
        || is_constrained_domain(state, &column.type_name);
    // Rows that stand would read a default that comes with the column, and a backfill would find nothing to do.
    let default_apart =
        !rewrites && (fill.is_some() && column.default.is_some() || column.default.as_ref().is_some_and(is_volatile));
    let filled_later = default_apart && fill.is_none();
    let mut first = column.clone();
    if default_apart {
        first.default = None;
    }
    if filled_later {
        first.not_null = false;
    }
    let mut after = state.clone();
    after
        .sequences
        .extend(sequences.iter().map(|(n, s)| (n.clone(), s.clone())));
    let mut placed = first.clone();
    placed.default.clone_from(&column.default);
    if let Some(t) = after.tables.get_mut(table) {
        t.columns.push(placed);
    }
    let op = if rewrites { Op::ColumnAddRewrite } else { Op::ColumnAdd };
    let mut step = Step::new("add_column", &object, Some(table))
        .up(sequences
            .iter()
            .map(|(n, s)| Op::SequenceCreate.plain(crate::sql::create_sequence(n, s))))
        .up([op.on(
            table,
            format!("ALTER TABLE {table} ADD COLUMN {}", column_definition(&first)),
        )]);
    if default_apart && let Some(default) = &column.default {
        let sql = format!("ALTER TABLE {table} ALTER COLUMN {} SET DEFAULT {default}", column.name);
        step = step.up([Op::ColumnDefault.on(table, sql)]);
    }
    for (name, sequence) in sequences {
        step = step.up(sequence::belongings(name, sequence));
    }
    step = step.up(details(state, table, column));
    if !context.unguarded.contains(&object) {
        step = step.down(guard(table, column, fill));
    }
    step = step
        .down([Op::ColumnDrop.on(table, format!("ALTER TABLE {table} DROP COLUMN {}", column.name))])
        .effect(state, &after);
    if !rewrites && fill.is_none_or(|f| f.value.is_some()) {
        step = step.note(if column.default.is_some() {
            format!("Old code does not write {}: its rows get the default.", column.name)
        } else {
            format!("Old code does not write {}: its rows have NULL there.", column.name)
        });
    }
    if rewrites {
        step.alone = true;
        step.verb = "rewrite";
        step = step.hazard(
            HazardKind::Rewrite,
            &object,
            format!(
                "adding {object} rewrites {table} under ACCESS EXCLUSIVE: nothing reads or writes it meanwhile; a plain column \
                 kept by a trigger needs no rewrite"
            ),
        );
    }
    let mut steps = vec![step];
    if filled_later {
        let default = column.default.clone().unwrap_or_else(|| Expr::from("NULL"));
        let fill = Fill {
            table: table.clone(),
            column: column.name.clone(),
            value: Some(default),
            missing: Expr(format!("{} IS NULL", column.name)),
            key: after.table(table).map(crate::stages::batch_key).unwrap_or_default(),
            round: 0,
        };
        steps.extend(backfill::run_only(&fill));
        if column.not_null {
            steps.extend(not_null::set(&after, table, &column.name, context));
        }
    }
    steps
}

/// Comment, statistics target and attribute options: what `ADD COLUMN` cannot say.
pub(super) fn details(state: &Schema, table: &QName, column: &Column) -> Vec<crate::plan::Statement> {
    let mut out = Vec::new();
    if let Some(storage) = &column.storage {
        let action = format!("ALTER COLUMN {} SET STORAGE {storage}", column.name);
        out.push(Op::ColumnStorage.alter(Alter::all(table), action));
    }
    if let Some(target) = column.statistics {
        let action = format!("ALTER COLUMN {} SET STATISTICS {target}", column.name);
        out.push(Op::ColumnStatistics.alter(Alter::alone(state, table), action));
    }
    if !column.options.is_empty() {
        let sql = format!(
            "ALTER TABLE {table} ALTER COLUMN {} SET ({})",
            column.name,
            crate::sql::parameters(&column.options)
        );
        out.push(Op::ColumnStatistics.on(table, sql));
    }
    if let Some(text) = column.identity.as_ref().and_then(|i| i.comment.as_deref()) {
        out.push(Op::CommentOnly.plain(crate::sql::identity_comment_sql(table, &column.name, Some(text))));
    }
    if let Some(text) = &column.comment {
        out.push(Op::TableComment.on(table, comment_sql(CommentOn::Column(table, &column.name), Some(text))));
    }
    out
}

/// Raises when the column holds values that its default, fill or sync would not make again.
fn guard(table: &QName, column: &Column, fill: Option<&Fill>) -> Option<crate::plan::Statement> {
    let mut made: Vec<&Expr> = Vec::new();
    for value in [column.default.as_ref(), fill.and_then(|f| f.value.as_ref())]
        .into_iter()
        .flatten()
    {
        if !made.contains(&value) {
            made.push(value);
        }
    }
    let synced = fill.is_some_and(|f| f.value.is_none());
    if synced || column.generated.is_some() || column.identity.is_some() {
        return None;
    }
    // A value that is made anew each time cannot be told from one that somebody wrote.
    if made.iter().any(|e| !is_constant(e)) {
        return None;
    }
    let name = &column.name;
    let mut conditions = vec![format!("{name} IS NOT NULL")];
    for value in made {
        // As text, because not every type has an equality.
        conditions.push(format!(
            "({name})::pg_catalog.text IS DISTINCT FROM (({value})::{})::pg_catalog.text",
            column.type_name
        ));
    }
    let object = format!("{table}.{name}");
    let query = format!("SELECT 1 FROM {table} WHERE {}", conditions.join(" AND "));
    Some(super::drop_table::data_loss_guard(&object, &query, "values"))
}

fn is_constrained_domain(state: &Schema, type_name: &str) -> bool {
    let element = type_name.trim_end_matches("[]");
    state
        .others
        .iter()
        .any(|o| o.kind == "domain" && o.name == element && o.definition.contains("CHECK"))
}
