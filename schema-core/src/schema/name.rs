//! Identifiers and literals. These types are the only way for a name or a value to reach SQL text.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Words that `quote_ident` quotes on PostgreSQL 14 to 18: every keyword that is not unreserved.
const QUOTED_KEYWORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

/// The longest identifier that PostgreSQL keeps, in bytes (`NAMEDATALEN - 1`).
const MAX_BYTES: usize = 63;

/// An SQL identifier. `Display` quotes it where it must be quoted; [`Ident::raw`] is the bare name.
///
/// Copies share the text: a name stands in every object that mentions it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(Arc<str>);

impl Ident {
    /// Takes the name as it is stored in the catalog, without quotes.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into().into())
    }

    /// The bare name, for messages, file names and comparison; never for SQL.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// `<name><suffix>` cut so that the result keeps the whole suffix and fits into 63 bytes.
    pub fn with_suffix(&self, suffix: &str) -> Self {
        let mut end = self.0.len().min(MAX_BYTES.saturating_sub(suffix.len()));
        while !self.0.is_char_boundary(end) {
            end -= 1;
        }
        Self::new(format!("{}{suffix}", &self.0[..end]))
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.0.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && self
                .0
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && QUOTED_KEYWORDS.binary_search(&self.raw()).is_err();
        if plain {
            f.write_str(&self.0)
        } else {
            write!(f, "\"{}\"", self.0.replace('"', "\"\""))
        }
    }
}

impl Serialize for Ident {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Ident {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl From<&str> for Ident {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A schema-qualified name. `Display` prints `schema.name`, quoted where needed; this is also its form in YAML.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QName {
    /// The namespace.
    pub schema: Ident,
    /// The name inside it.
    pub name: Ident,
}

impl QName {
    /// A qualified name from bare parts.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            schema: Ident::new(schema),
            name: Ident::new(name),
        }
    }

    /// The same namespace with another name.
    pub fn sibling(&self, name: Ident) -> Self {
        Self {
            schema: self.schema.clone(),
            name,
        }
    }
}

impl fmt::Display for QName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// A text that is no qualified name.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is not a qualified name: write schema.name, with double quotes round names that need them")]
pub struct ParseNameError(String);

impl FromStr for QName {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseNameError(text.to_owned());
        let mut parts = Vec::new();
        let mut chars = text.chars().peekable();
        loop {
            let mut part = String::new();
            if chars.next_if_eq(&'"').is_some() {
                loop {
                    match chars.next() {
                        Some('"') if chars.next_if_eq(&'"').is_some() => part.push('"'),
                        Some('"') => break,
                        Some(c) => part.push(c),
                        None => return Err(error()),
                    }
                }
            } else {
                while let Some(c) = chars.next_if(|c| *c != '.') {
                    part.push(c);
                }
            }
            if part.is_empty() {
                return Err(error());
            }
            parts.push(part);
            match chars.next() {
                Some('.') => {}
                None => break,
                Some(_) => return Err(error()),
            }
        }
        match <[String; 2]>::try_from(parts) {
            Ok([schema, name]) => Ok(Self::new(schema, name)),
            Err(_) => Err(error()),
        }
    }
}

impl Serialize for QName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for QName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A string literal. `Display` prints it quoted for `standard_conforming_strings = on`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal<'a>(pub &'a str);

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted_for_the_binary_search() {
        assert!(QUOTED_KEYWORDS.is_sorted());
    }

    #[test]
    fn quotes_only_what_needs_it() {
        let printed: Vec<String> = ["a_1", "user", "A", "a b", "a\"b", "1a", "ä", "name"]
            .map(|n| Ident::new(n).to_string())
            .into();
        assert_eq!(
            printed,
            [
                "a_1",
                "\"user\"",
                "\"A\"",
                "\"a b\"",
                "\"a\"\"b\"",
                "\"1a\"",
                "\"ä\"",
                "name"
            ]
        );
    }

    #[test]
    fn qualified_names_survive_the_round_trip() {
        for name in [
            QName::new("public", "t"),
            QName::new("a.b", "c\"d"),
            QName::new("Ä", "select"),
        ] {
            assert_eq!(name.to_string().parse::<QName>().unwrap(), name);
        }
        assert!("t".parse::<QName>().is_err());
        assert!("a.\"b".parse::<QName>().is_err());
    }

    #[test]
    fn suffix_fits_into_63_bytes_at_a_character_boundary() {
        let long = Ident::new("ä".repeat(31)).with_suffix("__new");
        assert_eq!(long.raw().len(), 63);
        assert_eq!(Ident::new("ä".repeat(31) + "x").with_suffix("__old").raw().len(), 63);
    }
}
