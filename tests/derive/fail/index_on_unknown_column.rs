use schema_core::Table;

#[derive(Table)]
#[schemagen(index(columns(emial)))]
struct T {
    email: String,
}

fn main() {}
