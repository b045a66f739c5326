//! `cutover`: names keep their place and change their type, in one short transaction over all tables concerned.
//!
//! Under ACCESS EXCLUSIVE on each of them (seen 7 to 54 ms, recipes 5): the columns change places with their shadows, keys,
//! constraints and indexes change names with their twins, and the sync turns round. Typed clients of the old version can no
//! longer decode the column; those of the new one can. The undo is the mirror image; what has no twin any more (a primary
//! key's index, checks) is built again under the lock.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::column_settings::{default_sql, identity_sql};
use super::drop_table::data_loss_guard;
use super::step::{Context, Step};
use super::sync::{create_statements, drop_statements};
use crate::compare::{same_constraint, same_default, same_index};
use crate::facts::Op;
use crate::plan::{HazardKind, Statement};
use crate::schema::{ConstraintKind, Dependency, Expr, Ident, Other, QName, Schema, Table, TableAlias, TableOptions};
use crate::sql::{Alter, IndexMode, create_index, key_index};
use crate::stages::rename_column;

/// A column that changes places with its shadow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ColumnSwap {
    /// The table.
    pub table: QName,
    /// The name that keeps its place.
    pub name: Ident,
    /// The shadow that takes it.
    pub shadow: Ident,
    /// The name under which the old column stays until contract.
    pub old: Ident,
}

/// An enum type that changes places with its rebuilt twin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TypeSwap {
    /// The name that keeps its place.
    pub name: QName,
    /// The rebuilt type.
    pub shadow: QName,
    /// The name under which the old type stays until contract.
    pub old: QName,
}

pub(super) fn steps(
    state: &Schema,
    columns: &[ColumnSwap],
    types: &[TypeSwap],
    target: &Schema,
    context: &Context,
) -> Vec<Step> {
    let back_columns: Vec<ColumnSwap> = columns
        .iter()
        .map(|c| ColumnSwap {
            shadow: c.old.clone(),
            old: c.shadow.clone(),
            ..c.clone()
        })
        .collect();
    let back_types: Vec<TypeSwap> = types
        .iter()
        .map(|t| TypeSwap {
            shadow: t.old.clone(),
            old: t.shadow.clone(),
            ..t.clone()
        })
        .collect();
    let objects: Vec<String> = columns.iter().map(|c| format!("{}.{}", c.table, c.name)).collect();
    let table = columns.first().map(|c| &c.table);
    let mut step = Step::new("cutover", objects.join(", "), table)
        .up(swap(state, columns, types, target, context))
        .down(columns.iter().map(|c| {
            let again = made_again(state, c).map(|value| format!(" AND {} IS DISTINCT FROM {value}", c.name));
            let query = format!(
                "SELECT 1 FROM {} WHERE {} IS NOT NULL AND {} IS NULL{}",
                c.table,
                c.name,
                c.old,
                again.unwrap_or_default()
            );
            data_loss_guard(&format!("{}.{}", c.table, c.name), &query, "values that the old type cannot hold")
        }))
        .down(swap(target, &back_columns, &back_types, state, context))
        .effect(state, target)
        .note("Typed clients of the old version fail on these columns from here on: deploy the new version now. Untyped ones go on.")
        .note("Prepared statements that select the columns must be prepared anew; sqlx needs a new connection.")
        .note("The undo builds keys and checks on the old columns again while it holds the lock.");
    for c in columns {
        let mut syncs = state.syncs.values();
        let sync = syncs.find(|s| s.table == c.table && s.from == c.name && s.to == c.shadow);
        if sync.is_some_and(|s| s.up.is_some()) {
            step = step.note(format!(
                "What old code writes to {}.{} from here on is taken as it is, and no longer converted: stop old code that \
                 writes it before this file.",
                c.table, c.name
            ));
        }
    }
    // Columns of a rebuilt type that no new code knows keep the old type, which has another name from here on.
    let kept = types
        .iter()
        .flat_map(|t| state.columns_of_enum(&t.name))
        .filter(|(table, column)| {
            !columns
                .iter()
                .any(|c| c.table == **table && (c.name == column.name || c.shadow == column.name))
        });
    let kept: Vec<String> = kept.map(|(table, column)| format!("{table}.{}", column.name)).collect();
    for object in objects.into_iter().chain(kept) {
        let message = format!(
            "{object} keeps its name and changes its type: typed clients (sqlx) of the old version fail from the cutover on; \
             with another name and renamed_from both versions work at every step"
        );
        step = step.hazard(HazardKind::Cutover, object, message);
    }
    step.alone = true;
    step.verb = "cutover";
    step.subject = table.map(|t| t.name.raw().to_owned()).unwrap_or_default();
    vec![step]
}

