use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(column = "a")]
    #[sqlx(rename = "b")]
    id: i64,
}

fn main() {}
