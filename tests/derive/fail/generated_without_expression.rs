use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(generated)]
    id: i64,
}

fn main() {}
