use schema_core::Table;

#[derive(Table)]
struct Contact {
    id: i64,
    email: Option<String>,
}

#[derive(Table)]
#[schemagen(read_of = Contact)]
struct T {
    id: i64,
    mail: Option<String>,
}

fn main() {}
