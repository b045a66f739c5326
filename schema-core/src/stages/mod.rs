//! The path from old to new: a pure function from two schemas and the decisions to the stages between them.
//!
//! `bridge` is the schema in which every statement of either version works. What cannot serve both becomes a hazard with a
//! name, or a refusal.

mod attached;
mod columns;
mod constraints;
mod foreign_types;
mod hops;
mod inherited;
mod leftovers;
mod names;
pub mod names_in;
mod referenced;
mod refusal;
mod renamed;
mod retired;
pub mod retype;
mod sequence_names;
mod shadow;
mod swapped;
mod syncs;
mod table;
mod waiting;

pub(crate) use attached::complete;
pub use leftovers::is_leftover;
pub(crate) use names::first_free;
pub(crate) use referenced::is_unknown;
pub use refusal::Refusal;
pub use renamed::{Renamed, TableNames};
pub(crate) use sequence_names::{drawn_under_new_names, renamed_sequences};
pub(crate) use shadow::rename_column;

use crate::change::Change;
use crate::plan::{Decisions, Hazard, Stage};
use crate::schema::{EnumType, Ident, KeyTarget, QName, Schema, Table};

/// The stages with the hazards that follow from the path itself.
#[derive(Debug, Clone)]
pub struct Path {
    /// `old`, `bridge`, perhaps `swapped`, `new`.
    pub stages: Vec<Stage>,
    /// What old or new code may meet on the way.
    pub hazards: Vec<Hazard>,
    /// For a database that no old code uses: the names that change before everything else.
    pub at_once: Vec<Change>,
    /// The decisions under the names that the stages between have.
    pub decisions: Decisions,
}

/// The stages between two schemas.
///
/// # Errors
/// What PostgreSQL or the model cannot do, by name, each with the way out.
pub fn stages(old: &Schema, new: &Schema, decisions: &Decisions) -> Result<Path, Vec<Refusal>> {
    let (clean_old, clean_new) = (leftovers::without(old), leftovers::without(new));
    let mut path = path(&clean_old, &clean_new, decisions)?;
    if matches!(clean_old, std::borrow::Cow::Owned(_))
        && let Some(first) = path.stages.first_mut()
    {
        old.clone_into(&mut first.schema);
    }
    Ok(path)
}

