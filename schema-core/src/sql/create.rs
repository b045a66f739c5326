use super::{
    Alter, CommentOn, IndexMode, alias_comment, comment_sql, constraint_definition, create_alias, create_domain,
    create_enum, create_index, create_sequence, create_sync, create_table, identity_comment_sql,
};
use crate::compare::same_default;
use crate::schema::{ConstraintKind, Ident, IndexOwner, QName, Schema, Table};

/// Statements that build the schema in an empty database, in dependency order. `others` are not in it.
pub fn create_sql(schema: &Schema) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (name, namespace) in &schema.namespaces {
        out.push(format!("CREATE SCHEMA IF NOT EXISTS {name}"));
        if let Some(text) = &namespace.comment {
            out.push(comment_sql(CommentOn::Schema(name), Some(text)));
        }
    }
    for (name, enum_type) in &schema.enums {
        out.push(create_enum(name, enum_type));
        if let Some(text) = &enum_type.comment {
            out.push(comment_sql(CommentOn::Type(name), Some(text)));
        }
    }
    for (name, sequence) in &schema.sequences {
        out.push(create_sequence(name, sequence));
        if let Some(text) = &sequence.comment {
            out.push(comment_sql(CommentOn::Sequence(name), Some(text)));
        }
    }
    let order = table_order(schema);
    for (name, table) in &order {
        // Each partition's index gets its own name: what the parent's index would make gets one from the server.
        let apart = |c: &crate::schema::Constraint| c.kind.has_index() && is_parent(schema, name);
        let inner = super::table::inner_constraints(table).filter(|(_, c)| !apart(c));
        out.push(create_table(name, &own_columns(schema, table), inner));
        let parents = table.partition_of.iter().map(|p| &p.parent).chain(&table.inherits);
        let parents = parents.filter_map(|p| schema.tables.get(p));
        out.extend(parents.flat_map(|parent| own_of_partition(name, table, parent)));
    }
    for (name, sequence) in &schema.sequences {
        if let Some((table, column)) = &sequence.owned_by {
            out.push(format!("ALTER SEQUENCE {name} OWNED BY {table}.{column}"));
        }
    }
    for (name, table) in &order {
        for (index_name, index) in &table.indexes {
            out.push(create_partition_index(
                schema,
                name,
                index_name,
                IndexOwner::Index(index),
            ));
        }
        if is_parent(schema, name) {
            for (key_name, key) in table.constraints.iter().filter(|(_, c)| c.kind.has_index()) {
                out.push(create_partition_index(schema, name, key_name, IndexOwner::Key(key)));
            }
        }
        for (index_name, above) in &table.attached {
            out.extend(create_attached(schema, name, table, index_name, above));
        }
    }
    for (name, table) in &order {
        for (constraint_name, constraint) in &table.constraints {
            let merged = super::table::is_merged(table, constraint_name, constraint);
            let apart = constraint.not_valid || (merged && !is_parent(schema, name));
            if matches!(constraint.kind, ConstraintKind::ForeignKey(_)) || apart {
                out.push(format!(
                    "ALTER TABLE {name} ADD CONSTRAINT {constraint_name} {}",
                    constraint_definition(constraint)
                ));
            }
        }
    }
    for (name, table) in &order {
        out.extend(details_of(Alter::alone(schema, name), table));
    }
    for (function, sync) in &schema.syncs {
        out.extend(create_sync(function, sync));
    }
    for (name, alias) in &schema.aliases {
        if let Some(table) = schema.tables.get(&alias.table) {
            out.push(create_alias(name, alias, table, false, false));
            out.push(alias_comment(name, alias));
        }
    }
    for (name, enum_type) in &schema.type_aliases {
        out.extend(create_domain(name, enum_type));
    }
    out
}

/// Whether the table has partitions.
fn is_parent(schema: &Schema, table: &QName) -> bool {
    schema.partitions(table).next().is_some()
}

/// An index or a key; on a partitioned table without its partitions.
fn create_partition_index(schema: &Schema, table: &QName, name: &Ident, owner: IndexOwner<'_>) -> String {
    let is_parent = is_parent(schema, table);
    match owner {
        IndexOwner::Index(index) if is_parent => create_index(name, table, index, IndexMode::OnlyParent),
        IndexOwner::Index(index) => create_index(name, table, index, IndexMode::Plain),
        IndexOwner::Key(key) => {
            let alter = if is_parent {
                Alter::only(table)
            } else {
                Alter::all(table)
            };
            format!("{alter} ADD CONSTRAINT {name} {}", constraint_definition(key))
        }
    }
}

/// A partition's index, and that it belongs to its parent's.
fn create_attached(schema: &Schema, name: &QName, table: &Table, index: &Ident, above: &Ident) -> Vec<String> {
    let Some(partition) = &table.partition_of else {
        return Vec::new();
    };
    let own = table.constraints.contains_key(index);
    let owner = schema.index_owner(name, index).filter(|_| !own);
    let mut out: Vec<String> = owner
        .map(|owner| create_partition_index(schema, name, index, owner))
        .into_iter()
        .collect();
    out.push(attach_index(&partition.parent, above, name, index));
    out
}

/// `ALTER INDEX … ATTACH PARTITION`.
pub fn attach_index(parent: &QName, above: &Ident, table: &QName, index: &Ident) -> String {
    format!(
        "ALTER INDEX {} ATTACH PARTITION {}",
        parent.sibling(above.clone()),
        table.sibling(index.clone())
    )
}

