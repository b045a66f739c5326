//! Whether the rows keep their values while files come and go.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::ProofError;
use super::build::exec;
use super::write::run;
use crate::compat::{Retyped, retyped};
use crate::plan::Decisions;
use crate::schema::{Column, EnumType, Ident, Object, Patch, QName, Schema, Slot, SyncDirection};
use crate::stages::Renamed;
use crate::stages::retype::forgets;

/// Copies of the tables as text, in temporary tables: they hold on to no type of the schema.
#[derive(Debug, Default)]
pub(super) struct Snapshots {
    tables: BTreeMap<QName, Snapshot>,
}

#[derive(Debug)]
struct Snapshot {
    copy: String,
    /// What the table is called by now.
    called: QName,
    /// Columns with their types.
    columns: BTreeMap<Ident, String>,
    /// The enums as they were.
    enums: BTreeMap<QName, EnumType>,
    /// The partitions that the rows lay in.
    partitions: Vec<QName>,
}

impl Snapshot {
    /// Whether the column's values are written otherwise by now, so that only their number can be compared.
    fn is_reshaped(&self, now: &Schema, names: &Renamed, kept: &Ident, column: &Column) -> bool {
        let Some(was) = self.columns.get(kept) else {
            return false;
        };
        let called = names.of_type(was);
        if called
            .iter()
            .all(|was| retyped(was, &column.type_name) == Retyped::Other)
        {
            return true;
        }
        now.enum_of_type(&column.type_name).is_some_and(|name| {
            let labels = &now.enums[name].labels;
            let before = self
                .enums
                .iter()
                .filter(|(n, _)| called.iter().any(|c| names_type(c, n)));
            before.flat_map(|(_, e)| &e.labels).any(|l| !labels.contains(l))
        })
    }
}

fn names_type(column_type: &str, name: &QName) -> bool {
    column_type.trim_end_matches("[]") == name.to_string()
}

/// A table whose rows are not what they were.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Loss {
    pub(super) object: String,
    pub(super) message: String,
}

impl Snapshots {
    /// Takes the tables of `schema` that are in `touched`, as they are now.
    pub(super) async fn take(
        connection: &mut PgConnection,
        schema: &Schema,
        touched: &BTreeSet<QName>,
        round: u32,
    ) -> Result<Self, ProofError> {
        let mut snapshots = Self::default();
        for (at, (name, table)) in schema
            .tables
            .iter()
            .filter(|(name, _)| touched.contains(name))
            .enumerate()
        {
            if table.partition_of.is_some() || table.columns.is_empty() {
                continue;
            }
            let copy = format!("pg_temp.schemagen_rows_{round}_{at}");
            let columns: Vec<String> = table
                .columns
                .iter()
                .map(|c| format!("{0}::text COLLATE \"C\" AS {0}", c.name))
                .collect();
            exec(
                connection,
                format!(
                    "CREATE TEMPORARY TABLE {} AS SELECT {} FROM {name}",
                    &copy["pg_temp.".len()..],
                    columns.join(", ")
                ),
            )
            .await?;
            snapshots.tables.insert(
                name.clone(),
                Snapshot {
                    copy,
                    called: name.clone(),
                    columns: table
                        .columns
                        .iter()
                        .map(|c| (c.name.clone(), c.type_name.clone()))
                        .collect(),
                    enums: schema.enums.clone(),
                    partitions: schema.partitions_below(name),
                },
            );
        }
        Ok(snapshots)
    }

