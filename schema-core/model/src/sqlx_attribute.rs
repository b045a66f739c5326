//! What `#[sqlx(…)]` on the same item says, so that nobody writes it twice.

use crate::attribute::{Entry, entries_of};
use crate::{Mistakes, RenameAll, Spanned};

/// `#[sqlx(…)]` of a struct or an enum.
#[derive(Debug, Default)]
pub(crate) struct Container {
    /// Whether there is any such attribute.
    pub present: bool,
    pub type_name: Option<Spanned<String>>,
    pub rename_all: Option<Spanned<RenameAll>>,
}

/// `#[sqlx(…)]` of a field or a variant.
#[derive(Debug, Default)]
pub(crate) struct Member {
    pub rename: Option<Spanned<String>>,
    pub skip: bool,
    pub flatten: Option<proc_macro2::Span>,
    pub json: Option<Json>,
    pub try_from: Option<syn::Type>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Json {
    Plain,
    Nullable,
}

/// Malformed entries are sqlx's to report; its own derive does.
fn quiet_string(entry: &Entry) -> Option<Spanned<String>> {
    entry.string(&mut Mistakes::default())
}

pub(crate) fn container(attrs: &[syn::Attribute]) -> Container {
    let mut found = Container::default();
    for entry in entries_of(attrs, "sqlx", &mut Mistakes::default()) {
        found.present = true;
        match entry.key.as_str() {
            "type_name" => found.type_name = quiet_string(&entry),
            "rename_all" => {
                found.rename_all = quiet_string(&entry)
                    .and_then(|word| RenameAll::from_word(&word.value).map(|rule| Spanned::new(rule, word.span)));
            }
            _ => {}
        }
    }
    found
}

pub(crate) fn member(attrs: &[syn::Attribute]) -> Member {
    let mut found = Member::default();
    for entry in entries_of(attrs, "sqlx", &mut Mistakes::default()) {
        match entry.key.as_str() {
            "rename" => found.rename = quiet_string(&entry),
            "skip" => found.skip = true,
            "flatten" => found.flatten = Some(entry.span),
            "json" => {
                let nullable = matches!(entry.shape, crate::attribute::Shape::List(_));
                found.json = Some(if nullable { Json::Nullable } else { Json::Plain });
            }
            "try_from" => {
                found.try_from = quiet_string(&entry).and_then(|text| syn::parse_str(&text.value).ok());
            }
            _ => {}
        }
    }
    found
}

/// One value from two attributes that must agree.
pub(crate) fn agree(
    ours: Option<Spanned<String>>,
    key: &str,
    theirs: Option<Spanned<String>>,
    their_key: &str,
    mistakes: &mut Mistakes,
) -> Option<Spanned<String>> {
    if let (Some(a), Some(b)) = (&ours, &theirs)
        && a.value != b.value
    {
        mistakes.add(
            a.span,
            format!(
                "`{key} = \"{}\"` contradicts `#[sqlx({their_key} = \"{}\")]`",
                a.value, b.value
            ),
            "say it once",
        );
    }
    ours.or(theirs)
}
