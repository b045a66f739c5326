//! Syncs of the bridge: one for each column that changes its name.

use super::retype::conversion;
use super::table::Bridge;
use crate::expression::prefix_columns;
use crate::schema::{Column, ConstraintKind, Expr, Ident, Index, KeyLock, KeyTarget, Sync, SyncDirection};
use crate::sql::sync_function_name;

impl Bridge<'_> {
    pub(super) fn syncs(&mut self) {
        let renames = self.renames.clone();
        for (from, to) in &renames {
            let (Some(source), Some(wanted)) = (self.current.column(from), self.wanted.column(to)) else {
                continue;
            };
            let default = self.table.column(to).and_then(|c| c.default.clone());
            let shadow = self.shadows.contains_key(from);
            // An assignment in the trigger converts by itself, and raises where a value does not fit.
            let retyped = source.type_name != wanted.type_name && !shadow;
            let decided = self
                .decisions
                .retypes
                .iter()
                .find(|r| r.column.table == *self.name && (r.column.column == *to || r.column.column == *from));
            let direction = if shadow {
                SyncDirection::Forward
            } else {
                SyncDirection::TwoWay
            };
            let convert = |given: Option<&Expr>, column: &Ident, a: &str, b: &str| {
                let names: Vec<Ident> = vec![column.clone()];
                match given {
                    Some(expression) => Some(prefix_columns(expression, &names, "NEW.")),
                    None if retyped => Some(Expr(conversion(&format!("NEW.{column}"), a, b))),
                    None => None,
                }
            };
            let up = convert(
                decided.and_then(|d| d.using.as_ref()),
                from,
                &source.type_name,
                &wanted.type_name,
            );
            let down = convert(
                decided.and_then(|d| d.using_back.as_ref()),
                to,
                &wanted.type_name,
                &source.type_name,
            );
            let sync = Sync {
                table: self.name.clone(),
                from: from.clone(),
                to: to.clone(),
                direction,
                up,
                down,
                to_default: default.map(|d| Expr(format!("({d})::{}", wanted.type_name))),
                by_image: !compares_exactly(self, source) || !compares_exactly(self, wanted),
                key_locks: self.key_locks(to),
            };
            self.syncs.insert(sync_function_name(self.name, from, to), sync);
        }
    }

    /// One lock for each unique key of the bridge over the new column.
    fn key_locks(&self, column: &Ident) -> Vec<KeyLock> {
        let names: Vec<Ident> = self.table.columns.iter().map(|c| c.name.clone()).collect();
        let new = |expression: &Expr| prefix_columns(expression, &names, "NEW.");
        let mut locks: Vec<KeyLock> = Vec::new();
        let mut add = |lock: KeyLock| {
            if !locks.contains(&lock) {
                locks.push(lock);
            }
        };
        for constraint in self.table.constraints.values() {
            if let ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) = &constraint.kind
                && key.columns.contains(column)
            {
                add(KeyLock {
                    parts: key.columns.iter().map(|c| new(&Expr(c.to_string()))).collect(),
                    predicate: None,
                });
            }
        }
        for index in self.table.indexes.values().filter(|i| i.unique) {
            if crate::compare::index_columns(index).contains(column) {
                let parts = index_parts(index).iter().map(&new).collect();
                add(KeyLock {
                    parts,
                    predicate: index.predicate.as_ref().map(new),
                });
            }
        }
        locks
    }
}

fn index_parts(index: &Index) -> Vec<Expr> {
    index
        .keys
        .iter()
        .map(|k| match &k.target {
            KeyTarget::Column(c) => Expr(c.to_string()),
            KeyTarget::Expression(e) => e.clone(),
        })
        .collect()
}

/// Whether the type's own equality tells every difference, and exists: not so for json, xml, numeric (1.0 and 1.00), jsonb,
/// interval, floats (-0), citext, and text under a collation that may call different texts equal.
fn compares_exactly(bridge: &Bridge<'_>, column: &Column) -> bool {
    let base = column
        .type_name
        .split('(')
        .next()
        .unwrap_or_default()
        .trim_end_matches("[]")
        .trim();
    let exact = [
        "smallint",
        "integer",
        "bigint",
        "boolean",
        "text",
        "character varying",
        "uuid",
        "date",
        "bytea",
        "timestamp without time zone",
        "timestamp with time zone",
        "oid",
        "\"char\"",
        "inet",
        "cidr",
        "macaddr",
    ];
    column.collation.is_none()
        && !column.type_name.ends_with("[]")
        && (exact.contains(&base) || base == "timestamp" || bridge.old.enum_of_type(&column.type_name).is_some())
}
