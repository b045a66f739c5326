//! Why a file is there: which difference between the two ends of its way asks for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::Step;
use crate::schema::{
    Column, Constraint, ConstraintKind, Ident, Index, Object, Patch, QName, Schema, Slot, Sync, SyncDirection,
};
use crate::stages::Renamed;

/// The differences between two schemas, asked object by object.
pub(super) struct Reasons<'a> {
    from: &'a Schema,
    to: &'a Schema,
    /// The syncs that stand somewhere on the way: what is renamed and retyped.
    syncs: Vec<&'a Sync>,
    /// Tables that have another name on the way than at the end. Both ends are under the names of the end.
    names: &'a Renamed,
}

impl<'a> Reasons<'a> {
    /// The way from one schema to another, past `bridge`.
    pub(super) fn new(from: &'a Schema, to: &'a Schema, bridge: &'a Schema, names: &'a Renamed) -> Self {
        let syncs = [from, to, bridge].into_iter().flat_map(|s| s.syncs.values()).collect();
        Self { from, to, syncs, names }
    }

    /// The reasons of a group of steps, each once, in the steps' order.
    pub(super) fn of(&self, group: &[Step]) -> Vec<String> {
        let mut told = BTreeSet::new();
        let mut reasons: Vec<String> = group
            .iter()
            .flat_map(|step| step.up_effect.iter().chain(&step.down_effect))
            .flat_map(|patch| self.of_patch(patch))
            .filter(|reason| told.insert(reason.clone()))
            .collect();
        if reasons.is_empty() {
            reasons.extend(group.iter().flat_map(|step| self.of_object(step)));
            reasons.dedup();
        }
        reasons
    }

    /// For a step that changes nothing by itself (a gate, a count before a build): what its object is there for.
    fn of_object(&self, step: &Step) -> Vec<String> {
        let Some(on) = &step.table else { return Vec::new() };
        let table = &self.names.table_forward(on);
        let own = match step.object.strip_prefix(&format!("{on}.")) {
            Some(own) => format!("own.{own}").parse::<QName>(),
            None => step.object.parse::<QName>(),
        };
        let Ok(QName { name, .. }) = own else { return Vec::new() };
        if let Some(reason) = self.column(table, &name) {
            return vec![reason];
        }
        for schema in [self.to, self.from] {
            let Some(t) = schema.tables.get(table) else { continue };
            if let Some(constraint) = t.constraints.get(&name) {
                return self.constraint(table, &name, constraint);
            }
            if let Some(index) = t.indexes.get(&name) {
                return self.index(table, &name, index);
            }
        }
        Vec::new()
    }

    fn of_patch(&self, patch: &Patch) -> Vec<String> {
        match &patch.slot {
            Slot::TableName(from, to) => return vec![format!("the table {from} is renamed to {to}")],
            Slot::TypeName(from, to) => return vec![format!("the enum {from} is renamed to {to}")],
            Slot::LabelName(name, from, to) => {
                return vec![format!("the label {from} of the enum {name} is renamed to {to}")];
            }
            _ => {}
        }
        let patch = &self.names.patch_forward(patch);
        let object = patch.after.as_ref().or(patch.before.as_ref());
        match (&patch.slot, object) {
            (Slot::Column(table, name), _) => self.column(table, name).into_iter().collect(),
            (Slot::Sync(_), Some(Object::Sync(sync))) => vec![self.sync(sync)],
            (Slot::Fill(_), Some(Object::Fill(fill))) => self.column(&fill.table, &fill.column).into_iter().collect(),
            (Slot::Constraint(table, name), Some(Object::Constraint(c))) => self.constraint(table, name, c),
            (Slot::Alias(name), Some(Object::Alias(alias))) => vec![format!(
                "the table {} is renamed to {name}, and both names must work while two versions run",
                alias.table
            )],
            (Slot::TypeAlias(from), Some(Object::TypeAlias(to))) => {
                vec![format!("the enum {from} is renamed to {to}")]
            }
            (Slot::Index(table, name), Some(Object::Index(index))) => {
                let own = self.index(table, name, index);
                if own.is_empty() { self.above(table, name) } else { own }
            }
            (Slot::Attached(table, name), _) => self.above(table, name),
            (slot, _) => self.whole(slot).into_iter().collect(),
        }
    }

