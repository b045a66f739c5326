use schema_core::Table;

#[derive(Table)]
#[schemagen(rename_all = "snake-case")]
struct T {
    id: i64,
}

fn main() {}
