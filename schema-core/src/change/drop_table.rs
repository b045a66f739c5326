//! `drop_table`: ACCESS EXCLUSIVE for an instant; its foreign keys, in and out, went before in files of their own.
//!
//! The rows are lost: it needs `--allow-data-loss`. The undo builds the table anew, empty.

use super::step::{Context, Step};
use crate::facts::Op;
use crate::plan::{HazardKind, Statement};
use crate::schema::{Literal, QName, Schema};

pub(super) fn steps(state: &Schema, name: &QName, _context: &Context) -> Vec<Step> {
    let mut after = state.clone();
    let Some(table) = after.tables.remove(name) else {
        return Vec::new();
    };
    let owned: Vec<_> = state
        .sequences
        .iter()
        .filter(|(_, s)| s.owned_by.as_ref().is_some_and(|(t, _)| t == name))
        .map(|(n, s)| (n.clone(), s.clone()))
        .collect();
    for (sequence, _) in &owned {
        after.sequences.remove(sequence);
    }
    let mut step = Step::new("drop_table", name.to_string(), Some(name))
        .up([Op::TableDrop.on(name, format!("DROP TABLE {name}"))])
        .down(super::create_table::statements(&after, name, &table, &owned))
        .effect(state, &after)
        .note("The undo builds the table anew, empty: its rows are lost.")
        .hazard(
            HazardKind::DataLoss,
            name.to_string(),
            format!("the table {name} and all its rows are dropped"),
        );
    step.alone = true;
    step.verb = "drop";
    vec![step]
}

/// Stops the undo of `create_table` while the table holds rows.
pub(super) fn guard(name: &QName) -> Statement {
    data_loss_guard(&name.to_string(), &format!("SELECT 1 FROM {name}"), "rows")
}

/// Raises when `query` finds something, unless `schemagen.allow_data_loss` names the object.
pub(super) fn data_loss_guard(object: &str, query: &str, what: &str) -> Statement {
    let short = object.strip_prefix("public.").unwrap_or(object);
    let body = format!(
        "BEGIN\n  IF NOT pg_catalog.string_to_array(coalesce(pg_catalog.current_setting('schemagen.allow_data_loss', true), ''), ',') && ARRAY['all', {}, {}]\n    AND EXISTS ({query}) THEN\n    RAISE EXCEPTION USING MESSAGE = {},\n      HINT = {};\n  END IF;\nEND",
        Literal(object),
        Literal(short),
        Literal(&format!("going back would lose {what} of {object}")),
        Literal(&format!(
            "to lose them: SET schemagen.allow_data_loss = {}, and run this file again",
            Literal(object)
        )),
    );
    Op::Check.plain(format!("DO {}", crate::sql::dollar_quoted(&body)))
}
