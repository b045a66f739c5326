//! A little of SQL expressions: which columns they name, and what PostgreSQL would call them.

use std::collections::BTreeSet;

use crate::schema::Ident;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name { text: String, quoted: bool },
    Text,
    Number,
    Symbol(char),
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                loop {
                    match chars.next() {
                        Some('\'') if chars.next_if_eq(&'\'').is_some() => {}
                        Some('\'') | None => break,
                        Some(_) => {}
                    }
                }
                found.push(Token::Text);
            }
            '"' => {
                let mut text = String::new();
                loop {
                    match chars.next() {
                        Some('"') if chars.next_if_eq(&'"').is_some() => text.push('"'),
                        Some('"') | None => break,
                        Some(c) => text.push(c),
                    }
                }
                found.push(Token::Name { text, quoted: true });
            }
            c if c.is_alphabetic() || c == '_' => {
                let mut text = c.to_lowercase().to_string();
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '$') {
                    text.extend(c.to_lowercase());
                }
                // `E'…'`, `B'…'`: the letter belongs to the text.
                if text.len() == 1 && chars.peek() == Some(&'\'') {
                    continue;
                }
                found.push(Token::Name { text, quoted: false });
            }
            c if c.is_ascii_digit() => {
                while chars.next_if(|c| c.is_alphanumeric() || *c == '.').is_some() {}
                found.push(Token::Number);
            }
            c if c.is_whitespace() => {}
            c => found.push(Token::Symbol(c)),
        }
    }
    found
}

/// The columns among `known` that an expression names.
pub(super) fn columns(sql: &str, known: &BTreeSet<Ident>) -> BTreeSet<Ident> {
    let tokens = tokens(sql);
    let mut found = BTreeSet::new();
    for (i, token) in tokens.iter().enumerate() {
        let Token::Name { text, .. } = token else { continue };
        let before = i.checked_sub(1).and_then(|i| tokens.get(i));
        let cast = before == Some(&Token::Symbol(':'));
        let call_or_qualifier = matches!(tokens.get(i + 1), Some(Token::Symbol('(' | '.')));
        let name = Ident::new(text.clone());
        if !cast && !call_or_qualifier && known.contains(&name) {
            found.insert(name);
        }
    }
    found
}

/// What PostgreSQL calls an expression key in the name of an index (`FigureIndexColname`).
pub(super) fn column_name(sql: &str) -> String {
    figure(&tokens(sql)).unwrap_or_else(|| "expr".to_owned())
}

fn figure(tokens: &[Token]) -> Option<String> {
    let tokens = strip_parentheses(tokens);
    // `x::type` is called like x, or like the type when x has no name. The cast binds closer than any operator.
    if let Some(at) = top_level(tokens, |w| w == [Token::Symbol(':'), Token::Symbol(':')]) {
        return match tokens.get(at + 2) {
            Some(Token::Name { text, .. }) if is_operand(&tokens[..at]) => {
                figure(&tokens[..at]).or_else(|| Some(type_name(text).to_owned()))
            }
            _ => None,
        };
    }
    if top_level(tokens, |w| word(&w[0], "at") && word(&w[1], "time")).is_some() {
        return Some("timezone".to_owned());
    }
    match tokens {
        [case, .., end] if word(case, "case") && word(end, "end") => {
            let otherwise = tokens.iter().rposition(|token| word(token, "else"));
            let default = otherwise.and_then(|at| figure(&tokens[at + 1..tokens.len() - 1]));
            Some(default.unwrap_or_else(|| "case".to_owned()))
        }
        [array, Token::Symbol('['), .., Token::Symbol(']')] if word(array, "array") => Some("array".to_owned()),
        [cast, Token::Symbol('('), .., Token::Symbol(')')] if word(cast, "cast") && closes_at_end(&tokens[1..]) => {
            figure_cast(&tokens[2..tokens.len() - 1])
        }
        [Token::Name { text, quoted }, Token::Symbol('('), .., Token::Symbol(')')] if closes_at_end(&tokens[1..]) => {
            Some(if *quoted {
                text.clone()
            } else {
                function_name(text).to_owned()
            })
        }
        [Token::Name { .. }, Token::Symbol('.'), rest @ ..] => figure(rest),
        [operand @ .., collate, Token::Name { .. }] if word(collate, "collate") => figure(operand),
        [Token::Name { text, .. }] => Some(text.clone()),
        _ => None,
    }
}

