//! What a version must find in a row to decode it, as SQL over the row.

use crate::compat::Reason;
use crate::retire::labels_in_use;
use crate::schema::{Expr, Ident, Literal, QName, Schema, Sync, SyncDirection, Table};
use crate::stages::retype::holds_every_value;

/// One condition on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    /// The column that it is about.
    pub(super) column: Ident,
    /// True or NULL when all is well.
    pub(super) sql: String,
    /// What it means when it is not.
    pub(super) words: String,
    /// Whether the reader is old code.
    pub(super) old: bool,
    reason: Option<Reason>,
    /// The one column whose UPDATE it speaks of; any, when there is none.
    source: Option<Ident>,
}

impl Check {
    /// Whether it must hold after an UPDATE of this column.
    pub(super) fn speaks_of(&self, updated: &Ident) -> bool {
        self.source.as_ref().is_none_or(|source| source == updated)
    }

    /// Reasons whose hazards announce it.
    pub(super) fn reasons(&self) -> &[Reason] {
        self.reason.as_slice()
    }
}

/// What the version's fields cannot hold: NULL where the field is no Option, labels that it does not know. `found` is the
/// table as the stage has it.
pub(super) fn decode_checks(version: &Schema, name: &QName, stage: &Schema, found: &Table, reader: &str) -> Vec<Check> {
    let Some(table) = version.tables.get(name) else {
        return Vec::new();
    };
    let old = reader == "old code";
    let mut checks = Vec::new();
    for column in &table.columns {
        let c = &column.name;
        let Some(there) = found.column(c) else { continue };
        if column.not_null {
            checks.push(Check {
                column: c.clone(),
                sql: format!("{c} IS NOT NULL"),
                words: format!("{reader} reads NULL in {c}, where its field is no Option"),
                old,
                reason: Some(Reason::ReadsNull),
                source: None,
            });
        }
        // Where the column has another type, it is the type that a typed client cannot decode.
        if !holds_labels(version, &column.type_name, stage, &there.type_name) {
            continue;
        }
        if let Some(labels) = labels_in_use(version, name, column) {
            let labels: Vec<String> = labels.iter().map(|l| Literal(l).to_string()).collect();
            if labels.is_empty() {
                continue;
            }
            let known = format!("ARRAY[{}]::pg_catalog.text[]", labels.join(", "));
            let sql = if column.type_name.ends_with("[]") {
                format!("{c}::pg_catalog.text[] <@ {known}")
            } else {
                format!("{c}::pg_catalog.text = ANY ({known})")
            };
            checks.push(Check {
                column: c.clone(),
                sql,
                words: format!("{reader} reads a label in {c} that it does not know"),
                old,
                reason: Some(Reason::UnknownLabel),
                source: None,
            });
        }
    }
    checks
}

/// Whether the column still has the version's enum, be it under another name.
fn holds_labels(version: &Schema, enum_type: &str, stage: &Schema, there: &str) -> bool {
    match (version.enum_of_type(enum_type), stage.enum_of_type(there)) {
        (Some(was), Some(is)) => was == is || !stage.enums.contains_key(was),
        _ => false,
    }
}

/// What the syncs of a table promise about a row that old (or new) code just wrote.
pub(super) fn sync_checks(stage: &Schema, name: &QName, written_by_old: bool) -> Vec<Check> {
    stage
        .syncs
        .values()
        .filter(|s| s.table == *name)
        .map(|sync| sync_check(stage, sync, written_by_old))
        .collect()
}

fn sync_check(stage: &Schema, sync: &Sync, written_by_old: bool) -> Check {
    let back = sync.direction == SyncDirection::TwoWay && !written_by_old;
    let forward = follows(stage, sync, (&sync.to, &sync.from, sync.up.as_ref()));
    let type_of = |name: &Ident| stage.tables.get(&sync.table).and_then(|t| t.column(name));
    let (target, source, sql) = match (back, &sync.up) {
        // After the cutover a value that the old type cannot hold leaves NULL there.
        (false, None)
            if sync.direction == SyncDirection::Backward
                && type_of(&sync.from)
                    .zip(type_of(&sync.to))
                    .is_none_or(|(from, to)| !holds_every_value(from, to)) =>
        {
            (&sync.to, &sync.from, "true".to_owned())
        }
        (false, _) => (&sync.to, &sync.from, forward),
        (true, up) => {
            let sql = follows(stage, sync, (&sync.from, &sync.to, sync.down.as_ref()));
            // A row whose value came from the old column's default is in step the other way about.
            let sql = if up.is_some() {
                format!("({sql}) OR ({forward})")
            } else {
                sql
            };
            (&sync.from, &sync.to, sql)
        }
    };
    Check {
        column: target.clone(),
        sql,
        words: format!("{target} does not follow {source}: the sync does not carry this value over"),
        old: written_by_old,
        reason: None,
        // What was left behind keeps what it said while its new value stays.
        source: (sync.direction == SyncDirection::Backward).then(|| sync.from.clone()),
    }
}

/// That the target holds what the expression makes of the source.
fn follows(stage: &Schema, sync: &Sync, (target, source, expression): (&Ident, &Ident, Option<&Expr>)) -> String {
    let value = expression.map_or_else(|| source.to_string(), |e| e.0.replace("NEW.", ""));
    // The trigger's assignment converts by itself, through text where nothing else does.
    let type_of = |name: &Ident| {
        stage
            .tables
            .get(&sync.table)
            .and_then(|t| t.column(name))
            .map(|c| &c.type_name)
    };
    let value = match (expression, type_of(target)) {
        (None, Some(to)) if type_of(source) != Some(to) => format!("({value})::pg_catalog.text::{to}"),
        (Some(_), Some(to)) => format!("({value})::{to}"),
        _ => value,
    };
    if sync.by_image {
        format!("NOT pg_catalog.record_image_ne(ROW({target}), ROW({value}))")
    } else {
        format!("{target} IS NOT DISTINCT FROM ({value})")
    }
}
