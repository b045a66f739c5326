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
    let mut from_above = Vec::new();
    for row in found {
        let name = QName::new(row.schema.clone(), row.table.clone());
        if row.has_expression && row.expression.is_none() {
            return Err(unreadable(
                "columns",
                &format!("{name}.{} has a default that does not print", row.name),
            ));
        }
        if !row.identity.is_empty() && row.generator.is_none() {
            from_above.push((name.clone(), Ident::new(row.name.clone())));
        }
        if let Some(table) = schema.tables.get_mut(&name) {
            table.columns.push(column(row));
        }
    }
    for (name, column) in from_above {
        if let Some(options) = generator_from_above(schema, &name, &column)
            && let Some(own) = schema.tables.get_mut(&name).and_then(|t| t.column_mut(&column))
            && let Some(identity) = &mut own.identity
        {
            identity.options = options;
        }
    }
    Ok(())
}

/// A partition's identity column draws from the sequence of the table at the top (17).
fn generator_from_above(schema: &Schema, table: &QName, column: &Ident) -> Option<SequenceOptions> {
    let top = schema.partitioned_above(table).last().copied()?;
    let found = schema.tables.get(top)?.column(column)?;
    found.identity.as_ref().map(|identity| identity.options.clone())
}

fn column(row: Row) -> Column {
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
        options: row.generator.unwrap_or_default(),
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
