//! Paths within a value: `company.signals[3]`, with keys that are not plain words in brackets.

/// `base` extended by an object key.
pub(super) fn field(base: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'));
    match (plain, base) {
        (true, "") => key.to_owned(),
        (true, _) => format!("{base}.{key}"),
        (false, _) => format!("{base}[{}]", serde_json::Value::from(key)),
    }
}

/// `base` extended by a position, from 0.
pub(super) fn item(base: &str, index: usize) -> String {
    format!("{base}[{index}]")
}
