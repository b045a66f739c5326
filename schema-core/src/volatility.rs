//! How a default behaves when it is evaluated again. Where the text does not say it, the careful answer is given.

use crate::schema::Expr;

/// Functions that give one value for the whole statement, so that ADD COLUMN does not rewrite
/// (`column.add.default_stable_now`).
const STABLE: &[&str] = &[
    "now",
    "transaction_timestamp",
    "statement_timestamp",
    "timezone",
    "to_char",
    "to_tsvector",
    "current_setting",
    "date_trunc",
];

/// Functions that always give the same value for the same arguments.
const IMMUTABLE: &[&str] = &[
    "lower",
    "upper",
    "md5",
    "length",
    "jsonb_build_object",
    "jsonb_build_array",
    "json_build_object",
    "json_build_array",
    "make_interval",
    "make_date",
    "abs",
    "coalesce",
    "nullif",
    "concat",
    "decode",
    "encode",
    "array_to_string",
    "in",
    "row",
    "int4range",
    "int8range",
    "numrange",
    "daterange",
    "tsrange",
    "tstzrange",
    "array",
    "chr",
    "repeat",
    "btrim",
    "replace",
];

/// Words that stand for a value of the statement's time or session.
const SESSION_WORDS: &[&str] = &[
    "current_timestamp",
    "current_date",
    "current_time",
    "localtimestamp",
    "localtime",
    "current_user",
    "session_user",
    "current_role",
    "user",
    "current_catalog",
    "current_schema",
];

/// Whether a default may differ from row to row, so that ADD COLUMN would rewrite the table. Unknown functions count as
/// volatile: the long way is right for all.
pub fn is_volatile(expression: &Expr) -> bool {
    calls(&expression.0)
        .iter()
        .any(|name| !STABLE.contains(&name.as_str()) && !IMMUTABLE.contains(&name.as_str()))
}

/// Whether an expression gives the same value whenever and wherever it is evaluated.
pub fn is_constant(expression: &Expr) -> bool {
    let text = without_quoted(&expression.0).to_lowercase();
    let session = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .any(|word| SESSION_WORDS.contains(&word));
    !session
        && calls(&expression.0)
            .iter()
            .all(|name| IMMUTABLE.contains(&name.as_str()))
}

/// Names that are followed by an opening parenthesis and are no type with a length.
fn calls(text: &str) -> Vec<String> {
    let text = without_quoted(text);
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('(') {
        let head = text[..at].trim_end();
        let start = head
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '"'))
            .map_or(0, |p| p + 1);
        let name = head[start..].trim_matches('"').to_lowercase();
        let cast = head[..start].trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | ' ' | '.' | '"'));
        let in_type = cast.ends_with("::") || bytes.get(start.wrapping_sub(1)) == Some(&b':');
        if !name.is_empty() && !in_type {
            found.push(name);
        }
    }
    found
}

/// The text with string literals emptied.
fn without_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if c == '\'' {
            inside = !inside;
            out.push(c);
        } else if !inside {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volatile(text: &str) -> bool {
        is_volatile(&Expr::from(text))
    }

    #[test]
    fn literals_and_stable_functions_do_not_rewrite() {
        for text in [
            "'free'::character varying",
            "0",
            "now()",
            "CURRENT_TIMESTAMP",
            "'{}'::jsonb",
            "timezone('utc'::text, now())",
            "ARRAY[]::text[]",
            "'a(b)'::text",
            "(1)::numeric(10,2)",
            "('x'::character varying(20))::text",
            "'now()'",
        ] {
            assert!(!volatile(text), "{text}");
        }
        for text in [
            "gen_random_uuid()",
            "nextval('a'::regclass)",
            "clock_timestamp()",
            "public.f()",
            "random()",
        ] {
            assert!(volatile(text), "{text}");
        }
    }

    #[test]
    fn time_and_session_are_no_constants() {
        for text in ["now()", "CURRENT_TIMESTAMP", "CURRENT_USER", "gen_random_uuid()"] {
            assert!(!is_constant(&Expr::from(text)), "{text}");
        }
        for text in ["'free'::text", "0", "lower('A'::text)", "NULL::integer"] {
            assert!(is_constant(&Expr::from(text)), "{text}");
        }
    }
}
