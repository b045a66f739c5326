use schema_core::Table;

#[derive(Table)]
#[schemagen(tabel = "t", index(columns(emial)))]
struct T {
    #[schemagen(default)]
    id: u64,
    #[schemagen(uniqe)]
    email: String,
}

fn main() {}
