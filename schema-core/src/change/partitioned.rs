//! `create_index`, `add_primary_key`, `add_unique`, `swap_key` and their drops on a partitioned table.
//!
//! Nothing builds concurrently on a partitioned table. So each partition's index is built by itself (SHARE UPDATE EXCLUSIVE,
//! alone), and one instant transaction makes the parent's ON ONLY and attaches the others to it, level by level (SHARE on the
//! parent; ACCESS EXCLUSIVE for a key). An equal index or key that a partition has already is taken over. An attached index
//! cannot be detached: dropping the parent's takes all of them along, so going back is for the whole run of files.

use std::collections::BTreeMap;

use super::constraint::{add_sql, comment, subject, with_constraint};
use super::index::{details, preflight};
use super::key::{Held, using_index};
use super::step::Step;
use crate::compare::{same_constraint, same_index};
use crate::facts::Op;
use crate::plan::{HazardKind, Statement};
use crate::schema::{Constraint, ConstraintKind, Ident, Index, IndexOwner, Literal, QName, Schema};
use crate::sql::{Alter, IndexMode, attach_index, constraint_definition, create_index, key_index};

/// The name that each partition's index has or gets.
pub type Names = BTreeMap<QName, Ident>;

/// One partition, at any level.
#[derive(Debug, Clone)]
struct Part {
    table: QName,
    parent: QName,
    /// The parent's index.
    above: Ident,
    /// Its own.
    name: Ident,
    /// The name that it is built under.
    built_as: Ident,
    /// Whether it has partitions of its own, and so no rows.
    partitioned: bool,
    /// What stands there already and is taken over.
    own: Option<Own>,
}

#[derive(Debug, Clone)]
enum Own {
    Index(Index),
    Key(Constraint),
}

/// An index of a partitioned table, or a key of it, with everything that hangs on it.
struct Tree<'a> {
    table: &'a QName,
    name: &'a Ident,
    owner: IndexOwner<'a>,
    /// Each after its parent.
    parts: Vec<Part>,
}

