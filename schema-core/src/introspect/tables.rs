//! Tables, their options, and what is known about them from statistics and publications.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use super::catalog::{Catalog, Generates, Relation};
use super::query::{Oid, Reader};
use super::{Included, IntrospectError, Live};
use crate::schema::{Ident, Partition, QName, Schema, SequenceOptions, Table, TableOptions};

#[derive(Deserialize)]
struct Row {
    oid: Oid,
    schema: String,
    name: String,
    managed: bool,
    row_type: Oid,
    row_array: Option<Oid>,
    unlogged: bool,
    row_estimate: i64,
    parameters: Vec<String>,
    toast_parameters: Vec<String>,
    tablespace: Option<Ident>,
    access_method: Option<Ident>,
    row_security: bool,
    force_row_security: bool,
    replica_identity: Option<String>,
    partition_by: Option<String>,
    partition_bound: Option<String>,
    comment: Option<String>,
}

#[derive(Deserialize)]
struct Published {
    schema: String,
    table: String,
    publications: Vec<String>,
}

/// A line of inheritance, of tables or of indexes.
#[derive(Deserialize)]
pub(super) struct Inherits {
    pub(super) child: Oid,
    schema: String,
    pub(super) parent: String,
    detaching: bool,
}

/// Reads the tables, and gives the lines of inheritance among indexes.
pub(super) async fn read(
    reader: &mut Reader<'_>,
    included: &Included,
    catalog: &mut Catalog,
    live: &mut Live,
) -> Result<Vec<Inherits>, IntrospectError> {
    let mut inherits: HashMap<Oid, Vec<Inherits>> = HashMap::new();
    reader
        .each("inheritance", include_str!("sql/inherits.sql"), |row: Inherits| {
            inherits.entry(row.child).or_default().push(row);
            Ok(())
        })
        .await?;
    reader
        .each("tables", include_str!("sql/tables.sql"), |row: Row| {
            let name = QName::new(row.schema.clone(), row.name.clone());
            let of_model = row.managed && included.object(&name);
            if of_model && row.row_estimate >= 0 {
                live.row_estimates.insert(name.clone(), row.row_estimate);
            }
            if row.managed {
                catalog.row_types.insert(row.row_type, row.oid);
                catalog.row_types.extend(row.row_array.map(|array| (array, row.oid)));
            }
            let relation = Relation {
                name,
                included: of_model,
                managed: row.managed,
                numbers: Vec::new(),
                table: Table::default(),
            };
            let (oid, parents) = (row.oid, inherits.remove(&row.oid).unwrap_or_default());
            let table = table(row, parents);
            catalog.relations.insert(oid, Relation { table, ..relation });
            Ok(())
        })
        .await?;
    let publications = if live.server_version >= 150_000 {
        include_str!("sql/publications_15.sql")
    } else {
        include_str!("sql/publications_14.sql")
    };
    let published: Vec<Published> = reader.rows("publications", publications).await?;
    live.publications = published
        .into_iter()
        .map(|row| (QName::new(row.schema, row.table), row.publications))
        .filter(|(name, _)| included.object(name))
        .collect();
    Ok(inherits.into_values().flatten().collect())
}

fn table(row: Row, parents: Vec<Inherits>) -> Table {
    let mut parameters = parameters(row.parameters);
    parameters.extend(
        self::parameters(row.toast_parameters)
            .into_iter()
            .map(|(name, value)| (format!("toast.{name}"), value)),
    );
    let detaching = parents.iter().any(|parent| parent.detaching);
    let mut parents: Vec<QName> = parents.into_iter().map(|p| QName::new(p.schema, p.parent)).collect();
    let partition_of = row.partition_bound.and_then(|bound| {
        parents.pop().map(|parent| Partition {
            parent,
            bound,
            detaching,
        })
    });
    Table {
        options: TableOptions {
            unlogged: row.unlogged,
            parameters,
            tablespace: row.tablespace,
            access_method: row.access_method,
            row_security: row.row_security,
            force_row_security: row.force_row_security,
            replica_identity: row.replica_identity,
            // read with the indexes
            replica_identity_index: None,
            cluster_on: None,
        },
        partition_by: row.partition_by,
        partition_of,
        inherits: parents,
        comment: row.comment,
        ..Table::default()
    }
}

/// A partition's identity column draws from the sequence of the partitioned table (17).
pub(super) fn share_generators(catalog: &Catalog, schema: &mut Schema) {
    let generators = catalog.sequences.values().filter_map(|sequence| match sequence {
        Generates::Column(table, number) => Some((*table, *number)),
        Generates::Anything(_) => None,
    });
    let own: HashSet<(Oid, i16)> = generators.collect();
    let mut without: Vec<(QName, Ident)> = Vec::new();
    for (oid, relation) in catalog.relations.iter().filter(|(_, r)| r.included) {
        let Some(table) = schema.tables.get(&relation.name) else {
            continue;
        };
        let columns = table.columns.iter().zip(&relation.numbers);
        let drawn = columns.filter(|(c, n)| c.identity.is_some() && !own.contains(&(*oid, n.number)));
        without.extend(drawn.map(|(column, _)| (relation.name.clone(), column.name.clone())));
    }
    let lost: HashSet<&(QName, Ident)> = without.iter().collect();
    let found: Vec<Option<SequenceOptions>> = without.iter().map(|c| from_ancestor(schema, c, &lost)).collect();
    for ((table, column), options) in without.iter().zip(found) {
        let table = schema.tables.get_mut(table);
        let identity = table.and_then(|table| table.column_mut(column)?.identity.as_mut());
        if let (Some(identity), Some(options)) = (identity, options) {
            identity.options = options;
        }
    }
}

/// The options of the nearest ancestor's column that has a generator.
fn from_ancestor(
    schema: &Schema,
    (table, column): &(QName, Ident),
    lost: &HashSet<&(QName, Ident)>,
) -> Option<SequenceOptions> {
    let mut parent = schema.tables.get(table)?.partition_of.as_ref()?.parent.clone();
    loop {
        let above = schema.tables.get(&parent)?;
        if !lost.contains(&(parent.clone(), column.clone())) {
            let identity = above.column(column)?.identity.as_ref()?;
            return Some(identity.options.clone());
        }
        parent = above.partition_of.as_ref()?.parent.clone();
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
