use schema_core::Table;

#[derive(Table)]
#[schemagen(table = "")]
struct T {
    id: i64,
}

fn main() {}
