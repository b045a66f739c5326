use crate::schema::{
    Column, Constraint, ConstraintKind, EnumType, Ident, Index, IndexKey, KeyTarget, Literal, Schema, Sequence, Sync,
    SyncDirection, Table, TableOptions,
};

/// A schema as paragraphs of lines: a title for each object and what it consists of, made to be compared and read, not run.
pub(super) fn outline(schema: &Schema) -> Vec<(String, Vec<String>)> {
    let mut paragraphs = Vec::new();
    for (name, namespace) in &schema.namespaces {
        paragraphs.push((format!("schema {name}"), comment(namespace.comment.as_deref())));
    }
    for (name, enum_type) in &schema.enums {
        paragraphs.push((format!("enum {name}"), enum_lines(enum_type)));
    }
    for (name, sequence) in &schema.sequences {
        paragraphs.push((format!("sequence {name}"), sequence_lines(sequence)));
    }
    for (name, table) in &schema.tables {
        paragraphs.push((format!("table {name}"), table_lines(table)));
    }
    for (name, sync) in &schema.syncs {
        paragraphs.push((format!("sync {name}"), vec![sync_line(sync)]));
    }
    paragraphs
}

fn comment(text: Option<&str>) -> Vec<String> {
    text.map(|text| format!("comment {}", one_line(text)))
        .into_iter()
        .collect()
}

/// A literal on one line: a line break in a comment must not look like another line of the outline.
fn one_line(text: &str) -> String {
    Literal(text).to_string().replace('\n', "\\n").replace('\r', "\\r")
}

fn enum_lines(enum_type: &EnumType) -> Vec<String> {
    let mut lines: Vec<String> = enum_type.labels.iter().map(|label| one_line(label)).collect();
    lines.extend(comment(enum_type.comment.as_deref()));
    lines
}

fn sequence_lines(sequence: &Sequence) -> Vec<String> {
    let o = &sequence.options;
    let mut lines = vec![format!(
        "{} start {} increment {} from {} to {} cache {}{}",
        o.data_type,
        o.start,
        o.increment,
        o.min,
        o.max,
        o.cache,
        if o.cycle { " cycle" } else { "" }
    )];
    lines.extend(
        sequence
            .owned_by
            .as_ref()
            .map(|(table, column)| format!("owned by {table}.{column}")),
    );
    lines.extend(sequence.unlogged.then(|| "unlogged".to_owned()));
    lines.extend(comment(sequence.comment.as_deref()));
    lines
}

fn table_lines(table: &Table) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(table.partition_by.as_ref().map(|key| format!("partition by {key}")));
    lines.extend(
        table
            .partition_of
            .as_ref()
            .map(|p| format!("partition of {} {}", p.parent, p.bound)),
    );
    lines.extend(table.inherits.iter().map(|parent| format!("inherits {parent}")));
    // By name: the order of columns is none of the differences.
    let mut columns: Vec<&Column> = table.columns.iter().collect();
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    lines.extend(columns.into_iter().map(column_line));
    lines.extend(
        table
            .constraints
            .iter()
            .map(|(name, constraint)| constraint_line(name, constraint)),
    );
    lines.extend(table.indexes.iter().map(|(name, index)| index_line(name, index)));
    lines.extend(option_lines(&table.options));
    lines.extend(comment(table.comment.as_deref()));
    lines
}

fn column_line(column: &Column) -> String {
    let mut line = format!("{} {}", column.name, column.type_name);
    let mut add = |text: String| {
        line.push(' ');
        line.push_str(&text);
    };
    if let Some(collation) = &column.collation {
        add(format!("collate {collation}"));
    }
    if column.not_null {
        add("not null".to_owned());
    }
    if let Some(default) = &column.default {
        add(format!("default {default}"));
    }
    if let Some(generated) = &column.generated {
        add(format!(
            "generated ({}) {}",
            generated.expression,
            if generated.stored { "stored" } else { "virtual" }
        ));
    }
    if let Some(identity) = &column.identity {
        let o = &identity.options;
        add(format!(
            "identity {}",
            if identity.always { "always" } else { "by default" }
        ));
        if *o != crate::schema::SequenceOptions::of_type(&o.data_type) {
            add(format!(
                "(start {} increment {} from {} to {} cache {})",
                o.start, o.increment, o.min, o.max, o.cache
            ));
        }
    }
    if let Some(storage) = &column.storage {
        add(format!("storage {storage}"));
    }
    if let Some(compression) = &column.compression {
        add(format!("compression {compression}"));
    }
    if let Some(statistics) = column.statistics {
        add(format!("statistics {statistics}"));
    }
    if !column.options.is_empty() {
        add(format!("with ({})", pairs(&column.options)));
    }
    if let Some(text) = &column.comment {
        add(format!("comment {}", one_line(text)));
    }
    line
}

