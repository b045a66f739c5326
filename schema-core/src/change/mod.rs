//! Change kinds, one file each: what goes up, what comes down, what both do to the schema.
//!
//! A change sees the schema as it stands when its turn comes and nothing of the stages beyond the next one.

mod add_column;
mod alias;
mod alter_column_type;
mod attach;
mod backfill;
mod called;
mod column_settings;
mod comment;
mod constraint;
mod create_table;
mod cutover;
mod drop_column;
mod drop_sync;
mod drop_table;
mod enums;
mod foreign_key;
mod index;
mod key;
mod namespace;
mod not_null;
mod partitioned;
mod partitioned_foreign_key;
mod rebuild_dependents;
mod rename;
mod rename_table;
mod rename_type;
mod scope;
mod sequence;
mod step;
mod sync;
mod table_options;

pub(crate) use alter_column_type::RETYPE;
pub(crate) use comment::{OUTSIDE, word_of};
pub use cutover::{ColumnSwap, TypeSwap};
pub use partitioned::Names;
pub(crate) use partitioned::fits;
pub(crate) use rebuild_dependents::{Rebuild, copy_grants, grant_again, made_in, stood_on, texts};
pub use step::{Context, Step, patches_between};

use std::collections::BTreeSet;

use crate::schema::{
    Column, Constraint, EnumType, Fill, Ident, Index, IndexOwner, Namespace, QName, Schema, Sequence, Sync, Table,
    TableAlias, TableOptions,
};
use crate::stages::TableNames;

/// One difference between two neighbouring stages.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the variants carry what their names say")]
pub enum Change {
    CreateNamespace(Ident, Namespace),
    DropNamespace(Ident),
    CreateEnum(QName, EnumType),
    DropEnum(QName),
    AddLabels(QName, EnumType),
    CreateSequence(QName, Sequence),
    AlterSequence(QName, Sequence),
    DropSequence(QName),
    /// The table, the sequences its columns own, and which foreign keys wait for other tables.
    CreateTable(QName, Box<Table>, Vec<(QName, Sequence)>, Vec<Ident>),
    DropTable(QName),
    AddColumn(QName, Box<Column>, Vec<(QName, Sequence)>, Option<Fill>),
    DropColumn(QName, Ident),
    SetNotNull(QName, Ident),
    DropNotNull(QName, Ident),
    /// The default, and the partitions and children that get it along with the table.
    SetDefault(QName, Ident, Option<crate::schema::Expr>, BTreeSet<QName>),
    SetIdentity(QName, Box<Column>),
    /// The identity becomes a default that draws from a sequence of that name, which the column owns.
    IdentityToSerial(QName, Box<Column>, QName, Sequence),
    /// The expression of a generated column changes, comes or goes: as the new column says.
    SetGenerated(QName, Box<Column>),
    AlterColumnType(QName, Box<Column>),
    ColumnSettings(QName, Box<Column>),
    AddConstraint(QName, Ident, Box<Constraint>),
    DropConstraint(QName, Ident),
    /// When it is checked, or whether it was validated, changes: as the new one says.
    AlterConstraint(QName, Ident, Box<Constraint>),
    AddForeignKey(QName, Ident, Box<Constraint>),
    DropForeignKey(QName, Ident),
    AddKey(QName, Ident, Box<Constraint>),
    DropKey(QName, Ident),
    /// Drop one key and make another from a unique index that stands, in one statement.
    SwapKey {
        table: QName,
        drop: Ident,
        index: Ident,
        name: Ident,
        key: Box<Constraint>,
    },
    /// Make a key from a unique index that stands.
    PromoteIndex {
        table: QName,
        index: Ident,
        name: Ident,
        key: Box<Constraint>,
    },
    /// The same three on a partitioned table, with the names that the partitions' indexes get.
    AddPartitionedKey(QName, Ident, Box<Constraint>, Names),
    CreatePartitionedIndex(QName, Ident, Box<Index>, Names),
    SwapPartitionedKey {
        table: QName,
        drop: Ident,
        name: Ident,
        key: Box<Constraint>,
        names: Names,
    },
    RenameColumn(QName, Ident, Ident),
    RenameConstraint(QName, Ident, Ident),
    CreateIndex(QName, Ident, Box<Index>),
    DropIndex(QName, Ident),
    RenameIndex(QName, Ident, Ident),
    CreateSync(QName, Box<Sync>),
    /// The sync goes; the column that stays, as the next stage has it.
    DropSync(QName, Option<Box<Column>>),
    Backfill(String, Box<Fill>),
    Cutover {
        columns: Vec<ColumnSwap>,
        types: Vec<TypeSwap>,
        target: Box<Schema>,
    },
    TableOptions(QName, Box<TableOptions>),
    Comment(Commented, Option<String>),
    RenameSequence(QName, QName),
    /// A table becomes a partition: as the next stage has it.
    AttachPartition(QName, Box<Table>),
    /// A partition becomes a table of its own; whether it is dropped right after.
    DetachPartition(QName, bool),
    /// A view under the name that a table gets in contract.
    CreateAlias(QName, Box<TableAlias>),
    /// The view shows other columns.
    ReplaceAlias(QName, Box<TableAlias>),
    DropAlias(QName),
    /// The table gets its new name, and the columns that change theirs with it; a view of that name goes.
    RenameTable(TableNames),
    /// The enum gets its new name, with a domain under the old one where the flag says so.
    RenameType(QName, QName, bool),
    DropTypeAlias(QName),
    RenameLabel(QName, String, String),
    /// Triggers that fire when one column is written fire for its second name as well.
    WatchBoth {
        table: QName,
        from: Ident,
        to: Ident,
    },
    /// What stands outside the model goes over from a column that only old code uses to the one that takes its place.
    MoveDependents {
        table: QName,
        from: Ident,
        to: Ident,
    },
}

