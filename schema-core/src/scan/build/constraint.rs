use schema_model::{CheckDecl, ForeignKeyDecl, IndexDecl, KeyDecl, KeySource, Referent, Timing};

use super::super::expression;
use super::super::names::addition;
use super::column::collation;
use super::*;
use crate::schema::{
    CheckConstraint, Constraint, ConstraintKind, Deferral, Expr, ForeignKey, Index, IndexKey, Key, KeyTarget,
    Referential,
};

impl Builder<'_> {
    /// Constraints and indexes, in the order in which CREATE TABLE names them; foreign keys last, when every key is known.
    pub(super) fn constraints(&mut self, errors: &mut ScanErrors) {
        let mut order: Vec<usize> = (0..self.tables.len()).collect();
        order.sort_by(|a, b| self.tables[*a].name.cmp(&self.tables[*b].name));
        for &index in &order {
            let declared = Rc::clone(&self.tables[index]);
            let (name, file, decl) = (&declared.name, declared.file, &declared.decl);
            let columns: BTreeSet<Ident> = decl.columns.iter().map(|c| Ident::new(c.name.value.clone())).collect();
            decl.checks
                .iter()
                .for_each(|check| self.check(name, file, &columns, check));
            decl.primary_key.iter().for_each(|key| self.key(name, file, key, true));
            decl.uniques.iter().for_each(|key| self.key(name, file, key, false));
            decl.indexes
                .iter()
                .for_each(|index| self.index(name, file, &columns, index, errors));
        }
        for index in order {
            let declared = Rc::clone(&self.tables[index]);
            for key in &declared.decl.foreign_keys {
                self.foreign_key(index, key, errors);
            }
        }
    }

    fn add(&mut self, table: &QName, file: usize, name: Ident, constraint: Constraint, span: proc_macro2::Span) {
        let place = at(self.source, file, span);
        self.scan
            .spans
            .insert(Slot::Constraint(table.clone(), name.clone()), place);
        if let Some(table) = self.scan.schema.tables.get_mut(table) {
            table.constraints.insert(name, constraint);
        }
    }

    fn check(&mut self, table: &QName, file: usize, columns: &BTreeSet<Ident>, decl: &CheckDecl) {
        let named = expression::columns(&decl.sql.value, columns);
        let name = match &decl.name {
            Some(name) => Ident::new(name.value.clone()),
            None => {
                let only = named.iter().next().filter(|_| named.len() == 1);
                self.names.choose_constraint(table, only.map(Ident::raw), "check")
            }
        };
        let check = CheckConstraint {
            expression: Expr(decl.sql.value.clone()),
            columns: named.into_iter().collect(),
            no_inherit: false,
        };
        self.add(
            table,
            file,
            name,
            Constraint::new(ConstraintKind::Check(check)),
            decl.span,
        );
    }

    fn key(&mut self, table: &QName, file: usize, decl: &KeyDecl, primary: bool) {
        let columns: Vec<String> = decl.columns.iter().map(|c| c.value.clone()).collect();
        let include: Vec<String> = decl.include.iter().map(|c| c.value.clone()).collect();
        let name = match &decl.name {
            Some(name) => Ident::new(name.value.clone()),
            None if primary => self.names.choose_relation(table, None, "pkey", true),
            None => {
                let all: Vec<String> = columns.iter().chain(&include).cloned().collect();
                self.names.choose_relation(table, Some(&addition(&all)), "key", true)
            }
        };
        let key = Key {
            columns: columns.into_iter().map(Ident::new).collect(),
            include: include.into_iter().map(Ident::new).collect(),
            nulls_not_distinct: decl.nulls_not_distinct,
            with: BTreeMap::new(),
            tablespace: None,
        };
        if decl.late {
            self.scan.decisions.late.insert((table.clone(), name.clone()));
        }
        let kind = if primary {
            ConstraintKind::PrimaryKey(key)
        } else {
            ConstraintKind::Unique(key)
        };
        let constraint = Constraint {
            deferral: deferral(decl.timing),
            ..Constraint::new(kind)
        };
        self.add(table, file, name, constraint, decl.span);
    }

    fn index(
        &mut self,
        table: &QName,
        file: usize,
        columns: &BTreeSet<Ident>,
        decl: &IndexDecl,
        errors: &mut ScanErrors,
    ) {
        let method = decl.method.as_ref().map_or("btree", |m| m.value.as_str());
        let mut words: Vec<String> = Vec::new();
        let mut named: BTreeSet<Ident> = BTreeSet::new();
        let mut keys = Vec::new();
        for part in &decl.keys {
            let target = match &part.source {
                KeySource::Column(column) => {
                    words.push(column.value.clone());
                    KeyTarget::Column(Ident::new(column.value.clone()))
                }
                KeySource::Expression(sql) => {
                    words.push(expression::column_name(&sql.value));
                    named.extend(expression::columns(&sql.value, columns));
                    KeyTarget::Expression(Expr(sql.value.clone()))
                }
            };
            let own = match &target {
                KeyTarget::Column(name) => self.column_collation(table, name),
                KeyTarget::Expression(_) => None,
            };
            let default = |class: &&str| is_default_opclass(method, class);
            keys.push(IndexKey {
                target,
                collation: part
                    .collation
                    .as_deref()
                    .map(collation)
                    .filter(|given| own.as_ref() != Some(given)),
                opclass: part.opclass.as_deref().filter(|class| !default(class)).map(opclass),
                descending: part.descending,
                nulls_first: part.nulls_first.unwrap_or(part.descending),
            });
        }
        if method != "btree" && decl.unique {
            errors.source(
                at(self.source, file, decl.span),
                format!("an index with the method {method} cannot be unique"),
                "leave `method` out, or `unique`",
            );
        }
        words.extend(decl.include.iter().map(|c| c.value.clone()));
        let name = match &decl.name {
            Some(name) => Ident::new(name.value.clone()),
            None => self.names.choose_relation(table, Some(&addition(&words)), "idx", false),
        };
        if let Some(predicate) = &decl.predicate {
            named.extend(expression::columns(&predicate.value, columns));
        }
        let index = Index {
            method: method.to_owned(),
            unique: decl.unique,
            nulls_not_distinct: decl.nulls_not_distinct,
            keys,
            include: decl.include.iter().map(|c| Ident::new(c.value.clone())).collect(),
            predicate: decl.predicate.as_ref().map(|p| Expr(p.value.clone())),
            with: decl.with.iter().cloned().collect(),
            tablespace: None,
            valid: true,
            expression_columns: named.into_iter().collect(),
            statistics: BTreeMap::new(),
            comment: decl.comment.as_ref().map(|c| c.value.clone()),
        };
        let place = at(self.source, file, decl.span);
        self.scan.spans.insert(Slot::Index(table.clone(), name.clone()), place);
        if let Some(table) = self.scan.schema.tables.get_mut(table) {
            table.indexes.insert(name, index);
        }
    }

    fn column_collation(&self, table: &QName, column: &Ident) -> Option<String> {
        self.scan.schema.tables.get(table)?.column(column)?.collation.clone()
    }

    fn foreign_key(&mut self, index: usize, decl: &ForeignKeyDecl, errors: &mut ScanErrors) {
        let (table, file) = (self.tables[index].name.clone(), self.tables[index].file);
        let Some((references, referenced_columns)) = self.referent(index, &decl.references, errors) else {
            return;
        };
        let columns: Vec<String> = decl.columns.iter().map(|c| c.value.clone()).collect();
        let name = match &decl.name {
            Some(name) => Ident::new(name.value.clone()),
            None => self.names.choose_constraint(&table, Some(&joined(&columns)), "fkey"),
        };
        let action = |word: &Option<schema_model::Spanned<String>>| match word.as_ref().map(|w| w.value.as_str()) {
            Some("restrict") => Referential::Restrict,
            Some("cascade") => Referential::Cascade,
            Some("set null") => Referential::SetNull,
            Some("set default") => Referential::SetDefault,
            _ => Referential::NoAction,
        };
        let key = ForeignKey {
            period: false,
            columns: columns.into_iter().map(Ident::new).collect(),
            references,
            referenced_columns,
            on_delete: action(&decl.on_delete),
            on_delete_columns: Vec::new(),
            on_update: action(&decl.on_update),
            match_full: decl.match_full,
        };
        let constraint = Constraint {
            deferral: deferral(decl.timing),
            ..Constraint::new(ConstraintKind::ForeignKey(key))
        };
        self.add(&table, file, name, constraint, decl.span);
    }

    /// The referenced table and its columns, which must be a key there.
    fn referent(&self, index: usize, referent: &Referent, errors: &mut ScanErrors) -> Option<(QName, Vec<Ident>)> {
        let from = &self.tables[index];
        let (owner, fields) = match referent {
            Referent::Table {
                schema, table, columns, ..
            } => {
                let name = match schema {
                    Some(schema) => QName::new(schema.as_str(), table.as_str()),
                    None => {
                        let beside = from.name.sibling(Ident::new(table.as_str()));
                        let here = self.scan.schema.tables.contains_key(&beside);
                        if here {
                            beside
                        } else {
                            QName::new("public", table.as_str())
                        }
                    }
                };
                return Some((name, columns.iter().map(|c| Ident::new(c.as_str())).collect()));
            }
            Referent::Fields { owner, fields } => (owner, fields),
        };
        let shown = segments(owner).join("::");
        let place = if owner.is_ident("Self") {
            Some(index)
        } else {
            self.struct_of(from, owner)
        };
        let Some(target) = place.map(|i| &self.tables[i]) else {
            errors.source(
                at(self.source, from.file, owner.span()),
                format!("`{shown}` is no struct that derives `Table`"),
                "for a table outside of the model write `references(\"table(column)\")`",
            );
            return None;
        };
        let mut columns = Vec::new();
        for field in fields {
            let name = field.unraw().to_string();
            let Some(column) = target.decl.columns.iter().find(|c| c.field.unraw() == name) else {
                let fields: Vec<String> = target
                    .decl
                    .columns
                    .iter()
                    .map(|c| c.field.unraw().to_string())
                    .collect();
                let near = did_you_mean(&name, fields.iter().map(String::as_str));
                errors.source(
                    at(self.source, from.file, field.span()),
                    format!("`{shown}` has no field `{name}` that is a column"),
                    near.map_or_else(
                        || format!("its columns are: {}", fields.join(", ")),
                        |near| format!("did you mean `{near}`?"),
                    ),
                );
                return None;
            };
            columns.push(Ident::new(column.name.value.clone()));
        }
        if !is_key(&target.decl, &columns) {
            let list: Vec<&str> = columns.iter().map(Ident::raw).collect();
            errors.source(
                at(self.source, from.file, owner.span()),
                format!("{}({}) is not unique", target.name, list.join(", ")),
                "a foreign key references a primary key, or columns with a unique constraint: add one there",
            );
            return None;
        }
        Some((target.name.clone(), columns))
    }
}

