use schema_core::PgEnum;

#[derive(PgEnum)]
enum Status {
    Active,
    #[schemagen(rename = "Active")]
    Live,
}

fn main() {}
