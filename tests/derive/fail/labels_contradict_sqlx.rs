use schema_core::PgEnum;

#[derive(PgEnum)]
#[schemagen(rename_all = "snake_case")]
#[sqlx(type_name = "status")]
enum Status {
    Active,
}

fn main() {}
