use schema_core::{PgEnum, Table};

#[derive(PgEnum)]
#[schemagen(rename_all = "snake_case")]
enum ContactStatus {
    Active,
    Inactive,
}

type OrgId = i64;

#[derive(Table)]
struct Organization {
    #[schemagen(primary_key, identity)]
    id: i64,
    r#type: String,
}

impl Organization {
    /// An inherent function of the column's name does not collide with what the derive emits.
    fn id(&self) -> i64 {
        self.id
    }
}

#[derive(Table)]
#[schemagen(
    table = "contacts",
    index(contacts_email_idx, columns(email desc nulls last), where = "email is not null"),
    unique(organization_id, name, late),
    check(name_is_long, "length(name) > 1")
)]
struct Contact<'a> {
    #[schemagen(primary_key, identity(always))]
    id: i64,
    #[schemagen(references(Organization::id, on_delete = "cascade"))]
    organization_id: Option<OrgId>,
    #[schemagen(references(Self::id))]
    parent_id: Option<i64>,
    name: std::borrow::Cow<'a, str>,
    #[schemagen(sql_type = "varchar(255)")]
    email: Option<String>,
    status: ContactStatus,
    tags: Vec<String>,
    photo: Vec<u8>,
}

#[derive(Table)]
#[schemagen(read_of = Contact)]
struct ContactName {
    id: OrgId,
    name: String,
    organization_id: Option<i64>,
}

fn main() {
    let organization = Organization {
        id: 1,
        r#type: String::new(),
    };
    assert_eq!(organization.id(), 1);
    assert_eq!(<ContactStatus as schema_core::SqlType>::SQL.to_string(), "public.contact_status");
}