/// What the sync before the cutover makes of a row whose old column has NULL, where it has a value for that: nothing is lost
/// with it.
fn made_again(state: &Schema, column: &ColumnSwap) -> Option<String> {
    let mut syncs = state.syncs.values();
    let sync = syncs.find(|s| s.table == column.table && s.from == column.name && s.to == column.shadow)?;
    let up = sync.up.as_ref().filter(|up| up.0.starts_with("COALESCE("))?;
    let read = format!("NEW.{}", column.name);
    let mut out = String::new();
    let mut rest = up.0.as_str();
    while let Some(at) = rest.find(&read) {
        let (before, after) = (&rest[..at], &rest[at + read.len()..]);
        out += before;
        let longer = after.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
        out += &if longer { read.clone() } else { column.old.to_string() };
        rest = after;
    }
    Some((out + rest).replace("NEW.", ""))
}

/// The statements that lead from one side of the cutover to the other.
fn swap(from: &Schema, columns: &[ColumnSwap], types: &[TypeSwap], to: &Schema, context: &Context) -> Vec<Statement> {
    let mut state = from.clone();
    let mut out = Vec::new();
    let tables: BTreeSet<&QName> = from
        .tables
        .keys()
        .filter(|name| from.tables.get(*name) != to.tables.get(*name))
        .collect();
    // Partitions are locked with the table above them.
    let below = |name: &QName| from.partitioned_above(name).iter().any(|above| tables.contains(above));
    let names: Vec<String> = tables.iter().filter(|t| !below(t)).map(ToString::to_string).collect();
    if let Some(first) = tables.first() {
        let mut lock = Op::TableLock.on(
            first,
            format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", names.join(", ")),
        );
        lock.locks = tables.iter().flat_map(|t| Op::TableLock.on(t, "").locks).collect();
        out.push(lock);
    }
    // Options that name an index let it go before its columns may hold NULL, and take it once they may not.
    let options = |name: &&QName| {
        Some((
            from.tables.get(*name)?.options.clone(),
            to.tables.get(*name)?.options.clone(),
        ))
    };
    let named: Vec<(&QName, TableOptions, TableOptions)> = tables
        .iter()
        .filter_map(|name| options(name).map(|(was, is)| (*name, was, is)))
        .collect();
    let lets_go = named
        .iter()
        .filter(|(_, was, is)| was.replica_identity_index.is_some() && is.replica_identity_index.is_none());
    out.extend(lets_go.map(|(name, _, is)| super::table_options::replica_identity(name, is)));
    // So would a view that shows the table under its new name.
    let shown = |schema: &Schema| -> Vec<(QName, TableAlias)> {
        let here = schema
            .aliases
            .iter()
            .filter(|(_, a)| columns.iter().any(|c| c.table == a.table));
        here.map(|(name, alias)| (name.clone(), alias.clone())).collect()
    };
    out.extend(shown(from).iter().map(|(name, _)| super::alias::drop_statement(name)));
    // Statistics would follow the old columns.
    let mut statistics = Vec::new();
    for table in &tables {
        let names: Vec<&Ident> = columns.iter().filter(|c| c.table == **table).map(|c| &c.name).collect();
        statistics.extend(statistics_on(from, table, &names).into_iter().map(|o| (*table, o)));
    }
    out.extend(statistics.iter().map(|(table, o)| drop_statistics(table, o)));
    for (function, sync) in from.syncs.iter().filter(|(f, s)| to.syncs.get(*f) != Some(s)) {
        out.extend(drop_statements(function, sync));
        state.syncs.remove(function);
    }
    for c in columns {
        for (a, b) in [(&c.name, &c.old), (&c.shadow, &c.name)] {
            out.push(Op::ColumnRename.on(&c.table, format!("ALTER TABLE {} RENAME COLUMN {a} TO {b}", c.table)));
            rename_column(&mut state, &c.table, a, b);
        }
    }
    for t in types {
        for (a, b) in [(&t.name, &t.old), (&t.shadow, &t.name)] {
            out.push(Op::EnumRename.plain(format!("ALTER TYPE {a} RENAME TO {}", b.name)));
            state.rename_type(a, b);
        }
    }
    let mut pairs: Vec<(&QName, Table, &Table)> = tables
        .iter()
        .filter_map(|name| Some((*name, state.table(name)?.clone(), to.table(name)?)))
        .collect();
    // What a partition has from above follows the table that it is from.
    pairs.sort_by_key(|(name, ..)| from.partitioned_above(name).len());
    let held = dropped_keys(&pairs);
    for (name, was, is) in &pairs {
        out.extend(drop_foreign_keys(name, was, is, &held));
    }
    for (name, was, is) in &pairs {
        out.extend(sequences(name, &state, to));
        out.extend(rebuild(name, was, is, &held));
    }
    for (name, was, is) in &pairs {
        out.extend(add_foreign_keys(name, was, is, &held));
    }
    for (function, sync) in to.syncs.iter().filter(|(f, s)| from.syncs.get(*f) != Some(s)) {
        out.extend(create_statements(function, sync));
    }
    for (name, was, is) in &named {
        if was.replica_identity_index.is_none() && is.replica_identity_index.is_some() {
            out.push(super::table_options::replica_identity(name, is));
        }
        if was.cluster_on.is_none() && is.cluster_on.is_some() {
            out.push(super::table_options::cluster_on(name, is));
        }
    }
    out.extend(statistics.iter().map(|(table, o)| create_statistics(table, o)));
    for (name, alias) in shown(to) {
        out.extend(super::alias::create_statements(to, &name, &alias, context));
    }
    out
}

