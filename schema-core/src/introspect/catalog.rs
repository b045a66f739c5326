//! What stands behind the catalog's numbers while the rows come in.

use std::collections::HashMap;

use serde::Deserialize;

use super::IntrospectError;
use super::query::{Oid, Reader, unreadable};
use crate::schema::{Column, Ident, QName, Schema, Table};

/// Everything that a row may name by its number.
#[derive(Default)]
pub(super) struct Catalog {
    pub(super) relations: HashMap<Oid, Relation>,
    /// Indexes of tables, with their table's number.
    pub(super) indexes: HashMap<Oid, (Oid, Ident)>,
    /// Constraints of tables, with their table's number.
    pub(super) constraints: HashMap<Oid, (Oid, Ident)>,
    pub(super) sequences: HashMap<Oid, Generates>,
    pub(super) enums: HashMap<Oid, QName>,
    /// The types of tables' rows and of arrays of them, with the table's number.
    pub(super) row_types: HashMap<Oid, Oid>,
    collations: HashMap<Oid, (Ident, Ident)>,
}

/// What a sequence is there for.
pub(super) enum Generates {
    /// For whoever draws from it.
    Anything(QName),
    /// For an identity column: a table and a column's number.
    Column(Oid, i16),
}

/// A table in the making.
pub(super) struct Relation {
    pub(super) name: QName,
    /// Whether it is in the model.
    pub(super) included: bool,
    /// Whether it would be in the model, were it not left out.
    pub(super) managed: bool,
    pub(super) table: Table,
    /// A number for each of the table's columns, in their order.
    pub(super) numbers: Vec<Number>,
}

/// A column as the catalog knows it.
pub(super) struct Number {
    pub(super) number: i16,
    pub(super) data_type: Oid,
    pub(super) collation: Oid,
}

impl Relation {
    pub(super) fn place(&self, number: i16) -> Option<usize> {
        self.numbers.iter().position(|column| column.number == number)
    }

    /// Puts the columns into the order of their numbers.
    pub(super) fn sort_columns(&mut self) {
        if self.numbers.is_sorted_by_key(|column| column.number) {
            return;
        }
        let columns = std::mem::take(&mut self.table.columns);
        let mut both: Vec<(Number, Column)> = std::mem::take(&mut self.numbers).into_iter().zip(columns).collect();
        both.sort_by_key(|(column, _)| column.number);
        (self.numbers, self.table.columns) = both.into_iter().unzip();
    }

    fn name_of(&self, number: i16) -> Option<&Ident> {
        Some(&self.table.columns.get(self.place(number)?)?.name)
    }

    /// The names of columns.
    pub(super) fn names(&self, what: &'static str, numbers: &[i16]) -> Result<Vec<Ident>, IntrospectError> {
        let name = |number: &i16| {
            let name = self.name_of(*number).cloned();
            name.ok_or_else(|| unreadable(what, &format!("{} has no column number {number}", self.name)))
        };
        numbers.iter().map(name).collect()
    }
}

#[derive(Deserialize)]
struct CollationRow {
    oid: Oid,
    schema: Ident,
    name: Ident,
}

impl Catalog {
    pub(super) async fn read_collations(&mut self, reader: &mut Reader<'_>) -> Result<(), IntrospectError> {
        let collations = &mut self.collations;
        reader
            .each("collations", include_str!("sql/collations.sql"), |row: CollationRow| {
                collations.insert(row.oid, (row.schema, row.name));
                Ok(())
            })
            .await
    }

    /// A collation's qualified name.
    pub(super) fn collation(&self, what: &'static str, oid: Oid) -> Result<String, IntrospectError> {
        let found = self.collations.get(&oid);
        let (schema, name) = found.ok_or_else(|| unreadable(what, &format!("there is no collation number {oid}")))?;
        Ok(format!("{schema}.{name}"))
    }

    /// The table of that number, when it is in the model.
    pub(super) fn included(&mut self, oid: Oid) -> Option<&mut Relation> {
        self.relations.get_mut(&oid).filter(|relation| relation.included)
    }

    /// Tables that the model could hold and that are left out.
    pub(super) fn left_out(&self) -> Vec<Oid> {
        let left_out = self.relations.iter().filter(|(_, r)| r.managed && !r.included);
        let mut numbers: Vec<Oid> = left_out.map(|(oid, _)| *oid).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Hands the finished tables over.
    pub(super) fn finish(&mut self, schema: &mut Schema) {
        let included = self.relations.values_mut().filter(|relation| relation.included);
        schema.tables = included
            .map(|relation| (relation.name.clone(), std::mem::take(&mut relation.table).into()))
            .collect();
    }
}
