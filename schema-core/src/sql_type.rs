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
        PgPath, PgPoint, PgPolygon, PgRange, PgTimeTz,
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

    impl<T, Z> SqlType for PgTimeTz<T, Z> {
        const SQL: SqlName = SqlName::new("time with time zone");
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
