//! `create_table`: the table with everything that stands on it, in one readable transaction.
//!
//! Nobody uses it yet, so there is no CONCURRENTLY, no NOT VALID and no gate. A foreign key to a table that stood before
//! takes SHARE ROW EXCLUSIVE on that table for an instant (`table.create_with_fk`).

use std::collections::BTreeSet;

use super::sequence;
use super::step::Step;
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{Column, ConstraintKind, Ident, QName, Schema, Sequence, Table};
use crate::sql::{IndexMode, create_index, create_table};

pub(super) fn steps(
    state: &Schema,
    name: &QName,
    table: &Table,
    sequences: &[(QName, Sequence)],
    later: &[Ident],
) -> Vec<Step> {
    let mut after = state.clone();
    let mut placed = standing(state, table);
    placed.constraints.retain(|constraint, _| !later.contains(constraint));
    after.sequences.extend(sequences.iter().cloned());
    after.tables.insert(name.clone(), placed.clone().into());
    let mut step = Step::new("create_table", name.to_string(), Some(name))
        .up(statements(state, name, &placed, sequences))
        .down([super::drop_table::guard(name), drop_table(state, name, &placed)])
        .effect(state, &after)
        .note("Nobody uses the table yet: old code does not know it.");
    step.alone = true;
    step.verb = "create";
    match &table.partition_of {
        Some(place) => super::attach::beside_default(state, name, place, step, &after),
        None => vec![step],
    }
}

/// `DROP TABLE`, with the strong lock on what the table references or is a partition of, and on a default partition beside it.
fn drop_table(state: &Schema, name: &QName, table: &Table) -> Statement {
    let mut drop = Op::TableDrop.on(name, format!("DROP TABLE {name}"));
    let references = table.constraints.values().filter_map(|c| match &c.kind {
        ConstraintKind::ForeignKey(key) => Some(&key.references),
        _ => None,
    });
    let above = table
        .partition_of
        .iter()
        .map(|place| &place.parent)
        .chain(&table.inherits);
    let beside = (table.partition_of.iter()).filter_map(|place| super::attach::default_partition(state, &place.parent));
    let others = references.chain(above).chain(beside);
    let others: BTreeSet<&QName> = others.filter(|other| *other != name).collect();
    for other in others {
        drop.locks.extend(Op::TableDrop.on(other, "").locks);
    }
    drop
}

/// The table as far as the one above it goes by now: a partition gets later what its parent gets later.
fn standing(state: &Schema, table: &Table) -> Table {
    let Some((place, parent)) = table
        .partition_of
        .as_ref()
        .and_then(|place| Some((place, state.tables.get(&place.parent)?)))
    else {
        return table.clone();
    };
    let column = |above: &Column| match table.column(&above.name) {
        Some(own) => Column {
            default: if own.type_name == above.type_name {
                own.default.clone()
            } else {
                above.default.clone()
            },
            ..own.following(None, above, own.identity.is_some())
        },
        None => above.inherited(false),
    };
    let mut placed = table.clone();
    placed.columns = parent.columns.iter().map(column).collect();
    placed
        .attached
        .retain(|_, above| state.index_owner(&place.parent, above).is_some());
    placed
}

/// Everything that builds the table in an empty place.
pub(super) fn statements(
    state: &Schema,
    name: &QName,
    table: &Table,
    sequences: &[(QName, Sequence)],
) -> Vec<Statement> {
    if let Some(place) = &table.partition_of
        && let Some(parent) = state.tables.get(&place.parent)
    {
        return super::attach::new_partition(state, name, table, (&place.parent, parent));
    }
    let mut out: Vec<Statement> = Vec::new();
    for (sequence_name, sequence) in sequences {
        out.push(Op::SequenceCreate.plain(crate::sql::create_sequence(sequence_name, sequence)));
    }
    let mut create = Op::TableCreate.plain(create_table(
        name,
        &crate::sql::own_columns(state, table),
        table
            .constraints
            .iter()
            .filter(|(name, c)| !c.not_valid && !c.not_enforced && !crate::sql::is_merged(table, name, c)),
    ));
    for constraint in table.constraints.values() {
        if let ConstraintKind::ForeignKey(key) = &constraint.kind
            && key.references != *name
        {
            create
                .locks
                .extend(Op::ForeignKeyAddNotValid.on(&key.references, "").locks);
        }
    }
    out.push(create);
    for parent in table.inherits.iter().filter_map(|p| state.tables.get(p)) {
        let own = crate::sql::own_of_partition(name, table, parent);
        out.extend(own.into_iter().map(|sql| Op::TableCreate.plain(sql)));
    }
    for (constraint_name, constraint) in &table.constraints {
        if constraint.not_valid || constraint.not_enforced || crate::sql::is_merged(table, constraint_name, constraint)
        {
            let definition = crate::sql::constraint_definition(constraint);
            out.push(Op::TableCreate.plain(format!(
                "ALTER TABLE {name} ADD CONSTRAINT {constraint_name} {definition}"
            )));
        }
    }
    for (sequence_name, sequence) in sequences {
        out.extend(sequence::belongings(sequence_name, sequence));
    }
    for (index_name, index) in &table.indexes {
        out.push(Op::TableCreate.plain(create_index(index_name, name, index, IndexMode::Plain)));
    }
    out.extend(
        crate::sql::table_details(name, table)
            .into_iter()
            .map(|sql| Op::TableCreate.plain(sql)),
    );
    out
}
