//! What later stages demand of rows that stand before the first file, where nothing in the plan makes it true.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgConnection;

use super::ProofError;
use super::write::{Condition, run};
use crate::compat::{Retyped, retyped, unique_keys};
use crate::plan::Plan;
use crate::schema::{Column, ConstraintKind, Expr, Ident, Object, QName, Schema, SyncDirection, Table};
use crate::sql::{bound_conditions, hash_condition};
use crate::stages::Renamed;
use crate::volatility::{is_constant, is_volatile};

/// Conditions by table. Those that the server cannot read on the old table (they name what is not there yet) are left out.
pub(super) async fn conditions(
    connection: &mut PgConnection,
    plan: &Plan,
    old: &Schema,
    names: &Renamed,
) -> Result<BTreeMap<QName, Vec<Condition>>, ProofError> {
    let mut out = BTreeMap::new();
    let stages: Vec<Schema> = plan.stages.iter().skip(1).map(|s| names.back(&s.schema)).collect();
    for (name, table) in &old.tables {
        let mut found: Vec<Condition> = Vec::new();
        for stage in &stages {
            let moves = stage.tables.get(name).filter(|t| t.partition_of != table.partition_of);
            let apart = moves.map(|_| {
                let mut apart = stage.clone();
                apart.detach(name);
                apart
            });
            found.extend(bounds(name, stage, old));
            if let Some(later) = apart.as_ref().unwrap_or(stage).tables.get(name)
                && later != table
            {
                let known = Known {
                    changed: changed_columns(plan, name, table, later),
                    supplied: supplied_columns(plan, name),
                    filled: filled_columns(plan, name),
                    synced: synced_columns(plan, name),
                    sources: sources(plan, name),
                };
                demands(&mut found, &known, name, table, later);
            }
        }
        // Rows of a partition come through the table at the top.
        let top = old.partitioned_above(name).last().copied().unwrap_or(name);
        // Inheritance children keep to what their parents demand.
        let children = old.family(name).into_iter().filter(|member| {
            let table = old.tables.get(member);
            member != name && table.is_some_and(|t| t.partition_of.is_none())
        });
        for child in children {
            keep_readable(connection, &mut out, &child, found.clone()).await?;
        }
        keep_readable(connection, &mut out, top, found).await?;
    }
    Ok(out)
}

/// What a table's later place as a partition demands of its rows, and new partitions beside it when it is the default one.
fn bounds(name: &QName, later: &Schema, old: &Schema) -> Vec<Condition> {
    let mut found = Vec::new();
    let (Some(was), Some(is)) = (old.tables.get(name), later.tables.get(name)) else {
        return found;
    };
    let conditions = |name: &QName, bound: &str| {
        let parent = later.tables.get(name)?;
        let columns = parent.columns.iter().map(|c| c.name.clone());
        let key = parent.partition_by.clone()?;
        let columns: Vec<Ident> = columns.filter(|c| key.contains(&c.to_string())).collect();
        let hash = || Some((hash_condition(name, parent, bound)?, None));
        Some((bound_conditions(parent, bound).or_else(hash)?, columns))
    };
    let mut add = |expression: String, columns: Vec<Ident>| {
        found.push(Condition {
            holds: format!("SELECT NOT EXISTS (SELECT FROM {name} WHERE NOT ({expression}))"),
            columns,
            expression,
        });
    };
    let Some(place) = &is.partition_of else { return found };
    if was.partition_of.as_ref() != Some(place) {
        let above = later
            .partitioned_above(name)
            .into_iter()
            .filter_map(|n| later.tables.get(n));
        let places = std::iter::once(place).chain(above.filter_map(|t| t.partition_of.as_ref()));
        for place in places {
            if let Some(((demand, _), columns)) = conditions(&place.parent, &place.bound) {
                add(demand, columns);
            }
        }
    }
    if place.bound == "DEFAULT" {
        for (_, beside) in later.partitions(&place.parent).filter(|(n, _)| {
            let before = old.tables.get(*n).and_then(|t| t.partition_of.as_ref());
            before.is_none_or(|p| p.parent != place.parent)
        }) {
            let bound = beside.partition_of.as_ref().map_or("", |p| p.bound.as_str());
            if let Some(((_, Some(others)), columns)) = conditions(&place.parent, bound) {
                add(others, columns);
            }
        }
    }
    found
}

