use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(default = 0)]
    id: i64,
}

fn main() {}
