use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(sql_type = "timestamp(12)")]
    name: String,
}

fn main() {}
