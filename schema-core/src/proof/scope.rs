//! The part of a schema that a plan touches and depends on: only this is built on the scratch database.

use std::collections::BTreeSet;

use crate::plan::{Plan, PlanFile};
use crate::schema::{ConstraintKind, Dependency, Object, Patch, QName, Schema, Slot, Table};

/// Names of what counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// Tables that the plan's files change.
    pub(super) touched: BTreeSet<QName>,
    /// Those, and the tables that they depend on.
    pub(super) tables: BTreeSet<QName>,
    sequences: BTreeSet<QName>,
}

impl Scope {
    pub(super) fn of(plan: &Plan) -> Self {
        let schemas: Vec<&Schema> = plan.stages.iter().map(|s| &s.schema).collect();
        let mut scope = Self::default();
        for patch in plan.files.iter().flat_map(|f| f.up.effect.iter().chain(&f.down.effect)) {
            scope.touch(patch, &schemas);
        }
        scope.tables = scope.touched.clone();
        for schema in &schemas {
            scope.add_children(schema);
        }
        for schema in &schemas {
            scope.add_readers(schema);
        }
        while schemas.iter().any(|schema| scope.add_parents(schema)) {}
        scope
    }

    /// Tables on which some files can change what a statement does or which rows stand: those that the files change, under
    /// every name, with what is above and below them and what foreign keys tie to them.
    pub(super) fn reach(plan: &Plan, files: &[PlanFile], now: &Schema) -> BTreeSet<QName> {
        let schemas: Vec<&Schema> = plan.stages.iter().map(|s| &s.schema).chain([now]).collect();
        let mut scope = Self::default();
        for patch in files.iter().flat_map(|f| f.up.effect.iter().chain(&f.down.effect)) {
            scope.touch(patch, &schemas);
        }
        for renamed in &plan.decisions.table_renames {
            scope.tie(&renamed.from, &renamed.to);
        }
        for (shown, alias) in schemas.iter().flat_map(|s| &s.aliases) {
            scope.tie(shown, &alias.table);
        }
        let own = scope.touched.clone();
        for (name, table) in schemas.iter().flat_map(|s| &s.tables) {
            for parent in parents(table) {
                if own.contains(name) {
                    scope.touched.insert(parent.clone());
                }
                if own.contains(parent) {
                    scope.touched.insert(name.clone());
                }
            }
        }
        scope.touched
    }

    /// Two names of one table.
    fn tie(&mut self, a: &QName, b: &QName) {
        if self.touched.contains(a) || self.touched.contains(b) {
            self.touched.extend([a.clone(), b.clone()]);
        }
    }

    fn touch(&mut self, patch: &Patch, schemas: &[&Schema]) {
        if let Some(table) = patch.slot.table() {
            self.touched.insert(table.clone());
        }
        match &patch.slot {
            Slot::Enum(name) => {
                for schema in schemas {
                    self.touched
                        .extend(schema.columns_of_enum(name).into_iter().map(|(table, _)| table.clone()));
                }
            }
            Slot::Sequence(name) => {
                self.sequences.insert(name.clone());
                for schema in schemas {
                    let owner = schema.sequences.get(name).and_then(|s| s.owned_by.as_ref());
                    self.touched.extend(owner.map(|(table, _)| table.clone()));
                }
            }
            Slot::TableName(from, to) => self.touched.extend([from.clone(), to.clone()]),
            Slot::TypeName(from, to) => {
                for (schema, name) in schemas.iter().flat_map(|s| [(s, from), (s, to)]) {
                    self.touched
                        .extend(schema.columns_of_enum(name).into_iter().map(|(table, _)| table.clone()));
                }
            }
            Slot::LabelName(name, ..) => {
                for schema in schemas {
                    self.touched
                        .extend(schema.columns_of_enum(name).into_iter().map(|(table, _)| table.clone()));
                }
            }
            Slot::Alias(name) => drop(self.touched.insert(name.clone())),
            _ => {}
        }
        for object in [&patch.before, &patch.after].into_iter().flatten() {
            match object {
                Object::Alias(alias) => drop(self.touched.insert(alias.table.clone())),
                Object::Sync(sync) => drop(self.touched.insert(sync.table.clone())),
                Object::Fill(fill) => drop(self.touched.insert(fill.table.clone())),
                _ => {}
            }
        }
    }

