use serde::{Deserialize, Serialize};

/// An enum type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EnumType {
    /// Labels in sort order.
    pub labels: Vec<String>,
    /// `COMMENT ON TYPE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}
