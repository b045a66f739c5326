use schema_core::Table;

/// Looks like the type of the crate uuid.
type Uuid = i64;

#[derive(Table)]
struct T {
    id: Uuid,
}

fn main() {}
