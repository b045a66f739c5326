//! Columns.

use serde::Deserialize;

use super::IntrospectError;
use super::catalog::{Catalog, Number};
use super::query::{Oid, Reader, unreadable};
use super::tables::parameters;
use crate::schema::{Column, Expr, Generated, Ident, Identity, SequenceOptions};

#[derive(Deserialize)]
struct Row {
    table: Oid,
    number: i16,
    name: Ident,
    type_name: String,
    r#type: Oid,
    collation: Oid,
    collated: bool,
    not_null: bool,
    has_expression: bool,
    expression: Option<String>,
    generated: String,
    identity: String,
    storage: Option<String>,
    compression: Option<String>,
    statistics: Option<i32>,
    options: Vec<String>,
    comment: Option<String>,
}

pub(super) async fn read(reader: &mut Reader<'_>, catalog: &mut Catalog) -> Result<(), IntrospectError> {
    reader
        .each("columns", include_str!("sql/columns.sql"), |row: Row| {
            let collation = match row.collated {
                true => Some(catalog.collation("columns", row.collation)?),
                false => None,
            };
            let Some(relation) = catalog.relations.get_mut(&row.table) else {
                return Ok(());
            };
            if relation.included && row.has_expression && row.expression.is_none() {
                return Err(unreadable(
                    "columns",
                    &format!("{}.{} has a default that does not print", relation.name, row.name),
                ));
            }
            relation.numbers.push(Number {
                number: row.number,
                data_type: row.r#type,
                collation: row.collation,
            });
            relation.table.columns.push(column(row, collation));
            Ok(())
        })
        .await?;
    for relation in catalog.relations.values_mut() {
        relation.sort_columns();
    }
    Ok(())
}

fn column(row: Row, collation: Option<String>) -> Column {
    let expression = row.expression.map(Expr);
    let (default, generated) = match row.generated.as_str() {
        "" => (expression, None),
        kind => (
            None,
            expression.map(|expression| Generated {
                expression,
                stored: kind == "s",
            }),
        ),
    };
    let identity = (!row.identity.is_empty()).then(|| Identity {
        always: row.identity == "a",
        // read with the sequences
        options: SequenceOptions::default(),
        comment: None,
    });
    Column {
        name: row.name,
        type_name: row.type_name,
        not_null: row.not_null,
        default,
        generated,
        identity,
        collation,
        storage: row.storage,
        compression: row.compression,
        statistics: row.statistics,
        options: parameters(row.options),
        comment: row.comment,
    }
}
