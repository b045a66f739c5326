use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(generated = "a + 1", backfill = "1")]
    id: i64,
}

fn main() {}
