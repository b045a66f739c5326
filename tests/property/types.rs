//! Types of columns, and expressions over them as PostgreSQL prints them.

use schema_core::schema::{Expr, Ident, Schema};

const TYPES: &[&str] = &[
    "integer",
    "bigint",
    "text",
    "character varying(20)",
    "character varying(40)",
    "numeric(10,2)",
    "numeric(12,2)",
    "boolean",
    "uuid",
    "timestamp with time zone",
    "jsonb",
    "text[]",
];

/// A type of that number, one of the schema's enums among them.
pub fn type_of(schema: &Schema, choice: u8) -> String {
    let at = usize::from(choice) % (TYPES.len() + schema.enums.len());
    match TYPES.get(at) {
        Some(name) => (*name).to_owned(),
        None => schema
            .enums
            .keys()
            .nth(at - TYPES.len())
            .expect("the number is within the enums")
            .to_string(),
    }
}

/// A default of that type.
pub fn default(type_name: &str) -> Expr {
    let text = match type_name {
        "integer" | "bigint" => "7".to_owned(),
        "text" => "'it''s'::text".to_owned(),
        name if name.starts_with("character varying") => "'x'::character varying".to_owned(),
        name if name.starts_with("numeric") => "1.5".to_owned(),
        "boolean" => "true".to_owned(),
        "uuid" => "gen_random_uuid()".to_owned(),
        "timestamp with time zone" => "now()".to_owned(),
        "jsonb" => "'{}'::jsonb".to_owned(),
        "text[]" => "'{}'::text[]".to_owned(),
        other => format!("'l0'::{other}"),
    };
    Expr(text)
}

/// A condition on a column of that type.
pub fn check(type_name: &str, column: &Ident) -> Expr {
    let text = match type_name {
        "integer" | "bigint" => format!("({column} > 0)"),
        "text" => format!("({column} <> ''::text)"),
        name if name.starts_with("character varying") => format!("(({column})::text <> ''::text)"),
        name if name.starts_with("numeric") => format!("({column} >= (0)::numeric)"),
        _ => format!("({column} IS NOT NULL)"),
    };
    Expr(text)
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
