//! Names that PostgreSQL chooses, and types as people write them.

use schema_core::{PgEnum, Table};

#[derive(PgEnum)]
#[schemagen(type = "Mood", rename_all = "lowercase", renamed_from = "feeling", removed("angry", becomes = "bad"), rebuild)]
enum Mood {
    Good,
    #[schemagen(renamed_from = "sad")]
    Bad,
}

#[derive(Table)]
#[schemagen(
    table = "t",
    renamed_from = "old.t_before",
    partial,
    unique(a, b, include(email), late),
    index(expr = "a || b"),
    index(expr = "lower(b)"),
    index(columns("lower(b)", "lower(email)")),
    index(columns("(a + 1)::bigint")),
    index(columns(b collate "C" opclass "text_pattern_ops" desc)),
    index(columns(b), include(a, email)),
    index(t_named, columns(a desc nulls last, b nulls first), unique, nulls_not_distinct, where = "a > 1 and email <> 'b'", with(fillfactor = 70)),
    index(columns(name opclass "gin_trgm_ops"), method = "gin"),
    check(named, "true"),
    check("a > 1 and b > 'x'"),
    check("a > 2"),
    check("a > 3"),
    old_value(legacy, "0")
)]
struct T {
    a: i32,
    #[schemagen(unique, collate = "de-x-icu")]
    b: String,
    #[schemagen(renamed_from = "mail", old_value = "''", backfill = "'none'")]
    email: String,
    #[schemagen(sql_type = "varchar(20)[]")]
    name: Vec<String>,
    #[schemagen(sql_type = "citext")]
    nick: Option<String>,
    #[schemagen(sql_type = "\"Mood\"")]
    mood: String,
    moods: Vec<Mood>,
    #[schemagen(identity(always, start = -10, increment = -1))]
    number: i32,
    #[schemagen(generated("a * 2", virtual))]
    twice: Option<i32>,
    #[schemagen(sql_type = "timestamptz(3)", using = "at::timestamptz", using_back = "at::timestamp", cutover)]
    at: String,
    #[schemagen(references("orgs(id)", on_update = "cascade", initially_deferred))]
    org_id: Option<i64>,
}

#[derive(Table)]
struct ATableWithANameThatIsQuiteLongForATable {
    #[schemagen(index, unique)]
    a_column_with_a_long_name: i32,
    #[schemagen(sql_type = "serial")]
    a_serial_column_with_a_name_that_is_too_long_as_well: i32,
}

/// Takes a name that another table's index would get.
#[derive(Table)]
struct TLowerIdx {
    r#type: i64,
}