/// The stages between two schemas without leftovers.
fn path(old: &Schema, new: &Schema, decisions: &Decisions) -> Result<Path, Vec<Refusal>> {
    let renamed = Renamed::find(old, new, decisions);
    let mut refusals = renamed.refusals(old, new, decisions);
    if decisions.direct {
        let mut called = renamed.forward(&renamed.with_new_types(old));
        let columns = table::column_hops(&called, new, decisions);
        refusals.extend(table::refused_columns(&called, new, decisions));
        for (table, columns) in columns {
            for (from, to) in columns {
                shadow::rename_column(&mut called, &table, &from, &to);
            }
        }
        refusals.extend(refusal::unsupported(&called, new));
        refusals.extend(waiting::refusals(old, new, true));
        return if refusals.is_empty() {
            Ok(direct(old, new.clone(), &renamed, decisions))
        } else {
            Err(refusals)
        };
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    if renamed.is_empty() {
        return bridged(old, new, decisions);
    }
    let inner = renamed.decisions(decisions);
    let mut path = bridged(&renamed.with_new_types(old), &renamed.back(new), &inner)?;
    if !renamed.labels.is_empty() && path.stages.iter().all(|s| s.name != "swapped") {
        let at = path.stages.len() - 1;
        let mut swapped = path.stages[at - 1].clone();
        "swapped".clone_into(&mut swapped.name);
        path.stages.insert(at, swapped);
    }
    for stage in &mut path.stages {
        match stage.name.as_str() {
            "old" => old.clone_into(&mut stage.schema),
            "new" => {
                let fills = renamed.fills(&stage.schema.fills);
                stage.schema = Schema { fills, ..new.clone() };
            }
            name => {
                if name == "swapped" {
                    renamed.relabel(&mut stage.schema);
                }
                renamed.stand_ins(&mut stage.schema, new);
            }
        }
    }
    path.hazards.extend(renamed.hazards(old));
    path.decisions = inner;
    Ok(path)
}

/// The stages where tables and types keep their names.
fn bridged(old: &Schema, new: &Schema, decisions: &Decisions) -> Result<Path, Vec<Refusal>> {
    let mut refusals = refusal::unsupported(old, new);
    refusals.extend(table::refused_columns(old, new, decisions));
    refusals.extend(waiting::refusals(old, new, false));
    let stage = |name: &str, schema: Schema| Stage {
        name: name.to_owned(),
        schema,
    };
    let mut target = new.clone();
    target.fills = std::collections::BTreeMap::new();
    let real = new;
    let renames = table::live_renames(old, new, decisions);
    let shadows = shadow::Shadows::find(old, new, &renames);
    let names = names::Names::new(old, new);
    let mut towards = shadows.apply(new);
    let waiting = waiting::Waiting::find(old, &towards, &names, |name| {
        takes_over(name, &towards.sequences[name], old, &towards, &renames)
    });
    if !waiting.is_empty() {
        waiting.apply(towards.to_mut());
    }
    let new: &Schema = &towards;
    let mut hazards: Vec<Hazard> = waiting.hazards().collect();
    let mut bridge = Schema {
        others: old.others.clone(),
        ..Schema::default()
    };
    bridge.namespaces = old.namespaces.clone();
    bridge.namespaces.extend(new.namespaces.clone());
    bridge.enums = bridge_enums(old, new, &mut hazards);
    bridge.sequences = old.sequences.clone();
    for (name, sequence) in &new.sequences {
        if takes_over(name, sequence, old, new, &renames) {
            continue;
        }
        let mut both = sequence.clone();
        if let Some(was) = old.sequences.get(name) {
            // The owner changes in contract, after the new column and before the old one goes.
            both.owned_by.clone_from(&was.owned_by);
        }
        bridge.sequences.insert(name.clone(), both);
    }
    // Syncs of plans that are still open stand on both sides.
    bridge.syncs = old
        .syncs
        .iter()
        .filter(|(name, _)| new.syncs.contains_key(*name))
        .map(|(n, s)| (n.clone(), s.clone()))
        .collect();
    // So do the views and domains of theirs.
    bridge.aliases = new.aliases.clone();
    bridge.type_aliases = new.type_aliases.clone();
    bridge.tables = old.tables.clone();
    let moved = attached::Moved::find(old, new);
    hazards.extend(moved.hazards(old, new));
    let (apart, joined) = (moved.apart(old), moved.apart(new));
    let touched = decisions.tables();
    for (name, wanted) in &joined.tables {
        match apart.tables.get(name) {
            None => drop(bridge.tables.insert(name.clone(), names.free_table(name, wanted))),
            // It stands in the bridge as it is.
            Some(current) if current == wanted && old.tables.get(name) == Some(wanted) && !touched.contains(name) => {}
            Some(current) => {
                let mut builder =
                    table::Bridge::new(name, (current, wanted), (&apart, &joined), decisions, &shadows, &names);
                builder.build();
                bridge.tables.insert(name.clone(), builder.table);
                // A partition's rows pass through the triggers of its parent.
                let own_syncs = builder.syncs.into_iter().filter(|_| current.partition_of.is_none());
                bridge.syncs.extend(own_syncs);
                bridge.sequences.extend(builder.sequences);
                bridge.fills.extend(builder.fills);
                target.fills.extend(builder.final_fills);
                hazards.extend(builder.hazards);
                refusals.extend(builder.refusals);
            }
        }
    }
    inherited::say_once(
        &apart,
        &mut bridge.fills,
        &mut target.fills,
        &mut hazards,
        &mut refusals,
    );
    if !refusals.is_empty() {
        return Err(refusals);
    }
    moved.put_back(&mut bridge, old);
    inherited::settle(&mut bridge, old, new);
    attached::settle(&mut bridge, old, new);
    hazards.extend(referenced::hazards(old, new, &bridge));
    let mut path = vec![stage("old", old.clone())];
    if shadows.is_empty() {
        path.push(stage("bridge", bridge));
    } else {
        let asides = shadow::old_names(&shadows, old, real);
        let swapped = swapped::swapped(&bridge, real, &shadows, &asides);
        path.push(stage("bridge", bridge));
        path.push(stage("swapped", swapped));
    }
    path.push(stage("new", target));
    Ok(Path {
        stages: path,
        hazards,
        at_once: Vec::new(),
        decisions: decisions.clone(),
    })
}

/// The path for a database that no old code uses: everything gets its new name at once, then the differ does the rest.
fn direct(old: &Schema, mut target: Schema, names: &Renamed, decisions: &Decisions) -> Path {
    target.fills = std::collections::BTreeMap::new();
    let stage = |name: &str, schema: Schema| Stage {
        name: name.to_owned(),
        schema,
    };
    let mut path = vec![stage("old", old.clone())];
    let mut renamed = names.forward(&names.with_new_types(old));
    let columns = table::column_hops(&renamed, &target, decisions);
    for (table, columns) in &columns {
        for (from, to) in columns {
            shadow::rename_column(&mut renamed, table, from, to);
        }
    }
    // What moves into a new namespace finds it there.
    let comes = |n: &Ident| !old.namespaces.contains_key(n);
    let mut at_once: Vec<Change> = Vec::new();
    for (name, namespace) in target.namespaces.iter().filter(|(n, _)| comes(n)) {
        if names.moves_into(name) {
            renamed.namespaces.insert(name.clone(), namespace.clone());
            at_once.push(Change::CreateNamespace(name.clone(), namespace.clone()));
        }
    }
    at_once.extend(names.at_once(old, columns));
    for (column, value) in &decisions.backfills {
        let (Some(current), Some(wanted)) = (renamed.tables.get(&column.table), target.tables.get(&column.table))
        else {
            continue;
        };
        if wanted.column(&column.column).is_some() {
            let fill = crate::schema::Fill {
                table: column.table.clone(),
                column: column.column.clone(),
                value: Some(value.clone()),
                missing: crate::schema::Expr(format!("{} IS NULL", column.column)),
                key: batch_key(current),
                round: 0,
            };
            target.fills.insert(format!("{}.{}", column.table, column.column), fill);
        }
    }
    if renamed != *old {
        path.push(stage("renamed", renamed));
    }
    path.push(stage("new", target));
    Path {
        stages: path,
        hazards: Vec::new(),
        at_once,
        decisions: decisions.clone(),
    }
}

/// Whether a new sequence is the old column's under a new name: two generators would give numbers twice, so the old one
/// serves both versions, and contract gives it its new name and owner.
fn takes_over(
    name: &QName,
    sequence: &crate::schema::Sequence,
    old: &Schema,
    new: &Schema,
    renames: &std::collections::BTreeMap<QName, std::collections::BTreeMap<Ident, Ident>>,
) -> bool {
    let Some((table, column)) = &sequence.owned_by else {
        return false;
    };
    if old.sequences.contains_key(name) {
        return false;
    }
    let identity = |schema: &Schema| {
        let column = schema.tables.get(table).and_then(|t| t.column(column));
        column.is_some_and(|c| c.identity.is_some())
    };
    if identity(old) && !identity(new) {
        // The identity's own sequence serves until then.
        return true;
    }
    let gone = |s: &QName| !new.sequences.contains_key(s);
    if old.sequences_owned_by(table, column).any(gone) {
        return true;
    }
    let from = renames
        .get(table)
        .and_then(|r| r.iter().find(|(_, to)| *to == column))
        .map(|(from, _)| from);
    from.is_some_and(|from| old.sequences_owned_by(table, from).any(gone))
}

/// Enums of both sides, with the labels that either knows.
fn bridge_enums(old: &Schema, new: &Schema, hazards: &mut Vec<Hazard>) -> std::collections::BTreeMap<QName, EnumType> {
    let mut enums = old.enums.clone();
    let changed = types_of_changed_tables(old, new);
    for (name, wanted) in &new.enums {
        if let Some(current) = old.enums.get(name)
            && (current.labels != wanted.labels || changed.contains(name.to_string().as_str()))
        {
            // A label that was given up, and comes back, is a new one for old code.
            let kept_out = crate::retire::retired_labels(new, name);
            let given_up = crate::retire::retired_labels(old, name);
            let known = |l: &String| current.labels.contains(l) && !given_up.contains(l);
            let added = wanted.labels.iter().filter(|l| !known(l) && !kept_out.contains(*l));
            let added: Vec<&str> = added.map(String::as_str).collect();
            if !added.is_empty() && !old.columns_of_enum(name).is_empty() {
                hazards.push(Hazard {
                    kind: crate::plan::HazardKind::UnknownLabel,
                    object: name.to_string(),
                    message: format!(
                        "new code may write {}, which old code cannot decode: deploy code that reads it before code that writes it",
                        added.join(", ")
                    ),
                });
            }
        }
        enums.insert(name.clone(), wanted.clone());
    }
    enums
}

fn types_of_changed_tables<'a>(old: &'a Schema, new: &Schema) -> std::collections::BTreeSet<&'a str> {
    old.tables
        .iter()
        .filter(|(name, table)| new.tables.get(*name) != Some(*table))
        .flat_map(|(_, table)| &table.columns)
        .map(|column| column.type_name.trim_end_matches("[]"))
        .collect()
}

