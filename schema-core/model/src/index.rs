//! `index(…)`.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use crate::attribute::{Entry, Shape, check_sql, entries, name_token, names, split, string_token};
use crate::constraint::take_name;
use crate::{Mistakes, Spanned};

/// An index.
#[derive(Debug, Clone)]
pub struct IndexDecl {
    /// Where it was declared.
    pub span: Span,
    /// Its name, when it is given.
    pub name: Option<Spanned<String>>,
    /// Its keys.
    pub keys: Vec<KeyPart>,
    /// `UNIQUE`.
    pub unique: bool,
    /// Access method, when it is given.
    pub method: Option<Spanned<String>>,
    /// `INCLUDE` columns.
    pub include: Vec<Spanned<String>>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `WHERE`.
    pub predicate: Option<Spanned<String>>,
    /// Storage parameters.
    pub with: Vec<(String, String)>,
    /// `COMMENT ON INDEX`.
    pub comment: Option<Spanned<String>>,
}

/// One key of an index.
#[derive(Debug, Clone)]
pub struct KeyPart {
    /// What it is made of.
    pub source: KeySource,
    /// `COLLATE`.
    pub collation: Option<String>,
    /// Operator class, as written.
    pub opclass: Option<String>,
    /// `DESC`.
    pub descending: bool,
    /// `NULLS FIRST` or `NULLS LAST`, when it is given.
    pub nulls_first: Option<bool>,
}

/// What an index key is made of.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// A column.
    Column(Spanned<String>),
    /// An SQL expression.
    Expression(Spanned<String>),
}

const KEYS: &[&str] = &[
    "name",
    "columns",
    "expr",
    "unique",
    "where",
    "include",
    "method",
    "opclass",
    "collate",
    "desc",
    "nulls",
    "nulls_not_distinct",
    "with",
    "comment",
];

/// Words that stand alone and are no column, unless `columns(…)` lists them.
const FLAGS: &[&str] = &["unique", "nulls_not_distinct", "desc"];

/// Reads `index`, `index(…)` on a field, `index(…)` on the struct.
pub(crate) fn index(entry: &Entry, field: Option<&Spanned<String>>, mistakes: &mut Mistakes) -> Option<IndexDecl> {
    let tokens = match (&entry.shape, field) {
        (Shape::Flag, Some(_)) => TokenStream::new(),
        (Shape::List(tokens), _) => tokens.clone(),
        _ => {
            mistakes.add(
                entry.span,
                "`index` does not say over what",
                "write `index(name, columns(a, b desc))`",
            );
            return None;
        }
    };
    let mut index = IndexDecl {
        span: entry.span,
        name: None,
        keys: Vec::new(),
        unique: false,
        method: None,
        include: Vec::new(),
        nulls_not_distinct: false,
        predicate: None,
        with: Vec::new(),
        comment: None,
    };
    let (mut bare, mut loose) = (Vec::new(), Vec::new());
    let (mut opclass, mut collate, mut descending, mut nulls, mut with, mut include) =
        (None, None, false, None, None, None);
    let mut listed = false;
    for inner in entries(tokens) {
        match (inner.key.as_str(), &inner.shape) {
            ("name", Shape::Value(_)) => inner.set_name(&mut index.name, mistakes),
            ("columns", Shape::List(tokens)) => {
                listed = true;
                index.keys.extend(key_parts(tokens.clone(), mistakes));
            }
            ("expr", Shape::List(tokens)) => {
                listed = true;
                index.keys.extend(key_parts(tokens.clone(), mistakes));
            }
            ("expr", Shape::Value(_)) => {
                listed = true;
                if let Some(sql) = inner.string(mistakes) {
                    check_sql("expr", &sql, mistakes);
                    index.keys.push(KeyPart::new(KeySource::Expression(sql)));
                }
            }
            ("expr", Shape::Other(tokens)) => {
                listed = true;
                index.keys.extend(key_parts(tokens.clone(), mistakes));
            }
            ("unique", _) => inner.flag(&mut index.unique, mistakes),
            ("nulls_not_distinct", _) => inner.flag(&mut index.nulls_not_distinct, mistakes),
            ("where", _) => inner.set_sql(&mut index.predicate, mistakes),
            ("method", _) => inner.set(&mut index.method, mistakes),
            ("comment", _) => inner.set(&mut index.comment, mistakes),
            ("opclass", _) => inner.set(&mut opclass, mistakes),
            ("collate", _) => inner.set(&mut collate, mistakes),
            ("desc", Shape::Flag) => inner.flag(&mut descending, mistakes),
            ("nulls", Shape::Value(_)) => nulls = inner.word(&["first", "last"], mistakes),
            ("include", Shape::List(tokens)) => {
                if inner.once(&include, mistakes) {
                    include = Some(names(tokens.clone(), mistakes));
                }
            }
            ("with", Shape::List(tokens)) => {
                if inner.once(&with, mistakes) {
                    with = Some(parameters(tokens.clone(), mistakes));
                }
            }
            (_, Shape::Flag) => bare.push(Spanned::new(inner.key.clone(), inner.span)),
            (_, Shape::Other(tokens)) => loose.push(tokens.clone()),
            _ => inner.unknown(KEYS, "`index`", mistakes),
        }
    }
    if let Some(field) = field {
        listed = true;
        index.keys.insert(0, KeyPart::new(KeySource::Column(field.clone())));
    }
    if listed {
        for tokens in loose {
            let span = tokens.into_iter().next().map_or(entry.span, |t| t.span());
            mistakes.add(
                span,
                "this is no key of `index`",
                "keys of the index belong into `columns(…)`",
            );
        }
        take_name(&mut index.name, bare, mistakes);
    } else {
        // `index(a, b desc)`: without `columns(…)` the words are the columns, in the order in which they stand.
        let Shape::List(tokens) = &entry.shape else { return None };
        let keys = split(tokens.clone()).into_iter().filter(|part| match part.as_slice() {
            [only] => !FLAGS.contains(&only.to_string().as_str()),
            [_, second, ..] => matches!(second, TokenTree::Ident(_)),
            [] => false,
        });
        for part in keys {
            index.keys.extend(key_part(&part, mistakes));
        }
    }
    if index.keys.is_empty() {
        mistakes.add(
            entry.span,
            "`index` names neither a column nor an expression",
            "write `index(columns(a, b))`",
        );
        return None;
    }
    if let Some(method) = &index.method
        && !method
            .value
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    {
        mistakes.add(
            method.span,
            format!("\"{}\" is no index method", method.value),
            "write \"btree\", \"gin\", …",
        );
    }
    if opclass.is_some() || collate.is_some() || descending || nulls.is_some() {
        if let [only] = index.keys.as_mut_slice() {
            only.opclass = opclass.map(|o| o.value).or(only.opclass.take());
            only.collation = collate.map(|c| c.value).or(only.collation.take());
            only.descending |= descending;
            only.nulls_first = nulls.map(|n| n.value == "first").or(only.nulls_first);
        } else {
            mistakes.add(
                entry.span,
                "`opclass`, `collate`, `desc` or `nulls` beside several keys does not say which it means",
                "write it behind its key: `columns(a opclass \"…\", b desc)`",
            );
        }
    }
    index.with = with.unwrap_or_default();
    index.include = include.unwrap_or_default();
    Some(index)
}

