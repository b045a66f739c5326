//! Partitioned tables: made, their partitions added, moved, detached and attached, and what partitions have from above.

use std::collections::{BTreeMap, BTreeSet};

use proptest::sample::Index as Choice;
use schema_core::compare::{index_columns, same_constraint, same_index};
use schema_core::schema::{
    Column, Constraint, ConstraintKind, Ident, Index, IndexOwner, Partition, QName, Schema, Table,
};
use schema_core::sql::key_index;

use super::draft::{Draft, pick};
use super::names;

/// Ways to cut a table by a column of a type, each with bounds that do not meet.
const RANGE_INT: &[&str] = &[
    "FROM (MINVALUE) TO ('-7')",
    "FROM ('-7') TO (8)",
    "FROM (8) TO (9)",
    "FROM (9) TO (MAXVALUE)",
];
const LIST_INT: &[&str] = &["IN (7)", "IN (8, 9)", "IN ('-7', NULL)", "IN (1, 2, 3)"];
const RANGE_DATE: &[&str] = &[
    "FROM (MINVALUE) TO ('2020-02-02')",
    "FROM ('2020-02-02') TO ('2020-02-04')",
    "FROM ('2020-02-04') TO ('2020-02-05')",
];
const LIST_TEXT: &[&str] = &["IN ('it''s')", "IN ('back\\slash', NULL)", "IN ('x', 'y')"];
const HASH: &[&str] = &[
    "WITH (modulus 3, remainder 0)",
    "WITH (modulus 3, remainder 1)",
    "WITH (modulus 3, remainder 2)",
];

/// How a table can be cut by a column of that type.
fn ways(type_name: &str) -> &'static [&'static str] {
    match type_name {
        "integer" => &["RANGE", "LIST", "HASH"],
        "date" => &["RANGE", "HASH"],
        "text" => &["LIST", "HASH"],
        "uuid" | "bigint" | "smallint" => &["HASH"],
        _ => &[],
    }
}

fn bounds(way: &str, type_name: &str) -> &'static [&'static str] {
    match (way, type_name) {
        ("RANGE", "integer") => RANGE_INT,
        ("RANGE", _) => RANGE_DATE,
        ("LIST", "integer") => LIST_INT,
        ("LIST", _) => LIST_TEXT,
        _ => HASH,
    }
}

/// The column that a table is cut by.
pub fn key_column(table: &Table) -> Option<&Column> {
    let (_, column) = way_of(table)?;
    table.columns.iter().find(|c| c.name.to_string() == column)
}

fn way_of(table: &Table) -> Option<(&str, &str)> {
    let (way, rest) = table.partition_by.as_deref()?.split_once(' ')?;
    Some((way, rest.strip_prefix('(')?.strip_suffix(')')?))
}

/// The bounds that a partitioned table could have and has not.
fn free_bounds(schema: &Schema, parent: &QName) -> Vec<String> {
    let table = &schema.tables[parent];
    let (Some((way, _)), Some(column)) = (way_of(table), key_column(table)) else {
        return Vec::new();
    };
    let taken: BTreeSet<&str> = schema
        .partitions(parent)
        .filter_map(|(_, t)| t.partition_of.as_ref())
        .map(|p| p.bound.as_str())
        .collect();
    let mut all: Vec<String> = bounds(way, &column.type_name)
        .iter()
        .map(|bound| format!("FOR VALUES {bound}"))
        .collect();
    if way != "HASH" {
        all.push("DEFAULT".to_owned());
    }
    all.retain(|bound| !taken.contains(bound.as_str()));
    all
}

/// The table at the top.
pub fn top(schema: &Schema, table: &QName) -> QName {
    schema
        .partitioned_above(table)
        .last()
        .map_or_else(|| table.clone(), |top| (*top).clone())
}

/// The columns that any table of the family is cut by: they stay as they are, and every unique key of the table names them.
pub fn cut_by(schema: &Schema, table: &QName) -> BTreeSet<Ident> {
    let family = schema.partitions_below(table);
    let family = family.iter().chain([table]);
    let keys = family.filter_map(|name| key_column(schema.tables.get(name)?));
    keys.map(|column| column.name.clone()).collect()
}