    /// Columns of these tables that change in any update, because triggers write them (an `updated_at`).
    pub(super) async fn written_by_triggers(
        &self,
        connection: &mut PgConnection,
        schema: &Schema,
        tables: &BTreeSet<QName>,
    ) -> Result<BTreeSet<(QName, Ident)>, ProofError> {
        let mut written = BTreeSet::new();
        for (name, snapshot) in self.tables.iter().filter(|(name, _)| tables.contains(*name)) {
            let Some(table) = schema.tables.get(name) else { continue };
            let free = table
                .columns
                .iter()
                .filter(|c| c.generated.is_none() && c.identity.is_none());
            let same: Vec<String> = free.map(|c| format!("{0} = {0}", c.name)).collect();
            if same.is_empty() {
                continue;
            }
            exec(connection, "BEGIN".to_owned()).await?;
            if run(connection, format!("UPDATE {name} SET {}", same.join(", ")))
                .await?
                .is_ok()
            {
                for column in table.columns.iter().map(|c| &c.name) {
                    let sql = format!(
                        "SELECT count(*) FROM (SELECT {column} FROM {} EXCEPT ALL SELECT {column}::text COLLATE \"C\" FROM {name}) other",
                        snapshot.copy
                    );
                    let other: i64 = sqlx::raw_sql(AssertSqlSafe(sql))
                        .fetch_one(&mut *connection)
                        .await?
                        .try_get(0)?;
                    if other > 0 {
                        written.insert((name.clone(), column.clone()));
                    }
                }
            }
            exec(connection, "ROLLBACK".to_owned()).await?;
        }
        Ok(written)
    }

    /// Follows the tables under other names.
    pub(super) fn follow(&mut self, patches: &[Patch]) {
        for patch in patches {
            let (Slot::TableName(..), Some(Object::Name(was)), Some(Object::Name(is))) =
                (&patch.slot, &patch.before, &patch.after)
            else {
                continue;
            };
            for snapshot in self.tables.values_mut().filter(|s| s.called == *was) {
                snapshot.called.clone_from(is);
            }
        }
    }

    /// Compares with what stands now. A column whose values the plan may change keeps those that it had; one that was gone
    /// meanwhile has lost them, as the plan said.
    pub(super) async fn compare(
        &self,
        connection: &mut PgConnection,
        (now, reach): (&Schema, &BTreeSet<QName>),
        names: &Renamed,
        changing: &BTreeSet<(QName, Ident)>,
        lost: &BTreeSet<(QName, Ident)>,
    ) -> Result<Vec<Loss>, ProofError> {
        let mut losses = Vec::new();
        for (taken, snapshot) in &self.tables {
            let Some((name, table)) = now.tables.get_key_value(&snapshot.called) else {
                continue;
            };
            if !reach.contains(name) && !reach.contains(taken) {
                continue;
            }
            // Rows come and go with the partitions.
            if now.partitions_below(name) != snapshot.partitions {
                continue;
            }
            // What the copy calls a column, and what the table does.
            let common: Vec<(&Ident, &Ident)> = snapshot
                .columns
                .keys()
                .filter(|c| !lost.contains(&(taken.clone(), (*c).clone())))
                .filter_map(|kept| {
                    let now = names.of_column(taken, kept).find(|c| table.column(c).is_some())?;
                    Some((kept, now))
                })
                .collect();
            if common.is_empty() {
                // The table was gone meanwhile, rows and all.
                continue;
            }
            let reshaped = |kept: &Ident, live: &Ident| {
                table
                    .column(live)
                    .is_some_and(|column| snapshot.is_reshaped(now, names, kept, column))
            };
            let (loose, exact): (Vec<_>, Vec<_>) = common
                .into_iter()
                .partition(|(kept, live)| changing.contains(&(taken.clone(), (*kept).clone())) || reshaped(kept, live));
            let mut queries: Vec<(String, String)> = Vec::new();
            if !exact.is_empty() {
                let kept: Vec<String> = exact.iter().map(|(kept, _)| kept.to_string()).collect();
                let live: Vec<String> = exact
                    .iter()
                    .map(|(_, live)| format!("{live}::text COLLATE \"C\""))
                    .collect();
                queries.push((
                    name.to_string(),
                    format!(
                        "SELECT {} FROM {} EXCEPT ALL SELECT {} FROM {name}",
                        kept.join(", "),
                        snapshot.copy,
                        live.join(", ")
                    ),
                ));
            }
            for (kept, live) in loose {
                if reshaped(kept, live) {
                    queries.push((
                        format!("{name}.{live}"),
                        format!(
                            "SELECT FROM generate_series(1, (SELECT count({kept}) FROM {}) - (SELECT count({live}) FROM {name}))",
                            snapshot.copy
                        ),
                    ));
                    continue;
                }
                queries.push((
                    format!("{name}.{live}"),
                    format!(
                        "SELECT {kept} FROM {} WHERE {kept} IS NOT NULL EXCEPT ALL SELECT {live}::text COLLATE \"C\" FROM {name}",
                        snapshot.copy
                    ),
                ));
            }
            queries.push((
                name.to_string(),
                format!(
                    "SELECT FROM generate_series(1, (SELECT count(*) FROM {}) - (SELECT count(*) FROM {name}))",
                    snapshot.copy
                ),
            ));
            for (object, query) in queries {
                let sql = format!("SELECT count(*) FROM ({query}) lost");
                let gone: i64 = sqlx::raw_sql(AssertSqlSafe(sql))
                    .fetch_one(&mut *connection)
                    .await?
                    .try_get(0)?;
                if gone > 0 {
                    losses.push(Loss {
                        object,
                        message: format!("{gone} of its rows lost their values"),
                    });
                }
            }
        }
        Ok(losses)
    }
}

