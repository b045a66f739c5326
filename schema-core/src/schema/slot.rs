//! Addressing: one name for every object of a schema, and patches that change them one at a time.
//!
//! A step's effect is a list of patches. Because each holds the value before and after, the same list replays a plan
//! forward and back, and a patch that does not fit (the value before is not what stands there) is an error, not a guess.

use serde::{Deserialize, Serialize};

use super::rename::present;
use super::{
    Column, Constraint, EnumType, Fill, Ident, Index, Namespace, Other, Partition, QName, Schema, Sequence, Sync,
    Table, TableAlias, TableOptions,
};

/// The address of one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// A namespace.
    Namespace(Ident),
    /// An enum type.
    Enum(QName),
    /// A sequence.
    Sequence(QName),
    /// A table with everything on it.
    Table(QName),
    /// A column.
    Column(QName, Ident),
    /// A constraint.
    Constraint(QName, Ident),
    /// An index.
    Index(QName, Ident),
    /// A partition's index that is attached to one of its parent's.
    Attached(QName, Ident),
    /// A partition's place.
    Partition(QName),
    /// A table's storage options.
    Options(QName),
    /// A table's comment.
    Comment(QName),
    /// A sync, by its function's name.
    Sync(QName),
    /// A view that shows a table under another name, by its own.
    Alias(QName),
    /// A domain under the old name of an enum, by its own name.
    TypeAlias(QName),
    /// The name of a table that is called the first or the second.
    TableName(QName, QName),
    /// The name of an enum type that is called the first or the second.
    TypeName(QName, QName),
    /// A label of an enum type that is called the first or the second.
    LabelName(QName, String, String),
    /// A fill, by its id.
    Fill(String),
    /// An object outside the model, by kind and identity.
    Other(String, String),
}

/// What stands in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// A namespace.
    Namespace(Namespace),
    /// An enum type.
    Enum(EnumType),
    /// A sequence.
    Sequence(Sequence),
    /// A table.
    Table(Box<Table>),
    /// A column.
    Column(Box<Column>),
    /// A constraint.
    Constraint(Box<Constraint>),
    /// An index.
    Index(Box<Index>),
    /// The parent's index that a partition's is attached to.
    Attached(Ident),
    /// A partition's place.
    Partition(Partition),
    /// A table's storage options.
    Options(Box<TableOptions>),
    /// A table's comment.
    Comment(String),
    /// A sync.
    Sync(Box<Sync>),
    /// A view.
    Alias(Box<TableAlias>),
    /// The enum that a domain stands for.
    TypeAlias(QName),
    /// The name that a table or a type has.
    Name(QName),
    /// The name that a label has.
    Label(String),
    /// A fill.
    Fill(Box<Fill>),
    /// An object outside the model.
    Other(Box<Other>),
}

/// One change of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Which object.
    pub slot: Slot,
    /// What stood there.
    pub before: Option<Object>,
    /// What stands there afterwards.
    pub after: Option<Object>,
}

impl Patch {
    /// The patch that leads back.
    pub fn inverse(&self) -> Self {
        Self {
            slot: self.slot.clone(),
            before: self.after.clone(),
            after: self.before.clone(),
        }
    }
}

