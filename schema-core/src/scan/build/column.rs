use schema_model::{ColumnDecl, IdentityDecl, Proof, Spelling};

use super::super::types::resolve_type;
use super::*;
use crate::plan::{ColumnRef, ColumnRename, Retype};
use crate::schema::{Column, Expr, Generated, Identity, Literal, Sequence, SequenceOptions};

impl Builder<'_> {
    pub(super) fn columns(&mut self, index: usize, errors: &mut ScanErrors) {
        let declared = Rc::clone(&self.tables[index]);
        let (name, file) = (&declared.name, declared.file);
        for decl in &declared.decl.columns {
            let Some(column) = self.column(index, decl, errors) else {
                continue;
            };
            let place = at(self.source, file, decl.field.span());
            self.scan
                .spans
                .insert(Slot::Column(name.clone(), column.name.clone()), place);
            self.decisions(name, decl);
            if let Some(table) = self.scan.schema.tables.get_mut(name) {
                table.columns.push(column);
            }
        }
        for (column, sql) in &self.tables[index].decl.old_values {
            let column = ColumnRef {
                table: self.tables[index].name.clone(),
                column: Ident::new(column.value.clone()),
            };
            self.scan.decisions.old_values.push((column, Expr(sql.value.clone())));
        }
    }

    fn column(&mut self, index: usize, decl: &ColumnDecl, errors: &mut ScanErrors) -> Option<Column> {
        let declared = &self.tables[index];
        let (type_name, nullable, verified) = self.column_type(declared, decl, errors)?;
        let name = declared.name.clone();
        let place = at(self.source, declared.file, decl.ty.span());
        let mut column = Column::new(decl.name.value.as_str(), type_name);
        column.not_null = !nullable;
        column.comment = decl.comment.as_ref().map(|c| c.value.clone());
        column.collation = decl.collate.as_ref().map(|c| collation(&c.value));
        column.default = decl.default.as_ref().map(|d| Expr(d.value.clone()));
        column.generated = decl.generated.as_ref().map(|g| Generated {
            expression: Expr(g.sql.value.clone()),
            stored: g.stored,
        });
        column.identity = decl.identity.as_ref().map(|identity| Identity {
            always: identity.value.always,
            options: identity_options(&identity.value, &column.type_name),
            comment: None,
        });
        if column.identity.is_some() {
            // Its sequence is part of the column, but takes a name.
            self.names.choose_relation(&name, Some(&decl.name.value), "seq", false);
        }
        // An `Option` that the tokens show has been reported by the parser.
        if nullable && !decl.nullable() && self.in_primary_key(index, &decl.name.value) {
            errors.source(
                place.clone(),
                format!(
                    "the primary key \"{}\" may be NULL: its type is an `Option`",
                    decl.name.value
                ),
                "take the `Option` away",
            );
        }
        if decl.sql_type.as_ref().is_some_and(|t| t.value.serial) {
            let sequence = self.names.choose_relation(&name, Some(&decl.name.value), "seq", false);
            let sequence = name.sibling(sequence);
            column.default = Some(Expr(format!("nextval({}::regclass)", Literal(&sequence.to_string()))));
            let made = Sequence {
                options: SequenceOptions::of_type(&column.type_name),
                owned_by: Some((name.clone(), column.name.clone())),
                ..Sequence::default()
            };
            self.scan.schema.sequences.insert(sequence, made);
        }
        if !verified {
            self.scan.report.unverified.push((name, column.name.clone(), place));
        }
        Some(column)
    }

    fn in_primary_key(&self, index: usize, column: &str) -> bool {
        let key = self.tables[index].decl.primary_key.as_ref();
        key.is_some_and(|key| key.columns.iter().any(|c| c.value == column))
    }

    /// The type, whether it may be NULL, and whether the compiler confirms it.
    fn column_type(
        &self,
        declared: &Declared,
        decl: &ColumnDecl,
        errors: &mut ScanErrors,
    ) -> Option<(String, bool, bool)> {
        let resolved = if decl.json {
            decl.mapped.clone()
        } else {
            resolve_type(self.source, declared.module, &decl.decoded)
        };
        if let Some(given) = &decl.sql_type {
            let (element, array) = match given.value.name.strip_suffix("[]") {
                Some(element) => (element, "[]"),
                None => (given.value.name.as_str(), ""),
            };
            let name = if given.value.built_in || qualified(element) {
                element.to_owned()
            } else {
                self.qualify(element, &declared.name)
            };
            return Some((format!("{name}{array}"), resolved.nullable, true));
        }
        match resolved.spelling {
            Spelling::Sql(sql) => {
                let krate = &self.source.crates[self.source.modules[declared.module].krate];
                let verified = match resolved.proof {
                    Proof::Std => true,
                    Proof::Feature(feature) => krate.core_feature(feature),
                    Proof::Nothing => false,
                };
                Some((sql, resolved.nullable, verified))
            }
            Spelling::Unmapped(why) | Spelling::Named(why) => {
                // What the tokens alone say has been reported by the parser.
                if !matches!(decl.mapped.spelling, Spelling::Unmapped(_)) {
                    errors.source(
                        at(self.source, declared.file, decl.ty.span()),
                        format!("no SQL type for `{}`: {why}", decl.name.value),
                        "write `#[schemagen(sql_type = \"…\")]`, or `skip` when it is no column",
                    );
                }
                None
            }
        }
    }

    /// A type without a schema: an enum of the model in the table's schema, else in `public`, else something else there.
    fn qualify(&self, element: &str, table: &QName) -> String {
        let raw = element.trim_matches('"').replace("\"\"", "\"");
        let beside = table.sibling(Ident::new(raw));
        if self.scan.schema.enums.contains_key(&beside) {
            beside.to_string()
        } else {
            format!("public.{element}")
        }
    }

    fn decisions(&mut self, table: &QName, decl: &ColumnDecl) {
        let name = Ident::new(decl.name.value.clone());
        let column = ColumnRef {
            table: table.clone(),
            column: name.clone(),
        };
        let sql = |value: &Option<schema_model::Spanned<String>>| value.as_ref().map(|v| Expr(v.value.clone()));
        let decisions = &mut self.scan.decisions;
        if let Some(before) = &decl.renamed_from {
            decisions.renames.push(ColumnRename {
                table: table.clone(),
                from: Ident::new(before.value.clone()),
                to: name,
            });
        }
        if let Some(value) = sql(&decl.backfill) {
            decisions.backfills.push((column.clone(), value));
        }
        if let Some(value) = sql(&decl.old_value) {
            // The column that only old code knows has the old name.
            let before = decl.renamed_from.as_ref().map_or(&decl.name, |before| before);
            let column = ColumnRef {
                table: table.clone(),
                column: Ident::new(before.value.clone()),
            };
            decisions.old_values.push((column, value));
        }
        if decl.cutover || decl.using.is_some() || decl.using_back.is_some() {
            decisions.retypes.push(Retype {
                column,
                using: sql(&decl.using),
                using_back: sql(&decl.using_back),
                cutover: decl.cutover,
            });
        }
    }
}

