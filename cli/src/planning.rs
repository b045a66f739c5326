use schema_core::plan::{ColumnRename, Decisions, TableRename};
use schema_core::planner::Options;
use schema_core::schema::{Ident, QName, Schema};

use crate::args::Answers;
use crate::error::CliError;
use crate::list;
use crate::project::{Project, Sides};

/// The oldest major version that plans are made for.
const LOWEST_VERSION: u32 = 14;

/// Takes out the declared renames that have happened, and says so; also of those that name nothing.
pub fn spent_renames(decisions: &mut Decisions, old: &Schema) -> Vec<String> {
    let mut lines = Vec::new();
    // One that takes a name which another one leaves is ahead as long as its own old name stands.
    let declared: Vec<(QName, Ident, Ident)> = (decisions.renames.iter())
        .map(|r| (r.table.clone(), r.from.clone(), r.to.clone()))
        .collect();
    let leaves = |table: &QName, name: &Ident| declared.iter().any(|(t, from, _)| t == table && from == name);
    let mut spent = |from: &QName, to: &QName, has: &dyn Fn(&QName) -> bool| {
        let spent = has(to) && !has(from);
        if spent {
            lines.push(format!(
                "the rename of {from} to {to} has happened: its renamed_from can go"
            ));
        }
        spent
    };
    decisions
        .table_renames
        .retain(|r| !spent(&r.from, &r.to, &|name| old.tables.contains_key(name)));
    decisions
        .type_renames
        .retain(|r| !spent(&r.from, &r.to, &|name| old.enums.contains_key(name)));
    decisions
        .sequence_renames
        .retain(|r| !spent(&r.from, &r.to, &|name| old.sequences.contains_key(name)));
    decisions.renames.retain(|rename| {
        let spent = old.tables.get(&rename.table).is_some_and(|table| {
            let waits = table.column(&rename.from).is_some() && leaves(&rename.table, &rename.to);
            table.column(&rename.to).is_some() && !waits
        });
        if spent {
            lines.push(format!(
                "the rename of {}.{} to {} has happened: its renamed_from can go",
                rename.table, rename.from, rename.to
            ));
        }
        !spent
    });
    let tables = decisions.table_renames.iter();
    let exchanged = tables.filter(|r| decisions.table_renames.iter().any(|o| o.from == r.to && o.to == r.from));
    lines.extend(exchanged.map(|r| {
        format!(
            "{} and {} exchange their names: where their columns are alike nothing tells whether they did, and it counts as done",
            r.from, r.to
        )
    }));
    let columns = decisions.renames.iter();
    let back = |r: &&ColumnRename| {
        let mut own = decisions.renames.iter().filter(|o| o.table == r.table);
        own.any(|o| o.from == r.to && o.to == r.from)
    };
    lines.extend(columns.filter(back).map(|r| {
        format!(
            "{0}.{1} and {0}.{2} exchange their names: where they are of one type nothing tells whether they did, and it counts \
             as done",
            r.table, r.from, r.to
        )
    }));
    for rename in &decisions.renames {
        let was = name_before(&rename.table, decisions);
        if old
            .tables
            .get(was)
            .is_some_and(|table| table.column(&rename.from).is_none())
        {
            lines.push(format!(
                "there is no column {was}.{} that could become {}: its renamed_from says nothing",
                rename.from, rename.to
            ));
        }
    }
    lines
}

/// What the flags, the configuration and the databases say.
pub fn options(project: &Project, sides: &Sides, answers: &Answers, name: Option<&str>) -> Options {
    let majors = [sides.from.server_major, sides.to.server_major].into_iter().flatten();
    let limits = project.config.limits;
    Options {
        target_version: answers
            .target_version
            .or(project.config.target_version)
            .or_else(|| majors.min())
            .unwrap_or(LOWEST_VERSION),
        name: name.map(str::to_owned),
        lock_timeout_ms: answers.lock_timeout.unwrap_or(limits.lock_timeout_ms),
        lock_timeout_many_ms: answers
            .lock_timeout
            .map_or(limits.lock_timeout_many_ms, |all| all.min(limits.lock_timeout_many_ms)),
        publications: sides.from.publications.clone(),
    }
}

