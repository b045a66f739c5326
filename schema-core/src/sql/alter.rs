//! `ALTER TABLE`, with what is below the table or without.

use std::fmt;

use crate::schema::{QName, Schema};

/// The beginning of a statement that alters a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alter<'a> {
    table: &'a QName,
    only: bool,
}

impl<'a> Alter<'a> {
    /// The table and what PostgreSQL carries the statement on to: partitions and inheritance children.
    pub fn all(table: &'a QName) -> Self {
        Self { table, only: false }
    }

    /// The table without what is below it.
    pub fn only(table: &'a QName) -> Self {
        Self { table, only: true }
    }

    /// The same, and no word more than needed where nothing is below it.
    pub fn alone(schema: &Schema, table: &'a QName) -> Self {
        Self {
            table,
            only: schema.family(table).len() > 1,
        }
    }

    /// The table.
    pub fn table(self) -> &'a QName {
        self.table
    }

    /// Whether it stops at the table.
    pub fn is_only(self) -> bool {
        self.only
    }
}

impl fmt::Display for Alter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER TABLE {}{}", if self.only { "ONLY " } else { "" }, self.table)
    }
}
