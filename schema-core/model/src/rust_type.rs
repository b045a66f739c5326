//! Rust types as SQL types, from their tokens.

use syn::{GenericArgument, PathArguments, Type};

/// What the tokens of a Rust type say.
#[derive(Debug, Clone)]
pub struct RustType {
    /// Its SQL type.
    pub spelling: Spelling,
    /// Whether it is an `Option`.
    pub nullable: bool,
    /// What lets the compiler confirm it.
    pub proof: Proof,
}

/// An SQL type as far as tokens can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spelling {
    /// In the spelling of `format_type`.
    Sql(String),
    /// A name that only a look at other files can resolve; followed by `[]` in an array.
    Named(String),
    /// No SQL type belongs to it: why.
    Unmapped(String),
}

/// Where the implementation of `SqlType` comes from that the derive's check finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Always there.
    Std,
    /// Behind this feature of schema-core.
    Feature(&'static str),
    /// Nowhere: the field counts as not verified.
    Nothing,
}

/// What a path stands for.
#[derive(Debug, Clone)]
pub enum Lookup {
    /// A type of the standard library or of another crate, by its full or shortened path.
    Foreign(Vec<String>),
    /// A type that the caller resolved.
    Known(RustType),
}

impl RustType {
    /// A type that must have a value.
    pub fn new(spelling: Spelling, proof: Proof) -> Self {
        Self {
            spelling,
            nullable: false,
            proof,
        }
    }

    fn unmapped(why: impl Into<String>) -> Self {
        Self::new(Spelling::Unmapped(why.into()), Proof::Nothing)
    }

    /// The type of an array of it.
    fn array(self) -> Self {
        let spelling = match self.spelling {
            Spelling::Sql(sql) if sql.ends_with("[]") => Spelling::Unmapped("arrays of arrays have no mapping".into()),
            Spelling::Sql(sql) => Spelling::Sql(format!("{sql}[]")),
            Spelling::Named(name) => Spelling::Named(format!("{name}[]")),
            other => other,
        };
        Self::new(spelling, self.proof)
    }
}

/// (last segment, crates it may come from, SQL type, feature of schema-core with the impl)
const FOREIGN: &[(&str, &[&str], &str, &str)] = &[
    ("Uuid", &["uuid"], "uuid", "uuid"),
    ("NaiveDateTime", &["chrono"], "timestamp without time zone", "chrono"),
    ("NaiveDate", &["chrono"], "date", "chrono"),
    ("NaiveTime", &["chrono"], "time without time zone", "chrono"),
    ("DateTime", &["chrono"], "timestamp with time zone", "chrono"),
    ("OffsetDateTime", &["time"], "timestamp with time zone", "time"),
    ("PrimitiveDateTime", &["time"], "timestamp without time zone", "time"),
    ("Date", &["time"], "date", "time"),
    ("Time", &["time"], "time without time zone", "time"),
    ("TimeDelta", &["chrono"], "interval", "chrono"),
    ("Duration", &["chrono"], "interval", "chrono"),
    ("Duration", &["time"], "interval", "time"),
    ("Value", &["serde_json"], "jsonb", "serde_json"),
    ("JsonValue", &["sqlx"], "jsonb", "serde_json"),
    ("RawValue", &["serde_json"], "jsonb", ""),
    ("JsonRawValue", &["sqlx"], "jsonb", ""),
    ("Json", &["sqlx"], "jsonb", "sqlx"),
    ("Decimal", &["rust_decimal"], "numeric", "rust_decimal"),
    ("BigDecimal", &["bigdecimal"], "numeric", "bigdecimal"),
    ("IpNetwork", &["ipnetwork"], "inet", "ipnetwork"),
    ("Ipv4Network", &["ipnetwork"], "inet", "ipnetwork"),
    ("Ipv6Network", &["ipnetwork"], "inet", "ipnetwork"),
    ("IpNet", &["ipnet"], "inet", ""),
    ("MacAddress", &["mac_address"], "macaddr", ""),
    ("BitVec", &["bit_vec"], "bit varying", ""),
    ("PgInterval", &["sqlx"], "interval", "sqlx"),
    ("PgMoney", &["sqlx"], "money", "sqlx"),
    ("PgTimeTz", &["sqlx"], "time with time zone", ""),
    ("PgPoint", &["sqlx"], "point", "sqlx"),
    ("PgLine", &["sqlx"], "line", "sqlx"),
    ("PgLSeg", &["sqlx"], "lseg", "sqlx"),
    ("PgBox", &["sqlx"], "box", "sqlx"),
    ("PgPath", &["sqlx"], "path", "sqlx"),
    ("PgPolygon", &["sqlx"], "polygon", "sqlx"),
    ("PgCircle", &["sqlx"], "circle", "sqlx"),
    ("Oid", &["sqlx"], "oid", "sqlx"),
    ("PgLTree", &["sqlx"], "public.ltree", "sqlx"),
    ("PgLQuery", &["sqlx"], "public.lquery", "sqlx"),
    ("PgHstore", &["sqlx"], "public.hstore", "sqlx"),
    ("PgCube", &["sqlx"], "public.cube", "sqlx"),
    ("PgCiText", &["sqlx"], "public.citext", "sqlx"),
];