impl<'a> Tree<'a> {
    fn new(state: &Schema, table: &'a QName, name: &'a Ident, owner: IndexOwner<'a>, names: &Names) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for child in state.partitions_below(table) {
            let Some((t, place)) = state
                .tables
                .get(&child)
                .and_then(|t| Some((t, t.partition_of.as_ref()?)))
            else {
                continue;
            };
            let (Some(own_name), Some(above)) = (
                names.get(&child).cloned(),
                if place.parent == *table {
                    Some(name.clone())
                } else {
                    names.get(&place.parent).cloned()
                },
            ) else {
                continue;
            };
            let parent = place.parent.clone();
            parts.push(Part {
                own: own(state, &child, &own_name, owner, (table, t.partition_by.is_some())),
                built_as: own_name.clone(),
                name: own_name,
                partitioned: t.partition_by.is_some(),
                table: child,
                parent,
                above,
            });
        }
        Self {
            table,
            name,
            owner,
            parts,
        }
    }

    fn index(&self) -> Option<Index> {
        match self.owner {
            IndexOwner::Index(index) => Some(Index {
                comment: None,
                statistics: BTreeMap::new(),
                valid: true,
                ..index.clone()
            }),
            IndexOwner::Key(key) => key.kind.key().map(key_index),
        }
    }

    fn leaves(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|p| !p.partitioned)
    }

    fn kind(&self, [index, primary, unique]: [&'static str; 3]) -> &'static str {
        match self.owner {
            IndexOwner::Index(_) => index,
            IndexOwner::Key(key) if matches!(key.kind, ConstraintKind::PrimaryKey(_)) => primary,
            IndexOwner::Key(_) => unique,
        }
    }

    fn object(&self) -> String {
        match self.owner {
            IndexOwner::Index(_) => self.table.sibling(self.name.clone()).to_string(),
            IndexOwner::Key(_) => format!("{}.{}", self.table, self.name),
        }
    }

    /// The schema without the tree and without what its partitions had that it took over.
    fn without(&self, state: &Schema) -> Schema {
        let mut schema = state.clone();
        if let Some(t) = schema.tables.get_mut(self.table) {
            match self.owner {
                IndexOwner::Index(_) => drop(t.indexes.remove(self.name)),
                IndexOwner::Key(_) => drop(t.constraints.remove(self.name)),
            }
        }
        for part in &self.parts {
            if let Some(t) = schema.tables.get_mut(&part.table) {
                t.attached.remove(&part.name);
                t.indexes.remove(&part.name);
                t.indexes.remove(&part.built_as);
                t.constraints.remove(&part.name);
            }
        }
        schema
    }

    /// The schema with the tree.
    fn with(&self, state: &Schema) -> Schema {
        let mut schema = self.without(state);
        if let Some(t) = schema.tables.get_mut(self.table) {
            match self.owner {
                IndexOwner::Index(index) => drop(t.indexes.insert(self.name.clone(), index.clone())),
                IndexOwner::Key(key) => drop(t.constraints.insert(self.name.clone(), key.clone())),
            }
        }
        for part in &self.parts {
            if let Some(t) = schema.tables.get_mut(&part.table) {
                t.attached.insert(part.name.clone(), part.above.clone());
                if let (IndexOwner::Index(_), Some(Own::Key(key))) = (self.owner, &part.own) {
                    t.constraints.insert(part.name.clone(), key.clone());
                }
            }
        }
        schema
    }

    fn tables(&self) -> impl Iterator<Item = &QName> {
        self.parts.iter().map(|p| &p.table)
    }

    /// Makes the parent's and attaches all others: the last transaction.
    fn join(&self) -> Vec<Statement> {
        let mut out = Vec::new();
        if let IndexOwner::Key(key) = self.owner {
            for part in self.leaves().filter(|p| !matches!(p.own, Some(Own::Key(_)))) {
                out.push(match key.kind {
                    ConstraintKind::Exclusion(_) => {
                        Op::ExclusionAdd.on(&part.table, add_sql(&part.table, &part.name, key))
                    }
                    _ => using_index(&part.table, &part.name, key, &part.built_as),
                });
            }
        }
        out.push(self.only(self.table, self.name));
        for part in &self.parts {
            if part.partitioned {
                out.push(self.only(&part.table, &part.name));
            }
        }
        for part in &self.parts {
            let sql = attach_index(&part.parent, &part.above, &part.table, &part.name);
            out.push(Op::IndexAttach.plain(sql));
        }
        if !self.parts.is_empty() {
            out.push(self.gate());
        }
        match self.owner {
            IndexOwner::Index(index) => out.extend(details(self.table, self.name, index)),
            IndexOwner::Key(key) => out.extend(comment(self.table, self.name, key)),
        }
        out
    }

    /// The index or key of one partitioned table without its partitions'.
    fn only(&self, table: &QName, name: &Ident) -> Statement {
        match self.owner {
            IndexOwner::Index(index) => {
                Op::IndexCreateOnly.on(table, create_index(name, table, index, IndexMode::OnlyParent))
            }
            IndexOwner::Key(key) => {
                let definition = constraint_definition(key);
                Op::KeyAddOnly.alter(Alter::only(table), format!("ADD CONSTRAINT {name} {definition}"))
            }
        }
    }

    fn drop_sql(&self) -> Statement {
        match self.owner {
            IndexOwner::Index(_) => {
                let sql = format!("DROP INDEX {}", self.table.sibling(self.name.clone()));
                Op::PartitionedIndexDrop.on_all(self.table, self.tables(), sql)
            }
            IndexOwner::Key(_) => {
                let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", self.table, self.name);
                Op::PartitionedIndexDrop.on_all(self.table, self.tables(), sql)
            }
        }
    }

    /// Raises unless every partition's index is valid and attached, which is when PostgreSQL calls the parent's valid.
    fn gate(&self) -> Statement {
        let index = self.table.sibling(self.name.clone());
        let body = include_str!("partitioned_gate.sql")
            .trim_end()
            .replace("{index}", &Literal(&index.to_string()).to_string())
            .replace("{broken}", &Literal(&format!("{index} is not valid: ")).to_string());
        Op::Check.plain(format!("DO {}", crate::sql::dollar_quoted(&body)))
    }
}

/// What a partition has under the name that is equal to what it shall have.
fn own(
    state: &Schema,
    table: &QName,
    name: &Ident,
    owner: IndexOwner<'_>,
    (parent, partitioned): (&QName, bool),
) -> Option<Own> {
    let (t, above) = (state.tables.get(table)?, state.tables.get(parent)?);
    if partitioned {
        return None;
    }
    match owner {
        IndexOwner::Index(index) => {
            let same = |i: &Index| {
                same_index(
                    i,
                    t,
                    &Index {
                        valid: true,
                        ..index.clone()
                    },
                    above,
                )
            };
            if let Some(own) = t.indexes.get(name).filter(|i| same(i)) {
                return Some(Own::Index(own.clone()));
            }
            let key = t.constraints.get(name)?;
            key.kind
                .key()
                .is_some_and(|k| same(&key_index(k)))
                .then(|| Own::Key(key.clone()))
        }
        IndexOwner::Key(key) => {
            if let Some(own) = t.constraints.get(name).filter(|c| same_constraint(c, t, key, above)) {
                return Some(Own::Key(own.clone()));
            }
            let wanted = key.kind.key().map(key_index)?;
            let own = t.indexes.get(name).filter(|i| same_index(i, t, &wanted, above))?;
            Some(Own::Index(own.clone()))
        }
    }
}

/// Whether a partition's own index or key can become part of its parent's.
pub(crate) fn fits(state: &Schema, table: &QName, name: &Ident, owner: IndexOwner<'_>, parent: &QName) -> bool {
    own(state, table, name, owner, (parent, false)).is_some()
}

fn build(part: &Part, index: &Index) -> Statement {
    let sql = create_index(&part.built_as, &part.table, index, IndexMode::Concurrently);
    Op::IndexCreateConcurrently.on(&part.table, sql)
}

fn unbuild(part: &Part) -> Statement {
    let name = part.table.sibling(part.built_as.clone());
    Op::IndexDropConcurrently.on(&part.table, format!("DROP INDEX CONCURRENTLY IF EXISTS {name}"))
}

/// Where a build stands among those of its tree, and what comes of them.
fn turn(at: usize, of: usize, object: &str) -> String {
    format!(
        "Partition {} of {of}; when all are built, one instant file makes {object} of them.",
        at + 1
    )
}

fn with_built(state: &Schema, part: &Part, index: &Index) -> Schema {
    super::index::with_index(state, &part.table, &part.built_as, Some(index))
}

/// The files that give a partition back what was taken over. `reached` is the schema before them on the way back.
fn give_back(tree: &Tree<'_>, kind: &'static str, reached: &mut Schema) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in &tree.parts {
        let Some(own) = &part.own else { continue };
        let object = format!("{}.{}", part.table, part.name);
        let index = match own {
            Own::Index(index) => index.clone(),
            Own::Key(key) => match key.kind.key() {
                Some(key) => key_index(key),
                None => continue,
            },
        };
        let built = super::index::with_index(reached, &part.table, &part.name, Some(&index));
        steps.push(
            Step::new(kind, &object, Some(&part.table))
                .for_undo("Its undo builds the partition's own index again, which the parent's took over.")
                .down([Op::IndexCreateConcurrently.on(
                    &part.table,
                    create_index(&part.name, &part.table, &index, IndexMode::Concurrently),
                )])
                .effect_down(reached, &built)
                .alone("undo_index", subject(&part.table, &part.name)),
        );
        *reached = built;
        if let Own::Key(key) = own {
            let bare = super::index::with_index(reached, &part.table, &part.name, None);
            let done = with_constraint(&bare, &part.table, &part.name, Some(key));
            steps.push(
                Step::new(kind, &object, Some(&part.table))
                    .for_undo("Its undo makes the partition's own key of that index again.")
                    .down([using_index(&part.table, &part.name, key, &part.name)])
                    .down(comment(&part.table, &part.name, key))
                    .effect_down(reached, &done)
                    .alone("undo_key", subject(&part.table, &part.name)),
            );
            *reached = done;
        }
    }
    // On the way back the last file comes first.
    steps.reverse();
    steps
}

