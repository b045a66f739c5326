//! Tables, their options, and what is known about them from statistics and publications.

use std::collections::BTreeMap;

use serde::Deserialize;
use sqlx::PgConnection;

use super::query::rows;
use super::{Included, IntrospectError, Live};
use crate::schema::{Ident, Partition, QName, Table, TableOptions};

#[derive(Deserialize)]
struct Row {
    schema: String,
    name: String,
    unlogged: bool,
    row_estimate: i64,
    parameters: Vec<String>,
    toast_parameters: Vec<String>,
    tablespace: Option<Ident>,
    access_method: Option<Ident>,
    row_security: bool,
    force_row_security: bool,
    replica_identity: Option<String>,
    replica_identity_index: Option<Ident>,
    cluster_on: Option<Ident>,
    partition_by: Option<String>,
    partition_bound: Option<String>,
    parents: Vec<(String, String)>,
    detaching: bool,
    attached: Option<Vec<(Ident, Ident)>>,
    comment: Option<String>,
}

#[derive(Deserialize)]
struct Published {
    schema: String,
    table: String,
    publications: Vec<String>,
}

pub(super) async fn read(
    connection: &mut PgConnection,
    included: &Included,
    live: &mut Live,
) -> Result<(), IntrospectError> {
    let found: Vec<Row> = rows(connection, "tables", include_str!("sql/tables.sql")).await?;
    for row in found {
        let name = QName::new(row.schema.clone(), row.name.clone());
        if !included.object(&name) {
            continue;
        }
        if row.row_estimate >= 0 {
            live.row_estimates.insert(name.clone(), row.row_estimate);
        }
        live.schema.tables.insert(name, table(row));
    }
    let publications = if live.server_version >= 150_000 {
        include_str!("sql/publications_15.sql")
    } else {
        include_str!("sql/publications_14.sql")
    };
    let published: Vec<Published> = rows(connection, "publications", publications).await?;
    live.publications = published
        .into_iter()
        .map(|row| (QName::new(row.schema, row.table), row.publications))
        .filter(|(name, _)| included.object(name))
        .collect();
    Ok(())
}

fn table(row: Row) -> Table {
    let mut parameters = parameters(row.parameters);
    parameters.extend(
        self::parameters(row.toast_parameters)
            .into_iter()
            .map(|(name, value)| (format!("toast.{name}"), value)),
    );
    let mut parents: Vec<QName> = row.parents.into_iter().map(|(s, n)| QName::new(s, n)).collect();
    let partition_of = row.partition_bound.and_then(|bound| {
        parents.pop().map(|parent| Partition {
            parent,
            bound,
            detaching: row.detaching,
        })
    });
    Table {
        columns: Vec::new(),
        constraints: BTreeMap::new(),
        indexes: BTreeMap::new(),
        options: TableOptions {
            unlogged: row.unlogged,
            parameters,
            tablespace: row.tablespace,
            access_method: row.access_method,
            row_security: row.row_security,
            force_row_security: row.force_row_security,
            replica_identity: row.replica_identity,
            replica_identity_index: row.replica_identity_index,
            cluster_on: row.cluster_on,
        },
        partition_by: row.partition_by,
        partition_of,
        attached: row.attached.into_iter().flatten().collect(),
        inherits: parents,
        comment: row.comment,
    }
}

/// `name=value` pairs as `pg_class.reloptions` and `pg_attribute.attoptions` hold them.
pub(super) fn parameters(options: Vec<String>) -> BTreeMap<String, String> {
    options
        .into_iter()
        .map(|option| match option.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => (option, "true".to_owned()),
        })
        .collect()
}