/// A patch that does not fit the schema.
#[derive(Debug, thiserror::Error)]
#[error("{slot} is not what the step expects: expected {expected}, found {found}")]
pub struct PatchError {
    /// Which object.
    pub slot: String,
    /// What the patch was made for.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

impl Schema {
    /// What stands in a slot.
    pub fn get(&self, slot: &Slot) -> Option<Object> {
        match slot {
            Slot::Namespace(name) => self.namespaces.get(name).cloned().map(Object::Namespace),
            Slot::Enum(name) => self.enums.get(name).cloned().map(Object::Enum),
            Slot::Sequence(name) => self.sequences.get(name).cloned().map(Object::Sequence),
            Slot::Table(name) => self.table(name).cloned().map(Box::new).map(Object::Table),
            Slot::Column(table, name) => self
                .tables
                .get(table)?
                .column(name)
                .cloned()
                .map(Box::new)
                .map(Object::Column),
            Slot::Constraint(table, name) => self
                .tables
                .get(table)?
                .constraints
                .get(name)
                .cloned()
                .map(Box::new)
                .map(Object::Constraint),
            Slot::Index(table, name) => self
                .tables
                .get(table)?
                .indexes
                .get(name)
                .cloned()
                .map(Box::new)
                .map(Object::Index),
            Slot::Attached(table, name) => self
                .tables
                .get(table)?
                .attached
                .get(name)
                .cloned()
                .map(Object::Attached),
            Slot::Partition(table) => self.tables.get(table)?.partition_of.clone().map(Object::Partition),
            Slot::Options(table) => self
                .tables
                .get(table)
                .map(|t| Object::Options(Box::new(t.options.clone()))),
            Slot::Comment(table) => self.tables.get(table)?.comment.clone().map(Object::Comment),
            Slot::Sync(name) => self.syncs.get(name).cloned().map(Box::new).map(Object::Sync),
            Slot::Alias(name) => self.aliases.get(name).cloned().map(Box::new).map(Object::Alias),
            Slot::TypeAlias(name) => self.type_aliases.get(name).cloned().map(Object::TypeAlias),
            Slot::TableName(from, to) => present(from, to, |name| self.tables.contains_key(name))
                .cloned()
                .map(Object::Name),
            Slot::TypeName(from, to) => present(from, to, |name| self.enums.contains_key(name))
                .cloned()
                .map(Object::Name),
            Slot::LabelName(name, from, to) => {
                let labels = &self.enums.get(name)?.labels;
                [to, from]
                    .into_iter()
                    .find(|label| labels.contains(*label))
                    .cloned()
                    .map(Object::Label)
            }
            Slot::Fill(id) => self.fills.get(id).cloned().map(Box::new).map(Object::Fill),
            Slot::Other(kind, name) => self.other(kind, name).cloned().map(Box::new).map(Object::Other),
        }
    }

    /// Puts an object into a slot, or takes it out. A slot inside a table that is not there is left alone.
    pub fn put(&mut self, slot: &Slot, object: Option<Object>) {
        match (slot, object) {
            (Slot::Namespace(name), Some(Object::Namespace(v))) => drop(self.namespaces.insert(name.clone(), v)),
            (Slot::Namespace(name), _) => drop(self.namespaces.remove(name)),
            (Slot::Enum(name), Some(Object::Enum(v))) => drop(self.enums.insert(name.clone(), v)),
            (Slot::Enum(name), _) => drop(self.enums.remove(name)),
            (Slot::Sequence(name), Some(Object::Sequence(v))) => drop(self.sequences.insert(name.clone(), v)),
            (Slot::Sequence(name), _) => drop(self.sequences.remove(name)),
            (Slot::Table(name), Some(Object::Table(v))) => drop(self.tables.insert(name.clone(), (*v).into())),
            (Slot::Table(name), _) => drop(self.tables.remove(name)),
            (Slot::Sync(name), Some(Object::Sync(v))) => drop(self.syncs.insert(name.clone(), *v)),
            (Slot::Sync(name), _) => drop(self.syncs.remove(name)),
            (Slot::Alias(name), Some(Object::Alias(v))) => drop(self.aliases.insert(name.clone(), *v)),
            (Slot::Alias(name), _) => drop(self.aliases.remove(name)),
            (Slot::TypeAlias(name), Some(Object::TypeAlias(v))) => drop(self.type_aliases.insert(name.clone(), v)),
            (Slot::TypeAlias(name), _) => drop(self.type_aliases.remove(name)),
            (Slot::TableName(from, to), Some(Object::Name(name))) => {
                let has = if name == *to { from } else { to };
                self.rename_table(has, &name);
            }
            (Slot::TypeName(from, to), Some(Object::Name(name))) => {
                let has = if name == *to { from } else { to };
                self.rename_type(has, &name);
            }
            (Slot::LabelName(enum_type, from, to), Some(Object::Label(label))) => {
                let has = if label == *to { from } else { to };
                self.rename_label(enum_type, has, &label);
            }
            (Slot::TableName(..) | Slot::TypeName(..) | Slot::LabelName(..), _) => {}
            (Slot::Fill(id), Some(Object::Fill(v))) => drop(self.fills.insert(id.clone(), *v)),
            (Slot::Fill(id), _) => drop(self.fills.remove(id)),
            (Slot::Other(kind, name), object) => {
                self.others.retain(|o| o.kind != *kind || o.name != *name);
                if let Some(Object::Other(other)) = object {
                    let at = self.others.partition_point(|o| *o < *other);
                    self.others.insert(at, *other);
                }
            }
            (slot, object) => {
                if let Some(table) = slot.table().and_then(|name| self.tables.get_mut(name)) {
                    table.put(slot, object);
                }
            }
        }
    }

