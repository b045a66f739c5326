//! Fields and their attributes.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned as _;

use crate::attribute::{Entry, Shape, check_name, check_sql, entries, entries_of, split, string_token};
use crate::rust_type::{Proof, RustType, Spelling, map_type, tokens_only};
use crate::sqlx_attribute::{self, Json, agree};
use crate::table::TableDecl;
use crate::{Mistakes, RenameAll, Spanned, constraint, index, normalize_sql_type};

/// A field that is a column.
#[derive(Debug, Clone)]
pub struct ColumnDecl {
    /// The field.
    pub field: syn::Ident,
    /// The column's name.
    pub name: Spanned<String>,
    /// Its Rust type, as written.
    pub ty: syn::Type,
    /// The type that its values are decoded from: `ty`, or that of `#[sqlx(try_from = "…")]`.
    pub decoded: syn::Type,
    /// What the tokens say about the type. The scan resolves the names in it.
    pub mapped: RustType,
    /// Whether `#[sqlx(json)]` says that the value is stored as JSON.
    pub json: bool,
    /// `sql_type`, in the spelling of `format_type`, and whether it was a serial type and is built in.
    pub sql_type: Option<Spanned<crate::SqlTypeName>>,
    /// The name before, to be bridged.
    pub renamed_from: Option<Spanned<String>>,
    /// `DEFAULT`.
    pub default: Option<Spanned<String>>,
    /// `GENERATED ALWAYS AS IDENTITY` and the like.
    pub identity: Option<Spanned<IdentityDecl>>,
    /// `GENERATED ALWAYS AS (…)`.
    pub generated: Option<Generation>,
    /// Value for rows that stand without one.
    pub backfill: Option<Spanned<String>>,
    /// Value for the column that only old code knows.
    pub old_value: Option<Spanned<String>>,
    /// New value from old, when the type changes.
    pub using: Option<Spanned<String>>,
    /// Old value from new, when the type changes.
    pub using_back: Option<Spanned<String>>,
    /// Whether a change of type may be cut over.
    pub cutover: bool,
    /// `COLLATE`.
    pub collate: Option<Spanned<String>>,
    /// `COMMENT ON COLUMN`.
    pub comment: Option<Spanned<String>>,
}

/// `identity`, `identity(always, start = 100)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityDecl {
    /// `ALWAYS`; else `BY DEFAULT`.
    pub always: bool,
    /// `START WITH`.
    pub start: Option<i64>,
    /// `INCREMENT BY`.
    pub increment: Option<i64>,
    /// `MINVALUE`.
    pub min: Option<i64>,
    /// `MAXVALUE`.
    pub max: Option<i64>,
    /// `CACHE`.
    pub cache: Option<i64>,
    /// `CYCLE`.
    pub cycle: bool,
}

/// A generated column's expression.
#[derive(Debug, Clone)]
pub struct Generation {
    /// The expression.
    pub sql: Spanned<String>,
    /// `STORED`; else `VIRTUAL` (18).
    pub stored: bool,
}

pub(crate) const KEYS: &[&str] = &[
    "column",
    "renamed_from",
    "sql_type",
    "default",
    "primary_key",
    "identity",
    "generated",
    "unique",
    "index",
    "references",
    "check",
    "backfill",
    "old_value",
    "using",
    "using_back",
    "cutover",
    "collate",
    "comment",
    "skip",
];

