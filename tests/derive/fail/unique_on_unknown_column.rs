use schema_core::Table;

#[derive(Table)]
#[schemagen(unique(nme))]
struct T {
    name: String,
}

fn main() {}
