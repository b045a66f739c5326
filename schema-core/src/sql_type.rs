//! Which SQL type a Rust type is.

/// A Rust type whose values live in a column of one SQL type.
///
/// The derive lets the compiler compare `SQL` with what it read from the tokens. A type without an implementation is
/// not an error; it counts as not verified.
pub trait SqlType {
    /// Its SQL type, in the spelling of `format_type` with an empty `search_path`.
    const SQL: SqlName;
}

/// The name of an SQL type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlName {
    name: &'static str,
    array: bool,
}

impl SqlName {
    /// A type in the spelling of `format_type`, such as `timestamp with time zone`.
    pub const fn new(name: &'static str) -> Self {
        Self { name, array: false }
    }

    /// The type of its arrays. PostgreSQL does not distinguish the number of dimensions.
    pub const fn array(self) -> Self {
        Self {
            name: self.name,
            array: true,
        }
    }

    /// The element's name for an array, else the name.
    pub const fn element(self) -> &'static str {
        self.name
    }

    /// Whether it is an array.
    pub const fn is_array(self) -> bool {
        self.array
    }
}

impl std::fmt::Display for SqlName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)?;
        f.write_str(if self.array { "[]" } else { "" })
    }
}

macro_rules! sql_types {
    ($($ty:ty => $sql:literal),+ $(,)?) => {
        $(impl SqlType for $ty {
            const SQL: SqlName = SqlName::new($sql);
        })+
    };
}

sql_types! {
    i8 => "\"char\"",
    i16 => "smallint",
    i32 => "integer",
    i64 => "bigint",
    f32 => "real",
    f64 => "double precision",
    bool => "boolean",
    str => "text",
    String => "text",
    std::time::Duration => "interval",
    std::net::IpAddr => "inet",
    std::net::Ipv4Addr => "inet",
    std::net::Ipv6Addr => "inet",
    // Bytes are no array: `u8` itself has no SQL type.
    [u8] => "bytea",
    Vec<u8> => "bytea",
}

impl<const N: usize> SqlType for [u8; N] {
    const SQL: SqlName = SqlName::new("bytea");
}

impl<T: SqlType> SqlType for Option<T> {
    const SQL: SqlName = T::SQL;
}

impl<T: SqlType> SqlType for Vec<T> {
    const SQL: SqlName = T::SQL.array();
}

impl<T: SqlType> SqlType for [T] {
    const SQL: SqlName = T::SQL.array();
}

impl<T: SqlType, const N: usize> SqlType for [T; N] {
    const SQL: SqlName = T::SQL.array();
}

impl<T: SqlType + ?Sized> SqlType for &T {
    const SQL: SqlName = T::SQL;
}

impl<T: SqlType + ?Sized> SqlType for Box<T> {
    const SQL: SqlName = T::SQL;
}

impl<T: SqlType + ?Sized> SqlType for std::sync::Arc<T> {
    const SQL: SqlName = T::SQL;
}

impl<T: SqlType + ?Sized> SqlType for std::rc::Rc<T> {
    const SQL: SqlName = T::SQL;
}

impl<T: SqlType + ToOwned + ?Sized> SqlType for std::borrow::Cow<'_, T> {
    const SQL: SqlName = T::SQL;
}

#[cfg(feature = "uuid")]
sql_types! { uuid::Uuid => "uuid" }

#[cfg(feature = "chrono")]
sql_types! {
    chrono::NaiveDate => "date",
    chrono::NaiveTime => "time without time zone",
    chrono::NaiveDateTime => "timestamp without time zone",
    chrono::TimeDelta => "interval",
}

#[cfg(feature = "chrono")]
impl<Tz: chrono::TimeZone> SqlType for chrono::DateTime<Tz> {
    const SQL: SqlName = SqlName::new("timestamp with time zone");
}

#[cfg(feature = "time")]
sql_types! {
    time::Date => "date",
    time::Time => "time without time zone",
    time::PrimitiveDateTime => "timestamp without time zone",
    time::OffsetDateTime => "timestamp with time zone",
    time::Duration => "interval",
}

#[cfg(feature = "serde_json")]
sql_types! { serde_json::Value => "jsonb" }

#[cfg(feature = "rust_decimal")]
sql_types! { rust_decimal::Decimal => "numeric" }

#[cfg(feature = "bigdecimal")]
sql_types! { bigdecimal::BigDecimal => "numeric" }

#[cfg(feature = "ipnetwork")]
sql_types! {
    ipnetwork::IpNetwork => "inet",
    ipnetwork::Ipv4Network => "inet",
    ipnetwork::Ipv6Network => "inet",
}

#[cfg(feature = "sqlx")]
mod of_sqlx {
    use sqlx::postgres::types::{
        Oid, PgBox, PgCiText, PgCircle, PgCube, PgHstore, PgInterval, PgLQuery, PgLSeg, PgLTree, PgLine, PgMoney,
        PgPath, PgPoint, PgPolygon, PgRange,
    };

