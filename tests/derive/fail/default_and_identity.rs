use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(identity, default = "1")]
    id: i64,
}

fn main() {}
