use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(default)]
    id: i64,
}

fn main() {}