/// Columns that these patches take away and that no sync keeps under another name.
pub(super) fn lost_by(patches: &[Patch], before: &Schema) -> BTreeSet<(QName, Ident)> {
    let mut lost = BTreeSet::new();
    for patch in patches {
        // Another expression computes other values.
        if let (Slot::Column(table, name), Some(Object::Column(was)), Some(Object::Column(is))) =
            (&patch.slot, &patch.before, &patch.after)
            && was.generated != is.generated
        {
            lost.insert((table.clone(), name.clone()));
        }
    }
    for patch in patches.iter().filter(|p| p.after.is_none()) {
        match &patch.slot {
            Slot::Column(table, column) => {
                lost.insert((table.clone(), column.clone()));
            }
            Slot::Table(name) => {
                let columns = before
                    .tables
                    .get(name)
                    .map(|t| t.columns.as_slice())
                    .unwrap_or_default();
                lost.extend(columns.iter().map(|c| (name.clone(), c.name.clone())));
            }
            _ => {}
        }
    }
    lost
}

/// Columns whose values come back only as the new type, or the given `using`, has them: these patches take away the last
/// place that says what they were.
pub(super) fn forgotten_by(patches: &[Patch], before: &Schema, decisions: &Decisions) -> BTreeSet<(QName, Ident)> {
    let converted = |table: &QName, column: &Ident| {
        let mut given = decisions.retypes.iter().filter(|r| r.using.is_some());
        given.any(|r| r.column.table == *table && r.column.column == *column)
    };
    let mut forgotten = BTreeSet::new();
    for patch in patches {
        let Slot::Column(table, name) = &patch.slot else {
            continue;
        };
        let Some(Object::Column(was)) = &patch.before else {
            continue;
        };
        if let Some(Object::Column(is)) = &patch.after {
            if forgets(was, is).is_some() {
                forgotten.insert((table.clone(), name.clone()));
            }
            continue;
        }
        for sync in before.syncs.values().filter(|s| s.table == *table) {
            let kept = match sync.direction {
                SyncDirection::Backward if sync.to == *name => &sync.from,
                SyncDirection::TwoWay if sync.from == *name => &sync.to,
                _ => continue,
            };
            let is = before.tables.get(table).and_then(|t| t.column(kept));
            if is.is_some_and(|is| forgets(was, is).is_some())
                || converted(table, &sync.from)
                || converted(table, &sync.to)
            {
                forgotten.insert((table.clone(), sync.from.clone()));
            }
        }
    }
    forgotten
}