fn word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Name { text, quoted: false } if text == word)
}

/// Whether the tokens are one operand, without an operator of their own.
fn is_operand(tokens: &[Token]) -> bool {
    match tokens {
        [_] => true,
        [Token::Symbol('('), .., Token::Symbol(')')] => closes_at_end(tokens),
        [Token::Name { .. }, rest @ ..] => match rest {
            [Token::Symbol('('), .., Token::Symbol(')')] => closes_at_end(rest),
            [Token::Symbol('.'), rest @ ..] => is_operand(rest),
            _ => top_level(tokens, |w| w == [Token::Symbol(':'), Token::Symbol(':')])
                .is_some_and(|at| is_operand(&tokens[..at])),
        },
        _ => false,
    }
}

fn figure_cast(tokens: &[Token]) -> Option<String> {
    let at = top_level(
        tokens,
        |w| matches!(&w[0], Token::Name { text, quoted: false } if text == "as"),
    )?;
    figure(&tokens[..at]).or_else(|| match tokens.get(at + 1) {
        Some(Token::Name { text, .. }) => Some(type_name(text).to_owned()),
        _ => None,
    })
}

/// The parser's own name of a type.
fn type_name(written: &str) -> &str {
    match written {
        "int" | "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "boolean" => "bool",
        "decimal" | "dec" => "numeric",
        "real" => "float4",
        "float" | "double" => "float8",
        "character" | "char" => "bpchar",
        other => other,
    }
}

/// Functions that the grammar calls by another name.
fn function_name(written: &str) -> &str {
    match written {
        "trim" => "btrim",
        other => other,
    }
}

fn strip_parentheses(mut tokens: &[Token]) -> &[Token] {
    while let [Token::Symbol('('), inner @ .., Token::Symbol(')')] = tokens {
        if !closes_at_end(tokens) {
            break;
        }
        tokens = inner;
    }
    tokens
}

/// Whether the parenthesis that opens first is the one that closes last.
fn closes_at_end(tokens: &[Token]) -> bool {
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate() {
        match token {
            Token::Symbol('(') => depth += 1,
            Token::Symbol(')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i == tokens.len() - 1;
        }
    }
    false
}

/// The last place outside of parentheses where two tokens match.
fn top_level(tokens: &[Token], found: impl Fn(&[Token]) -> bool) -> Option<usize> {
    let mut depth = 0;
    let mut at = None;
    for i in 0..tokens.len().saturating_sub(1) {
        match &tokens[i] {
            Token::Symbol('(') => depth += 1,
            Token::Symbol(')') => depth -= 1,
            _ if depth == 0 && found(&tokens[i..i + 2]) => at = Some(i),
            _ => {}
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expression_keys_are_called_as_postgresql_calls_them() {
        for (sql, name) in [
            ("lower(email)", "lower"),
            ("(lower(email))", "lower"),
            ("a || b", "expr"),
            ("(payload->>'id')", "expr"),
            ("email::text", "email"),
            ("(a + b)::bigint", "int8"),
            ("a || b::text", "expr"),
            ("(j->>'a')::int", "int4"),
            ("b collate \"C\"", "b"),
            ("left(b, 1)", "left"),
            ("array[a, b]", "array"),
            ("a is null", "expr"),
            ("(created at time zone 'utc')", "timezone"),
            ("case when a then b else a = 2 end", "case"),
            ("(a + 1)::double precision", "float8"),
            ("(a + 1)::varchar(3)", "varchar"),
            ("coalesce(a, b)", "coalesce"),
            ("lower(a) || lower(b)", "expr"),
            ("public.slug(a)", "slug"),
            ("CAST(a AS text)", "a"),
            ("trim(a)", "btrim"),
            ("case when a then b else c end", "c"),
        ] {
            assert_eq!(column_name(sql), name, "{sql}");
        }
    }

    #[test]
    fn columns_are_names_outside_of_text_and_calls() {
        let known: BTreeSet<Ident> = ["email", "lower", "State"].map(Ident::from).into();
        let named = columns("lower(email) = 'lower' AND \"State\" <> 'x'::lower", &known);
        assert_eq!(named.iter().map(Ident::raw).collect::<Vec<_>>(), ["State", "email"]);
    }
}
