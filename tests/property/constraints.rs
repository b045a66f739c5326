//! Changes of keys, checks and foreign keys.

use proptest::sample::Index as Choice;
use schema_core::schema::{
    CheckConstraint, Constraint, ConstraintKind, Deferral, Exclusion, ForeignKey, Ident, Key, QName, Referential,
};

use super::draft::Draft;
use super::names;
use super::partitions::top;
use super::types;

impl Draft<'_> {
    fn put(&mut self, table: &QName, name: Ident, constraint: Constraint) -> Option<()> {
        self.table_mut(table)?.constraints.insert(name, constraint);
        Some(())
    }

    /// Whether a key over the same columns stands already: CREATE TABLE makes one key of two.
    fn has_key_over(&self, table: &QName, columns: &[Ident]) -> bool {
        let twice = |c: &Constraint| c.kind.key().is_some_and(|k| k.columns == columns);
        self.schema.tables[table].constraints.values().any(twice)
    }

    /// Whether the table, or one above or below it, has a primary key.
    fn has_primary_key(&self, table: &QName) -> bool {
        let above = self.schema.partitioned_above(table);
        let mut tables = above.into_iter().chain([table]);
        tables.any(|t| self.schema.tables[t].primary_key().is_some())
    }

    fn can_be_compared(&self, table: &QName, columns: &[Ident]) -> bool {
        let t = &self.schema.tables[table];
        columns
            .iter()
            .all(|c| t.column(c).is_some_and(|column| types::has_order(&column.type_name)))
    }

    pub fn primary_key(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let (table, mut columns) = self.columns(at)?;
        columns.truncate(1 + usize::from(n[1] % 4 / 3));
        let name = names::key(self.schema, &table, n[0]);
        if self.has_primary_key(&table)
            || !self.names_the_cut(&table, &columns)
            || self.has_key_over(&table, &columns)
            || !self.can_be_compared(&table, &columns)
        {
            return None;
        }
        for column in &columns {
            self.column_mut(&table, column)?.not_null = true;
        }
        let mut made = Constraint::new(ConstraintKind::PrimaryKey(key(columns)));
        made.deferral = deferral(n[2]);
        self.put(&table, name, made)
    }

    pub fn unique(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let (table, mut columns) = self.columns(at)?;
        let name = names::key(self.schema, &table, n[0]);
        let include = (columns.len() > 1 && n[1].is_multiple_of(5))
            .then(|| columns.pop())
            .flatten();
        if self.has_key_over(&table, &columns)
            || !self.can_be_compared(&table, &columns)
            || !self.names_the_cut(&table, &columns)
        {
            return None;
        }
        let mut unique = key(columns);
        unique.include = include.into_iter().collect();
        unique.nulls_not_distinct = self.major >= 15 && n[2] % 6 == 1;
        if n[2] % 6 == 2 {
            unique.with.insert("fillfactor".to_owned(), "70".to_owned());
        }
        let mut made = Constraint::new(ConstraintKind::Unique(unique));
        made.deferral = deferral(n[3]);
        self.put(&table, name, made)
    }

    pub fn check(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let (table, column) = self.column(at)?;
        let name = names::constraint(self.schema, &table, n[0]);
        let type_name = &self.schema.tables[&table].column(&column)?.type_name;
        let made = CheckConstraint {
            expression: types::check(self.schema, type_name, &column, n[1]),
            columns: vec![column.clone()],
            no_inherit: n[2] % 8 == 1 && self.schema.tables[&table].partition_by.is_none(),
        };
        let mut made = Constraint::new(ConstraintKind::Check(made));
        made.not_valid = n[2] % 8 == 2;
        made.not_enforced = self.major >= 18 && n[2] % 8 == 3;
        self.put(&table, name, made)
    }

    pub fn exclusion(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let (table, column) = self.plain_column(at)?;
        if self.is_cut(&table) {
            return None;
        }
        let name = names::key(self.schema, &table, n[0]);
        let type_name = self.schema.tables[&table].column(&column)?.type_name.clone();
        let (method, operator) = match type_name.as_str() {
            "int4range" => ("gist", "&&"),
            "inet" | "jsonb" | "text[]" | "integer[]" | "\"char\"" | "xml" => return None,
            name if types::has_order(name) => ("btree", "="),
            _ => return None,
        };
        let predicate = if n[1].is_multiple_of(2) {
            String::new()
        } else {
            format!(" WHERE (({column} IS NOT NULL))")
        };
        let made = Exclusion {
            definition: format!("EXCLUDE USING {method} ({column} WITH {operator}){predicate}"),
            columns: vec![column],
            primary: false,
        };
        self.put(&table, name, Constraint::new(ConstraintKind::Exclusion(made)))
    }

    pub fn foreign_key(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let table = self.table(&at[0])?;
        let to = self.table(&at[1])?;
        let is_cut = self.schema.tables[&table].partition_by.is_some();
        if self.is_cut(&table) && top(self.schema, &table) == top(self.schema, &to) {
            return None;
        }
        let target = &self.schema.tables[&to];
        let keys = target
            .constraints
            .values()
            .filter(|c| c.deferral == Deferral::Immediate);
        let keys: Vec<&Key> = keys.filter_map(|c| c.kind.key()).collect();
        let referenced = super::draft::pick(keys.iter(), &at[2])?.columns.clone();
        let mut columns: Vec<Ident> = Vec::new();
        for column in &referenced {
            let wanted = target.column(column)?;
            let fits = self.schema.tables[&table].columns.iter().filter(|c| {
                let same = c.type_name == wanted.type_name && c.collation == wanted.collation;
                same && c.generated.is_none() && !columns.contains(&c.name)
            });
            let fits: Vec<Ident> = fits.map(|c| c.name.clone()).collect();
            columns.push(super::draft::pick(fits.iter(), &at[3])?.clone());
        }
        // A table that survives a crash must not reference one that does not.
        let unlogged = |t: &QName| self.schema.tables[t].options.unlogged;
        if unlogged(&to) && !unlogged(&table) {
            return None;
        }
        let action = |n: u8| {
            [
                Referential::NoAction,
                Referential::Cascade,
                Referential::SetNull,
                Referential::Restrict,
                Referential::SetDefault,
            ][usize::from(n % 5)]
        };
        let on_delete = action(n[1]);
        let some = self.major >= 15 && on_delete == Referential::SetNull && n[2].is_multiple_of(3);
        let key = ForeignKey {
            period: false,
            on_delete_columns: if some { vec![columns[0].clone()] } else { Vec::new() },
            columns,
            references: to,
            referenced_columns: referenced,
            on_delete,
            on_update: action(n[1] / 5),
            match_full: n[2] % 7 == 1,
        };
        let name = names::constraint(self.schema, &table, n[0]);
        let mut made = Constraint::new(ConstraintKind::ForeignKey(key));
        made.deferral = deferral(n[3]);
        made.not_valid = n[2] % 9 == 2 && !is_cut;
        self.put(&table, name, made)
    }

    pub fn drop_constraint(&mut self, at: &[Choice; 4]) -> Option<()> {
        let (table, constraint) = self.constraint_name(at)?;
        let gone = self.table_mut(&table)?.constraints.remove(&constraint)?;
        if let Some(key) = gone.kind.key() {
            self.drop_references(&table, Some(&key.columns));
        }
        Some(())
    }

    pub fn rename_constraint(&mut self, at: &[Choice; 4], name: u8) -> Option<()> {
        let (table, constraint) = self.constraint_name(at)?;
        let name = if self.schema.tables[&table].constraints[&constraint].kind.has_index() {
            names::key(self.schema, &table, name)
        } else {
            names::constraint(self.schema, &table, name)
        };
        let moved = self.table_mut(&table)?.constraints.remove(&constraint)?;
        if moved.kind.has_index() {
            self.schema.rename_attached(&table, &constraint, &name);
        }
        self.put(&table, name, moved)
    }

    /// Two constraints, or two indexes, change places.
    pub fn exchange_names(&mut self, at: &[Choice; 4]) -> Option<()> {
        let table = self.table(&at[0])?;
        let other = self.table(&at[1])?;
        if self.is_cut(&table) || self.is_cut(&other) {
            return None;
        }
        let indexes = |t: &QName| self.schema.tables[t].indexes.keys();
        let (a, b) = (
            super::draft::pick(indexes(&table), &at[2]),
            super::draft::pick(indexes(&other), &at[3]),
        );
        if let (Some(a), Some(b)) = (a.cloned(), b.cloned())
            && table.schema == other.schema
            && (&table, &a) != (&other, &b)
        {
            let one = self.table_mut(&table)?.indexes.remove(&a)?;
            let two = self.table_mut(&other)?.indexes.remove(&b)?;
            self.table_mut(&table)?.indexes.insert(b, one);
            self.table_mut(&other)?.indexes.insert(a, two);
            return Some(());
        }
        let t = &self.schema.tables[&table];
        let a = super::draft::pick(t.constraints.keys(), &at[2])?.clone();
        let b = super::draft::pick(t.constraints.keys(), &at[3])?.clone();
        // A check may have the name of a relation, an index may not.
        let free = |check: &Ident, key: &Ident| {
            t.constraints[key].kind.has_index() && !t.constraints[check].kind.has_index() && {
                let name = table.sibling(check.clone());
                self.schema.relation_names().contains(&name)
            }
        };
        if a == b || free(&a, &b) || free(&b, &a) {
            return None;
        }
        let t = self.table_mut(&table)?;
        let one = t.constraints.remove(&a)?;
        let two = t.constraints.remove(&b)?;
        t.constraints.insert(b, one);
        t.constraints.insert(a, two);
        Some(())
    }
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

fn deferral(n: u8) -> Deferral {
    match n % 8 {
        1 => Deferral::Deferrable,
        2 => Deferral::Deferred,
        _ => Deferral::Immediate,
    }
}