/// All but the first hang on the undo of the one before.
fn grouped(mut steps: Vec<Step>) -> Vec<Step> {
    for (at, step) in steps.iter_mut().enumerate() {
        step.undo_with_previous = at > 0;
    }
    steps
}

/// Makes an index or a key on a partitioned table and on all its partitions.
pub(super) fn create(state: &Schema, table: &QName, name: &Ident, owner: IndexOwner<'_>, names: &Names) -> Vec<Step> {
    let tree = Tree::new(state, table, name, owner, names);
    let after = tree.with(state);
    let object = tree.object();
    let Some(index) = tree.index() else {
        return vec![
            Step::new("add_exclusion", &object, Some(table))
                .up(tree.join())
                .down([tree.drop_sql()])
                .effect(state, &after)
                .hazard(
                    HazardKind::LongLock,
                    &object,
                    format!(
                        "{object} is built on every partition under ACCESS EXCLUSIVE: PostgreSQL has no other way for an exclusion constraint"
                    ),
                )
                .alone("exclude", subject(table, name)),
        ];
    };
    let kind = tree.kind(["create_index", "add_primary_key", "add_unique"]);
    let held = match owner {
        IndexOwner::Key(key) => Held::by(state, table, key),
        IndexOwner::Index(_) => Held::none(),
    };
    let bare = held.open(&tree.without(state));
    let mut reached = bare.clone();
    let back = give_back(&tree, kind, &mut reached);
    let mut steps = held.validations(state, table);
    steps.extend(back);
    let mut built = state.clone();
    let missing: Vec<&Part> = tree.leaves().filter(|p| p.own.is_none()).collect();
    for (at, part) in missing.iter().enumerate() {
        let next = with_built(&built, part, &index);
        steps.push(
            Step::new(kind, format!("{}.{}", part.table, part.name), Some(&part.table))
                .up([build(part, &index)])
                .down([unbuild(part)])
                .effect(&built, &next)
                .note(turn(at, missing.len(), &object))
                .note("If the build fails it leaves an INVALID index: drop it concurrently and run this file again.")
                .alone("index", subject(&part.table, &part.name)),
        );
        built = next;
    }
    let mut join = Step::new(kind, &object, Some(table))
        .up(tree.join())
        .down(held.release(table))
        .down([tree.drop_sql()])
        .down(held.restore(table))
        .effect_up(&built, &after)
        .effect_down(&after, &bare)
        .alone(
            if matches!(owner, IndexOwner::Key(_)) {
                "key"
            } else {
                "index"
            },
            subject(table, name),
        );
    if !tree.parts.is_empty() {
        join = join.note(
            "An attached index cannot be detached: the undo drops the partitions' indexes as well, and going forward again \
             starts with the first of these files.",
        );
    }
    steps.push(join);
    let mut steps = grouped(steps);
    if index.unique {
        steps.insert(0, preflight(kind, table, name, &index));
    }
    steps
}