/// Tables with parents before partitions and inheritance children, otherwise by name.
fn table_order(schema: &Schema) -> Vec<(&QName, &Table)> {
    let mut done: std::collections::BTreeSet<&QName> = std::collections::BTreeSet::new();
    let mut order = Vec::new();
    // Each round places the tables whose parents stand; a parent outside the schema does not hold anything up.
    while order.len() < schema.tables.len() {
        let before = order.len();
        for (name, table) in &schema.tables {
            let parents = table.partition_of.iter().map(|p| &p.parent).chain(&table.inherits);
            if !done.contains(name)
                && parents
                    .clone()
                    .all(|p| done.contains(p) || !schema.tables.contains_key(p))
            {
                done.insert(name);
                order.push((name, table));
            }
        }
        if order.len() == before {
            order.extend(schema.tables.iter().filter(|(name, _)| !done.contains(name)));
        }
    }
    order
}

/// Everything on a table that `CREATE TABLE` cannot say: comments, statistics targets, row security, replica identity.
pub(crate) fn table_details(name: &QName, table: &Table) -> Vec<String> {
    details_of(Alter::all(name), table)
}

/// The table without the columns that it has from the tables that it inherits from: they would be its own as well, and
/// outlive those.
pub(crate) fn own_columns(schema: &Schema, table: &Table) -> Table {
    let mut own = table.clone();
    let parents: Vec<&Table> = table.inherits.iter().filter_map(|p| schema.tables.get(p)).collect();
    own.columns
        .retain(|c| !parents.iter().any(|p| p.column(&c.name).is_some()));
    own
}

/// What a partition says of its own about the columns that it has from its parent, as it is right after it was made of it.
pub(crate) fn own_of_partition(name: &QName, table: &Table, parent: &Table) -> Vec<String> {
    let mut out = Vec::new();
    for column in &table.columns {
        let Some(above) = parent.column(&column.name) else {
            continue;
        };
        let mut alter = |action: String| {
            out.push(format!("{} ALTER COLUMN {} {action}", Alter::only(name), column.name));
        };
        if !same_default(column, table, above, parent) && column.generated.is_none() {
            let default = column.default.as_ref();
            alter(default.map_or_else(|| "DROP DEFAULT".to_owned(), |d| format!("SET DEFAULT {d}")));
        }
        if column.not_null && !above.not_null {
            alter("SET NOT NULL".to_owned());
        }
        if column.compression != above.compression {
            let method = column.compression.as_deref().unwrap_or("default");
            alter(format!("SET COMPRESSION {method}"));
        }
    }
    out
}

fn details_of(alter: Alter<'_>, table: &Table) -> Vec<String> {
    let name = alter.table();
    let mut out = Vec::new();
    if let Some(text) = &table.comment {
        out.push(comment_sql(CommentOn::Table(name), Some(text)));
    }
    for column in &table.columns {
        if let Some(text) = &column.comment {
            out.push(comment_sql(CommentOn::Column(name, &column.name), Some(text)));
        }
        if let Some(text) = column.identity.as_ref().and_then(|i| i.comment.as_deref())
            && table.partition_of.is_none()
        {
            out.push(identity_comment_sql(name, &column.name, Some(text)));
        }
        if let Some(storage) = &column.storage {
            out.push(format!("{alter} ALTER COLUMN {} SET STORAGE {storage}", column.name));
        }
        if let Some(target) = column.statistics {
            out.push(format!("{alter} ALTER COLUMN {} SET STATISTICS {target}", column.name));
        }
        if !column.options.is_empty() {
            out.push(format!(
                "ALTER TABLE {name} ALTER COLUMN {} SET ({})",
                column.name,
                super::parameters(&column.options)
            ));
        }
    }
    for (constraint_name, constraint) in &table.constraints {
        if let Some(text) = &constraint.comment {
            out.push(comment_sql(CommentOn::Constraint(name, constraint_name), Some(text)));
        }
        if let Some(text) = &constraint.index_comment {
            let index = name.sibling(constraint_name.clone());
            out.push(comment_sql(CommentOn::Index(&index), Some(text)));
        }
    }
    for (index_name, index) in &table.indexes {
        out.extend(index_details(&name.sibling(index_name.clone()), index));
    }
    out.extend(option_details(name, &table.options));
    out
}

/// Comment and statistics targets of an index.
pub(crate) fn index_details(name: &QName, index: &crate::schema::Index) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(text) = &index.comment {
        out.push(comment_sql(CommentOn::Index(name), Some(text)));
    }
    for (key, target) in &index.statistics {
        out.push(format!("ALTER INDEX {name} ALTER COLUMN {key} SET STATISTICS {target}"));
    }
    out
}

/// Row security, replica identity and the clustering index.
fn option_details(name: &QName, options: &crate::schema::TableOptions) -> Vec<String> {
    let mut out = Vec::new();
    if options.row_security {
        out.push(format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"));
    }
    if options.force_row_security {
        out.push(format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"));
    }
    match (&options.replica_identity, &options.replica_identity_index) {
        (_, Some(index)) => out.push(format!("ALTER TABLE {name} REPLICA IDENTITY USING INDEX {index}")),
        (Some(kind), None) => out.push(format!("ALTER TABLE {name} REPLICA IDENTITY {kind}")),
        (None, None) => {}
    }
    if let Some(index) = &options.cluster_on {
        out.push(format!("ALTER TABLE {name} CLUSTER ON {index}"));
    }
    out
}
