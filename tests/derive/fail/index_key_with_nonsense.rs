use schema_core::Table;

#[derive(Table)]
#[schemagen(index(columns(id downwards)))]
struct T {
    id: i64,
}

fn main() {}
