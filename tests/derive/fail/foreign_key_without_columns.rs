use schema_core::Table;

#[derive(Table)]
struct Org {
    #[schemagen(primary_key)]
    id: i64,
}

#[derive(Table)]
#[schemagen(foreign_key(references(Org::id)))]
struct T {
    id: i64,
}

fn main() {}
