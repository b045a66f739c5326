use schema_core::PgEnum;

#[derive(PgEnum)]
enum Status {
    Active(i64),
}

fn main() {}
