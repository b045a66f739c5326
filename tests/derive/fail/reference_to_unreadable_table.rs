use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(references("orgs"))]
    org_id: i64,
}

fn main() {}
