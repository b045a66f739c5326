//! Syncs of the bridge: one for each column that changes its name.

use super::retype::{self, conversion};
use super::table::Bridge;
use crate::expression::prefix_columns;
use crate::plan::HazardKind;
use crate::schema::{Column, ConstraintKind, Expr, Ident, KeyLock, KeyTarget, Literal, Sync, SyncDirection};
use crate::sql::{sync_function_name, sync_trigger_name};

impl Bridge<'_> {
    pub(super) fn syncs(&mut self) {
        if self.current.partition_of.is_some() {
            // PostgreSQL clones the parent's triggers.
            return;
        }
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
                    None if retyped && !retype::is_limited_text(b) => {
                        Some(Expr(conversion(&format!("NEW.{column}"), a, b)))
                    }
                    // A cast would cut off what does not fit; the assignment raises.
                    None => None,
                }
            };
            let given = decided.is_some_and(|d| d.using.is_some() || d.using_back.is_some());
            let stays_enum = !given && self.new.enum_of_type(&wanted.type_name).is_some();
            let relabelled = (shadow || stays_enum).then(|| self.relabelled(source)).flatten();
            let up = relabelled.as_ref().map(|(up, _)| up.clone()).or_else(|| {
                convert(
                    decided.and_then(|d| d.using.as_ref()),
                    from,
                    &source.type_name,
                    &wanted.type_name,
                )
            });
            let up = match self.value_for_null(source, wanted) {
                Some(value) => {
                    let names: Vec<Ident> = self.current.columns.iter().map(|c| c.name.clone()).collect();
                    let bare = up.unwrap_or_else(|| Expr(format!("NEW.{from}")));
                    let value = prefix_columns(&value, &names, "NEW.");
                    Some(Expr(format!("COALESCE({bare}, {value})")))
                }
                None => up,
            };
            // After the cutover, when a shadow's way back is used, the column has the name that it keeps.
            let later = if shadow { from } else { to };
            let back = relabelled.and_then(|(_, back)| (!back.is_empty()).then_some(back));
            let down = back
                .map(|pairs| mapped(&format!("NEW.{later}"), source.type_name.ends_with("[]"), &pairs))
                .or_else(|| {
                    convert(
                        decided.and_then(|d| d.using_back.as_ref()),
                        later,
                        &wanted.type_name,
                        &source.type_name,
                    )
                });
            let given = decided.is_some_and(|d| d.using.is_some());
            if retyped && !given && !retype::takes_every_value(source, wanted) {
                let object = self.object(from);
                self.hazard(
                    HazardKind::OldWriteRefused,
                    &object,
                    format!(
                        "old code's values of {object} that {} cannot hold are refused once the sync stands, and rows that \
                         have one stop the backfill; give `using`",
                        wanted.type_name
                    ),
                );
            }
            if retyped
                && !given
                && let Some(words) = retype::forgets(source, wanted)
            {
                let object = self.object(from);
                self.forgets(&object, wanted, words);
            }
            let given_back = decided.is_some_and(|d| d.using_back.is_some());
            if retyped && !given_back && !retype::takes_every_value(wanted, source) {
                let object = self.object(to);
                self.hazard(
                    HazardKind::NewWriteRefused,
                    &object,
                    format!(
                        "until contract a value of {object} that {from} {} cannot hold is refused; give `using_back`",
                        source.type_name
                    ),
                );
            }
            let sync = Sync {
                table: self.name.clone(),
                from: from.clone(),
                to: to.clone(),
                direction,
                up,
                down,
                default_from_to: default.is_some() && source.default.is_none(),
                to_default: default.map(|d| Expr(format!("({d})::{}", wanted.type_name))),
                by_image: !compares_exactly(self, source) || !compares_exactly(self, wanted),
                key_locks: self.key_locks(to),
            };
            self.syncs.insert(sync_function_name(self.name, from, to), sync);
        }
    }

    /// What the labels of an enum become that is built anew, and what they were: as text, which the assignment turns into
    /// the type, whatever it is called by then.
    fn relabelled(&self, column: &Column) -> Option<(Expr, Vec<(String, String)>)> {
        let enum_type = self.old.enum_of_type(&column.type_name)?;
        let of = |list: &[(crate::schema::QName, String, String)]| -> Vec<(String, String)> {
            let here = list.iter().filter(|(name, ..)| name == enum_type);
            here.map(|(_, was, is)| (was.clone(), is.clone())).collect()
        };
        let renamed = of(&self.decisions.renamed_labels);
        let forward: Vec<_> = of(&self.decisions.removed_labels)
            .into_iter()
            .chain(renamed.clone())
            .collect();
        let back: Vec<_> = renamed.into_iter().map(|(was, is)| (is, was)).collect();
        let array = column.type_name.ends_with("[]");
        let value = format!("NEW.{}", column.name);
        (!forward.is_empty()).then(|| (mapped(&value, array, &forward), back))
    }

    /// One lock for each unique key of the bridge over the new column.
    fn key_locks(&self, column: &Ident) -> Vec<KeyLock> {
        let mut locks: Vec<KeyLock> = Vec::new();
        let mut add = |lock: KeyLock| {
            if !locks
                .iter()
                .any(|l| (&l.parts, &l.predicate) == (&lock.parts, &lock.predicate))
            {
                locks.push(lock);
            }
        };
        for (name, constraint) in &self.table.constraints {
            if let ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) = &constraint.kind
                && self.last_of_key(column, &key.columns)
            {
                add(KeyLock {
                    key: name.clone(),
                    parts: lock_parts(key.columns.iter().map(|c| self.column_part(c)), key.nulls_not_distinct),
                    predicate: None,
                });
            }
        }
        for (name, index) in self.table.indexes.iter().filter(|(_, i)| i.unique) {
            let columns: Vec<Ident> = crate::compare::index_columns(index).into_iter().collect();
            if self.last_of_key(column, &columns) {
                let parts = index.keys.iter().map(|k| match &k.target {
                    KeyTarget::Column(c) => self.column_part(c),
                    KeyTarget::Expression(e) => self.of_new_row(e),
                });
                add(KeyLock {
                    key: name.clone(),
                    parts: lock_parts(parts, index.nulls_not_distinct),
                    predicate: index.predicate.as_ref().map(|p| self.of_new_row(p)),
                });
            }
        }
        locks
    }

    /// Whether the key holds this new column, and every other new column in it has its value when this one's trigger runs
    /// (triggers fire by name): a lock on half a key would lock another key's value.
    fn last_of_key(&self, column: &Ident, key: &[Ident]) -> bool {
        let firing = |to: &Ident| {
            let (from, to) = self.renames.iter().find(|(_, t)| *t == to)?;
            Some(sync_trigger_name(&sync_function_name(self.name, from, to)))
        };
        key.contains(column) && key.iter().filter_map(firing).max() == firing(column)
    }

    fn of_new_row(&self, expression: &Expr) -> Expr {
        let names: Vec<Ident> = self.table.columns.iter().map(|c| c.name.clone()).collect();
        prefix_columns(expression, &names, "NEW.")
    }

    /// What a unique index calls equal must have one text: numeric 1.0 and 1.00 have one hash only.
    fn column_part(&self, name: &Ident) -> Expr {
        let hashed = self
            .table
            .column(name)
            .is_some_and(|c| equal_in_several_spellings(&c.type_name, c.collation.is_some()));
        if hashed {
            Expr(format!(
                "CASE WHEN NEW.{name} IS NOT NULL THEN pg_catalog.hash_record(ROW(NEW.{name})) END"
            ))
        } else {
            Expr(format!("NEW.{name}"))
        }
    }
}

