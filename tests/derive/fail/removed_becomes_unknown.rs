use schema_core::PgEnum;

#[derive(PgEnum)]
#[schemagen(removed("Active", becomes = "Inactve"))]
enum Status {
    Inactive,
}

fn main() {}
