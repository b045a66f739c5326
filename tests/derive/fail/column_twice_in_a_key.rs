use schema_core::Table;

#[derive(Table)]
#[schemagen(unique(id, id))]
struct T {
    id: i64,
}

fn main() {}
