//! Indexes: those of the model, and for the constraints what stands behind them.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use super::IntrospectError;
use super::catalog::{Catalog, Relation};
use super::query::{Oid, Reader, unreadable};
use super::tables::{Inherits, parameters};
use crate::schema::{Expr, Ident, Index, IndexKey, KeyTarget, Literal, QName};

/// An index as its row in the catalog.
#[derive(Deserialize)]
pub(super) struct Row {
    oid: Oid,
    table: Oid,
    name: Ident,
    method: String,
    unique: bool,
    pub(super) nulls_not_distinct: bool,
    valid: bool,
    replica_identity: bool,
    clustered: bool,
    attached: bool,
    partial: bool,
    predicate: Option<String>,
    key_count: usize,
    columns: Vec<i16>,
    classes: Vec<Oid>,
    collations: Vec<Oid>,
    flags: Vec<i16>,
    pub(super) parameters: Vec<String>,
    pub(super) tablespace: Option<Ident>,
    pub(super) comment: Option<String>,
}

impl Row {
    /// The numbers of the columns after the keys.
    pub(super) fn include(&self) -> &[i16] {
        self.columns.get(self.key_count..).unwrap_or_default()
    }
}

/// Settings of a key.
#[derive(Deserialize)]
struct ColumnRow {
    index: Oid,
    number: i16,
    options: Vec<String>,
    statistics: Option<i32>,
}

#[derive(Deserialize)]
struct NamedRow {
    index: Oid,
    number: i16,
}

#[derive(Deserialize)]
struct ClassRow {
    oid: Oid,
    schema: Ident,
    name: Ident,
    method: String,
    r#type: Oid,
    is_default: bool,
}

#[derive(Deserialize)]
struct DefinitionRow {
    oid: Oid,
    definition: String,
    /// Of each key that is an expression its place, its text in the definition and its text alone.
    expressions: Option<Vec<(usize, String, String)>>,
}

/// What is read of indexes, by their numbers.
#[derive(Default)]
pub(super) struct Found {
    rows: HashMap<Oid, Row>,
    settings: HashMap<(Oid, i16), ColumnRow>,
    named: HashMap<Oid, Vec<i16>>,
    classes: HashMap<Oid, ClassRow>,
    /// Default classes by method and the type that they are made for.
    defaults: HashSet<(String, Oid)>,
}

impl Found {
    /// The index behind a constraint, which is none of the model's own then.
    pub(super) fn take(&mut self, oid: Oid) -> Option<Row> {
        self.rows.remove(&oid)
    }

    /// The numbers of the columns that an index names in any way.
    pub(super) fn named(&self, oid: Oid) -> &[i16] {
        self.named.get(&oid).map(Vec::as_slice).unwrap_or_default()
    }
}

