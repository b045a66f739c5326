//! `primary_key(…)`, `unique(…)`, `check(…)`, `foreign_key(…)` and their forms on a field.

use proc_macro2::{Span, TokenStream, TokenTree};

use crate::attribute::{Entry, Shape, check_name, check_sql, entries, names, split, string_token};
use crate::{Mistakes, Spanned};

/// A primary key or unique constraint.
#[derive(Debug, Clone)]
pub struct KeyDecl {
    /// Where it was declared.
    pub span: Span,
    /// Its name, when it is given.
    pub name: Option<Spanned<String>>,
    /// Column names.
    pub columns: Vec<Spanned<String>>,
    /// `INCLUDE` columns.
    pub include: Vec<Spanned<String>>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// Stands only from contract on.
    pub late: bool,
    /// When it is checked.
    pub timing: Timing,
}

/// When a constraint is checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Timing {
    /// At once.
    #[default]
    Immediate,
    /// `DEFERRABLE`.
    Deferrable,
    /// `DEFERRABLE INITIALLY DEFERRED`.
    Deferred,
}

/// A check constraint.
#[derive(Debug, Clone)]
pub struct CheckDecl {
    /// Where it was declared.
    pub span: Span,
    /// Its name, when it is given.
    pub name: Option<Spanned<String>>,
    /// The condition.
    pub sql: Spanned<String>,
}

/// A foreign key.
#[derive(Debug, Clone)]
pub struct ForeignKeyDecl {
    /// Where it was declared.
    pub span: Span,
    /// Its name, when it is given.
    pub name: Option<Spanned<String>>,
    /// Referencing columns.
    pub columns: Vec<Spanned<String>>,
    /// What it references.
    pub references: Referent,
    /// `ON DELETE`, in lower case.
    pub on_delete: Option<Spanned<String>>,
    /// `ON UPDATE`, in lower case.
    pub on_update: Option<Spanned<String>>,
    /// `MATCH FULL`.
    pub match_full: bool,
    /// When it is checked.
    pub timing: Timing,
}

/// The referenced columns.
#[derive(Debug, Clone)]
pub enum Referent {
    /// `Org::id`, several of one struct for a composite key.
    Fields {
        /// The struct.
        owner: syn::Path,
        /// Its fields.
        fields: Vec<syn::Ident>,
    },
    /// `"orgs(id)"`: a table that no struct declares.
    Table {
        /// Its schema, when it is given.
        schema: Option<String>,
        /// Its name.
        table: String,
        /// Its columns.
        columns: Vec<String>,
        /// Where it was written.
        span: Span,
    },
}

/// The words of a referential action.
pub(crate) const ACTIONS: &[&str] = &["no action", "restrict", "cascade", "set null", "set default"];

const KEY_KEYS: &[&str] = &[
    "name",
    "columns",
    "include",
    "nulls_not_distinct",
    "late",
    "deferrable",
    "initially_deferred",
];

/// Reads `key`, `key(…)`: on a field the columns are given, on the struct they are listed.
pub(crate) fn key(entry: &Entry, field: Option<&Spanned<String>>, mistakes: &mut Mistakes) -> Option<KeyDecl> {
    let mut key = KeyDecl {
        span: entry.span,
        name: None,
        columns: Vec::new(),
        include: Vec::new(),
        nulls_not_distinct: false,
        late: false,
        timing: Timing::Immediate,
    };
    let tokens = match (&entry.shape, field) {
        (Shape::Flag, Some(_)) => TokenStream::new(),
        (Shape::List(tokens), _) => tokens.clone(),
        (_, Some(_)) => {
            let remedy = format!("write `{0}` or `{0}(name = \"…\")`", entry.key);
            mistakes.add(entry.span, format!("`{}` takes no value", entry.key), remedy);
            return None;
        }
        (_, None) => {
            let remedy = format!("write `{}(a, b)`", entry.key);
            mistakes.add(
                entry.span,
                format!("`{}` on a struct needs its columns", entry.key),
                remedy,
            );
            return None;
        }
    };
    let (mut bare, mut listed, mut include, mut deferrable, mut deferred) = (Vec::new(), None, None, false, false);
    for inner in entries(tokens) {
        match (inner.key.as_str(), &inner.shape) {
            ("name", Shape::Value(_)) => inner.set_name(&mut key.name, mistakes),
            ("columns", Shape::List(tokens)) if inner.once(&listed, mistakes) => {
                listed = Some(names(tokens.clone(), mistakes));
            }
            ("include", Shape::List(tokens)) if inner.once(&include, mistakes) => {
                include = Some(names(tokens.clone(), mistakes));
            }
            ("nulls_not_distinct", Shape::Flag) if entry.key != "primary_key" => {
                inner.flag(&mut key.nulls_not_distinct, mistakes);
            }
            ("late", Shape::Flag) if entry.key != "primary_key" => inner.flag(&mut key.late, mistakes),
            ("deferrable", Shape::Flag) => inner.flag(&mut deferrable, mistakes),
            ("initially_deferred", Shape::Flag) => inner.flag(&mut deferred, mistakes),
            ("columns" | "include", Shape::List(_)) => {}
            (_, Shape::Flag) => bare.push(Spanned::new(inner.key.clone(), inner.span)),
            (_, Shape::Other(tokens)) if as_string(tokens).is_some() => bare.extend(as_string(tokens)),
            _ => inner.unknown(KEY_KEYS, &format!("`{}`", entry.key), mistakes),
        }
    }
    key.include = include.unwrap_or_default();
    key.timing = timing(deferrable, deferred);
    match (listed, field) {
        (_, Some(field)) => {
            take_name(&mut key.name, bare, mistakes);
            key.columns = vec![field.clone()];
        }
        (Some(columns), None) => {
            take_name(&mut key.name, bare, mistakes);
            key.columns = columns;
        }
        (None, None) => key.columns = bare,
    }
    if key.columns.is_empty() {
        mistakes.add(
            entry.span,
            format!("`{}` names no column", entry.key),
            format!("write `{}(a, b)`", entry.key),
        );
        return None;
    }
    Some(key)
}

