use schema_core::PgEnum;

#[derive(PgEnum)]
#[schemagen(name = "status")]
enum Status {
    Active,
}

fn main() {}
