//! Findings in files as findings in fields: a person at a form has no files.

use std::collections::BTreeMap;

use cuelight_artifact::model::Message;
use cuelight_artifact::{Artifact, Diagnostic};

/// The findings with the field as their path, and line and column within that field's text; without line and column
/// where the field is not a text of its own. A finding about another artifact keeps its name and loses its place.
/// Errors come first, each finding once.
pub(super) fn in_fields(
    artifact: &Artifact,
    files: &BTreeMap<String, String>,
    found: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut placed: Vec<Diagnostic> = Vec::new();
    for one in found {
        let one = in_field(artifact, files, one);
        if !placed.contains(&one) {
            placed.push(one);
        }
    }
    placed.sort_by_key(|d| d.severity);
    placed
}

fn in_field(artifact: &Artifact, files: &BTreeMap<String, String>, mut found: Diagnostic) -> Diagnostic {
    let own = artifact.id().to_string();
    let folder = format!("{}s/{}/", artifact.kind, artifact.name);
    if let Some(path) = found.file.take() {
        let Some(file) = path.strip_prefix(&folder).filter(|f| !f.contains('/')) else {
            // The workspace's own files are written by us; what is left is another artifact's.
            found.artifact.get_or_insert(path);
            return elsewhere(found);
        };
        match (text_field(artifact, file), found.path.is_some()) {
            (Some(field), _) => found.path = Some(field),
            (None, true) => (found.line, found.column) = (None, None),
            (None, false) => {
                found.path = files.get(&path).and_then(|text| key_at(file, text, found.line));
                (found.line, found.column) = (None, None);
            }
        }
        found.artifact = Some(own);
        return found;
    }
    if found.artifact.as_ref().is_some_and(|a| *a != own) {
        return elsewhere(found);
    }
    found.artifact = Some(own);
    found
}

fn elsewhere(mut found: Diagnostic) -> Diagnostic {
    (found.path, found.line, found.column) = (None, None, None);
    found
}

/// The field that is the whole of a file.
fn text_field(artifact: &Artifact, file: &str) -> Option<String> {
    let name = file.strip_suffix(".md")?;
    if name == "body" {
        return Some("body".to_owned());
    }
    let mut count = BTreeMap::new();
    artifact.messages.iter().enumerate().find_map(|(index, message)| {
        let Message::Text { role, .. } = message else { return None };
        let n = count.entry(*role).and_modify(|n| *n += 1).or_insert(1);
        let here = if *n == 1 { role.as_str().to_owned() } else { format!("{}-{n}", role.as_str()) };
        (here == name).then(|| format!("messages[{index}].text"))
    })
}

/// The field whose key stands at a line or nearest above it. Other files than the main one are a field each.
fn key_at(file: &str, text: &str, line: Option<u32>) -> Option<String> {
    if !matches!(file, "prompt.yaml" | "fragment.yaml") {
        return file.split('.').next().map(str::to_owned);
    }
    let upto = usize::try_from(line?).ok()?;
    let above: Vec<&str> = text.lines().take(upto).collect();
    above.iter().rev().find_map(|line| {
        let (key, _) = line.split_once(':')?;
        let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        plain.then(|| key.to_owned())
    })
}
