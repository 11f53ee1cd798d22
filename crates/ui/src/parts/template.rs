//! The text of a prompt as people read it: variables as chips, shared texts in their place and read-only, invisible
//! characters visible.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_artifact::model::FragmentUse;
use cuelight_artifact::{Artifact, ArtifactRef, Digest, ProjectName};
use maud::{Markup, html};

use super::page::artifact_address;
use super::{text, user};
use crate::words::t;

/// Most levels of shared texts within shared texts.
const MAX_DEPTH: usize = 16;

/// One piece of a template.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    /// What stands between `{{` and `}}`.
    Variable(&'a str),
    /// The alias of a shared text.
    Include(&'a str),
    /// Any other instruction, with its marks.
    Logic(&'a str),
}

/// Draws the templates of one page. A shared text is drawn once; where it comes again, there is only its name.
pub struct Templates<'a> {
    project: &'a ProjectName,
    shared: &'a BTreeMap<Digest, Artifact>,
    drawn: BTreeSet<Digest>,
}

impl<'a> Templates<'a> {
    /// For the templates of artifacts that include these shared texts.
    #[must_use]
    pub const fn new(project: &'a ProjectName, shared: &'a BTreeMap<Digest, Artifact>) -> Self {
        Self { project, shared, drawn: BTreeSet::new() }
    }

    /// One template of an artifact that has these aliases.
    pub fn draw(&mut self, template: &str, aliases: &BTreeMap<String, FragmentUse>) -> Markup {
        html! { p class="prompt-text" dir="auto" data-user { (self.pieces(template, aliases, 0)) } }
    }

    fn pieces(&mut self, template: &str, aliases: &BTreeMap<String, FragmentUse>, depth: usize) -> Markup {
        html! {
            @for piece in without_gaps(pieces(template)) {
                @match piece {
                    Piece::Text(plain) => (text::shown(plain)),
                    Piece::Variable(name) => { span class="var" { bdi { (text::shown(name)) } } }
                    Piece::Logic(source) => { span class="logic" { (text::shown(source)) } }
                    Piece::Include(alias) => (self.shared(alias, aliases, depth)),
                }
            }
        }
    }

    fn shared(&mut self, alias: &str, aliases: &BTreeMap<String, FragmentUse>, depth: usize) -> Markup {
        let Some(used) = aliases.get(alias) else {
            return html! { span class="logic" { (text::shown(alias)) } };
        };
        let locked = used.locked.as_ref();
        let found = locked.and_then(|l| Some((l.digest, self.shared.get(&l.digest)?)));
        let inner =
            match found {
                Some((digest, artifact)) if depth < MAX_DEPTH && self.drawn.insert(digest) => Some(
                    self.pieces(artifact.body.as_deref().unwrap_or_default(), &artifact.fragments, depth + 1),
                ),
                _ => None,
            };
        let address = artifact_address(self.project, &ArtifactRef::fragment(used.name.clone()));
        html! {
            span class="shared" {
                span class="shared-name" {
                    (t!("prompt-shared-here")) " " a href=(address) { (user(&used.name)) }
                    @if let Some(locked) = locked { " " (locked.version.to_string()) }
                    @if inner.is_none() { " " (t!("prompt-shared-again")) }
                }
                @if let Some(inner) = inner { (inner) }
            }
        }
    }
}

/// A template in its pieces. What was published is well-formed; what is not is shown as text.
fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some((at, open)) = opening(rest) {
        let close = match open {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let Some(end) = closing(&rest[at + 2..], close, open != "{#") else { break };
        let tag = &rest[at..at + 2 + end + 2];
        let inner = rest[at + 2..at + 2 + end].trim_matches(['-', '+']).trim();
        if at > 0 {
            found.push(Piece::Text(&rest[..at]));
        }
        rest = &rest[at + tag.len()..];
        found.push(match open {
            "{{" => Piece::Variable(inner),
            "{%" => match inner.strip_prefix("include") {
                Some(alias) => Piece::Include(alias.trim().trim_matches(['"', '\''])),
                None => Piece::Logic(tag),
            },
            _ => Piece::Logic(tag),
        });
        // Between these two nothing is an instruction.
        if inner == "raw"
            && let Some(end) = end_of_raw(rest)
        {
            found.push(Piece::Text(&rest[..end]));
            rest = &rest[end..];
        }
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    found
}

/// The pieces without the line ends around shared texts, which stand in lines of their own anyway.
fn without_gaps(mut pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let includes: Vec<usize> =
        pieces.iter().enumerate().filter(|(_, p)| matches!(p, Piece::Include(_))).map(|(i, _)| i).collect();
    for at in includes {
        if let Some(Piece::Text(before)) = at.checked_sub(1).and_then(|i| pieces.get_mut(i)) {
            *before = before.strip_suffix('\n').unwrap_or(before);
        }
        if let Some(Piece::Text(after)) = pieces.get_mut(at + 1) {
            *after = after.strip_prefix('\n').unwrap_or(after);
        }
    }
    pieces
}

/// Where the next instruction begins, and how.
fn opening(text: &str) -> Option<(usize, &str)> {
    text.match_indices('{').find_map(|(at, _)| {
        let mark = text.get(at..at + 2)?;
        matches!(mark, "{{" | "{%" | "{#").then_some((at, mark))
    })
}

/// Where an instruction ends; marks within its texts do not count.
fn closing(text: &str, close: &str, quotes: bool) -> Option<usize> {
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if quotes && matches!(c, '"' | '\'') => quote = Some(c),
            None if text[at..].starts_with(close) => return Some(at),
            None => {}
        }
    }
    None
}

fn end_of_raw(text: &str) -> Option<usize> {
    text.match_indices("{%").map(|(at, _)| at).find(|at| {
        let tag = text[at + 2..].trim_start_matches(['-', '+']).trim_start();
        tag.starts_with("endraw")
    })
}

#[cfg(test)]
mod tests;