/// Reads one field; its keys, indexes and constraints go to the table.
pub(crate) fn field(field: &syn::Field, rename_all: Option<RenameAll>, table: &mut TableDecl, mistakes: &mut Mistakes) {
    let Some(ident) = &field.ident else { return };
    let sqlx = sqlx_attribute::member(&field.attrs);
    let entries = entries_of(&field.attrs, "schemagen", mistakes);
    if sqlx.skip || entries.iter().any(|entry| entry.key == "skip") {
        for entry in entries.iter().filter(|entry| entry.key != "skip") {
            mistakes.add(
                entry.span,
                format!("`{}` on a field that is skipped", entry.key),
                "a skipped field is no column: take one of them out",
            );
        }
        return;
    }
    let mut given = None;
    for entry in entries.iter().filter(|entry| entry.key == "column") {
        entry.set_name(&mut given, mistakes);
    }
    let given = agree(given, "column", sqlx.rename, "rename", mistakes);
    let name = given.unwrap_or_else(|| {
        let plain = ident.unraw().to_string();
        let name = rename_all.map_or(plain.clone(), |rule| rule.apply(&plain));
        check_name(&name, ident.span(), mistakes);
        Spanned::new(name, ident.span())
    });
    let decoded = sqlx.try_from.unwrap_or_else(|| field.ty.clone());
    let mut column = ColumnDecl {
        field: ident.clone(),
        mapped: match sqlx.json {
            None => map_type(&decoded, &tokens_only),
            Some(json) => RustType {
                nullable: json == Json::Nullable,
                ..RustType::new(Spelling::Sql("jsonb".into()), Proof::Nothing)
            },
        },
        name,
        ty: field.ty.clone(),
        decoded,
        json: sqlx.json.is_some(),
        sql_type: None,
        renamed_from: None,
        default: None,
        identity: None,
        generated: None,
        backfill: None,
        old_value: None,
        using: None,
        using_back: None,
        cutover: false,
        collate: None,
        comment: None,
    };
    let (mut unique, mut references) = (None, None);
    let mut primary_key = None;
    for entry in &entries {
        match entry.key.as_str() {
            "column" => {}
            "renamed_from" => entry.set_name(&mut column.renamed_from, mistakes),
            "sql_type" => sql_type(entry, &mut column.sql_type, mistakes),
            "default" => entry.set_sql(&mut column.default, mistakes),
            "primary_key" if entry.once(&primary_key, mistakes) => {
                primary_key = constraint::key(entry, Some(&column.name), mistakes);
            }
            "identity" if entry.once(&column.identity, mistakes) => column.identity = identity(entry, mistakes),
            "generated" if entry.once(&column.generated, mistakes) => column.generated = generated(entry, mistakes),
            "unique" if entry.once(&unique, mistakes) => {
                unique = constraint::key(entry, Some(&column.name), mistakes);
            }
            "primary_key" | "identity" | "generated" | "unique" => {}
            "index" => table.indexes.extend(index::index(entry, Some(&column.name), mistakes)),
            "references" => {
                if entry.once(&references, mistakes) {
                    references = constraint::foreign_key(entry, Some(&column.name), mistakes);
                }
            }
            "check" => table.checks.extend(constraint::check(entry, mistakes)),
            "backfill" => entry.set_sql(&mut column.backfill, mistakes),
            "old_value" => entry.set_sql(&mut column.old_value, mistakes),
            "using" => entry.set_sql(&mut column.using, mistakes),
            "using_back" => entry.set_sql(&mut column.using_back, mistakes),
            "cutover" => entry.flag(&mut column.cutover, mistakes),
            "collate" => entry.set(&mut column.collate, mistakes),
            "comment" => entry.set(&mut column.comment, mistakes),
            _ => entry.unknown(KEYS, "a column", mistakes),
        }
    }
    if let Some(span) = sqlx.flatten {
        mistakes.add(
            span,
            format!("`{ident}` is flattened, so its columns are in another struct"),
            "write its fields here, or `#[schemagen(skip)]` with `partial` on the struct",
        );
    }
    rules_of_one_column(&column, primary_key.is_some(), mistakes);
    if let Some(key) = primary_key {
        table.field_primary_keys.push(key);
    }
    table.uniques.extend(unique);
    table.foreign_keys.extend(references);
    table.columns.push(column);
}