/// The one bare word beside `columns(…)` is the name.
pub(crate) fn take_name(name: &mut Option<Spanned<String>>, bare: Vec<Spanned<String>>, mistakes: &mut Mistakes) {
    for word in bare {
        if name.is_some() {
            mistakes.add(
                word.span,
                format!("`{}` is neither a key nor a column here", word.value),
                "columns belong into `columns(…)`, and one name is enough",
            );
        } else {
            check_name(&word.value, word.span, mistakes);
            *name = Some(word);
        }
    }
}

pub(crate) fn timing(deferrable: bool, deferred: bool) -> Timing {
    match (deferrable, deferred) {
        (_, true) => Timing::Deferred,
        (true, false) => Timing::Deferrable,
        _ => Timing::Immediate,
    }
}

fn as_string(tokens: &TokenStream) -> Option<Spanned<String>> {
    let mut tokens = tokens.clone().into_iter();
    let first = tokens.next()?;
    if tokens.next().is_some() {
        None
    } else {
        string_token(&first)
    }
}

/// Reads `check = "sql"`, `check("sql")`, `check(name, "sql")`.
pub(crate) fn check(entry: &Entry, mistakes: &mut Mistakes) -> Option<CheckDecl> {
    let (name, sql) = match &entry.shape {
        Shape::Value(_) => (None, entry.string(mistakes)?),
        Shape::List(tokens) => {
            let parts: Vec<Vec<TokenTree>> = split(tokens.clone());
            let parts: Vec<&[TokenTree]> = parts.iter().map(Vec::as_slice).collect();
            match parts.as_slice() {
                [[sql]] if string_token(sql).is_some() => (None, string_token(sql)?),
                [[name], [sql]] if crate::attribute::name_token(name).is_some() && string_token(sql).is_some() => {
                    (crate::attribute::name_token(name), string_token(sql)?)
                }
                _ => {
                    mistakes.add(entry.span, "`check` cannot be read", "write `check(name, \"sql\")`");
                    return None;
                }
            }
        }
        _ => {
            mistakes.add(entry.span, "`check` needs a condition", "write `check(name, \"sql\")`");
            return None;
        }
    };
    if let Some(name) = &name {
        check_name(&name.value, name.span, mistakes);
    }
    check_sql("check", &sql, mistakes);
    Some(CheckDecl {
        span: entry.span,
        name,
        sql,
    })
}

const FOREIGN_KEYS: &[&str] = &[
    "name",
    "columns",
    "references",
    "on_delete",
    "on_update",
    "match_full",
    "deferrable",
    "initially_deferred",
];

