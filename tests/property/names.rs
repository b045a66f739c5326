//! Names that people use, and names that nobody should.

use schema_core::schema::{Ident, QName, Schema};

const NAMES: &[&str] = &[
    "a",
    "b",
    "c",
    "id",
    "name",
    "email",
    "org_id",
    "created_at",
    "select",
    "user",
    "Order",
    "two words",
    "quo\"te",
    "it's",
    "new\nline",
    "-- comment",
    "$schemagen$",
    "schöner",
    "🦀",
    ";drop",
    "back\\slash",
    "tab\tbed",
    "%s{}",
    "a_name_that_is_as_long_as_postgresql_lets_it_be_63_bytes_aaaaaa",
    "a_name_that_is_as_long_as_postgresql_lets_it_be_63_bytes_bbbbbb",
];

/// Texts for comments.
pub const TEXTS: &[&str] = &[
    "x",
    "it's",
    "two\nlines",
    "-- not SQL",
    "$schemagen$ $$",
    "🦀",
    "back\\slash",
];

/// The name of that number that is not taken; a number behind it where all are.
pub fn free(choice: u8, taken: impl Fn(&Ident) -> bool) -> Ident {
    let start = usize::from(choice) % NAMES.len();
    let given = (0..NAMES.len()).map(|n| Ident::new(NAMES[(start + n) % NAMES.len()]));
    let numbered = (1..).map(|n| Ident::new(format!("n{n}")));
    given
        .chain(numbered)
        .find(|name| !taken(name))
        .expect("there are endless numbers")
}

/// A name for a table, a sequence or an enum: relations and types share the namespace.
pub fn relation(schema: &Schema, namespace: &Ident, choice: u8) -> Ident {
    free(choice, |name| taken(schema, namespace, name))
}

/// A name for an index or a key of the table: its constraints have their names for themselves as well.
pub fn key(schema: &Schema, table: &QName, choice: u8) -> Ident {
    free(choice, |name| {
        taken(schema, &table.schema, name) || has_constraint(schema, table, name)
    })
}

/// A name for a constraint without index.
pub fn constraint(schema: &Schema, table: &QName, choice: u8) -> Ident {
    free(choice, |name| has_constraint(schema, table, name))
}

/// Whether the table or any other of its family has a constraint of that name.
fn has_constraint(schema: &Schema, table: &QName, name: &Ident) -> bool {
    let top = super::partitions::top(schema, table);
    let family = schema.partitions_below(&top);
    let mut family = family.iter().chain([&top]);
    family.any(|t| schema.tables[t].constraints.contains_key(name) || schema.tables[t].attached.contains_key(name))
}

/// Whether a relation or a type of the namespace has that name.
fn taken(schema: &Schema, namespace: &Ident, name: &Ident) -> bool {
    let name = QName {
        schema: namespace.clone(),
        name: name.clone(),
    };
    schema.enums.contains_key(&name) || schema.relation_names().contains(&name)
}
