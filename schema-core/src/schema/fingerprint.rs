use sha2::{Digest, Sha256};

use super::Schema;

/// The schema's digest: 64 hexadecimal digits of SHA-256 over its canonical JSON.
///
/// Column order and what the model cannot express do not count.
pub fn fingerprint(schema: &Schema) -> String {
    let mut canonical = schema.clone();
    canonical.others.clear();
    canonical.fills.clear();
    for table in canonical.tables.values_mut() {
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let text = serde_json::to_string(&canonical).unwrap_or_default();
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