/// Extended statistics over one of the columns.
pub(super) fn statistics_on(state: &Schema, table: &QName, columns: &[&Ident]) -> Vec<Other> {
    let named = |d: &Dependency| matches!(d, Dependency::Column(t, c) if t == table && columns.contains(&c));
    let on = |o: &&Other| o.kind == "statistics" && o.depends_on.iter().any(named);
    state.others.iter().filter(on).cloned().collect()
}

/// `DROP STATISTICS`, SHARE UPDATE EXCLUSIVE.
pub(super) fn drop_statistics(table: &QName, statistics: &Other) -> Statement {
    Op::Statistics.on(table, format!("DROP STATISTICS {}", statistics.name))
}

/// `CREATE STATISTICS`, as PostgreSQL prints it, SHARE UPDATE EXCLUSIVE.
pub(super) fn create_statistics(table: &QName, statistics: &Other) -> Statement {
    Op::Statistics.on(table, statistics.definition.clone())
}

/// Names that an object has now, and the one it gets.
fn renames<T>(
    was: &std::collections::BTreeMap<Ident, T>,
    is: &std::collections::BTreeMap<Ident, T>,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<(Ident, Ident)> {
    let mut open: Vec<(Ident, Ident)> = Vec::new();
    let kept = |name: &Ident, v: &T| is.get(name).is_some_and(|w| same(v, w));
    for (new_name, wanted) in is {
        if was.get(new_name).is_some_and(|w| same(w, wanted)) {
            continue;
        }
        let found = was
            .iter()
            .find(|(n, v)| !kept(n, v) && same(v, wanted) && !open.iter().any(|(from, _)| from == *n));
        if let Some((old_name, _)) = found {
            open.push((old_name.clone(), new_name.clone()));
        }
    }
    // A name must be free before it is given.
    let mut ordered = Vec::new();
    while !open.is_empty() {
        let at = open
            .iter()
            .position(|(_, to)| !open.iter().any(|(from, _)| from == to))
            .unwrap_or(0);
        ordered.push(open.remove(at));
    }
    ordered
}

fn is_foreign(constraint: &crate::schema::Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::ForeignKey(_))
}

fn constraint_renames(was: &Table, is: &Table) -> Vec<(Ident, Ident)> {
    renames(&was.constraints, &is.constraints, |a, b| same_constraint(a, was, b, is))
}

/// Keys whose constraint goes, and with it the index that foreign keys hold on to.
fn dropped_keys(pairs: &[(&QName, Table, &Table)]) -> Vec<(QName, BTreeSet<Ident>)> {
    let mut out = Vec::new();
    for (name, was, is) in pairs {
        let renamed = constraint_renames(was, is);
        for (n, c) in &was.constraints {
            let stays = is.constraints.get(n).is_some_and(|w| same_constraint(c, was, w, is));
            if let Some(key) = c
                .kind
                .key()
                .filter(|_| !stays && !renamed.iter().any(|(from, _)| from == n))
            {
                out.push(((*name).clone(), key.columns.iter().cloned().collect()));
            }
        }
    }
    out
}

