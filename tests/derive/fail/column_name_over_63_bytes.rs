use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(column = "ääääääääääääääääääääääääääääääää")]
    id: i64,
}

fn main() {}
