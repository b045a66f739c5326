use schema_core::Table;

#[derive(Table)]
#[schemagen(unique(id, deferred = true))]
struct T {
    id: i64,
}

fn main() {}
