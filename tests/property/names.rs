//! Names that people use, and names that nobody should.

use schema_core::schema::{Ident, Schema};

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

/// A name for an index or a key: relations share one namespace.
pub fn relation(schema: &Schema, choice: u8) -> Ident {
    free(choice, |name| taken(schema, name))
}

/// Whether a relation, a type or a constraint has that name.
pub fn taken(schema: &Schema, name: &Ident) -> bool {
    let in_public = |n: &schema_core::schema::QName| n.name == *name;
    schema.enums.keys().any(in_public)
        || schema.sequences.keys().any(in_public)
        || schema
            .tables
            .iter()
            .any(|(table, t)| in_public(table) || t.constraints.contains_key(name) || t.indexes.contains_key(name))
}
