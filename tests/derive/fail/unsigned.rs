use schema_core::Table;

#[derive(Table)]
struct T {
    id: u32,
}

fn main() {}