/// Whether every label of `from` stands in `to` in the same order, so that adding labels is enough.
pub fn labels_only_added(from: &EnumType, to: &EnumType) -> bool {
    let mut rest = to.labels.iter();
    from.labels.iter().all(|label| rest.any(|other| other == label))
}

/// The unique NOT NULL key that batches walk along: the primary key, else the first unique key or index that fits; empty
/// when there is none.
pub fn batch_key(table: &Table) -> Vec<Ident> {
    let not_null = |columns: &[Ident]| {
        !columns.is_empty()
            && columns
                .iter()
                .all(|c| table.column(c).is_some_and(|column| column.not_null))
    };
    if let Some((_, key)) = table.primary_key() {
        return key.columns.clone();
    }
    let keys = table
        .constraints
        .values()
        .filter(|c| c.deferral == crate::schema::Deferral::Immediate);
    if let Some(key) = keys.filter_map(|c| c.kind.key()).find(|key| not_null(&key.columns)) {
        return key.columns.clone();
    }
    for index in table
        .indexes
        .values()
        .filter(|i| i.unique && i.valid && i.predicate.is_none() && i.method == "btree")
    {
        let columns: Option<Vec<Ident>> = index
            .keys
            .iter()
            .map(|k| match &k.target {
                KeyTarget::Column(c) => Some(c.clone()),
                KeyTarget::Expression(_) => None,
            })
            .collect();
        if let Some(columns) = columns.filter(|c| not_null(c)) {
            return columns;
        }
    }
    Vec::new()
}
