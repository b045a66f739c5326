//! SQL expressions as text: equal or not, which columns they name, and the same with other names.
//!
//! Cheap rules that never call equal what differs. What they cannot settle goes to a scratch database, where PostgreSQL
//! spells both sides.

mod canonical;
mod columns;
mod token;
mod trigger;

pub use columns::{columns_named, prefix_columns, rename_column};
pub use trigger::{fires_on_update, mentions, watch_also, watch_no_more};

use crate::schema::{Expr, Table};

/// Whether two expressions surely mean the same. The tables give the types of their columns; without them no cast of a
/// column is taken for noise.
pub fn same(a: &Expr, a_table: Option<&Table>, b: &Expr, b_table: Option<&Table>) -> bool {
    a == b || canonical(a, a_table) == canonical(b, b_table)
}

/// The literal, when the expression is nothing else, or a cast of one to the type that a column of `type_name` has without
/// its modifiers: for the column's default the two are one.
pub fn literal_of(expr: &Expr, type_name: &str) -> Option<String> {
    canonical::literal_of(&expr.0, type_name)
}

/// The expression in a spelling for comparison: tokens with one blank between, redundant parentheses and casts taken out.
///
/// Equal spellings mean the same; different ones may still do so. It is not meant to be read or run.
pub fn canonical(expr: &Expr, table: Option<&Table>) -> String {
    canonical::canonical(&expr.0, table)
}
