//! `cfg` and `cfg_attr`, as far as Cargo's features decide them.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;

/// What a predicate comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    /// It depends on the target or on flags that the scan does not know.
    Unknown,
}

/// Names that are off whenever an application runs.
const OFF: &[&str] = &[
    "test", "doctest", "doc", "miri", "clippy", "rustfmt", "loom", "fuzzing", "kani", "coverage",
];

/// Evaluates the tokens inside `cfg(…)`.
pub(super) fn eval(tokens: TokenStream, features: &BTreeSet<String>) -> Truth {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(name)] if name == "true" => Truth::Yes,
        [TokenTree::Ident(name)] if name == "false" => Truth::No,
        [TokenTree::Ident(name)] if OFF.iter().any(|off| name == off) => Truth::No,
        [TokenTree::Ident(name), TokenTree::Punct(eq), TokenTree::Literal(value)]
            if name == "feature" && eq.as_char() == '=' =>
        {
            match syn::parse2::<syn::LitStr>(TokenTree::Literal(value.clone()).into()) {
                Ok(feature) if features.contains(&feature.value()) => Truth::Yes,
                Ok(_) => Truth::No,
                Err(_) => Truth::Unknown,
            }
        }
        [TokenTree::Ident(name), TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            let parts: Vec<Truth> = split(group.stream())
                .into_iter()
                .map(|part| eval(part, features))
                .collect();
            let any = |truth| parts.contains(&truth);
            match name.to_string().as_str() {
                "not" => match parts.as_slice() {
                    [Truth::Yes] => Truth::No,
                    [Truth::No] => Truth::Yes,
                    _ => Truth::Unknown,
                },
                "all" if any(Truth::No) => Truth::No,
                "all" if any(Truth::Unknown) => Truth::Unknown,
                "all" => Truth::Yes,
                "any" if any(Truth::Yes) => Truth::Yes,
                "any" if any(Truth::Unknown) => Truth::Unknown,
                "any" => Truth::No,
                _ => Truth::Unknown,
            }
        }
        _ => Truth::Unknown,
    }
}

/// Cuts tokens at top-level commas.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts: Vec<TokenStream> = vec![TokenStream::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(TokenStream::new()),
            _ => {
                if let Some(last) = parts.last_mut() {
                    last.extend([token]);
                }
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The attributes that stand, with `cfg_attr` written out.
#[derive(Debug)]
pub(super) struct Attributes {
    /// Whether the item stands.
    pub stands: Truth,
    /// The first predicate that could not be decided, of `cfg`, or of a `cfg_attr` that holds something for the scan.
    pub undecided: Option<Span>,
    /// What is left.
    pub attrs: Vec<syn::Attribute>,
}

/// Attributes that the scan reads; others under an undecidable `cfg_attr` do not matter.
const READ: &[&str] = &["schemagen", "sqlx", "path", "repr", "cfg", "cfg_attr"];

/// Whether an attribute is one that a predicate stands in.
pub(super) fn decides(attr: &syn::Attribute) -> bool {
    attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr")
}

pub(super) fn attributes(attrs: &[syn::Attribute], features: &BTreeSet<String>) -> Attributes {
    let mut found = Attributes {
        stands: Truth::Yes,
        undecided: None,
        attrs: Vec::new(),
    };
    attrs.iter().for_each(|attr| found.add(attr, features));
    found
}

impl Attributes {
    fn add(&mut self, attr: &syn::Attribute, features: &BTreeSet<String>) {
        let list = match &attr.meta {
            syn::Meta::List(list) if attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr") => list,
            _ => return self.attrs.push(attr.clone()),
        };
        if attr.path().is_ident("cfg") {
            match eval(list.tokens.clone(), features) {
                Truth::No => self.stands = Truth::No,
                Truth::Unknown => self.doubt(attr.span()),
                Truth::Yes => {}
            }
            return;
        }
        let mut parts = split(list.tokens.clone()).into_iter();
        let truth = parts
            .next()
            .map_or(Truth::Unknown, |predicate| eval(predicate, features));
        if truth == Truth::No {
            return;
        }
        for part in parts {
            let Ok(meta) = syn::parse2::<syn::Meta>(part) else {
                continue;
            };
            let ours = is_our_derive(&meta);
            if truth == Truth::Unknown {
                if ours || READ.iter().any(|name| meta.path().is_ident(name)) {
                    self.doubt(attr.span());
                }
                // A derive that may be ours stays, so that the doubt is about a table.
                if !ours {
                    continue;
                }
            }
            let inner = syn::Attribute {
                pound_token: attr.pound_token,
                style: attr.style,
                bracket_token: attr.bracket_token,
                meta,
            };
            self.add(&inner, features);
        }
    }

    fn doubt(&mut self, span: Span) {
        if self.stands == Truth::Yes {
            self.stands = Truth::Unknown;
        }
        self.undecided.get_or_insert(span);
    }
}

/// Whether a derive may bring in a table or an enum.
fn is_our_derive(meta: &syn::Meta) -> bool {
    let syn::Meta::List(list) = meta else { return false };
    list.path.is_ident("derive")
        && list
            .tokens
            .clone()
            .into_iter()
            .any(|token| matches!(token, TokenTree::Ident(name) if name == "Table" || name == "PgEnum"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(text: &str) -> Truth {
        eval(text.parse().unwrap(), &BTreeSet::from(["on".to_owned()]))
    }

    #[test]
    fn three_values() {
        for (text, expected) in [
            ("feature = \"on\"", Truth::Yes),
            ("feature = \"off\"", Truth::No),
            ("test", Truth::No),
            ("not(test)", Truth::Yes),
            ("all(feature = \"on\", unix)", Truth::Unknown),
            ("all(feature = \"off\", unix)", Truth::No),
            ("any(feature = \"on\", unix)", Truth::Yes),
            ("any(test, target_os = \"linux\")", Truth::Unknown),
            ("not(unix)", Truth::Unknown),
            ("true", Truth::Yes),
        ] {
            assert_eq!(truth(text), expected, "{text}");
        }
    }
}