/// Takes an index or a key of a partitioned table away, and with it those of its partitions.
pub(super) fn remove(state: &Schema, table: &QName, name: &Ident) -> Vec<Step> {
    let Some(owner) = state.index_owner(table, name) else {
        return Vec::new();
    };
    let names = state.attached_below(table, name);
    let mut tree = Tree::new(state, table, name, owner, &names);
    let after = tree.without(state);
    for part in &mut tree.parts {
        part.own = None;
    }
    let Some(index) = tree.index() else {
        return vec![
            Step::new("drop_exclusion", tree.object(), Some(table))
                .up([tree.drop_sql()])
                .down(tree.join())
                .effect(state, &after)
                .note("The undo builds the exclusion constraint on every partition under ACCESS EXCLUSIVE.")
                .alone("drop", subject(table, name)),
        ];
    };
    let kind = tree.kind(["drop_index", "drop_primary_key", "drop_unique"]);
    let verb = if matches!(owner, IndexOwner::Key(_)) {
        "unkey"
    } else {
        "unindex"
    };
    let object = tree.object();
    let drop = Step::new(kind, &object, Some(table))
        .up([tree.drop_sql()])
        .effect_up(state, &after)
        .alone(verb, subject(table, name));
    let leaves: Vec<&Part> = tree.leaves().collect();
    if leaves.is_empty() {
        return vec![drop.down(tree.join()).effect_down(&after, state)];
    }
    let mut reached = after.clone();
    let mut builds = Vec::new();
    for part in leaves {
        let next = with_built(&reached, part, &index);
        builds.push((part, reached, next.clone()));
        reached = next;
    }
    let mut steps = vec![
        Step::new(kind, &object, Some(table))
            .for_undo("Its undo makes the parent's index again and attaches those of the partitions.")
            .down(tree.join())
            .effect_down(&reached, state)
            .alone(verb, subject(table, name)),
    ];
    let (first, rest) = builds.split_at(1);
    for (part, before, next) in rest.iter().rev() {
        steps.push(
            Step::new(kind, format!("{}.{}", part.table, part.name), Some(&part.table))
                .for_undo("Its undo builds the partition's index again.")
                .down([build(part, &index)])
                .effect_down(before, next)
                .alone(verb, subject(&part.table, &part.name)),
        );
    }
    for (part, before, next) in first {
        steps.push(drop.clone().down([build(part, &index)]).effect_down(before, next));
    }
    grouped(steps)
}

