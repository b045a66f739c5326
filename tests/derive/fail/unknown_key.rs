use schema_core::Table;

#[derive(Table)]
#[schemagen(tabel = "t")]
struct T {
    id: i64,
}

fn main() {}
