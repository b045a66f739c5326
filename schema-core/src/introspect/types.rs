//! Namespaces, enum types and sequences.

use serde::Deserialize;
use sqlx::PgConnection;

use super::query::rows;
use super::{Included, IntrospectError};
use crate::schema::{EnumType, Ident, Namespace, QName, Schema, Sequence, SequenceOptions};

#[derive(Deserialize)]
struct NamespaceRow {
    name: String,
    comment: Option<String>,
}

#[derive(Deserialize)]
struct EnumRow {
    schema: String,
    name: String,
    labels: Vec<String>,
    comment: Option<String>,
}

#[derive(Deserialize)]
struct SequenceRow {
    schema: String,
    name: String,
    #[serde(flatten)]
    options: SequenceOptions,
    unlogged: bool,
    comment: Option<String>,
    owner_schema: Option<String>,
    owner_table: Option<String>,
    owner_column: Option<String>,
}

pub(super) async fn read(
    connection: &mut PgConnection,
    included: &Included,
    schema: &mut Schema,
) -> Result<(), IntrospectError> {
    let namespaces: Vec<NamespaceRow> = rows(connection, "schemas", include_str!("sql/namespaces.sql")).await?;
    schema.namespaces = namespaces
        .into_iter()
        .filter(|row| included.schema(&row.name))
        .map(|row| (Ident::new(row.name), Namespace { comment: row.comment }))
        .collect();

    let enums: Vec<EnumRow> = rows(connection, "enum types", include_str!("sql/enums.sql")).await?;
    schema.enums = enums
        .into_iter()
        .map(|row| {
            let value = EnumType {
                labels: row.labels,
                comment: row.comment,
            };
            (QName::new(row.schema, row.name), value)
        })
        .filter(|(name, _)| included.object(name))
        .collect();

    let sequences: Vec<SequenceRow> = rows(connection, "sequences", include_str!("sql/sequences.sql")).await?;
    schema.sequences = sequences
        .into_iter()
        .map(|row| (QName::new(row.schema.clone(), row.name.clone()), sequence(row)))
        .filter(|(name, _)| included.object(name))
        .collect();
    Ok(())
}

fn sequence(row: SequenceRow) -> Sequence {
    let owned_by = match (row.owner_schema, row.owner_table, row.owner_column) {
        (Some(schema), Some(table), Some(column)) => Some((QName::new(schema, table), Ident::new(column))),
        _ => None,
    };
    Sequence {
        options: row.options,
        owned_by,
        unlogged: row.unlogged,
        comment: row.comment,
    }
}