/// The foreign keys that take part: what each is called on either side, `None` where it is not.
fn foreign_key_changes(
    was: &Table,
    is: &Table,
    held: &[(QName, BTreeSet<Ident>)],
) -> Vec<(Option<Ident>, Option<Ident>)> {
    let renamed = constraint_renames(was, is);
    let is_held = |c: &crate::schema::Constraint| match &c.kind {
        ConstraintKind::ForeignKey(key) => held
            .iter()
            .any(|(t, columns)| *t == key.references && *columns == key.referenced_columns.iter().cloned().collect()),
        _ => false,
    };
    let mut out = Vec::new();
    for (name, constraint) in was.constraints.iter().filter(|(_, c)| is_foreign(c)) {
        let stays = is
            .constraints
            .get(name)
            .is_some_and(|w| same_constraint(constraint, was, w, is));
        let to = if stays {
            Some(name.clone())
        } else {
            renamed.iter().find(|(from, _)| from == name).map(|(_, to)| to.clone())
        };
        if to.is_none() || is_held(constraint) {
            out.push((Some(name.clone()), to));
        }
    }
    for (name, constraint) in is.constraints.iter().filter(|(_, c)| is_foreign(c)) {
        let stood = was
            .constraints
            .get(name)
            .is_some_and(|w| same_constraint(w, was, constraint, is));
        if !stood && !renamed.iter().any(|(_, to)| to == name) {
            out.push((None, Some(name.clone())));
        }
    }
    out
}

fn drop_foreign_keys(name: &QName, was: &Table, is: &Table, held: &[(QName, BTreeSet<Ident>)]) -> Vec<Statement> {
    foreign_key_changes(was, is, held)
        .into_iter()
        .filter_map(|(from, _)| from)
        .map(|n| Op::ConstraintDrop.on(name, format!("ALTER TABLE {name} DROP CONSTRAINT {n}")))
        .collect()
}

fn add_foreign_keys(name: &QName, was: &Table, is: &Table, held: &[(QName, BTreeSet<Ident>)]) -> Vec<Statement> {
    foreign_key_changes(was, is, held)
        .into_iter()
        .filter_map(|(_, to)| to)
        .filter_map(|n| is.constraints.get(&n).map(|c| (n, c)))
        .map(|(n, c)| Op::ExclusionAdd.on(name, super::constraint::add_sql(name, &n, c)))
        .collect()
}

/// Sequences of a table's columns: a rename of the column took them along.
fn sequences(name: &QName, state: &Schema, to: &Schema) -> Vec<Statement> {
    let owned_here = |s: &crate::schema::Sequence| s.owned_by.as_ref().is_some_and(|(t, _)| t == name);
    to.sequences
        .iter()
        .filter(|(n, s)| owned_here(s) && state.sequences.get(*n).is_some_and(|was| was.owned_by != s.owned_by))
        .filter_map(|(n, s)| super::sequence::owned_by(n, s))
        .collect()
}

