use schema_core::Table;

#[derive(Table)]
#[schemagen]
struct T {
    id: i64,
}

fn main() {}
