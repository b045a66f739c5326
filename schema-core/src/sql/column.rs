use std::fmt::Write;

use super::sequence::option_words;
use crate::schema::{Column, Identity, SequenceOptions};

/// `name type …` as it stands in `CREATE TABLE` and `ADD COLUMN`.
pub fn column_definition(column: &Column) -> String {
    let mut text = format!("{} {}", column.name, column.type_name);
    // A write to a String cannot fail. STORAGE is not among the words: ADD COLUMN and CREATE TABLE know it from 16 on.
    if let Some(compression) = &column.compression {
        let _ = write!(text, " COMPRESSION {compression}");
    }
    if let Some(collation) = &column.collation {
        let _ = write!(text, " COLLATE {collation}");
    }
    if let Some(default) = &column.default {
        let _ = write!(text, " DEFAULT {default}");
    }
    if let Some(generated) = &column.generated {
        let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
        let _ = write!(text, " GENERATED ALWAYS AS ({}) {kind}", generated.expression);
    }
    if let Some(identity) = &column.identity {
        let _ = write!(text, " {}", identity_clause(identity, &column.type_name));
    }
    if column.not_null {
        text.push_str(" NOT NULL");
    }
    text
}

/// `GENERATED … AS IDENTITY [(options)]`.
pub fn identity_clause(identity: &Identity, type_name: &str) -> String {
    let kind = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
    let words = option_words(&SequenceOptions::of_type(type_name), &identity.options);
    if words.is_empty() {
        format!("GENERATED {kind} AS IDENTITY")
    } else {
        format!("GENERATED {kind} AS IDENTITY ({})", words.join(" "))
    }
}
