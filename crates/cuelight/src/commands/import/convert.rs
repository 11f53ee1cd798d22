//! One plain text into a prompt, with a list of what could not be kept.

use std::collections::BTreeSet;

use cuelight_artifact::files::FileSet;
use cuelight_artifact::model::{Message, Role};
use cuelight_artifact::name::Word;
use cuelight_artifact::text::normal;
use cuelight_artifact::{Artifact, ArtifactName, ArtifactRef};
use cuelight_render::{Limits, NoFragments, compile};
use serde_json::{Map, Value, json};

use crate::commands::new::{folder, title};
use crate::docs::editor;

/// Longest value an imported input takes.
const MAX_LENGTH: u32 = 20_000;

/// A prompt made from a text.
#[derive(Debug)]
pub(super) struct Converted {
    pub(super) files: FileSet,
    pub(super) losses: Vec<String>,
}

/// A prompt's name for a file: its folders and stem as words; `area` when it lies in no folder.
pub(super) fn name(file: &str, area: &Word) -> Result<ArtifactName, String> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let mut parts: Vec<String> = stem.split('/').map(word).collect();
    if parts.len() == 1 {
        parts.insert(0, area.to_string());
    }
    let name = parts.join("/");
    name.parse().map_err(|e| format!("no name can be made of its path: `{name}`: {e}"))
}

fn word(part: &str) -> String {
    let lower = part.to_lowercase();
    let plain: String = lower.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    plain.split('-').filter(|w| !w.is_empty()).collect::<Vec<_>>().join("-")
}

/// The prompt, or why there can be none.
pub(super) fn convert(id: &ArtifactRef, text: &str) -> Result<Converted, String> {
    let mut losses = Vec::new();
    if text.starts_with('\u{feff}') {
        losses.push("the byte order mark is left out".to_owned());
    }
    let text = normal(text.trim_start_matches('\u{feff}')).into_owned();
    if text.trim().is_empty() {
        return Err("it is empty".into());
    }
    if text.starts_with("---\n") {
        losses.push("the front matter is kept as text; move its settings into prompt.yaml by hand".into());
    }
    let variables = variables(&text, &mut losses);
    let text = renamed(&text, &variables);
    let mut artifact = Artifact::new(id.kind, id.name.clone());
    artifact.title = title(&id.name);
    artifact.summary = "Imported from a text file.".into();
    artifact.change_intent = "Taken over from a text file, to put it under release control.".into();
    let names: BTreeSet<&String> = variables.iter().map(|v| &v.name).collect();
    if !names.is_empty() {
        let property =
            |name: &&String| ((*name).clone(), json!({ "type": "string", "maxLength": MAX_LENGTH }));
        let properties: Map<String, Value> = names.iter().map(property).collect();
        artifact.inputs = Some(json!({
            "type": "object", "additionalProperties": false, "required": names, "properties": properties,
        }));
    }
    let body = text.strip_suffix('\n').unwrap_or(&text).to_owned();
    artifact.messages = vec![Message::Text { role: Role::User, text: body }];
    if let Err(found) = compile(&artifact, &NoFragments, &Limits::default()) {
        let why = found.first().map(|d| format!("line {}: {} [{}]", d.line.unwrap_or(1), d.message, d.rule));
        losses.push(format!("`cuelight lint` will refuse it: {}", why.unwrap_or_default()));
    }
    losses.push("the whole text is one user message; split off the system message by hand".into());
    Ok(Converted { files: files(id, &artifact), losses })
}

fn files(id: &ArtifactRef, artifact: &Artifact) -> FileSet {
    let mut files = cuelight_artifact::files::write(artifact);
    let root = format!("{}/prompt.yaml", folder(id));
    if let Some(bytes) = files.get_mut(&root) {
        let line = editor::modeline(&root, "prompt.yaml");
        bytes.splice(0..0, line.into_bytes());
    }
    files
}

/// A variable as written, and as an input may be called.
#[derive(Debug, PartialEq, Eq)]
struct Variable {
    written: String,
    name: String,
}

/// Every `{{ name }}`. Anything else between braces stays as it is and is reported.
fn variables(text: &str, losses: &mut Vec<String>) -> Vec<Variable> {
    let mut found: Vec<Variable> = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((inner, tail)) = after.split_once("}}") else { break };
        let name = identifier(inner.trim());
        match name {
            Some(name) if !found.iter().any(|v| v.written == inner) => {
                if name != inner.trim() {
                    losses.push(format!(
                        "the variable `{}` is called `{name}` now",
                        inner.trim().escape_debug()
                    ));
                }
                found.push(Variable { written: inner.to_owned(), name });
            }
            Some(_) => {}
            None => losses.push(format!("`{{{{{inner}}}}}` is no plain variable and stays as it is")),
        }
        rest = tail;
    }
    if text.contains("{%") {
        losses.push("`{% … %}` stays as it is; only if, for and include are understood".into());
    }
    found
}

/// Lower case with underscores, beginning with a letter; nothing when it is not a plain name at all.
fn identifier(text: &str) -> Option<String> {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let first = text.chars().next()?;
    (plain && first.is_ascii_alphabetic()).then(|| text.to_ascii_lowercase().replace('-', "_"))
}

fn renamed(text: &str, variables: &[Variable]) -> String {
    variables.iter().fold(text.to_owned(), |text, v| {
        text.replace(&format!("{{{{{}}}}}", v.written), &format!("{{{{ {} }}}}", v.name))
    })
}
