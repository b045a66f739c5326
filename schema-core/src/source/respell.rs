//! PostgreSQL's own spelling of what structs say: built on the scratch database and read back.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, PgConnection};

use super::{Loader, SourceError};
use crate::schema::{ConstraintKind, Dependency, Other, QName, Schema, Sequence};
use crate::scratch::Scratch;
use crate::sql::create_sql;

impl Loader {
    /// The same schema with every type and expression as PostgreSQL prints it. What it refers to and does not contain is
    /// taken from `around`, the other side of the diff, and left out again afterwards.
    ///
    /// # Errors
    /// When PostgreSQL does not accept it.
    pub async fn respell(&self, model: &Schema, around: &Schema) -> Result<Schema, SourceError> {
        if model.tables.is_empty() && model.enums.is_empty() {
            return Ok(model.clone());
        }
        let scratch = self.scratch().await?;
        let database = scratch.database().await?;
        let mut connection = database.connect().await?;
        let all = with_surroundings(model, around);
        let (types, tables) = types_first(&all);
        let build =
            |error: &sqlx::Error, statement: &str, missing: &[String]| refused(scratch, error, statement, missing);
        for statement in create_sql(&types) {
            execute(&mut connection, &statement)
                .await
                .map_err(|e| build(&e, &statement, &[]))?;
        }
        let missing = others(&mut connection, around).await;
        for statement in create_sql(&tables) {
            execute(&mut connection, &statement)
                .await
                .map_err(|e| build(&e, &statement, &missing))?;
        }
        drop(connection);
        let mut spelled = self.introspect_scratch(&database).await?;
        database.close().await?;
        spelled.tables.retain(|name, _| model.tables.contains_key(name));
        spelled.enums.retain(|name, _| model.enums.contains_key(name));
        spelled.sequences.retain(|name, sequence| {
            model.sequences.contains_key(name)
                || sequence
                    .owned_by
                    .as_ref()
                    .is_some_and(|(table, _)| model.tables.contains_key(table))
        });
        spelled.others.clear();
        Ok(spelled)
    }

    /// As [`Loader::respell`], asking only about some of the tables: the others stand as they are on the other side.
    ///
    /// # Errors
    /// When PostgreSQL does not accept it.
    pub async fn respell_tables(
        &self,
        model: &Schema,
        around: &Schema,
        only: &BTreeSet<QName>,
    ) -> Result<Schema, SourceError> {
        let asked = |sequence: &Sequence| sequence.owned_by.as_ref().is_none_or(|(table, _)| only.contains(table));
        let (mut part, mut all) = (model.clone(), model.clone());
        part.tables.retain(|name, _| only.contains(name));
        part.sequences.retain(|_, sequence| asked(sequence));
        let spelled = self.respell(&part, around).await?;
        all.sequences.retain(|_, sequence| !asked(sequence));
        all.namespaces.extend(spelled.namespaces);
        all.enums.extend(spelled.enums);
        all.sequences.extend(spelled.sequences);
        all.tables.extend(spelled.tables);
        Ok(all)
    }
}

async fn execute(connection: &mut PgConnection, statement: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await
        .map(drop)
}

/// Namespaces and enums, which other objects name, and the rest, which names those.
pub(super) fn types_first(schema: &Schema) -> (Schema, Schema) {
    let types = Schema {
        namespaces: schema.namespaces.clone(),
        enums: schema.enums.clone(),
        ..Schema::default()
    };
    let tables = Schema {
        namespaces: BTreeMap::new(),
        enums: BTreeMap::new(),
        ..schema.clone()
    };
    (types, tables)
}

/// Makes what the other side has outside the model and without a table: extensions, domains, functions. Returns the
/// extensions that this server lacks; whether anything is needed shows later.
async fn others(connection: &mut PgConnection, around: &Schema) -> Vec<String> {
    let mut waiting: Vec<&Other> = around.others.iter().filter(|other| stands_alone(other)).collect();
    // What an extension brings is named by the others.
    waiting.sort_by_key(|other| other.kind != "extension");
    // A function that names another one is made, whichever comes first.
    drop(execute(connection, "SET check_function_bodies = off").await);
    loop {
        let before = waiting.len();
        let mut next = Vec::new();
        for other in waiting {
            if execute(connection, &other.definition).await.is_err() {
                next.push(other);
            }
        }
        if next.len() == before || next.is_empty() {
            let lacking = next.iter().filter(|other| other.kind == "extension");
            return lacking.map(|other| other.name.clone()).collect();
        }
        waiting = next;
    }
}

/// Whether an object can be made before any table.
pub(super) fn stands_alone(other: &Other) -> bool {
    let free = |d: &Dependency| matches!(d, Dependency::Enum(_) | Dependency::Sequence(_));
    other.can_be_made() && other.depends_on.iter().all(free)
}

fn refused(scratch: &Scratch, error: &sqlx::Error, statement: &str, missing: &[String]) -> SourceError {
    let mut message = match error {
        sqlx::Error::Database(database) => database.message().to_owned(),
        other => other.to_string(),
    };
    if !missing.is_empty() {
        message.push_str(&format!(
            "; the scratch server has no extension {}: name a server that has it with --scratch-url",
            missing.join(", ")
        ));
    }
    SourceError::Model {
        server: scratch.describe(),
        message,
        statement: statement.to_owned(),
    }
}

/// The model with the tables that its foreign keys reference, the enum types that its columns have, and what those need.
fn with_surroundings(model: &Schema, around: &Schema) -> Schema {
    let mut all = model.clone();
    let mut wanted: Vec<QName> = referenced(model).into_iter().collect();
    while let Some(name) = wanted.pop() {
        if all.tables.contains_key(&name) {
            continue;
        }
        if let Some(table) = around.tables.get(&name) {
            let mut table = table.clone();
            // The neighbours of a neighbour are not needed, only its keys.
            table
                .constraints
                .retain(|_, constraint| constraint.kind.key().is_some());
            table.partition_of = None;
            table.inherits.clear();
            all.tables.insert(name, table);
        }
    }
    for column in all.tables.values().flat_map(|table| &table.columns) {
        if let Some(name) = around.enum_of_type(&column.type_name)
            && let Some(enum_type) = around.enums.get(name)
        {
            all.enums.entry(name.clone()).or_insert_with(|| enum_type.clone());
        }
    }
    for (name, sequence) in &around.sequences {
        let used = sequence
            .owned_by
            .as_ref()
            .is_some_and(|(table, _)| all.tables.contains_key(table));
        if used && !all.sequences.contains_key(name) {
            let mut sequence = sequence.clone();
            let owner_stays = sequence
                .owned_by
                .as_ref()
                .is_some_and(|(t, c)| all.tables.get(t).is_some_and(|t| t.column(c).is_some()));
            if !owner_stays {
                sequence.owned_by = None;
            }
            all.sequences.insert(name.clone(), sequence);
        }
    }
    let namespaces: BTreeSet<_> = all
        .tables
        .keys()
        .chain(all.enums.keys())
        .chain(all.sequences.keys())
        .map(|name| name.schema.clone())
        .chain(around.namespaces.keys().cloned())
        .collect();
    for name in namespaces {
        all.namespaces.entry(name).or_default();
    }
    all
}

fn referenced(schema: &Schema) -> BTreeSet<QName> {
    schema
        .tables
        .values()
        .flat_map(|table| table.constraints.values())
        .filter_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => Some(key.references.clone()),
            _ => None,
        })
        .collect()
}
