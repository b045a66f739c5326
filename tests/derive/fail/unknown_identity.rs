use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(identity = "sometimes")]
    id: i64,
}

fn main() {}
