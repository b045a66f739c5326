use schema_core::Table;

#[derive(Table)]
#[schemagen(primary_key(key))]
struct T {
    name: String,
}

fn main() {}
