use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(skip, unique)]
    cache: Vec<Vec<u8>>,
}

fn main() {}
