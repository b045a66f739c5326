//! `create_sequence`, `alter_sequence`, `drop_sequence`, `rename_sequence`: locks on the sequence alone.

use std::collections::BTreeSet;

use super::column_settings::beyond_rows;
use super::step::Step;
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{Literal, QName, Schema, Sequence};
use crate::sql::{CommentOn, comment_sql, create_sequence, sequence_changes};

pub(super) fn create(state: &Schema, name: &QName, sequence: &Sequence) -> Vec<Step> {
    let mut after = state.clone();
    after.sequences.insert(name.clone(), sequence.clone());
    vec![
        Step::new("create_sequence", name.to_string(), None)
            .up([Op::SequenceCreate.plain(create_sequence(name, sequence))])
            .up(behind_rows(state, name, sequence))
            .up(belongings(name, sequence))
            .down([Op::SequenceDrop.plain(format!("DROP SEQUENCE {name}"))])
            .effect(state, &after),
    ]
}

pub(super) fn remove(state: &Schema, name: &QName) -> Vec<Step> {
    let mut after = state.clone();
    let sequence = after.sequences.remove(name).unwrap_or_default();
    vec![
        Step::new("drop_sequence", name.to_string(), None)
            .up([Op::SequenceDrop.plain(format!("DROP SEQUENCE {name}"))])
            .down(statements(name, &sequence))
            .effect(state, &after),
    ]
}

/// An owned sequence lies in its table's namespace: on the way into another one it has no owner.
pub(super) fn rename(state: &Schema, from: &QName, to: &QName) -> Vec<Step> {
    let mut after = state.clone();
    let owner = state.sequences.get(from).and_then(|s| s.owned_by.as_ref());
    let freed = owner.filter(|_| from.schema != to.schema);
    if freed.is_some()
        && let Some(sequence) = after.sequences.get_mut(from)
    {
        sequence.owned_by = None;
    }
    after.rename_sequence(from, to);
    let free = freed.map(|_| Op::SequenceOwnedBy.plain(format!("ALTER SEQUENCE {from} OWNED BY NONE")));
    let own = freed
        .map(|(table, column)| Op::SequenceOwnedBy.plain(format!("ALTER SEQUENCE {from} OWNED BY {table}.{column}")));
    let table = owner.map(|(table, _)| table);
    vec![
        Step::new("rename_sequence", to.to_string(), table)
            .up(free.into_iter().chain(called(from, to, &state.relation_names())))
            .down(called(to, from, &after.relation_names()).into_iter().chain(own))
            .effect(state, &after),
    ]
}

fn called(from: &QName, to: &QName, taken: &BTreeSet<QName>) -> Vec<Statement> {
    let name = |sequence: &QName| Op::SequenceAlter.plain(format!("ALTER SEQUENCE {sequence} RENAME TO {}", to.name));
    let namespace =
        |sequence: &QName| Op::SequenceAlter.plain(format!("ALTER SEQUENCE {sequence} SET SCHEMA {}", to.schema));
    super::called::called(from, to, taken, name, namespace)
}

pub(super) fn alter(state: &Schema, name: &QName, target: &Sequence) -> Vec<Step> {
    let Some(current) = state.sequences.get(name) else {
        return Vec::new();
    };
    let mut after = state.clone();
    let comment = current.comment.clone();
    after.sequences.insert(
        name.clone(),
        Sequence {
            comment,
            ..target.clone()
        },
    );
    vec![
        Step::new(
            "alter_sequence",
            name.to_string(),
            target.owned_by.as_ref().map(|(table, _)| table),
        )
        .up(changes(name, current, target))
        .down(changes(name, target, current))
        .effect(state, &after),
    ]
}

/// The statements that create a sequence with everything it has.
pub(super) fn statements(name: &QName, sequence: &Sequence) -> Vec<Statement> {
    let mut out = vec![Op::SequenceCreate.plain(create_sequence(name, sequence))];
    out.extend(belongings(name, sequence));
    out
}

/// The sequence of a column that has numbers already goes on behind them.
fn behind_rows(state: &Schema, name: &QName, sequence: &Sequence) -> Option<Statement> {
    let (table, column) = sequence.owned_by.as_ref()?;
    let found = state.tables.get(table)?.column(column)?;
    let whole = matches!(found.type_name.as_str(), "smallint" | "integer" | "bigint");
    let literal = Literal(&name.to_string()).to_string();
    // Behind the last number that there is no other follows.
    let mut room = sequence.options.clone();
    if room.increment > 0 {
        room.max = room.max.saturating_sub(room.increment);
    } else {
        room.min = room.min.saturating_sub(room.increment);
    }
    whole.then(|| Op::Check.plain(beyond_rows(table, column, &literal, &room)))
}

/// What a sequence gets once the column that owns it stands.
pub(super) fn belongings(name: &QName, sequence: &Sequence) -> Vec<Statement> {
    let comment = sequence.comment.as_ref();
    let comment = comment.map(|text| Op::CommentOnly.plain(comment_sql(CommentOn::Sequence(name), Some(text))));
    owned_by(name, sequence).into_iter().chain(comment).collect()
}

/// `OWNED BY`, once the column stands.
pub(super) fn owned_by(name: &QName, sequence: &Sequence) -> Option<Statement> {
    let (table, column) = sequence.owned_by.as_ref()?;
    Some(Op::SequenceOwnedBy.plain(format!("ALTER SEQUENCE {name} OWNED BY {table}.{column}")))
}

fn changes(name: &QName, from: &Sequence, to: &Sequence) -> Vec<Statement> {
    let mut out = Vec::new();
    if let Some(sql) = sequence_changes(name, &from.options, &to.options) {
        out.push(Op::SequenceAlter.plain(sql));
    }
    if from.owned_by != to.owned_by {
        out.push(
            owned_by(name, to)
                .unwrap_or_else(|| Op::SequenceOwnedBy.plain(format!("ALTER SEQUENCE {name} OWNED BY NONE"))),
        );
    }
    if from.unlogged != to.unlogged {
        let word = if to.unlogged { "UNLOGGED" } else { "LOGGED" };
        out.push(Op::SequenceAlter.plain(format!("ALTER SEQUENCE {name} SET {word}")));
    }
    out
}
