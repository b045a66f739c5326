use schema_core::Table;

#[derive(Table)]
#[schemagen(primary_key(a, b))]
struct T {
    a: i64,
    b: Option<i64>,
}

fn main() {}
