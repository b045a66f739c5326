//! `create_index`, `drop_index`: always concurrently (SHARE UPDATE EXCLUSIVE), alone in their file.
//!
//! A build that failed leaves an INVALID index that `IF NOT EXISTS` takes for done: the gate behind it raises unless the
//! index is valid and is the wanted one (traps 1).

use super::constraint::subject;
use super::step::Step;
use crate::facts::Op;
use crate::plan::Statement;
use crate::schema::{Ident, Index, KeyTarget, Literal, QName, Schema};
use crate::sql::{IndexMode, create_index, index_details};

pub(super) fn with_index(state: &Schema, table: &QName, name: &Ident, index: Option<&Index>) -> Schema {
    let mut schema = state.clone();
    if let Some(t) = schema.tables.get_mut(table) {
        match index {
            Some(i) => drop(t.indexes.insert(name.clone(), i.clone())),
            None => drop(t.indexes.remove(name)),
        }
    }
    schema
}

pub(super) fn is_partitioned(state: &Schema, table: &QName) -> bool {
    state.tables.get(table).is_some_and(|t| t.partition_by.is_some())
}

pub(super) fn create(state: &Schema, table: &QName, name: &Ident, index: &Index) -> Vec<Step> {
    let after = with_index(state, table, name, Some(index));
    let object = table.sibling(name.clone());
    let checked = index.unique.then(|| preflight("create_index", table, name, index));
    let mut steps: Vec<Step> = checked.into_iter().collect();
    steps.extend([
        Step::new("create_index", object.to_string(), Some(table))
            .up([Op::IndexCreateConcurrently.on(table, create_index(name, table, index, IndexMode::Concurrently))])
            .down([Op::IndexDropConcurrently.on(table, format!("DROP INDEX CONCURRENTLY IF EXISTS {object}"))])
            .effect(state, &bare(&after, table, name))
            .note("Reads and writes go on. If the build fails it leaves an INVALID index: the next file says so and what to do.")
            .alone("index", subject(table, name)),
        Step::new("create_index", object.to_string(), Some(table))
            .up([gate(table, name, index)])
            .up(details(table, name, index))
            .no_undo("The undo of the file before drops the index.")
            .effect_up(&bare(&after, table, name), &after)
            .alone("gate", subject(table, name)),
    ]);
    steps
}

/// The index without its comment and statistics targets, which the gate's file sets.
fn bare(after: &Schema, table: &QName, name: &Ident) -> Schema {
    let mut schema = after.clone();
    if let Some(index) = schema.tables.get_mut(table).and_then(|t| t.indexes.get_mut(name)) {
        index.comment = None;
        index.statistics.clear();
    }
    schema
}

pub(super) fn details(table: &QName, name: &Ident, index: &Index) -> Vec<Statement> {
    index_details(&table.sibling(name.clone()), index)
        .into_iter()
        .map(|sql| Op::CommentOnly.plain(sql))
        .collect()
}

pub(super) fn remove(state: &Schema, table: &QName, name: &Ident) -> Vec<Step> {
    if is_partitioned(state, table) {
        return super::partitioned::remove(state, table, name);
    }
    let Some(index) = state.tables.get(table).and_then(|t| t.indexes.get(name)).cloned() else {
        return Vec::new();
    };
    let after = with_index(state, table, name, None);
    let object = table.sibling(name.clone());
    let drop = Op::IndexDropConcurrently.on(table, format!("DROP INDEX CONCURRENTLY IF EXISTS {object}"));
    if !index.valid {
        return vec![
            Step::new("drop_index", object.to_string(), Some(table))
                .up([drop])
                .no_undo("The index was INVALID, left behind by a build that failed: it served nobody and stays away.")
                .effect_up(state, &after)
                .note("The index is INVALID: a concurrent build left it behind when it failed.")
                .alone("unindex", subject(table, name)),
        ];
    }
    let mut steps = Vec::new();
    let mut grouped = false;
    if index.comment.is_some() || !index.statistics.is_empty() {
        steps.push(
            Step::new("drop_index", object.to_string(), Some(table))
                .for_undo("Its undo puts the index's comment and statistics targets back.")
                .down(details(table, name, &index))
                .effect_down(&bare(state, table, name), state)
                .alone("unindex", subject(table, name)),
        );
        grouped = true;
    }
    let step = Step::new("drop_index", object.to_string(), Some(table))
        .up([drop])
        .down([Op::IndexCreateConcurrently.on(table, create_index(name, table, &index, IndexMode::Concurrently))])
        .effect_up(state, &after)
        .effect_down(&after, &bare(state, table, name))
        .alone("unindex", subject(table, name));
    steps.push(if grouped { step.grouped() } else { step });
    steps
}

