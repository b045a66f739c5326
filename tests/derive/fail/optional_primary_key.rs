use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(primary_key)]
    id: Option<i64>,
}

fn main() {}
