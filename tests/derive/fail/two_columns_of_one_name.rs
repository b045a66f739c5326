use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(column = "name")]
    title: String,
    name: String,
}

fn main() {}