/// A label, or each label of an array, replaced.
pub(super) fn mapped(value: &str, array: bool, pairs: &[(String, String)]) -> Expr {
    if array {
        let start = format!("{value}::text[]");
        return Expr(pairs.iter().fold(start, |inner, (was, is)| {
            format!(
                "pg_catalog.array_replace({inner}, {}::text, {}::text)",
                Literal(was),
                Literal(is)
            )
        }));
    }
    let cases: String = pairs
        .iter()
        .map(|(was, is)| format!(" WHEN {} THEN {}", Literal(was), Literal(is)))
        .collect();
    Expr(format!("CASE {value}::text{cases} ELSE {value}::text END"))
}

/// NULLs are skipped by the lock, unless the key calls them equal.
fn lock_parts(parts: impl Iterator<Item = Expr>, nulls_not_distinct: bool) -> Vec<Expr> {
    parts
        .map(|part| {
            if nulls_not_distinct {
                Expr(format!("COALESCE(({part})::pg_catalog.text, '')"))
            } else {
                part
            }
        })
        .collect()
}

/// Types whose equality is coarser than their text, and which have a hash that agrees with it.
fn equal_in_several_spellings(type_name: &str, collated: bool) -> bool {
    let base = type_name
        .split('(')
        .next()
        .unwrap_or_default()
        .trim_end_matches("[]")
        .trim();
    let text = matches!(base, "text" | "character varying" | "character");
    let citext = base == "citext" || base.ends_with(".citext");
    citext || (collated && text) || matches!(base, "numeric" | "real" | "double precision" | "interval" | "jsonb")
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
