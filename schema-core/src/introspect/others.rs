//! The completeness guard: what the model cannot express, and what of it hangs on objects of the model.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use sqlx::PgConnection;

use super::dependencies::{Dependencies, Node};
use super::query::rows;
use super::syncs::{Found, Unfit};
use super::{Included, IntrospectError};
use crate::schema::{Other, QName, Schema};

#[derive(Deserialize)]
struct Row {
    kind: String,
    class: String,
    oid: i64,
    schema: Option<String>,
    name: Option<String>,
    in_model: bool,
    refs: Option<Vec<(String, i64, i32)>>,
    definition: String,
    comment: Option<String>,
    identity: String,
}

impl Row {
    /// Whether the row's number is its own: what stands for a part of a table has the table's.
    fn is_a_node(&self) -> bool {
        !self.in_model
            && !matches!(
                self.kind.as_str(),
                "column grant" | "privileges" | "typed table" | "foreign key" | "not null constraint"
            )
    }

    fn stands_on(&self) -> Option<QName> {
        let on = matches!(
            self.kind.as_str(),
            "trigger" | "policy" | "rule" | "column grant" | "privileges" | "publication table"
        );
        match (&self.schema, &self.name) {
            (Some(schema), Some(name)) if on => Some(QName::new(schema.clone(), name.clone())),
            _ => None,
        }
    }

    fn included(&self, included: &Included) -> bool {
        match (&self.schema, &self.name) {
            (Some(schema), Some(name)) => included.object(&QName::new(schema.clone(), name.clone())),
            _ => true,
        }
    }
}

pub(super) async fn read(
    connection: &mut PgConnection,
    included: &Included,
    syncs: Found,
    stand_ins: Vec<Node>,
    schema: &mut Schema,
) -> Result<(), IntrospectError> {
    let found: Vec<Row> = rows(connection, "other objects", include_str!("sql/others.sql")).await?;
    let dependencies = Dependencies::read(connection, schema).await?;
    let ours: HashSet<Node> = syncs.objects.into_iter().chain(stand_ins).collect();
    let nodes: HashMap<Node, (String, String)> = found
        .iter()
        .filter(|row| row.is_a_node())
        .map(|row| ((row.class.clone(), row.oid), (row.kind.clone(), row.identity.clone())))
        .collect();
    let mut others: Vec<Other> = found
        .into_iter()
        .filter(|row| !ours.contains(&(row.class.clone(), row.oid)))
        .filter_map(|row| other(row, included, &dependencies, &nodes, &syncs.unfit))
        .collect();
    others.sort();
    schema.others = others;
    Ok(())
}

/// An object of the included schemas, or one elsewhere that needs something of the model.
fn other(
    row: Row,
    included: &Included,
    dependencies: &Dependencies,
    nodes: &HashMap<Node, (String, String)>,
    unfit: &[Unfit],
) -> Option<Other> {
    let inside = row.included(included);
    if inside && row.in_model {
        return None;
    }
    let on = row.stands_on();
    let held = row.is_a_node() && dependencies.holds(&(row.class.clone(), row.oid));
    let node = (row.class, row.oid);
    let refs = row
        .refs
        .into_iter()
        .flatten()
        .map(|(class, oid, column)| ((class, oid), column));
    let (depends_on, needs) = dependencies.of(&node, refs.collect(), nodes);
    if !inside && depends_on.is_empty() {
        return None;
    }
    let (kind, definition) = match unfit.iter().find(|sync| sync.function == node) {
        Some(sync) => (
            "broken sync".to_owned(),
            format!("-- {}\n{}", sync.reason, row.definition),
        ),
        None => (row.kind, row.definition),
    };
    Some(Other {
        kind,
        name: row.identity,
        definition,
        comment: row.comment,
        on,
        depends_on,
        needs,
        held,
        renamed: Vec::new(),
    })
}
