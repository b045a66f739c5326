use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(check)]
    id: i64,
}

fn main() {}