fn pairs(map: &std::collections::BTreeMap<String, String>) -> String {
    map.iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn list(names: &[Ident]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn constraint_line(name: &Ident, constraint: &Constraint) -> String {
    let mut line = format!("constraint {name} {}", kind_text(&constraint.kind));
    match constraint.deferral {
        crate::schema::Deferral::Immediate => {}
        crate::schema::Deferral::Deferrable => line.push_str(" deferrable"),
        crate::schema::Deferral::Deferred => line.push_str(" deferrable initially deferred"),
    }
    if constraint.not_valid {
        line.push_str(" not valid");
    }
    if constraint.not_enforced {
        line.push_str(" not enforced");
    }
    if let Some(text) = &constraint.comment {
        line.push_str(" comment ");
        line.push_str(&one_line(text));
    }
    if let Some(text) = &constraint.index_comment {
        line.push_str(" index comment ");
        line.push_str(&one_line(text));
    }
    line
}

fn kind_text(kind: &ConstraintKind) -> String {
    let key = |word: &str, key: &crate::schema::Key| {
        let mut text = format!("{word} ({})", list(&key.columns));
        if key.nulls_not_distinct {
            text.push_str(" nulls not distinct");
        }
        if !key.include.is_empty() {
            text.push_str(&format!(" include ({})", list(&key.include)));
        }
        if !key.with.is_empty() {
            text.push_str(&format!(" with ({})", pairs(&key.with)));
        }
        text
    };
    match kind {
        ConstraintKind::PrimaryKey(k) => key("primary key", k),
        ConstraintKind::Unique(k) => key("unique", k),
        ConstraintKind::Check(c) => format!(
            "check ({}){}",
            c.expression,
            if c.no_inherit { " no inherit" } else { "" }
        ),
        ConstraintKind::ForeignKey(f) => {
            let mut text = format!(
                "foreign key ({}) references {} ({})",
                list(&f.columns),
                f.references,
                list(&f.referenced_columns)
            );
            if f.match_full {
                text.push_str(" match full");
            }
            if f.on_delete != crate::schema::Referential::NoAction {
                text.push_str(&format!(" on delete {}", f.on_delete.sql().to_lowercase()));
            }
            if !f.on_delete_columns.is_empty() {
                text.push_str(&format!(" ({})", list(&f.on_delete_columns)));
            }
            if f.on_update != crate::schema::Referential::NoAction {
                text.push_str(&format!(" on update {}", f.on_update.sql().to_lowercase()));
            }
            text
        }
        ConstraintKind::Exclusion(e) => e.definition.clone(),
        ConstraintKind::NotNull(n) => format!("not null {}", n.column),
    }
}

fn index_line(name: &Ident, index: &Index) -> String {
    let mut line = format!(
        "{}index {name} {} (",
        if index.unique { "unique " } else { "" },
        index.method
    );
    line.push_str(&index.keys.iter().map(key_text).collect::<Vec<_>>().join(", "));
    line.push(')');
    if !index.include.is_empty() {
        line.push_str(&format!(" include ({})", list(&index.include)));
    }
    if index.nulls_not_distinct {
        line.push_str(" nulls not distinct");
    }
    if !index.with.is_empty() {
        line.push_str(&format!(" with ({})", pairs(&index.with)));
    }
    if let Some(tablespace) = &index.tablespace {
        line.push_str(&format!(" tablespace {tablespace}"));
    }
    if let Some(predicate) = &index.predicate {
        line.push_str(&format!(" where {predicate}"));
    }
    for (key, target) in &index.statistics {
        line.push_str(&format!(" statistics of key {key} {target}"));
    }
    if !index.valid {
        line.push_str(" INVALID");
    }
    if let Some(text) = &index.comment {
        line.push_str(&format!(" comment {}", one_line(text)));
    }
    line
}

fn key_text(key: &IndexKey) -> String {
    let mut text = match &key.target {
        KeyTarget::Column(name) => name.to_string(),
        KeyTarget::Expression(expression) => expression.to_string(),
    };
    if let Some(collation) = &key.collation {
        text.push_str(&format!(" collate {collation}"));
    }
    if let Some(opclass) = &key.opclass {
        text.push_str(&format!(" {opclass}"));
    }
    if key.descending {
        text.push_str(" desc");
    }
    if key.nulls_first != key.descending {
        text.push_str(if key.nulls_first { " nulls first" } else { " nulls last" });
    }
    text
}

fn option_lines(options: &TableOptions) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(options.unlogged.then(|| "unlogged".to_owned()));
    lines.extend(
        options
            .parameters
            .iter()
            .map(|(key, value)| format!("with {key}={value}")),
    );
    lines.extend(options.tablespace.as_ref().map(|name| format!("tablespace {name}")));
    lines.extend(
        options
            .access_method
            .as_ref()
            .map(|name| format!("access method {name}")),
    );
    lines.extend(options.row_security.then(|| "row level security".to_owned()));
    lines.extend(
        options
            .force_row_security
            .then(|| "force row level security".to_owned()),
    );
    lines.extend(
        options
            .replica_identity
            .as_ref()
            .map(|kind| match &options.replica_identity_index {
                Some(index) => format!("replica identity {kind} {index}"),
                None => format!("replica identity {kind}"),
            }),
    );
    lines.extend(options.cluster_on.as_ref().map(|index| format!("cluster on {index}")));
    lines
}

fn sync_line(sync: &Sync) -> String {
    let arrow = match sync.direction {
        SyncDirection::TwoWay => "<->",
        SyncDirection::Forward => "->",
        SyncDirection::Backward => "<-",
        SyncDirection::InPlace => "=>",
    };
    format!("{}: {} {arrow} {}", sync.table, sync.from, sync.to)
}