/// Raises unless the index is valid and has the wanted table, method, uniqueness, keys and predicate.
pub(super) fn gate(table: &QName, name: &Ident, index: &Index) -> Statement {
    let object = table.sibling(name.clone());
    let columns: Vec<String> = index
        .keys
        .iter()
        .map(|key| match &key.target {
            KeyTarget::Column(column) => Literal(column.raw()).to_string(),
            KeyTarget::Expression(_) => "NULL".to_owned(),
        })
        .chain(index.include.iter().map(|column| Literal(column.raw()).to_string()))
        .collect();
    let body = format!(
        "BEGIN\n  IF NOT EXISTS (\n    SELECT FROM pg_catalog.pg_index i\n    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid\n    JOIN pg_catalog.pg_am m ON m.oid = c.relam\n    WHERE i.indexrelid = pg_catalog.to_regclass({object_text})\n      AND i.indrelid = pg_catalog.to_regclass({table_text})\n      AND i.indisvalid AND i.indisready AND {unique}i.indisunique AND m.amname = {method}\n      AND i.indpred IS {predicate}NULL\n      AND ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place)\n                LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum\n                ORDER BY k.place) = ARRAY[{columns}]::text[]\n  ) THEN\n    RAISE EXCEPTION USING MESSAGE = {message},\n      HINT = {hint};\n  END IF;\nEND",
        object_text = Literal(&object.to_string()),
        table_text = Literal(&table.to_string()),
        unique = if index.unique { "" } else { "NOT " },
        method = Literal(&index.method),
        predicate = if index.predicate.is_some() { "NOT " } else { "" },
        columns = columns.join(", "),
        message = Literal(&format!("the index {object} is missing, invalid or another one")),
        hint = Literal(&format!(
            "DROP INDEX CONCURRENTLY {object}; then run the file before this one again"
        )),
    );
    Op::Check.plain(format!("DO {}", crate::sql::dollar_quoted(&body)))
}

/// Counts duplicates before a unique index is built: a build that fails on them leaves an INVALID index behind.
pub(super) fn preflight(kind: &'static str, table: &QName, name: &Ident, index: &Index) -> Step {
    let keys: Vec<String> = index
        .keys
        .iter()
        .map(|key| match &key.target {
            KeyTarget::Column(column) => column.to_string(),
            KeyTarget::Expression(expression) => format!("({expression})"),
        })
        .collect();
    let mut conditions: Vec<String> = index.predicate.iter().map(|p| format!("({p})")).collect();
    if !index.nulls_not_distinct {
        conditions.extend(keys.iter().map(|k| format!("{k} IS NOT NULL")));
    }
    let filter = if conditions.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", conditions.join(" AND "))
    };
    let object = table.sibling(name.clone());
    let body = format!(
        "DECLARE\n  duplicates bigint;\nBEGIN\n  SELECT count(*) INTO duplicates\n    FROM (SELECT FROM {table}{filter} GROUP BY {} HAVING count(*) > 1) twice;\n  IF duplicates > 0 THEN\n    RAISE EXCEPTION USING MESSAGE = duplicates || {},\n      HINT = {};\n  END IF;\nEND",
        keys.join(", "),
        Literal(&format!(" keys of {object} stand more than once in {table}")),
        Literal("make them unique, then run this file again"),
    );
    let statement = Op::Preflight.on(table, format!("DO {}", crate::sql::dollar_quoted(&body)));
    Step::new(kind, object.to_string(), Some(table))
        .up([statement])
        .no_undo("It only counts.")
        .note("Stops while the table holds duplicates, before the index is built.")
        .alone("preflight", subject(table, name))
}
