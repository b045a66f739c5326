//! Types of columns, and expressions over them as PostgreSQL prints them.

use schema_core::schema::{Expr, Ident, Schema};

const TYPES: &[&str] = &[
    "integer",
    "bigint",
    "text",
    "character varying(20)",
    "numeric(10,2)",
    "boolean",
    "uuid",
    "timestamp with time zone",
    "jsonb",
    "text[]",
    "smallint",
    "character varying(40)",
    "numeric(12,2)",
    "date",
    "timestamp without time zone",
    "double precision",
    "bytea",
    "inet",
    "int4range",
    "interval",
    "integer[]",
    "character(3)",
    "numeric",
    "json",
];

/// A type of that number, one of the schema's enums or an array of one among them.
pub fn type_of(schema: &Schema, choice: u8) -> String {
    let at = usize::from(choice) % (TYPES.len() + 2 * schema.enums.len());
    match TYPES.get(at) {
        Some(name) => (*name).to_owned(),
        None => {
            let at = at - TYPES.len();
            let name = schema
                .enums
                .keys()
                .nth(at / 2)
                .map(ToString::to_string)
                .unwrap_or_default();
            if at.is_multiple_of(2) {
                name
            } else {
                format!("{name}[]")
            }
        }
    }
}

fn label(schema: &Schema, type_name: &str) -> String {
    let name = schema.enum_of_type(type_name);
    let label = name.and_then(|name| schema.enums[name].labels.first());
    schema_core::schema::Literal(label.map_or("", |l| l.as_str())).to_string()
}

/// A default of that type.
pub fn default(schema: &Schema, type_name: &str, n: u8) -> Expr {
    let other = n % 2 == 1;
    let text = match type_name {
        "smallint" | "integer" | "bigint" if other => "'-7'::integer".to_owned(),
        "smallint" | "integer" | "bigint" => "7".to_owned(),
        "text" if other => "'back\\slash'::text".to_owned(),
        "text" => "'it''s'::text".to_owned(),
        name if name.starts_with("character varying") => "'x'::character varying".to_owned(),
        "character(3)" => "'abc'::bpchar".to_owned(),
        name if name.starts_with("numeric") => "1.5".to_owned(),
        "double precision" => "1.5".to_owned(),
        "boolean" => if other { "false" } else { "true" }.to_owned(),
        "uuid" => "gen_random_uuid()".to_owned(),
        "timestamp with time zone" if other => "'2020-02-02 00:00:00+00'::timestamp with time zone".to_owned(),
        "timestamp with time zone" => "now()".to_owned(),
        "timestamp without time zone" => "'2020-02-02 00:00:00'::timestamp without time zone".to_owned(),
        "date" => if other { "CURRENT_DATE" } else { "'2020-02-02'::date" }.to_owned(),
        "interval" => "'01:00:00'::interval".to_owned(),
        "jsonb" => "'{}'::jsonb".to_owned(),
        "json" => "'{}'::json".to_owned(),
        "bytea" => "'\\xdead'::bytea".to_owned(),
        "inet" => "'127.0.0.1'::inet".to_owned(),
        "int4range" => "'[1,5)'::int4range".to_owned(),
        name if name.ends_with("[]") => format!("'{{}}'::{name}"),
        name => format!("{}::{name}", label(schema, name)),
    };
    Expr(text)
}

/// A condition on a column of that type.
pub fn check(schema: &Schema, type_name: &str, column: &Ident, n: u8) -> Expr {
    let other = n % 2 == 1;
    let text = match type_name {
        "integer" if other => format!("({column} = ANY (ARRAY[7, '-7'::integer, 8]))"),
        "integer" | "bigint" | "smallint" => format!("({column} > '-9'::integer)"),
        "text" if other => format!("({column} = ANY (ARRAY['it''s'::text, 'back\\slash'::text]))"),
        "text" => format!("({column} <> ''::text)"),
        name if name.starts_with("character varying") && other => {
            format!("(({column})::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))")
        }
        name if name.starts_with("character varying") => format!("(({column})::text <> ''::text)"),
        name if name.starts_with("numeric") => format!("({column} >= (0)::numeric)"),
        "boolean" => format!("({column} OR (NOT {column}))"),
        "date" => format!("({column} > '2000-01-01'::date)"),
        name if name.starts_with("timestamp") || name.ends_with("[]") => format!("({column} IS NOT NULL)"),
        name if schema.enum_of_type(name).is_some() => {
            format!("({column} >= {}::{name})", label(schema, name))
        }
        _ => format!("({column} IS NOT NULL)"),
    };
    Expr(text)
}

