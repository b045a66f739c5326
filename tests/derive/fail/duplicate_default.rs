use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(default = "1", default = "2")]
    id: i64,
}

fn main() {}
