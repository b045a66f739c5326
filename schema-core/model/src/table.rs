//! A struct with `#[derive(Table)]`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned as _;

use crate::attribute::{Entry, Shape, check_name, check_sql, entries_of, name_token, split, string_token};
use crate::sqlx_attribute;
use crate::{
    CheckDecl, ColumnDecl, ForeignKeyDecl, IndexDecl, KeyDecl, Mistakes, RenameAll, Spanned, column, constraint, index,
    rules,
};

/// A table as a struct declares it.
#[derive(Debug, Clone)]
pub struct TableDecl {
    /// The struct.
    pub ident: syn::Ident,
    /// The table's name.
    pub name: Spanned<String>,
    /// Its schema, `public` unless given.
    pub schema: Option<Spanned<String>>,
    /// The name before; a schema in front when that changes too.
    pub renamed_from: Option<Spanned<Vec<String>>>,
    /// `COMMENT ON TABLE`.
    pub comment: Option<Spanned<String>>,
    /// Columns in the order of the fields.
    pub columns: Vec<ColumnDecl>,
    /// The primary key.
    pub primary_key: Option<KeyDecl>,
    /// Unique constraints.
    pub uniques: Vec<KeyDecl>,
    /// Indexes.
    pub indexes: Vec<IndexDecl>,
    /// Check constraints.
    pub checks: Vec<CheckDecl>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKeyDecl>,
    /// Whether columns that no field names stay.
    pub partial: bool,
    /// The struct that owns the table; this one only reads it.
    pub read_of: Option<syn::Path>,
    /// Whether the struct is no table at all.
    pub skip: bool,
    /// The path of schema-core, when it goes by another name.
    pub crate_path: Option<syn::Path>,
    /// Values for columns that only old code knows.
    pub old_values: Vec<(Spanned<String>, Spanned<String>)>,
    pub(crate) field_primary_keys: Vec<KeyDecl>,
    /// Keys of the attributes on the struct, with their places, for rules across attributes.
    pub(crate) keys: Vec<(String, Span)>,
}

const KEYS: &[&str] = &[
    "table",
    "schema",
    "renamed_from",
    "comment",
    "primary_key",
    "index",
    "unique",
    "check",
    "foreign_key",
    "partial",
    "read_of",
    "skip",
    "rename_all",
    "crate",
    "old_value",
];

/// Reads a struct.
pub fn parse_table(input: &syn::DeriveInput) -> (TableDecl, Mistakes) {
    let mut mistakes = Mistakes::default();
    let default = RenameAll::Snake.apply(&input.ident.unraw().to_string());
    let mut table = TableDecl {
        ident: input.ident.clone(),
        name: Spanned::new(default, input.ident.span()),
        schema: None,
        renamed_from: None,
        comment: None,
        columns: Vec::new(),
        primary_key: None,
        uniques: Vec::new(),
        indexes: Vec::new(),
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        partial: false,
        read_of: None,
        skip: false,
        crate_path: None,
        old_values: Vec::new(),
        field_primary_keys: Vec::new(),
        keys: Vec::new(),
    };
    let rename_all = container(input, &mut table, &mut mistakes);
    if table.skip {
        return (table, mistakes);
    }
    match &input.data {
        syn::Data::Struct(syn::DataStruct {
            fields: syn::Fields::Named(fields),
            ..
        }) => {
            for field in &fields.named {
                column::field(field, rename_all, &mut table, &mut mistakes);
            }
        }
        syn::Data::Enum(data) => mistakes.add(
            data.enum_token.span(),
            "`Table` belongs on a struct",
            "derive `PgEnum` for an enum type",
        ),
        _ => mistakes.add(
            input.ident.span(),
            "a table needs a struct with named fields",
            "write `struct T { column: Type }`",
        ),
    }
    if let Some(parameter) = input.generics.type_params().next() {
        mistakes.add(
            parameter.span(),
            "a table cannot have a type parameter",
            "write the type, or `#[schemagen(skip)]` when this is no table",
        );
    }
    rules::table(&mut table, &mut mistakes);
    (table, mistakes)
}

