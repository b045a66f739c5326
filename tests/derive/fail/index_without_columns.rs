use schema_core::Table;

#[derive(Table)]
#[schemagen(index)]
struct T {
    id: i64,
}

fn main() {}
