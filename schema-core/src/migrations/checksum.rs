use sha2::{Digest, Sha256, Sha384};

/// The checksum that sqlx keeps in `_sqlx_migrations`: SHA-384 of the file's bytes, as hexadecimal digits.
pub fn sha384(text: &str) -> String {
    hexadecimal(&Sha384::digest(text.as_bytes()))
}

/// SHA-256 as hexadecimal digits.
pub fn sha256(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_what_sqlx_computes() {
        let text = "CREATE TABLE t (id int);\n";
        let sqlx = sqlx::migrate::Migration::new(
            1,
            "t".into(),
            sqlx::migrate::MigrationType::ReversibleUp,
            sqlx::SqlStr::from_static(text),
            false,
        );
        assert_eq!(sha384(text), hexadecimal(&sqlx.checksum));
    }
}
