//! A schema under change: which object a change means, and what goes along with it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::sample::Index as Choice;
use schema_core::compare::{constraint_columns, index_columns};
use schema_core::plan::Decisions;
use schema_core::schema::{Column, ConstraintKind, Deferral, Ident, QName, Schema, Table};

use super::edit::{Edit, Kind};

/// A schema, and what is said about the changes.
pub struct Draft<'a> {
    pub schema: &'a mut Schema,
    /// The server's major version, which says what there is.
    pub major: u32,
    /// The schema before, and the decisions, when the changes are to be planned.
    pub planned: Option<(&'a Schema, &'a mut Decisions)>,
    /// The schema as it was before the change at hand, and its tables.
    pub before: Option<Schema>,
    pub stood: BTreeSet<QName>,
}

impl Draft<'_> {
    /// Makes one change.
    pub fn apply(&mut self, edit: &Edit) {
        let at = &edit.at;
        let n = edit.n;
        self.stood = self.schema.tables.keys().cloned().collect();
        self.before = Some(self.schema.clone());
        // What the schema has not cannot be changed.
        let _ = match edit.kind {
            Kind::AddTable => self.add_table(n),
            Kind::DropTable => self.drop_table(at),
            Kind::AddColumn => self.add_column(at, n),
            Kind::DropColumn => self.drop_column(at),
            Kind::RenameColumn => self.rename_column(at, n[0]),
            Kind::Retype => self.retype(at, n),
            Kind::Widen => self.widen(at, n),
            Kind::NotNull => self.not_null(at, n[0]),
            Kind::Default => self.default(at, n),
            Kind::Identity => self.identity(at, n),
            Kind::Serial => self.serial(at, n),
            Kind::Generated => self.generated(at, n),
            Kind::PrimaryKey => self.primary_key(at, n),
            Kind::Unique => self.unique(at, n),
            Kind::Check => self.check(at, n),
            Kind::ForeignKey => self.foreign_key(at, n),
            Kind::Exclusion => self.exclusion(at, n),
            Kind::Index => self.index(at, n),
            Kind::DropConstraint => self.drop_constraint(at),
            Kind::DropIndex => self.drop_index(at),
            Kind::RenameConstraint => self.rename_constraint(at, n[0]),
            Kind::RenameIndex => self.rename_index(at, n[0]),
            Kind::ExchangeNames => self.exchange_names(at),
            Kind::AddNamespace => self.add_namespace(n),
            Kind::DropNamespace => self.drop_namespace(at),
            Kind::AddEnum => self.add_enum(n),
            Kind::AddLabel => self.add_label(at),
            Kind::DropEnum => self.drop_enum(at),
            Kind::AddSequence => self.add_sequence(n),
            Kind::ChangeSequence => self.change_sequence(at, n),
            Kind::DropSequence => self.drop_sequence(at),
            Kind::Comment => self.comment(at, n),
            Kind::Options => self.options(at, n),
            Kind::Unlogged => self.unlogged(at),
            Kind::ColumnSettings => self.column_settings(at, n),
            Kind::AddPartitioned => self.add_partitioned(at, n),
            Kind::AddPartition => self.add_partition(at, n),
            Kind::DetachPartition => self.detach_partition(at),
            Kind::AttachPartition => self.attach_partition(at),
            Kind::ChangeBound => self.change_bound(at),
        };
        self.mirror();
        self.tidy();
    }

    pub fn table(&self, choice: &Choice) -> Option<QName> {
        pick(self.schema.tables.keys(), choice).cloned()
    }

    pub fn column(&self, at: &[Choice; 4]) -> Option<(QName, Ident)> {
        let table = self.table(&at[0])?;
        let name = pick(self.schema.tables[&table].columns.iter(), &at[1])?.name.clone();
        Some((table, name))
    }

    /// A column that a key, an index or a default can be put on.
    pub fn plain_column(&self, at: &[Choice; 4]) -> Option<(QName, Ident)> {
        let (table, column) = self.column(at)?;
        let generated = self.schema.tables[&table].column(&column)?.generated.is_some();
        (!generated).then_some((table, column))
    }

    /// Up to three columns for a key.
    pub fn columns(&self, at: &[Choice; 4]) -> Option<(QName, Vec<Ident>)> {
        let table = self.table(&at[0])?;
        let mut names: Vec<Ident> = Vec::new();
        for choice in &at[1..] {
            let column = pick(self.schema.tables[&table].columns.iter(), choice)?;
            let computed = column.generated.as_ref().is_some_and(|g| !g.stored);
            if !names.contains(&column.name) && !computed {
                names.push(column.name.clone());
            }
        }
        (!names.is_empty()).then_some((table, names))
    }

    pub fn constraint_name(&self, at: &[Choice; 4]) -> Option<(QName, Ident)> {
        let table = self.table(&at[0])?;
        let name = pick(self.schema.tables[&table].constraints.keys(), &at[1])?.clone();
        Some((table, name))
    }

    pub fn index_name(&self, at: &[Choice; 4]) -> Option<(QName, Ident)> {
        let table = self.table(&at[0])?;
        let name = pick(self.schema.tables[&table].indexes.keys(), &at[1])?.clone();
        Some((table, name))
    }

    pub fn table_mut(&mut self, table: &QName) -> Option<&mut Table> {
        self.schema.tables.get_mut(table).map(|t| &mut **t)
    }

    pub fn column_mut(&mut self, table: &QName, column: &Ident) -> Option<&mut Column> {
        self.table_mut(table)?.column_mut(column)
    }

    /// A namespace of that number.
    pub fn namespace(&self, n: u8) -> Ident {
        let count = self.schema.namespaces.len();
        let name = self.schema.namespaces.keys().nth(usize::from(n) % count.max(1));
        name.cloned().unwrap_or_else(|| Ident::new("public"))
    }

    /// Takes away what names the column, computed columns among it.
    pub fn forget(&mut self, table: &QName, column: &Ident) {
        for member in self.family(table) {
            self.forget_use(&member, column);
        }
        let computed = self.schema.tables[table].columns.iter().filter(|c| {
            let text = c.generated.as_ref().map(|g| &g.expression.0);
            text.is_some_and(|text| text.contains(&column.to_string()))
        });
        let computed: Vec<Ident> = computed.map(|c| c.name.clone()).collect();
        for name in &computed {
            for member in self.family(table) {
                self.forget_use(&member, name);
            }
        }
        if let Some(t) = self.table_mut(table) {
            t.columns.retain(|c| !computed.contains(&c.name));
        }
    }

    fn forget_use(&mut self, table: &QName, column: &Ident) {
        self.drop_references(table, Some(std::slice::from_ref(column)));
        if let Some(t) = self.table_mut(table) {
            t.constraints.retain(|_, c| !constraint_columns(c).contains(column));
            t.indexes.retain(|_, i| !index_columns(i).contains(column));
        }
        self.forget_sequences(table, column);
        if let Some((_, decisions)) = &mut self.planned {
            decisions.renames.retain(|r| r.table != *table || r.to != *column);
            decisions
                .backfills
                .retain(|(at, _)| at.table != *table || at.column != *column);
        }
    }

    /// Takes away the sequences that the column owns, with its default.
    pub fn forget_sequences(&mut self, table: &QName, column: &Ident) {
        let owned: Vec<QName> = self.schema.sequences_owned_by(table, column).cloned().collect();
        if owned.is_empty() {
            return;
        }
        self.schema.sequences.retain(|name, _| !owned.contains(name));
        if let Some(c) = self.column_mut(table, column) {
            c.default = None;
        }
    }

    /// Takes away foreign keys that point at the table, or at the columns of it.
    pub fn drop_references(&mut self, table: &QName, columns: Option<&[Ident]>) {
        for t in self.schema.tables.values_mut() {
            t.constraints.retain(|_, c| match &c.kind {
                ConstraintKind::ForeignKey(key) => {
                    key.references != *table
                        || columns.is_some_and(|gone| !key.referenced_columns.iter().any(|c| gone.contains(c)))
                }
                _ => true,
            });
        }
    }

    /// Foreign keys go when their key is gone, and options that name an index when it is gone or no longer fit for it.
    fn tidy(&mut self) {
        let keys = |t: &Table| -> Vec<Vec<Ident>> {
            let keys = t.constraints.values().filter_map(|c| c.kind.key());
            keys.map(|key| key.columns.clone()).collect()
        };
        let keys: BTreeMap<QName, Vec<Vec<Ident>>> = self
            .schema
            .tables
            .iter()
            .map(|(name, t)| (name.clone(), keys(t)))
            .collect();
        for t in self.schema.tables.values_mut() {
            t.constraints.retain(|_, c| match &c.kind {
                ConstraintKind::ForeignKey(key) => keys
                    .get(&key.references)
                    .is_some_and(|keys| keys.contains(&key.referenced_columns)),
                _ => true,
            });
        }
        for table in self.schema.tables.values_mut() {
            let identity = table.options.replica_identity_index.clone();
            if identity.is_some_and(|name| !identifies(table, &name)) {
                table.options.replica_identity = None;
                table.options.replica_identity_index = None;
            }
            let cluster = table.options.cluster_on.clone();
            if cluster.is_some_and(|name| !clusters(table, &name)) {
                table.options.cluster_on = None;
            }
        }
    }
}

/// Whether the index can be a replica identity.
pub fn identifies(table: &Table, name: &Ident) -> bool {
    let not_null = |c: &Ident| table.column(c).is_some_and(|column| column.not_null);
    if let Some(constraint) = table.constraints.get(name) {
        let key = constraint.kind.key();
        return constraint.deferral == Deferral::Immediate && key.is_some_and(|k| k.columns.iter().all(not_null));
    }
    table.indexes.get(name).is_some_and(|index| {
        let plain = index.expression_columns.is_empty() && index.predicate.is_none();
        index.unique && plain && index_columns(index).iter().all(not_null)
    })
}

/// Whether the table can be clustered by the index.
pub fn clusters(table: &Table, name: &Ident) -> bool {
    let constraint = table.constraints.get(name).is_some_and(|c| c.kind.key().is_some());
    let index = table.indexes.get(name);
    constraint || index.is_some_and(|i| i.method == "btree" && i.predicate.is_none())
}

pub fn pick<T>(from: impl ExactSizeIterator<Item = T>, choice: &Choice) -> Option<T> {
    let mut from = from;
    let len = from.len();
    if len == 0 { None } else { from.nth(choice.index(len)) }
}