/// The flags' decisions on top of those of the model.
pub fn decisions(
    model: Option<&Decisions>,
    answers: &Answers,
    old: &Schema,
    new: &Schema,
) -> Result<Decisions, CliError> {
    let mut decisions = model.cloned().unwrap_or_default();
    decisions.accept.extend(list::all(&answers.accept));
    decisions.allow_data_loss.extend(list::all(&answers.allow_data_loss));
    decisions.no_renames |= answers.no_renames;
    decisions.direct |= answers.direct;
    let mut columns = Vec::new();
    for text in &answers.rename {
        match rename(text, old, new)? {
            Rename::Column(rename) => columns.push((text, rename)),
            Rename::Table(rename) => decisions.table_renames.push(rename),
            Rename::Type(rename) => decisions.type_renames.push(rename),
            Rename::Sequence(rename) => decisions.sequence_renames.push(rename),
            Rename::Schema(from, to) => {
                move_all(&from, &to, old, new, &mut decisions).map_err(|problem| CliError::Flag {
                    flag: "--rename",
                    value: text.clone(),
                    problem,
                })?;
            }
        }
    }
    for (text, rename) in columns {
        check_columns(&rename, &decisions, old, new).map_err(|problem| CliError::Flag {
            flag: "--rename",
            value: text.clone(),
            problem,
        })?;
        decisions.renames.push(rename);
    }
    Ok(decisions)
}

/// A table's name on the first side; it may be given by either.
fn name_before<'a>(table: &'a QName, decisions: &'a Decisions) -> &'a QName {
    let renamed = decisions.table_renames.iter().find(|r| r.to == *table);
    renamed.map_or(table, |r| &r.from)
}

