//! `create_sequence`, `alter_sequence`, `drop_sequence`, `rename_sequence`: locks on the sequence alone.

use super::step::Step;
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{QName, Schema, Sequence};
use crate::sql::{CommentOn, comment_sql, create_sequence, sequence_changes};

pub(super) fn create(state: &Schema, name: &QName, sequence: &Sequence) -> Vec<Step> {
    let mut after = state.clone();
    after.sequences.insert(name.clone(), sequence.clone());
    vec![
        Step::new("create_sequence", name.to_string(), None)
            .up(statements(name, sequence))
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

pub(super) fn rename(state: &Schema, from: &QName, to: &QName) -> Vec<Step> {
    let mut after = state.clone();
    after.rename_sequence(from, to);
    let owner = after.sequences.get(to).and_then(|s| s.owned_by.as_ref());
    let table = owner.map(|(table, _)| table.clone());
    vec![
        Step::new("rename_sequence", to.to_string(), table.as_ref())
            .up([Op::SequenceAlter.plain(format!("ALTER SEQUENCE {from} RENAME TO {}", to.name))])
            .down([Op::SequenceAlter.plain(format!("ALTER SEQUENCE {to} RENAME TO {}", from.name))])
            .effect(state, &after),
    ]
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
