use schema_core::PgEnum;

#[derive(PgEnum)]
enum Status {
    #[schemagen(label = "a")]
    Active,
}

fn main() {}
