//! Random changes of a schema. A schema starts empty and is made by them as well.

use proptest::prelude::*;
use proptest::sample::Index as Choice;

/// One change: what kind, which objects, and numbers that say the rest. What does not fit the schema (there is no table, the
/// column is in a key) changes nothing.
#[derive(Debug, Clone)]
pub struct Edit {
    pub kind: Kind,
    pub at: [Choice; 4],
    pub n: [u8; 4],
}

/// Kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    AddTable,
    DropTable,
    AddColumn,
    DropColumn,
    RenameColumn,
    Retype,
    Widen,
    NotNull,
    Default,
    Identity,
    Serial,
    Generated,
    PrimaryKey,
    Unique,
    Check,
    ForeignKey,
    Exclusion,
    Index,
    DropConstraint,
    DropIndex,
    RenameConstraint,
    RenameIndex,
    ExchangeNames,
    AddNamespace,
    DropNamespace,
    AddEnum,
    AddLabel,
    DropEnum,
    AddSequence,
    ChangeSequence,
    DropSequence,
    Comment,
    Options,
    Unlogged,
    ColumnSettings,
    AddPartitioned,
    AddPartition,
    DetachPartition,
    AttachPartition,
    ChangeBound,
}

impl Kind {
    fn cuts(self) -> bool {
        matches!(
            self,
            Self::AddPartitioned
                | Self::AddPartition
                | Self::DetachPartition
                | Self::AttachPartition
                | Self::ChangeBound
        )
    }
}

/// Each kind with its weight.
const KINDS: &[(u32, Kind)] = &[
    (6, Kind::AddTable),
    (1, Kind::DropTable),
    (4, Kind::AddColumn),
    (3, Kind::DropColumn),
    (4, Kind::RenameColumn),
    (2, Kind::Retype),
    (1, Kind::Widen),
    (3, Kind::NotNull),
    (3, Kind::Default),
    (2, Kind::Identity),
    (2, Kind::Serial),
    (1, Kind::Generated),
    (4, Kind::PrimaryKey),
    (3, Kind::Unique),
    (3, Kind::Check),
    (4, Kind::ForeignKey),
    (1, Kind::Exclusion),
    (5, Kind::Index),
    (2, Kind::DropConstraint),
    (2, Kind::DropIndex),
    (1, Kind::RenameConstraint),
    (1, Kind::RenameIndex),
    (1, Kind::ExchangeNames),
    (1, Kind::AddNamespace),
    (1, Kind::DropNamespace),
    (2, Kind::AddEnum),
    (2, Kind::AddLabel),
    (1, Kind::DropEnum),
    (1, Kind::AddSequence),
    (1, Kind::ChangeSequence),
    (1, Kind::DropSequence),
    (2, Kind::Comment),
    (2, Kind::Options),
    (1, Kind::Unlogged),
    (1, Kind::ColumnSettings),
    (3, Kind::AddPartitioned),
    (2, Kind::AddPartition),
    (1, Kind::DetachPartition),
    (1, Kind::AttachPartition),
    (1, Kind::ChangeBound),
];

/// Any change; those of partitioned tables only where they are asked for.
pub fn edit(partitions: bool) -> impl Strategy<Value = Edit> {
    let kinds = KINDS
        .iter()
        .filter(|(_, kind)| partitions || !kind.cuts())
        .map(|&(weight, kind)| (weight, Just(kind).boxed()))
        .collect();
    let kind = prop::strategy::Union::new_weighted(kinds);
    let at = prop::array::uniform4(any::<Choice>());
    (kind, at, any::<[u8; 4]>()).prop_map(|(kind, at, n)| Edit { kind, at, n })
}
