use crate::schema::{Ident, Literal, QName};

/// What a comment stands on.
#[derive(Debug, Clone, Copy)]
pub enum CommentOn<'a> {
    /// A namespace.
    Schema(&'a Ident),
    /// An enum type.
    Type(&'a QName),
    /// A sequence.
    Sequence(&'a QName),
    /// A table.
    Table(&'a QName),
    /// A column.
    Column(&'a QName, &'a Ident),
    /// A constraint.
    Constraint(&'a QName, &'a Ident),
    /// An index, by its qualified name.
    Index(&'a QName),
    /// An object outside the model: the word for its kind, and its identity as PostgreSQL prints it.
    Other(&'a str, &'a str),
}

/// `COMMENT ON SEQUENCE` for the generator of an identity column, whatever its name.
pub fn identity_comment_sql(table: &QName, column: &Ident, comment: Option<&str>) -> String {
    let text = comment.map_or_else(|| "NULL".to_owned(), |text| Literal(text).to_string());
    let body = format!(
        "BEGIN\n  EXECUTE pg_catalog.format('COMMENT ON SEQUENCE %s IS %L',\n    \
         pg_catalog.pg_get_serial_sequence({}, {}), {text});\nEND",
        Literal(&table.to_string()),
        Literal(column.raw())
    );
    format!("DO {}", super::dollar_quoted(&body))
}

/// `COMMENT ON … IS …`.
pub fn comment_sql(on: CommentOn<'_>, comment: Option<&str>) -> String {
    let target = match on {
        CommentOn::Schema(name) => format!("SCHEMA {name}"),
        CommentOn::Type(name) => format!("TYPE {name}"),
        CommentOn::Sequence(name) => format!("SEQUENCE {name}"),
        CommentOn::Table(name) => format!("TABLE {name}"),
        CommentOn::Column(table, name) => format!("COLUMN {table}.{name}"),
        CommentOn::Constraint(table, name) => format!("CONSTRAINT {name} ON {table}"),
        CommentOn::Index(name) => format!("INDEX {name}"),
        CommentOn::Other(word, identity) => format!("{word} {identity}"),
    };
    match comment {
        Some(text) => format!("COMMENT ON {target} IS {}", Literal(text)),
        None => format!("COMMENT ON {target} IS NULL"),
    }
}
