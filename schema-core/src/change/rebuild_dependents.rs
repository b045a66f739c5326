//! `rebuild_dependents`: what stands outside the model and hangs on what a step changes goes away before it and comes back
//! after it, in the step's own transaction; its undo does the same.
//!
//! Views, materialized views, rules, triggers, policies, statistics and functions with SQL bodies come back by their
//! definitions; owner and privileges by what the transaction found, whoever gave them. Between the two nobody sees anything:
//! the step's locks, and ACCESS EXCLUSIVE on each view, last to the end. A materialized view reads its query again.
//!
//! A definition that knows a column by an older name is read while the column has that name for a moment: PostgreSQL then
//! writes the new one into it, exactly as `RENAME COLUMN` does.

use std::collections::BTreeSet;

use super::step::Step;
use crate::facts::Op;
use crate::plan::{Class, Hazard, HazardKind, Lock, LockMode, Statement};
use crate::schema::{Alias, Dependency, Ident, Literal, Object, Other, Patch, QName, Schema, Slot};
use crate::sql::{CommentOn, comment_sql, dollar_quoted};

/// The same objects before and after a step, each in the order in which they can be made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rebuild {
    before: Vec<Other>,
    after: Vec<Other>,
}

impl Rebuild {
    /// What goes and what comes back.
    pub(crate) fn new(before: Vec<Other>, after: Vec<Other>) -> Self {
        Self {
            before: in_order(before),
            after: in_order(after),
        }
    }

    /// Whether an object comes back otherwise than it went.
    pub(crate) fn changes(&self) -> bool {
        self.before.iter().collect::<BTreeSet<_>>() != self.after.iter().collect::<BTreeSet<_>>()
    }

    /// The steps of one file with the objects away while they run. `state` is the schema before them, `after` the one behind
    /// them.
    pub(crate) fn round(&self, steps: &mut [Step], state: &Schema, after: &Schema) {
        let goes_back = |s: &Step| !s.down.is_empty() && s.down_class() == Class::Transaction;
        let down = steps.iter().any(goes_back);
        let objects: Vec<&str> = steps.iter().map(|s| s.object.as_str()).collect();
        let objects = objects.join(", ");
        let patches = self.patches();
        if let Some(first) = steps.first_mut() {
            let up = std::mem::take(&mut first.up);
            first.up = self.away(&self.before);
            first.up.extend(up);
            if down {
                first.down.extend(self.back(&self.before, state));
            }
            first.down_effect.extend(patches.iter().map(Patch::inverse));
        }
        if let Some(last) = steps.last_mut() {
            last.up.extend(self.back(&self.after, after));
            if down {
                let down = std::mem::take(&mut last.down);
                last.down = self.away(&self.after);
                last.down.extend(down);
            }
            last.up_effect.extend(patches);
            let names: Vec<String> = self.after.iter().map(|o| format!("{} {}", o.kind, o.name)).collect();
            last.notes.push(format!(
                "Taken away and made again in the same transaction, with owner, privileges and comments: {}.",
                names.join(", ")
            ));
            let filled = self.after.iter().filter(|o| o.kind == "materialized view");
            last.hazards.extend(filled.map(|view| Hazard {
                kind: HazardKind::LongLock,
                object: view.name.clone(),
                message: format!(
                    "the materialized view {} is filled anew while {objects} is locked: nothing reads or writes it as long as its \
                     query takes",
                    view.name
                ),
            }));
        }
        for (at, step) in steps.iter_mut().enumerate() {
            step.glued |= at > 0;
        }
    }

    /// The effect on the objects themselves.
    fn patches(&self) -> Vec<Patch> {
        self.before
            .iter()
            .filter_map(|was| {
                let is = self.after.iter().find(|o| o.key() == was.key());
                (is != Some(was)).then(|| patch(was, is))
            })
            .collect()
    }

    /// Relations and routines that stand on both sides, whose owner and privileges are carried over.
    fn with_privileges(&self) -> (Vec<&Other>, Vec<&Other>) {
        let both = |o: &&Other| self.after.iter().any(|a| a.key() == o.key());
        let of = |kinds: [&str; 2]| -> Vec<&Other> {
            let fits = |o: &&Other| kinds.contains(&o.kind.as_str());
            self.before.iter().filter(fits).filter(both).collect()
        };
        (of(["view", "materialized view"]), of(["function", "procedure"]))
    }

