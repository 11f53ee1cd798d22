//! Paths: which are safe, and what a file name in an artifact refers to.

/// Longest path, in bytes.
const MAX_PATH: usize = 1024;

/// Why a path cannot be part of a workspace, on any of the systems people work on.
pub(super) fn unsafe_reason(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("it is empty");
    }
    if path.len() > MAX_PATH {
        return Some("it is longer than 1,024 bytes");
    }
    if path.starts_with('/') {
        return Some("it starts at the root of the file system");
    }
    if path.contains('\\') {
        return Some("it contains a backslash");
    }
    if path.contains(':') {
        return Some("it contains a colon");
    }
    if path.chars().any(char::is_control) {
        return Some("it contains a control character");
    }
    for part in path.split('/') {
        match part {
            "" => return Some("it has an empty part"),
            ".." => return Some("it contains `..`"),
            "." => return Some("it contains `.`"),
            _ if part.ends_with(['.', ' ']) => return Some("a part ends with a dot or a space"),
            _ if is_device(part) => return Some("a part is the name of a device on Windows"),
            _ => {}
        }
    }
    None
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || numbered.is_some_and(|d| d.len() == 1 && d.bytes().all(|b| (b'1'..=b'9').contains(&b)))
}

/// The path that `name`, written in an artifact of `folder`, refers to.
pub(super) fn resolve(folder: &str, name: &str) -> Result<String, &'static str> {
    if let Some(reason) = unsafe_reason(name) {
        return Err(reason);
    }
    if name.split('/').any(|part| part.starts_with('.')) {
        return Err("a part starts with a dot");
    }
    Ok(format!("{folder}/{name}"))
}

/// The folder a path is in; empty at the top.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Files that may lie anywhere without being part of an artifact.
pub(super) fn is_beside(path: &str) -> bool {
    let name = file_name(path);
    name == "README.md" || path.split('/').any(|part| part.starts_with('.'))
}
