//! Rules across the attributes of one table, one small function each.

use std::collections::BTreeMap;

use proc_macro2::Span;
use syn::spanned::Spanned as _;

use crate::index::KeySource;
use crate::table::TableDecl;
use crate::{Mistakes, Spanned, did_you_mean};

pub(crate) fn table(table: &mut TableDecl, mistakes: &mut Mistakes) {
    columns_are_distinct(table, mistakes);
    one_primary_key(table, mistakes);
    columns_exist(table, mistakes);
    key_columns_are_distinct(table, mistakes);
    names_are_distinct(table, mistakes);
    renames_are_distinct(table, mistakes);
    primary_key_is_not_null(table, mistakes);
    readers_plan_nothing(table, mistakes);
    renamed_needs_no_cutover(table, mistakes);
}

fn columns_are_distinct(table: &TableDecl, mistakes: &mut Mistakes) {
    let mut seen: BTreeMap<&str, &syn::Ident> = BTreeMap::new();
    for column in &table.columns {
        if let Some(other) = seen.insert(&column.name.value, &column.field) {
            mistakes.add(
                column.name.span,
                format!(
                    "the fields `{other}` and `{}` are both the column \"{}\"",
                    column.field, column.name.value
                ),
                "give one of them another `column = \"…\"`",
            );
        }
    }
}

fn one_primary_key(table: &mut TableDecl, mistakes: &mut Mistakes) {
    let fields = std::mem::take(&mut table.field_primary_keys);
    if let (Some(_), Some(field)) = (&table.primary_key, fields.first()) {
        mistakes.add(
            field.span,
            "the primary key is declared on the struct and on a field",
            "keep `primary_key(…)` on the struct, with all its columns",
        );
        return;
    }
    if let [_, second, ..] = fields.as_slice() {
        let names: Vec<&str> = fields.iter().map(|key| key.columns[0].value.as_str()).collect();
        mistakes.add(
            second.span,
            "two fields are the primary key",
            format!(
                "for a key of several columns write `primary_key({})` on the struct",
                names.join(", ")
            ),
        );
    }
    if table.primary_key.is_none() {
        table.primary_key = fields.into_iter().next();
    }
}

/// Column names in keys, indexes and constraints become names of columns (a field's name is accepted too).
fn columns_exist(table: &mut TableDecl, mistakes: &mut Mistakes) {
    let columns: Vec<(String, String)> = table
        .columns
        .iter()
        .map(|c| (syn::ext::IdentExt::unraw(&c.field).to_string(), c.name.value.clone()))
        .collect();
    let struct_name = table.ident.to_string();
    let partial = table.partial;
    let mut resolve = |name: &mut Spanned<String>| {
        if columns.iter().any(|(_, column)| *column == name.value) {
            return;
        }
        if let Some((_, column)) = columns.iter().find(|(field, _)| *field == name.value) {
            name.value.clone_from(column);
            return;
        }
        if partial {
            return;
        }
        let near = did_you_mean(&name.value, columns.iter().map(|(_, column)| column.as_str()));
        mistakes.add(
            name.span,
            format!("`{struct_name}` has no column \"{}\"", name.value),
            match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "its columns are: {}",
                    columns.iter().map(|(_, c)| c.as_str()).collect::<Vec<_>>().join(", ")
                ),
            },
        );
    };
    for key in table.primary_key.iter_mut().chain(&mut table.uniques) {
        key.columns.iter_mut().chain(&mut key.include).for_each(&mut resolve);
    }
    for index in &mut table.indexes {
        for key in &mut index.keys {
            if let KeySource::Column(column) = &mut key.source {
                resolve(column);
            }
        }
        index.include.iter_mut().for_each(&mut resolve);
    }
    for foreign_key in &mut table.foreign_keys {
        foreign_key.columns.iter_mut().for_each(&mut resolve);
    }
}

fn key_columns_are_distinct(table: &TableDecl, mistakes: &mut Mistakes) {
    let keys = table.primary_key.iter().chain(&table.uniques).map(|key| &key.columns);
    for columns in keys.chain(table.foreign_keys.iter().map(|key| &key.columns)) {
        for (i, column) in columns.iter().enumerate() {
            if columns[..i].iter().any(|other| other.value == column.value) {
                mistakes.add(
                    column.span,
                    format!("\"{}\" stands twice in this key", column.value),
                    "keep one of them",
                );
            }
        }
    }
}

