//! Constraints: on a partition or child table only its own, not those it inherits.

use serde::Deserialize;

use super::IntrospectError;
use super::catalog::{Catalog, Relation};
use super::indexes::{self, Found};
use super::query::{Oid, Reader, unreadable};
use super::tables::parameters;
use crate::schema::{
    CheckConstraint, Constraint, ConstraintKind, Deferral, Exclusion, Expr, ForeignKey, Ident, Key, NotNull,
    Referential,
};

#[derive(Deserialize)]
struct Row {
    oid: Oid,
    table: Oid,
    name: Ident,
    r#type: String,
    own: bool,
    deferrable: bool,
    deferred: bool,
    not_valid: bool,
    enforced: bool,
    temporal: bool,
    no_inherit: bool,
    definition: Option<String>,
    expression: Option<String>,
    columns: Vec<i16>,
    index: Oid,
    referenced: Oid,
    referenced_columns: Vec<i16>,
    on_delete: String,
    on_update: String,
    match_full: bool,
    on_delete_columns: Vec<i16>,
    comment: Option<String>,
}

/// The index behind a constraint, and the numbers of all columns that it names.
struct Behind {
    index: indexes::Row,
    named: Vec<i16>,
}

pub(super) async fn read(
    reader: &mut Reader<'_>,
    catalog: &mut Catalog,
    indexes: &mut Found,
) -> Result<(), IntrospectError> {
    reader
        .each("constraints", include_str!("sql/constraints.sql"), |row: Row| {
            let behind = indexes.take(row.index).map(|index| Behind {
                index,
                named: indexes.named(row.index).to_vec(),
            });
            let Some(relation) = catalog.relations.get(&row.table).filter(|r| r.managed) else {
                return Ok(());
            };
            catalog.constraints.insert(row.oid, (row.table, row.name.clone()));
            if !relation.included {
                return Ok(());
            }
            if row.r#type == "n" && row.not_valid {
                // From 18 on the column says NOT NULL already while the constraint is NOT VALID.
                let places: Vec<usize> = row.columns.iter().filter_map(|n| relation.place(*n)).collect();
                for place in places {
                    if let Some(relation) = catalog.included(row.table) {
                        relation.table.columns[place].not_null = false;
                    }
                }
            }
            // Constraint triggers are triggers.
            if !row.own || row.r#type == "t" {
                return Ok(());
            }
            let (table, name) = (row.table, row.name.clone());
            let constraint = constraint(row, behind, catalog)?;
            if let Some(relation) = catalog.included(table) {
                relation.table.constraints.insert(name, constraint);
            }
            Ok(())
        })
        .await
}

fn constraint(row: Row, behind: Option<Behind>, catalog: &Catalog) -> Result<Constraint, IntrospectError> {
    let deferral = match (row.deferrable, row.deferred) {
        (false, _) => Deferral::Immediate,
        (true, false) => Deferral::Deferrable,
        (true, true) => Deferral::Deferred,
    };
    let (comment, enforced, not_valid) = (row.comment.clone(), row.enforced, row.not_valid);
    let index_comment = behind.as_ref().and_then(|behind| behind.index.comment.clone());
    Ok(Constraint {
        kind: kind(row, behind, catalog)?,
        deferral,
        // what is not enforced is not validated either; saying so twice would print twice
        not_valid: not_valid && enforced,
        not_enforced: !enforced,
        comment,
        index_comment,
    })
}

fn kind(row: Row, behind: Option<Behind>, catalog: &Catalog) -> Result<ConstraintKind, IntrospectError> {
    let relation = catalog
        .relations
        .get(&row.table)
        .ok_or_else(|| unreadable("constraints", &format!("{} has no table", row.name)))?;
    let whole_row = row.columns.contains(&0);
    let columns = if whole_row && row.r#type == "c" {
        // A CHECK over the whole row has the number 0 and means every column.
        relation
            .table
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect()
    } else {
        // An expression of an exclusion has the number 0 as well.
        let plain: Vec<i16> = row.columns.iter().copied().filter(|number| *number != 0).collect();
        relation.names("constraints", &plain)?
    };
    Ok(match row.r#type.as_str() {
        "f" => ConstraintKind::ForeignKey(foreign_key(row, columns, relation, catalog)?),
        "c" => ConstraintKind::Check(check(row, columns)?),
        "n" => ConstraintKind::NotNull(not_null(&row, columns)?),
        "p" | "u" if !row.temporal => {
            let key = key(&row, columns, behind, relation)?;
            if row.r#type == "p" {
                ConstraintKind::PrimaryKey(key)
            } else {
                ConstraintKind::Unique(key)
            }
        }
        _ => ConstraintKind::Exclusion(exclusion(row, columns, behind, relation)?),
    })
}

fn key(row: &Row, columns: Vec<Ident>, behind: Option<Behind>, relation: &Relation) -> Result<Key, IntrospectError> {
    let Behind { index, .. } =
        behind.ok_or_else(|| unreadable("constraints", &format!("{} has no index", row.name)))?;
    Ok(Key {
        columns,
        include: relation.names("constraints", index.include())?,
        nulls_not_distinct: index.nulls_not_distinct,
        with: parameters(index.parameters),
        tablespace: index.tablespace,
    })
}

fn not_null(row: &Row, columns: Vec<Ident>) -> Result<NotNull, IntrospectError> {
    let column = columns.into_iter().next();
    Ok(NotNull {
        column: column.ok_or_else(|| unreadable("constraints", &format!("NOT NULL {} without a column", row.name)))?,
        no_inherit: row.no_inherit,
    })
}

fn check(row: Row, columns: Vec<Ident>) -> Result<CheckConstraint, IntrospectError> {
    let expression = row
        .expression
        .ok_or_else(|| unreadable("constraints", &format!("the check {} does not print", row.name)))?;
    Ok(CheckConstraint {
        expression: Expr(expression),
        columns: sorted(columns),
        no_inherit: row.no_inherit,
    })
}

fn foreign_key(
    row: Row,
    columns: Vec<Ident>,
    relation: &Relation,
    catalog: &Catalog,
) -> Result<ForeignKey, IntrospectError> {
    let Some(referenced) = catalog.relations.get(&row.referenced) else {
        return Err(unreadable(
            "constraints",
            &format!("foreign key {} without a target", row.name),
        ));
    };
    Ok(ForeignKey {
        columns,
        references: referenced.name.clone(),
        referenced_columns: referenced.names("constraints", &row.referenced_columns)?,
        on_delete: referential(&row.on_delete),
        on_delete_columns: relation.names("constraints", &row.on_delete_columns)?,
        on_update: referential(&row.on_update),
        match_full: row.match_full,
        period: row.temporal,
    })
}

fn exclusion(
    row: Row,
    columns: Vec<Ident>,
    behind: Option<Behind>,
    relation: &Relation,
) -> Result<Exclusion, IntrospectError> {
    let printed = row.definition.unwrap_or_default();
    let definition = [" NOT VALID", " INITIALLY DEFERRED", " DEFERRABLE"]
        .iter()
        .fold(printed.as_str(), |text, suffix| {
            text.strip_suffix(suffix).unwrap_or(text)
        });
    let mut columns = columns;
    if let Some(behind) = &behind {
        columns.extend(relation.names("constraints", &behind.named)?);
    }
    Ok(Exclusion {
        definition: definition.to_owned(),
        columns: sorted(columns),
        primary: row.r#type == "p",
    })
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
