use schema_core::Table;

#[derive(Table)]
struct Org {
    #[schemagen(primary_key)]
    id: i64,
}

#[derive(Table)]
struct T {
    #[schemagen(references(Org))]
    org_id: i64,
}

fn main() {}
