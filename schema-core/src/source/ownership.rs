//! What a model may change: only what schemagen created or adopted, and what the structs name.

use std::collections::{BTreeMap, BTreeSet};

use super::Model;
use crate::migrations::{Adopts, PlanRecord};
use crate::schema::{Column, Constraint, Ident, Index, QName, Schema, Table};

/// The two sides of a diff, limited to what the model may change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    /// What the model leads to: the model, and everything that is none of its business, as it stands.
    pub new: Schema,
    /// Tables that no struct names and no plan made, to be listed.
    pub unmanaged: Vec<QName>,
    /// What the structs take over with this plan.
    pub adopts: Adopts,
}

/// Columns of adopted tables that no field names.
#[derive(Debug, thiserror::Error)]
#[error(
    "no field names {}: add the fields, put #[schemagen(partial)] on the struct to leave such columns alone, or adopt \
     them for dropping with --adopt TABLE",
    .columns.join(", ")
)]
pub struct OwnershipError {
    /// The columns.
    pub columns: Vec<String>,
}

/// Whose a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Title {
    /// A plan made it: everything on it is ours.
    Created,
    /// A struct took it over; these indexes and constraints on it stay other people's.
    Adopted(BTreeSet<Ident>),
}

/// Limits the target to what the model may change. `adopt` names tables (or `all`) whose columns, indexes and
/// constraints become ours even where no struct names them.
///
/// # Errors
/// When a table is adopted that has columns which no field names.
pub fn scope(
    old: &Schema,
    model: &Model,
    plans: &[&PlanRecord],
    adopt: &BTreeSet<String>,
) -> Result<Scope, OwnershipError> {
    let titles = titles(plans);
    let owned_enums = owned_enums(plans);
    let mut scope = Scope {
        new: model.schema.clone(),
        ..Scope::default()
    };
    let renamed: BTreeMap<&QName, &QName> = model
        .decisions
        .table_renames
        .iter()
        .filter(|r| old.tables.contains_key(&r.from) && !old.tables.contains_key(&r.to))
        .map(|r| (&r.from, &r.to))
        .collect();
    let mut unknown = Vec::new();
    for (name, table) in &old.tables {
        let title = titles.get(name);
        let called = renamed
            .get(name)
            .copied()
            .filter(|to| scope.new.tables.contains_key(*to) && !scope.new.tables.contains_key(name))
            .unwrap_or(name);
        if let (Some(wanted), Some(Title::Adopted(_))) = (scope.new.tables.get_mut(called), title) {
            take_names(wanted, table);
        }
        match scope.new.tables.get_mut(called) {
            Some(wanted) => {
                let all = adopt.contains("all") || adopt.contains(&name.to_string()) || adopt.contains(name.name.raw());
                let title = title.cloned().unwrap_or_else(|| {
                    let leaves = if all {
                        BTreeSet::new()
                    } else {
                        take_names(wanted, table)
                    };
                    if !model.partial.contains(called) && !all {
                        let has_new_name = |column: &&Column| {
                            let mut renames = model.decisions.renames.iter();
                            renames.any(|r| r.table == *called && r.from == column.name)
                        };
                        let left = unnamed(wanted, table).filter(|column| !has_new_name(column));
                        unknown.extend(left.map(|column| format!("{name}.{}", column.name)));
                    }
                    scope.adopts.tables.insert(name.clone(), leaves.clone());
                    scope.adopts.definitions.tables.insert(name.clone(), table.clone());
                    Title::Adopted(leaves)
                });
                carry_over(wanted, table, &title, model.partial.contains(called));
            }
            None if title.is_some() || renamed.contains_key(name) => {}
            None => {
                scope.unmanaged.push(name.clone());
                scope.new.tables.insert(name.clone(), table.clone());
            }
        }
    }
    if !unknown.is_empty() {
        return Err(OwnershipError { columns: unknown });
    }
    for (name, enum_type) in &old.enums {
        let renamed = model
            .decisions
            .type_renames
            .iter()
            .any(|r| r.from == *name && !old.enums.contains_key(&r.to) && scope.new.enums.contains_key(&r.to));
        if renamed || scope.new.enums.contains_key(name) {
            if !owned_enums.contains(name) {
                scope.adopts.enums.insert(name.clone());
                scope.adopts.definitions.enums.insert(name.clone(), enum_type.clone());
            }
        } else if !owned_enums.contains(name) {
            scope.new.enums.insert(name.clone(), enum_type.clone());
        }
    }
    for (name, namespace) in &old.namespaces {
        // A model says nothing about the comment of a namespace, and never drops one.
        scope.new.namespaces.insert(name.clone(), namespace.clone());
    }
    keep_sequences(old, &mut scope.new, plans);
    scope.new.others.clone_from(&old.others);
    crate::stages::complete(&mut scope.new);
    crate::retire::complete(&mut scope.new, old, &model.schema, &model.decisions);
    Ok(scope)
}

