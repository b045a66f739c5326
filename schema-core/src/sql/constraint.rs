use std::fmt::Write;

use super::{column_list, parameters};
use crate::schema::{Constraint, ConstraintKind, Deferral, ForeignKey, Ident, Index, IndexKey, Key, Referential};

/// What stands after `CONSTRAINT name`: the definition with `DEFERRABLE` and `NOT VALID`.
pub fn constraint_definition(constraint: &Constraint) -> String {
    let mut text = match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => key_definition("PRIMARY KEY", key),
        ConstraintKind::Unique(key) => key_definition(
            if key.nulls_not_distinct {
                "UNIQUE NULLS NOT DISTINCT"
            } else {
                "UNIQUE"
            },
            key,
        ),
        ConstraintKind::Check(check) => {
            let no_inherit = if check.no_inherit { " NO INHERIT" } else { "" };
            format!("CHECK ({}){no_inherit}", check.expression)
        }
        ConstraintKind::ForeignKey(key) => foreign_key_definition(key),
        ConstraintKind::Exclusion(exclusion) => exclusion.definition.clone(),
        ConstraintKind::NotNull(not_null) => {
            let no_inherit = if not_null.no_inherit { " NO INHERIT" } else { "" };
            format!("NOT NULL {}{no_inherit}", not_null.column)
        }
    };
    text.push_str(deferral_words(constraint.deferral));
    if constraint.not_enforced {
        text.push_str(" NOT ENFORCED");
    } else if constraint.not_valid {
        text.push_str(" NOT VALID");
    }
    text
}

/// ` DEFERRABLE …`, with the blank in front.
pub(crate) fn deferral_words(deferral: Deferral) -> &'static str {
    match deferral {
        Deferral::Immediate => "",
        Deferral::Deferrable => " DEFERRABLE",
        Deferral::Deferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

fn key_definition(word: &str, key: &Key) -> String {
    let mut text = format!("{word} ({})", column_list(&key.columns));
    if !key.include.is_empty() {
        let _ = write!(text, " INCLUDE ({})", column_list(&key.include));
    }
    if !key.with.is_empty() {
        let _ = write!(text, " WITH ({})", parameters(&key.with));
    }
    if let Some(tablespace) = &key.tablespace {
        let _ = write!(text, " USING INDEX TABLESPACE {tablespace}");
    }
    text
}

fn foreign_key_definition(key: &ForeignKey) -> String {
    let list = |columns: &[Ident]| match columns.split_last() {
        Some((last, rest)) if key.period => {
            let rest: String = rest.iter().map(|c| format!("{c}, ")).collect();
            format!("{rest}PERIOD {last}")
        }
        _ => column_list(columns),
    };
    let mut text = format!(
        "FOREIGN KEY ({}) REFERENCES {} ({})",
        list(&key.columns),
        key.references,
        list(&key.referenced_columns)
    );
    if key.match_full {
        text.push_str(" MATCH FULL");
    }
    if key.on_update != Referential::NoAction {
        let _ = write!(text, " ON UPDATE {}", key.on_update.sql());
    }
    if key.on_delete != Referential::NoAction {
        let _ = write!(text, " ON DELETE {}", key.on_delete.sql());
        if !key.on_delete_columns.is_empty() {
            let _ = write!(text, " ({})", column_list(&key.on_delete_columns));
        }
    }
    text
}

/// The unique index that `USING INDEX` turns into this key. `NULLS NOT DISTINCT` and `INCLUDE` come from the index.
pub fn key_index(key: &Key) -> Index {
    Index {
        method: "btree".to_owned(),
        unique: true,
        nulls_not_distinct: key.nulls_not_distinct,
        keys: key.columns.iter().cloned().map(IndexKey::column).collect(),
        include: key.include.clone(),
        predicate: None,
        with: key.with.clone(),
        tablespace: key.tablespace.clone(),
        valid: true,
        expression_columns: Vec::new(),
        statistics: std::collections::BTreeMap::new(),
        comment: None,
    }
}
