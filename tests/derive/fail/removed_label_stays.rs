use schema_core::PgEnum;

#[derive(PgEnum)]
#[schemagen(removed("Active", becomes = "Inactive"))]
enum Status {
    Active,
    Inactive,
}

fn main() {}
