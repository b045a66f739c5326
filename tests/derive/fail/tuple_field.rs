use schema_core::Table;

#[derive(Table)]
struct T {
    place: (f64, f64),
}

fn main() {}
