use schema_core::Table;

#[derive(Table)]
#[schemagen(tabel = "orgs")]
struct Org {
    #[schemagen(primary_key)]
    id: i64,
}

/// References a struct with a mistake: nothing to say about this one.
#[derive(Table)]
struct Contact {
    #[schemagen(references(Org::id))]
    org_id: i64,
}

fn main() {}