fn titles(plans: &[&PlanRecord]) -> BTreeMap<QName, Title> {
    let mut titles = BTreeMap::new();
    for plan in plans {
        titles.extend(plan.creates.tables.iter().map(|name| (name.clone(), Title::Created)));
        for (name, leaves) in &plan.adopts.tables {
            titles.insert(name.clone(), Title::Adopted(leaves.clone()));
        }
        for rename in &plan.decisions.table_renames {
            if let Some(title) = titles.get(&rename.from).cloned() {
                titles.insert(rename.to.clone(), title);
            }
        }
        // A table of that name that comes later is somebody else's.
        let released = plan.files.iter().filter(|file| file.version.is_some());
        for step in released
            .flat_map(|file| &file.steps)
            .filter(|step| step.kind == "drop_table")
        {
            titles.retain(|name, _| name.to_string() != step.object);
        }
    }
    titles
}

/// Enums that plans made or took over, under every name that they had.
fn owned_enums(plans: &[&PlanRecord]) -> BTreeSet<QName> {
    let mut owned = BTreeSet::new();
    for plan in plans {
        owned.extend(plan.creates.enums.iter().chain(&plan.adopts.enums).cloned());
        for rename in &plan.decisions.type_renames {
            if owned.contains(&rename.from) {
                owned.insert(rename.to.clone());
            }
        }
    }
    owned
}

/// Columns of the table that no field names.
fn unnamed<'a>(wanted: &'a Table, table: &'a Table) -> impl Iterator<Item = &'a Column> {
    table
        .columns
        .iter()
        .filter(|column| wanted.column(&column.name).is_none())
}

/// Gives the wanted constraints and indexes the names under which the same ones stand already, and returns the names of
/// those on the table that nobody wants.
fn take_names(wanted: &mut Table, table: &Table) -> BTreeSet<Ident> {
    let mut leaves = BTreeSet::new();
    for (name, constraint) in &table.constraints {
        if wanted.constraints.contains_key(name) {
            continue;
        }
        let same = |(wanted_name, c): (&Ident, &Constraint)| {
            (!table.constraints.contains_key(wanted_name) && c.kind == constraint.kind).then(|| wanted_name.clone())
        };
        match wanted.constraints.iter().find_map(same) {
            Some(wanted_name) => {
                if let Some(c) = wanted.constraints.remove(&wanted_name) {
                    wanted.constraints.insert(name.clone(), c);
                }
            }
            None => drop(leaves.insert(name.clone())),
        }
    }
    for (name, index) in &table.indexes {
        if wanted.indexes.contains_key(name) {
            continue;
        }
        let same = |(wanted_name, i): (&Ident, &Index)| {
            let equal = Index {
                comment: index.comment.clone(),
                ..i.clone()
            } == *index;
            (!table.indexes.contains_key(wanted_name) && equal).then(|| wanted_name.clone())
        };
        match wanted.indexes.iter().find_map(same) {
            Some(wanted_name) => {
                if let Some(i) = wanted.indexes.remove(&wanted_name) {
                    wanted.indexes.insert(name.clone(), i);
                }
            }
            None => drop(leaves.insert(name.clone())),
        }
    }
    leaves
}

/// Copies what a struct cannot say, and what stays other people's, from the table as it stands.
fn carry_over(wanted: &mut Table, table: &Table, title: &Title, partial: bool) {
    wanted.options.clone_from(&table.options);
    wanted.partition_by.clone_from(&table.partition_by);
    wanted.partition_of.clone_from(&table.partition_of);
    wanted.attached.clone_from(&table.attached);
    wanted.inherits.clone_from(&table.inherits);
    let adopted = matches!(title, Title::Adopted(_));
    if adopted && wanted.comment.is_none() {
        wanted.comment.clone_from(&table.comment);
    }
    for column in &mut wanted.columns {
        if let Some(stands) = table.column(&column.name) {
            carry_over_column(column, stands, adopted);
        }
    }
    if partial {
        let rest: Vec<Column> = unnamed(wanted, table).cloned().collect();
        wanted.columns.extend(rest);
    }
    let left = |name: &Ident| partial || matches!(title, Title::Adopted(leaves) if leaves.contains(name));
    for (name, constraint) in &table.constraints {
        match wanted.constraints.get_mut(name) {
            Some(wanted) => {
                wanted.comment.clone_from(&constraint.comment);
                wanted.index_comment.clone_from(&constraint.index_comment);
            }
            None if left(name) => drop(wanted.constraints.insert(name.clone(), constraint.clone())),
            None => {}
        }
    }
    for (name, index) in &table.indexes {
        match wanted.indexes.get_mut(name) {
            Some(wanted) => {
                wanted.comment.clone_from(&index.comment);
                wanted.statistics.clone_from(&index.statistics);
                wanted.tablespace.clone_from(&index.tablespace);
            }
            None if left(name) => drop(wanted.indexes.insert(name.clone(), index.clone())),
            None => {}
        }
    }
}

