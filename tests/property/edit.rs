//! Random changes of a schema. A schema starts empty and is made by them as well.

use proptest::prelude::*;
use proptest::sample::Index as Choice;
use schema_core::compare::{constraint_columns, index_columns};
use schema_core::plan::{ColumnRef, ColumnRename, Decisions};
use schema_core::schema::{
    CheckConstraint, Column, Constraint, ConstraintKind, Deferral, EnumType, Expr, ForeignKey, Ident, Identity, Index,
    IndexKey, Key, KeyTarget, QName, Referential, Schema, Sequence, SequenceOptions, Table,
};

use super::names::{self, TEXTS};
use super::types::{check, default, expression, type_of};

/// One change. What does not fit the schema (there is no table, the column is taken) changes nothing.
#[derive(Debug, Clone)]
pub enum Edit {
    AddTable(u8, Vec<NewColumn>),
    DropTable(Choice),
    AddColumn(Choice, NewColumn),
    DropColumn(Choice, Choice),
    RenameColumn(Choice, Choice, u8),
    Retype(Choice, Choice, u8),
    NotNull(Choice, Choice, bool),
    Default(Choice, Choice, bool),
    Identity(Choice, Choice, bool),
    PrimaryKey(Choice, Choice, u8),
    Unique(Choice, Vec<Choice>, u8, u8),
    Check(Choice, Choice, u8),
    ForeignKey(Choice, Choice, Choice, u8, u8),
    Index(Choice, Vec<Choice>, u8, u8),
    DropConstraint(Choice, Choice),
    DropIndex(Choice, Choice),
    RenameConstraint(Choice, Choice, u8),
    RenameIndex(Choice, Choice, u8),
    AddEnum(u8, u8),
    AddLabel(Choice, Choice),
    DropEnum(Choice),
    AddSequence(u8, u8),
    ChangeSequence(Choice, u8),
    DropSequence(Choice),
    CommentTable(Choice, u8),
    CommentColumn(Choice, Choice, u8),
    Fillfactor(Choice, u8),
    Statistics(Choice, Choice, u8),
}

#[derive(Debug, Clone)]
pub struct NewColumn {
    name: u8,
    kind: u8,
    not_null: bool,
    default: bool,
}

fn new_column() -> impl Strategy<Value = NewColumn> {
    (any::<u8>(), any::<u8>(), any::<bool>(), any::<bool>()).prop_map(|(name, kind, not_null, default)| NewColumn {
        name,
        kind,
        not_null,
        default,
    })
}

/// Any change.
pub fn edit() -> impl Strategy<Value = Edit> {
    use Edit::*;
    let c = any::<Choice>;
    let n = any::<u8>;
    let some = || prop::collection::vec(any::<Choice>(), 1..4);
    prop_oneof![
        6 => (n(), prop::collection::vec(new_column(), 1..6)).prop_map(|(a, b)| AddTable(a, b)),
        1 => c().prop_map(DropTable),
        4 => (c(), new_column()).prop_map(|(a, b)| AddColumn(a, b)),
        3 => (c(), c()).prop_map(|(a, b)| DropColumn(a, b)),
        4 => (c(), c(), n()).prop_map(|(a, b, x)| RenameColumn(a, b, x)),
        2 => (c(), c(), n()).prop_map(|(a, b, x)| Retype(a, b, x)),
        3 => (c(), c(), any::<bool>()).prop_map(|(a, b, x)| NotNull(a, b, x)),
        3 => (c(), c(), any::<bool>()).prop_map(|(a, b, x)| Default(a, b, x)),
        1 => (c(), c(), any::<bool>()).prop_map(|(a, b, x)| Identity(a, b, x)),
        4 => (c(), c(), n()).prop_map(|(a, b, x)| PrimaryKey(a, b, x)),
        3 => (c(), some(), n(), n()).prop_map(|(a, b, x, y)| Unique(a, b, x, y)),
        3 => (c(), c(), n()).prop_map(|(a, b, x)| Check(a, b, x)),
        4 => (c(), c(), c(), n(), n()).prop_map(|(a, b, d, x, y)| ForeignKey(a, b, d, x, y)),
        4 => (c(), some(), n(), n()).prop_map(|(a, b, x, y)| Index(a, b, x, y)),
        2 => (c(), c()).prop_map(|(a, b)| DropConstraint(a, b)),
        2 => (c(), c()).prop_map(|(a, b)| DropIndex(a, b)),
        1 => (c(), c(), n()).prop_map(|(a, b, x)| RenameConstraint(a, b, x)),
        1 => (c(), c(), n()).prop_map(|(a, b, x)| RenameIndex(a, b, x)),
        2 => (n(), n()).prop_map(|(a, b)| AddEnum(a, b)),
        2 => (c(), c()).prop_map(|(a, b)| AddLabel(a, b)),
        1 => c().prop_map(DropEnum),
        1 => (n(), n()).prop_map(|(a, b)| AddSequence(a, b)),
        1 => (c(), n()).prop_map(|(a, b)| ChangeSequence(a, b)),
        1 => c().prop_map(DropSequence),
        1 => (c(), n()).prop_map(|(a, x)| CommentTable(a, x)),
        1 => (c(), c(), n()).prop_map(|(a, b, x)| CommentColumn(a, b, x)),
        1 => (c(), n()).prop_map(|(a, x)| Fillfactor(a, x)),
        1 => (c(), c(), n()).prop_map(|(a, b, x)| Statistics(a, b, x)),
    ]
}

