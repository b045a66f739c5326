use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(renamed_from = "id")]
    id: i64,
}

fn main() {}
