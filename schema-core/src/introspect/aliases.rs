//! Our own views and domains, which show a table or an enum under another name, recognised by their comments.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::dependencies::{Node, PG_CLASS, PG_TYPE};
use super::query::{Oid, Reader};
use super::{Included, IntrospectError};
use crate::schema::{Ident, QName, Schema, TableAlias};
use crate::sql::ALIAS_COMMENT;

#[derive(Deserialize)]
struct ViewRow {
    oid: Oid,
    schema: String,
    name: String,
    comment: String,
    updatable: bool,
    shown: Option<Vec<String>>,
    /// Namespace, relation and column of everything that the view reads.
    reads: Option<Vec<(String, String, Option<String>)>>,
}

#[derive(Deserialize)]
struct DomainRow {
    oid: Oid,
    schema: String,
    name: String,
    enum_schema: String,
    enum_name: String,
}

/// Reads them into the schema and gives their numbers: they are no other objects. A view that is not what its comment says
/// is somebody else's.
pub(super) async fn read(
    reader: &mut Reader<'_>,
    included: &Included,
    schema: &mut Schema,
) -> Result<Vec<Node>, IntrospectError> {
    let mut found = Vec::new();
    let views: Vec<ViewRow> = reader.rows("views", include_str!("sql/aliases.sql")).await?;
    for row in views {
        let name = QName::new(row.schema.clone(), row.name.clone());
        if let Some(alias) = recognise(&row).filter(|a| included.object(&a.table) && included.object(&name)) {
            found.push((PG_CLASS, row.oid));
            schema.aliases.insert(name, alias);
        }
    }
    let domains: Vec<DomainRow> = reader.rows("domains", include_str!("sql/domains.sql")).await?;
    for row in domains {
        let name = QName::new(row.schema, row.name);
        let enum_type = QName::new(row.enum_schema, row.enum_name);
        if included.object(&name) && schema.enums.contains_key(&enum_type) {
            found.push((PG_TYPE, row.oid));
            schema.type_aliases.insert(name, enum_type);
        }
    }
    Ok(found)
}

fn recognise(row: &ViewRow) -> Option<TableAlias> {
    let text = row.comment.strip_prefix(ALIAS_COMMENT)?;
    let (json, comment) = match text.split_once('\n') {
        Some((json, comment)) => (json, Some(comment.to_owned())),
        None => (text, None),
    };
    let alias: TableAlias = serde_json::from_str(json).ok()?;
    let shown: BTreeSet<&str> = row.shown.iter().flatten().map(String::as_str).collect();
    let wanted: BTreeSet<&str> = alias.columns.keys().map(Ident::raw).collect();
    let reads: BTreeSet<(&str, &str, &str)> = row
        .reads
        .iter()
        .flatten()
        .map(|(schema, table, column)| (schema.as_str(), table.as_str(), column.as_deref().unwrap_or_default()))
        .collect();
    let (namespace, table) = (alias.table.schema.raw(), alias.table.name.raw());
    let read: BTreeSet<(&str, &str, &str)> = alias.columns.values().map(|c| (namespace, table, c.raw())).collect();
    (row.updatable && shown == wanted && reads == read).then_some(TableAlias { comment, ..alias })
}