    /// For a partition's index: what the index of the partitioned table is there for that it belongs to.
    fn above(&self, table: &QName, name: &Ident) -> Vec<String> {
        for schema in [self.to, self.from] {
            let (mut at, mut index) = (table, name);
            while let Some((place, above)) = schema
                .tables
                .get(at)
                .and_then(|t| Some((t.partition_of.as_ref()?, t.attached.get(index)?)))
            {
                (at, index) = (&place.parent, above);
            }
            let Some(top) = schema.tables.get(at).filter(|_| at != table) else {
                continue;
            };
            if let Some(constraint) = top.constraints.get(index) {
                return self.constraint(at, index, constraint);
            }
            if let Some(definition) = top.indexes.get(index) {
                return self.index(at, index, definition);
            }
        }
        Vec::new()
    }

    /// An object without parts.
    fn whole(&self, slot: &Slot) -> Option<String> {
        let (before, after) = (self.from.get(slot), self.to.get(slot));
        if before == after {
            return None;
        }
        let what = match slot {
            Slot::Namespace(name) => format!("the schema {name}"),
            Slot::Enum(name) => return Some(labels(name, before.as_ref(), after.as_ref())),
            Slot::Sequence(name) => format!("the sequence {name}"),
            Slot::Table(name) => format!("the table {name}"),
            Slot::Options(name) => return Some(format!("the options of {name} change")),
            Slot::Comment(name) => return Some(format!("the comment on {name} changes")),
            _ => return None,
        };
        Some(comes_goes_changes(&what, before.is_some(), after.is_some()))
    }

    fn column(&self, table: &QName, name: &Ident) -> Option<String> {
        let mine = |s: &&&Sync| s.table == *table && (s.from == *name || s.to == *name);
        if let Some(sync) = self.syncs.iter().find(mine) {
            return Some(self.sync(sync));
        }
        let find = |schema: &'a Schema| schema.tables.get(table).and_then(|t| t.column(name));
        match (find(self.from), find(self.to)) {
            (None, None) => None,
            (Some(before), Some(after)) => differences(table, before, after),
            (before, after) => {
                let what = format!("the column {table}.{name}");
                Some(comes_goes_changes(&what, before.is_some(), after.is_some()))
            }
        }
    }

    fn sync(&self, sync: &Sync) -> String {
        let (table, from, to) = (&sync.table, &sync.from, &sync.to);
        if sync.direction == SyncDirection::TwoWay {
            return format!("{table}.{from} is renamed to {to}, and both names must work while two versions run");
        }
        let type_in = |schema: &Schema, column: &Ident| {
            let column = schema.tables.get(table).and_then(|t| t.column(column));
            column.map(|c| c.type_name.clone())
        };
        // Before the cutover the old type stands under the name itself, after it in the column that was put aside.
        let was = match sync.direction {
            SyncDirection::Backward => type_in(self.from, to),
            _ => None,
        };
        match (was.or_else(|| type_in(self.from, from)), type_in(self.to, from)) {
            (Some(was), Some(is)) if was != is => format!("{table}.{from} becomes {is}, and was {was}"),
            (_, Some(is)) => format!("{table}.{from} becomes {is}"),
            _ => format!("the type of {table}.{from} changes"),
        }
    }

    fn constraint(&self, table: &QName, name: &Ident, constraint: &Constraint) -> Vec<String> {
        let what = |name: &Ident| format!("the {} {name} of {table}", kind(constraint));
        let of = |schema: &'a Schema| schema.tables.get(table).map(|t| &t.constraints);
        match named(what, name, (of(self.from), of(self.to)), |c| c.kind == constraint.kind) {
            Some(reason) => vec![reason],
            None => self.columns(table, &crate::compare::constraint_columns(constraint)),
        }
    }

    fn index(&self, table: &QName, name: &Ident, index: &Index) -> Vec<String> {
        let what = |name: &Ident| format!("the index {name} of {table}");
        let of = |schema: &'a Schema| schema.tables.get(table);
        let (before, after) = (of(self.from), of(self.to));
        let sides = (before.map(|t| &t.indexes), after.map(|t| &t.indexes));
        if let Some(reason) = named(what, name, sides, |i| i == index) {
            return vec![reason];
        }
        let columns = crate::compare::index_columns(index);
        // An index that a key takes along is there for the key.
        let keys = [after, before].into_iter().flatten().flat_map(|t| &t.constraints);
        let for_key = keys
            .filter(|(_, c)| c.kind.key().is_some_and(|k| index.unique && k.columns == columns))
            .find(|(name, _)| self.differs(&Slot::Constraint(table.clone(), (*name).clone())));
        match for_key {
            Some((key, c)) => self.constraint(table, key, c),
            None => self.columns(table, &columns),
        }
    }

