use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(primary_key)]
    a: i64,
    #[schemagen(primary_key)]
    b: i64,
}

fn main() {}