/// Whether a foreign key may reference these columns.
fn is_key(decl: &TableDecl, columns: &[Ident]) -> bool {
    let wanted: BTreeSet<&str> = columns.iter().map(Ident::raw).collect();
    let keys = decl
        .primary_key
        .iter()
        .chain(&decl.uniques)
        .filter(|key| key.timing == Timing::Immediate);
    let keys = keys.map(|key| key.columns.iter().map(|c| c.value.as_str()).collect::<BTreeSet<_>>());
    let indexes = decl
        .indexes
        .iter()
        .filter(|index| index.unique && index.predicate.is_none())
        .filter_map(|index| {
            let columns = index.keys.iter().map(|key| match &key.source {
                KeySource::Column(column) => Some(column.value.as_str()),
                KeySource::Expression(_) => None,
            });
            columns.collect::<Option<BTreeSet<_>>>()
        });
    keys.chain(indexes).any(|key| key == wanted)
}

fn deferral(timing: Timing) -> Deferral {
    match timing {
        Timing::Immediate => Deferral::Immediate,
        Timing::Deferrable => Deferral::Deferrable,
        Timing::Deferred => Deferral::Deferred,
    }
}

/// The middle part of a foreign key's name (columns cannot repeat in it).
fn joined(columns: &[String]) -> String {
    addition(columns)
}

