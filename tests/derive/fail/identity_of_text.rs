use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(identity)]
    id: String,
}

fn main() {}
