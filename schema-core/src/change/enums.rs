//! `create_enum`, `drop_enum`, `add_label`: no lock on tables.
//!
//! A label stands in a file of its own, committed before anything uses it (55P04 otherwise); it has no undo, since
//! PostgreSQL cannot drop a label.

use super::step::Step;
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{EnumType, Literal, QName, Schema};
use crate::sql::{CommentOn, comment_sql, create_enum};

pub(super) fn create(state: &Schema, name: &QName, enum_type: &EnumType) -> Vec<Step> {
    let mut after = state.clone();
    after.enums.insert(name.clone(), enum_type.clone());
    vec![
        Step::new("create_enum", name.to_string(), None)
            .up(statements(name, enum_type))
            .down([Op::EnumDrop.plain(format!("DROP TYPE {name}"))])
            .effect(state, &after),
    ]
}

pub(super) fn remove(state: &Schema, name: &QName) -> Vec<Step> {
    let mut after = state.clone();
    let enum_type = after.enums.remove(name).unwrap_or_default();
    vec![
        Step::new("drop_enum", name.to_string(), None)
            .up([Op::EnumDrop.plain(format!("DROP TYPE {name}"))])
            .down(statements(name, &enum_type))
            .effect(state, &after),
    ]
}

fn statements(name: &QName, enum_type: &EnumType) -> Vec<Statement> {
    let mut out = vec![Op::EnumCreate.plain(create_enum(name, enum_type))];
    if let Some(text) = &enum_type.comment {
        out.push(Op::CommentOnly.plain(comment_sql(CommentOn::Type(name), Some(text))));
    }
    out
}

/// Adds the labels that `target` has more, each at its place.
///
/// A run of new labels goes in one after the other behind the label before it; at the head the run goes in backwards,
/// each before the one that was added last, because ADD VALUE must name a label that exists.
pub(super) fn add_labels(state: &Schema, name: &QName, target: &EnumType) -> Vec<Step> {
    let Some(current) = state.enums.get(name) else {
        return Vec::new();
    };
    let known = |label: &String| current.labels.contains(label);
    let mut added: Vec<(String, String)> = Vec::new();
    let first_known = target.labels.iter().position(known);
    if let Some(first) = first_known {
        for (at, label) in target.labels.iter().enumerate().take(first).rev() {
            added.push((label.clone(), format!(" BEFORE {}", Literal(&target.labels[at + 1]))));
        }
    }
    for (at, label) in target.labels.iter().enumerate().skip(first_known.unwrap_or(0)) {
        if !known(label) {
            let place = at
                .checked_sub(1)
                .map(|before| format!(" AFTER {}", Literal(&target.labels[before])));
            added.push((label.clone(), place.unwrap_or_default()));
        }
    }
    let mut after = state.clone();
    if let Some(enum_type) = after.enums.get_mut(name) {
        enum_type.labels.clone_from(&target.labels);
    }
    let labels: Vec<&str> = added.iter().map(|(label, _)| label.as_str()).collect();
    let mut step = Step::new("add_label", format!("{name}: {}", labels.join(", ")), None)
        .up(added.iter().map(|(label, place)| {
            Op::EnumAddValue.plain(format!(
                "ALTER TYPE {name} ADD VALUE IF NOT EXISTS {}{place}",
                Literal(label)
            ))
        }))
        .no_undo("PostgreSQL cannot drop an enum label: the added labels stay.")
        .alone("label", name.name.raw());
    step.up_effect = super::step::patches_between(state, &after);
    vec![step]
}
