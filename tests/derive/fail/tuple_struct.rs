use schema_core::Table;

#[derive(Table)]
struct T(i64);

fn main() {}
