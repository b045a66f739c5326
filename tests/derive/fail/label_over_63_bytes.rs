use schema_core::PgEnum;

#[derive(PgEnum)]
enum Status {
    #[schemagen(rename = "a label whose name is longer than the sixty-three bytes that it may have")]
    Active,
}

fn main() {}
