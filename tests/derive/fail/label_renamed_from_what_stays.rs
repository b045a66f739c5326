use schema_core::PgEnum;

#[derive(PgEnum)]
enum Status {
    Active,
    #[schemagen(renamed_from = "Active")]
    Live,
}

fn main() {}
