//! An enum with `#[derive(PgEnum)]`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned as _;

use crate::attribute::{Entry, Shape, check_name, entries, entries_of, string_token};
use crate::sqlx_attribute::{self, agree};
use crate::table::{path, qualified, rename_all};
use crate::{Mistakes, RenameAll, Spanned, did_you_mean};

/// An enum type as a Rust enum declares it.
#[derive(Debug, Clone)]
pub struct EnumDecl {
    /// The enum.
    pub ident: syn::Ident,
    /// The type's name.
    pub name: Spanned<String>,
    /// Its schema, `public` unless given.
    pub schema: Option<Spanned<String>>,
    /// The name before; a schema in front when that changes too.
    pub renamed_from: Option<Spanned<Vec<String>>>,
    /// `COMMENT ON TYPE`.
    pub comment: Option<Spanned<String>>,
    /// Labels in the order of the variants.
    pub labels: Vec<LabelDecl>,
    /// Labels that go.
    pub removed: Vec<RemovedLabel>,
    /// Whether the type is built anew without the labels that go.
    pub rebuild: bool,
    /// Whether the enum is no type of the database.
    pub skip: bool,
    /// The path of schema-core, when it goes by another name.
    pub crate_path: Option<syn::Path>,
}

/// A label.
#[derive(Debug, Clone)]
pub struct LabelDecl {
    /// The variant.
    pub variant: syn::Ident,
    /// The label.
    pub label: Spanned<String>,
    /// The label before.
    pub renamed_from: Option<Spanned<String>>,
}

/// `removed("archived", becomes = "inactive")`.
#[derive(Debug, Clone)]
pub struct RemovedLabel {
    /// The label that goes.
    pub label: Spanned<String>,
    /// What its rows become.
    pub becomes: Spanned<String>,
}

const KEYS: &[&str] = &[
    "type",
    "schema",
    "rename_all",
    "renamed_from",
    "comment",
    "removed",
    "rebuild",
    "skip",
    "crate",
];
const VARIANT_KEYS: &[&str] = &["rename", "renamed_from"];

/// Reads an enum.
pub fn parse_enum(input: &syn::DeriveInput) -> (EnumDecl, Mistakes) {
    let mut mistakes = Mistakes::default();
    let default = RenameAll::Snake.apply(&input.ident.unraw().to_string());
    let mut found = EnumDecl {
        ident: input.ident.clone(),
        name: Spanned::new(default, input.ident.span()),
        schema: None,
        renamed_from: None,
        comment: None,
        labels: Vec::new(),
        removed: Vec::new(),
        rebuild: false,
        skip: false,
        crate_path: None,
    };
    let sqlx = sqlx_attribute::container(&input.attrs);
    let (mut name, mut word, mut renamed_from) = (None, None, None);
    for entry in entries_of(&input.attrs, "schemagen", &mut mistakes) {
        match entry.key.as_str() {
            "type" => entry.set_name(&mut name, &mut mistakes),
            "schema" => entry.set_name(&mut found.schema, &mut mistakes),
            "rename_all" => entry.set(&mut word, &mut mistakes),
            "renamed_from" => entry.set(&mut renamed_from, &mut mistakes),
            "comment" => entry.set(&mut found.comment, &mut mistakes),
            "skip" => entry.flag(&mut found.skip, &mut mistakes),
            "rebuild" => entry.flag(&mut found.rebuild, &mut mistakes),
            "removed" => found.removed.extend(removed(&entry, &mut mistakes)),
            "crate" => {
                if entry.once(&found.crate_path, &mut mistakes) {
                    found.crate_path = path(&entry, "some_crate::schema_core", &mut mistakes);
                }
            }
            _ => entry.unknown(KEYS, "an enum", &mut mistakes),
        }
    }
    found.renamed_from = renamed_from.and_then(|text: Spanned<String>| qualified(&text, &mut mistakes));
    set_name(&mut found, name, sqlx.type_name.clone(), &mut mistakes);
    let written = word.is_some();
    let sqlx_rule = sqlx.rename_all.as_ref().map(|rule| rule.value);
    let rule = rename_all(word.clone(), sqlx.rename_all, &mut mistakes);
    if found.skip {
        return (found, mistakes);
    }
    let syn::Data::Enum(data) = &input.data else {
        mistakes.add(
            input.ident.span(),
            "`PgEnum` belongs on an enum",
            "derive `Table` for a table",
        );
        return (found, mistakes);
    };
    for variant in &data.variants {
        if !variant.fields.is_empty() {
            mistakes.add(
                variant.fields.span(),
                format!("the variant `{}` carries data, a label cannot", variant.ident),
                "keep such values in columns of their own",
            );
        }
        found.labels.push(label(variant, rule, &mut mistakes));
    }
    // Where sqlx names the labels too, both must come to the same, or every query would fail at run time.
    if sqlx.present && written && sqlx_rule.is_none() && sqlx_disagrees(data, &found) {
        let span = word.map_or(input.ident.span(), |word| word.span);
        mistakes.add(
            span,
            "`rename_all` gives other labels than sqlx would, because `#[sqlx(…)]` here has no `rename_all`",
            "write it once, as `#[sqlx(rename_all = \"…\")]`",
        );
    }
    // Without `type_name` sqlx asks the server for the name of the enum, which folds to lower case there.
    let folded = input.ident.unraw().to_string().to_lowercase();
    if sqlx.present && sqlx.type_name.is_none() && found.name.value != folded {
        mistakes.add(
            found.name.span,
            format!(
                "sqlx will look for a type \"{folded}\", this one is \"{}\"",
                found.name.value
            ),
            format!("write `#[sqlx(type_name = \"{}\")]`", found.name.value),
        );
    }
    rules(&found, &mut mistakes);
    (found, mistakes)
}

