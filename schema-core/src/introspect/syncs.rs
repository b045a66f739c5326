//! Our own trigger pairs, recognised by the comment on their function.

use serde::Deserialize;

use super::dependencies::{Node, PG_PROC, PG_TRIGGER};
use super::query::{Oid, Reader};
use super::{Included, IntrospectError, Live};
use crate::schema::{Ident, QName, Schema, Sync};
use crate::sql::create_sync;

/// What the comment on a sync's function begins with; the sync as JSON follows.
pub const SYNC_COMMENT: &str = "schemagen:sync ";

#[derive(Deserialize)]
struct Row {
    oid: Oid,
    schema: String,
    name: String,
    comment: String,
    body: String,
    definition: String,
    triggers: Vec<Trigger>,
}

#[derive(Deserialize)]
struct Trigger {
    oid: Oid,
    name: String,
    schema: String,
    table: String,
    enabled: bool,
    before_row: bool,
    insert: bool,
    update: bool,
    definition: String,
}

/// The catalog's numbers of the syncs.
#[derive(Default)]
pub(super) struct Found {
    /// Functions and triggers of complete syncs: they are no other objects.
    pub(super) objects: Vec<Node>,
    /// Functions that say they are a sync and are not a working one.
    pub(super) unfit: Vec<Unfit>,
}

pub(super) struct Unfit {
    pub(super) function: Node,
    pub(super) reason: String,
}

pub(super) async fn read(
    reader: &mut Reader<'_>,
    included: &Included,
    live: &mut Live,
) -> Result<Found, IntrospectError> {
    let mut found = Found::default();
    let candidates: Vec<Row> = reader.rows("syncs", include_str!("sql/syncs.sql")).await?;
    for row in candidates {
        let name = QName::new(row.schema.clone(), row.name.clone());
        let function = (PG_PROC, row.oid);
        match recognise(&row, &live.schema) {
            Ok(sync) if included.object(&sync.table) => {
                found.objects.push(function);
                found.objects.extend(row.triggers.iter().map(|t| (PG_TRIGGER, t.oid)));
                let definitions = std::iter::once(row.definition).chain(row.triggers.into_iter().map(|t| t.definition));
                live.sync_definitions.insert(name.clone(), definitions.collect());
                live.schema.syncs.insert(name, sync);
            }
            Ok(_) => {}
            Err(reason) => found.unfit.push(Unfit { function, reason }),
        }
    }
    Ok(found)
}

fn recognise(row: &Row, schema: &Schema) -> Result<Sync, String> {
    let json = row.comment.strip_prefix(SYNC_COMMENT).unwrap_or_default();
    let sync: Sync = serde_json::from_str(json).map_err(|error| format!("the comment cannot be read: {error}"))?;
    if let Some(table) = schema.tables.get(&sync.table)
        && let Some(column) = [&sync.from, &sync.to].into_iter().find(|c| table.column(c).is_none())
    {
        return Err(format!("{} has no column {column}", sync.table));
    }
    let name = QName::new(row.schema.clone(), row.name.clone());
    let function = create_sync(&name, &sync).into_iter().next().unwrap_or_default();
    let body = row.body.strip_prefix('\n').and_then(|b| b.strip_suffix('\n'));
    if !body.is_some_and(|body| function.ends_with(&crate::sql::dollar_quoted(body))) {
        return Err("the function's body is not what the comment asks for".to_owned());
    }
    if let Some(stray) = row.triggers.iter().find(|t| !fits(t, &sync)) {
        let name = Ident::new(stray.name.clone());
        return Err(format!("the trigger {name} is disabled, renamed or altered"));
    }
    for (event, fires) in [("INSERT", insert as fn(&Trigger) -> bool), ("UPDATE", update)] {
        if !row.triggers.iter().any(fires) {
            return Err(format!("the trigger for {event} on {} is missing", sync.table));
        }
    }
    Ok(sync)
}

fn fits(trigger: &Trigger, sync: &Sync) -> bool {
    trigger.enabled
        && trigger.before_row
        && trigger.name.starts_with("zz_")
        && QName::new(trigger.schema.clone(), trigger.table.clone()) == sync.table
}

fn insert(trigger: &Trigger) -> bool {
    trigger.insert
}

fn update(trigger: &Trigger) -> bool {
    trigger.update
}