/// Everything on one table but foreign keys: what goes, what changes its name, what comes.
fn rebuild(name: &QName, was: &Table, is: &Table, held: &[(QName, BTreeSet<Ident>)]) -> Vec<Statement> {
    let anew: Vec<_> = foreign_key_changes(was, is, held);
    let mut out = Vec::new();
    let renamed = constraint_renames(was, is);
    let indexes = renames(&was.indexes, &is.indexes, |a, b| same_index(a, was, b, is));
    let stays = |n: &Ident, c: &crate::schema::Constraint| {
        is.constraints.get(n).is_some_and(|w| same_constraint(c, was, w, is))
    };
    let mut spare: Vec<(Ident, crate::schema::Index)> = was
        .indexes
        .iter()
        .filter(|(n, i)| {
            !is.indexes.get(*n).is_some_and(|w| same_index(i, was, w, is))
                && !indexes.iter().any(|(from, _)| from == *n)
        })
        .map(|(n, i)| (n.clone(), i.clone()))
        .collect();
    for (n, _) in was
        .constraints
        .iter()
        .filter(|(n, c)| !is_foreign(c) && !stays(n, c) && !renamed.iter().any(|(from, _)| from == *n))
    {
        out.push(Op::ConstraintDrop.on(name, format!("ALTER TABLE {name} DROP CONSTRAINT {n}")));
    }
    let stand = renamed
        .iter()
        .filter(|(from, _)| !anew.iter().any(|(gone, _)| gone.as_ref() == Some(from)));
    let all = stand.map(|r| (r, true)).chain(indexes.iter().map(|r| (r, false)));
    for (from, to, constraint) in names_in_turn(all.map(|((from, to), c)| (from.clone(), to.clone(), c)).collect()) {
        out.push(if constraint {
            Op::ConstraintRename.on(name, format!("ALTER TABLE {name} RENAME CONSTRAINT {from} TO {to}"))
        } else {
            Op::IndexRename.on(name, format!("ALTER INDEX {} RENAME TO {to}", name.sibling(from)))
        });
    }
    out.extend(columns(name, was, is));
    for (n, c) in &is.constraints {
        let stood = was.constraints.get(n).is_some_and(|w| same_constraint(w, was, c, is));
        if is_foreign(c) || stood || renamed.iter().any(|(_, to)| to == n) {
            continue;
        }
        let ready = c.kind.key().and_then(|key| {
            let wanted = key_index(key);
            spare.iter().position(|(_, i)| same_index(i, was, &wanted, is))
        });
        match ready {
            Some(at) => {
                let (index, _) = spare.remove(at);
                out.push(super::key::using_index(name, n, c, &index));
            }
            None => out.push(Op::ExclusionAdd.on(name, super::constraint::add_sql(name, n, c))),
        }
        out.extend(super::constraint::comment(name, n, c));
    }
    for (n, _) in spare {
        out.push(Op::IndexDropPlain.on(name, format!("DROP INDEX {}", name.sibling(n))));
    }
    for (n, i) in &is.indexes {
        let stood = was.indexes.get(n).is_some_and(|w| same_index(w, was, i, is));
        if !stood && !indexes.iter().any(|(_, to)| to == n) {
            out.push(Op::IndexCreatePlain.on(name, create_index(n, name, i, IndexMode::Plain)));
            out.extend(super::index::details(name, n, i));
        }
    }
    out
}

/// Renames (from, to, whether of a constraint) so that each finds its name free; where names change places one takes a detour.
fn names_in_turn(mut open: Vec<(Ident, Ident, bool)>) -> Vec<(Ident, Ident, bool)> {
    let mut done = Vec::new();
    let mut last = Vec::new();
    while !open.is_empty() {
        let free = |to: &Ident| !open.iter().any(|(from, ..)| from == to);
        if let Some(at) = open.iter().position(|(_, to, _)| free(to)) {
            done.push(open.remove(at));
            continue;
        }
        let (from, to, constraint) = open.remove(0);
        let taken = |n: &Ident| open.iter().any(|(a, b, _)| a == n || b == n);
        let aside = crate::stages::first_free(&to.with_suffix("__new"), |n| !taken(n) && *n != from);
        done.push((from, aside.clone(), constraint));
        last.push((aside, to, constraint));
    }
    done.extend(last);
    done
}

fn columns(name: &QName, was: &Table, is: &Table) -> Vec<Statement> {
    let mut out = Vec::new();
    let alter = |op: Op, column: &Ident, action: &str| {
        op.on(name, format!("ALTER TABLE {name} ALTER COLUMN {column} {action}"))
    };
    let default = |column: &Ident, value: Option<&Expr>| {
        // Partitions have their own defaults.
        let alter = match is.partition_by {
            Some(_) => Alter::only(name),
            None => Alter::all(name),
        };
        default_sql(alter, column, value)
    };
    let own = is.partition_of.is_none();
    let both = || is.columns.iter().filter_map(|c| Some((was.column(&c.name)?, c)));
    // What is taken away comes first: an identity needs a column without default, and a sequence one owner.
    for (a, b) in both() {
        if a.identity.is_some() && b.identity.is_none() && own {
            out.extend(identity_sql(name, a, b));
        }
        if a.default.is_some() && b.default.is_none() {
            out.push(default(&b.name, None));
        }
        if a.not_null && !b.not_null {
            out.push(alter(Op::ColumnDropNotNull, &b.name, "DROP NOT NULL"));
        }
    }
    for (a, b) in both() {
        if !a.not_null && b.not_null {
            out.push(alter(Op::ColumnTypeScan, &b.name, "SET NOT NULL"));
        }
        if b.default.is_some() && !same_default(a, was, b, is) {
            out.push(default(&b.name, b.default.as_ref()));
        }
        if b.identity.is_some() && a.identity != b.identity && own {
            out.extend(identity_sql(name, a, b));
        }
        if a.comment != b.comment {
            let on = crate::sql::CommentOn::Column(name, &b.name);
            out.push(Op::TableComment.on(name, crate::sql::comment_sql(on, b.comment.as_deref())));
        }
    }
    out
}
