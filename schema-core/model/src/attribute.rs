//! The grammar under all attributes: comma-separated entries, each `key`, `key = value`, `key(…)` or something else.
//!
//! Entries are cut at the token level, so that a malformed one is reported and its neighbours are still read.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;

use crate::{Mistakes, Spanned, did_you_mean};

/// One entry of an attribute.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Its key; for [`Shape::Other`] whatever stands first.
    pub key: String,
    /// Where the key stands.
    pub span: Span,
    /// What follows.
    pub shape: Shape,
}

#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// `key`
    Flag,
    /// `key = tokens`
    Value(TokenStream),
    /// `key(tokens)`
    List(TokenStream),
    /// Anything that starts otherwise.
    Other(TokenStream),
}

/// Cuts tokens at top-level commas.
pub(crate) fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(Vec::new()),
            _ => parts.last_mut().expect("starts with one part").push(token),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

pub(crate) fn entries(tokens: TokenStream) -> Vec<Entry> {
    split(tokens).into_iter().map(entry).collect()
}

fn entry(part: Vec<TokenTree>) -> Entry {
    let all = || part.iter().cloned().collect::<TokenStream>();
    let span = part[0].span();
    let (key, shape) = match part.as_slice() {
        [TokenTree::Ident(key)] => (key.unraw().to_string(), Shape::Flag),
        [TokenTree::Ident(key), TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            (key.unraw().to_string(), Shape::List(group.stream()))
        }
        [TokenTree::Ident(key), TokenTree::Punct(eq), rest @ ..] if eq.as_char() == '=' => {
            (key.unraw().to_string(), Shape::Value(rest.iter().cloned().collect()))
        }
        [TokenTree::Ident(key), ..] => (key.unraw().to_string(), Shape::Other(all())),
        _ => (part[0].to_string(), Shape::Other(all())),
    };
    Entry { key, span, shape }
}

/// A string literal that stands alone.
fn string_literal(tokens: &TokenStream) -> syn::Result<syn::LitStr> {
    let mut all = tokens.clone().into_iter();
    if let (Some(TokenTree::Literal(literal)), None) = (all.next(), all.next())
        && let syn::Lit::Str(text) = syn::Lit::new(literal)
    {
        return Ok(text);
    }
    syn::parse2(tokens.clone())
}

/// The entries of all attributes of one name, such as `schemagen`.
pub(crate) fn entries_of(attrs: &[syn::Attribute], name: &str, mistakes: &mut Mistakes) -> Vec<Entry> {
    let mut found = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
        match &attr.meta {
            syn::Meta::List(list) => found.extend(entries(list.tokens.clone())),
            other => mistakes.add(
                syn::spanned::Spanned::span(other),
                format!("`#[{name}]` says nothing"),
                format!("write `#[{name}(…)]`"),
            ),
        }
    }
    found
}

impl Entry {
    /// Reports a second entry of the same key.
    pub fn once<T>(&self, slot: &Option<T>, mistakes: &mut Mistakes) -> bool {
        if slot.is_some() {
            mistakes.add(self.span, format!("`{}` is given twice", self.key), "keep one of them");
        }
        slot.is_none()
    }

    /// Sets a flag; anything behind the key, and a second one, is a mistake.
    pub fn flag(&self, slot: &mut bool, mistakes: &mut Mistakes) {
        if *slot {
            mistakes.add(self.span, format!("`{}` is given twice", self.key), "keep one of them");
        }
        if !matches!(self.shape, Shape::Flag) {
            mistakes.add(
                self.span,
                format!("`{}` takes no value", self.key),
                format!("write just `{}`", self.key),
            );
        }
        *slot = true;
    }

    /// The string of `key = "…"`.
    pub fn string(&self, mistakes: &mut Mistakes) -> Option<Spanned<String>> {
        let Shape::Value(tokens) = &self.shape else {
            mistakes.add(
                self.span,
                format!("`{}` needs a value", self.key),
                format!("write `{} = \"…\"`", self.key),
            );
            return None;
        };
        match string_literal(tokens) {
            Ok(literal) => Some(Spanned::new(literal.value(), literal.span())),
            Err(_) => {
                let span = tokens.clone().into_iter().next().map_or(self.span, |t| t.span());
                let shown = tokens.to_string().replace('"', "");
                mistakes.add(
                    span,
                    format!("the value of `{}` is not a string", self.key),
                    format!("write `{} = \"{shown}\"`", self.key),
                );
                None
            }
        }
    }