/// Whether the columns of a flag are there: a slip of the pen must not pass for an answer.
fn check_columns(rename: &ColumnRename, decisions: &Decisions, old: &Schema, new: &Schema) -> Result<(), String> {
    let was = name_before(&rename.table, decisions);
    let renamed = decisions.table_renames.iter().find(|r| r.from == *was);
    let is = renamed.map_or(was, |r| &r.to);
    let has = |schema: &Schema, table: &QName, column: &Ident| {
        schema.tables.get(table).is_some_and(|t| t.column(column).is_some())
    };
    if !has(new, is, &rename.to) {
        return Err(format!("there is no column {is}.{} on the second side", rename.to));
    }
    if !has(old, was, &rename.from) && !has(old, was, &rename.to) {
        return Err(format!("there is no column {was}.{} on the first side", rename.from));
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Rename {
    Column(ColumnRename),
    Table(TableRename),
    Type(TableRename),
    Sequence(TableRename),
    Schema(Ident, Ident),
}

/// A schema's new name: everything in it moves. What the plan cannot move is named.
fn move_all(from: &Ident, to: &Ident, old: &Schema, new: &Schema, decisions: &mut Decisions) -> Result<(), String> {
    if new.namespaces.contains_key(from) || old.namespaces.contains_key(to) {
        return Err(format!(
            "{from} and {to} are both there on one side: say which tables, types and sequences move, each with --rename \
             {from}.NAME={to}.NAME"
        ));
    }
    let prefix = format!("{from}.");
    let outside = old.others.iter().find(|o| match &o.on {
        Some(on) => on.schema == *from && !old.tables.contains_key(on) && !old.sequences.contains_key(on),
        None => o.name.starts_with(&prefix),
    });
    if let Some(other) = outside {
        return Err(format!(
            "the {} {} is in this schema, and schemagen moves tables, enum types and sequences only: move it in a migration of \
             its own (ALTER … SET SCHEMA) first",
            other.kind, other.name
        ));
    }
    let moved = |name: &QName| TableRename {
        from: name.clone(),
        to: QName::new(to.raw(), name.name.raw()),
    };
    let here = |name: &&QName| name.schema == *from;
    let tables = old.tables.keys().filter(here).map(moved);
    let tables = tables.filter(|r| new.tables.contains_key(&r.to));
    decisions.table_renames.extend(tables);
    let types = old.enums.keys().filter(here).map(moved);
    decisions
        .type_renames
        .extend(types.filter(|r| new.enums.contains_key(&r.to)));
    let sequences = old.sequences.keys().filter(here).map(moved);
    decisions
        .sequence_renames
        .extend(sequences.filter(|r| new.sequences.contains_key(&r.to)));
    Ok(())
}

/// Reads `TABLE.OLD=NEW`, `SCHEMA.TABLE.OLD=NEW`, or a table's or type's `OLD=NEW`, each perhaps with its schema.
fn rename(text: &str, old: &Schema, new: &Schema) -> Result<Rename, CliError> {
    let wrong = |problem: String| CliError::Flag {
        flag: "--rename",
        value: text.to_owned(),
        problem,
    };
    let shape = || wrong("write TABLE.OLD=NEW or OLD=NEW, with double quotes round names that hold a dot".to_owned());
    let (left, right) = text.rsplit_once('=').ok_or_else(shape)?;
    let (left, right) = (names(left).ok_or_else(shape)?, names(right).ok_or_else(shape)?);
    // A table or type of the old schema, by name alone or with its schema, comes before a column.
    if let Some(whole) = whole(&left, &right, old, new).map_err(wrong)? {
        return Ok(whole);
    }
    let [to] = right.as_slice() else { return Err(shape()) };
    let to = Ident::new(to.clone());
    match left.as_slice() {
        [table, column] => {
            let table = find_table(table, old, new).map_err(wrong)?;
            Ok(Rename::Column(ColumnRename {
                table,
                from: Ident::new(column.clone()),
                to,
            }))
        }
        [schema, table, column] => Ok(Rename::Column(ColumnRename {
            table: QName::new(schema.clone(), table.clone()),
            from: Ident::new(column.clone()),
            to,
        })),
        [name] if old.namespaces.contains_key(&Ident::new(name.clone())) && new.namespaces.contains_key(&to) => {
            Ok(Rename::Schema(Ident::new(name.clone()), to))
        }
        [name] => Err(wrong(format!(
            "there is no table, no enum type and no sequence \"{name}\" on the first side"
        ))),
        _ => Err(shape()),
    }
}

/// Makes the rename of its kind.
type Kind = fn(TableRename) -> Rename;

/// The rename of a table, an enum type or a sequence, when the left side names one of the old schema and the right side one of
/// the new.
fn whole(left: &[String], right: &[String], old: &Schema, new: &Schema) -> Result<Option<Rename>, String> {
    let fits = |name: &QName| match left {
        [own] => name.name.raw() == own,
        [schema, own] => name.schema.raw() == schema && name.name.raw() == own,
        _ => false,
    };
    let tables = old.tables.keys().map(|n| (n, Rename::Table as Kind));
    let types = old.enums.keys().map(|n| (n, Rename::Type as Kind));
    let sequences = old.sequences.keys().map(|n| (n, Rename::Sequence as Kind));
    let target = |from: &QName| match right {
        [name] => Some(from.sibling(Ident::new(name.clone()))),
        [schema, name] => Some(QName::new(schema.clone(), name.clone())),
        _ => None,
    };
    let comes = |rename: &Rename| match rename {
        Rename::Table(r) => new.tables.contains_key(&r.to),
        Rename::Type(r) => new.enums.contains_key(&r.to),
        Rename::Sequence(r) => new.sequences.contains_key(&r.to),
        Rename::Column(_) | Rename::Schema(..) => false,
    };
    let mut found: Vec<(QName, Rename)> = Vec::new();
    for (from, kind) in tables.chain(types).chain(sequences).filter(|(name, _)| fits(name)) {
        let Some(to) = target(from) else { continue };
        let from = from.clone();
        let rename = kind(TableRename { from: from.clone(), to });
        if comes(&rename) || left.len() == 1 {
            found.push((from, rename));
        }
    }
    if found.iter().any(|(_, r)| comes(r)) {
        found.retain(|(_, r)| comes(r));
    }
    if found.len() > 1 {
        let names: Vec<String> = found.iter().map(|(from, _)| from.to_string()).collect();
        return Err(format!(
            "the left side could be {}: write the schema in front",
            names.join(" or ")
        ));
    }
    match found.pop() {
        Some((_, rename)) if comes(&rename) => Ok(Some(rename)),
        Some((from, _)) => Err(format!("nothing on the second side has the new name of {from}")),
        None => Ok(None),
    }
}

/// The table of that name, in whatever namespace it is, when there is one such.
fn find_table(name: &str, old: &Schema, new: &Schema) -> Result<QName, String> {
    let mut found: Vec<&QName> = old
        .tables
        .keys()
        .chain(new.tables.keys())
        .filter(|table| table.name.raw() == name)
        .collect();
    found.sort();
    found.dedup();
    match found.as_slice() {
        [table] => Ok((*table).clone()),
        [] => Err(format!("there is no table \"{name}\" on either side")),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(format!(
                "\"{name}\" could be {}: write the schema in front",
                names.join(" or ")
            ))
        }
    }
}

/// The parts of a dotted name.
fn names(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut chars = text.chars().peekable();
    loop {
        let mut part = String::new();
        if chars.next_if_eq(&'"').is_some() {
            loop {
                match chars.next()? {
                    '"' if chars.next_if_eq(&'"').is_some() => part.push('"'),
                    '"' => break,
                    c => part.push(c),
                }
            }
        } else {
            while let Some(c) = chars.next_if(|c| *c != '.') {
                part.push(c);
            }
        }
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        match chars.next() {
            Some('.') => {}
            None => return Some(parts),
            Some(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema_core::schema::Table;

    fn schema(tables: &[(&str, &str)]) -> Schema {
        let tables = tables
            .iter()
            .map(|(s, t)| (QName::new(*s, *t), Table::default()))
            .collect();
        Schema {
            tables,
            ..Schema::default()
        }
    }

    #[test]
    fn a_schemas_new_name_moves_what_is_in_it() {
        let named = |namespace: &str| {
            let mut schema = schema(&[(namespace, "t"), ("public", "t")]);
            schema.namespaces.insert(namespace.into(), Default::default());
            schema.namespaces.insert("public".into(), Default::default());
            let name = |own: &str| QName::new(namespace, own);
            schema.enums.insert(name("e"), Default::default());
            schema.sequences.insert(name("s"), Default::default());
            schema
        };
        let (old, new) = (named("was"), named("Is"));
        let answers = Answers {
            rename: vec!["was=\"Is\"".to_owned()],
            ..Answers::default()
        };
        let found = decisions(None, &answers, &old, &new).unwrap();
        let moved = |own: &str| TableRename {
            from: QName::new("was", own),
            to: QName::new("Is", own),
        };
        assert_eq!(found.table_renames, [moved("t")]);
        assert_eq!(found.type_renames, [moved("e")]);
        assert_eq!(found.sequence_renames, [moved("s")]);
        assert!(decisions(None, &answers, &old, &old).is_err());
    }

    #[test]
    fn renames_name_a_table_and_two_columns() {
        let old = schema(&[("public", "contacts"), ("a", "t"), ("b", "t"), ("public", "x.y")]);
        let column = |schema: &str, table: &str, from: &str, to: &str| {
            Rename::Column(ColumnRename {
                table: QName::new(schema, table),
                from: from.into(),
                to: to.into(),
            })
        };
        let read = |text| rename(text, &old, &Schema::default());
        assert_eq!(
            read("contacts.name=full_name").unwrap(),
            column("public", "contacts", "name", "full_name")
        );
        assert_eq!(read("b.t.x=y").unwrap(), column("b", "t", "x", "y"));
        assert_eq!(
            read("\"x.y\".\"a\"\"b\"=\"C\"").unwrap(),
            column("public", "x.y", "a\"b", "C")
        );
        assert!(read("t.x=y").unwrap_err().to_string().contains("a.t or b.t"));
        for bad in ["contacts.name", "nope.x=y", "=", "a.b.c.d=e", "contacts.\"x=y"] {
            assert!(matches!(read(bad), Err(CliError::Flag { .. })), "{bad}");
        }
    }
}