/// Range types by the SQL type of their bounds.
const RANGES: &[(&str, &str)] = &[
    ("integer", "int4range"),
    ("bigint", "int8range"),
    ("numeric", "numrange"),
    ("date", "daterange"),
    ("timestamp without time zone", "tsrange"),
    ("timestamp with time zone", "tstzrange"),
];

/// The types of the standard library.
fn std_type(name: &str) -> Option<RustType> {
    let sql = match name {
        "i8" => "\"char\"",
        "i16" => "smallint",
        "i32" => "integer",
        "i64" => "bigint",
        "f32" => "real",
        "f64" => "double precision",
        "bool" => "boolean",
        "String" | "str" => "text",
        "IpAddr" | "Ipv4Addr" | "Ipv6Addr" => "inet",
        "Duration" => "interval",
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i128" | "isize" | "char" | "OsString" | "PathBuf" => {
            return Some(RustType::unmapped(format!("PostgreSQL has no type for `{name}`")));
        }
        _ => return None,
    };
    Some(RustType::new(Spelling::Sql(sql.into()), Proof::Std))
}

/// Maps a type; `lookup` says what its paths stand for.
pub fn map_type(ty: &Type, lookup: &dyn Fn(&syn::Path) -> Lookup) -> RustType {
    match ty {
        Type::Paren(inner) => map_type(&inner.elem, lookup),
        Type::Group(inner) => map_type(&inner.elem, lookup),
        Type::Reference(inner) => map_type(&inner.elem, lookup),
        Type::Slice(inner) => list(&inner.elem, lookup),
        Type::Array(inner) => list(&inner.elem, lookup),
        Type::Path(path) if path.qself.is_none() => match lookup(&path.path) {
            Lookup::Known(known) => known,
            Lookup::Foreign(name) => foreign(&name, &path.path, lookup),
        },
        _ => RustType::unmapped("this kind of Rust type has no mapping"),
    }
}

/// `Vec<T>` and its kin: `bytea` for bytes, else an array.
fn list(element: &Type, lookup: &dyn Fn(&syn::Path) -> Lookup) -> RustType {
    if let Type::Path(path) = element
        && path.path.is_ident("u8")
    {
        return RustType::new(Spelling::Sql("bytea".into()), Proof::Std);
    }
    map_type(element, lookup).array()
}

