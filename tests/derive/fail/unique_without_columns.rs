use schema_core::Table;

#[derive(Table)]
#[schemagen(unique)]
struct T {
    id: i64,
}

fn main() {}
