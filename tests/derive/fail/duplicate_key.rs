use schema_core::Table;

#[derive(Table)]
#[schemagen(table = "a", table = "b")]
struct T {
    id: i64,
}

fn main() {}
