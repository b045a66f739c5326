use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(colour = "red")]
    id: i64,
}

fn main() {}