    /// Tables whose columns have privileges of their own and are made anew.
    fn tables(&self) -> BTreeSet<String> {
        let grants = self.before.iter().filter(|o| o.kind == "column grant");
        grants.filter_map(|o| o.on.as_ref()).map(ToString::to_string).collect()
    }

    fn away(&self, list: &[Other]) -> Vec<Statement> {
        let mut out = Vec::new();
        let (relations, routines) = self.with_privileges();
        let tables = self.tables();
        if !relations.is_empty() || !routines.is_empty() || !tables.is_empty() {
            let array = |names: Vec<&str>| -> String {
                let names: Vec<String> = names.into_iter().map(|name| Literal(name).to_string()).collect();
                names.join(", ")
            };
            let names = |list: &[&'_ Other]| -> Vec<String> { list.iter().map(|o| o.name.clone()).collect() };
            let (relations, routines) = (names(&relations), names(&routines));
            let relations = relations.iter().chain(&tables).map(String::as_str).collect();
            let body = include_str!("keep_privileges.sql")
                .replace("{relations}", &array(relations))
                .replace("{routines}", &array(routines.iter().map(String::as_str).collect()));
            out.push(Op::Check.plain(format!("DO {}", dollar_quoted(body.trim_end()))));
        }
        out.extend(list.iter().rev().flat_map(drop_statement));
        out
    }

    fn back(&self, list: &[Other], state: &Schema) -> Vec<Statement> {
        let mut out = Vec::new();
        if list.iter().any(|o| matches!(o.kind.as_str(), "function" | "procedure")) {
            // A body may name what comes back only after it.
            out.push(Op::Check.plain("SET LOCAL check_function_bodies = off"));
        }
        let mut names = OldNames::default();
        for other in list {
            out.extend(names.take(&other.renamed, state));
            out.extend(create_statements(other));
        }
        out.extend(names.take(&[], state));
        let (relations, routines) = self.with_privileges();
        if !relations.is_empty() || !routines.is_empty() || !self.tables().is_empty() {
            let filled = relations.iter().any(|o| o.kind == "materialized view");
            let refresh = if filled { include_str!("refresh_views.sql") } else { "" };
            let body = include_str!("restore_privileges.sql").replace("  {refresh}\n", &format_refresh(refresh));
            let op = if filled { Op::ViewRefresh } else { Op::Check };
            out.push(op.plain(format!("DO {}", dollar_quoted(body.trim_end()))));
        }
        out
    }
}

/// Gives a column the privileges that another one of its table has, whoever gave them.
pub(crate) fn copy_grants(table: &QName, from: &Ident, to: &Ident) -> Statement {
    let body = include_str!("copy_column_grants.sql")
        .replace("{table}", &Literal(&table.to_string()).to_string())
        .replace("{from}", &Literal(from.raw()).to_string())
        .replace("{to}", &Literal(&to.to_string()).to_string());
    Op::Check.plain(format!("DO {}", dollar_quoted(body.trim_end())))
}

/// Gives a column that comes back the privileges that it had, to those roles that are there.
pub(crate) fn grant_again(grants: &Other) -> Vec<Statement> {
    let one = |grant: &str| {
        let body = format!("BEGIN\n  {grant};\nEXCEPTION WHEN undefined_object THEN NULL; -- no such role\nEND");
        Op::Check.plain(format!("DO {}", dollar_quoted(&body)))
    };
    grants.definition.split(";\n").map(one).collect()
}

/// What stood on a table, for the undo of its drop.
pub(crate) fn stood_on(others: Vec<Other>) -> Vec<Statement> {
    let make = |other: &Other| match other.kind.as_str() {
        "column grant" | "privileges" => grant_again(other),
        _ => create_statements(other),
    };
    in_order(others).iter().flat_map(make).collect()
}

/// The step that only the dependents are in. They go over while both columns are still in step.
pub(super) fn moved(table: &QName, from: &Ident) -> Vec<Step> {
    let lock = || Op::TableLock.on(table, format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"));
    let mut step = Step::new("rebuild_dependents", format!("{table}.{from}"), Some(table))
        .up([lock()])
        .down([lock()]);
    step.alone = true;
    step.verb = "dependents";
    vec![step]
}

/// What PostgreSQL does to the objects that read a column when its name changes: they read it on, and their definitions,
/// as they were read before, have the older name.
pub(super) fn renamed(state: &Schema, table: &QName, from: &Ident, to: &Ident) -> Vec<Patch> {
    let family = state.family(table);
    let reads = |d: &Dependency| matches!(d, Dependency::Column(t, c) if c == from && family.contains(t));
    let mut out = Vec::new();
    for other in state.others.iter().filter(|o| o.depends_on.iter().any(reads)) {
        let mut is = other.clone();
        for dependency in &mut is.depends_on {
            if reads(dependency)
                && let Dependency::Column(_, column) = dependency
            {
                *column = to.clone();
            }
        }
        is.depends_on.sort();
        is.rename(table, from, to);
        out.push(patch(other, Some(&is)));
    }
    out
}

fn patch(was: &Other, is: Option<&Other>) -> Patch {
    let object = |o: &Other| Object::Other(Box::new(o.clone()));
    Patch {
        slot: Slot::Other(was.kind.clone(), was.name.clone()),
        before: Some(object(was)),
        after: is.map(object),
    }
}

fn format_refresh(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("  {text}")
    }
}

/// What is needed first; otherwise by kind and name.
fn in_order(mut waiting: Vec<Other>) -> Vec<Other> {
    waiting.sort_by_key(Other::key);
    let mut out: Vec<Other> = Vec::new();
    while !waiting.is_empty() {
        let open: BTreeSet<(String, String)> = waiting.iter().map(Other::key).collect();
        let at = waiting
            .iter()
            .position(|o| !o.needs.iter().any(|n| open.contains(n)))
            .unwrap_or(0);
        out.push(waiting.remove(at));
    }
    out
}

/// Columns that have their older names for the moment.
#[derive(Default)]
struct OldNames {
    aliases: Vec<Alias>,
    done: Vec<(QName, Ident, Ident)>,
}

impl OldNames {
    /// The statements that lead from the names so far to those that a definition with these aliases knows.
    fn take(&mut self, wanted: &[Alias], state: &Schema) -> Vec<Statement> {
        if self.aliases == wanted {
            return Vec::new();
        }
        let mut out: Vec<Statement> = Vec::new();
        for (table, from, to) in std::mem::take(&mut self.done).into_iter().rev() {
            out.push(rename(&table, &to, &from));
        }
        let mut apart: Vec<(QName, Ident, Ident)> = Vec::new();
        let mut last: Vec<(QName, Ident, Ident)> = Vec::new();
        let mut taken: BTreeSet<(QName, Ident)> = state
            .tables
            .iter()
            .filter(|(name, _)| wanted.iter().any(|a| a.table == **name))
            .flat_map(|(name, t)| t.columns.iter().map(|c| (name.clone(), c.name.clone())))
            .collect();
        for alias in wanted {
            let mut now = alias.now.clone();
            let in_the_way = taken.contains(&(alias.table.clone(), alias.written.clone()));
            let moves_itself = wanted.iter().any(|a| a.table == alias.table && a.now == alias.written);
            if in_the_way && !moves_itself {
                apart.push((alias.table.clone(), alias.written.clone(), spare(&mut taken, alias)));
            }
            if wanted.iter().any(|a| a.table == alias.table && a.written == alias.now) {
                // Another column takes this one's name: it steps aside first.
                let aside = spare(&mut taken, alias);
                apart.push((alias.table.clone(), alias.now.clone(), aside.clone()));
                now = aside;
            }
            last.push((alias.table.clone(), now, alias.written.clone()));
        }
        apart.extend(last);
        out.extend(apart.iter().map(|(table, from, to)| rename(table, from, to)));
        self.done = apart;
        self.aliases = wanted.to_vec();
        out
    }
}

fn spare(taken: &mut BTreeSet<(QName, Ident)>, alias: &Alias) -> Ident {
    let mut name = alias.written.with_suffix("__aside");
    let mut number = 2;
    while !taken.insert((alias.table.clone(), name.clone())) {
        name = alias.written.with_suffix(&format!("__aside{number}"));
        number += 1;
    }
    name
}

fn rename(table: &QName, from: &Ident, to: &Ident) -> Statement {
    Op::ColumnRename.on(table, format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}"))
}

/// The statement that takes the object away; none where it goes along with another.
fn drop_statement(other: &Other) -> Option<Statement> {
    let name = &other.name;
    Some(match other.kind.as_str() {
        "view" | "materialized view" => {
            let word = if other.kind == "view" {
                "VIEW"
            } else {
                "MATERIALIZED VIEW"
            };
            let mut statement = Op::ViewDrop.plain(format!("DROP {word} {name}"));
            statement.locks = other.name.parse().ok().map(exclusive).into_iter().collect();
            statement
        }
        "index" => return None,
        "publication table" => {
            let (added, only) = (" ADD TABLE ONLY ", " DROP TABLE ONLY ");
            let (head, _) = other.definition.split_once(added)?;
            on_its_table(
                Op::PublicationTable,
                other,
                format!("{head}{only}{}", other.on.as_ref()?),
            )
        }
        "function" | "procedure" => Op::FunctionDrop.plain(format!("DROP ROUTINE {name}")),
        "statistics" => on_its_table(Op::Statistics, other, format!("DROP STATISTICS {name}")),
        "trigger" => on_its_table(Op::TriggerDrop, other, format!("DROP TRIGGER {name}")),
        "policy" => on_its_table(Op::Policy, other, format!("DROP POLICY {name}")),
        "rule" => on_its_table(Op::Rule, other, format!("DROP RULE {name}")),
        _ => return None,
    })
}

/// The statements that make the object as it was, its comment included.
fn create_statements(other: &Other) -> Vec<Statement> {
    if other.kind == "column grant" {
        // With the other privileges of its table.
        return Vec::new();
    }
    let sql = other.definition.clone();
    let mut out = vec![match other.kind.as_str() {
        "view" | "materialized view" | "index" => Op::ViewCreate.plain(sql),
        "function" | "procedure" => written_to(other, Op::FunctionCreate.plain(sql.trim_end().to_owned())),
        "statistics" => on_its_table(Op::Statistics, other, sql),
        "publication table" => on_its_table(Op::PublicationTable, other, sql),
        "trigger" if sql.contains(";\nALTER TABLE ") => on_its_table(Op::TriggerDrop, other, sql),
        "trigger" => on_its_table(Op::TriggerCreate, other, sql),
        "policy" => on_its_table(Op::Policy, other, sql),
        "rule" => written_to(other, on_its_table(Op::Rule, other, sql)),
        _ => Op::Check.plain(sql),
    }];
    out.extend(comment(other));
    out
}

/// The texts that make the object in a schema whose columns may have newer names than its definition knows.
pub(crate) fn made_in(other: &Other, state: &Schema) -> Vec<String> {
    let mut names = OldNames::default();
    let mut statements = names.take(&other.renamed, state);
    if other.kind == "column grant" {
        return vec![other.definition.clone()];
    }
    statements.extend(create_statements(other));
    statements.extend(names.take(&[], state));
    statements.into_iter().map(|s| s.sql).collect()
}

/// Every text of a file that only works while the object stands.
pub(crate) fn texts(other: &Other) -> Vec<String> {
    let statements = drop_statement(other).into_iter().chain(create_statements(other));
    statements.map(|s| s.sql).collect()
}

fn comment(other: &Other) -> Option<Statement> {
    let text = other.comment.as_deref()?;
    let word = if other.kind == "index" {
        "INDEX"
    } else {
        super::word_of(&other.kind)?
    };
    Some(Op::CommentOnly.plain(comment_sql(CommentOn::Other(word, &other.name), Some(text))))
}

/// The statement with the locks on tables that its body may write to: PostgreSQL takes them while it reads the body.
fn written_to(other: &Other, mut statement: Statement) -> Statement {
    let tables: BTreeSet<&QName> = other.depends_on.iter().filter_map(Dependency::table).collect();
    statement.locks.extend(tables.into_iter().map(|on| Lock {
        mode: LockMode::RowExclusive,
        on: on.clone(),
    }));
    statement
}

fn exclusive(on: QName) -> Lock {
    Lock {
        mode: LockMode::AccessExclusive,
        on,
    }
}

/// The statement with its lock on the table that the object stands on.
fn on_its_table(op: Op, other: &Other, sql: String) -> Statement {
    match other
        .on
        .as_ref()
        .or_else(|| other.depends_on.iter().find_map(Dependency::table))
    {
        Some(table) => op.on(table, sql),
        None => op.plain(sql),
    }
}
