//! Columns.

use serde::Deserialize;
use sqlx::PgConnection;

use super::IntrospectError;
use super::query::{rows, unreadable};
use super::tables::parameters;
use crate::schema::{Column, Expr, Generated, Ident, Identity, QName, Schema, SequenceOptions};

#[derive(Deserialize)]
struct Row {
    schema: String,
    table: String,
    name: String,
    type_name: String,
    not_null: bool,
    has_expression: bool,
    expression: Option<String>,
    generated: String,
    identity: String,
    generator: Option<SequenceOptions>,
    generator_comment: Option<String>,
    collation: Option<(Ident, Ident)>,
    storage: Option<String>,
    compression: Option<String>,
    statistics: Option<i32>,
    options: Vec<String>,
    comment: Option<String>,
}

pub(super) async fn read(connection: &mut PgConnection, schema: &mut Schema) -> Result<(), IntrospectError> {
    let found: Vec<Row> = rows(connection, "columns", include_str!("sql/columns.sql")).await?;
    for row in found {
        let name = QName::new(row.schema.clone(), row.table.clone());
        if row.has_expression && row.expression.is_none() {
            return Err(unreadable(
                "columns",
                &format!("{name}.{} has a default that does not print", row.name),
            ));
        }
        let inherited = row
            .generator
            .is_none()
            .then(|| generator_of_parent(schema, &name, &row.name))
            .flatten();
        if let Some(table) = schema.tables.get_mut(&name) {
            table.columns.push(column(row, inherited));
        }
    }
    Ok(())
}

/// A partition's identity column draws from the sequence of the partitioned table (17).
fn generator_of_parent(schema: &Schema, table: &QName, column: &str) -> Option<SequenceOptions> {
    let parent = &schema.tables.get(table)?.partition_of.as_ref()?.parent;
    let found = schema.tables.get(parent)?.column(&Ident::new(column))?;
    found.identity.as_ref().map(|identity| identity.options.clone())
}

fn column(row: Row, inherited: Option<SequenceOptions>) -> Column {
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
        options: row.generator.or(inherited).unwrap_or_default(),
        comment: row.generator_comment,
    });
    Column {
        name: Ident::new(row.name),
        type_name: row.type_name,
        not_null: row.not_null,
        default,
        generated,
        identity,
        collation: row.collation.map(|(schema, name)| format!("{schema}.{name}")),
        storage: row.storage,
        compression: row.compression,
        statistics: row.statistics,
        options: parameters(row.options),
        comment: row.comment,
    }
}
