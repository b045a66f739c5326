//! Declarations as a schema.

mod column;
mod constraint;
mod enums;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use schema_model::{EnumDecl, Mistakes, TableDecl, did_you_mean, parse_enum, parse_table};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::names::Names;
use super::resolve::Found;
use super::source::{ItemKind, Source, TypeItem, segments};
use super::types::ours;
use super::{Scan, ScanErrors, Span};
use crate::plan::TableRename;
use crate::schema::{Ident, QName, Slot, Table};

/// A table with the place where it was declared.
struct Declared {
    decl: TableDecl,
    name: QName,
    module: usize,
    file: usize,
    at: Span,
}

/// What is known of all tables while each of them is built.
struct Builder<'a> {
    source: &'a Source,
    tables: Vec<Rc<Declared>>,
    /// From an item's place to its table, for references.
    by_item: BTreeMap<(usize, String, usize), usize>,
    names: Names,
    scan: Scan,
}

pub(super) fn build(source: &Source, errors: &mut ScanErrors) -> Scan {
    let mut builder = Builder {
        source,
        tables: Vec::new(),
        by_item: BTreeMap::new(),
        names: Names::default(),
        scan: Scan::default(),
    };
    builder.suspects(errors);
    let readers = builder.collect(errors);
    builder.reserve_names(errors);
    for table in 0..builder.tables.len() {
        builder.table(table, errors);
    }
    builder.constraints(errors);
    for reader in &readers {
        builder.reader(reader, errors);
    }
    let mut scan = builder.scan;
    scan.report.tables = scan.schema.tables.len();
    scan.report.enums = scan.schema.enums.len();
    scan.report.notes.clone_from(&source.notes);
    scan.report.unverified.sort();
    scan.literals.clone_from(&source.literals);
    scan.literals.sort();
    scan.literals.dedup();
    scan
}

/// A place in a file, from a token.
fn at(source: &Source, file: usize, span: proc_macro2::Span) -> Span {
    source.place(file, span)
}