fn sql_type(entry: &Entry, slot: &mut Option<Spanned<crate::SqlTypeName>>, mistakes: &mut Mistakes) {
    if !entry.once(slot, mistakes) {
        return;
    }
    let Some(text) = entry.string(mistakes) else { return };
    match normalize_sql_type(&text.value) {
        Ok(name) => *slot = Some(Spanned::new(name, text.span)),
        Err(error) => mistakes.add(text.span, error.to_string(), "write one type, such as \"varchar(255)\""),
    }
}

const IDENTITY_KEYS: &[&str] = &[
    "always",
    "by_default",
    "start",
    "increment",
    "min",
    "max",
    "cache",
    "cycle",
];

fn identity(entry: &Entry, mistakes: &mut Mistakes) -> Option<Spanned<IdentityDecl>> {
    let mut identity = IdentityDecl::default();
    match &entry.shape {
        Shape::Flag => {}
        Shape::Value(_) => {
            identity.always = entry.word(&["always", "by default"], mistakes)?.value == "always";
        }
        Shape::List(tokens) => {
            let mut by_default = false;
            for inner in entries(tokens.clone()) {
                match inner.key.as_str() {
                    "always" => inner.flag(&mut identity.always, mistakes),
                    "by_default" => inner.flag(&mut by_default, mistakes),
                    "cycle" => inner.flag(&mut identity.cycle, mistakes),
                    "start" => number(&inner, &mut identity.start, mistakes),
                    "increment" => number(&inner, &mut identity.increment, mistakes),
                    "min" => number(&inner, &mut identity.min, mistakes),
                    "max" => number(&inner, &mut identity.max, mistakes),
                    "cache" => number(&inner, &mut identity.cache, mistakes),
                    _ => inner.unknown(IDENTITY_KEYS, "`identity`", mistakes),
                }
            }
            if identity.always && by_default {
                mistakes.add(
                    entry.span,
                    "an identity is `always` or `by_default`, not both",
                    "keep one of them",
                );
            }
        }
        Shape::Other(_) => {
            mistakes.add(
                entry.span,
                "`identity` cannot be read",
                "write `identity`, `identity(always)`",
            );
            return None;
        }
    }
    Some(Spanned::new(identity, entry.span))
}

fn number(entry: &Entry, slot: &mut Option<i64>, mistakes: &mut Mistakes) {
    if !entry.once(slot, mistakes) {
        return;
    }
    let parsed = match &entry.shape {
        Shape::Value(tokens) => tokens.to_string().replace([' ', '_'], "").parse().ok(),
        _ => None,
    };
    match parsed {
        Some(value) => *slot = Some(value),
        None => mistakes.add(
            entry.span,
            format!("`{}` needs a whole number", entry.key),
            format!("write `{} = 1`", entry.key),
        ),
    }
}

fn generated(entry: &Entry, mistakes: &mut Mistakes) -> Option<Generation> {
    let (mut sql, mut is_virtual) = (None, false);
    match &entry.shape {
        Shape::Value(_) => sql = entry.string(mistakes),
        Shape::List(tokens) => {
            for part in split(tokens.clone()) {
                match part.as_slice() {
                    [word] if word.to_string() == "virtual" => is_virtual = true,
                    [word] if word.to_string() == "stored" => {}
                    [text] if sql.is_none() && string_token(text).is_some() => sql = string_token(text),
                    other => mistakes.add(
                        other[0].span(),
                        "this says nothing about a generated column",
                        "write `generated(\"expression\", virtual)`",
                    ),
                }
            }
        }
        _ => {}
    }
    let Some(sql) = sql else {
        mistakes.add(
            entry.span,
            "`generated` needs an expression",
            "write `generated = \"sql\"`",
        );
        return None;
    };
    check_sql("generated", &sql, mistakes);
    Some(Generation {
        sql,
        stored: !is_virtual,
    })
}

impl ColumnDecl {
    /// Whether the column may be NULL.
    pub fn nullable(&self) -> bool {
        self.mapped.nullable
    }

