use std::fmt::Write;

use super::{column_list, parameters};
use crate::schema::{Ident, Index, IndexKey, KeyTarget, QName};

/// How an index is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexMode {
    /// `CREATE INDEX`, on a table that nobody uses yet.
    Plain,
    /// `CREATE INDEX CONCURRENTLY IF NOT EXISTS`.
    Concurrently,
    /// `CREATE INDEX … ON ONLY`: the parent of a partitioned index.
    OnlyParent,
}

/// `CREATE INDEX …`.
pub fn create_index(name: &Ident, table: &QName, index: &Index, mode: IndexMode) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let (how, only) = match mode {
        IndexMode::Plain => ("", ""),
        IndexMode::Concurrently => ("CONCURRENTLY IF NOT EXISTS ", ""),
        IndexMode::OnlyParent => ("", "ONLY "),
    };
    let keys: Vec<String> = index.keys.iter().map(index_key_text).collect();
    let mut text = format!(
        "CREATE {unique}INDEX {how}{name} ON {only}{table} USING {} ({})",
        index.method,
        keys.join(", ")
    );
    if !index.include.is_empty() {
        let _ = write!(text, " INCLUDE ({})", column_list(&index.include));
    }
    if index.nulls_not_distinct {
        text.push_str(" NULLS NOT DISTINCT");
    }
    if !index.with.is_empty() {
        let _ = write!(text, " WITH ({})", parameters(&index.with));
    }
    if let Some(tablespace) = &index.tablespace {
        let _ = write!(text, " TABLESPACE {tablespace}");
    }
    if let Some(predicate) = &index.predicate {
        let _ = write!(text, " WHERE {predicate}");
    }
    text
}

/// One key with collation, operator class and order.
pub fn index_key_text(key: &IndexKey) -> String {
    let mut text = match &key.target {
        KeyTarget::Column(name) => name.to_string(),
        KeyTarget::Expression(expression) => parenthesised(&expression.0),
    };
    if let Some(collation) = &key.collation {
        let _ = write!(text, " COLLATE {collation}");
    }
    if let Some(opclass) = &key.opclass {
        let _ = write!(text, " {opclass}");
    }
    if key.descending {
        text.push_str(" DESC");
    }
    if key.nulls_first != key.descending {
        text.push_str(if key.nulls_first { " NULLS FIRST" } else { " NULLS LAST" });
    }
    text
}

/// An expression key needs parentheses unless it is a bare function call; extra ones do no harm.
fn parenthesised(expression: &str) -> String {
    let bare_call = expression.ends_with(')')
        && expression.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && expression.split_once('(').is_some_and(|(name, arguments)| {
            name.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.')
                && closes_at_end(arguments)
        });
    let enclosed = expression.strip_prefix('(').is_some_and(closes_at_end);
    if bare_call || enclosed {
        expression.to_owned()
    } else {
        format!("({expression})")
    }
}

/// Whether the parenthesis opened just before `rest` is closed by its last character.
fn closes_at_end(rest: &str) -> bool {
    let mut depth = 1_u32;
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return at + 1 == rest.len();
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_go_round_what_needs_them() {
        assert_eq!(parenthesised("lower(email)"), "lower(email)");
        assert_eq!(parenthesised("(a + b)"), "(a + b)");
        assert_eq!(parenthesised("(a) || (b)"), "((a) || (b))");
        assert_eq!(parenthesised("lower(a) || lower(b)"), "(lower(a) || lower(b))");
        assert_eq!(parenthesised("f(')')"), "f(')')");
    }
}