    fn differs(&self, slot: &Slot) -> bool {
        self.from.get(slot) != self.to.get(slot)
    }

    fn columns(&self, table: &QName, columns: &[Ident]) -> Vec<String> {
        columns.iter().filter_map(|c| self.column(table, c)).collect()
    }
}

/// A table's objects of a kind at one end, where it stands there.
type Side<'a, T> = Option<&'a BTreeMap<Ident, T>>;

/// What becomes of an object of a table between its two ends, found by name or else by what it is: for the time being it may
/// have a name of its own. `None` where it is at both ends alike.
fn named<T: PartialEq>(
    what: impl Fn(&Ident) -> String,
    name: &Ident,
    (before, after): (Side<'_, T>, Side<'_, T>),
    is_it: impl Fn(&T) -> bool,
) -> Option<String> {
    let named = |side: Side<'_, T>, name: &Ident| side.is_some_and(|c| c.contains_key(name));
    let same = |side: Side<'_, T>| {
        side.and_then(|c| c.iter().find(|(_, it)| is_it(it)))
            .map(|(name, _)| name.clone())
    };
    let (was_same, is_same) = (same(before), same(after));
    let (was, is) = (before.and_then(|c| c.get(name)), after.and_then(|c| c.get(name)));
    if was != is && (was.is_none() || is.is_some() || is_same.is_none()) {
        return Some(comes_goes_changes(&what(name), was.is_some(), is.is_some()));
    }
    match (was_same, is_same) {
        // Its name was another's before.
        (Some(was), Some(is)) if was != is && named(before, &is) => Some(format!("{} changes", what(&is))),
        (Some(was), Some(is)) if was != is => Some(format!("{} becomes {is}", what(&was))),
        (None, Some(is)) => Some(comes_goes_changes(&what(&is), named(before, &is), true)),
        (Some(was), None) => Some(comes_goes_changes(&what(&was), true, named(after, &was))),
        _ => None,
    }
}

fn comes_goes_changes(what: &str, before: bool, after: bool) -> String {
    let how = match (before, after) {
        (false, _) => "is new",
        (_, false) => "is no longer wanted",
        _ => "changes",
    };
    format!("{what} {how}")
}

fn labels(name: &QName, before: Option<&Object>, after: Option<&Object>) -> String {
    let (Some(Object::Enum(was)), Some(Object::Enum(is))) = (before, after) else {
        return comes_goes_changes(&format!("the enum {name}"), before.is_some(), after.is_some());
    };
    let gained: Vec<&str> = is
        .labels
        .iter()
        .filter(|l| !was.labels.contains(l))
        .map(String::as_str)
        .collect();
    if gained.is_empty() {
        format!("the enum {name} changes")
    } else {
        format!("the enum {name} gains {}", gained.join(", "))
    }
}

fn kind(constraint: &Constraint) -> &'static str {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(_) => "primary key",
        ConstraintKind::Unique(_) => "unique constraint",
        ConstraintKind::Check(_) => "check",
        ConstraintKind::ForeignKey(_) => "foreign key",
        ConstraintKind::Exclusion(_) => "exclusion constraint",
        ConstraintKind::NotNull(_) => "NOT NULL constraint",
    }
}

fn differences(table: &QName, before: &Column, after: &Column) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    if before.type_name != after.type_name {
        parts.push(format!("becomes {}, and was {}", after.type_name, before.type_name));
    }
    match (before.not_null, after.not_null) {
        (false, true) => parts.push("becomes NOT NULL".to_owned()),
        (true, false) => parts.push("becomes nullable".to_owned()),
        _ => {}
    }
    if before.default != after.default {
        parts.push(match (&before.default, &after.default) {
            (_, Some(is)) => format!("gets the default {is}"),
            _ => "loses its default".to_owned(),
        });
    }
    if before.identity != after.identity {
        parts.push("changes its identity".to_owned());
    }
    if before.generated != after.generated {
        parts.push("changes how it is generated".to_owned());
    }
    if before.collation != after.collation {
        parts.push("changes its collation".to_owned());
    }
    if before.comment != after.comment {
        parts.push("gets another comment".to_owned());
    }
    if parts.is_empty() && before != after {
        parts.push("changes its storage".to_owned());
    }
    (!parts.is_empty()).then(|| format!("{table}.{} {}", before.name, parts.join(" and ")))
}
