use schema_core::Table;

#[derive(Table)]
struct T {
    #[schemagen(sql_type = "varchar(255) not null")]
    name: String,
}

fn main() {}
