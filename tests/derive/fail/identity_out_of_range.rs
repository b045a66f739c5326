use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(identity(start = 0))]
    id: i64,
}

fn main() {}