    /// Tables that reference a touched one, and its partitions and heirs: changes of its key reach them.
    fn add_children(&mut self, schema: &Schema) {
        for (name, table) in &schema.tables {
            if parents(table).any(|p| self.touched.contains(p)) {
                self.tables.insert(name.clone());
            }
        }
    }

    /// The other tables of views and the like that read a touched one: without them those could not be built.
    fn add_readers(&mut self, schema: &Schema) {
        for other in &schema.others {
            let tables: Vec<&QName> = other.depends_on.iter().filter_map(Dependency::table).collect();
            if tables.iter().any(|t| self.touched.contains(*t)) {
                self.tables.extend(tables.into_iter().cloned());
            }
        }
    }

    /// What the tables depend on. Tables that the plan does not touch stand without the foreign keys that lead further.
    /// Says whether it found more.
    fn add_parents(&mut self, schema: &Schema) -> bool {
        let before = self.tables.len();
        let wanted: BTreeSet<QName> = self
            .tables
            .iter()
            .filter_map(|name| schema.tables.get_key_value(name))
            .flat_map(|(name, table)| self.needed(name, table))
            .filter(|p| schema.tables.contains_key(p))
            .cloned()
            .collect();
        self.tables.extend(wanted);
        // A partitioned table takes no row without its partitions.
        let partitions: Vec<QName> = schema
            .tables
            .iter()
            .filter(|(_, t)| t.partition_of.as_ref().is_some_and(|p| self.tables.contains(&p.parent)))
            .map(|(name, _)| name.clone())
            .collect();
        self.tables.extend(partitions);
        self.tables.len() > before
    }

    fn needed<'s>(&self, name: &QName, table: &'s Table) -> impl Iterator<Item = &'s QName> + use<'s> {
        // What a partitioned table references its partitions reference with it.
        let shares = table.partition_by.is_some() || places(table).next().is_some();
        let referenced = (shares || self.touched.contains(name)).then(|| foreign_parents(table));
        referenced.into_iter().flatten().chain(places(table))
    }

    /// The schema without what is outside the scope.
    pub(super) fn restrict(&self, schema: &Schema) -> Schema {
        let mut small = schema.with_tables(|name, _| self.tables.contains(name));
        for table in small.tables.values_mut() {
            table.constraints.retain(|_, c| match &c.kind {
                ConstraintKind::ForeignKey(key) => self.tables.contains(&key.references),
                _ => true,
            });
            // A build cannot be made to fail on purpose, and nobody misses what it leaves behind.
            let partitioned = table.partition_by.is_some();
            table.indexes.retain(|_, index| index.valid || partitioned);
        }
        let defaults: Vec<&str> = small
            .tables
            .values()
            .flat_map(|t| &t.columns)
            .filter_map(|c| c.default.as_ref())
            .map(|d| d.0.as_str())
            .collect();
        let named = |name: &QName| {
            let text = name.to_string();
            defaults
                .iter()
                .any(|d| d.contains(&text) || d.contains(name.name.raw()))
        };
        let kept: BTreeSet<QName> = small
            .sequences
            .iter()
            .filter(|(name, s)| match &s.owned_by {
                Some((table, _)) => self.tables.contains(table),
                None => self.sequences.contains(name) || named(name),
            })
            .map(|(name, _)| name.clone())
            .collect();
        small
            .sequences
            .retain(|name, _| kept.contains(name) || self.sequences.contains(name));
        small.aliases.retain(|_, a| self.tables.contains(&a.table));
        small.syncs.retain(|_, s| self.tables.contains(&s.table));
        small.fills.retain(|_, f| self.tables.contains(&f.table));
        small
    }
}

fn foreign_parents(table: &Table) -> impl Iterator<Item = &QName> {
    table.constraints.values().filter_map(|c| match &c.kind {
        ConstraintKind::ForeignKey(key) => Some(&key.references),
        _ => None,
    })
}

fn parents(table: &Table) -> impl Iterator<Item = &QName> {
    foreign_parents(table).chain(places(table))
}

/// What it is a partition or a child of.
fn places(table: &Table) -> impl Iterator<Item = &QName> {
    table.partition_of.iter().map(|p| &p.parent).chain(&table.inherits)
}
