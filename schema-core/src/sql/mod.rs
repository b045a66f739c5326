//! Objects as SQL text: one renderer per kind of object. Nothing here knows when or why a statement runs.

mod alias;
mod alter;
mod bound;
mod column;
mod comment;
mod constraint;
mod create;
mod enums;
mod index;
mod overlap;
mod sequence;
mod sync;
mod table;

pub use alias::{ALIAS_COMMENT, DOMAIN_COMMENT, alias_comment, alias_grants, create_alias, create_domain};
pub use alter::Alter;
pub use bound::{bound_conditions, hash_condition};
pub use column::{column_definition, identity_clause};
pub use comment::{CommentOn, comment_sql, identity_comment_sql};
pub use constraint::{constraint_definition, key_index};
pub use create::{attach_index, create_sql};
pub(crate) use create::{index_details, own_columns, own_of_partition, table_details};
pub use enums::create_enum;
pub use index::{IndexMode, create_index, index_key_text};
pub use overlap::may_overlap;
pub(crate) use sequence::within;
pub use sequence::{create_sequence, sequence_changes};
pub use sync::{create_sync, drop_sync, sync_function_name, sync_trigger_name};
pub(crate) use table::is_merged;
pub use table::{create_partition, create_table, partition_clause};

use crate::schema::Ident;

/// `a, b, c`.
pub fn column_list<'a>(columns: impl IntoIterator<Item = &'a Ident>) -> String {
    columns
        .into_iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// `key='value', …` for storage parameters.
pub(crate) fn parameters<'a>(with: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    with.into_iter()
        .map(|(key, value)| format!("{key}={}", parameter_value(value)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn parameter_value(value: &str) -> String {
    let plain = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
    if plain {
        value.to_owned()
    } else {
        crate::schema::Literal(value).to_string()
    }
}

/// A dollar-quoted text whose tag does not occur in it.
pub(crate) fn dollar_quoted(body: &str) -> String {
    let mut tag = String::from("$schemagen$");
    while body.contains(&tag) {
        tag.insert(tag.len() - 1, '_');
    }
    format!("{tag}\n{body}\n{tag}")
}
