use schema_core::Table;

#[derive(Table)]
struct Page<T> {
    value: Vec<T>,
}

fn main() {}
