//! What a change must see of the schema: its table and what belongs to it. Steps are then made from a few objects, whatever
//! the size of the whole.

use std::borrow::Cow;

use super::{Change, Commented};
use crate::schema::{ConstraintKind, QName, Schema};

impl Change {
    /// The part of the schema that the change's steps are made from.
    pub fn scope<'a>(&self, state: &'a Schema) -> Cow<'a, Schema> {
        match self {
            // A sequence's name stands in the defaults of any table; a cutover spans tables; foreign keys of any table hold on
            // to a key.
            Self::RenameSequence(..)
            | Self::CreateAlias(..)
            | Self::ReplaceAlias(..)
            | Self::DropAlias(..)
            | Self::RenameTable(_)
            | Self::RenameType(..)
            | Self::DropTypeAlias(_)
            | Self::RenameLabel(..)
            | Self::RenameColumn(..)
            | Self::Cutover { .. }
            | Self::AddKey(..)
            | Self::SwapKey { .. }
            | Self::AddPartitionedKey(..)
            | Self::AttachPartition(..)
            | Self::DetachPartition(..)
            | Self::SwapPartitionedKey { .. }
            | Self::PromoteIndex { .. } => {
                return Cow::Borrowed(state);
            }
            // A partition takes part in its parent's keys.
            Self::CreateTable(_, table, ..) if table.partition_of.is_some() => return Cow::Borrowed(state),
            // On the way back a partition's own key may have to make room.
            Self::SetNotNull(table, column) if !state.keyed_below(table, column).is_empty() => {
                return Cow::Borrowed(state);
            }
            _ => {}
        }
        let mut part = Schema {
            others: state
                .others
                .iter()
                .filter(|o| o.kind == "domain" || o.kind == "statistics" || self.names_other(&o.name))
                .cloned()
                .collect(),
            ..Schema::default()
        };
        match self {
            Self::CreateNamespace(name, _)
            | Self::DropNamespace(name)
            | Self::Comment(Commented::Namespace(name), _) => {
                part.namespaces = state.namespaces.get_key_value(name).map(cloned).into_iter().collect();
            }
            Self::CreateEnum(name, _)
            | Self::DropEnum(name)
            | Self::AddLabels(name, _)
            | Self::Comment(Commented::Enum(name), _) => {
                part.enums = state.enums.get_key_value(name).map(cloned).into_iter().collect();
            }
            Self::CreateSequence(name, _)
            | Self::AlterSequence(name, _)
            | Self::DropSequence(name)
            | Self::Comment(Commented::Sequence(name), _) => {
                part.sequences = state.sequences.get_key_value(name).map(cloned).into_iter().collect();
            }
            _ => {}
        }
        // A new generator goes on behind the numbers that stand.
        if let Self::CreateSequence(_, sequence) = self
            && let Some((table, _)) = &sequence.owned_by
        {
            part.tables = state.tables.get_key_value(table).map(cloned).into_iter().collect();
        }
        if let Some(table) = self.table(state) {
            part.tables = state.tables.get_key_value(&table).map(cloned).into_iter().collect();
            if let Some(other) = self.referenced(state)
                && let Some(found) = state.tables.get_key_value(&other)
            {
                part.tables.extend([cloned(found)]);
                let below = state.partitions_below(&other);
                part.tables.extend(
                    below
                        .iter()
                        .filter_map(|name| state.tables.get_key_value(name))
                        .map(cloned),
                );
            }
            // What hangs on a partitioned table follows it; a partition has its indexes' definitions from above.
            let family = state.family(&table);
            let family = family.iter().chain(state.partitioned_above(&table));
            part.tables
                .extend(family.filter_map(|name| state.tables.get_key_value(name)).map(cloned));
            let owned = state
                .sequences
                .iter()
                .filter(|(_, s)| s.owned_by.as_ref().is_some_and(|(t, _)| *t == table));
            part.sequences.extend(owned.map(cloned));
            part.syncs = state
                .syncs
                .iter()
                .filter(|(_, s)| s.table == table)
                .map(cloned)
                .collect();
            part.fills = state
                .fills
                .iter()
                .filter(|(_, f)| f.table == table)
                .map(cloned)
                .collect();
        }
        Cow::Owned(part)
    }

    fn names_other(&self, name: &str) -> bool {
        matches!(self, Self::Comment(Commented::Other(_, other), _) if other == name)
    }

    /// The table that a foreign key points at.
    fn referenced(&self, state: &Schema) -> Option<QName> {
        let constraint = match self {
            Self::AddForeignKey(_, _, constraint) => Some(&**constraint),
            Self::DropForeignKey(table, name) => state.tables.get(table).and_then(|t| t.constraints.get(name)),
            _ => None,
        };
        match &constraint?.kind {
            ConstraintKind::ForeignKey(key) => Some(key.references.clone()),
            _ => None,
        }
    }

    /// The table that the change works on.
    fn table(&self, state: &Schema) -> Option<QName> {
        match self {
            Self::CreateTable(table, ..)
            | Self::DropTable(table)
            | Self::AddColumn(table, ..)
            | Self::DropColumn(table, _)
            | Self::SetNotNull(table, _)
            | Self::DropNotNull(table, _)
            | Self::SetDefault(table, ..)
            | Self::SetIdentity(table, _)
            | Self::IdentityToSerial(table, ..)
            | Self::SetGenerated(table, _)
            | Self::AlterColumnType(table, _)
            | Self::ColumnSettings(table, _)
            | Self::AddConstraint(table, ..)
            | Self::DropConstraint(table, _)
            | Self::AlterConstraint(table, ..)
            | Self::AddForeignKey(table, ..)
            | Self::DropForeignKey(table, _)
            | Self::AddKey(table, ..)
            | Self::DropKey(table, _)
            | Self::SwapKey { table, .. }
            | Self::PromoteIndex { table, .. }
            | Self::RenameConstraint(table, ..)
            | Self::CreateIndex(table, ..)
            | Self::CreatePartitionedIndex(table, ..)
            | Self::AddPartitionedKey(table, ..)
            | Self::SwapPartitionedKey { table, .. }
            | Self::DropIndex(table, _)
            | Self::RenameIndex(table, ..)
            | Self::TableOptions(table, _)
            | Self::Comment(
                Commented::Table(table)
                | Commented::Column(table, _)
                | Commented::Constraint(table, _)
                | Commented::Index(table, _)
                | Commented::KeyIndex(table, _),
                _,
            ) => Some(table.clone()),
            Self::CreateSync(_, sync) => Some(sync.table.clone()),
            Self::DropSync(function, _) => state.syncs.get(function).map(|s| s.table.clone()),
            Self::Backfill(_, fill) => Some(fill.table.clone()),
            _ => None,
        }
    }
}

fn cloned<K: Clone, V: Clone>((key, value): (&K, &V)) -> (K, V) {
    (key.clone(), value.clone())
}