/// A schema under change, and what is said about the changes.
pub struct Draft<'a> {
    pub schema: &'a mut Schema,
    /// The schema before, and the decisions, when the changes are to be planned.
    pub planned: Option<(&'a Schema, &'a mut Decisions)>,
}

impl Draft<'_> {
    /// Makes one change.
    pub fn apply(&mut self, edit: &Edit) {
        // What the schema has not cannot be changed.
        let _ = self.try_apply(edit);
    }

    fn try_apply(&mut self, edit: &Edit) -> Option<()> {
        match edit {
            Edit::AddTable(name, columns) => self.add_table(*name, columns),
            Edit::DropTable(table) => {
                let table = self.table(table)?;
                self.schema.tables.remove(&table);
                self.schema
                    .sequences
                    .retain(|_, s| s.owned_by.as_ref().is_none_or(|(t, _)| *t != table));
                self.drop_references(&table, None);
            }
            Edit::AddColumn(table, column) => {
                let table = self.table(table)?;
                let made = self.new_column(&table, column);
                self.schema.tables.get_mut(&table)?.columns.push(made);
            }
            Edit::DropColumn(table, column) => {
                let (table, column) = self.column(table, column)?;
                if self.schema.tables[&table].columns.len() > 1 {
                    self.forget(&table, &column);
                    self.schema.tables.get_mut(&table)?.columns.retain(|c| c.name != column);
                }
            }
            Edit::RenameColumn(table, column, name) => self.rename(table, column, *name)?,
            Edit::Retype(table, column, kind) => {
                let (table, column) = self.column(table, column)?;
                self.forget(&table, &column);
                let made = type_of(self.schema, *kind);
                let c = self.column_mut(&table, &column)?;
                c.default = None;
                c.identity = None;
                c.type_name = made;
            }
            Edit::NotNull(table, column, wanted) => {
                let (table, column) = self.column(table, column)?;
                let t = &self.schema.tables[&table];
                let in_key = t.primary_key().is_some_and(|(_, key)| key.columns.contains(&column));
                let c = self.column_mut(&table, &column)?;
                if !in_key && c.identity.is_none() {
                    c.not_null = *wanted;
                }
                let value = default(&c.type_name);
                if *wanted && let Some((_, decisions)) = &mut self.planned {
                    decisions
                        .backfills
                        .retain(|(at, _)| at.table != table || at.column != column);
                    decisions.backfills.push((ColumnRef { table, column }, value));
                }
            }
            Edit::Default(table, column, wanted) => {
                let (table, column) = self.column(table, column)?;
                let c = self.column_mut(&table, &column)?;
                if c.identity.is_none() {
                    c.default = wanted.then(|| default(&c.type_name));
                }
            }
            Edit::Identity(table, column, always) => {
                let (table, column) = self.column(table, column)?;
                let c = self.column_mut(&table, &column)?;
                if matches!(c.type_name.as_str(), "integer" | "bigint") && c.not_null && c.default.is_none() {
                    let options = SequenceOptions::of_type(&c.type_name);
                    c.identity = Some(Identity {
                        comment: None,
                        always: *always,
                        options,
                    });
                }
            }
            Edit::PrimaryKey(table, column, name) => {
                let (table, column) = self.column(table, column)?;
                let name = names::relation(self.schema, *name);
                let twice = |c: &Constraint| c.kind.key().is_some_and(|k| k.columns == [column.clone()]);
                let stands = self.schema.tables[&table].constraints.values().any(twice);
                if self.schema.tables[&table].primary_key().is_none() && !stands {
                    self.column_mut(&table, &column)?.not_null = true;
                    let key = Constraint::new(ConstraintKind::PrimaryKey(key(vec![column])));
                    self.schema.tables.get_mut(&table)?.constraints.insert(name, key);
                }
            }
            Edit::Unique(table, columns, name, kind) => {
                let (table, columns) = self.columns(table, columns)?;
                let name = names::relation(self.schema, *name);
                // CREATE TABLE makes one key of two over the same columns.
                let twice = |c: &Constraint| c.kind.key().is_some_and(|k| k.columns == columns);
                if self.schema.tables[&table].constraints.values().any(twice) {
                    return None;
                }
                let mut unique = Constraint::new(ConstraintKind::Unique(key(columns)));
                if kind % 5 == 0 {
                    unique.deferral = Deferral::Deferred;
                }
                self.schema.tables.get_mut(&table)?.constraints.insert(name, unique);
            }
            Edit::Check(table, column, name) => {
                let (table, column) = self.column(table, column)?;
                let name = names::relation(self.schema, *name);
                let t = self.schema.tables.get_mut(&table)?;
                let c = t.column(&column)?;
                let made = CheckConstraint {
                    expression: check(&c.type_name, &column),
                    columns: vec![column.clone()],
                    no_inherit: false,
                };
                t.constraints.insert(name, Constraint::new(ConstraintKind::Check(made)));
            }
            Edit::ForeignKey(table, column, to, name, action) => self.foreign_key(table, column, to, *name, *action)?,
            Edit::Index(table, columns, name, kind) => self.index(table, columns, *name, *kind)?,
            Edit::DropConstraint(table, constraint) => {
                let (table, constraint) = self.constraint(table, constraint)?;
                let gone = self.schema.tables.get_mut(&table)?.constraints.remove(&constraint)?;
                if let Some(key) = gone.kind.key() {
                    self.drop_references(&table, Some(&key.columns));
                }
            }
            Edit::DropIndex(table, index) => {
                let (table, index) = self.index_name(table, index)?;
                self.schema.tables.get_mut(&table)?.indexes.remove(&index);
            }
            Edit::RenameConstraint(table, constraint, name) => {
                let (table, constraint) = self.constraint(table, constraint)?;
                let name = names::relation(self.schema, *name);
                let t = self.schema.tables.get_mut(&table)?;
                let moved = t.constraints.remove(&constraint)?;
                t.constraints.insert(name, moved);
            }
            Edit::RenameIndex(table, index, name) => {
                let (table, index) = self.index_name(table, index)?;
                let name = names::relation(self.schema, *name);
                let t = self.schema.tables.get_mut(&table)?;
                let moved = t.indexes.remove(&index)?;
                t.indexes.insert(name, moved);
            }
            Edit::AddEnum(name, labels) => {
                let name = names::relation(self.schema, *name);
                let labels = (0..=labels % 4).map(|n| format!("l{n}")).collect();
                let made = EnumType { labels, comment: None };
                self.schema.enums.insert(QName::new("public", name.raw()), made);
            }
            Edit::AddLabel(which, place) => {
                let name = pick(self.schema.enums.keys(), which)?.clone();
                let labels = &mut self.schema.enums.get_mut(&name)?.labels;
                let label = (0..).map(|n| format!("it's {n}")).find(|l| !labels.contains(l))?;
                labels.insert(place.index(labels.len() + 1), label);
            }
            Edit::DropEnum(which) => {
                let name = pick(self.schema.enums.keys(), which)?.clone();
                if self.schema.columns_of_enum(&name).is_empty() {
                    self.schema.enums.remove(&name);
                }
            }
            Edit::AddSequence(name, kind) => {
                let name = names::relation(self.schema, *name);
                let made = sequence(*kind);
                self.schema.sequences.insert(QName::new("public", name.raw()), made);
            }
            Edit::ChangeSequence(which, kind) => {
                let name = pick(self.schema.sequences.keys(), which)?.clone();
                self.schema.sequences.insert(name, sequence(*kind));
            }
            Edit::DropSequence(which) => {
                let name = pick(self.schema.sequences.keys(), which)?.clone();
                self.schema.sequences.remove(&name);
            }
            Edit::CommentTable(table, text) => {
                let table = self.table(table)?;
                self.schema.tables.get_mut(&table)?.comment = comment(*text);
            }
            Edit::CommentColumn(table, column, text) => {
                let (table, column) = self.column(table, column)?;
                self.column_mut(&table, &column)?.comment = comment(*text);
            }
            Edit::Fillfactor(table, value) => {
                let table = self.table(table)?;
                let parameters = &mut self.schema.tables.get_mut(&table)?.options.parameters;
                parameters.insert("fillfactor".to_owned(), (50 + value % 51).to_string());
            }
            Edit::Statistics(table, column, value) => {
                let (table, column) = self.column(table, column)?;
                self.column_mut(&table, &column)?.statistics = Some(i32::from(*value));
            }
        }
        Some(())
    }

    fn add_table(&mut self, name: u8, columns: &[NewColumn]) {
        let table = QName::new("public", names::relation(self.schema, name).raw());
        self.schema.tables.insert(table.clone(), Table::default());
        for column in columns {
            let made = self.new_column(&table, column);
            if let Some(t) = self.schema.tables.get_mut(&table) {
                t.columns.push(made);
            }
        }
    }

    /// A column under a name that the table has not, and had not: a name that comes back is no new column.
    fn new_column(&self, table: &QName, sketch: &NewColumn) -> Column {
        let name = self.free_column(table, sketch.name);
        let mut column = Column::new(name, type_of(self.schema, sketch.kind));
        column.not_null = sketch.not_null;
        column.default = sketch.default.then(|| default(&column.type_name));
        column
    }

    fn free_column(&self, table: &QName, choice: u8) -> Ident {
        let before = self.planned.as_ref().and_then(|(old, _)| old.tables.get(table));
        names::free(choice, |name| {
            let has = |t: &Table| t.column(name).is_some();
            self.schema.tables.get(table).is_some_and(has) || before.is_some_and(has)
        })
    }

    fn rename(&mut self, table: &Choice, column: &Choice, name: u8) -> Option<()> {
        let (table, from) = self.column(table, column)?;
        let to = self.free_column(&table, name);
        if let Some((old, decisions)) = &mut self.planned {
            let stood = old.tables.get(&table).is_some_and(|t| t.column(&from).is_some());
            // A column that the same plan adds or has renamed already is not renamed again.
            if !stood {
                return None;
            }
            let rename = ColumnRename {
                table: table.clone(),
                from: from.clone(),
                to: to.clone(),
            };
            decisions
                .backfills
                .retain(|(at, _)| at.table != table || at.column != from);
            decisions.renames.push(rename);
        }
        let t = self.schema.tables.get_mut(&table)?;
        schema_core::stages::names_in::rename(t, &from, &to);
        for constraint in self.schema.tables.values_mut().flat_map(|t| t.constraints.values_mut()) {
            if let ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && key.references == table
            {
                for column in key.referenced_columns.iter_mut().filter(|c| **c == from) {
                    *column = to.clone();
                }
            }
        }
        Some(())
    }

    fn foreign_key(&mut self, table: &Choice, column: &Choice, to: &Choice, name: u8, action: u8) -> Option<()> {
        let (table, column) = self.column(table, column)?;
        let to = self.table(to)?;
        let (_, target) = self.schema.tables[&to].primary_key()?;
        let target = target.columns.clone();
        let [key_column] = target.as_slice() else { return None };
        let key_type = &self.schema.tables[&to].column(key_column)?.type_name;
        let same = self.schema.tables[&table].column(&column)?.type_name == *key_type;
        if !same {
            return None;
        }
        let key = ForeignKey {
            period: false,
            columns: vec![column],
            references: to,
            referenced_columns: target,
            on_delete: [Referential::NoAction, Referential::Cascade, Referential::SetNull][usize::from(action % 3)],
            on_delete_columns: Vec::new(),
            on_update: Referential::NoAction,
            match_full: false,
        };
        let name = names::relation(self.schema, name);
        let made = Constraint::new(ConstraintKind::ForeignKey(key));
        self.schema.tables.get_mut(&table)?.constraints.insert(name, made);
        Some(())
    }

    fn index(&mut self, table: &Choice, columns: &[Choice], name: u8, kind: u8) -> Option<()> {
        let (table, columns) = self.columns(table, columns)?;
        let name = names::relation(self.schema, name);
        let t = self.schema.tables.get_mut(&table)?;
        let mut made = Index {
            method: "btree".to_owned(),
            unique: kind.is_multiple_of(4),
            nulls_not_distinct: false,
            keys: columns.iter().cloned().map(IndexKey::column).collect(),
            include: Vec::new(),
            predicate: None,
            with: std::collections::BTreeMap::new(),
            tablespace: None,
            valid: true,
            expression_columns: Vec::new(),
            statistics: std::collections::BTreeMap::new(),
            comment: None,
        };
        if kind.is_multiple_of(3) {
            made.keys[0].descending = true;
            made.keys[0].nulls_first = true;
        }
        let first = t.column(&columns[0])?;
        if kind % 5 == 1 {
            made.predicate = Some(Expr(format!("({} IS NOT NULL)", first.name)));
            made.expression_columns = vec![first.name.clone()];
        }
        if kind % 5 == 2
            && let Some(expression) = expression(&first.type_name, &first.name)
        {
            made.keys[0].target = KeyTarget::Expression(expression);
            made.expression_columns = vec![first.name.clone()];
        }
        t.indexes.insert(name, made);
        Some(())
    }

    /// Takes away what names the column.
    fn forget(&mut self, table: &QName, column: &Ident) {
        let Some(t) = self.schema.tables.get_mut(table) else {
            return;
        };
        t.constraints.retain(|_, c| !constraint_columns(c).contains(column));
        t.indexes.retain(|_, i| !index_columns(i).contains(column));
        self.drop_references(table, Some(std::slice::from_ref(column)));
        if let Some((_, decisions)) = &mut self.planned {
            decisions.renames.retain(|r| r.table != *table || r.to != *column);
            decisions
                .backfills
                .retain(|(at, _)| at.table != *table || at.column != *column);
        }
    }

    /// Takes away foreign keys that point at the table, or at the columns of it.
    fn drop_references(&mut self, table: &QName, columns: Option<&[Ident]>) {
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

    fn table(&self, choice: &Choice) -> Option<QName> {
        pick(self.schema.tables.keys(), choice).cloned()
    }

    fn column(&self, table: &Choice, column: &Choice) -> Option<(QName, Ident)> {
        let table = self.table(table)?;
        let name = pick(self.schema.tables[&table].columns.iter(), column)?.name.clone();
        Some((table, name))
    }

    fn columns(&self, table: &Choice, columns: &[Choice]) -> Option<(QName, Vec<Ident>)> {
        let table = self.table(table)?;
        let mut names: Vec<Ident> = Vec::new();
        for choice in columns {
            let name = &pick(self.schema.tables[&table].columns.iter(), choice)?.name;
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        Some((table, names))
    }

    fn constraint(&self, table: &Choice, constraint: &Choice) -> Option<(QName, Ident)> {
        let table = self.table(table)?;
        let name = pick(self.schema.tables[&table].constraints.keys(), constraint)?.clone();
        Some((table, name))
    }

    fn index_name(&self, table: &Choice, index: &Choice) -> Option<(QName, Ident)> {
        let table = self.table(table)?;
        let name = pick(self.schema.tables[&table].indexes.keys(), index)?.clone();
        Some((table, name))
    }

    fn column_mut(&mut self, table: &QName, column: &Ident) -> Option<&mut Column> {
        self.schema.tables.get_mut(table)?.column_mut(column)
    }
}

fn pick<T>(from: impl ExactSizeIterator<Item = T>, choice: &Choice) -> Option<T> {
    let mut from = from;
    let len = from.len();
    if len == 0 { None } else { from.nth(choice.index(len)) }
}

fn comment(choice: u8) -> Option<String> {
    let at = usize::from(choice) % (TEXTS.len() + 1);
    TEXTS.get(at).map(|&text| text.to_owned())
}

fn key(columns: Vec<Ident>) -> Key {
    Key {
        columns,
        include: Vec::new(),
        nulls_not_distinct: false,
        with: std::collections::BTreeMap::new(),
        tablespace: None,
    }
}

fn sequence(kind: u8) -> Sequence {
    let mut options = SequenceOptions::of_type(if kind.is_multiple_of(2) { "bigint" } else { "integer" });
    options.increment = i64::from(kind % 5) + 1;
    Sequence {
        options,
        ..Sequence::default()
    }
}
