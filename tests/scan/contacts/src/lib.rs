use chrono::{DateTime, Utc};
use schema_core::{PgEnum, Table};
use uuid::Uuid;

#[derive(PgEnum)]
#[schemagen(type = "contact_status", rename_all = "snake_case")]
pub enum Status {
    Active,
    Inactive,
    Archived,
}

#[derive(Table)]
#[schemagen(table = "organizations")]
pub struct Organization {
    #[schemagen(primary_key, default = "gen_random_uuid()")]
    pub id: Uuid,
    #[schemagen(unique)]
    pub slug: String,
}

#[derive(Table)]
#[schemagen(table = "contacts")]
pub struct Contact {
    #[schemagen(primary_key, default = "gen_random_uuid()")]
    pub id: Uuid,
    #[schemagen(index, references(Organization::id, on_delete = "cascade"))]
    pub organization_id: Uuid,
    #[schemagen(sql_type = "varchar(255)", renamed_from = "name")]
    pub full_name: String,
    #[schemagen(index(where = "email is not null"))]
    pub email: Option<String>,
    #[schemagen(index, default = "'active'")]
    pub status: Status,
    #[schemagen(sql_type = "bigserial")]
    pub number: i64,
    pub notes: Option<String>,
    #[schemagen(default = "now()")]
    pub created_at: DateTime<Utc>,
}

pub async fn all() {
    query("SELECT * FROM contacts").await
}