/// The name from `type`, from `#[sqlx(type_name = "…")]`, or from the enum.
fn set_name(
    found: &mut EnumDecl,
    ours: Option<Spanned<String>>,
    theirs: Option<Spanned<String>>,
    mistakes: &mut Mistakes,
) {
    let mut theirs_name = theirs.clone();
    if let Some(theirs) = theirs
        && theirs.value.contains('.')
        && let Some(parts) = qualified(&theirs, mistakes)
        && let [schema, name] = parts.value.as_slice()
    {
        let schema = Spanned::new(schema.clone(), theirs.span);
        found.schema = agree(found.schema.take(), "schema", Some(schema), "type_name", mistakes);
        theirs_name = Some(Spanned::new(name.clone(), theirs.span));
    }
    match agree(ours, "type", theirs_name, "type_name", mistakes) {
        Some(name) => found.name = name,
        None => check_name(&found.name.value, found.name.span, mistakes),
    }
}

fn sqlx_disagrees(data: &syn::DataEnum, found: &EnumDecl) -> bool {
    data.variants.iter().zip(&found.labels).any(|(variant, label)| {
        let theirs = sqlx_attribute::member(&variant.attrs)
            .rename
            .map_or_else(|| variant.ident.unraw().to_string(), |rename| rename.value);
        theirs != label.label.value
    })
}

fn label(variant: &syn::Variant, rule: Option<RenameAll>, mistakes: &mut Mistakes) -> LabelDecl {
    let (mut rename, mut renamed_from) = (None, None);
    for entry in entries_of(&variant.attrs, "schemagen", mistakes) {
        match entry.key.as_str() {
            "rename" => entry.set_name(&mut rename, mistakes),
            "renamed_from" => entry.set_name(&mut renamed_from, mistakes),
            _ => entry.unknown(VARIANT_KEYS, "a variant", mistakes),
        }
    }
    let given = agree(
        rename,
        "rename",
        sqlx_attribute::member(&variant.attrs).rename,
        "rename",
        mistakes,
    );
    let label = given.unwrap_or_else(|| {
        let plain = variant.ident.unraw().to_string();
        let label = rule.map_or(plain.clone(), |rule| rule.apply(&plain));
        check_name(&label, variant.ident.span(), mistakes);
        Spanned::new(label, variant.ident.span())
    });
    LabelDecl {
        variant: variant.ident.clone(),
        label,
        renamed_from,
    }
}

/// `removed("archived", becomes = "inactive")`.
fn removed(entry: &Entry, mistakes: &mut Mistakes) -> Option<RemovedLabel> {
    let (mut label, mut becomes) = (None, None);
    if let Shape::List(tokens) = &entry.shape {
        for inner in entries(tokens.clone()) {
            match (&inner.shape, inner.key.as_str()) {
                (_, "becomes") => inner.set(&mut becomes, mistakes),
                (Shape::Other(tokens), _) if label.is_none() => {
                    let mut tokens = tokens.clone().into_iter();
                    label = tokens.next().and_then(|token| string_token(&token));
                }
                _ => inner.unknown(&["becomes"], "`removed`", mistakes),
            }
        }
    }
    if let (Some(label), Some(becomes)) = (label, becomes) {
        return Some(RemovedLabel { label, becomes });
    }
    mistakes.add(
        entry.span,
        "`removed` needs the label and what its rows become",
        "write `removed(\"archived\", becomes = \"inactive\")`",
    );
    None
}

fn rules(found: &EnumDecl, mistakes: &mut Mistakes) {
    let has = |label: &str| found.labels.iter().any(|l| l.label.value == label);
    for (i, label) in found.labels.iter().enumerate() {
        if found.labels[..i].iter().any(|l| l.label.value == label.label.value) {
            mistakes.add(
                label.label.span,
                format!("two variants have the label \"{}\"", label.label.value),
                "give one of them `#[schemagen(rename = \"…\")]`",
            );
        }
        if let Some(before) = &label.renamed_from
            && has(&before.value)
        {
            mistakes.add(
                before.span,
                format!("\"{}\" is still a label of this enum", before.value),
                "`renamed_from` names a label that is gone",
            );
        }
    }
    let mut seen: Vec<(&str, Span)> = Vec::new();
    for removed in &found.removed {
        let label = removed.label.value.as_str();
        if has(label) {
            mistakes.add(
                removed.label.span,
                format!("\"{label}\" is still a label of this enum"),
                "take the variant out, or the `removed`",
            );
        }
        if seen.iter().any(|(other, _)| *other == label) {
            mistakes.add(
                removed.label.span,
                format!("\"{label}\" is removed twice"),
                "keep one of them",
            );
        }
        seen.push((label, removed.label.span));
        if !has(&removed.becomes.value) {
            let near = did_you_mean(
                &removed.becomes.value,
                found.labels.iter().map(|l| l.label.value.as_str()),
            );
            mistakes.add(
                removed.becomes.span,
                format!("\"{}\" is no label of this enum", removed.becomes.value),
                near.map_or_else(
                    || "`becomes` names a label that stays".to_owned(),
                    |near| format!("did you mean \"{near}\"?"),
                ),
            );
        }
    }
}

impl EnumDecl {
    /// Its schema.
    pub fn schema_name(&self) -> &str {
        self.schema.as_ref().map_or("public", |s| &s.value)
    }

    /// `schema.name`, quoted where needed: the spelling of `format_type` with an empty `search_path`.
    pub fn sql_name(&self) -> String {
        format!(
            "{}.{}",
            crate::sql_type::quote(self.schema_name()),
            crate::sql_type::quote(&self.name.value)
        )
    }
}
