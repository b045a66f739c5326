use schema_core::Table;

#[derive(Table)]
#[schemagen(primary_key(a, b))]
struct T {
    #[schemagen(primary_key)]
    a: i64,
    b: i64,
}

fn main() {}
