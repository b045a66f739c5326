use schema_core::Table;

#[derive(Table)]
#[schemagen(index(i, columns(id)), check(i, "id > 0"))]
struct T {
    id: i64,
}

fn main() {}