/// Reads the attributes on the struct.
fn container(input: &syn::DeriveInput, table: &mut TableDecl, mistakes: &mut Mistakes) -> Option<RenameAll> {
    let sqlx = sqlx_attribute::container(&input.attrs);
    let (mut name, mut rename_word, mut renamed_from) = (None, None, None);
    let mut primary_key: Option<KeyDecl> = None;
    for entry in entries_of(&input.attrs, "schemagen", mistakes) {
        table.keys.push((entry.key.clone(), entry.span));
        match entry.key.as_str() {
            "table" => entry.set_name(&mut name, mistakes),
            "schema" => entry.set_name(&mut table.schema, mistakes),
            "renamed_from" => entry.set(&mut renamed_from, mistakes),
            "comment" => entry.set(&mut table.comment, mistakes),
            "primary_key" => {
                if entry.once(&primary_key, mistakes) {
                    primary_key = constraint::key(&entry, None, mistakes);
                }
            }
            "index" => table.indexes.extend(index::index(&entry, None, mistakes)),
            "unique" => table.uniques.extend(constraint::key(&entry, None, mistakes)),
            "check" => table.checks.extend(constraint::check(&entry, mistakes)),
            "foreign_key" => table
                .foreign_keys
                .extend(constraint::foreign_key(&entry, None, mistakes)),
            "partial" => entry.flag(&mut table.partial, mistakes),
            "skip" => entry.flag(&mut table.skip, mistakes),
            "read_of" => {
                if entry.once(&table.read_of, mistakes) {
                    table.read_of = path(&entry, "Owner", mistakes);
                }
            }
            "crate" => {
                if entry.once(&table.crate_path, mistakes) {
                    table.crate_path = path(&entry, "some_crate::schema_core", mistakes);
                }
            }
            "rename_all" => entry.set(&mut rename_word, mistakes),
            "old_value" => table.old_values.extend(old_value(&entry, mistakes)),
            _ => entry.unknown(KEYS, "a table", mistakes),
        }
    }
    if let Some(name) = name {
        table.name = name;
    } else {
        check_name(&table.name.value, table.name.span, mistakes);
    }
    table.primary_key = primary_key;
    table.renamed_from = renamed_from.and_then(|text: Spanned<String>| qualified(&text, mistakes));
    rename_all(rename_word, sqlx.rename_all, mistakes)
}

/// `old` or `schema.old`; a name without dots stays as it is written.
pub(crate) fn qualified(text: &Spanned<String>, mistakes: &mut Mistakes) -> Option<Spanned<Vec<String>>> {
    let parts = if text.value.contains('.') {
        constraint::dotted(&text.value).unwrap_or_default()
    } else {
        vec![text.value.clone()]
    };
    if !(1..=2).contains(&parts.len()) || parts[0].is_empty() {
        mistakes.add(
            text.span,
            format!("\"{}\" is no name", text.value),
            "write \"name\" or \"schema.name\"",
        );
        return None;
    }
    Some(Spanned::new(parts, text.span))
}

/// One rule from `schemagen` and `sqlx`, which must agree.
pub(crate) fn rename_all(
    word: Option<Spanned<String>>,
    sqlx: Option<Spanned<RenameAll>>,
    mistakes: &mut Mistakes,
) -> Option<RenameAll> {
    let ours = word.and_then(|word| {
        let rule = RenameAll::from_word(&word.value);
        if rule.is_none() {
            mistakes.add(
                word.span,
                format!("\"{}\" is no rule for names", word.value),
                format!("write one of \"{}\"", RenameAll::WORDS.join("\", \"")),
            );
        }
        rule.map(|rule| Spanned::new(rule, word.span))
    });
    if let (Some(a), Some(b)) = (&ours, &sqlx)
        && a.value != b.value
    {
        mistakes.add(
            a.span,
            "`rename_all` contradicts `#[sqlx(rename_all = …)]`",
            "say it once",
        );
    }
    ours.or(sqlx).map(|rule| rule.value)
}

/// `read_of = Owner`, `crate = some::path`; a string is read as a path too.
pub(crate) fn path(entry: &Entry, example: &str, mistakes: &mut Mistakes) -> Option<syn::Path> {
    let parsed = match &entry.shape {
        Shape::Value(tokens) => match syn::parse2::<syn::LitStr>(tokens.clone()) {
            Ok(text) => text.parse_with(syn::Path::parse_mod_style).ok(),
            Err(_) => syn::parse2::<syn::Path>(tokens.clone()).ok(),
        },
        _ => None,
    };
    if parsed.is_none() {
        mistakes.add(
            entry.span,
            format!("`{}` needs a path", entry.key),
            format!("write `{} = {example}`", entry.key),
        );
    }
    parsed
}

/// `old_value(column, "sql")`.
fn old_value(entry: &Entry, mistakes: &mut Mistakes) -> Option<(Spanned<String>, Spanned<String>)> {
    let parts = match &entry.shape {
        Shape::List(tokens) => split(tokens.clone()),
        _ => Vec::new(),
    };
    let parts: Vec<&[_]> = parts.iter().map(Vec::as_slice).collect();
    if let [[column], [sql]] = parts.as_slice()
        && let (Some(column), Some(sql)) = (name_token(column), string_token(sql))
    {
        check_sql("old_value", &sql, mistakes);
        return Some((column, sql));
    }
    mistakes.add(
        entry.span,
        "`old_value` on a struct cannot be read",
        "write `old_value(column, \"sql\")`",
    );
    None
}

impl TableDecl {
    /// The column of that name, or of the field of that name.
    pub fn column(&self, name: &str) -> Option<&ColumnDecl> {
        self.columns
            .iter()
            .find(|c| c.name.value == name)
            .or_else(|| self.columns.iter().find(|c| c.field.unraw() == name))
    }

    /// Its schema.
    pub fn schema_name(&self) -> &str {
        self.schema.as_ref().map_or("public", |s| &s.value)
    }
}
