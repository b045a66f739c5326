use schema_core::PgEnum;

#[derive(PgEnum)]
#[sqlx(rename_all = "snake_case")]
enum ContactStatus {
    Active,
}

fn main() {}
