use schema_core::Table;

#[derive(Table)]
struct T {
    name: String,
    #[schemagen(renamed_from = "name")]
    full_name: String,
}

fn main() {}
