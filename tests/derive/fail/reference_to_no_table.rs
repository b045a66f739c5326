use schema_core::Table;

struct Org;

#[derive(Table)]
struct T {
    #[schemagen(references(Org::id))]
    org_id: i64,
}

fn main() {}
