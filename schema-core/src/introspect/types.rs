//! Namespaces, enum types and sequences.

use serde::Deserialize;

use super::catalog::{Catalog, Generates};
use super::query::{Oid, Reader};
use super::{Included, IntrospectError};
use crate::schema::{EnumType, Ident, Namespace, QName, Schema, Sequence, SequenceOptions};

#[derive(Deserialize)]
struct NamespaceRow {
    name: String,
    comment: Option<String>,
}

#[derive(Deserialize)]
struct EnumRow {
    oid: Oid,
    schema: String,
    name: String,
    labels: Vec<String>,
    comment: Option<String>,
}

#[derive(Deserialize)]
struct SequenceRow {
    oid: Oid,
    schema: String,
    name: String,
    data_type: String,
    start: i64,
    increment: i64,
    min: i64,
    max: i64,
    cache: i64,
    cycle: bool,
    unlogged: bool,
    comment: Option<String>,
    owner: Option<Oid>,
    owner_column: Option<i16>,
    generator: Option<bool>,
    extension: bool,
}

pub(super) async fn read(
    reader: &mut Reader<'_>,
    included: &Included,
    catalog: &mut Catalog,
    schema: &mut Schema,
) -> Result<(), IntrospectError> {
    let namespaces: Vec<NamespaceRow> = reader.rows("schemas", include_str!("sql/namespaces.sql")).await?;
    schema.namespaces = namespaces
        .into_iter()
        .filter(|row| included.schema(&row.name))
        .map(|row| (Ident::new(row.name), Namespace { comment: row.comment }))
        .collect();

    let enums: Vec<EnumRow> = reader.rows("enum types", include_str!("sql/enums.sql")).await?;
    for row in enums {
        let name = QName::new(row.schema, row.name);
        catalog.enums.insert(row.oid, name.clone());
        if included.object(&name) {
            let value = EnumType {
                labels: row.labels,
                comment: row.comment,
            };
            schema.enums.insert(name, value);
        }
    }
    Ok(())
}

/// Sequences, those of identity columns among them. The columns have been read.
pub(super) async fn sequences(
    reader: &mut Reader<'_>,
    included: &Included,
    catalog: &mut Catalog,
    schema: &mut Schema,
) -> Result<(), IntrospectError> {
    reader
        .each("sequences", include_str!("sql/sequences.sql"), |row: SequenceRow| {
            sequence(row, included, catalog, schema);
            Ok(())
        })
        .await
}

fn sequence(row: SequenceRow, included: &Included, catalog: &mut Catalog, schema: &mut Schema) {
    let name = QName::new(row.schema, row.name);
    let options = SequenceOptions {
        data_type: row.data_type,
        start: row.start,
        increment: row.increment,
        min: row.min,
        max: row.max,
        cache: row.cache,
        cycle: row.cycle,
    };
    let owner = row.owner.zip(row.owner_column);
    if row.generator == Some(true) {
        let Some((oid, number)) = owner else { return };
        let relation = catalog.relations.get_mut(&oid);
        let place = relation.as_ref().and_then(|relation| relation.place(number));
        let identity = relation
            .zip(place)
            .and_then(|(relation, place)| relation.table.columns[place].identity.as_mut());
        if let Some(identity) = identity {
            identity.options = options;
            identity.comment = row.comment;
        }
        catalog.sequences.insert(row.oid, Generates::Column(oid, number));
        return;
    }
    catalog.sequences.insert(row.oid, Generates::Anything(name.clone()));
    if row.extension || !included.object(&name) {
        return;
    }
    let owned_by = owner.and_then(|(oid, number)| {
        let relation = catalog.relations.get(&oid)?;
        let column = relation.names("sequences", &[number]).ok()?.pop()?;
        Some((relation.name.clone(), column))
    });
    let value = Sequence {
        options,
        owned_by,
        unlogged: row.unlogged,
        comment: row.comment,
    };
    schema.sequences.insert(name, value);
}