/// Operator classes that come with the server.
const BUILT_IN_OPCLASSES: &[&str] = &[
    "text_pattern_ops",
    "varchar_pattern_ops",
    "bpchar_pattern_ops",
    "name_pattern_ops",
    "jsonb_ops",
    "jsonb_path_ops",
    "array_ops",
    "tsvector_ops",
    "tsquery_ops",
    "inet_ops",
    "range_ops",
    "multirange_ops",
    "point_ops",
    "box_ops",
    "poly_ops",
    "circle_ops",
    "kd_point_ops",
    "quad_point_ops",
    "network_ops",
    "record_ops",
    "record_image_ops",
];

/// Operator classes that an index of that method has without being told; the catalog's readers leave them out.
fn is_default_opclass(method: &str, class: &str) -> bool {
    const SCALAR: &[&str] = &[
        "array_ops",
        "bit_ops",
        "bool_ops",
        "bpchar_ops",
        "bytea_ops",
        "char_ops",
        "cidr_ops",
        "date_ops",
        "enum_ops",
        "float4_ops",
        "float8_ops",
        "inet_ops",
        "int2_ops",
        "int4_ops",
        "int8_ops",
        "interval_ops",
        "jsonb_ops",
        "macaddr_ops",
        "money_ops",
        "name_ops",
        "numeric_ops",
        "oid_ops",
        "range_ops",
        "text_ops",
        "time_ops",
        "timestamp_ops",
        "timestamptz_ops",
        "timetz_ops",
        "tsquery_ops",
        "tsvector_ops",
        "uuid_ops",
        "varbit_ops",
        "varchar_ops",
    ];
    match method {
        "btree" | "hash" => SCALAR.contains(&class),
        "gin" => ["array_ops", "jsonb_ops", "tsvector_ops"].contains(&class),
        "gist" => [
            "box_ops",
            "circle_ops",
            "point_ops",
            "poly_ops",
            "range_ops",
            "tsquery_ops",
            "tsvector_ops",
        ]
        .contains(&class),
        "spgist" => ["inet_ops", "quad_point_ops", "range_ops", "text_ops"].contains(&class),
        "brin" => {
            (class.ends_with("_minmax_ops") && class != "inet_minmax_ops")
                || ["range_inclusion_ops", "inet_inclusion_ops", "box_inclusion_ops"].contains(&class)
        }
        _ => false,
    }
}

/// An operator class as the catalog names it: qualified, with its parameters.
fn opclass(written: &str) -> String {
    let (name, parameters) = match written.split_once('(') {
        Some((name, rest)) => (name.trim(), format!(" ({}", rest.trim())),
        None => (written.trim(), String::new()),
    };
    if name.contains('.') {
        return format!("{name}{parameters}");
    }
    let built_in = BUILT_IN_OPCLASSES.contains(&name)
        || name.ends_with("_minmax_ops")
        || name.ends_with("_inclusion_ops")
        || name.ends_with("_bloom_ops")
        || name.ends_with("_minmax_multi_ops");
    let schema = if built_in { "pg_catalog" } else { "public" };
    format!("{}{parameters}", QName::new(schema, name))
}
