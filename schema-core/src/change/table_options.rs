//! `table_options`: storage parameters, row security flags, replica identity, clustering index, logging, tablespace.
//!
//! `SET (…)` takes SHARE UPDATE EXCLUSIVE, the flags ACCESS EXCLUSIVE for an instant. `SET LOGGED`, `SET UNLOGGED` and
//! `SET TABLESPACE` rewrite the table: hazard `rewrite`.

use super::step::{Context, Step};
use crate::facts::Op;
use crate::plan::{HazardKind, Statement};
use crate::schema::{QName, Schema, TableOptions};

pub(super) fn steps(state: &Schema, table: &QName, target: &TableOptions, context: &Context) -> Vec<Step> {
    let Some(current) = state.tables.get(table).map(|t| t.options.clone()) else {
        return Vec::new();
    };
    if current == *target {
        // They followed an index's new name.
        return Vec::new();
    }
    let mut after = state.clone();
    if let Some(t) = after.tables.get_mut(table) {
        t.options = target.clone();
    }
    let mut step = Step::new("table_options", table.to_string(), Some(table))
        .up(changes(table, &current, target))
        .up(sequences_stay(state, table, &current, target, context))
        .down(changes(table, target, &current))
        .down(sequences_stay(state, table, target, &current, context))
        .effect(state, &after);
    if current.unlogged != target.unlogged || current.tablespace != target.tablespace {
        let message = format!("{table} is written anew under ACCESS EXCLUSIVE");
        step = step.hazard(HazardKind::Rewrite, table.to_string(), message);
        step.alone = true;
        step.verb = "rewrite";
    }
    vec![step]
}

/// From 15 on a table's logging is that of the sequences that its columns own, too: they get theirs back.
fn sequences_stay(
    state: &Schema,
    table: &QName,
    from: &TableOptions,
    to: &TableOptions,
    context: &Context,
) -> Vec<Statement> {
    let owned = state.sequences.iter();
    let owned = owned.filter(|(_, s)| s.owned_by.as_ref().is_some_and(|(t, _)| t == table));
    let moved = from.unlogged != to.unlogged && context.target_version >= 15;
    let others = owned.filter(|(_, s)| moved && s.unlogged != to.unlogged);
    let back = others.map(|(name, s)| {
        let word = if s.unlogged { "UNLOGGED" } else { "LOGGED" };
        Op::SequenceAlter.plain(format!("ALTER SEQUENCE {name} SET {word}"))
    });
    back.collect()
}

fn changes(table: &QName, from: &TableOptions, to: &TableOptions) -> Vec<Statement> {
    let alter = |op: Op, action: String| op.on(table, format!("ALTER TABLE {table} {action}"));
    let mut out = Vec::new();
    if from.unlogged != to.unlogged {
        out.push(alter(
            Op::TableSetLogged,
            format!("SET {}", if to.unlogged { "UNLOGGED" } else { "LOGGED" }),
        ));
    }
    if from.tablespace != to.tablespace {
        let space = to
            .tablespace
            .as_ref()
            .map_or_else(|| "pg_default".to_owned(), ToString::to_string);
        out.push(alter(Op::TableSetTablespace, format!("SET TABLESPACE {space}")));
    }
    let gone: Vec<&str> = from
        .parameters
        .keys()
        .filter(|k| !to.parameters.contains_key(*k))
        .map(String::as_str)
        .collect();
    if !gone.is_empty() {
        out.push(alter(Op::TableOptions, format!("RESET ({})", gone.join(", "))));
    }
    let set: Vec<_> = to
        .parameters
        .iter()
        .filter(|(k, v)| from.parameters.get(*k) != Some(*v))
        .collect();
    if !set.is_empty() {
        out.push(alter(
            Op::TableOptions,
            format!("SET ({})", crate::sql::parameters(set)),
        ));
    }
    if from.row_security != to.row_security {
        let word = if to.row_security { "ENABLE" } else { "DISABLE" };
        out.push(alter(Op::TableRowSecurity, format!("{word} ROW LEVEL SECURITY")));
    }
    if from.force_row_security != to.force_row_security {
        let word = if to.force_row_security { "FORCE" } else { "NO FORCE" };
        out.push(alter(Op::TableRowSecurity, format!("{word} ROW LEVEL SECURITY")));
    }
    if (&from.replica_identity, &from.replica_identity_index) != (&to.replica_identity, &to.replica_identity_index) {
        out.push(replica_identity(table, to));
    }
    if from.cluster_on != to.cluster_on {
        out.push(cluster_on(table, to));
    }
    out
}

/// `REPLICA IDENTITY`, ACCESS EXCLUSIVE for an instant.
pub(super) fn replica_identity(table: &QName, options: &TableOptions) -> Statement {
    let word = match (&options.replica_identity, &options.replica_identity_index) {
        (_, Some(index)) => format!("USING INDEX {index}"),
        (Some(kind), None) => kind.clone(),
        (None, None) => "DEFAULT".to_owned(),
    };
    let sql = format!("ALTER TABLE {table} REPLICA IDENTITY {word}");
    Op::TableReplicaIdentity.on(table, sql)
}

/// `CLUSTER ON`, or without.
pub(super) fn cluster_on(table: &QName, options: &TableOptions) -> Statement {
    let action = options
        .cluster_on
        .as_ref()
        .map_or_else(|| "SET WITHOUT CLUSTER".to_owned(), |i| format!("CLUSTER ON {i}"));
    Op::TableClusterOn.on(table, format!("ALTER TABLE {table} {action}"))
}
