use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(sql_type = "serial", default = "1")]
    id: i32,
}

fn main() {}