    /// Applies one patch, after a look at what stands there.
    ///
    /// # Errors
    /// When the slot does not hold what the patch was made for.
    pub fn apply(&mut self, patch: &Patch) -> Result<(), PatchError> {
        let found = self.get(&patch.slot);
        if !same_object(found.as_ref(), patch.before.as_ref()) {
            return Err(PatchError {
                slot: format!("{:?}", patch.slot),
                expected: format!("{:?}", patch.before),
                found: format!("{found:?}"),
            });
        }
        self.put(&patch.slot, patch.after.clone());
        Ok(())
    }
}

/// Equal but for the order of columns, which differs for good once a shadow was swapped in.
fn same_object(a: Option<&Object>, b: Option<&Object>) -> bool {
    let (Some(Object::Table(x)), Some(Object::Table(y))) = (a, b) else {
        return a == b;
    };
    let in_order = |table: &Table| {
        let mut table = table.clone();
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        table
    };
    in_order(x) == in_order(y)
}

impl Slot {
    /// The object's name for people.
    pub fn name(&self) -> String {
        match self {
            Self::Namespace(name) => name.raw().to_owned(),
            Self::Enum(name) | Self::Sequence(name) | Self::Table(name) | Self::Sync(name) => name.to_string(),
            Self::Alias(name) | Self::TypeAlias(name) | Self::TableName(_, name) | Self::TypeName(_, name) => {
                name.to_string()
            }
            Self::LabelName(name, _, label) => format!("{name}.{label}"),
            Self::Column(table, name)
            | Self::Constraint(table, name)
            | Self::Index(table, name)
            | Self::Attached(table, name) => {
                format!("{table}.{name}")
            }
            Self::Partition(table) => format!("the place of {table}"),
            Self::Options(table) => format!("the storage of {table}"),
            Self::Comment(table) => format!("the comment of {table}"),
            Self::Fill(id) => id.clone(),
            Self::Other(kind, name) => format!("{kind} {name}"),
        }
    }

    /// The table that the slot lies in.
    pub fn table(&self) -> Option<&QName> {
        match self {
            Self::Table(t)
            | Self::Column(t, _)
            | Self::Constraint(t, _)
            | Self::Index(t, _)
            | Self::Attached(t, _)
            | Self::Partition(t)
            | Self::Options(t)
            | Self::Comment(t) => Some(t),
            _ => None,
        }
    }
}

impl Table {
    fn put(&mut self, slot: &Slot, object: Option<Object>) {
        match (slot, object) {
            (Slot::Column(_, name), Some(Object::Column(v))) => match self.columns.iter_mut().find(|c| c.name == *name)
            {
                Some(column) => *column = *v,
                None => self.columns.push(*v),
            },
            (Slot::Column(_, name), _) => self.columns.retain(|c| c.name != *name),
            (Slot::Constraint(_, name), Some(Object::Constraint(v))) => drop(self.constraints.insert(name.clone(), *v)),
            (Slot::Constraint(_, name), _) => drop(self.constraints.remove(name)),
            (Slot::Index(_, name), Some(Object::Index(v))) => drop(self.indexes.insert(name.clone(), *v)),
            (Slot::Index(_, name), _) => drop(self.indexes.remove(name)),
            (Slot::Attached(_, name), Some(Object::Attached(v))) => drop(self.attached.insert(name.clone(), v)),
            (Slot::Attached(_, name), _) => drop(self.attached.remove(name)),
            (Slot::Partition(_), Some(Object::Partition(v))) => self.partition_of = Some(v),
            (Slot::Partition(_), _) => self.partition_of = None,
            (Slot::Options(_), Some(Object::Options(v))) => self.options = *v,
            (Slot::Comment(_), Some(Object::Comment(v))) => self.comment = Some(v),
            (Slot::Comment(_), _) => self.comment = None,
            _ => {}
        }
    }
}
