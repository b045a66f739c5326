//! What an object needs, followed through `pg_depend` to objects of the model.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Deserialize;

use super::IntrospectError;
use super::catalog::{Catalog, Generates};
use super::query::{Oid, Reader};
use crate::schema::{Dependency, QName, Schema};

/// An object by the catalog it is in and its number there.
pub(super) type Node = (Oid, Oid);

/// A node and the number of a column of it, 0 for the whole.
type Part = (Node, i32);

/// The numbers of the catalogs themselves; they are the same everywhere.
pub(super) const PG_CLASS: Oid = 1259;
pub(super) const PG_TYPE: Oid = 1247;
pub(super) const PG_PROC: Oid = 1255;
pub(super) const PG_TRIGGER: Oid = 2620;
const PG_CONSTRAINT: Oid = 2606;

#[derive(Deserialize)]
struct Edge {
    class: Oid,
    oid: Oid,
    needs_class: Oid,
    needs_oid: Oid,
    needs_column: i32,
    default_of: Option<Oid>,
}

/// The graph of `pg_depend`.
pub(super) struct Dependencies<'a> {
    catalog: &'a Catalog,
    schema: &'a Schema,
    needs: HashMap<Node, Vec<Part>>,
    held: HashSet<Node>,
}

/// An object that is known by name.
enum Known {
    /// In the model: the search ends with it.
    Model(Dependency),
    /// A table, type or sequence that is left out: the search ends without.
    Outside,
}

impl<'a> Dependencies<'a> {
    pub(super) async fn read(
        reader: &mut Reader<'_>,
        catalog: &'a Catalog,
        schema: &'a Schema,
    ) -> Result<Self, IntrospectError> {
        let mut needs: HashMap<Node, Vec<Part>> = HashMap::new();
        let mut by_defaults: Vec<Part> = Vec::new();
        let sql = include_str!("sql/edges.sql");
        reader
            .each_of("dependencies", sql, &catalog.left_out(), |edge: Edge| {
                let part = ((edge.needs_class, edge.needs_oid), edge.needs_column);
                let of_model = |table: Oid| catalog.relations.get(&table).is_some_and(|r| r.included);
                match edge.default_of {
                    Some(table) if of_model(table) => by_defaults.push(part),
                    Some(_) => {}
                    None => needs.entry((edge.class, edge.oid)).or_default().push(part),
                }
                Ok(())
            })
            .await?;
        let mut dependencies = Self {
            catalog,
            schema,
            needs,
            held: HashSet::new(),
        };
        dependencies.held = dependencies.held(&by_defaults);
        Ok(dependencies)
    }

    /// Whether something of the model needs the node.
    pub(super) fn holds(&self, node: &Node) -> bool {
        self.held.contains(node)
    }

    /// The objects of the model that a node needs, itself or through others, and those among `also`; and the others.
    pub(super) fn of(
        &self,
        node: &Node,
        also: Vec<Part>,
        others: &HashMap<Node, (String, String)>,
    ) -> (Vec<Dependency>, Vec<(String, String)>) {
        let mut found = BTreeSet::new();
        let mut needed = BTreeSet::new();
        let mut seen: HashSet<&Node> = HashSet::from([node]);
        let mut open: Vec<&Part> = self.needs.get(node).into_iter().flatten().chain(&also).collect();
        while let Some(part) = open.pop() {
            match self.known(part) {
                Some(Known::Model(dependency)) => {
                    found.insert(dependency);
                }
                Some(Known::Outside) => {}
                None if seen.insert(&part.0) => {
                    needed.extend(others.get(&part.0).cloned());
                    open.extend(self.needs.get(&part.0).into_iter().flatten());
                }
                None => {}
            }
        }
        (found.into_iter().collect(), needed.into_iter().collect())
    }

    /// What a default, constraint, index or column of the model's tables needs.
    fn held(&self, by_defaults: &[Part]) -> HashSet<Node> {
        let holders = self
            .needs
            .iter()
            .filter(|(node, _)| matches!(self.known(&(**node, 0)), Some(Known::Model(_))));
        holders
            .flat_map(|(_, parts)| parts)
            .chain(by_defaults)
            .filter(|part| self.known(part).is_none())
            .map(|part| part.0)
            .collect()
    }

    fn known(&self, ((class, oid), column): &Part) -> Option<Known> {
        let catalog = self.catalog;
        match *class {
            PG_CLASS => self.known_relation(*oid, *column),
            PG_CONSTRAINT => {
                let (table, name) = catalog.constraints.get(oid)?;
                Some(self.of_table(*table, |table| Dependency::Constraint(table, name.clone())))
            }
            PG_TYPE => match catalog.enums.get(oid) {
                Some(name) if self.schema.enums.contains_key(name) => {
                    Some(Known::Model(Dependency::Enum(name.clone())))
                }
                Some(_) => Some(Known::Outside),
                None => {
                    let table = catalog.row_types.get(oid)?;
                    Some(self.of_table(*table, Dependency::Table))
                }
            },
            _ => None,
        }
    }

    fn known_relation(&self, oid: Oid, column: i32) -> Option<Known> {
        let catalog = self.catalog;
        if let Some(relation) = catalog.relations.get(&oid) {
            if !relation.managed {
                return None;
            }
            let number = i16::try_from(column).ok().filter(|number| *number > 0);
            return Some(match number {
                Some(number) => self.column(oid, number),
                None => self.of_table(oid, Dependency::Table),
            });
        }
        if let Some((table, name)) = catalog.indexes.get(&oid) {
            if !catalog.relations.get(table).is_some_and(|relation| relation.managed) {
                return None;
            }
            return Some(self.of_table(*table, |table| {
                // an index of its own, or the one behind a constraint
                let constraints = self.schema.tables.get(&table).map(|t| &t.constraints);
                if constraints.is_some_and(|constraints| constraints.contains_key(name)) {
                    Dependency::Constraint(table, name.clone())
                } else {
                    Dependency::Index(table, name.clone())
                }
            }));
        }
        match catalog.sequences.get(&oid)? {
            Generates::Anything(name) if self.schema.sequences.contains_key(name) => {
                Some(Known::Model(Dependency::Sequence(name.clone())))
            }
            Generates::Anything(_) => Some(Known::Outside),
            // the generator of an identity column stands for the column
            Generates::Column(table, number) => Some(self.column(*table, *number)),
        }
    }

    /// A column, or the table where the model has no such column.
    fn column(&self, table: Oid, number: i16) -> Known {
        self.of_table(table, |name| {
            let place = self.catalog.relations.get(&table).and_then(|r| r.place(number));
            let column = place.and_then(|place| self.schema.tables.get(&name)?.columns.get(place));
            match column.map(|column| column.name.clone()) {
                Some(column) => Dependency::Column(name, column),
                None => Dependency::Table(name),
            }
        })
    }

    fn of_table(&self, table: Oid, dependency: impl FnOnce(QName) -> Dependency) -> Known {
        match self.catalog.relations.get(&table) {
            Some(relation) if relation.included => Known::Model(dependency(relation.name.clone())),
            _ => Known::Outside,
        }
    }
}