    /// Puts the string of `key = "…"` into a slot that may be filled once.
    pub fn set(&self, slot: &mut Option<Spanned<String>>, mistakes: &mut Mistakes) {
        if self.once(slot, mistakes)
            && let Some(value) = self.string(mistakes)
        {
            *slot = Some(value);
        }
    }

    /// The same for a name that becomes an SQL identifier.
    pub fn set_name(&self, slot: &mut Option<Spanned<String>>, mistakes: &mut Mistakes) {
        if self.once(slot, mistakes)
            && let Some(value) = self.string(mistakes)
        {
            check_name(&value.value, value.span, mistakes);
            *slot = Some(value);
        }
    }

    /// The same for SQL text, which cannot be empty.
    pub fn set_sql(&self, slot: &mut Option<Spanned<String>>, mistakes: &mut Mistakes) {
        if self.once(slot, mistakes)
            && let Some(value) = self.string(mistakes)
        {
            check_sql(&self.key, &value, mistakes);
            *slot = Some(value);
        }
    }

    /// A word of `key = "word"`, `key = word` or `key(word)`.
    pub fn word(&self, words: &[&str], mistakes: &mut Mistakes) -> Option<Spanned<String>> {
        let tokens = match &self.shape {
            Shape::Value(tokens) | Shape::List(tokens) => tokens.clone(),
            _ => TokenStream::new(),
        };
        let span = tokens.clone().into_iter().next().map_or(self.span, |t| t.span());
        let text = match syn::parse2::<syn::LitStr>(tokens.clone()) {
            Ok(literal) => literal.value(),
            Err(_) => tokens.to_string(),
        };
        let plain = text.to_lowercase().replace(['_', '-'], " ");
        if let Some(word) = words.iter().find(|word| word.replace('_', " ") == plain) {
            return Some(Spanned::new((*word).to_owned(), span));
        }
        let remedy = match did_you_mean(&plain, words.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("write one of \"{}\"", words.join("\", \"")),
        };
        mistakes.add(span, format!("`{}` cannot be \"{text}\"", self.key), remedy);
        None
    }

    /// Reports a key that is none of the known ones.
    pub fn unknown(&self, known: &[&str], of_what: &str, mistakes: &mut Mistakes) {
        let remedy = match did_you_mean(&self.key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys of {of_what} are: {}", known.join(", ")),
        };
        mistakes.add(self.span, format!("unknown key `{}`", self.key), remedy);
    }
}

/// The longest identifier that PostgreSQL keeps, in bytes.
const MAX_NAME: usize = 63;

/// Reports a name that PostgreSQL would refuse or cut.
pub(crate) fn check_name(name: &str, span: Span, mistakes: &mut Mistakes) {
    if name.is_empty() {
        mistakes.add(span, "the name is empty", "give it at least one character");
    } else if name.contains('\0') {
        mistakes.add(
            span,
            "the name holds a NUL byte",
            "PostgreSQL cannot store it; take it out",
        );
    } else if name.len() > MAX_NAME {
        mistakes.add(
            span,
            format!(
                "the name \"{name}\" has {} bytes, PostgreSQL keeps {MAX_NAME}",
                name.len()
            ),
            "shorten it, or PostgreSQL would cut it",
        );
    }
}

pub(crate) fn check_sql(key: &str, sql: &Spanned<String>, mistakes: &mut Mistakes) {
    if sql.value.trim().is_empty() {
        mistakes.add(
            sql.span,
            format!("`{key}` is empty"),
            "write an SQL expression, or leave the key out",
        );
    } else if sql.value.contains('\0') {
        mistakes.add(sql.span, format!("`{key}` holds a NUL byte"), "take it out");
    }
}

/// An identifier or a string literal as a name.
pub(crate) fn name_token(token: &TokenTree) -> Option<Spanned<String>> {
    match token {
        TokenTree::Ident(ident) => Some(Spanned::new(ident.unraw().to_string(), ident.span())),
        TokenTree::Literal(_) => string_token(token),
        _ => None,
    }
}

/// A string literal.
pub(crate) fn string_token(token: &TokenTree) -> Option<Spanned<String>> {
    let literal: syn::LitStr = syn::parse2(token.clone().into()).ok()?;
    Some(Spanned::new(literal.value(), literal.span()))
}

/// A comma-separated list of names.
pub(crate) fn names(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<Spanned<String>> {
    split(tokens)
        .into_iter()
        .filter_map(|part| match part.as_slice() {
            [token] if name_token(token).is_some() => name_token(token),
            _ => {
                mistakes.add(part[0].span(), "a column name is expected here", "write `a, b`");
                None
            }
        })
        .collect()
}