    use super::{SqlName, SqlType};

    sql_types! {
        Oid => "oid",
        PgInterval => "interval",
        PgMoney => "money",
        PgPoint => "point",
        PgLine => "line",
        PgLSeg => "lseg",
        PgBox => "box",
        PgPath => "path",
        PgPolygon => "polygon",
        PgCircle => "circle",
        PgLTree => "public.ltree",
        PgLQuery => "public.lquery",
        PgHstore => "public.hstore",
        PgCube => "public.cube",
        PgCiText => "public.citext",
    }

    impl<T: ?Sized> SqlType for sqlx::types::Json<T> {
        const SQL: SqlName = SqlName::new("jsonb");
    }

    impl<T: SqlType> SqlType for PgRange<T> {
        const SQL: SqlName = SqlName::new(match T::SQL.element().as_bytes() {
            b"integer" => "int4range",
            b"bigint" => "int8range",
            b"numeric" => "numrange",
            b"date" => "daterange",
            b"timestamp without time zone" => "tsrange",
            b"timestamp with time zone" => "tstzrange",
            _ => panic!("PostgreSQL has no range over this type; write `#[schemagen(sql_type = \"…\")]`"),
        });
    }
}

#[cfg(all(
    test,
    feature = "engine",
    feature = "uuid",
    feature = "chrono",
    feature = "time",
    feature = "serde_json",
    feature = "rust_decimal",
    feature = "bigdecimal",
    feature = "ipnetwork",
    feature = "sqlx"
))]
mod tests {
    use schema_model::{Lookup, Spelling, map_type};

    use super::*;

    /// What the tokens say of a type.
    fn of_tokens(text: &str) -> String {
        let ty = syn::parse_str(text).unwrap();
        let lookup = |path: &syn::Path| Lookup::Foreign(path.segments.iter().map(|s| s.ident.to_string()).collect());
        match map_type(&ty, &lookup).spelling {
            Spelling::Sql(sql) => sql,
            other => format!("{other:?}"),
        }
    }

    macro_rules! agree {
        ($($ty:ty),+ $(,)?) => {
            $(assert_eq!(of_tokens(stringify!($ty)), <$ty as SqlType>::SQL.to_string(), stringify!($ty));)+
        };
    }

    #[test]
    fn tokens_and_compiler_agree_on_every_type() {
        use std::borrow::Cow;

        use ::sqlx::postgres::types::PgRange;
        agree!(
            i8,
            i16,
            i32,
            i64,
            f32,
            f64,
            bool,
            String,
            Box<str>,
            Cow<'static, str>,
            &'static str,
            Vec<u8>,
            [u8; 3],
            Box<[u8]>,
            Option<i32>,
            Vec<String>,
            Vec<Option<i32>>,
            [i64; 2],
            Vec<Vec<u8>>,
            std::net::IpAddr,
            std::net::Ipv4Addr,
            std::net::Ipv6Addr,
            std::time::Duration,
            std::sync::Arc<str>,
            uuid::Uuid,
            Vec<uuid::Uuid>,
            chrono::NaiveDate,
            chrono::NaiveTime,
            chrono::NaiveDateTime,
            chrono::DateTime<chrono::Utc>,
            chrono::TimeDelta,
            chrono::Duration,
            time::Date,
            time::Time,
            time::PrimitiveDateTime,
            time::OffsetDateTime,
            time::Duration,
            serde_json::Value,
            ::sqlx::types::Json<Vec<u32>>,
            ::sqlx::types::JsonValue,
            rust_decimal::Decimal,
            bigdecimal::BigDecimal,
            ipnetwork::IpNetwork,
            ipnetwork::Ipv4Network,
            ipnetwork::Ipv6Network,
            PgRange<i32>,
            PgRange<i64>,
            PgRange<rust_decimal::Decimal>,
            PgRange<chrono::NaiveDate>,
            PgRange<time::PrimitiveDateTime>,
            PgRange<chrono::DateTime<chrono::Utc>>,
            Vec<PgRange<i32>>,
            ::sqlx::postgres::types::Oid,
            ::sqlx::postgres::types::PgInterval,
            ::sqlx::postgres::types::PgMoney,
            ::sqlx::postgres::types::PgPoint,
            ::sqlx::postgres::types::PgLine,
            ::sqlx::postgres::types::PgLSeg,
            ::sqlx::postgres::types::PgBox,
            ::sqlx::postgres::types::PgPath,
            ::sqlx::postgres::types::PgPolygon,
            ::sqlx::postgres::types::PgCircle,
            ::sqlx::postgres::types::PgLTree,
            ::sqlx::postgres::types::PgLQuery,
            ::sqlx::postgres::types::PgHstore,
            ::sqlx::postgres::types::PgCube,
            ::sqlx::postgres::types::PgCiText,
        );
    }
}
