//! Constraints: on a partition or child table only its own, not those it inherits.

use serde::Deserialize;
use sqlx::PgConnection;

use super::IntrospectError;
use super::query::{rows, unreadable};
use super::tables::parameters;
use crate::schema::{
    CheckConstraint, Constraint, ConstraintKind, Deferral, Exclusion, Expr, ForeignKey, Ident, Key, NotNull, QName,
    Referential, Schema,
};

#[derive(Deserialize)]
struct Row {
    schema: String,
    table: String,
    name: Ident,
    r#type: String,
    deferrable: bool,
    deferred: bool,
    not_valid: bool,
    enforced: bool,
    temporal: bool,
    no_inherit: bool,
    definition: Option<String>,
    expression: Option<String>,
    columns: Vec<Ident>,
    index_columns: Vec<Ident>,
    include: Vec<Ident>,
    nulls_not_distinct: bool,
    parameters: Vec<String>,
    tablespace: Option<Ident>,
    referenced_schema: Option<String>,
    referenced_table: Option<String>,
    referenced_columns: Vec<Ident>,
    on_delete: String,
    on_update: String,
    match_full: bool,
    on_delete_columns: Vec<Ident>,
    comment: Option<String>,
    index_comment: Option<String>,
}

pub(super) async fn read(connection: &mut PgConnection, schema: &mut Schema) -> Result<(), IntrospectError> {
    let found: Vec<Row> = rows(connection, "constraints", include_str!("sql/constraints.sql")).await?;
    for row in found {
        let table = QName::new(row.schema.clone(), row.table.clone());
        if let Some(table) = schema.tables.get_mut(&table) {
            let name = row.name.clone();
            table.constraints.insert(name, constraint(row)?);
        }
    }
    Ok(())
}

fn constraint(row: Row) -> Result<Constraint, IntrospectError> {
    let deferral = match (row.deferrable, row.deferred) {
        (false, _) => Deferral::Immediate,
        (true, false) => Deferral::Deferrable,
        (true, true) => Deferral::Deferred,
    };
    let (comment, enforced, not_valid) = (row.comment.clone(), row.enforced, row.not_valid);
    let index_comment = row.index_comment.clone();
    Ok(Constraint {
        kind: kind(row)?,
        deferral,
        // what is not enforced is not validated either; saying so twice would print twice
        not_valid: not_valid && enforced,
        not_enforced: !enforced,
        comment,
        index_comment,
    })
}

fn kind(row: Row) -> Result<ConstraintKind, IntrospectError> {
    Ok(match row.r#type.as_str() {
        "f" => ConstraintKind::ForeignKey(foreign_key(row)?),
        "c" => ConstraintKind::Check(check(row)?),
        "n" => ConstraintKind::NotNull(not_null(row)?),
        "p" | "u" if !row.temporal => {
            let primary = row.r#type == "p";
            let key = Key {
                columns: row.columns,
                include: row.include,
                nulls_not_distinct: row.nulls_not_distinct,
                with: parameters(row.parameters),
                tablespace: row.tablespace,
            };
            if primary {
                ConstraintKind::PrimaryKey(key)
            } else {
                ConstraintKind::Unique(key)
            }
        }
        _ => ConstraintKind::Exclusion(exclusion(row)),
    })
}

fn not_null(row: Row) -> Result<NotNull, IntrospectError> {
    let column = row.columns.into_iter().next();
    Ok(NotNull {
        column: column.ok_or_else(|| unreadable("constraints", &format!("NOT NULL {} without a column", row.name)))?,
        no_inherit: row.no_inherit,
    })
}

fn check(row: Row) -> Result<CheckConstraint, IntrospectError> {
    let expression = row
        .expression
        .ok_or_else(|| unreadable("constraints", &format!("the check {} does not print", row.name)))?;
    Ok(CheckConstraint {
        expression: Expr(expression),
        columns: sorted(row.columns),
        no_inherit: row.no_inherit,
    })
}

fn foreign_key(row: Row) -> Result<ForeignKey, IntrospectError> {
    let (Some(schema), Some(table)) = (row.referenced_schema, row.referenced_table) else {
        return Err(unreadable(
            "constraints",
            &format!("foreign key {} without a target", row.name),
        ));
    };
    Ok(ForeignKey {
        columns: row.columns,
        references: QName::new(schema, table),
        referenced_columns: row.referenced_columns,
        on_delete: referential(&row.on_delete),
        on_delete_columns: row.on_delete_columns,
        on_update: referential(&row.on_update),
        match_full: row.match_full,
        period: row.temporal,
    })
}

fn exclusion(row: Row) -> Exclusion {
    let printed = row.definition.unwrap_or_default();
    let definition = [" NOT VALID", " INITIALLY DEFERRED", " DEFERRABLE"]
        .iter()
        .fold(printed.as_str(), |text, suffix| {
            text.strip_suffix(suffix).unwrap_or(text)
        });
    Exclusion {
        definition: definition.to_owned(),
        columns: sorted(row.columns.into_iter().chain(row.index_columns).collect()),
        primary: row.r#type == "p",
    }
}

fn sorted(mut columns: Vec<Ident>) -> Vec<Ident> {
    columns.sort();
    columns.dedup();
    columns
}

fn referential(action: &str) -> Referential {
    match action {
        "r" => Referential::Restrict,
        "c" => Referential::Cascade,
        "n" => Referential::SetNull,
        "d" => Referential::SetDefault,
        _ => Referential::NoAction,
    }
}
