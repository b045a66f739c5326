use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(renamed_from = "name")]
    first_name: String,
    #[schemagen(renamed_from = "name")]
    full_name: String,
}

fn main() {}