    /// The SQL type as far as the tokens say it.
    pub fn sql_name(&self) -> Option<&str> {
        match (&self.sql_type, &self.mapped.spelling) {
            (Some(given), _) => Some(&given.value.name),
            (None, Spelling::Sql(sql)) => Some(sql),
            _ => None,
        }
    }
}

/// What contradicts itself within one column.
fn rules_of_one_column(column: &ColumnDecl, primary_key: bool, mistakes: &mut Mistakes) {
    let name = &column.name.value;
    if let (Spelling::Unmapped(why), None) = (&column.mapped.spelling, &column.sql_type) {
        mistakes.add(
            column.ty.span(),
            format!("no SQL type for `{name}`: {why}"),
            "write `#[schemagen(sql_type = \"…\")]`, or `skip` when it is no column",
        );
    }
    if primary_key && column.nullable() {
        mistakes.add(
            column.ty.span(),
            format!("the primary key `{name}` is an `Option`"),
            "take the `Option` away",
        );
    }
    let serial = column.sql_type.as_ref().filter(|t| t.value.serial).map(|t| t.span);
    let sources: Vec<(&str, Span)> = [
        ("default", column.default.as_ref().map(|d| d.span)),
        ("identity", column.identity.as_ref().map(|i| i.span)),
        ("generated", column.generated.as_ref().map(|g| g.sql.span)),
        ("a serial type", serial),
    ]
    .into_iter()
    .filter_map(|(key, span)| span.map(|span| (key, span)))
    .collect();
    if let [(first, _), (second, span), ..] = sources.as_slice() {
        mistakes.add(
            *span,
            format!("`{name}` has its value from {first} and from {second}"),
            "PostgreSQL allows one of default, identity, generated and serial",
        );
    }
    if let Some(identity) = &column.identity {
        let integer = column
            .sql_name()
            .is_none_or(|sql| ["smallint", "integer", "bigint"].contains(&sql));
        if !integer {
            mistakes.add(
                identity.span,
                format!("`{name}` is no integer"),
                "identity columns are i16, i32 or i64",
            );
        } else if column.nullable() {
            mistakes.add(
                identity.span,
                format!("the identity `{name}` is an `Option`"),
                "take the `Option` away",
            );
        }
    }
    if let Some(identity) = &column.identity {
        identity_range(&identity.value, identity.span, mistakes);
    }
    if serial.is_some() && column.nullable() {
        mistakes.add(
            column.ty.span(),
            format!("the serial column `{name}` is an `Option`"),
            "take the `Option` away",
        );
    }
    if let (Some(_), Some(backfill)) = (&column.generated, &column.backfill) {
        mistakes.add(
            backfill.span,
            format!("`{name}` is generated, so it fills itself"),
            "take `backfill` out",
        );
    }
    if let Some(before) = &column.renamed_from
        && before.value == *name
    {
        mistakes.add(
            before.span,
            format!("`{name}` is renamed from itself"),
            "take `renamed_from` out",
        );
    }
}

/// What `CREATE SEQUENCE` would refuse.
fn identity_range(identity: &IdentityDecl, span: Span, mistakes: &mut Mistakes) {
    let increment = identity.increment.unwrap_or(1);
    if increment == 0 {
        mistakes.add(span, "an identity cannot step by 0", "write `increment = 1`");
    }
    if identity.cache.is_some_and(|cache| cache < 1) {
        mistakes.add(span, "an identity caches at least 1 value", "write `cache = 1`");
    }
    let min = identity.min.unwrap_or(if increment > 0 { 1 } else { i64::MIN });
    let max = identity.max.unwrap_or(if increment > 0 { i64::MAX } else { -1 });
    let start = identity.start.unwrap_or(if increment > 0 { min } else { max });
    if !(min..=max).contains(&start) || min >= max {
        mistakes.add(
            span,
            format!("an identity from {min} to {max} cannot start with {start}"),
            "write a `start` between `min` and `max`",
        );
    }
}