impl Draft<'_> {
    /// A column with whether its table is cut by it; of a partition it is the one of the table at the top.
    pub fn shared_column(&self, at: &[Choice; 4]) -> Option<(QName, Ident)> {
        let (table, column) = self.plain_column(at)?;
        let table = top(self.schema, &table);
        let fixed = cut_by(self.schema, &table).contains(&column);
        (!fixed).then_some((table, column))
    }

    /// A table whose columns are its own.
    pub fn whole_table(&self, choice: &Choice) -> Option<QName> {
        Some(top(self.schema, &self.table(choice)?))
    }

    /// The table and all its partitions.
    pub fn family(&self, table: &QName) -> Vec<QName> {
        let mut family = vec![table.clone()];
        family.extend(self.schema.partitions_below(table));
        family
    }

    /// Whether the table is a partition or has some.
    pub fn is_cut(&self, table: &QName) -> bool {
        let t = &self.schema.tables[table];
        t.partition_by.is_some() || t.partition_of.is_some()
    }

    /// Whether a unique key over these columns can stand on the table and on what is below it.
    pub fn names_the_cut(&self, table: &QName, columns: &[Ident]) -> bool {
        cut_by(self.schema, table).iter().all(|key| columns.contains(key))
    }

    pub fn add_partitioned(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        self.add_table(n)?;
        let table = self.newest(n)?;
        let key = names::free(n[1], |name| self.schema.tables[&table].column(name).is_some());
        let type_name = ["integer", "date", "text", "uuid"][usize::from(n[2] % 4)];
        let way = *pick(ways(type_name).iter(), &at[1])?;
        let mut column = Column::new(key.clone(), type_name);
        column.not_null = !n[0].is_multiple_of(3);
        let t = self.table_mut(&table)?;
        t.columns.push(column);
        t.partition_by = Some(format!("{way} ({key})"));
        for more in 0..1 + n[3] % 3 {
            self.place_partition(&table, [n[0].wrapping_add(more + 1), n[1], n[2], n[3]]);
        }
        Some(())
    }

    /// The table that `add_table` has just made with these numbers.
    fn newest(&self, n: [u8; 4]) -> Option<QName> {
        let schema = self.namespace(n[3]);
        let mut tables = self.schema.tables.keys().filter(|t| t.schema == schema);
        tables.rfind(|t| !self.stood.contains(t)).cloned()
    }

    pub fn add_partition(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let parents: Vec<QName> = self
            .schema
            .tables
            .iter()
            .filter(|(_, t)| t.partition_by.is_some())
            .map(|(name, _)| name.clone())
            .collect();
        let parent = pick(parents.iter(), &at[0])?.clone();
        self.place_partition(&parent, n)
    }

    fn place_partition(&mut self, parent: &QName, n: [u8; 4]) -> Option<()> {
        let free = free_bounds(self.schema, parent);
        let bound = free.get(usize::from(n[1]) % free.len().max(1))?.clone();
        let name = QName {
            schema: parent.schema.clone(),
            name: names::relation(self.schema, &parent.schema, n[0]),
        };
        let mut table = Table {
            columns: self.schema.tables[parent].columns.iter().map(inherited).collect(),
            partition_of: Some(Partition {
                parent: parent.clone(),
                bound,
                detaching: false,
            }),
            ..Table::default()
        };
        // One in four is cut again.
        if n[2].is_multiple_of(4) && self.schema.partitioned_above(parent).is_empty() {
            let cut: Vec<&Column> = table
                .columns
                .iter()
                .filter(|c| c.generated.is_none() && c.identity.is_none() && !ways(&c.type_name).is_empty())
                .collect();
            let column = cut.get(usize::from(n[3]) % cut.len().max(1)).filter(|c| {
                // What is unique above is unique below only where it names both.
                let t = &self.schema.tables[parent];
                let keys = t.constraints.values().filter_map(|k| k.kind.key());
                let unique = t.indexes.values().filter(|i| i.unique);
                keys.map(|k| k.columns.clone())
                    .chain(unique.map(plain_columns))
                    .all(|columns| columns.contains(&c.name))
            });
            if let Some(column) = column {
                let way = ways(&column.type_name)[usize::from(n[0]) % ways(&column.type_name).len()];
                table.partition_by = Some(format!("{way} ({})", column.name));
            }
        }
        self.schema.tables.insert(name.clone(), table.into());
        self.mirror();
        if self.schema.tables[&name].partition_by.is_some() && n[3].is_multiple_of(2) {
            self.place_partition(&name, [n[0].wrapping_add(7), n[1], 1, 0]);
        }
        Some(())
    }

    fn a_partition(&self, choice: &Choice) -> Option<QName> {
        let partitions = self.schema.tables.iter().filter(|(_, t)| t.partition_of.is_some());
        let partitions: Vec<&QName> = partitions.map(|(name, _)| name).collect();
        pick(partitions.iter(), choice).map(|name| (*name).clone())
    }

    pub fn detach_partition(&mut self, at: &[Choice; 4]) -> Option<()> {
        let table = self.a_partition(&at[0])?;
        let names = |schema: &Schema| schema.relation_names().len();
        let before = names(self.schema);
        self.schema.detach(&table);
        debug_assert!(names(self.schema) >= before);
        if let Some(t) = self.table_mut(&table) {
            for column in &mut t.columns {
                column.identity = None;
            }
        }
        Some(())
    }

    /// A partition gets another bound.
    pub fn change_bound(&mut self, at: &[Choice; 4]) -> Option<()> {
        let table = self.a_partition(&at[0])?;
        let parent = self.schema.tables[&table].partition_of.as_ref()?.parent.clone();
        let free = free_bounds(self.schema, &parent);
        let bound = pick(free.iter(), &at[1])?.clone();
        self.table_mut(&table)?.partition_of.as_mut()?.bound = bound;
        Some(())
    }

    /// A table that is like a partitioned one becomes a partition of it.
    pub fn attach_partition(&mut self, at: &[Choice; 4]) -> Option<()> {
        let tables = &self.schema.tables;
        let alone = tables.iter().filter(|(_, t)| t.partition_of.is_none());
        let pairs = alone.flat_map(|(name, t)| {
            let parents = tables.iter().filter(move |(p, above)| {
                above.partition_by.is_some() && *p != name && above.partition_of.is_none() && fits(t, above)
            });
            parents.map(move |(parent, _)| (name.clone(), parent.clone()))
        });
        let pairs: Vec<(QName, QName)> = pairs
            .filter(|(name, parent)| self.names_the_cut_below(name, parent) && !self.refers(name, parent))
            .collect();
        let (table, parent) = pick(pairs.iter(), &at[0])?.clone();
        let free = free_bounds(self.schema, &parent);
        let bound = pick(free.iter(), &at[1])?.clone();
        let place = Partition {
            parent,
            bound,
            detaching: false,
        };
        self.schema.attach(&table, place, BTreeMap::new());
        self.mirror();
        Some(())
    }

    /// Whether what is unique in the parent is unique in a table with partitions of its own.
    fn names_the_cut_below(&self, table: &QName, parent: &QName) -> bool {
        let cut = cut_by(self.schema, table);
        let above = &self.schema.tables[parent];
        let keys = above.constraints.values().filter_map(|c| c.kind.key());
        let unique = above.indexes.values().filter(|i| i.unique).map(plain_columns);
        cut.is_empty()
            || keys
                .map(|k| k.columns.clone())
                .chain(unique)
                .all(|columns| cut.iter().all(|c| columns.contains(c)))
    }

    /// Whether foreign keys lead between the two tables.
    fn refers(&self, a: &QName, b: &QName) -> bool {
        let leads = |from: &QName, to: &QName| {
            self.schema.tables[from]
                .constraints
                .values()
                .any(|c| matches!(&c.kind, ConstraintKind::ForeignKey(key) if key.references == *to))
        };
        leads(a, b) || leads(b, a)
    }

    /// Gives partitions what they have from above: columns, and an index for each of their parent's. What a partition has of
    /// its own stays, as it does on a server.
    pub fn mirror(&mut self) {
        let mut partitions: Vec<(usize, QName)> = self
            .schema
            .tables
            .iter()
            .filter(|(_, t)| t.partition_of.is_some())
            .map(|(name, _)| (self.schema.partitioned_above(name).len(), name.clone()))
            .collect();
        partitions.sort();
        for (_, name) in partitions {
            let parent = self.schema.tables[&name]
                .partition_of
                .as_ref()
                .map(|p| p.parent.clone());
            let Some(parent) = parent.filter(|p| self.schema.tables.contains_key(p)) else {
                self.schema.tables.remove(&name);
                continue;
            };
            self.mirror_columns(&name, &parent);
            self.mirror_indexes(&name, &parent);
        }
    }

    fn mirror_columns(&mut self, name: &QName, parent: &QName) {
        let above = self.schema.tables[parent].columns.clone();
        let was = self.before.as_ref().and_then(|s| s.tables.get(parent)).cloned();
        let identities = self.major >= 17;
        let Some(t) = self.schema.tables.get_mut(name) else {
            return;
        };
        let gone: Vec<Ident> = t
            .columns
            .iter()
            .filter(|c| !above.iter().any(|a| a.name == c.name))
            .map(|c| c.name.clone())
            .collect();
        let own = std::mem::take(&mut t.columns);
        for column in &above {
            let made = match own.iter().find(|c| c.name == column.name) {
                None => inherited(column),
                Some(own) => {
                    let before = was.as_ref().and_then(|t| t.column(&column.name));
                    let follows = before.is_some_and(|b| b.default == own.default) || own.type_name != column.type_name;
                    let retyped = own.type_name != column.type_name || own.collation != column.collation;
                    Column {
                        type_name: column.type_name.clone(),
                        collation: column.collation.clone(),
                        generated: column.generated.clone(),
                        identity: column.identity.clone(),
                        not_null: own.not_null || column.not_null,
                        default: if follows || column.generated.is_some() || column.identity.is_some() {
                            column.default.clone()
                        } else {
                            own.default.clone()
                        },
                        storage: if retyped {
                            column.storage.clone()
                        } else {
                            own.storage.clone()
                        },
                        compression: if retyped {
                            column.compression.clone()
                        } else {
                            own.compression.clone()
                        },
                        ..own.clone()
                    }
                }
            };
            t.columns.push(made);
        }
        for column in &mut t.columns {
            if !identities {
                column.identity = None;
            } else if let Some(identity) = &mut column.identity {
                identity.comment = None;
            }
        }
        for column in gone {
            t.constraints
                .retain(|_, c| !schema_core::compare::constraint_columns(c).contains(&column));
            t.indexes.retain(|_, i| !index_columns(i).contains(&column));
        }
    }

    fn mirror_indexes(&mut self, name: &QName, parent: &QName) {
        let above = &self.schema.tables[parent];
        let keys = above.constraints.iter().filter(|(_, c)| c.kind.has_index());
        let wanted: BTreeSet<Ident> = above
            .indexes
            .keys()
            .chain(keys.map(|(n, _)| n))
            .chain(above.attached.keys())
            .cloned()
            .collect();
        if let Some(t) = self.table_mut(name) {
            t.attached.retain(|_, a| wanted.contains(a));
        }
        for index in wanted {
            let t = &self.schema.tables[name];
            if t.attached.values().any(|a| *a == index) {
                continue;
            }
            let own = self.equal_own(name, parent, &index);
            let own_primary = t.primary_key().map(|(n, _)| n.clone());
            let primary = matches!(
                self.schema.index_owner(parent, &index),
                Some(IndexOwner::Key(c)) if matches!(c.kind, ConstraintKind::PrimaryKey(_))
            );
            let free = own
                .clone()
                .unwrap_or_else(|| names::key(self.schema, name, u8::try_from(index.raw().len()).unwrap_or(0)));
            let Some(t) = self.table_mut(name) else { return };
            if let Some(own) = own {
                t.indexes.remove(&own);
                t.constraints.remove(&own);
            }
            // A table has one primary key.
            if let Some(gone) = own_primary.filter(|_| primary) {
                t.constraints.remove(&gone);
            }
            t.attached.insert(free, index);
        }
    }

    /// What the partition has already that is equal to the parent's index.
    fn equal_own(&self, name: &QName, parent: &QName, index: &Ident) -> Option<Ident> {
        let (t, above) = (&self.schema.tables[name], &self.schema.tables[parent]);
        if t.partition_by.is_some() {
            return None;
        }
        match self.schema.index_owner(parent, index)? {
            IndexOwner::Index(wanted) => {
                let mut own = t.indexes.iter().filter(|(_, i)| same_index(i, t, wanted, above));
                own.next().map(|(n, _)| n.clone())
            }
            IndexOwner::Key(wanted) => {
                let own = t.constraints.iter().find(|(_, c)| same_constraint(c, t, wanted, above));
                let as_index = wanted.kind.key().map(key_index);
                own.map(|(n, _)| n.clone()).or_else(|| {
                    let as_index = as_index?;
                    let mut own = t.indexes.iter().filter(|(_, i)| same_index(i, t, &as_index, above));
                    own.next().map(|(n, _)| n.clone()).filter(|_| false)
                })
            }
        }
    }
}

