use crate::schema::{EnumType, Literal, QName};

/// `CREATE TYPE … AS ENUM (…)`.
pub fn create_enum(name: &QName, enum_type: &EnumType) -> String {
    let labels: Vec<String> = enum_type
        .labels
        .iter()
        .map(|label| Literal(label).to_string())
        .collect();
    format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", "))
}
