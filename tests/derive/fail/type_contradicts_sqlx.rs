use schema_core::PgEnum;

#[derive(PgEnum)]
#[schemagen(type = "status")]
#[sqlx(type_name = "state")]
enum Status {
    Active,
}

fn main() {}
