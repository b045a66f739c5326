use schema_core::PgEnum;

#[derive(PgEnum)]
#[schemagen(removed("Active"))]
enum Status {
    Inactive,
}

fn main() {}
