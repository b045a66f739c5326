//! The statements of either version.

/// A statement, and how a column whose default is a sequence differs for new code.
#[derive(Debug)]
pub struct Case {
    /// `{t}`, `{c}`: table and column; `{v}`, `{w}`, `{d}`: values; `{type}`: the column's type.
    pub sql: &'static str,
    /// Lowest server major version.
    pub since: u32,
    /// New code's explicit NULL takes the sequence's next value: nothing tells it from an omitted column.
    pub null_is_omitted: bool,
    /// New code's `SET … = DEFAULT` writes NULL, because a sequence stays the default of the old column alone.
    pub default_is_null: bool,
}

const fn case(sql: &'static str) -> Case {
    Case {
        sql,
        since: 14,
        null_is_omitted: false,
        default_is_null: false,
    }
}

const fn null(sql: &'static str) -> Case {
    Case {
        null_is_omitted: true,
        ..case(sql)
    }
}

const fn set_default(sql: &'static str) -> Case {
    Case {
        default_is_null: true,
        ..case(sql)
    }
}

const fn since_15(sql: &'static str) -> Case {
    Case { since: 15, ..case(sql) }
}

/// All of them. Rows 1, 2 and 3 stand and hold `{v}`, `{w}` and `{v}`.
pub const CASES: &[Case] = &[
    case("INSERT INTO {t} (id, {c}) VALUES (10, '{v}')"),
    case("INSERT INTO {t} (id) VALUES (10)"),
    null("INSERT INTO {t} (id, {c}) VALUES (10, NULL)"),
    case("INSERT INTO {t} (id, {c}) VALUES (10, '{d}')"),
    case("INSERT INTO {t} (id, {c}) VALUES (10, DEFAULT)"),
    case("INSERT INTO {t} (id, {c}) VALUES (10, '{v}'), (11, '{d}'), (12, '{w}')"),
    case(
        "INSERT INTO {t} (id, {c}) SELECT n, CASE n % 3 WHEN 0 THEN '{v}' WHEN 1 THEN '{d}' ELSE '{w}' END::{type} FROM generate_series(10, 18) n",
    ),
    null("INSERT INTO {t} (id, {c}) SELECT 10, NULL::{type}"),
    case("INSERT INTO {t} (id) SELECT n FROM generate_series(10, 12) n"),
    case("COPY {t} (id, {c}) FROM stdin;\n10\t{v}\n11\t{d}\n12\t{w}\n\\.\n"),
    null("COPY {t} (id, {c}) FROM stdin;\n10\t\\N\n\\.\n"),
    case("COPY {t} (id) FROM stdin;\n10\n11\n\\.\n"),
    case("UPDATE {t} SET {c} = '{w}' WHERE id = 1"),
    case("UPDATE {t} SET {c} = '{d}' WHERE id = 1"),
    case("UPDATE {t} SET {c} = '{v}' WHERE id = 1"),
    case("UPDATE {t} SET {c} = {c}"),
    case("UPDATE {t} SET {c} = NULL WHERE id = 1"),
    set_default("UPDATE {t} SET {c} = DEFAULT WHERE id = 1"),
    case("UPDATE {t} SET other = other + 1"),
    case("UPDATE {t} SET {c} = source.{c} FROM {t} source WHERE {t}.id = 1 AND source.id = 2"),
    case("UPDATE {t} SET {c} = '{w}' WHERE id = 1; UPDATE {t} SET {c} = '{v}' WHERE id = 1"),
    case(
        "UPDATE {t} SET {c} = '{w}' WHERE id = 1; UPDATE {t} SET {c} = NULL WHERE id = 1; UPDATE {t} SET {c} = '{d}' WHERE id = 1",
    ),
    case("INSERT INTO {t} (id, {c}) VALUES (10, '{w}') ON CONFLICT (id) DO UPDATE SET {c} = excluded.{c}"),
    case("INSERT INTO {t} (id, {c}) VALUES (1, '{w}') ON CONFLICT (id) DO UPDATE SET {c} = excluded.{c}"),
    case("INSERT INTO {t} (id, {c}) VALUES (1, '{d}') ON CONFLICT (id) DO UPDATE SET {c} = excluded.{c}"),
    null("INSERT INTO {t} (id, {c}) VALUES (1, NULL) ON CONFLICT (id) DO UPDATE SET {c} = excluded.{c}"),
    case("INSERT INTO {t} (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET {c} = excluded.{c}"),
    case("INSERT INTO {t} (id, {c}) VALUES (1, '{w}') ON CONFLICT (id) DO UPDATE SET other = 7"),
    case("INSERT INTO {t} (id, {c}) VALUES (1, '{w}') ON CONFLICT (id) DO UPDATE SET {c} = NULL"),
    case("INSERT INTO {t} (id, {c}) VALUES (1, '{w}'), (10, '{w}') ON CONFLICT (id) DO NOTHING"),
    since_15(
        "MERGE INTO {t} USING (VALUES (1, '{w}'::{type}), (10, '{d}'::{type}), (11, '{v}'::{type})) s (id, x) ON {t}.id = s.id WHEN MATCHED THEN UPDATE SET {c} = s.x WHEN NOT MATCHED THEN INSERT (id, {c}) VALUES (s.id, s.x)",
    ),
    since_15(
        "MERGE INTO {t} USING (VALUES (2), (10)) s (id) ON {t}.id = s.id WHEN MATCHED THEN UPDATE SET other = 7 WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)",
    ),
    since_15("MERGE INTO {t} USING (VALUES (1)) s (id) ON {t}.id = s.id WHEN MATCHED THEN UPDATE SET {c} = NULL"),
    case("DELETE FROM {t} WHERE {c}::text = '{w}'"),
    case(
        "WITH moved AS (DELETE FROM {t} WHERE id = 2 RETURNING {c}) INSERT INTO {t} (id, {c}) SELECT 10, {c} FROM moved",
    ),
];
