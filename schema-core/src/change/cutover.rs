//! `cutover`: names keep their place and change their type, in one short transaction over all tables concerned.

use serde::{Deserialize, Serialize};

use super::step::{Context, Step};
use crate::schema::{Ident, QName, Schema};

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
    _state: &Schema,
    _columns: &[ColumnSwap],
    _types: &[TypeSwap],
    _target: &Schema,
    _context: &Context,
) -> Vec<Step> {
    Vec::new()
}
