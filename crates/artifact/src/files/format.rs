//! `cuelight fmt`: files in canonical form, with every comment kept and every digest unchanged.

mod comments;
mod pieces;

use std::collections::BTreeMap;

use super::shape::{Form, Shape};
use super::tree::Node;
use super::workspace::{kind_of, root_file, text_of};
use super::{FileSet, LOCK_FILE, MANIFEST_FILE, MAX_FILES, keys, layout, path, report, yaml};
use crate::diagnostic::Diagnostic;
use crate::lock::Lockfile;
use crate::name::Kind;
use crate::rules::file::{COMMENT_KEPT, TOO_LARGE};
use crate::text::normal;

/// The files whose bytes change, with their new bytes, and why files were left as they are.
///
/// YAML gets the canonical order of keys, two spaces a level, and single empty lines; comments stay with what they
/// are about. Markdown and JSON get LF line ends, normalisation form C and a final line end, and are never
/// rewrapped. Formatting a formatted set changes nothing, and no artifact's digest changes.
#[must_use]
pub fn format(files: &FileSet) -> (FileSet, Vec<Diagnostic>) {
    let mut changed = FileSet::new();
    let mut found = Vec::new();
    if files.len() > MAX_FILES {
        let message = format!("there are {} files; the limit is {MAX_FILES}", files.len());
        return (changed, vec![Diagnostic::error(&TOO_LARGE, message).fix("Split the workspace.")]);
    }
    let shapes = referred(files);
    for (path, bytes) in files {
        let ours = path == MANIFEST_FILE || path == LOCK_FILE || kind_of(path).is_some();
        if !ours || path::is_beside(path) || path::unsafe_reason(path).is_some() {
            continue;
        }
        let formatted = text_of(bytes).and_then(|text| format_file(path, &text, &shapes));
        match formatted {
            Ok(text) if text.as_bytes() != bytes.as_slice() => {
                changed.insert(path.clone(), text.into_bytes());
            }
            Ok(_) => {}
            Err(errors) => found.extend(errors.into_iter().map(|d| d.in_file(path))),
        }
    }
    report::finish(&mut found);
    (changed, found)
}

const PROMPT: Shape = Shape::Object(&keys::PROMPT);
const FRAGMENT: Shape = Shape::Object(&keys::FRAGMENT);
const MANIFEST: Shape = Shape::Object(&keys::MANIFEST);
const SCHEMA: Shape = Shape::Map(Form::Free, &Shape::Any);

fn format_file(
    path: &str,
    text: &str,
    shapes: &BTreeMap<String, &'static Shape>,
) -> Result<String, Vec<Diagnostic>> {
    let text = normal(text);
    if path == LOCK_FILE {
        return Lockfile::parse(&text).map(|lock| lock.print());
    }
    let shape = match (path::file_name(path), kind_of(path)) {
        _ if path == MANIFEST_FILE => &MANIFEST,
        (name, Some(kind)) if name == root_file(kind) => root_shape(kind),
        (name, _) if is_yaml(name) => shapes.get(path).copied().unwrap_or(&Shape::Any),
        _ => return Ok(with_final_newline(&text)),
    };
    format_yaml(&text, shape)
}

/// One YAML text in canonical form.
pub(super) fn format_yaml(text: &str, shape: &Shape) -> Result<String, Vec<Diagnostic>> {
    let document = yaml::parse(text)?;
    let kept = comments::attach(&document, text).map(|(header, mut notes)| {
        let piece = pieces::of_node(&document.root, shape, text, &mut notes);
        (format!("{header}{}", layout::print(piece)), notes)
    });
    let left_alone = |line: u32| {
        let message = "the file is left as it is: this comment has no place in the formatted file".to_owned();
        vec![Diagnostic::warning(&COMMENT_KEPT, message).at(line, 1).fix(COMMENT_KEPT.fix)]
    };
    let (formatted, _) = kept.map_err(left_alone)?;
    // The promise is checked on the result, not trusted: same values, same comments.
    match yaml::parse(&formatted) {
        Ok(after) if after.root.value() == document.root.value() && texts(&after) == texts(&document) => {
            Ok(formatted)
        }
        _ => Err(left_alone(document.comments.first().map_or(1, |c| c.at.line))),
    }
}

fn texts(document: &yaml::Document) -> Vec<&str> {
    let mut texts: Vec<_> = document.comments.iter().map(|c| c.text.as_str()).collect();
    texts.sort_unstable();
    texts
}

fn with_final_newline(text: &str) -> String {
    // A CR at the end is a fault to be told, and a line end behind it would make it look like half of one.
    if text.is_empty() || text.ends_with(['\n', '\r']) { text.to_owned() } else { format!("{text}\n") }
}

const fn root_shape(kind: Kind) -> &'static Shape {
    match kind {
        Kind::Prompt => &PROMPT,
        Kind::Fragment => &FRAGMENT,
    }
}

fn is_yaml(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| matches!(extension, "yaml" | "yml"))
}

/// The shapes of the YAML files that artifacts refer to.
fn referred(files: &FileSet) -> BTreeMap<String, &'static Shape> {
    let mut shapes = BTreeMap::new();
    for (file, bytes) in files {
        let is_root = kind_of(file).is_some_and(|kind| path::file_name(file) == root_file(kind));
        let Some(root) = is_root.then(|| tree(bytes)).flatten() else { continue };
        let names = [
            (root.text_of("inputs"), &SCHEMA),
            (root.text_of("tests"), &keys::TESTS),
            (root.get("output").and_then(|o| o.text_of("schema")), &SCHEMA),
            (root.get("tools").and_then(|t| t.text_of("file")), &keys::TOOL_LIST),
        ];
        for (name, shape) in names {
            if let Some(Ok(target)) = name.map(|n| path::resolve(path::folder(file), n)) {
                shapes.insert(target, shape);
            }
        }
    }
    shapes
}

fn tree(bytes: &[u8]) -> Option<Node> {
    yaml::parse(&text_of(bytes).ok()?).ok().map(|d| d.root)
}
