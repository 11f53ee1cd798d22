//! A parsed file as pieces to print: keys in order, scalars as the author wrote them.

use super::comments::Notes;
use crate::files::layout::{Group, MAX_WIDTH, Part, Piece};
use crate::files::scalar::{literal, one_line};
use crate::files::shape::Shape;
use crate::files::tree::{Data, Entry, Node, Style};

/// The pieces of a whole file. Takes the notes of each part as it comes to it.
pub(super) fn of_node(root: &Node, shape: &Shape, source: &str, notes: &mut Notes) -> Piece {
    Printer { source, notes, number: 0 }.piece(root, shape, 0, 0)
}

struct Printer<'s, 'n> {
    source: &'s str,
    notes: &'n mut Notes,
    /// The number of the next part, as in [`super::comments`].
    number: usize,
}

impl Printer<'_, '_> {
    /// `indent` is where the parts of the node would stand; `lead` how wide its own line already is.
    fn piece(&mut self, node: &Node, shape: &Shape, indent: usize, lead: usize) -> Piece {
        let block = node.style == Style::Block;
        if !block && let Some(line) = self.inline(node, shape) {
            let empty = node.entries().is_empty() && node.items().is_empty();
            if empty || lead + 1 + line.chars().count() <= MAX_WIDTH {
                return Piece::Line(line);
            }
        }
        match &node.data {
            Data::Map(entries) => Piece::Map(self.map(entries, shape, indent, block)),
            Data::List(items) => Piece::List(self.list(items, shape, indent, block)),
            _ => self.scalar(node),
        }
    }

    fn map(&mut self, entries: &[Entry], shape: &Shape, indent: usize, block: bool) -> Group {
        let first = self.number;
        let mut parts = Vec::new();
        for entry in entries {
            let key = self.key(entry);
            let number = self.next(block);
            let lead = indent + key.chars().count() + 1;
            let piece = self.piece(&entry.node, value_shape(shape, &entry.key), indent + 2, lead);
            parts.push((rank(shape, &entry.key), self.part(number, Some(key), piece)));
        }
        parts.sort_by_key(|(rank, _)| *rank);
        let parts = parts.into_iter().map(|(_, part)| part).collect();
        Group { parts, foot: self.foot(first, block) }
    }

    fn list(&mut self, items: &[Node], shape: &Shape, indent: usize, block: bool) -> Group {
        let first = self.number;
        let mut parts = Vec::new();
        for item in items {
            let number = self.next(block);
            let piece = self.piece(item, item_shape(shape), indent + 2, indent + 1);
            parts.push(self.part(number, None, piece));
        }
        Group { parts, foot: self.foot(first, block) }
    }

    /// Parts in brackets have no number, as they have no comments.
    fn next(&mut self, block: bool) -> Option<usize> {
        block.then(|| {
            self.number += 1;
            self.number - 1
        })
    }

    fn part(&mut self, number: Option<usize>, key: Option<String>, piece: Piece) -> Part {
        let mut part = Part::new(key, piece);
        if let Some(number) = number {
            part.above = self.notes.above.remove(&number).unwrap_or_default();
            part.beside = self.notes.beside.remove(&number);
        }
        part
    }

    fn foot(&mut self, first: usize, block: bool) -> Vec<String> {
        if block { self.notes.foot.remove(&first).unwrap_or_default() } else { Vec::new() }
    }

    fn raw(&self, node: &Node) -> &str {
        self.source.get(node.range.clone()).unwrap_or_default()
    }

    fn key(&self, entry: &Entry) -> String {
        let raw = self.source.get(entry.key_range.clone()).unwrap_or_default();
        if raw.is_empty() || raw.contains('\n') { one_line(&entry.key) } else { raw.to_owned() }
    }