pub(super) async fn read(
    reader: &mut Reader<'_>,
    catalog: &mut Catalog,
    inherits: Vec<Inherits>,
) -> Result<Found, IntrospectError> {
    let mut found = Found::default();
    for row in reader
        .rows("operator classes", include_str!("sql/operator_classes.sql"))
        .await?
    {
        let row: ClassRow = row;
        if row.is_default {
            found.defaults.insert((row.method.clone(), row.r#type));
        }
        found.classes.insert(row.oid, row);
    }
    for row in reader
        .rows("index columns", include_str!("sql/index_columns.sql"))
        .await?
    {
        let row: ColumnRow = row;
        found.settings.insert((row.index, row.number), row);
    }
    let named = &mut found.named;
    reader
        .each(
            "index expressions",
            include_str!("sql/index_expressions.sql"),
            |row: NamedRow| {
                named.entry(row.index).or_default().push(row.number);
                Ok(())
            },
        )
        .await?;
    let rows = &mut found.rows;
    reader
        .each("indexes", include_str!("sql/indexes.sql"), |row: Row| {
            catalog.indexes.insert(row.oid, (row.table, row.name.clone()));
            let Some(relation) = catalog.included(row.table) else {
                return Ok(());
            };
            let options = &mut relation.table.options;
            if row.replica_identity {
                options.replica_identity_index = Some(row.name.clone());
            }
            if row.clustered {
                options.cluster_on = Some(row.name.clone());
            }
            rows.insert(row.oid, row);
            Ok(())
        })
        .await?;
    for line in inherits {
        let Some((table, name)) = catalog.indexes.get(&line.child).cloned() else {
            continue;
        };
        let relation = catalog.included(table);
        if let Some(relation) = relation.filter(|r| r.table.partition_of.is_some()) {
            relation.table.attached.insert(name, Ident::new(line.parent));
        }
    }
    Ok(found)
}

/// Puts the indexes that no constraint has taken into their tables.
pub(super) async fn finish(
    reader: &mut Reader<'_>,
    mut found: Found,
    catalog: &mut Catalog,
) -> Result<(), IntrospectError> {
    // One that is attached belongs to its parent's.
    found.rows.retain(|_, row| !row.attached);
    let mut unclear: Vec<Oid> = Vec::new();
    for (oid, row) in &found.rows {
        if let Some(relation) = catalog.relations.get(&row.table)
            && (0..row.key_count).any(|at| found.suffix(row, at, relation, catalog).is_none())
        {
            unclear.push(*oid);
        }
    }
    unclear.sort_unstable();
    let mut definitions: HashMap<Oid, DefinitionRow> = HashMap::with_capacity(unclear.len());
    if !unclear.is_empty() {
        let sql = include_str!("sql/index_definitions.sql");
        reader
            .each_of("index definitions", sql, &unclear, |row: DefinitionRow| {
                definitions.insert(row.oid, row);
                Ok(())
            })
            .await?;
    }
    for (oid, row) in std::mem::take(&mut found.rows) {
        let (table, name) = (row.table, row.name.clone());
        if let Some(relation) = catalog.relations.get(&table) {
            let index = found.index(row, relation, definitions.remove(&oid), catalog)?;
            if let Some(relation) = catalog.included(table) {
                relation.table.indexes.insert(name, index);
            }
        }
    }
    Ok(())
}

/// What is printed after a key because it is not the default of the key's type.
#[derive(Clone, Copy)]
struct Suffix {
    collation: bool,
    class: bool,
}

/// `varchar` and `text`, whose class it shares.
const VARCHAR: (Oid, Oid) = (1043, 25);

/// `anyenum`, whose class serves every enum.
const ANY_ENUM: Oid = 3500;

impl Found {
    /// What is printed after a key, as far as that is certain without the server's help.
    fn suffix(&self, row: &Row, at: usize, relation: &Relation, catalog: &Catalog) -> Option<Suffix> {
        let column = &relation.numbers[relation.place(*row.columns.get(at)?)?];
        let class = self.classes.get(row.classes.get(at)?)?;
        let collation = *row.collations.get(at)?;
        let settings = self.settings.get(&(row.oid, i16::try_from(at).ok()? + 1));
        let has_options = settings.is_some_and(|settings| !settings.options.is_empty());
        let exact = class.r#type == column.data_type;
        let shared = (column.data_type, class.r#type) == VARCHAR
            || class.r#type == ANY_ENUM && catalog.enums.contains_key(&column.data_type);
        let own_class = self.defaults.contains(&(row.method.clone(), column.data_type));
        let default = class.is_default && (exact || shared && !own_class);
        (default || has_options).then_some(Suffix {
            collation: collation != 0 && collation != column.collation,
            class: has_options,
        })
    }

    fn index(
        &self,
        row: Row,
        relation: &Relation,
        printed: Option<DefinitionRow>,
        catalog: &Catalog,
    ) -> Result<Index, IntrospectError> {
        if row.partial && row.predicate.is_none() {
            return Err(unreadable(
                "indexes",
                &format!("{} has a predicate that does not print", row.name),
            ));
        }
        let names = |numbers: &[i16]| relation.names("indexes", numbers);
        let missing = || unreadable("indexes", &format!("{} does not print", row.name));
        let mut expressions: BTreeMap<usize, (String, String)> = BTreeMap::new();
        for (position, within, alone) in printed.iter().flat_map(|p| p.expressions.iter().flatten()) {
            expressions.insert(*position - 1, (within.clone(), alone.clone()));
        }
        // Each key as it stands in the definition, and what it is.
        let mut keys: Vec<(String, KeyTarget)> = Vec::with_capacity(row.key_count);
        for (at, number) in row.columns.iter().take(row.key_count).enumerate() {
            keys.push(match number {
                0 => {
                    let (within, alone) = expressions.remove(&at).ok_or_else(missing)?;
                    (within, KeyTarget::Expression(Expr(alone)))
                }
                number => {
                    let name = names(&[*number])?.pop().ok_or_else(missing)?;
                    (name.to_string(), KeyTarget::Column(name))
                }
            });
        }
        let texts = match &printed {
            Some(printed) => {
                let within: Vec<&str> = keys.iter().map(|(within, _)| within.as_str()).collect();
                let texts = key_suffixes(&row, &relation.name, &printed.definition, &within);
                Some(texts.ok_or_else(|| unreadable("indexes", &printed.definition))?)
            }
            None => None,
        };
        let mut statistics = BTreeMap::new();
        let mut index_keys = Vec::with_capacity(keys.len());
        for (at, (_, target)) in keys.into_iter().enumerate() {
            let position = i16::try_from(at + 1).map_err(|_| missing())?;
            let settings = self.settings.get(&(row.oid, position));
            if let Some(target) = settings.and_then(|settings| settings.statistics) {
                statistics.insert(position, target);
            }
            let collation = match row.collations.get(at).copied().unwrap_or_default() {
                0 => None,
                oid => Some(catalog.collation("indexes", oid)?),
            };
            let class = row
                .classes
                .get(at)
                .and_then(|oid| self.classes.get(oid))
                .ok_or_else(missing)?;
            let suffix = match &texts {
                Some(texts) => suffix_of(&texts[at], collation.as_deref()),
                None => self.suffix(&row, at, relation, catalog).ok_or_else(missing)?,
            };
            let flags = row.flags.get(at).copied().unwrap_or_default();
            let options = settings.map(|settings| settings.options.as_slice()).unwrap_or_default();
            index_keys.push(IndexKey {
                target,
                collation: collation.filter(|_| suffix.collation),
                opclass: suffix.class.then(|| opclass(class, options)),
                descending: flags & 1 != 0,
                nulls_first: flags & 2 != 0,
            });
        }
        Ok(Index {
            method: row.method.clone(),
            unique: row.unique,
            nulls_not_distinct: row.nulls_not_distinct,
            keys: index_keys,
            include: names(row.include())?,
            valid: row.valid,
            expression_columns: self.expression_columns(&row, relation)?,
            statistics,
            predicate: row.predicate.map(Expr),
            with: parameters(row.parameters),
            tablespace: row.tablespace,
            comment: row.comment,
        })
    }

    /// What expressions and predicate name: a plain column has one dependency already.
    fn expression_columns(&self, row: &Row, relation: &Relation) -> Result<Vec<Ident>, IntrospectError> {
        let mut times: BTreeMap<i16, usize> = BTreeMap::new();
        for number in self.named(row.oid) {
            *times.entry(*number).or_default() += 1;
        }
        let plain = |number: &i16| usize::from(row.columns.contains(number));
        let numbers: Vec<i16> = times
            .into_iter()
            .filter(|(n, times)| *times > plain(n))
            .map(|(n, _)| n)
            .collect();
        let mut names = relation.names("indexes", &numbers)?;
        names.sort();
        Ok(names)
    }
}

/// What `pg_get_indexdef` prints after each key: `COLLATE`, operator class, `DESC`, `NULLS FIRST`.
///
/// Whether collation and class are the defaults of the key's type is known to the server only, and it says so by
/// leaving them out here.
fn key_suffixes(row: &Row, table: &QName, definition: &str, keys: &[&str]) -> Option<Vec<String>> {
    let head = [" ON ", " ON ONLY "].iter().find_map(|on| {
        let create = if row.unique {
            "CREATE UNIQUE INDEX"
        } else {
            "CREATE INDEX"
        };
        let head = format!(
            "{create} {}{on}{table} USING {} (",
            row.name,
            Ident::new(row.method.clone())
        );
        definition.strip_prefix(head.as_str())
    });
    let mut rest = head?;
    let mut suffixes = Vec::new();
    for key in keys {
        rest = rest.strip_prefix(key)?;
        let end = end_of_key(rest)?;
        suffixes.push(rest[..end].to_owned());
        rest = rest[end..].strip_prefix(", ").unwrap_or(&rest[end..]);
    }
    Some(suffixes)
}

/// Where the comma or parenthesis after a key stands, outside quotes and the operator class's own parentheses.
fn end_of_key(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, ',' | ')') if depth == 0 => return Some(at),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn suffix_of(text: &str, collation: Option<&str>) -> Suffix {
    let collated = text.strip_prefix(" COLLATE ");
    let mut words = text;
    if let (Some(rest), Some(name)) = (collated, collation) {
        let short = name.strip_prefix("pg_catalog.").unwrap_or(name);
        words = rest
            .strip_prefix(name)
            .or_else(|| rest.strip_prefix(short))
            .unwrap_or(words);
    }
    Suffix {
        collation: collated.is_some(),
        class: !matches!(words, "" | " DESC" | " NULLS FIRST" | " DESC NULLS LAST"),
    }
}

fn opclass(class: &ClassRow, options: &[String]) -> String {
    let (schema, name) = (&class.schema, &class.name);
    if options.is_empty() {
        return format!("{schema}.{name}");
    }
    let options: Vec<String> = parameters(options.to_vec())
        .into_iter()
        .map(|(name, value)| format!("{}={}", Ident::new(name), Literal(&value)))
        .collect();
    format!("{schema}.{name} ({})", options.join(", "))
}
