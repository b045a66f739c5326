use schema_core::Table;

#[derive(Table)]
#[schemagen(old_value = "1")]
struct T {
    id: i64,
}

fn main() {}
