use schema_core::Table;

#[derive(Table)]
enum T {
    A,
}

fn main() {}
