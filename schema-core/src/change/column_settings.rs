//! `set_default`, `drop_default`, `set_identity`, `set_generated`, `column_settings`: one short statement each.

use std::collections::BTreeSet;

use super::step::{Context, Step};
use crate::compare::{constraint_columns, index_columns};
use crate::facts::Op;
use crate::plan::{HazardKind, Statement};
use crate::schema::{Column, Expr, Ident, Literal, QName, Schema, SequenceOptions};
use crate::sql::{Alter, IndexMode, create_index, identity_clause, identity_comment_sql};

fn column<'a>(state: &'a Schema, table: &QName, name: &Ident) -> Option<&'a Column> {
    state.tables.get(table)?.column(name)
}

fn with_column(state: &Schema, table: &QName, name: &Ident, edit: impl FnOnce(&mut Column)) -> Schema {
    let mut after = state.clone();
    if let Some(c) = after.tables.get_mut(table).and_then(|t| t.column_mut(name)) {
        edit(c);
    }
    after
}

/// `ALTER COLUMN … SET DEFAULT` or `DROP DEFAULT`.
pub(super) fn default_sql(alter: Alter<'_>, name: &Ident, default: Option<&Expr>) -> Statement {
    let action = default.map_or_else(|| "DROP DEFAULT".to_owned(), |d| format!("SET DEFAULT {d}"));
    Op::ColumnDefault.alter(alter, format!("ALTER COLUMN {name} {action}"))
}

pub(super) fn default(
    state: &Schema,
    table: &QName,
    name: &Ident,
    default: Option<&Expr>,
    along: &BTreeSet<QName>,
) -> Vec<Step> {
    let Some(current) = column(state, table, name) else {
        return Vec::new();
    };
    if current.default.as_ref() == default {
        // A sequence that was renamed is named anew by itself.
        return Vec::new();
    }
    let mut after = state.clone();
    for member in along.iter().chain([table]) {
        after = with_column(&after, member, name, |c| c.default = default.cloned());
    }
    let kind = if default.is_some() {
        "set_default"
    } else {
        "drop_default"
    };
    let set = |default: Option<&Expr>| default_of_all(state, table, along, name, default);
    vec![
        Step::new(kind, format!("{table}.{name}"), Some(table))
            .up(set(default))
            .down(set(current.default.as_ref()))
            .effect(state, &after),
    ]
}

/// The partitions and children that have the table's default, which change theirs with it.
pub(super) fn with_its_default(state: &Schema, table: &QName, name: &Ident) -> BTreeSet<QName> {
    let default = |t: &QName| column(state, t, name).map(|c| &c.default);
    let mut family = state.family(table);
    family.retain(|member| member != table && default(member) == default(table));
    family
}

/// The default on a table and on those of its partitions and children that follow it. `ALTER TABLE` without ONLY would take
/// the others' own away.
pub(super) fn default_of_all(
    state: &Schema,
    table: &QName,
    along: &BTreeSet<QName>,
    name: &Ident,
    default: Option<&Expr>,
) -> Vec<Statement> {
    let family = state.family(table);
    if along.len() + 1 >= family.len() {
        return vec![default_sql(Alter::all(table), name, default)];
    }
    let members = std::iter::once(table).chain(along);
    members
        .map(|member| default_sql(Alter::only(member), name, default))
        .collect()
}

/// The statements for a table and those that have its default, and the schema behind them.
pub(super) fn default_with_family(
    state: &Schema,
    table: &QName,
    name: &Ident,
    default: Option<&Expr>,
) -> (Vec<Statement>, Schema) {
    let along = with_its_default(state, table, name);
    let mut after = state.clone();
    for member in along.iter().chain([table]) {
        after = with_column(&after, member, name, |c| c.default = default.cloned());
    }
    (default_of_all(state, table, &along, name, default), after)
}

