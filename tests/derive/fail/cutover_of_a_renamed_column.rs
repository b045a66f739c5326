use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(renamed_from = "amount", cutover)]
    total: i64,
}

fn main() {}