/// A condition of a partial index.
pub fn predicate(schema: &Schema, type_name: &str, column: &Ident, n: u8) -> Expr {
    match schema.enum_of_type(type_name) {
        Some(_) if !type_name.ends_with("[]") => {
            Expr(format!("({column} = {}::{type_name})", label(schema, type_name)))
        }
        _ if type_name == "boolean" => Expr(column.to_string()),
        _ if n.is_multiple_of(2) => Expr(format!("({column} IS NOT NULL)")),
        _ => Expr(format!("({column} IS NULL)")),
    }
}

/// An index key over a column of that type, where there is one.
pub fn expression(type_name: &str, column: &Ident) -> Option<Expr> {
    match type_name {
        "integer" => Some(Expr(format!("({column} + 1)"))),
        "text" => Some(Expr(format!("lower({column})"))),
        name if name.starts_with("character varying") => Some(Expr(format!("lower({column}::text)"))),
        _ => None,
    }
}

/// A column that can be computed from one of that type: its type and expression.
pub fn computed(type_name: &str, column: &Ident) -> Option<(&'static str, Expr)> {
    match type_name {
        "integer" => Some(("integer", Expr(format!("({column} * 2)")))),
        "text" => Some(("text", Expr(format!("upper({column})")))),
        "boolean" => Some(("boolean", Expr(format!("(NOT {column})")))),
        _ => None,
    }
}

/// Whether the type has a btree.
pub fn has_order(type_name: &str) -> bool {
    type_name != "json"
}

/// Another index method for the type.
pub fn other_method(type_name: &str) -> Option<&'static str> {
    match type_name {
        "jsonb" | "text[]" | "integer[]" => Some("gin"),
        "int4range" => Some("gist"),
        "integer" | "date" | "timestamp with time zone" => Some("brin"),
        "text" | "uuid" => Some("hash"),
        _ => None,
    }
}

/// Whether the type has a collation.
pub fn is_text(type_name: &str) -> bool {
    type_name == "text" || type_name.starts_with("character varying")
}

/// The operator class for `LIKE`.
pub fn pattern_class(type_name: &str) -> String {
    let short = if type_name == "text" { "text" } else { "varchar" };
    format!("pg_catalog.{short}_pattern_ops")
}

/// Whether values of the type can be stored out of line.
pub fn has_toast(type_name: &str) -> bool {
    is_text(type_name) || matches!(type_name, "jsonb" | "json" | "bytea") || type_name.ends_with("[]")
}

/// A value of that type, as SQL, which the checks let pass.
pub fn value(schema: &Schema, type_name: &str, n: u8) -> String {
    match type_name {
        "smallint" | "integer" | "bigint" => ["7", "8", "-7", "9"][usize::from(n % 4)].to_owned(),
        "text" => ["'it''s'", "'back\\slash'"][usize::from(n % 2)].to_owned(),
        name if name.starts_with("character") => ["'x'", "'y'"][usize::from(n % 2)].to_owned(),
        name if name.starts_with("numeric") => format!("{n}.50"),
        "double precision" => format!("{n}.25"),
        "boolean" => n.is_multiple_of(2).to_string(),
        "uuid" => format!("'00000000-0000-0000-0000-00000000000{}'", n % 10),
        name if name.starts_with("timestamp") => format!("'2020-02-0{} 01:02:03.456'", 1 + n % 9),
        "date" => format!("'2020-02-0{}'", 1 + n % 9),
        "interval" => format!("'{n} hours'"),
        "json" | "jsonb" => format!("'{{\"n\": {n}}}'"),
        "bytea" => format!("'\\x0{}'", n % 10),
        "inet" => format!("'10.0.0.{n}'"),
        "int4range" => format!("'[{},{})'", 10 * u32::from(n), 10 * u32::from(n) + 5),
        "text[]" => format!("'{{a,\"b {n}\"}}'"),
        "integer[]" | "bigint[]" => format!("'{{1,{n}}}'"),
        name if name.ends_with("[]") => {
            format!("ARRAY[{}]::{name}", label(schema, name))
        }
        name => label(schema, name),
    }
}
