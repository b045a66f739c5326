//! Reached by `#[path]`; its own modules lie beside it.

pub mod plans;

#[derive(schema_core::Table)]
pub struct Account {
    #[schemagen(primary_key, identity)]
    pub id: i64,
    #[schemagen(references(super::User::id))]
    pub owner: super::Id,
}
