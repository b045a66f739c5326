use std::collections::BTreeSet;

use crate::plan::{Class, Hazard, HazardKind, Statement};
use crate::schema::{Ident, Object, Patch, QName, Schema, Slot};

/// What a change must know beyond the schema.
#[derive(Debug, Clone)]
pub struct Context {
    /// The lowest server major version that the plan must run on.
    pub target_version: u32,
    /// Whether data that a drop would lose on the way back needs no guard (`--allow-data-loss` named it).
    pub unguarded: BTreeSet<String>,
    /// Columns whose values live on in another one that a sync kept in step: dropping them loses nothing.
    pub retired: BTreeSet<(QName, Ident)>,
}

/// A piece of a file: statements up, statements down, and what both do to the schema. Born together.
#[derive(Debug, Clone)]
pub struct Step {
    /// The change kind, as users see it.
    pub kind: &'static str,
    /// The object, for people.
    pub object: String,
    /// The table whose file it goes into.
    pub table: Option<QName>,
    /// What runs forward; empty when the step is only there to give an undo its file.
    pub up: Vec<Statement>,
    /// What runs backward; empty when the undo of a neighbour covers it.
    pub down: Vec<Statement>,
    /// Effect of `up`.
    pub up_effect: Vec<Patch>,
    /// Effect of `down`.
    pub down_effect: Vec<Patch>,
    /// Why there is nothing to run upwards.
    pub up_reason: Option<&'static str>,
    /// Why there is nothing to run downwards.
    pub down_reason: Option<String>,
    /// What old and new code see after it, and other words for the header.
    pub notes: Vec<String>,
    /// What must be known or accepted.
    pub hazards: Vec<Hazard>,
    /// Whether the undo needs the undo of the step before as well.
    pub undo_with_previous: bool,
    /// Whether it must not share a file.
    pub alone: bool,
    /// Whether it only works in the file of the step before.
    pub glued: bool,
    /// The verb for the file's name when no other step is in it: `index`, `gate`, `backfill`, `validate`.
    pub verb: &'static str,
    /// The rest of the file's name.
    pub subject: String,
}

impl Step {
    /// An empty step.
    pub fn new(kind: &'static str, object: impl Into<String>, table: Option<&QName>) -> Self {
        let object = object.into();
        Self {
            kind,
            subject: table.map_or_else(|| object.clone(), |t| t.name.raw().to_owned()),
            object,
            table: table.cloned(),
            up: Vec::new(),
            down: Vec::new(),
            up_effect: Vec::new(),
            down_effect: Vec::new(),
            up_reason: None,
            down_reason: None,
            notes: Vec::new(),
            hazards: Vec::new(),
            undo_with_previous: false,
            alone: false,
            glued: false,
            verb: "",
        }
    }

    /// Adds statements forward.
    #[must_use]
    pub fn up(mut self, statements: impl IntoIterator<Item = Statement>) -> Self {
        self.up.extend(statements);
        self
    }

    /// Adds statements backward.
    #[must_use]
    pub fn down(mut self, statements: impl IntoIterator<Item = Statement>) -> Self {
        self.down.extend(statements);
        self
    }

    /// The effect: from `before` to `after` forward, and exactly back.
    #[must_use]
    pub fn effect(self, before: &Schema, after: &Schema) -> Self {
        self.effect_up(before, after).effect_down(after, before)
    }

    /// The effect forward alone.
    #[must_use]
    pub fn effect_up(mut self, before: &Schema, after: &Schema) -> Self {
        self.up_effect = patches_between(before, after);
        self
    }

    /// The effect backward alone, when it is not the mirror image.
    #[must_use]
    pub fn effect_down(mut self, after: &Schema, before: &Schema) -> Self {
        self.down_effect = patches_between(after, before);
        self
    }

    /// A file of its own, named `<verb>_<subject>`.
    #[must_use]
    pub fn alone(mut self, verb: &'static str, subject: impl Into<String>) -> Self {
        self.alone = true;
        self.named(verb, subject)
    }

    /// Named `<verb>_<subject>` when no other step shares its file.
    #[must_use]
    pub fn named(mut self, verb: &'static str, subject: impl Into<String>) -> Self {
        self.verb = verb;
        self.subject = subject.into();
        self
    }

    /// Only there so that an undo has its file.
    #[must_use]
    pub fn for_undo(mut self, reason: &'static str) -> Self {
        self.up_reason = Some(reason);
        self
    }

    /// Nothing runs backward.
    #[must_use]
    pub fn no_undo(mut self, reason: impl Into<String>) -> Self {
        self.down_reason = Some(reason.into());
        self
    }

    /// Words for the header.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The undo only works together with the undo of the step before.
    #[must_use]
    pub fn grouped(mut self) -> Self {
        self.undo_with_previous = true;
        self
    }

    /// Something to be known or accepted.
    #[must_use]
    pub fn hazard(mut self, kind: HazardKind, object: impl Into<String>, message: impl Into<String>) -> Self {
        self.hazards.push(Hazard {
            kind,
            object: object.into(),
            message: message.into(),
        });
        self
    }

    /// How the way forward must be run.
    pub fn up_class(&self) -> Class {
        class_of(&self.up)
    }

    /// How the way back must be run.
    pub fn down_class(&self) -> Class {
        class_of(&self.down)
    }
}

fn class_of(statements: &[Statement]) -> Class {
    statements
        .iter()
        .map(|s| s.runs)
        .find(|c| *c != Class::Transaction)
        .unwrap_or(Class::Transaction)
}

/// The patches that lead from one schema to another, object by object.
///
/// A table that stands on one side only is one patch with everything on it.
pub fn patches_between(before: &Schema, after: &Schema) -> Vec<Patch> {
    let mut slots: BTreeSet<Slot> = BTreeSet::new();
    for schema in [before, after] {
        slots.extend(schema.namespaces.keys().cloned().map(Slot::Namespace));
        slots.extend(schema.enums.keys().cloned().map(Slot::Enum));
        slots.extend(schema.sequences.keys().cloned().map(Slot::Sequence));
        slots.extend(schema.syncs.keys().cloned().map(Slot::Sync));
        slots.extend(schema.aliases.keys().cloned().map(Slot::Alias));
        slots.extend(schema.type_aliases.keys().cloned().map(Slot::TypeAlias));
        slots.extend(schema.fills.keys().cloned().map(Slot::Fill));
        for (name, table) in &schema.tables {
            if before.tables.get(name) == after.tables.get(name) {
                continue;
            }
            if !(before.tables.contains_key(name) && after.tables.contains_key(name)) {
                slots.insert(Slot::Table(name.clone()));
                continue;
            }
            slots.extend(table.columns.iter().map(|c| Slot::Column(name.clone(), c.name.clone())));
            slots.extend(
                table
                    .constraints
                    .keys()
                    .map(|c| Slot::Constraint(name.clone(), c.clone())),
            );
            slots.extend(table.indexes.keys().map(|c| Slot::Index(name.clone(), c.clone())));
            slots.extend(table.attached.keys().map(|c| Slot::Attached(name.clone(), c.clone())));
            slots.insert(Slot::Partition(name.clone()));
            slots.insert(Slot::Options(name.clone()));
            slots.insert(Slot::Comment(name.clone()));
        }
    }
    slots
        .into_iter()
        .filter_map(|slot| {
            let (was, is): (Option<Object>, Option<Object>) = (before.get(&slot), after.get(&slot));
            (was != is).then_some(Patch {
                slot,
                before: was,
                after: is,
            })
        })
        .collect()
}
