use schema_core::Table;

#[derive(Table)]
#[schemagen(partial = true)]
struct T {
    id: i64,
}

fn main() {}
