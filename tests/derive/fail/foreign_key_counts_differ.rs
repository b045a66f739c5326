use schema_core::Table;

#[derive(Table)]
struct Org {
    #[schemagen(primary_key)]
    id: i64,
}

#[derive(Table)]
#[schemagen(foreign_key(columns(a, b), references(Org::id)))]
struct T {
    a: i64,
    b: i64,
}

fn main() {}
