use serde::{Deserialize, Serialize};

use crate::schema::QName;

/// Which part of a database counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Included {
    /// Schemas by name; empty means all but the system's.
    pub schemas: Vec<String>,
    /// What is left out, as `schema.name` with `*` for any run of characters. A pattern without a dot is a name in any
    /// schema; `schema.*` leaves out the schema itself too.
    pub exclude: Vec<String>,
}

impl Included {
    /// Whether a schema counts.
    pub fn schema(&self, name: &str) -> bool {
        (self.schemas.is_empty() || self.schemas.iter().any(|s| s == name))
            && !self
                .exclude
                .iter()
                .any(|pattern| pattern.strip_suffix(".*").is_some_and(|schema| matches(schema, name)))
    }

    /// Whether an object of a schema counts.
    pub fn object(&self, name: &QName) -> bool {
        let full = format!("{}.{}", name.schema.raw(), name.name.raw());
        self.schema(name.schema.raw())
            && !self.exclude.iter().any(|pattern| {
                if pattern.contains('.') {
                    matches(pattern, &full)
                } else {
                    matches(pattern, name.name.raw())
                }
            })
    }
}

/// Whether the text fits a pattern whose `*` stands for any run of characters.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len())
                .filter(|at| rest.is_char_boundary(*at))
                .any(|at| matches(tail, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn included(exclude: &[&str]) -> Included {
        Included {
            schemas: Vec::new(),
            exclude: exclude.iter().map(|&s| s.to_owned()).collect(),
        }
    }

    #[test]
    fn patterns_match_schema_and_name() {
        let some = included(&["audit.*", "public.tmp_*_x", "spatial_ref_sys"]);
        assert!(!some.schema("audit"));
        assert!(some.schema("public"));
        assert!(!some.object(&QName::new("audit", "t")));
        assert!(!some.object(&QName::new("public", "tmp_ä_x")));
        assert!(some.object(&QName::new("public", "tmp_ä_y")));
        assert!(!some.object(&QName::new("gis", "spatial_ref_sys")));
    }

    #[test]
    fn named_schemas_shut_out_the_others() {
        let one = Included {
            schemas: vec!["app".to_owned()],
            exclude: Vec::new(),
        };
        assert!(one.object(&QName::new("app", "t")));
        assert!(!one.object(&QName::new("public", "t")));
    }
}
