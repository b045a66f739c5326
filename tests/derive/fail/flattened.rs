use schema_core::Table;

struct Address;

#[derive(Table)]
struct T {
    #[sqlx(flatten)]
    address: Address,
}

fn main() {}
