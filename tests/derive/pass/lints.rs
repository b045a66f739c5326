//! What the derive emits is quiet in a crate that is strict.

#![deny(warnings, missing_docs, unreachable_pub, unused, unused_qualifications, non_upper_case_globals)]

use schema_core::{PgEnum, Table};

/// An enum.
#[derive(PgEnum)]
enum Tier {
    Free,
}

struct Secret(i64);

/// A table.
#[derive(Table)]
struct Org {
    #[schemagen(primary_key)]
    id: i64,
    name: String,
    tier: Tier,
    #[schemagen(sql_type = "bigint")]
    secret: Secret,
}

fn main() {
    let org = Org {
        id: 1,
        name: String::new(),
        tier: Tier::Free,
        secret: Secret(1),
    };
    let Tier::Free = org.tier;
    assert_eq!(org.id + org.name.len() as i64, org.secret.0);
}
