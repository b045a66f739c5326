//! `comment`: SHARE UPDATE EXCLUSIVE for an instant.

use super::Commented;
use super::step::Step;
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::Schema;
use crate::sql::{CommentOn, comment_sql};

/// The kind of a comment on an object outside the model.
pub(crate) const OUTSIDE: &str = "comment_outside_model";

pub(super) fn steps(state: &Schema, object: &Commented, text: Option<&str>) -> Vec<Step> {
    let mut after = state.clone();
    if let Commented::Other(kind, name) = object {
        let was = state
            .others
            .iter()
            .find(|o| o.kind == *kind && o.name == *name)
            .and_then(|o| o.comment.clone());
        // Alone: the proof has nothing of the object on its scratch database.
        return vec![
            Step::new(OUTSIDE, describe(object), None)
                .up([sql(object, text)])
                .down([sql(object, was.as_deref())])
                .alone("comment", name.clone()),
        ];
    }
    let Some(place) = place(&mut after, object) else {
        return Vec::new();
    };
    let was = place.clone();
    *place = text.map(str::to_owned);
    vec![
        Step::new("comment", describe(object), table(object))
            .up([sql(object, text)])
            .down([sql(object, was.as_deref())])
            .effect(state, &after),
    ]
}

fn place<'a>(schema: &'a mut Schema, object: &Commented) -> Option<&'a mut Option<String>> {
    Some(match object {
        Commented::Other(..) => return None,
        Commented::Namespace(name) => &mut schema.namespaces.get_mut(name)?.comment,
        Commented::Enum(name) => &mut schema.enums.get_mut(name)?.comment,
        Commented::Sequence(name) => &mut schema.sequences.get_mut(name)?.comment,
        Commented::Table(name) => &mut schema.tables.get_mut(name)?.comment,
        Commented::Column(table, name) => &mut schema.tables.get_mut(table)?.column_mut(name)?.comment,
        Commented::Constraint(table, name) => &mut schema.tables.get_mut(table)?.constraints.get_mut(name)?.comment,
        Commented::Index(table, name) => &mut schema.tables.get_mut(table)?.indexes.get_mut(name)?.comment,
        Commented::KeyIndex(table, name) => &mut schema.tables.get_mut(table)?.constraints.get_mut(name)?.index_comment,
    })
}

fn table(object: &Commented) -> Option<&crate::schema::QName> {
    match object {
        Commented::Table(t)
        | Commented::Column(t, _)
        | Commented::Constraint(t, _)
        | Commented::Index(t, _)
        | Commented::KeyIndex(t, _) => Some(t),
        _ => None,
    }
}

fn describe(object: &Commented) -> String {
    match object {
        Commented::Other(kind, name) => format!("{kind} {name}"),
        Commented::Namespace(name) => name.raw().to_owned(),
        Commented::Enum(name) | Commented::Sequence(name) | Commented::Table(name) => name.to_string(),
        Commented::Column(t, name)
        | Commented::Constraint(t, name)
        | Commented::Index(t, name)
        | Commented::KeyIndex(t, name) => {
            format!("{t}.{name}")
        }
    }
}

fn sql(object: &Commented, text: Option<&str>) -> Statement {
    match object {
        Commented::Other(kind, name) => {
            let word = word_of(kind).unwrap_or_default();
            Op::CommentOnly.plain(comment_sql(CommentOn::Other(word, name), text))
        }
        Commented::Namespace(name) => Op::CommentOnly.plain(comment_sql(CommentOn::Schema(name), text)),
        Commented::Enum(name) => Op::CommentOnly.plain(comment_sql(CommentOn::Type(name), text)),
        Commented::Sequence(name) => Op::CommentOnly.plain(comment_sql(CommentOn::Sequence(name), text)),
        Commented::Table(name) => Op::TableComment.on(name, comment_sql(CommentOn::Table(name), text)),
        Commented::Column(t, name) => Op::TableComment.on(t, comment_sql(CommentOn::Column(t, name), text)),
        Commented::Constraint(t, name) => Op::CommentOnly.plain(comment_sql(CommentOn::Constraint(t, name), text)),
        Commented::Index(t, name) | Commented::KeyIndex(t, name) => {
            Op::CommentOnly.plain(comment_sql(CommentOn::Index(&t.sibling(name.clone())), text))
        }
    }
}

/// The word that `COMMENT ON` takes for a kind of object outside the model.
pub(crate) fn word_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "view" => "VIEW",
        "materialized view" => "MATERIALIZED VIEW",
        "function" => "FUNCTION",
        "procedure" => "PROCEDURE",
        "aggregate" => "AGGREGATE",
        "trigger" => "TRIGGER",
        "policy" => "POLICY",
        "rule" => "RULE",
        "domain" => "DOMAIN",
        "composite type" | "range type" => "TYPE",
        "foreign table" => "FOREIGN TABLE",
        "statistics" => "STATISTICS",
        "publication" => "PUBLICATION",
        "event trigger" => "EVENT TRIGGER",
        "collation" => "COLLATION",
        "extension" => "EXTENSION",
        _ => return None,
    })
}
