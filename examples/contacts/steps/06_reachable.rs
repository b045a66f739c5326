//! The tables of an address book.

use chrono::{DateTime, Utc};
use schema_core::{PgEnum, Table};
use uuid::Uuid;

/// Whoever keeps contacts.
#[derive(Table)]
#[schemagen(table = "organizations")]
pub struct Organization {
    #[schemagen(primary_key, default = "gen_random_uuid()")]
    pub id: Uuid,
    #[schemagen(sql_type = "varchar(255)")]
    pub name: String,
    #[schemagen(default = "now()")]
    pub created_at: DateTime<Utc>,
}

/// How things stand with a contact.
#[derive(PgEnum)]
#[schemagen(rename_all = "snake_case")]
pub enum ContactStatus {
    Pending,
    Active,
    Inactive,
    Archived,
}

/// Somebody to write to.
#[derive(Table)]
#[schemagen(
    table = "contacts",
    index(contacts_reachable_idx, columns(email), where = "email IS NOT NULL")
)]
pub struct Contact {
    #[schemagen(primary_key, default = "gen_random_uuid()")]
    pub id: Uuid,
    #[schemagen(index, references(Organization::id, on_delete = "cascade"))]
    pub organization_id: Uuid,
    #[schemagen(sql_type = "varchar(255)")]
    pub full_name: String,
    #[schemagen(index, sql_type = "varchar(255)")]
    pub email: Option<String>,
    #[schemagen(sql_type = "varchar(50)")]
    pub phone: Option<String>,
    #[schemagen(index, default = "'active'")]
    pub status: ContactStatus,
    pub notes: Option<String>,
    pub company_id: Option<Uuid>,
    #[schemagen(sql_type = "varchar(255)", backfill = "'Unknown'")]
    pub company_name: String,
    #[schemagen(sql_type = "varchar(20)", default = "'free'")]
    pub tier: String,
    #[schemagen(default = "now()")]
    pub created_at: DateTime<Utc>,
    #[schemagen(default = "now()")]
    pub updated_at: DateTime<Utc>,
}
