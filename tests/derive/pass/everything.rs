//! Every key once.

use schema_core::{PgEnum, Table};

mod other {
    #[derive(schema_core::PgEnum)]
    #[schemagen(
        type = "mood",
        schema = "app",
        rename_all = "kebab-case",
        renamed_from = "feeling",
        comment = "How it goes",
        removed("angry", becomes = "very-sad"),
        rebuild
    )]
    pub enum Mood {
        VerySad,
        #[schemagen(rename = "ok", renamed_from = "fine")]
        Okay,
    }
}

#[derive(PgEnum)]
#[sqlx(type_name = "tier", rename_all = "lowercase")]
enum Tier {
    Free,
    #[sqlx(rename = "paid")]
    Pro,
}

#[derive(Table)]
#[schemagen(table = "orgs", schema = "app", primary_key(tenant, id))]
struct Org {
    tenant: i32,
    id: i64,
}

#[derive(Table)]
#[schemagen(
    table = "people",
    schema = "app",
    renamed_from = "persons",
    comment = "People",
    partial,
    rename_all = "snake_case",
    crate = schema_core,
    old_value(legacy_code, "'none'"),
    unique(people_email_key, columns(email), include(age), nulls_not_distinct, late, deferrable),
    index(people_mood_idx, columns(mood desc nulls last, id), unique, where = "mood is not null", include(email), with(fillfactor = 70), comment = "By mood"),
    index(columns(email opclass "text_pattern_ops" collate "C")),
    index(expr = "lower(email)"),
    index(lower_age, expr "lower(email)", method = "btree"),
    index(id, age desc),
    index(columns("coalesce(age, 0)" desc, id)),
    index(columns(tags), method = "gin", opclass = "array_ops"),
    check(age_is_positive, "age > 0"),
    check("age < 200")
)]
#[schemagen(foreign_key(columns(tenant, org_id), references(Org::tenant, Org::id), on_delete = "set null", on_update = "cascade", match_full, initially_deferred))]
#[schemagen(foreign_key(people_other_fkey, columns(tenant), references("other.tenants(id)")))]
struct Person {
    #[schemagen(primary_key(name = "people_pk"), identity(always, start = 100, increment = 10, min = 1, max = 1_000_000, cache = 5, cycle))]
    id: i64,
    tenant: i32,
    org_id: Option<i64>,
    #[schemagen(column = "email", renamed_from = "mail", backfill = "''", old_value = "'x'", collate = "C", comment = "Mail", unique, index(unique, where = "age > 1"))]
    email_address: String,
    #[schemagen(default = "0", check = "age <> 13", using = "age::int", using_back = "age::bigint", cutover)]
    age: i32,
    #[schemagen(generated = "age * 2")]
    double_age: Option<i32>,
    #[schemagen(generated("age * 3", virtual))]
    triple_age: Option<i32>,
    #[schemagen(references("public.files(id)", name = "people_photo"))]
    photo: Option<i64>,
    mood: Option<other::Mood>,
    tier: Tier,
    tags: Vec<String>,
    #[sqlx(json)]
    settings: std::collections::BTreeMap<String, String>,
    #[sqlx(try_from = "i64")]
    count: u64,
    #[sqlx(skip)]
    cache: Vec<Vec<(u8, u8)>>,
    #[schemagen(skip)]
    more: [[char; 2]; 2],
}

/// No table: nothing is read.
#[derive(Table)]
#[schemagen(skip)]
struct NoTable<T> {
    value: T,
}

#[derive(Table)]
#[schemagen(read_of = Person)]
struct PersonEmail {
    email: Option<String>,
    tier: Tier,
}

fn main() {
    assert_eq!(<other::Mood as schema_core::SqlType>::SQL.to_string(), "app.mood");
    assert_eq!(<Option<Vec<Tier>> as schema_core::SqlType>::SQL.to_string(), "public.tier[]");
}
