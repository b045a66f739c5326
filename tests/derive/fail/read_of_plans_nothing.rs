use schema_core::Table;

#[derive(Table)]
struct Contact {
    id: i64,
    email: Option<String>,
}

#[derive(Table)]
#[schemagen(read_of = Contact, index(columns(id)))]
struct T {
    id: i64,
}

fn main() {}