/// Whether a type's name has a schema in front, outside of its arguments and quotes.
fn qualified(name: &str) -> bool {
    let mut quoted = false;
    for c in name.chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => return true,
            '(' if !quoted => return false,
            _ => {}
        }
    }
    false
}

/// A collation as the catalog names it: those that came with the server unless a schema is given.
pub(super) fn collation(written: &str) -> String {
    match written.split_once('.') {
        Some((schema, name)) if !schema.is_empty() && schema.chars().all(|c| c.is_ascii_lowercase() || c == '_') => {
            QName::new(schema, name.trim_matches('"')).to_string()
        }
        _ => QName::new("pg_catalog", written.trim_matches('"')).to_string(),
    }
}

/// The generator's options, where what is not said follows from the direction.
fn identity_options(decl: &IdentityDecl, type_name: &str) -> SequenceOptions {
    let plain = SequenceOptions::of_type(type_name);
    let increment = decl.increment.unwrap_or(1);
    let lowest = -plain.max - 1;
    let (min, max) = if increment < 0 { (lowest, -1) } else { (1, plain.max) };
    let (min, max) = (decl.min.unwrap_or(min), decl.max.unwrap_or(max));
    SequenceOptions {
        start: decl.start.unwrap_or(if increment < 0 { max } else { min }),
        increment,
        min,
        max,
        cache: decl.cache.unwrap_or(1),
        cycle: decl.cycle,
        ..plain
    }
}