fn foreign(name: &[String], path: &syn::Path, lookup: &dyn Fn(&syn::Path) -> Lookup) -> RustType {
    let last = name.last().map_or("", String::as_str);
    let argument = || {
        type_arguments(path).next().map_or_else(
            || RustType::unmapped(format!("`{last}` lacks its type argument")),
            |ty| map_type(ty, lookup),
        )
    };
    let from = |crates: &[&str]| name.len() == 1 || crates.contains(&name[0].as_str()) || name[0] == "sqlx";
    let std = name.len() == 1 || ["std", "core", "alloc"].contains(&name[0].as_str());
    if std {
        match last {
            "Option" => {
                return RustType {
                    nullable: true,
                    ..argument()
                };
            }
            "Box" | "Arc" | "Rc" | "Cow" => return argument(),
            "Vec" => {
                return type_arguments(path).next().map_or_else(
                    || RustType::unmapped("`Vec` lacks its type argument"),
                    |ty| list(ty, lookup),
                );
            }
            _ => {}
        }
        if let Some(mapped) = std_type(last) {
            return mapped;
        }
    }
    if last == "PgRange" && from(&[]) {
        let bound = argument();
        return match &bound.spelling {
            Spelling::Sql(sql) => match RANGES.iter().find(|(of, _)| of == sql) {
                Some((_, range)) => RustType::new(Spelling::Sql((*range).to_owned()), Proof::Feature("sqlx")),
                None => RustType::unmapped(format!("PostgreSQL has no range over {sql}")),
            },
            _ => bound,
        };
    }
    match FOREIGN
        .iter()
        .find(|(ident, crates, ..)| *ident == last && from(crates))
    {
        Some((.., sql, feature)) => RustType::new(
            Spelling::Sql((*sql).to_owned()),
            if feature.is_empty() {
                Proof::Nothing
            } else {
                Proof::Feature(feature)
            },
        ),
        None => RustType::new(Spelling::Named(name.join("::")), Proof::Nothing),
    }
}

/// The type arguments of a path's last segment.
fn type_arguments(path: &syn::Path) -> impl Iterator<Item = &Type> {
    let arguments = match path.segments.last().map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The lookup of a macro, which knows nothing but tokens.
pub(crate) fn tokens_only(path: &syn::Path) -> Lookup {
    Lookup::Foreign(path.segments.iter().map(|segment| segment.ident.to_string()).collect())
}

/// The type without `Option`, which is what a reference must agree on.
pub fn strip_option(ty: &Type) -> &Type {
    if let Type::Path(path) = ty
        && path.qself.is_none()
        && path
            .path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "Option")
        && let Some(inner) = type_arguments(&path.path).next()
    {
        return strip_option(inner);
    }
    ty
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ty: &str) -> String {
        let mapped = map_type(&syn::parse_str(ty).unwrap(), &tokens_only);
        let text = match mapped.spelling {
            Spelling::Sql(sql) => sql,
            Spelling::Named(name) => format!("?{name}"),
            Spelling::Unmapped(_) => "!".to_owned(),
        };
        if mapped.nullable { format!("{text} null") } else { text }
    }

    #[test]
    fn types_of_the_table_in_the_readme() {
        for (rust, sql) in [
            ("i8", "\"char\""),
            ("Option<i64>", "bigint null"),
            ("&'a str", "text"),
            ("Cow<'static, str>", "text"),
            ("Vec<u8>", "bytea"),
            ("Option<Vec<String>>", "text[] null"),
            ("[i32; 3]", "integer[]"),
            ("sqlx::types::Json<Profile>", "jsonb"),
            ("chrono::DateTime<chrono::Utc>", "timestamp with time zone"),
            ("PgRange<DateTime<Utc>>", "tstzrange"),
            ("bson::DateTime", "?bson::DateTime"),
            ("Vec<Mood>", "?Mood[]"),
            ("std::net::IpAddr", "inet"),
            ("u32", "!"),
            ("(i32, i32)", "!"),
        ] {
            assert_eq!(shown(rust), sql, "{rust}");
        }
    }
}
