//! `create_schema`, `drop_schema`: no lock on tables. A namespace is dropped empty or not at all.

use super::step::Step;
use crate::facts::Op;
use crate::schema::{Ident, Namespace, Schema};
use crate::sql::{CommentOn, comment_sql};

pub(super) fn create(state: &Schema, name: &Ident, namespace: &Namespace) -> Vec<Step> {
    let mut after = state.clone();
    after.namespaces.insert(name.clone(), namespace.clone());
    vec![
        Step::new("create_schema", name.raw(), None)
            .up([Op::SchemaCreate.plain(format!("CREATE SCHEMA {name}"))])
            .up(comment(name, namespace))
            .down([Op::SchemaDrop.plain(format!("DROP SCHEMA {name}"))])
            .effect(state, &after),
    ]
}

pub(super) fn remove(state: &Schema, name: &Ident) -> Vec<Step> {
    let mut after = state.clone();
    let namespace = after.namespaces.remove(name).unwrap_or_default();
    vec![
        Step::new("drop_schema", name.raw(), None)
            .up([Op::SchemaDrop.plain(format!("DROP SCHEMA {name}"))])
            .down([Op::SchemaCreate.plain(format!("CREATE SCHEMA {name}"))])
            .down(comment(name, &namespace))
            .effect(state, &after),
    ]
}

fn comment(name: &Ident, namespace: &Namespace) -> Option<crate::plan::Statement> {
    let text = namespace.comment.as_deref()?;
    Some(Op::CommentOnly.plain(comment_sql(CommentOn::Schema(name), Some(text))))
}
