use schema_core::PgEnum;

#[derive(PgEnum)]
struct Status {
    id: i64,
}

fn main() {}
