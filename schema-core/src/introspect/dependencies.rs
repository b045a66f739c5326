//! What an object needs, followed through `pg_depend` to objects of the model.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Deserialize;
use sqlx::PgConnection;

use super::IntrospectError;
use super::query::rows;
use crate::schema::{Dependency, Ident, QName, Schema};

/// An object by the catalog it is in and its number there.
pub(super) type Node = (String, i64);

/// A node and the number of a column of it, 0 for the whole.
type Part = (Node, i32);

#[derive(Deserialize)]
struct Object {
    kind: String,
    class: String,
    oid: i64,
    column: i32,
    schema: String,
    table: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Edge {
    class: String,
    oid: i64,
    needs_class: String,
    needs_oid: i64,
    needs_column: i32,
}

/// The graph of `pg_depend`.
pub(super) struct Dependencies {
    needs: HashMap<Node, Vec<Part>>,
    known: HashMap<Part, Known>,
    held: HashSet<Node>,
}

/// An object that is known by name.
enum Known {
    /// In the model: the search ends with it.
    Model(Dependency),
    /// A table, type or sequence that is left out: the search ends without.
    Outside,
}

impl Dependencies {
    pub(super) async fn read(connection: &mut PgConnection, schema: &Schema) -> Result<Self, IntrospectError> {
        let objects: Vec<Object> = rows(connection, "object numbers", include_str!("sql/objects.sql")).await?;
        let edges: Vec<Edge> = rows(connection, "dependencies", include_str!("sql/edges.sql")).await?;
        let mut needs: HashMap<Node, Vec<Part>> = HashMap::new();
        for edge in edges {
            needs
                .entry((edge.class, edge.oid))
                .or_default()
                .push(((edge.needs_class, edge.needs_oid), edge.needs_column));
        }
        let known = objects
            .into_iter()
            .map(|object| {
                let part = ((object.class.clone(), object.oid), object.column);
                (part, known(object, schema))
            })
            .collect();
        let held = held(&needs, &known);
        Ok(Self { needs, known, held })
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
            match self.known.get(part) {
                Some(Known::Model(dependency)) => {
                    found.insert(dependency.clone());
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
}

/// What a default, constraint, index or column of the model's tables needs.
fn held(needs: &HashMap<Node, Vec<Part>>, known: &HashMap<Part, Known>) -> HashSet<Node> {
    let model = |part: &Part| matches!(known.get(part), Some(Known::Model(_)));
    let holders = needs.iter().filter(|(node, parts)| {
        let default = node.0 == "pg_attrdef" && parts.iter().any(|part| part.1 > 0 && model(part));
        default || model(&((*node).clone(), 0))
    });
    holders
        .flat_map(|(_, parts)| parts)
        .filter(|part| !known.contains_key(*part))
        .map(|part| part.0.clone())
        .collect()
}

fn known(object: Object, schema: &Schema) -> Known {
    let name = QName::new(object.schema, object.table);
    let part = Ident::new(object.name.unwrap_or_default());
    let inside = match object.kind.as_str() {
        "enum" => schema.enums.contains_key(&name),
        "sequence" => schema.sequences.contains_key(&name),
        _ => schema.tables.contains_key(&name),
    };
    if !inside {
        return Known::Outside;
    }
    Known::Model(match object.kind.as_str() {
        "enum" => Dependency::Enum(name),
        "sequence" => Dependency::Sequence(name),
        "column" => Dependency::Column(name, part),
        "constraint" => Dependency::Constraint(name, part),
        // an index of its own, or the one behind a constraint
        "index" if schema.tables[&name].constraints.contains_key(&part) => Dependency::Constraint(name, part),
        "index" => Dependency::Index(name, part),
        _ => Dependency::Table(name),
    })
}
