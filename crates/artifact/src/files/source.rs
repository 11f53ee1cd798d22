//! Where each field of each artifact stands, so that a finding about a field can show file, line and column.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::shape::{child, item, member};
use super::tree::{Data, Node, Position, Style};
use crate::diagnostic::Diagnostic;
use crate::name::{ArtifactRef, MAX_NAME};

/// Places of fields by artifact and path (`messages[0].text`, `constants.tone.value`).
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    artifacts: BTreeMap<ArtifactRef, BTreeMap<String, Place>>,
}

#[derive(Debug, Clone)]
struct Place {
    file: Arc<str>,
    at: Position,
    /// Where the text's first character stands, if its lines stand below each other as they are.
    text: Option<Position>,
}

impl SourceMap {
    /// File, line and column of a field; with `line` and `column` (from 1) a place within its text. A field that
    /// is not in a file itself is located at the nearest one around it.
    #[must_use]
    pub fn locate(
        &self,
        artifact: &ArtifactRef,
        path: &str,
        line: Option<u32>,
        column: Option<u32>,
    ) -> Option<(&str, u32, u32)> {
        let places = self.artifacts.get(artifact)?;
        let mut around = path;
        let place = loop {
            if let Some(place) = places.get(around) {
                break place;
            }
            if around.is_empty() {
                return None;
            }
            around = &around[..around.rfind(['.', '[']).unwrap_or(0)];
        };
        let at = match (line, place.text) {
            (Some(line), Some(start)) if around == path => Position {
                line: start.line.saturating_add(line.saturating_sub(1)),
                column: start.column.saturating_add(column.unwrap_or(1).saturating_sub(1)),
            },
            _ => place.at,
        };
        Some((&place.file, at.line, at.column))
    }

    /// The finding with file, line and column, if it names an artifact but no file. Its own line and column are
    /// taken as a place within the text of its field.
    #[must_use]
    pub fn place(&self, mut found: Diagnostic) -> Diagnostic {
        if found.file.is_some() {
            return found;
        }
        let artifact = found.artifact.as_deref().and_then(|a| a.parse::<ArtifactRef>().ok());
        let path = found.path.as_deref().unwrap_or_default();
        if let Some((file, line, column)) =
            artifact.as_ref().and_then(|a| self.locate(a, path, found.line, found.column))
        {
            found.file = Some(file.to_owned());
            found.line = Some(line);
            found.column = Some(column);
        }
        found
    }

    /// The main file of an artifact.
    #[must_use]
    pub fn file(&self, artifact: &ArtifactRef) -> Option<&str> {
        self.artifacts.get(artifact)?.get("").map(|p| &*p.file)
    }

    /// Notes the places of everything in `node`, which stands at `path`.
    pub(super) fn add(
        &mut self,
        artifact: &ArtifactRef,
        path: &str,
        file: &Arc<str>,
        source: &str,
        node: &Node,
    ) {
        let places = self.artifacts.entry(artifact.clone()).or_default();
        add_node(places, path.to_owned(), node.at, &Source { file, text: source }, node);
    }

    /// Notes that the text at `path` is the whole of `file`.
    pub(super) fn add_file(&mut self, artifact: &ArtifactRef, path: String, file: &Arc<str>) {
        let place = Place { file: Arc::clone(file), at: Position::START, text: Some(Position::START) };
        self.artifacts.entry(artifact.clone()).or_default().insert(path, place);
    }
}

struct Source<'s> {
    file: &'s Arc<str>,
    text: &'s str,
}

fn add_node(
    places: &mut BTreeMap<String, Place>,
    path: String,
    at: Position,
    source: &Source<'_>,
    node: &Node,
) {
    match &node.data {
        Data::List(items) => {
            for (i, node) in items.iter().enumerate() {
                add_node(places, item(&path, i), node.at, source, node);
                // Sets lose their order in the artifact, so their items are also found by value.
                if let Some(text) = node.text().filter(|t| t.len() <= MAX_NAME) {
                    let place = Place { file: Arc::clone(source.file), at: node.at, text: None };
                    places.entry(member(&path, text)).or_insert(place);
                }
            }
        }
        Data::Map(entries) => {
            for entry in entries {
                let scalar = !matches!(entry.node.data, Data::List(_) | Data::Map(_));
                let at = if scalar { entry.node.at } else { entry.key_at };
                add_node(places, child(&path, &entry.key), at, source, &entry.node);
            }
        }
        _ => {}
    }
    let text = text_start(node, source.text);
    places.insert(path, Place { file: Arc::clone(source.file), at, text });
}

/// Where the first character of a text stands, if lines and columns count on from there.
fn text_start(node: &Node, source: &str) -> Option<Position> {
    let text = node.text()?;
    let Position { line, column } = node.at;
    match node.style {
        // The node is placed at its first line that is not empty.
        Style::Literal => {
            let empty = text.bytes().take_while(|b| *b == b'\n').count();
            Some(Position { line: line.saturating_sub(crate::text::saturated(empty)), column })
        }
        Style::Plain | Style::Quoted => {
            let raw = source.get(node.range.clone())?;
            let quote = u32::from(node.style == Style::Quoted);
            let inner = if quote == 1 { raw.get(1..raw.len().checked_sub(1)?)? } else { raw };
            (inner == text && !text.contains('\n')).then_some(Position { line, column: column + quote })
        }
        Style::Folded | Style::Block | Style::Flow => None,
    }
}