/// An object whose comment changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the variants carry what their names say")]
pub enum Commented {
    Namespace(Ident),
    Enum(QName),
    Sequence(QName),
    Table(QName),
    Column(QName, Ident),
    Constraint(QName, Ident),
    Index(QName, Ident),
    /// The index that a constraint owns.
    KeyIndex(QName, Ident),
    /// An object outside the model, by kind and identity.
    Other(String, String),
}

impl Change {
    /// The steps that make the change, given the schema as it stands.
    pub fn steps(&self, state: &Schema, context: &Context) -> Vec<Step> {
        match self {
            Self::CreateNamespace(name, namespace) => namespace::create(state, name, namespace),
            Self::DropNamespace(name) => namespace::remove(state, name),
            Self::CreateEnum(name, enum_type) => enums::create(state, name, enum_type),
            Self::DropEnum(name) => enums::remove(state, name),
            Self::AddLabels(name, target) => enums::add_labels(state, name, target),
            Self::CreateSequence(name, sequence) => sequence::create(state, name, sequence),
            Self::AlterSequence(name, target) => sequence::alter(state, name, target),
            Self::DropSequence(name) => sequence::remove(state, name),
            Self::RenameSequence(from, to) => sequence::rename(state, from, to),
            Self::CreateTable(name, table, sequences, later) => {
                create_table::steps(state, name, table, sequences, later)
            }
            Self::DropTable(name) => drop_table::steps(state, name, context),
            Self::AddColumn(table, column, sequences, fill) => {
                add_column::steps(state, table, column, sequences, fill.as_ref(), context)
            }
            Self::DropColumn(table, name) => drop_column::steps(state, table, name, context),
            Self::SetNotNull(table, name) => not_null::set(state, table, name, context),
            Self::DropNotNull(table, name) => not_null::unset(state, table, name, context),
            Self::SetDefault(table, name, default, along) => {
                column_settings::default(state, table, name, default.as_ref(), along)
            }
            Self::SetIdentity(table, column) => column_settings::identity(state, table, column),
            Self::IdentityToSerial(table, column, name, sequence) => {
                column_settings::identity_to_serial(state, table, column, (name, sequence))
            }
            Self::SetGenerated(table, column) => column_settings::generated(state, table, column, context),
            Self::AlterColumnType(table, column) => alter_column_type::steps(state, table, column, context),
            Self::ColumnSettings(table, column) => column_settings::storage(state, table, column),
            Self::AddConstraint(table, name, constraint) => constraint::add(state, table, name, constraint),
            Self::DropConstraint(table, name) => constraint::remove(state, table, name),
            Self::AlterConstraint(table, name, target) => constraint::alter(state, table, name, target),
            Self::AddForeignKey(table, name, constraint) => foreign_key::add(state, table, name, constraint, context),
            Self::DropForeignKey(table, name) => foreign_key::remove(state, table, name, context),
            Self::AddKey(table, name, constraint) => key::add(state, table, name, constraint),
            Self::DropKey(table, name) => key::remove(state, table, name),
            Self::SwapKey {
                table,
                drop,
                index,
                name,
                key,
            } => key::swap(state, table, drop, index, name, key),
            Self::PromoteIndex {
                table,
                index,
                name,
                key,
            } => key::promote(state, table, index, name, key),
            Self::AddPartitionedKey(table, name, key, names) => {
                partitioned::create(state, table, name, IndexOwner::Key(key), names)
            }
            Self::CreatePartitionedIndex(table, name, index, names) => {
                partitioned::create(state, table, name, IndexOwner::Index(index), names)
            }
            Self::SwapPartitionedKey {
                table,
                drop,
                name,
                key,
                names,
            } => partitioned::swap(state, table, drop, name, key, names),
            Self::AttachPartition(table, target) => attach::attach_steps(state, table, target),
            Self::DetachPartition(table, dropped) => attach::detach_steps(state, table, *dropped),
            Self::RenameColumn(table, from, to) => rename::column(state, table, from, to),
            Self::RenameConstraint(table, from, to) => rename::constraint(state, table, from, to),
            Self::CreateIndex(table, name, index) => index::create(state, table, name, index),
            Self::DropIndex(table, name) => index::remove(state, table, name),
            Self::RenameIndex(table, from, to) => rename::index(state, table, from, to),
            Self::CreateSync(function, sync) => sync::create(state, function, sync),
            Self::DropSync(function, stays) => drop_sync::steps(state, function, stays.as_deref()),
            Self::Backfill(id, fill) => backfill::steps(state, id, fill),
            Self::Cutover { columns, types, target } => cutover::steps(state, columns, types, target, context),
            Self::CreateAlias(name, alias) => alias::create(state, name, alias, context),
            Self::ReplaceAlias(name, alias) => alias::replace(state, name, alias, context),
            Self::DropAlias(name) => alias::remove(state, name, context),
            Self::RenameTable(names) => rename_table::steps(state, names, context),
            Self::RenameType(from, to, domain) => rename_type::steps(state, from, to, *domain),
            Self::DropTypeAlias(name) => rename_type::remove_domain(state, name),
            Self::RenameLabel(name, from, to) => rename_type::label(state, name, from, to),
            Self::TableOptions(table, options) => table_options::steps(state, table, options, context),
            Self::MoveDependents { table, from, .. } | Self::WatchBoth { table, from, .. } => {
                rebuild_dependents::moved(table, from)
            }
            Self::Comment(object, text) => comment::steps(state, object, text.as_deref()),
        }
    }
}
