//! What each statement that we generate locks and costs: one table, from measurements on PostgreSQL 14 to 18.

use crate::plan::{Class, Cost, Lock, LockMode, Statement};
use crate::schema::QName;
use crate::sql::Alter;

macro_rules! ops {
    ($($name:ident,)*) => {
        /// A statement kind with measured claims. The names follow the rows of the fact table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "each variant is the statement that its claim names")]
        #[non_exhaustive]
        pub enum Op {
            $($name,)*
        }

        impl Op {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

ops! {
    SchemaCreate,
    SchemaDrop,
    EnumCreate,
    EnumAddValue,
    EnumDrop,
    EnumRename,
    EnumRenameValue,
    DomainCreate,
    DomainDrop,
    SequenceCreate,
    SequenceAlter,
    SequenceOwnedBy,
    SequenceDrop,
    TableCreate,
    TableDrop,
    TableOptions,
    TableReplicaIdentity,
    TableRowSecurity,
    TableClusterOn,
    TableSetLogged,
    TableSetTablespace,
    TableComment,
    CommentOnly,
    TableLock,
    TableRename,
    TableSetSchema,
    ViewGrants,
    ColumnAdd,
    ColumnAddRewrite,
    ColumnDrop,
    ColumnRename,
    ColumnDefault,
    ColumnSetNotNullProven,
    ColumnDropNotNull,
    ColumnTypeInstant,
    ColumnTypeScan,
    ColumnTypeRewrite,
    ColumnStatistics,
    Statistics,
    PublicationTable,
    ColumnStorage,
    ColumnIdentity,
    ColumnDropExpression,
    ColumnSetExpressionVirtual,
    ColumnSetExpressionStored,
    ConstraintAddNotValid,
    ConstraintValidate,
    ConstraintDrop,
    ConstraintRename,
    ForeignKeyAddNotValid,
    ForeignKeyValidate,
    ForeignKeyDrop,
    ForeignKeyTakeOver,
    ForeignKeyAddChecked,
    ForeignKeyAlter,
    KeyUsingIndex,
    KeyAddOnly,
    ExclusionAdd,
    IndexCreateConcurrently,
    IndexDropConcurrently,
    IndexCreateOnly,
    IndexCreatePlain,
    IndexDropPlain,
    PartitionedIndexDrop,
    IndexAttach,
    IndexRename,
    FunctionCreate,
    FunctionDrop,
    TriggerCreate,
    TriggerDrop,
    ViewCreate,
    ViewDrop,
    ViewRefresh,
    Policy,
    Rule,
    Update,
    UpdateBatches,
    Check,
    Preflight,
    PartitionAttach,
    PartitionDetach,
    PartitionDetachConcurrently,
}

/// The claim for one statement kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// Lock on the table that the statement names.
    pub lock: Option<LockMode>,
    /// Lock on the other table of a foreign key.
    pub other: Option<LockMode>,
    /// How long it is held.
    pub cost: Cost,
    /// How it must be run.
    pub runs: Class,
    /// Whether PostgreSQL carries it on to partitions and inheritance children, with the same locks.
    pub goes_down: bool,
}

impl Op {
    /// The measured claim. `tests/facts` compares every row with the measurements and with running servers.
    pub fn fact(self) -> Fact {
        use Cost::{Batches, Build, Instant, Rewrite, Scan};
        use LockMode::{AccessExclusive, RowExclusive, Share, ShareRowExclusive, ShareUpdateExclusive};
        let (lock, other, cost, runs) = match self {
            Self::SchemaCreate
            | Self::SchemaDrop
            | Self::EnumCreate
            | Self::EnumDrop
            | Self::EnumRename
            | Self::EnumRenameValue
            | Self::DomainCreate
            | Self::DomainDrop
            | Self::ViewGrants
            | Self::SequenceCreate
            | Self::SequenceAlter
            | Self::SequenceOwnedBy
            | Self::SequenceDrop
            | Self::TableCreate
            | Self::CommentOnly
            | Self::FunctionCreate
            | Self::FunctionDrop
            // The lock on the view itself is named where it is dropped.
            | Self::ViewCreate
            | Self::ViewDrop
            | Self::Check
            | Self::EnumAddValue
            // The lock is on the index alone: the table's readers and writers do not meet it.
            | Self::IndexRename => (None, None, Instant, Class::Transaction),
            Self::TableOptions
            | Self::TableClusterOn
            | Self::TableComment
            | Self::ColumnStatistics
            | Self::Statistics
            | Self::PublicationTable => (Some(ShareUpdateExclusive), None, Instant, Class::Transaction),
            Self::TableDrop
            | Self::TableReplicaIdentity
            | Self::TableRowSecurity
            | Self::TableLock
            | Self::TableRename
            | Self::TableSetSchema
            | Self::ColumnAdd
            | Self::ColumnDrop
            | Self::ColumnRename
            | Self::ColumnDefault
            | Self::ColumnSetNotNullProven
            | Self::ColumnDropNotNull
            | Self::ColumnTypeInstant
            | Self::ColumnStorage
            | Self::ColumnIdentity
            | Self::ColumnDropExpression
            | Self::ColumnSetExpressionVirtual
            | Self::ConstraintAddNotValid
            | Self::ConstraintDrop
            | Self::ConstraintRename
            | Self::ForeignKeyAlter
            | Self::KeyUsingIndex
            | Self::KeyAddOnly
            | Self::IndexDropPlain
            | Self::TriggerDrop
            | Self::Policy
            | Self::Rule => (Some(AccessExclusive), None, Instant, Class::Transaction),
            Self::ViewRefresh => (None, None, Scan, Class::Transaction),
            Self::ColumnTypeScan => (Some(AccessExclusive), None, Scan, Class::Transaction),
            Self::ColumnAddRewrite
            | Self::ColumnTypeRewrite
            | Self::ColumnSetExpressionStored
            | Self::TableSetLogged
            | Self::TableSetTablespace => {
                (Some(AccessExclusive), None, Rewrite, Class::Transaction)
            }
            Self::ExclusionAdd => (Some(AccessExclusive), None, Build, Class::Transaction),
            Self::ConstraintValidate => (Some(ShareUpdateExclusive), None, Scan, Class::Transaction),
            Self::ForeignKeyAddNotValid => (
                Some(ShareRowExclusive),
                Some(ShareRowExclusive),
                Instant,
                Class::Transaction,
            ),
            Self::ForeignKeyAddChecked => (
                Some(ShareRowExclusive),
                Some(ShareRowExclusive),
                Scan,
                Class::Transaction,
            ),
            Self::ForeignKeyTakeOver => (
                Some(ShareRowExclusive),
                Some(AccessExclusive),
                Instant,
                Class::Transaction,
            ),
            Self::ForeignKeyValidate => (
                Some(ShareUpdateExclusive),
                Some(LockMode::RowShare),
                Scan,
                Class::Transaction,
            ),
            Self::ForeignKeyDrop | Self::PartitionDetach | Self::PartitionedIndexDrop => (
                Some(AccessExclusive),
                Some(AccessExclusive),
                Instant,
                Class::Transaction,
            ),
            Self::IndexCreateConcurrently => (Some(ShareUpdateExclusive), None, Build, Class::Alone),
            Self::IndexDropConcurrently => (Some(ShareUpdateExclusive), None, Instant, Class::Alone),
            Self::PartitionDetachConcurrently => (Some(ShareUpdateExclusive), None, Instant, Class::Alone),
            Self::IndexCreateOnly => (Some(Share), None, Instant, Class::Transaction),
            Self::IndexCreatePlain => (Some(Share), None, Build, Class::Transaction),
            Self::IndexAttach => (None, None, Instant, Class::Transaction),
            Self::TriggerCreate => (Some(ShareRowExclusive), None, Instant, Class::Transaction),
            Self::Preflight => (Some(LockMode::AccessShare), None, Scan, Class::Transaction),
            Self::Update => (Some(RowExclusive), None, Scan, Class::Transaction),
            Self::UpdateBatches => (Some(RowExclusive), None, Batches, Class::Batches),
            Self::PartitionAttach => (
                Some(ShareUpdateExclusive),
                Some(AccessExclusive),
                Instant,
                Class::Transaction,
            ),
        };
        Fact {
            lock,
            other,
            cost,
            runs,
            goes_down: self.goes_down(),
        }
    }

    fn goes_down(self) -> bool {
        matches!(
            self,
            Self::TableLock
                | Self::ColumnAdd
                | Self::ColumnAddRewrite
                | Self::ColumnDrop
                | Self::ColumnRename
                | Self::ColumnDefault
                | Self::ColumnSetNotNullProven
                | Self::ColumnDropNotNull
                | Self::ColumnTypeInstant
                | Self::ColumnTypeScan
                | Self::ColumnTypeRewrite
                | Self::ColumnStatistics
                | Self::ColumnStorage
                | Self::ColumnIdentity
                | Self::ColumnDropExpression
                | Self::ColumnSetExpressionVirtual
                | Self::ColumnSetExpressionStored
                | Self::ConstraintAddNotValid
                | Self::ConstraintValidate
                | Self::ConstraintDrop
                | Self::ConstraintRename
                | Self::ForeignKeyAddNotValid
                | Self::ForeignKeyValidate
                | Self::ForeignKeyDrop
                | Self::ForeignKeyTakeOver
                | Self::ForeignKeyAddChecked
                | Self::ForeignKeyAlter
                | Self::KeyUsingIndex
                | Self::ExclusionAdd
                | Self::PartitionedIndexDrop
                | Self::IndexDropPlain
                | Self::TriggerCreate
                | Self::TriggerDrop
                | Self::Update
                | Self::UpdateBatches
        )
    }

    /// The statement with its claims, that does something to a table by `ALTER TABLE`.
    pub fn alter(self, alter: Alter<'_>, action: impl std::fmt::Display) -> Statement {
        let statement = self.on(alter.table(), format!("{alter} {action}"));
        Statement {
            goes_down: statement.goes_down && !alter.is_only(),
            ..statement
        }
    }

    /// The statement with its claims, on one table.
    pub fn on(self, table: &QName, sql: impl Into<String>) -> Statement {
        let fact = self.fact();
        let locks = fact
            .lock
            .map(|mode| Lock {
                mode,
                on: table.clone(),
            })
            .into_iter()
            .collect();
        Statement {
            sql: sql.into(),
            locks,
            cost: fact.cost,
            runs: fact.runs,
            goes_down: fact.goes_down,
        }
    }

    /// The statement with its claims, on a table and the one that a foreign key references.
    pub fn on_both(self, table: &QName, other: &QName, sql: impl Into<String>) -> Statement {
        let mut statement = self.on(table, sql);
        if let Some(mode) = self.fact().other
            && other != table
        {
            statement.locks.push(Lock {
                mode,
                on: other.clone(),
            });
        }
        statement
    }

    /// The statement with its claims, on a partitioned table and its partitions.
    pub fn on_all<'a>(
        self,
        table: &QName,
        partitions: impl IntoIterator<Item = &'a QName>,
        sql: impl Into<String>,
    ) -> Statement {
        let mut statement = self.on(table, sql);
        if let Some(mode) = self.fact().other {
            let below = partitions.into_iter().map(|on| Lock { mode, on: on.clone() });
            statement.locks.extend(below);
        }
        statement
    }

    /// The statement with its claims, without a table.
    pub fn plain(self, sql: impl Into<String>) -> Statement {
        let fact = self.fact();
        Statement {
            sql: sql.into(),
            locks: Vec::new(),
            cost: fact.cost,
            runs: fact.runs,
            goes_down: fact.goes_down,
        }
    }
}