impl Builder<'_> {
    /// Derives where no table can be read.
    fn suspects(&self, errors: &mut ScanErrors) {
        for suspect in &self.source.suspects {
            let krate = self.source.modules[suspect.module].krate;
            if !self.source.crates[krate].declares {
                continue;
            }
            let what = match self.source.our_derive(suspect.module, &suspect.derive, false) {
                Some("PgEnum") => "an enum type",
                Some(_) => "a table",
                None => continue,
            };
            errors.source(
                suspect.at.clone(),
                format!("{what} inside of {} cannot be read", suspect.inside),
                "write it out as an item of a module",
            );
        }
    }

    /// Parses every declaration. Structs that only read a table come back.
    fn collect(&mut self, errors: &mut ScanErrors) -> Vec<Declared> {
        let source = self.source;
        let mut readers = Vec::new();
        let mut enums: BTreeMap<QName, Span> = BTreeMap::new();
        let mut owners: BTreeMap<QName, Span> = BTreeMap::new();
        for (module, inside) in source.modules.iter().enumerate() {
            let krate = &source.crates[inside.krate];
            if !krate.declares {
                continue;
            }
            for (name, items) in &inside.items {
                for (n, item) in items.iter().enumerate() {
                    let ItemKind::Type(found) = &item.kind else { continue };
                    let Some(derive) = ours(source, module, found) else {
                        continue;
                    };
                    let before = self.scan.report.crates.insert(krate.package.clone());
                    let skipped = if derive == "PgEnum" {
                        let (decl, mistakes) = parse_enum(&found.input);
                        self.mistakes(item.file, &mistakes, errors);
                        if !decl.skip && self.decided(found, &decl.ident.to_string(), errors) {
                            self.enum_type(&decl, item.file, &item.at, &mut enums, errors);
                        }
                        decl.skip
                    } else {
                        let (decl, mistakes) = parse_table(&found.input);
                        self.mistakes(item.file, &mistakes, errors);
                        let skipped = decl.skip;
                        if !skipped && self.decided(found, &decl.ident.to_string(), errors) {
                            let declared = Declared {
                                name: QName::new(decl.schema_name(), decl.name.value.as_str()),
                                decl,
                                module,
                                file: item.file,
                                at: item.at.clone(),
                            };
                            if declared.decl.read_of.is_some() {
                                readers.push(declared);
                            } else {
                                self.owner(declared, (module, name.clone(), n), &mut owners, errors);
                            }
                        }
                        skipped
                    };
                    if skipped && before {
                        self.scan.report.crates.remove(&krate.package);
                    }
                }
            }
        }
        readers
    }

    fn mistakes(&self, file: usize, mistakes: &Mistakes, errors: &mut ScanErrors) {
        for mistake in mistakes.iter() {
            errors.source(at(self.source, file, mistake.span), &mistake.what, &mistake.remedy);
        }
    }

    /// Whether it is certain that the item stands.
    fn decided(&self, item: &TypeItem, name: &str, errors: &mut ScanErrors) -> bool {
        if let Some(doubt) = &item.doubt {
            errors.source(
                doubt.clone(),
                format!("this `cfg` decides whether `{name}`, or a part of it, is in the model, and the scan cannot decide it"),
                "let a feature of the crate decide (`cfg(feature = \"…\")`)",
            );
        }
        item.doubt.is_none()
    }

    fn owner(
        &mut self,
        declared: Declared,
        key: (usize, String, usize),
        owners: &mut BTreeMap<QName, Span>,
        errors: &mut ScanErrors,
    ) {
        match owners.get(&declared.name) {
            // A file that two crate roots reach, as with a library and a binary that share modules.
            Some(other) if *other == declared.at => {
                if let Some(table) = self.tables.iter().position(|t| t.at == declared.at) {
                    self.by_item.insert(key, table);
                }
            }
            Some(other) => errors.source(
                declared.at.clone(),
                format!("the table {} is declared twice, also at {other}", declared.name),
                "one struct owns a table; a second one says `#[schemagen(read_of = Owner)]`",
            ),
            None => {
                owners.insert(declared.name.clone(), declared.at.clone());
                self.by_item.insert(key, self.tables.len());
                self.tables.push(Rc::new(declared));
            }
        }
    }

    /// Names that are given come first; PostgreSQL's own choices go round them.
    fn reserve_names(&mut self, errors: &mut ScanErrors) {
        let mut order: Vec<usize> = (0..self.tables.len()).collect();
        order.sort_by(|a, b| self.tables[*a].name.cmp(&self.tables[*b].name));
        for table in &self.tables {
            self.names.relation(table.name.clone());
        }
        for table in order.into_iter().map(|i| &self.tables[i]) {
            if self.scan.schema.enums.contains_key(&table.name) {
                errors.source(
                    table.at.clone(),
                    format!("the table {} has the name of an enum type", table.name),
                    "a table brings a type of its name; give one of them another",
                );
            }
            let keys = table
                .decl
                .primary_key
                .iter()
                .chain(&table.decl.uniques)
                .filter_map(|key| key.name.as_ref());
            let indexes = table.decl.indexes.iter().filter_map(|index| index.name.as_ref());
            for name in keys.clone().chain(indexes) {
                if !self.names.relation(table.name.sibling(Ident::new(name.value.clone()))) {
                    errors.source(
                        at(self.source, table.file, name.span),
                        format!(
                            "the name \"{}\" is taken in the schema {}",
                            name.value, table.name.schema
                        ),
                        "tables, indexes and keys of one schema need distinct names",
                    );
                }
            }
            let checks = table.decl.checks.iter().filter_map(|check| check.name.as_ref());
            let foreign_keys = table.decl.foreign_keys.iter().filter_map(|key| key.name.as_ref());
            for name in keys.chain(checks).chain(foreign_keys) {
                self.names
                    .constraint(&table.name.schema, &Ident::new(name.value.clone()));
            }
        }
    }

    /// The table with its columns.
    fn table(&mut self, index: usize, errors: &mut ScanErrors) {
        let declared = Rc::clone(&self.tables[index]);
        let name = declared.name.clone();
        self.scan.spans.insert(Slot::Table(name.clone()), declared.at.clone());
        self.scan.schema.namespaces.entry(name.schema.clone()).or_default();
        if declared.decl.partial {
            self.scan.partial.insert(name.clone());
        }
        if let Some(before) = &declared.decl.renamed_from {
            let from = renamed(&before.value, &name);
            self.scan
                .decisions
                .table_renames
                .push(TableRename { from, to: name.clone() });
        }
        let table = Table {
            comment: declared.decl.comment.as_ref().map(|c| c.value.clone()),
            ..Table::default()
        };
        self.scan.schema.tables.insert(name, table.into());
        self.columns(index, errors);
    }

    /// A struct that only reads: its columns must be the owner's.
    fn reader(&mut self, reader: &Declared, errors: &mut ScanErrors) {
        let Some(path) = &reader.decl.read_of else { return };
        let Some(owner) = self.struct_of(reader, path).map(|i| &self.tables[i]) else {
            errors.source(
                at(self.source, reader.file, path.span()),
                format!("`{}` is no struct that derives `Table`", segments(path).join("::")),
                "`read_of` names the struct that owns the table",
            );
            return;
        };
        for column in &reader.decl.columns {
            let known = |name: &str| owner.decl.columns.iter().any(|c| c.name.value == name);
            if known(&column.name.value) || owner.decl.partial {
                continue;
            }
            let near = did_you_mean(
                &column.name.value,
                owner.decl.columns.iter().map(|c| c.name.value.as_str()),
            );
            errors.source(
                at(self.source, reader.file, column.name.span),
                format!("`{}` has no column \"{}\"", owner.decl.ident, column.name.value),
                near.map_or_else(String::new, |near| format!("did you mean `{near}`?")),
            );
        }
    }

    /// The table that a path names, seen from another one.
    fn struct_of(&self, from: &Declared, path: &syn::Path) -> Option<usize> {
        if path.is_ident("Self") {
            return self.tables.iter().position(|table| table.at == from.at);
        }
        match self.source.resolve(from.module, &segments(path)) {
            Ok(Found::Item(module, name, n)) => self.by_item.get(&(module, name, n)).copied(),
            _ => None,
        }
    }
}

/// A former name: without a schema it lay where the new one lies.
fn renamed(parts: &[String], now: &QName) -> QName {
    match parts {
        [schema, name] => QName::new(schema.as_str(), name.as_str()),
        [name] => now.sibling(Ident::new(name.as_str())),
        _ => now.clone(),
    }
}
