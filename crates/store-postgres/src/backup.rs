//! What a backup of a database needs to know of the schema: which part of the database it is, and how a sealed value is
//! put into a dump that is being restored.

use std::fmt::Write as _;

use cuelight_store::VaultKey;

/// The schema that holds everything.
pub const SCHEMA: &str = "cuelight";

/// Statements that put a sealed value in place, delete the values of some kinds, and forget which servers there were.
/// They are for the end of the script that restores a dump, in its transaction.
#[must_use]
pub fn last_statements(key: &VaultKey, value: &[u8], without: &[&str]) -> String {
    let mut bytes = String::with_capacity(value.len() * 2);
    for byte in value {
        let _infallible = write!(bytes, "{byte:02x}");
    }
    let without: Vec<String> = without.iter().map(|kind| quoted(kind)).collect();
    format!(
        "\nWITH next AS (UPDATE cuelight.counter SET revision = revision + 1 RETURNING revision)\n\
         INSERT INTO cuelight.items (kind, key, revision, value)\n\
         SELECT {kind}, {key}, revision, decode('{bytes}', 'hex') FROM next\n\
         ON CONFLICT (kind, key) DO UPDATE SET revision = excluded.revision, value = excluded.value;\n\
         DELETE FROM cuelight.items WHERE kind IN ({without});\n\
         DELETE FROM cuelight.nodes;\n",
        kind = quoted(&key.kind),
        key = quoted(&key.key),
        without = without.join(", "),
    )
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_and_bytes_are_not_read() {
        let text = last_statements(&VaultKey::new("it's", "k"), b"'\\\0", &["a", "b'c"]);
        assert!(text.contains("SELECT 'it''s', 'k', revision, decode('275c00', 'hex')"), "{text}");
        assert!(text.contains("kind IN ('a', 'b''c')"), "{text}");
    }
}
