use schema_core::Table;

#[derive(Table)]
#[schemagen(index(columns(name), include(nam)))]
struct T {
    name: String,
}

fn main() {}