fn carry_over_column(column: &mut Column, stands: &Column, adopted: bool) {
    column.storage.clone_from(&stands.storage);
    column.compression.clone_from(&stands.compression);
    column.statistics = stands.statistics;
    column.options.clone_from(&stands.options);
    if adopted && column.comment.is_none() {
        column.comment.clone_from(&stands.comment);
    }
    if let (Some(identity), Some(stands)) = (&mut column.identity, &stands.identity) {
        identity.options.clone_from(&stands.options);
        identity.comment.clone_from(&stands.comment);
    }
}

/// Sequences that no struct can name stay, except those whose column goes and those that a plan created and the model
/// dropped.
fn keep_sequences(old: &Schema, new: &mut Schema, plans: &[&PlanRecord]) {
    for (name, sequence) in &old.sequences {
        let gone = match &sequence.owned_by {
            Some((table, column)) => new.tables.get(table).is_none_or(|t| t.column(column).is_none()),
            None => plans.iter().any(|plan| plan.creates.sequences.contains(name)),
        };
        if !gone && !new.sequences.contains_key(name) {
            new.sequences.insert(name.clone(), sequence.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::Owned;
    use crate::schema::IndexKey;

    fn table(columns: &[&str]) -> Table {
        Table {
            columns: columns.iter().map(|name| Column::new(*name, "text")).collect(),
            ..Table::default()
        }
    }

    fn schema(tables: &[(&str, Table)]) -> Schema {
        let tables = tables
            .iter()
            .map(|(name, table)| (QName::new("public", *name), table.clone().into()))
            .collect();
        Schema {
            tables,
            ..Schema::default()
        }
    }

    fn model(schema: Schema) -> Model {
        Model {
            schema,
            ..Model::default()
        }
    }

    fn index(column: &str) -> Index {
        Index {
            method: "btree".into(),
            unique: false,
            nulls_not_distinct: false,
            keys: vec![IndexKey::column(Ident::new(column))],
            include: Vec::new(),
            predicate: None,
            with: BTreeMap::new(),
            tablespace: None,
            valid: true,
            expression_columns: Vec::new(),
            statistics: BTreeMap::new(),
            comment: None,
        }
    }

    fn created(tables: &[&str]) -> PlanRecord {
        let tables = tables.iter().map(|name| QName::new("public", *name)).collect();
        PlanRecord {
            creates: Owned {
                tables,
                ..Owned::default()
            },
            ..PlanRecord::default()
        }
    }

    #[test]
    fn tables_without_a_struct_are_listed_and_left_alone() {
        let old = schema(&[
            ("ours", table(&["a"])),
            ("theirs", table(&["b"])),
            ("gone", table(&["c"])),
        ]);
        let plan = created(&["ours", "gone"]);
        let scope = scope(
            &old,
            &model(schema(&[("ours", table(&["a"]))])),
            &[&plan],
            &BTreeSet::new(),
        )
        .unwrap();
        assert_eq!(scope.unmanaged, [QName::new("public", "theirs")]);
        let names: Vec<&str> = scope.new.tables.keys().map(|name| name.name.raw()).collect();
        assert_eq!(
            names,
            ["ours", "theirs"],
            "what a plan created may be dropped, nothing else"
        );
    }

    #[test]
    fn an_adopted_table_needs_a_field_for_each_column() {
        let old = schema(&[("t", table(&["a", "b"]))]);
        let mut wanted = model(schema(&[("t", table(&["a"]))]));
        let error = scope(&old, &wanted, &[], &BTreeSet::new()).unwrap_err();
        assert_eq!(error.columns, ["public.t.b"]);

        let all = BTreeSet::from(["t".to_owned()]);
        assert_eq!(
            scope(&old, &wanted, &[], &all).unwrap().new.tables,
            wanted.schema.tables
        );

        wanted.partial.insert(QName::new("public", "t"));
        let scope = scope(&old, &wanted, &[], &BTreeSet::new()).unwrap();
        assert_eq!(scope.new.tables, old.tables);
        assert_eq!(scope.adopts.tables.len(), 1);
    }

    #[test]
    fn an_adopted_index_keeps_its_name_and_a_foreign_one_stays() {
        let mut stands = table(&["a", "b"]);
        stands.indexes.insert(Ident::new("by_a"), index("a"));
        stands.indexes.insert(Ident::new("by_b"), index("b"));
        let old = schema(&[("t", stands)]);
        let mut wanted = table(&["a", "b"]);
        wanted.indexes.insert(Ident::new("t_a_idx"), index("a"));
        let wanted = model(schema(&[("t", wanted)]));
        let first = scope(&old, &wanted, &[], &BTreeSet::new()).unwrap();
        assert_eq!(first.new.tables, old.tables);
        assert_eq!(
            first.adopts.tables[&QName::new("public", "t")],
            BTreeSet::from([Ident::new("by_b")])
        );

        let plan = PlanRecord {
            adopts: first.adopts,
            ..PlanRecord::default()
        };
        let second = scope(&old, &wanted, &[&plan], &BTreeSet::new()).unwrap();
        assert_eq!(second.new.tables, old.tables);
        assert!(second.adopts.is_empty());
    }
}