/// What rows of new code must meet in the bridge: its own checks, and, so that the way back stays open, the old constraints
/// over columns that it still knows.
pub(super) async fn conditions_back(
    connection: &mut PgConnection,
    plan: &Plan,
    old: &Schema,
    new: &Schema,
) -> Result<BTreeMap<QName, Vec<Condition>>, ProofError> {
    sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
    let mut out = BTreeMap::new();
    for (name, table) in &new.tables {
        let Some(before) = old.tables.get(name).filter(|t| *t != table) else {
            continue;
        };
        keep_readable(connection, &mut out, name, whole_or_none(name, table)).await?;
        keep_readable(connection, &mut out, name, own_checks(name, table)).await?;
        // In the bridge a synced column stands under both names.
        let mut known = table.clone();
        for (to, from) in sources(plan, name) {
            if let Some(column) = table.column(&to) {
                let mut column = column.clone();
                column.name = from;
                known.columns.push(column);
            }
        }
        let mut found = Vec::new();
        // Columns that only old code knows are lost or relaxed, as the plan says: nothing to demand of new code.
        let columns = Known {
            synced: before.columns.iter().map(|c| c.name.clone()).collect(),
            ..Known::default()
        };
        demands(&mut found, &columns, name, &known, before);
        keep_readable(connection, &mut out, name, found).await?;
    }
    sqlx::raw_sql("COMMIT").execute(connection).await?;
    Ok(out)
}

/// What MATCH FULL demands of the code that knows the key before the key stands.
fn whole_or_none(name: &QName, table: &Table) -> Vec<Condition> {
    let keys = table.constraints.values().filter_map(|c| match &c.kind {
        ConstraintKind::ForeignKey(key) if key.match_full && key.columns.len() > 1 => Some(key),
        _ => None,
    });
    keys.map(|key| {
        let null: Vec<String> = key.columns.iter().map(|c| format!("{c} IS NULL")).collect();
        let (any, all) = (null.join(" OR "), null.join(" AND "));
        Condition {
            holds: format!("SELECT NOT EXISTS (SELECT FROM {name} WHERE ({any}) AND NOT ({all}))"),
            columns: key.columns.clone(),
            expression: "all of a key or nothing".to_owned(),
        }
    })
    .collect()
}

/// The code's own checks, which it meets before they stand.
fn own_checks(name: &QName, table: &Table) -> Vec<Condition> {
    let checks = table.constraints.values().filter_map(|c| match &c.kind {
        ConstraintKind::Check(check) => Some(check),
        _ => None,
    });
    checks
        .map(|check| Condition {
            holds: format!(
                "SELECT NOT EXISTS (SELECT FROM {name} WHERE NOT ({}))",
                check.expression
            ),
            columns: check.columns.clone(),
            expression: check.expression.0.clone(),
        })
        .collect()
}

async fn keep_readable(
    connection: &mut PgConnection,
    out: &mut BTreeMap<QName, Vec<Condition>>,
    name: &QName,
    found: Vec<Condition>,
) -> Result<(), ProofError> {
    let mut readable: Vec<Condition> = Vec::new();
    for condition in found {
        if !readable.iter().any(|c| c.holds == condition.holds)
            && run(connection, format!("SELECT ({})", condition.holds)).await?.is_ok()
        {
            readable.push(condition);
        }
    }
    if !readable.is_empty() {
        out.entry(name.clone()).or_default().extend(readable);
    }
    Ok(())
}

/// What the plan does to the columns of one table.
#[derive(Default)]
struct Known {
    /// Columns whose values change.
    changed: BTreeSet<Ident>,
    /// Columns that get a value where they have none.
    supplied: BTreeSet<Ident>,
    /// The values.
    filled: BTreeMap<Ident, Expr>,
    /// Columns that a sync writes.
    synced: BTreeSet<Ident>,
    /// New names with the old ones.
    sources: BTreeMap<Ident, Ident>,
}

