use crate::expression::columns_named;
use crate::schema::{Column, Deferral, Expr, Ident, KeyTarget, Table};
use crate::volatility::is_volatile;

/// A unique key of a version: a constraint, or an index that a statement can name as its arbiter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueKey<'a> {
    /// The constraint's or index's name.
    pub name: &'a Ident,
    /// Its parts, as `ON CONFLICT` takes them.
    pub parts: Vec<String>,
    /// The partial index's predicate.
    pub predicate: Option<&'a Expr>,
    /// Columns that it stands on, sorted.
    pub columns: Vec<&'a Ident>,
    /// Whether two NULLs are a conflict.
    pub nulls_not_distinct: bool,
    /// Whether it can answer an `ON CONFLICT`: a deferrable constraint cannot, an invalid index neither.
    pub arbiter: bool,
}

impl UniqueKey<'_> {
    /// Whether both keep the same rows apart.
    pub fn is_like(&self, other: &UniqueKey<'_>) -> bool {
        let sorted = |key: &UniqueKey<'_>| {
            let mut parts = key.parts.clone();
            parts.sort();
            parts
        };
        sorted(self) == sorted(other)
            && self.predicate == other.predicate
            && self.nulls_not_distinct == other.nulls_not_distinct
    }

    /// Whether two rows of the table are a conflict as soon as nobody gave these columns a value: each has what the column
    /// makes by itself, which is the same for both. `given` says which columns somebody writes.
    pub fn is_same_for_all(&self, table: &Table, given: impl Fn(&Ident) -> bool) -> bool {
        let same = |name: &&Ident| !given(name) && table.column(name).is_some_and(|c| self.is_same(table, c, &given));
        !self.columns.is_empty() && self.columns.iter().all(same)
    }

    fn is_same(&self, table: &Table, column: &Column, given: &impl Fn(&Ident) -> bool) -> bool {
        if let Some(generated) = &column.generated {
            let sources = columns_named(&generated.expression, table);
            let same = |name: &Ident| {
                let source = table.column(name).filter(|source| source.name != column.name);
                !given(name) && source.is_some_and(|source| self.is_same(table, source, given))
            };
            return sources.iter().all(same);
        }
        match &column.default {
            _ if column.identity.is_some() => false,
            Some(default) => !is_volatile(default),
            None => self.nulls_not_distinct,
        }
    }

    /// Whether rows that it lets in pass `other` as well: the same key, or one over fewer columns.
    pub fn covers(&self, other: &UniqueKey<'_>) -> bool {
        self.is_like(other)
            || (self.predicate.is_none()
                && (!other.nulls_not_distinct || self.nulls_not_distinct)
                && self.parts.iter().all(|part| other.parts.contains(part)))
    }
}

/// The unique keys of a table: constraints by name, then indexes by name.
pub fn unique_keys(table: &Table) -> Vec<UniqueKey<'_>> {
    let mut keys = Vec::new();
    for (name, constraint) in &table.constraints {
        if let Some(key) = constraint.kind.key() {
            let mut columns: Vec<&Ident> = key.columns.iter().collect();
            columns.sort();
            keys.push(UniqueKey {
                name,
                parts: key.columns.iter().map(ToString::to_string).collect(),
                predicate: None,
                columns,
                nulls_not_distinct: key.nulls_not_distinct,
                arbiter: constraint.deferral == Deferral::Immediate,
            });
        }
    }
    for (name, index) in table.indexes.iter().filter(|(_, index)| index.unique) {
        let mut columns: Vec<&Ident> = index.expression_columns.iter().collect();
        let mut parts = Vec::new();
        for key in &index.keys {
            match &key.target {
                KeyTarget::Column(column) => {
                    columns.push(column);
                    parts.push(column.to_string());
                }
                KeyTarget::Expression(expression) => parts.push(format!("({expression})")),
            }
        }
        columns.sort();
        columns.dedup();
        keys.push(UniqueKey {
            name,
            parts,
            predicate: index.predicate.as_ref(),
            columns,
            nulls_not_distinct: index.nulls_not_distinct,
            arbiter: index.valid,
        });
    }
    keys
}
