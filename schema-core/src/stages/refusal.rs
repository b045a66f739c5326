use crate::schema::Schema;

/// Something that cannot be planned, with the way out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// The object, by name.
    pub object: String,
    /// Why it cannot be planned.
    pub why: String,
    /// What to do instead.
    pub way_out: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}; {}", self.object, self.why, self.way_out)
    }
}

/// Differences between tables for which there is no plan yet.
pub(super) fn unsupported(old: &Schema, new: &Schema) -> Vec<Refusal> {
    let mut out = super::foreign_types::refusals(old, new);
    for (name, wanted) in &new.tables {
        let Some(current) = old.tables.get(name) else { continue };
        let mut refuse = |differs: bool, what: &str| {
            if differs {
                out.push(Refusal {
                    object: name.to_string(),
                    why: format!("{what} changes, and a table cannot change it while it is used"),
                    way_out: "make a new table, move the rows, and drop the old one".to_owned(),
                });
            }
        };
        refuse(
            current.partition_by != wanted.partition_by,
            match (&current.partition_by, &wanted.partition_by) {
                (None, _) => "whether it is partitioned (it becomes so)",
                (_, None) => "whether it is partitioned (it no longer is)",
                _ => "its partition key",
            },
        );
        let key = crate::schema::Expr(current.partition_by.clone().unwrap_or_default());
        for column in crate::expression::columns_named(&key, current) {
            let (was, is) = (current.column(&column), wanted.column(&column));
            let retyped = was
                .zip(is)
                .is_some_and(|(was, is)| (&was.type_name, &was.collation) != (&is.type_name, &is.collation));
            refuse(retyped, &format!("the type of {column}, by which it is partitioned,"));
        }
        refuse(
            current.inherits != wanted.inherits,
            "the list of tables that it inherits from",
        );
        refuse(
            current.options.access_method != wanted.options.access_method,
            "its access method",
        );
    }
    for (name, table) in &new.tables {
        let below = old.partitions_below(name);
        if let Some(place) = table.partition_of.as_ref().filter(|p| below.contains(&p.parent)) {
            out.push(Refusal {
                object: name.to_string(),
                why: format!("it becomes a partition of {}, which is one of its own", place.parent),
                way_out: format!("detach {} in a plan of its own first", place.parent),
            });
        }
    }
    for (name, table) in old.tables.iter().chain(&new.tables) {
        if let Some(place) = table.partition_of.as_ref().filter(|p| p.detaching) {
            out.push(Refusal {
                object: name.to_string(),
                why: format!("its DETACH CONCURRENTLY from {} was interrupted", place.parent),
                way_out: format!(
                    "finish it: ALTER TABLE {} DETACH PARTITION {name} FINALIZE",
                    place.parent
                ),
            });
        }
    }
    out.dedup();
    out
}