fn demands(out: &mut Vec<Condition>, known: &Known, name: &QName, old: &Table, later: &Table) {
    let Known {
        changed,
        supplied,
        filled,
        synced,
        sources,
    } = known;

    // The old rows under the names that they will have.
    let from = |made: &BTreeMap<Ident, String>| {
        let aliases = sources.iter().map(|(to, from)| format!("t.{from} AS {to}"));
        // By name: between two files the table has columns of both versions.
        let columns = old.columns.iter().filter(|c| !made.contains_key(&c.name));
        let columns = columns.map(|c| format!("t.{}", c.name));
        let made = made.iter().map(|(column, value)| format!("{value} AS {column}"));
        let all: Vec<String> = columns.chain(aliases).chain(made).collect();
        format!("(SELECT {} FROM {name} t) AS {}", all.join(", "), name.name)
    };
    let rows = from(&BTreeMap::new());
    let old_name = |column: &Ident| sources.get(column).unwrap_or(column).clone();
    let is_old = |column: &Ident| old.column(&old_name(column)).is_some() && !changed.contains(column);
    for column in later
        .columns
        .iter()
        .filter(|c| c.not_null && !supplied.contains(&c.name))
    {
        // A conversion makes no value of NULL: only a fill does.
        if old.column(&old_name(&column.name)).is_some_and(|c| !c.not_null) {
            out.push(Condition {
                holds: format!("SELECT NOT EXISTS (SELECT FROM {rows} WHERE {} IS NULL)", column.name),
                columns: vec![old_name(&column.name)],
                expression: format!("{} IS NOT NULL", column.name),
            });
        }
    }
    for column in later
        .columns
        .iter()
        .filter(|c| !c.may_be_omitted() && !supplied.contains(&c.name))
    {
        let arrives = old.column(&old_name(&column.name)).is_none() && !synced.contains(&column.name);
        if arrives {
            out.push(Condition {
                holds: format!("SELECT NOT EXISTS (SELECT FROM {name})"),
                columns: Vec::new(),
                expression: format!("{} is NOT NULL there and nothing fills it", column.name),
            });
        }
    }
    for constraint in later.constraints.values() {
        if let ConstraintKind::Check(check) = &constraint.kind
            && check.columns.iter().all(is_old)
        {
            out.push(Condition {
                holds: format!(
                    "SELECT NOT EXISTS (SELECT FROM {rows} WHERE NOT ({}))",
                    check.expression
                ),
                columns: check.columns.iter().map(old_name).collect(),
                expression: check.expression.0.clone(),
            });
        }
        if let ConstraintKind::ForeignKey(key) = &constraint.kind
            && key.columns.iter().all(is_old)
        {
            let pairs: Vec<String> = key
                .columns
                .iter()
                .zip(&key.referenced_columns)
                .map(|(c, r)| format!("p.{r} = {}.{c}", name.name))
                .collect();
            let some_null: Vec<String> = key.columns.iter().map(|c| format!("{c} IS NULL")).collect();
            out.push(Condition {
                holds: format!(
                    "SELECT NOT EXISTS (SELECT FROM {rows} WHERE NOT ({}) AND NOT EXISTS (SELECT FROM {} p WHERE {}))",
                    some_null.join(if key.match_full { " AND " } else { " OR " }),
                    key.references,
                    pairs.join(" AND ")
                ),
                columns: key.columns.iter().map(old_name).collect(),
                expression: format!("a row of {} for it", key.references),
            });
        }
    }
    for constraint in later.constraints.values() {
        let ConstraintKind::Exclusion(exclusion) = &constraint.kind else {
            continue;
        };
        let known = old.constraints.values().any(|c| c.kind == constraint.kind);
        if known || exclusion.columns.is_empty() || !exclusion.columns.iter().all(is_old) {
            continue;
        }
        // Rows with the same values conflict under every operator that such a constraint takes in practice.
        let columns = crate::sql::column_list(&exclusion.columns);
        out.push(Condition {
            holds: format!("SELECT NOT EXISTS (SELECT FROM {rows} GROUP BY {columns} HAVING count(*) > 1)"),
            columns: exclusion.columns.iter().map(old_name).collect(),
            expression: format!("no two rows with the same {columns}"),
        });
    }
    for key in unique_keys(later) {
        let known = unique_keys(old).iter().any(|k| k.is_like(&key));
        if known {
            continue;
        }
        // A conversion keeps apart what was apart, and cannot do more. What comes with the plan has the value that its column
        // makes of itself, or that a fill gives.
        let stands = |c: &Ident| old.column(&old_name(c)).is_some() && !supplied.contains(c);
        let simple = key.predicate.is_none() && key.parts.len() == key.columns.len();
        let arriving: Vec<&Ident> = key.columns.iter().copied().filter(|c| !stands(c)).collect();
        let made: Option<BTreeMap<Ident, String>> = (arriving.into_iter())
            .map(|c| {
                let column = later.column(c).filter(|_| !synced.contains(c))?;
                let value = made_value(old.column(c).is_some(), column, filled.get(c), simple)?;
                Some((c.clone(), value))
            })
            .collect();
        let Some(made) = made else { continue };
        let from = from(&made);
        let mut wheres: Vec<String> = key.predicate.iter().map(|p| format!("({p})")).collect();
        if !key.nulls_not_distinct {
            wheres.extend(key.parts.iter().map(|part| format!("{part} IS NOT NULL")));
        }
        let filter = if wheres.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", wheres.join(" AND "))
        };
        let parts = key.parts.join(", ");
        out.push(Condition {
            holds: format!("SELECT NOT EXISTS (SELECT FROM {from}{filter} GROUP BY {parts} HAVING count(*) > 1)"),
            columns: key.columns.iter().map(|c| old_name(c)).collect(),
            expression: format!("unique ({parts})"),
        });
    }
}

