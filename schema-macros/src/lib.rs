//! The derives of schemagen. Use them through schema-core: `use schema_core::{PgEnum, Table};`.

mod pg_enum;
mod table;

use proc_macro::TokenStream;

/// Declares a table. The keys of `#[schemagen(…)]` are described in schema-core.
#[proc_macro_derive(Table, attributes(schemagen, sqlx))]
pub fn derive_table(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    table::expand(&input).into()
}

/// Declares an enum type. The keys of `#[schemagen(…)]` are described in schema-core.
#[proc_macro_derive(PgEnum, attributes(schemagen, sqlx))]
pub fn derive_pg_enum(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    pg_enum::expand(&input).into()
}
