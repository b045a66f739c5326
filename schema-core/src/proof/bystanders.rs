//! What stands outside the model while the plan runs: it keeps its definition, owner, privileges and comments, and what could
//! not be built is left out of the files.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::ProofError;
use super::build::exec;
use super::compare::Difference;
use crate::change::texts;
use crate::plan::{Plan, Script};
use crate::schema::{Literal, Object, Other, Schema};
use crate::sql_script::statements;

/// Kind and identity.
type Key = (String, String);

/// The objects that were built.
#[derive(Debug, Default)]
pub(super) struct Bystanders {
    /// How the scratch server prints their definitions.
    prints: BTreeMap<Key, String>,
    /// What the plan says of them at its beginning.
    planned: BTreeMap<Key, String>,
    access: BTreeMap<String, String>,
    /// Statements about those that could not be built.
    left_out: BTreeSet<String>,
}

impl Bystanders {
    /// Looks at what was built. Each object gets privileges that it would not have by itself, so that a loss is seen.
    pub(super) async fn meet(
        connection: &mut PgConnection,
        found: &Schema,
        unbuilt: &[&Other],
        plan: &Plan,
    ) -> Result<Self, ProofError> {
        let old = plan.stages.first().into_iter().flat_map(|stage| &stage.schema.others);
        let mut met = Self {
            planned: old.map(|o| (o.key(), o.definition.clone())).collect(),
            ..Self::default()
        };
        for other in found.others.iter().filter(|o| is_compared(o)) {
            met.prints.insert(other.key(), other.definition.clone());
            let sql = match other.kind.as_str() {
                "view" | "materialized view" => format!("GRANT SELECT ON {} TO PUBLIC", other.name),
                "function" | "procedure" => format!("REVOKE EXECUTE ON ROUTINE {} FROM PUBLIC", other.name),
                _ => continue,
            };
            exec(connection, sql).await?;
        }
        let missing = |o: &&Other| unbuilt.iter().any(|other| other.key() == o.key());
        let patched = plan.files.iter().flat_map(|f| f.up.effect.iter().chain(&f.down.effect));
        let later = patched.filter_map(|patch| match &patch.after {
            Some(Object::Other(other)) => Some(&**other),
            _ => None,
        });
        for other in unbuilt.iter().copied().chain(later.filter(missing)) {
            let parts = texts(other);
            met.left_out.extend(
                parts
                    .iter()
                    .flat_map(|text| statements(text))
                    .map(|s| s.text.to_owned()),
            );
        }
        met.access = met.accesses(connection).await?;
        Ok(met)
    }

    /// The script without the statements about what could not be built.
    pub(super) fn without_unbuilt(&self, script: &Script) -> Option<Script> {
        if self.left_out.is_empty() {
            return None;
        }
        let parts = statements(&script.text);
        let kept: Vec<&str> = parts
            .iter()
            .map(|s| s.text)
            .filter(|text| !self.left_out.contains(*text))
            .collect();
        (kept.len() < parts.len()).then(|| Script {
            text: format!("{};\n", kept.join(";\n")),
            ..script.clone()
        })
    }

    /// What differs from the plan's schema; `onward` where the plan has gone forward, and what it changes must be changed.
    pub(super) fn unlike(&self, expected: &Schema, found: &Schema, onward: bool) -> Vec<Difference> {
        self.differences(expected, found, false, onward)
    }

    /// What differs from a schema that was built and read back.
    pub(super) fn unlike_spelled(&self, spelled: &Schema, found: &Schema) -> Vec<Difference> {
        self.differences(spelled, found, true, false)
    }

    fn differences(&self, expected: &Schema, found: &Schema, spelled: bool, onward: bool) -> Vec<Difference> {
        let mut out = Vec::new();
        for other in expected.others.iter().filter(|o| self.prints.contains_key(&o.key())) {
            let object = format!("{} {}", other.kind, other.name);
            let Some(is) = found.other(&other.kind, &other.name) else {
                out.push(Difference {
                    object,
                    message: "it stood outside the model and is gone".to_owned(),
                    one_sided: true,
                });
                continue;
            };
            let wanted = if spelled {
                &other.definition
            } else {
                &self.prints[&other.key()]
            };
            let mut parts = Vec::new();
            let planned = self.planned.get(&other.key());
            let to_change = onward && planned.is_some_and(|was| !other.same_definition(was));
            if !is.same_definition(wanted) {
                parts.push(format!("it was {wanted} and is {}", is.definition));
            } else if to_change && !is.same_definition(&other.definition) {
                parts.push(format!(
                    "it is to be {} and is still {}",
                    other.definition, is.definition
                ));
            }
            if other.comment != is.comment {
                let text = |c: &Option<String>| c.clone().unwrap_or_else(|| "none".to_owned());
                parts.push(format!(
                    "its comment was {} and is {}",
                    text(&other.comment),
                    text(&is.comment)
                ));
            }
            if !parts.is_empty() {
                out.push(Difference {
                    object,
                    message: parts.join("; "),
                    one_sided: false,
                });
            }
        }
        let known: BTreeSet<Key> = expected.others.iter().map(Other::key).collect();
        for other in found
            .others
            .iter()
            .filter(|o| is_compared(o) && !known.contains(&o.key()))
        {
            if !spelled {
                out.push(Difference {
                    object: format!("{} {}", other.kind, other.name),
                    message: "it stands outside the model and was not there before".to_owned(),
                    one_sided: true,
                });
            }
        }
        out
    }

    /// Objects whose owner or privileges are not what they were.
    pub(super) async fn lost_access(&self, connection: &mut PgConnection) -> Result<Vec<(String, String)>, ProofError> {
        let now = self.accesses(connection).await?;
        let differs = |name: &&String| now.get(*name).is_some_and(|is| *is != self.access[*name]);
        Ok(self
            .access
            .keys()
            .filter(differs)
            .map(|name| {
                let message = format!("owner and privileges were {} and are {}", self.access[name], now[name]);
                (name.clone(), message)
            })
            .collect())
    }

    async fn accesses(&self, connection: &mut PgConnection) -> Result<BTreeMap<String, String>, ProofError> {
        let of = |kinds: [&str; 2]| -> String {
            let names = self.prints.keys().filter(|(kind, _)| kinds.contains(&kind.as_str()));
            let names: Vec<String> = names.map(|(_, name)| Literal(name).to_string()).collect();
            names.join(", ")
        };
        let sql = include_str!("access.sql")
            .replace("{relations}", &of(["view", "materialized view"]))
            .replace("{routines}", &of(["function", "procedure"]));
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await?;
        let mut out = BTreeMap::new();
        for row in &rows {
            out.insert(row.try_get(0)?, row.try_get(1)?);
        }
        Ok(out)
    }
}

fn is_compared(other: &Other) -> bool {
    other.can_be_rebuilt() && other.kind != "column grant"
}