    /// The node on one line, with the author's own spelling of scalars.
    fn inline(&self, node: &Node, shape: &Shape) -> Option<String> {
        let line = match &node.data {
            Data::List(items) if items.is_empty() => "[]".to_owned(),
            Data::Map(entries) if entries.is_empty() => "{}".to_owned(),
            Data::List(items) => {
                let items: Option<Vec<_>> = items.iter().map(|n| self.inline(n, item_shape(shape))).collect();
                format!("[{}]", items?.join(", "))
            }
            Data::Map(entries) => {
                let mut sorted: Vec<_> = entries.iter().collect();
                sorted.sort_by_key(|e| rank(shape, &e.key));
                let pairs: Option<Vec<_>> = sorted
                    .into_iter()
                    .map(|e| {
                        Some(format!(
                            "{}: {}",
                            self.key(e),
                            self.inline(&e.node, value_shape(shape, &e.key))?
                        ))
                    })
                    .collect();
                format!("{{ {} }}", pairs?.join(", "))
            }
            _ => {
                let raw = self.raw(node);
                match node.style {
                    Style::Plain | Style::Quoted if !raw.contains('\n') => raw.to_owned(),
                    _ => return None,
                }
            }
        };
        Some(if line.is_empty() { "null".to_owned() } else { line })
    }

    fn scalar(&self, node: &Node) -> Piece {
        let Some(text) = node.text() else { return Piece::Line(self.raw(node).to_owned()) };
        let raw = self.raw(node);
        match node.style {
            // Lines within quotes or a plain text: the same lines, indented anew.
            Style::Plain | Style::Quoted => {
                let mut lines: Vec<String> =
                    raw.split('\n').map(|l| l.trim_start_matches([' ', '\t']).to_owned()).collect();
                lines.iter_mut().for_each(|l| {
                    if !l.ends_with('\\') {
                        l.truncate(l.trim_end_matches([' ', '\t']).len());
                    }
                });
                Piece::Lines(lines)
            }
            Style::Folded => self.folded(node, text).unwrap_or_else(|| written(text)),
            _ => written(text),
        }
    }

    /// A folded block with its lines as they are; none if its header says more than how it ends.
    fn folded(&self, node: &Node, text: &str) -> Option<Piece> {
        let mut lines: Vec<&str> = self.raw(node).split('\n').collect();
        while lines.last().is_some_and(|l| l.trim().is_empty()) {
            lines.pop();
        }
        let above = self.source[..node.range.start].trim_end_matches([' ', '\n']);
        let header_line = above.rsplit('\n').next()?;
        let header = header_line.split(" #").next()?.trim_end();
        let header = if header.ends_with(">-") { ">-" } else { Some(">").filter(|h| header.ends_with(h))? };
        if lines.is_empty() || text.starts_with('\n') || text.ends_with("\n\n") {
            return None;
        }
        let indent = node.at.column as usize - 1;
        let lines = lines.iter().enumerate().map(|(i, line)| {
            let line = if i == 0 { line } else { line.get(indent..).unwrap_or_default() };
            line.to_owned()
        });
        Some(Piece::Lines(std::iter::once(header.to_owned()).chain(lines).collect()))
    }
}

fn written(text: &str) -> Piece {
    literal(text).map_or_else(|| Piece::Line(one_line(text)), Piece::Lines)
}

fn rank(shape: &Shape, key: &str) -> usize {
    match shape {
        Shape::Object(object) => object.rank(key),
        Shape::FileOr(inner) => rank(inner, key),
        _ => 0,
    }
}

fn value_shape(shape: &Shape, key: &str) -> &'static Shape {
    match shape {
        Shape::Object(object) => object.find(key).map_or(&Shape::Any, |k| &k.shape),
        Shape::Map(_, inner) => inner,
        Shape::FileOr(inner) => value_shape(inner, key),
        _ => &Shape::Any,
    }
}

fn item_shape(shape: &Shape) -> &'static Shape {
    match shape {
        Shape::List(inner) => inner,
        Shape::FileOr(inner) => item_shape(inner),
        _ => &Shape::Any,
    }
}
