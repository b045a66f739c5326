//! What `#[schemagen(…)]` declares, parsed from tokens.
//!
//! The derive and the source scan call the same functions ([`parse_table`], [`parse_enum`]), so that they cannot
//! disagree. A parse never stops at the first mistake: it gathers all of them in [`Mistakes`], each on its own token,
//! and still returns what it could read.

mod attribute;
mod case;
mod column;
mod constraint;
mod enums;
mod index;
mod mistake;
mod rules;
mod rust_type;
mod sql_type;
mod sqlx_attribute;
mod suggest;
mod table;

pub use case::RenameAll;
pub use column::{ColumnDecl, Generation, IdentityDecl};
pub use constraint::{CheckDecl, ForeignKeyDecl, KeyDecl, Referent, Timing};
pub use enums::{EnumDecl, LabelDecl, RemovedLabel, parse_enum};
pub use index::{IndexDecl, KeyPart, KeySource};
pub use mistake::{Mistake, Mistakes};
pub use rust_type::{Lookup, Proof, RustType, Spelling, map_type, strip_option};
pub use sql_type::{SqlTypeError, SqlTypeName, normalize_sql_type};
pub use suggest::did_you_mean;
pub use table::{TableDecl, parse_table};

use proc_macro2::Span;

/// A value and the token that it was read from.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}
