//! Indexes that no constraint owns.

use std::collections::BTreeMap;

use serde::Deserialize;
use sqlx::PgConnection;

use super::IntrospectError;
use super::query::{rows, unreadable};
use super::tables::parameters;
use crate::schema::{Expr, Ident, Index, IndexKey, KeyTarget, Literal, QName, Schema};

#[derive(Deserialize)]
struct Row {
    schema: String,
    table: String,
    name: Ident,
    method: String,
    unique: bool,
    nulls_not_distinct: bool,
    valid: bool,
    partial: bool,
    predicate: Option<String>,
    parameters: Vec<String>,
    tablespace: Option<Ident>,
    definition: String,
    keys: Vec<KeyRow>,
    include: Vec<Ident>,
    expression_columns: Vec<Ident>,
    comment: Option<String>,
}

#[derive(Deserialize)]
struct KeyRow {
    printed: String,
    column: Option<Ident>,
    expression: Option<String>,
    opclass: (Ident, Ident),
    opclass_options: Vec<String>,
    collation: Option<(Ident, Ident)>,
    flags: i16,
    statistics: Option<i32>,
}

pub(super) async fn read(connection: &mut PgConnection, schema: &mut Schema) -> Result<(), IntrospectError> {
    let found: Vec<Row> = rows(connection, "indexes", include_str!("sql/indexes.sql")).await?;
    for row in found {
        let table = QName::new(row.schema.clone(), row.table.clone());
        if let Some(table) = schema.tables.get_mut(&table) {
            table.indexes.insert(row.name.clone(), index(row)?);
        }
    }
    Ok(())
}

fn index(row: Row) -> Result<Index, IntrospectError> {
    if row.partial && row.predicate.is_none() {
        return Err(unreadable(
            "indexes",
            &format!("{} has a predicate that does not print", row.name),
        ));
    }
    let suffixes = key_suffixes(&row).ok_or_else(|| unreadable("indexes", &row.definition))?;
    let mut statistics = BTreeMap::new();
    for (number, key) in (1..).zip(&row.keys) {
        if let Some(target) = key.statistics {
            statistics.insert(number, target);
        }
    }
    Ok(Index {
        method: row.method,
        unique: row.unique,
        nulls_not_distinct: row.nulls_not_distinct,
        keys: row
            .keys
            .into_iter()
            .zip(suffixes)
            .map(|(key, suffix)| index_key(key, &suffix))
            .collect(),
        include: row.include,
        predicate: row.predicate.map(Expr),
        with: parameters(row.parameters),
        tablespace: row.tablespace,
        valid: row.valid,
        expression_columns: row.expression_columns,
        statistics,
        comment: row.comment,
    })
}

/// What `pg_get_indexdef` prints after each key: `COLLATE`, operator class, `DESC`, `NULLS FIRST`.
///
/// Whether collation and class are the defaults of the key's type is known to the server only, and it says so by
/// leaving them out here.
fn key_suffixes(row: &Row) -> Option<Vec<String>> {
    let table = QName::new(row.schema.clone(), row.table.clone());
    let head = [" ON ", " ON ONLY "].iter().find_map(|on| {
        let create = if row.unique {
            "CREATE UNIQUE INDEX"
        } else {
            "CREATE INDEX"
        };
        let head = format!(
            "{create} {}{on}{table} USING {} (",
            row.name,
            Ident::new(row.method.clone())
        );
        row.definition.strip_prefix(head.as_str())
    });
    let mut rest = head?;
    let mut suffixes = Vec::new();
    for key in &row.keys {
        rest = rest.strip_prefix(key.printed.as_str())?;
        let end = end_of_key(rest)?;
        suffixes.push(rest[..end].to_owned());
        rest = rest[end..].strip_prefix(", ").unwrap_or(&rest[end..]);
    }
    Some(suffixes)
}

/// Where the comma or parenthesis after a key stands, outside quotes and the operator class's own parentheses.
fn end_of_key(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, ',' | ')') if depth == 0 => return Some(at),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn index_key(row: KeyRow, suffix: &str) -> IndexKey {
    let descending = row.flags & 1 != 0;
    let nulls_first = row.flags & 2 != 0;
    let class = row.opclass;
    let collated = suffix.starts_with(" COLLATE ");
    let mut words = suffix;
    if let (true, Some((schema, name))) = (collated, &row.collation) {
        let short = format!(" COLLATE {name}");
        let long = format!(" COLLATE {schema}.{name}");
        words = words
            .strip_prefix(long.as_str())
            .or_else(|| words.strip_prefix(short.as_str()))
            .unwrap_or(words);
    }
    let named = !matches!(words, "" | " DESC" | " NULLS FIRST" | " DESC NULLS LAST");
    IndexKey {
        target: match row.column {
            Some(column) => KeyTarget::Column(column),
            None => KeyTarget::Expression(Expr(row.expression.unwrap_or(row.printed))),
        },
        collation: row
            .collation
            .filter(|_| collated)
            .map(|(schema, name)| format!("{schema}.{name}")),
        opclass: named.then(|| opclass(&class, &row.opclass_options)),
        descending,
        nulls_first,
    }
}

fn opclass((schema, name): &(Ident, Ident), options: &[String]) -> String {
    if options.is_empty() {
        return format!("{schema}.{name}");
    }
    let options: Vec<String> = parameters(options.to_vec())
        .into_iter()
        .map(|(name, value)| format!("{}={}", Ident::new(name), Literal(&value)))
        .collect();
    format!("{schema}.{name} ({})", options.join(", "))
}