impl KeyPart {
    fn new(source: KeySource) -> Self {
        Self {
            source,
            collation: None,
            opclass: None,
            descending: false,
            nulls_first: None,
        }
    }
}

fn key_parts(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<KeyPart> {
    split(tokens)
        .iter()
        .filter_map(|part| key_part(part, mistakes))
        .collect()
}

/// `email desc nulls last`, `email opclass "text_pattern_ops" collate "C"`, `"lower(email)"`, `expr "lower(email)" desc`.
fn key_part(tokens: &[TokenTree], mistakes: &mut Mistakes) -> Option<KeyPart> {
    let (source, mut rest) = match tokens {
        [TokenTree::Ident(expr), sql, rest @ ..] if expr == "expr" && expression(sql).is_some() => {
            (KeySource::Expression(expression(sql)?), rest)
        }
        [sql @ TokenTree::Literal(_), rest @ ..] if string_token(sql).is_some() => {
            (KeySource::Expression(string_token(sql)?), rest)
        }
        [TokenTree::Ident(_), rest @ ..] => (KeySource::Column(name_token(&tokens[0])?), rest),
        _ => {
            mistakes.add(
                tokens[0].span(),
                "this is no key of an index",
                "write a column or \"an expression\"",
            );
            return None;
        }
    };
    if let KeySource::Expression(sql) = &source {
        check_sql("expr", sql, mistakes);
    }
    let mut part = KeyPart::new(source);
    loop {
        rest = match rest {
            [] => return Some(part),
            [TokenTree::Ident(word), rest @ ..] if word == "desc" => {
                part.descending = true;
                rest
            }
            [TokenTree::Ident(word), rest @ ..] if word == "asc" => rest,
            [TokenTree::Ident(nulls), TokenTree::Ident(place), rest @ ..]
                if nulls == "nulls" && (place == "first" || place == "last") =>
            {
                part.nulls_first = Some(place == "first");
                rest
            }
            [TokenTree::Ident(word), value, rest @ ..]
                if (word == "opclass" || word == "collate") && expression(value).is_some() =>
            {
                let value = expression(value)?.value;
                if word == "opclass" {
                    part.opclass = Some(value);
                } else {
                    part.collation = Some(value);
                }
                rest
            }
            [TokenTree::Ident(word), TokenTree::Punct(eq), value, rest @ ..]
                if (word == "opclass" || word == "collate") && eq.as_char() == '=' && string_token(value).is_some() =>
            {
                let value = string_token(value)?.value;
                if word == "opclass" {
                    part.opclass = Some(value);
                } else {
                    part.collation = Some(value);
                }
                rest
            }
            [other, ..] => {
                mistakes.add(
                    other.span(),
                    format!("`{other}` has no meaning behind a key"),
                    "a key may have `asc`, `desc`, `nulls first`, `nulls last`, `collate \"…\"`, `opclass \"…\"`",
                );
                return Some(part);
            }
        };
    }
}

/// `"…"`, `("…")`, or a bare word.
fn expression(token: &TokenTree) -> Option<Spanned<String>> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
            let mut inner = group.stream().into_iter();
            let first = inner.next()?;
            if inner.next().is_some() {
                None
            } else {
                string_token(&first)
            }
        }
        TokenTree::Ident(_) => name_token(token),
        _ => string_token(token),
    }
}

/// `fillfactor = 70, fastupdate = "off"`.
fn parameters(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in entries(tokens) {
        let value = match &entry.shape {
            Shape::Value(tokens) => match syn::parse2::<syn::LitStr>(tokens.clone()) {
                Ok(literal) => literal.value(),
                Err(_) => tokens.to_string(),
            },
            _ => {
                mistakes.add(
                    entry.span,
                    format!("the storage parameter `{}` has no value", entry.key),
                    format!("write `with({} = …)`", entry.key),
                );
                continue;
            }
        };
        if value.is_empty()
            || !value
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        {
            mistakes.add(
                entry.span,
                format!("\"{value}\" is no value of a storage parameter"),
                "write a number or a word",
            );
        }
        found.push((entry.key, value));
    }
    found
}