/// What a column that the plan makes or fills has in a row that stands, in terms of the old row; none where each row has its
/// own. Where only equality counts, any value stands for a constant, whose type may not be there yet.
fn made_value(stood: bool, column: &Column, fill: Option<&Expr>, simple: bool) -> Option<String> {
    if column.identity.is_some() || column.generated.is_some() {
        return None;
    }
    let typed = |value: &Expr| {
        let text = if simple && is_constant(value) {
            "1".to_owned()
        } else {
            format!("({value})::{}", column.type_name)
        };
        (!is_volatile(value)).then_some(text)
    };
    match (stood, fill, &column.default) {
        (true, Some(fill), _) if is_volatile(fill) => None,
        (true, Some(fill), _) => Some(format!("COALESCE(t.{}, {fill})", column.name)),
        (false, _, Some(default)) => typed(default),
        (false, Some(fill), None) => typed(fill),
        (_, None, None) if simple => Some("NULL::integer".to_owned()),
        (_, None, None) => Some(format!("NULL::{}", column.type_name)),
        (true, None, Some(_)) => None,
    }
}

/// The values that the plan's fills give.
fn filled_columns(plan: &Plan, name: &QName) -> BTreeMap<Ident, Expr> {
    let objects = plan
        .files
        .iter()
        .flat_map(|f| &f.up.effect)
        .filter_map(|p| p.after.as_ref());
    let fills = objects.filter_map(|object| match object {
        Object::Fill(fill) if fill.table == *name => Some((fill.column.clone(), fill.value.clone()?)),
        _ => None,
    });
    fills.collect()
}

/// Columns to which the plan gives a value where they have none.
fn supplied_columns(plan: &Plan, name: &QName) -> BTreeSet<Ident> {
    plan.files
        .iter()
        .flat_map(|f| &f.up.effect)
        .filter_map(|p| match &p.after {
            Some(Object::Fill(fill)) if fill.table == *name && fill.value.is_some() => Some(fill.column.clone()),
            _ => None,
        })
        .collect()
}

/// Columns that a sync writes in some stage.
fn synced_columns(plan: &Plan, name: &QName) -> BTreeSet<Ident> {
    let syncs = plan.stages.iter().flat_map(|s| s.schema.syncs.values());
    let to_files = plan
        .files
        .iter()
        .flat_map(|f| &f.up.effect)
        .filter_map(|p| match &p.after {
            Some(Object::Sync(sync)) => Some(&**sync),
            _ => None,
        });
    syncs
        .chain(to_files)
        .filter(|s| s.table == *name)
        .flat_map(|s| [s.from.clone(), s.to.clone()])
        .collect()
}

/// Columns whose values the plan changes, so that what a later stage demands says nothing about the old ones.
fn changed_columns(plan: &Plan, name: &QName, old: &Table, later: &Table) -> BTreeSet<Ident> {
    let mut changed = BTreeSet::new();
    let in_files = plan
        .files
        .iter()
        .flat_map(|f| &f.up.effect)
        .filter_map(|p| p.after.as_ref());
    for object in in_files {
        match object {
            Object::Fill(fill) if fill.table == *name && fill.value.is_some() => {
                changed.insert(fill.column.clone());
            }
            Object::Sync(sync) if sync.table == *name && sync.up.is_some() => {
                changed.extend([sync.from.clone(), sync.to.clone()]);
            }
            _ => {}
        }
    }
    for column in &later.columns {
        if old
            .column(&column.name)
            .is_some_and(|c| retyped(&c.type_name, &column.type_name) == Retyped::Other)
        {
            changed.insert(column.name.clone());
        }
    }
    changed
}

/// New names with the old ones, from the syncs of all stages.
fn sources(plan: &Plan, name: &QName) -> BTreeMap<Ident, Ident> {
    let synced = plan
        .stages
        .iter()
        .flat_map(|s| s.schema.syncs.values())
        .filter(|s| s.table == *name && s.direction == SyncDirection::TwoWay && s.up.is_none())
        .map(|s| (s.to.clone(), s.from.clone()));
    // Without old code a column gets its new name at once.
    let renames = plan
        .decisions
        .renames
        .iter()
        .filter(|r| plan.decisions.direct && r.table == *name);
    synced.chain(renames.map(|r| (r.to.clone(), r.from.clone()))).collect()
}