/// Reads `references(Org::id, …)` on a field and `foreign_key(columns(…), references(…), …)` on the struct.
pub(crate) fn foreign_key(
    entry: &Entry,
    field: Option<&Spanned<String>>,
    mistakes: &mut Mistakes,
) -> Option<ForeignKeyDecl> {
    let form = if field.is_some() {
        "write `references(Org::id)` or `references(\"orgs(id)\")`"
    } else {
        "write `foreign_key(columns(a, b), references(Org::a, Org::b))`"
    };
    let Shape::List(tokens) = &entry.shape else {
        mistakes.add(
            entry.span,
            format!("`{}` does not say what it references", entry.key),
            form,
        );
        return None;
    };
    let (mut name, mut on_delete, mut on_update) = (None, None, None);
    let (mut match_full, mut deferrable, mut deferred) = (false, false, false);
    let mut columns = field.map(|field| vec![field.clone()]);
    let (mut target, mut bare) = (Vec::new(), Vec::new());
    for inner in entries(tokens.clone()) {
        match (inner.key.as_str(), &inner.shape) {
            ("name", Shape::Value(_)) => inner.set_name(&mut name, mistakes),
            ("on_delete" | "on_update", _) => {
                let slot = if inner.key == "on_delete" {
                    &mut on_delete
                } else {
                    &mut on_update
                };
                if inner.once(slot, mistakes) {
                    *slot = inner.word(ACTIONS, mistakes);
                }
            }
            ("match_full", _) => inner.flag(&mut match_full, mistakes),
            ("deferrable", _) => inner.flag(&mut deferrable, mistakes),
            ("initially_deferred", _) => inner.flag(&mut deferred, mistakes),
            ("columns", Shape::List(tokens)) if field.is_none() => {
                if inner.once(&columns, mistakes) {
                    columns = Some(names(tokens.clone(), mistakes));
                }
            }
            ("references", Shape::List(tokens)) if field.is_none() => target = split(tokens.clone()),
            (_, Shape::Other(tokens)) if field.is_some() => target.push(tokens.clone().into_iter().collect()),
            (_, Shape::Flag) if field.is_none() => bare.push(Spanned::new(inner.key.clone(), inner.span)),
            (_, Shape::Flag) => {
                mistakes.add(
                    inner.span,
                    format!("`{}` names no column", inner.key),
                    format!(
                        "write `{0}({1}::id)` with the field that it references",
                        entry.key, inner.key
                    ),
                );
                return None;
            }
            _ => inner.unknown(FOREIGN_KEYS, &format!("`{}`", entry.key), mistakes),
        }
    }
    take_name(&mut name, bare, mistakes);
    let Some(columns) = columns.filter(|c| !c.is_empty()) else {
        mistakes.add(entry.span, "`foreign_key` names no column of its own", form);
        return None;
    };
    if target.is_empty() {
        mistakes.add(
            entry.span,
            format!("`{}` does not say what it references", entry.key),
            form,
        );
        return None;
    }
    let references = referent(target, form, mistakes)?;
    let count = match &references {
        Referent::Fields { fields, .. } => fields.len(),
        Referent::Table { columns, .. } => columns.len(),
    };
    if count != columns.len() {
        mistakes.add(
            entry.span,
            format!("{} columns reference {count}", columns.len()),
            "both sides of a foreign key need the same number",
        );
        return None;
    }
    Some(ForeignKeyDecl {
        span: entry.span,
        name,
        columns,
        references,
        on_delete,
        on_update,
        match_full,
        timing: timing(deferrable, deferred),
    })
}

/// `Org::a, Org::b` or `"orgs(a, b)"`.
fn referent(parts: Vec<Vec<TokenTree>>, form: &str, mistakes: &mut Mistakes) -> Option<Referent> {
    let span = parts[0][0].span();
    if let [part] = parts.as_slice()
        && let [token] = part.as_slice()
        && let Some(text) = string_token(token)
    {
        let parsed = table_reference(&text);
        if parsed.is_none() {
            mistakes.add(
                text.span,
                format!("\"{}\" is no reference to columns", text.value),
                "write \"table(column)\" or \"schema.table(a, b)\"",
            );
        }
        return parsed;
    }
    let (mut owner, mut fields): (Option<syn::Path>, Vec<syn::Ident>) = (None, Vec::new());
    for part in parts {
        let at = part[0].span();
        let path = syn::parse2::<syn::Path>(part.into_iter().collect())
            .ok()
            .filter(|p| p.segments.len() > 1);
        let Some(mut path) = path else {
            mistakes.add(at, "this is no field of a struct", form);
            return None;
        };
        let field = path.segments.pop().expect("has at least two segments").ident;
        path.segments.pop_punct();
        match &owner {
            Some(owner) if *owner != path => {
                mistakes.add(
                    at,
                    "one foreign key references two structs",
                    "write one `foreign_key` for each",
                );
                return None;
            }
            _ => owner = Some(path),
        }
        fields.push(field);
    }
    match owner {
        Some(owner) => Some(Referent::Fields { owner, fields }),
        None => {
            mistakes.add(span, "no column is referenced", form);
            None
        }
    }
}

/// Reads `table(a, b)` and `schema.table(a, b)`, with double quotes where a name needs them.
fn table_reference(text: &Spanned<String>) -> Option<Referent> {
    let value = text.value.trim();
    let open = value.rfind('(')?;
    let columns = value.get(open + 1..)?.strip_suffix(')')?;
    let mut path = dotted(value[..open].trim())?;
    let table = path.pop()?;
    let schema = path.pop();
    if !path.is_empty() {
        return None;
    }
    let columns = columns
        .split(',')
        .map(|column| dotted(column.trim()).and_then(|mut c| if c.len() == 1 { c.pop() } else { None }))
        .collect::<Option<Vec<String>>>()?;
    Some(Referent::Table {
        schema,
        table,
        columns,
        span: text.span,
    })
}

/// Splits an SQL name at its dots and takes the quotes off; unquoted parts fold to lower case.
pub(crate) fn dotted(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut chars = text.chars().peekable();
    loop {
        let mut part = String::new();
        if chars.next_if_eq(&'"').is_some() {
            loop {
                match chars.next()? {
                    '"' if chars.next_if_eq(&'"').is_some() => part.push('"'),
                    '"' => break,
                    c => part.push(c),
                }
            }
        } else {
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '$') {
                part.extend(c.to_lowercase());
            }
        }
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        match chars.next() {
            None => return Some(parts),
            Some('.') => {}
            Some(_) => return None,
        }
    }
}