/// A parent's column as a new partition has it.
fn inherited(column: &Column) -> Column {
    Column {
        comment: None,
        statistics: None,
        options: BTreeMap::new(),
        ..column.clone()
    }
}

fn plain_columns(index: &Index) -> Vec<Ident> {
    let of_key = |key: &schema_core::schema::IndexKey| match &key.target {
        schema_core::schema::KeyTarget::Column(c) => Some(c.clone()),
        schema_core::schema::KeyTarget::Expression(_) => None,
    };
    index.keys.iter().filter_map(of_key).collect()
}

/// Whether a table has all that a partition must have.
fn fits(table: &Table, parent: &Table) -> bool {
    let columns = table.columns.len() == parent.columns.len()
        && parent.columns.iter().all(|c| {
            table.column(&c.name).is_some_and(|own| {
                own.type_name == c.type_name
                    && own.collation == c.collation
                    && (own.not_null || !c.not_null)
                    && own.generated == c.generated
                    && own.identity.is_none()
                    && c.identity.is_none()
            })
        });
    let demanded = |c: &Constraint| match &c.kind {
        ConstraintKind::Check(check) => !check.no_inherit,
        ConstraintKind::ForeignKey(_) => true,
        _ => false,
    };
    let same = |name: &Ident, c: &Constraint| {
        let own = table.constraints.get(name);
        own.map_or(!demanded(c), |own| same_constraint(own, table, c, parent))
    };
    columns && parent.constraints.iter().all(|(name, c)| same(name, c))
}
