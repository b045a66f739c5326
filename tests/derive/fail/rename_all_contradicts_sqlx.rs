use schema_core::Table;

#[derive(Table)]
#[schemagen(rename_all = "camelCase")]
#[sqlx(rename_all = "snake_case")]
struct T {
    id: i64,
}

fn main() {}