/// The statements that turn one identity into another. A default must be gone before, and NOT NULL must stand.
pub(super) fn identity_sql(table: &QName, from: &Column, to: &Column) -> Vec<Statement> {
    let name = &to.name;
    let alter =
        |action: String| Op::ColumnIdentity.on(table, format!("ALTER TABLE {table} ALTER COLUMN {name} {action}"));
    let sequence = format!(
        "pg_catalog.pg_get_serial_sequence({}, {})",
        Literal(&table.to_string()),
        Literal(name.raw())
    );
    match (&from.identity, &to.identity) {
        (Some(_), None) => vec![alter("DROP IDENTITY".to_owned())],
        (None, Some(identity)) => {
            let mut out = vec![
                Op::TableLock.on(table, format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")),
                alter(format!("ADD {}", identity_clause(identity, &to.type_name))),
                Op::Check.plain(beyond_rows(table, name, &sequence, &identity.options)),
            ];
            out.extend(identity_comment(table, name, identity.comment.as_deref()));
            out
        }
        (Some(was), Some(is)) if was != is => {
            let mut actions = Vec::new();
            if was.always != is.always {
                actions.push(format!(
                    "SET GENERATED {}",
                    if is.always { "ALWAYS" } else { "BY DEFAULT" }
                ));
            }
            for word in identity_words(was, is) {
                actions.push(format!("SET {word}"));
            }
            let mut out = Vec::new();
            if !actions.is_empty() {
                let change = format!("ALTER TABLE {table} ALTER COLUMN {name} {}", actions.join(" "));
                let sql = crate::sql::within(&sequence, &was.options, &is.options, change);
                out.push(Op::ColumnIdentity.on(table, sql));
            }
            if was.comment != is.comment {
                out.push(Op::CommentOnly.plain(identity_comment_sql(table, name, is.comment.as_deref())));
            }
            out
        }
        _ => Vec::new(),
    }
}

/// Sets the generator behind the column's values, as far as its range goes.
pub(super) fn beyond_rows(table: &QName, column: &Ident, sequence: &str, options: &SequenceOptions) -> String {
    let (last, first, end) = if options.increment > 0 {
        ("max", options.start, options.max)
    } else {
        ("min", options.min, options.start)
    };
    format!(
        "SELECT pg_catalog.setval({sequence}, {last}({column})) FROM {table} HAVING {last}({column}) BETWEEN {first} AND {end}"
    )
}

fn identity_comment(table: &QName, column: &Ident, text: Option<&str>) -> Option<Statement> {
    text.map(|text| Op::CommentOnly.plain(identity_comment_sql(table, column, Some(text))))
}

fn identity_words(was: &crate::schema::Identity, is: &crate::schema::Identity) -> Vec<String> {
    let mut words = Vec::new();
    let (a, b) = (&was.options, &is.options);
    let mut number = |word: &str, from: i64, to: i64| {
        if from != to {
            words.push(format!("{word} {to}"));
        }
    };
    number("INCREMENT BY", a.increment, b.increment);
    number("MINVALUE", a.min, b.min);
    number("MAXVALUE", a.max, b.max);
    number("START WITH", a.start, b.start);
    number("CACHE", a.cache, b.cache);
    if a.cycle != b.cycle {
        words.push(if b.cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    words
}

pub(super) fn identity(state: &Schema, table: &QName, target: &Column) -> Vec<Step> {
    let Some(current) = column(state, table, &target.name) else {
        return Vec::new();
    };
    let owned: Vec<_> = state
        .sequences_owned_by(table, &target.name)
        .filter_map(|name| state.sequences.get(name).map(|s| (name.clone(), s.clone())))
        .collect();
    let takes_default = current.default.is_some() && target.identity.is_some();
    let (without_default, bare) = default_with_family(state, table, &target.name, None);
    let after = with_column(if takes_default { &bare } else { state }, table, &target.name, |c| {
        c.identity.clone_from(&target.identity);
    });
    let mut step = Step::new("set_identity", format!("{table}.{}", target.name), Some(table));
    let mut plain = current.clone();
    if takes_default {
        step = step.up(without_default);
        plain.default = None;
    }
    step = step
        .up(identity_sql(table, &plain, target))
        .down(identity_sql(table, target, &plain));
    if takes_default {
        let along = with_its_default(state, table, &target.name);
        let set = default_of_all(state, table, &along, &target.name, current.default.as_ref());
        step = step.down(set);
    }
    if owned.is_empty() || target.identity.is_none() {
        return vec![step.effect(state, &after)];
    }
    serial_to_identity(state, &after, table, current, target, &owned)
}

/// The serial's sequence makes room for the identity's own, which takes over its position (recipes 9).
fn serial_to_identity(
    state: &Schema,
    after: &Schema,
    table: &QName,
    current: &Column,
    target: &Column,
    owned: &[(QName, crate::schema::Sequence)],
) -> Vec<Step> {
    let Some((sequence, options)) = owned.first() else {
        return Vec::new();
    };
    let mut after = after.clone();
    after.sequences.remove(sequence);
    vec![
        Step::new("set_identity", format!("{table}.{}", target.name), Some(table))
            .up(to_identity(state, table, target, sequence))
            .down(to_serial(
                (state, &with_its_default(state, table, &target.name)),
                table,
                current,
                (sequence, options),
            ))
            .effect(state, &after),
    ]
}

/// The other way about.
pub(super) fn identity_to_serial(
    state: &Schema,
    table: &QName,
    target: &Column,
    (sequence, options): (&QName, &crate::schema::Sequence),
) -> Vec<Step> {
    let Some(current) = column(state, table, &target.name) else {
        return Vec::new();
    };
    let mut after = with_column(state, table, &target.name, |c| {
        c.identity = None;
        c.default.clone_from(&target.default);
    });
    // From 17 on partitions share the identity, and then what takes its place.
    let mut along = state.family(table);
    along.retain(|member| member != table && column(state, member, &target.name).is_some_and(|c| c.identity.is_some()));
    for member in &along {
        after = with_column(&after, member, &target.name, |c| {
            c.identity = None;
            c.default.clone_from(&target.default);
        });
    }
    after.sequences.insert(sequence.clone(), options.clone());
    vec![
        Step::new("set_identity", format!("{table}.{}", target.name), Some(table))
            .up(to_serial((state, &along), table, target, (sequence, options)))
            .down(to_identity(&after, table, current, sequence))
            .effect(state, &after),
    ]
}

fn aside(sequence: &QName) -> QName {
    sequence.sibling(sequence.name.with_suffix("__old"))
}

fn own_sequence(table: &QName, column: &Ident) -> String {
    format!(
        "pg_catalog.pg_get_serial_sequence({}, {})",
        Literal(&table.to_string()),
        Literal(column.raw())
    )
}

fn lock(table: &QName) -> Statement {
    Op::TableLock.on(table, format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
}

/// From a default that draws from `sequence` to the identity of `target`.
fn to_identity(state: &Schema, table: &QName, target: &Column, sequence: &QName) -> Vec<Statement> {
    let Some(identity) = &target.identity else {
        return Vec::new();
    };
    let (name, aside, own) = (&target.name, aside(sequence), own_sequence(table, &target.name));
    let add = format!(
        "ALTER TABLE {table} ALTER COLUMN {name} ADD {}",
        identity_clause(identity, &target.type_name)
    );
    let mut out = vec![lock(table)];
    out.extend(default_with_family(state, table, name, None).0);
    out.extend([
        Op::SequenceOwnedBy.plain(format!("ALTER SEQUENCE {sequence} OWNED BY NONE")),
        Op::SequenceAlter.plain(format!("ALTER SEQUENCE {sequence} RENAME TO {}", aside.name)),
        Op::ColumnIdentity.on(table, add),
        Op::Check.plain(format!(
            "SELECT pg_catalog.setval({own}, last_value, is_called) FROM {aside} WHERE last_value BETWEEN {} AND {}",
            identity.options.min, identity.options.max
        )),
        Op::SequenceDrop.plain(format!("DROP SEQUENCE {aside}")),
    ]);
    out.extend(identity_comment(table, name, identity.comment.as_deref()));
    out
}

/// From an identity to the default of `target`, which draws from `sequence`.
fn to_serial(
    (state, along): (&Schema, &BTreeSet<QName>),
    table: &QName,
    target: &Column,
    (sequence, options): (&QName, &crate::schema::Sequence),
) -> Vec<Statement> {
    let (name, aside, own) = (&target.name, aside(sequence), own_sequence(table, &target.name));
    let mut out = vec![
        lock(table),
        Op::SequenceCreate.plain(crate::sql::create_sequence(&aside, options)),
    ];
    out.push(Op::Check.plain(format!(
        "DO {}",
        crate::sql::dollar_quoted(&format!(
            "DECLARE\n  position bigint;\n  used boolean;\nBEGIN\n  EXECUTE 'SELECT last_value, is_called FROM ' || {own} INTO position, used;\n  IF position BETWEEN {} AND {} THEN\n    PERFORM pg_catalog.setval({}, position, used);\n  END IF;\nEND",
            options.options.min,
            options.options.max,
            Literal(&aside.to_string())
        ))
    )));
    out.push(Op::ColumnIdentity.on(table, format!("ALTER TABLE {table} ALTER COLUMN {name} DROP IDENTITY")));
    out.push(Op::SequenceAlter.plain(format!("ALTER SEQUENCE {aside} RENAME TO {}", sequence.name)));
    out.extend(super::sequence::belongings(sequence, options));
    out.extend(default_of_all(state, table, along, name, target.default.as_ref()));
    out
}

/// Generated columns: the expression is dropped in an instant; anything else has no online way.
pub(super) fn generated(state: &Schema, table: &QName, target: &Column, context: &Context) -> Vec<Step> {
    let Some(current) = column(state, table, &target.name) else {
        return Vec::new();
    };
    let name = &target.name;
    let object = format!("{table}.{name}");
    let mut after = state.clone();
    for member in state.family(table) {
        after = with_column(&after, &member, name, |c| {
            c.generated.clone_from(&target.generated);
            c.default.clone_from(&target.default);
        });
    }
    let both_virtual =
        |a: &Column, b: &Column| matches!((&a.generated, &b.generated), (Some(x), Some(y)) if !x.stored && !y.stored);
    if both_virtual(current, target) {
        let set = |c: &Column| {
            let expression = c
                .generated
                .as_ref()
                .map(|g| g.expression.to_string())
                .unwrap_or_default();
            Op::ColumnSetExpressionVirtual.on(
                table,
                format!("ALTER TABLE {table} ALTER COLUMN {name} SET EXPRESSION AS ({expression})"),
            )
        };
        return vec![
            Step::new("set_generated", &object, Some(table))
                .up([set(target)])
                .down([set(current)])
                .effect(state, &after),
        ];
    }
    let both_stored =
        |a: &Column, b: &Column| matches!((&a.generated, &b.generated), (Some(x), Some(y)) if x.stored && y.stored);
    let rewrite = |from: &Column, to: &Column| -> Vec<Statement> {
        let stays = (&from.type_name, &from.collation, from.not_null) == (&to.type_name, &to.collation, to.not_null);
        if let Some(generated) = to.generated.as_ref().filter(|_| both_stored(from, to) && stays)
            && context.target_version >= 17
        {
            let action = format!("SET EXPRESSION AS ({})", generated.expression);
            let sql = format!("ALTER TABLE {table} ALTER COLUMN {name} {action}");
            return vec![Op::ColumnSetExpressionStored.on(table, sql)];
        }
        if to.generated.is_none() && from.generated.as_ref().is_some_and(|g| g.stored) {
            let mut out = vec![Op::ColumnDropExpression.on(
                table,
                format!("ALTER TABLE {table} ALTER COLUMN {name} DROP EXPRESSION"),
            )];
            if to.default.is_some() {
                out.push(default_sql(Alter::all(table), name, to.default.as_ref()));
            }
            return out;
        }
        // No statement turns a plain column into a generated one: the column is made anew (recipes 9).
        let mut out = vec![
            Op::ColumnDrop.on(table, format!("ALTER TABLE {table} DROP COLUMN {name}")),
            Op::ColumnAddRewrite.on(
                table,
                format!("ALTER TABLE {table} ADD COLUMN {}", crate::sql::column_definition(to)),
            ),
        ];
        out.extend(super::add_column::details(state, table, to));
        out.extend(what_stood_on(state, table, name));
        out
    };
    let mut anew = target.clone();
    anew.comment.clone_from(&current.comment);
    let mut step = Step::new("set_generated", &object, Some(table))
        .up(rewrite(current, &anew))
        .down(rewrite(&anew, current))
        .effect(state, &after);
    step.alone = true;
    step.verb = "rewrite";
    if target.generated.is_some() {
        step = step.hazard(
            HazardKind::Rewrite,
            &object,
            format!("{object} becomes another generated column: {table} is rewritten under ACCESS EXCLUSIVE"),
        );
        if current.generated.is_none() {
            step = step.hazard(
                HazardKind::DataLoss,
                &object,
                format!("the values of {object} are computed anew"),
            );
        }
    }
    vec![step]
}

/// Indexes and constraints of the column, which went with it when it was made anew.
fn what_stood_on(state: &Schema, table: &QName, column: &Ident) -> Vec<Statement> {
    let Some(found) = state.tables.get(table) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let named = |columns: Vec<Ident>| columns.contains(column);
    for (name, constraint) in found.constraints.iter().filter(|(_, c)| named(constraint_columns(c))) {
        out.push(Op::ExclusionAdd.on(table, super::constraint::add_sql(table, name, constraint)));
        out.extend(super::constraint::comment(table, name, constraint));
    }
    for (name, index) in found.indexes.iter().filter(|(_, i)| named(index_columns(i))) {
        out.push(Op::IndexCreatePlain.on(table, create_index(name, table, index, IndexMode::Plain)));
        out.extend(super::index::details(table, name, index));
    }
    out
}

/// `SET STORAGE`, `SET COMPRESSION`, `SET STATISTICS`, attribute options.
pub(super) fn storage(state: &Schema, table: &QName, target: &Column) -> Vec<Step> {
    let Some(current) = column(state, table, &target.name) else {
        return Vec::new();
    };
    let after = with_column(state, table, &target.name, |c| {
        c.storage.clone_from(&target.storage);
        c.compression.clone_from(&target.compression);
        c.statistics = target.statistics;
        c.options.clone_from(&target.options);
    });
    // Partitions and children have their own.
    let alter = Alter::alone(state, table);
    vec![
        Step::new("column_settings", format!("{table}.{}", target.name), Some(table))
            .up(storage_sql(alter, current, target))
            .down(storage_sql(alter, target, current))
            .effect(state, &after),
    ]
}

pub(super) fn storage_sql(table: Alter<'_>, from: &Column, to: &Column) -> Vec<Statement> {
    let alter = |op: Op, action: String| op.alter(table, format!("ALTER COLUMN {} {action}", to.name));
    let mut out = Vec::new();
    if from.storage != to.storage {
        let word = to
            .storage
            .clone()
            .unwrap_or_else(|| default_storage(&to.type_name).to_owned());
        out.push(alter(Op::ColumnStorage, format!("SET STORAGE {word}")));
    }
    if from.compression != to.compression {
        out.push(alter(
            Op::ColumnStorage,
            format!("SET COMPRESSION {}", to.compression.as_deref().unwrap_or("default")),
        ));
    }
    if from.statistics != to.statistics {
        out.push(alter(
            Op::ColumnStatistics,
            format!("SET STATISTICS {}", to.statistics.unwrap_or(-1)),
        ));
    }
    if from.options != to.options {
        let gone: Vec<&str> = from
            .options
            .keys()
            .filter(|k| !to.options.contains_key(*k))
            .map(String::as_str)
            .collect();
        if !gone.is_empty() {
            out.push(alter(Op::ColumnStatistics, format!("RESET ({})", gone.join(", "))));
        }
        if !to.options.is_empty() {
            out.push(alter(
                Op::ColumnStatistics,
                format!("SET ({})", crate::sql::parameters(&to.options)),
            ));
        }
    }
    out
}

/// The storage that a type has by itself (`SET STORAGE DEFAULT` is only known from 16 on).
pub(super) fn default_storage(type_name: &str) -> &'static str {
    let base = type_name.split('(').next().unwrap_or(type_name).trim();
    let fixed = [
        "smallint",
        "integer",
        "bigint",
        "boolean",
        "uuid",
        "date",
        "real",
        "double precision",
        "oid",
        "\"char\"",
        "name",
        "timestamp without time zone",
        "timestamp with time zone",
        "time without time zone",
        "interval",
        "money",
        "point",
    ];
    match base {
        "numeric" | "inet" | "cidr" => "MAIN",
        base if fixed.contains(&base) => "PLAIN",
        _ => "EXTENDED",
    }
}