/// Indexes and keys share one namespace with tables, constraints another one on each table; what is named here must
/// be distinct in both.
fn names_are_distinct(table: &TableDecl, mistakes: &mut Mistakes) {
    let mut names: Vec<&Spanned<String>> = Vec::new();
    names.extend(
        table
            .primary_key
            .iter()
            .chain(&table.uniques)
            .filter_map(|key| key.name.as_ref()),
    );
    names.extend(table.indexes.iter().filter_map(|index| index.name.as_ref()));
    names.extend(table.checks.iter().filter_map(|check| check.name.as_ref()));
    names.extend(table.foreign_keys.iter().filter_map(|key| key.name.as_ref()));
    for (i, name) in names.iter().enumerate() {
        if names[..i].iter().any(|other| other.value == name.value) {
            mistakes.add(
                name.span,
                format!("the name \"{}\" is given twice", name.value),
                "give each index and constraint a name of its own",
            );
        }
    }
}

fn renames_are_distinct(table: &TableDecl, mistakes: &mut Mistakes) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for column in &table.columns {
        let Some(before) = &column.renamed_from else { continue };
        if seen.insert(&before.value, before.span).is_some() {
            mistakes.add(
                before.span,
                format!("two columns are renamed from \"{}\"", before.value),
                "one of them is a new column: give that one `backfill = \"…\"` instead",
            );
        }
        if before.value != column.name.value
            && let Some(other) = table.columns.iter().find(|c| c.name.value == before.value)
        {
            mistakes.add(
                before.span,
                format!("\"{}\" is still a column, of the field `{}`", before.value, other.field),
                "`renamed_from` names a column that is gone; to fill from one that stays use `backfill`",
            );
        }
    }
}

fn primary_key_is_not_null(table: &TableDecl, mistakes: &mut Mistakes) {
    let Some(key) = &table.primary_key else { return };
    if key.columns.len() < 2 && table.keys.iter().all(|(name, _)| name != "primary_key") {
        // The field's own rule has said it.
        return;
    }
    for column in &key.columns {
        if table.column(&column.value).is_some_and(crate::ColumnDecl::nullable) {
            mistakes.add(
                column.span,
                format!("\"{}\" is part of the primary key and an `Option`", column.value),
                "take the `Option` away",
            );
        }
    }
}

fn readers_plan_nothing(table: &TableDecl, mistakes: &mut Mistakes) {
    if table.read_of.is_none() {
        return;
    }
    const MAY: &[&str] = &["read_of", "rename_all", "crate", "table", "schema"];
    for (key, span) in table.keys.iter().filter(|(key, _)| !MAY.contains(&key.as_str())) {
        mistakes.add(
            *span,
            format!("`{key}` on a struct that only reads the table"),
            "declare it on the owner that `read_of` names",
        );
    }
    for column in &table.columns {
        let said = [
            ("renamed_from", column.renamed_from.as_ref().map(|v| v.span)),
            ("default", column.default.as_ref().map(|v| v.span)),
            ("identity", column.identity.as_ref().map(|v| v.span)),
            ("generated", column.generated.as_ref().map(|v| v.sql.span)),
            ("backfill", column.backfill.as_ref().map(|v| v.span)),
            ("old_value", column.old_value.as_ref().map(|v| v.span)),
            ("using", column.using.as_ref().map(|v| v.span)),
            ("using_back", column.using_back.as_ref().map(|v| v.span)),
            ("cutover", column.cutover.then(|| column.field.span())),
            ("collate", column.collate.as_ref().map(|v| v.span)),
            ("comment", column.comment.as_ref().map(|v| v.span)),
        ];
        for (key, span) in said.into_iter().filter_map(|(key, span)| span.map(|span| (key, span))) {
            mistakes.add(
                span,
                format!("`{key}` on a struct that only reads the table"),
                "declare it on the owner that `read_of` names",
            );
        }
    }
    let on_fields = table.uniques.iter().map(|k| ("unique", k.span));
    let on_fields = on_fields.chain(table.primary_key.iter().map(|k| ("primary_key", k.span)));
    let on_fields = on_fields.chain(table.indexes.iter().map(|k| ("index", k.span)));
    let on_fields = on_fields.chain(table.checks.iter().map(|k| ("check", k.span)));
    let on_fields = on_fields.chain(table.foreign_keys.iter().map(|k| ("references", k.span)));
    for (key, span) in on_fields.filter(|(key, _)| table.keys.iter().all(|(said, _)| said != key)) {
        mistakes.add(
            span,
            format!("`{key}` on a struct that only reads the table"),
            "declare it on the owner that `read_of` names",
        );
    }
}

fn renamed_needs_no_cutover(table: &TableDecl, mistakes: &mut Mistakes) {
    for column in table.columns.iter().filter(|c| c.cutover) {
        if column.renamed_from.is_some() {
            mistakes.add(
                column.ty.span(),
                format!("`{}` has a new name, so its type needs no cutover", column.name.value),
                "take `cutover` out: both names are bridged",
            );
        }
    }
}