/// Drops one key of a partitioned table and makes another, in one instant transaction: no moment without a key.
pub(super) fn swap(
    state: &Schema,
    table: &QName,
    drop: &Ident,
    name: &Ident,
    key: &Constraint,
    names: &Names,
) -> Vec<Step> {
    let Some(IndexOwner::Key(old)) = state.index_owner(table, drop) else {
        return Vec::new();
    };
    let old_names = state.attached_below(table, drop);
    let mut leaving = Tree::new(state, table, drop, IndexOwner::Key(old), &old_names);
    let mut coming = Tree::new(state, table, name, IndexOwner::Key(key), names);
    for part in &mut leaving.parts {
        part.own = None;
        part.built_as = part.name.with_suffix("__old");
    }
    for part in &mut coming.parts {
        part.own = None;
        part.built_as = part.name.with_suffix("__next");
    }
    let (Some(new_index), Some(old_index)) = (coming.index(), leaving.index()) else {
        return Vec::new();
    };
    let object = coming.object();
    let bare = leaving.without(state);
    let after = coming.with(&bare);
    let held = Held::by(state, table, key);
    let mut steps = held.validations(state, table);
    let mut built = state.clone();
    let partitions = coming.leaves().count();
    for (at, part) in coming.leaves().enumerate() {
        let next = with_built(&built, part, &new_index);
        steps.push(
            Step::new("swap_key", format!("{}.{}", part.table, part.name), Some(&part.table))
                .up([build(part, &new_index)])
                .down([unbuild(part)])
                .effect(&built, &next)
                .note(turn(at, partitions, &object))
                .alone("index", subject(&part.table, &part.name)),
        );
        built = next;
    }
    let mut again = after.clone();
    let mut builds = Vec::new();
    for part in leaving.leaves() {
        let next = with_built(&again, part, &old_index);
        builds.push(
            Step::new("swap_key", format!("{}.{}", part.table, part.name), Some(&part.table))
                .for_undo("Its undo builds the index of the key that comes back.")
                .down([build(part, &old_index)])
                .effect_down(&again, &next)
                .alone("key", subject(&part.table, &part.built_as)),
        );
        again = next;
    }
    builds.reverse();
    let dropped = [leaving.drop_sql()];
    steps.push(
        Step::new("swap_key", &object, Some(table))
            .up(dropped)
            .up(coming.join())
            .down(held.release(table))
            .down([coming.drop_sql()])
            .down(leaving.join())
            .down(held.restore(table))
            .effect_up(&built, &after)
            .effect_down(&again, &held.open(state))
            .alone("key", subject(table, name)),
    );
    steps.extend(builds);
    let mut steps = grouped(steps);
    steps.insert(0, preflight("swap_key", table, name, &new_index));
    steps
}
