//! What a program keeps of its templates to say where a fault lies: their text. Their syntax trees are five times as
//! large, so they are made again when a fault is to be placed.

use std::sync::Arc;

use cuelight_artifact::Artifact;

use crate::limits::Limits;
use crate::render::Place;
use crate::syntax::{Span, SyntaxError, parse};
use crate::unit::{Closure, Member, Texts, Unit, without_last_newline};

/// The templates of a closure as text.
#[derive(Debug)]
pub(super) struct Sources {
    members: Box<[Member]>,
    units: Box<[Source]>,
}

#[derive(Debug)]
struct Source {
    member: usize,
    field: Box<str>,
    text: Text,
}

#[derive(Debug)]
enum Text {
    /// Of the artifact itself.
    Own(Arc<str>),
    /// The body of a fragment, which is there once for all that include it.
    Body(Arc<Artifact>),
}

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Self::Own(text) => text,
            Self::Body(fragment) => without_last_newline(fragment.body.as_deref().unwrap_or_default()),
        }
    }
}

impl Sources {
    /// Keeps the text and lets the syntax trees go.
    pub(super) fn keep(closure: Closure<'_>) -> Self {
        let Closure { fragments, members, units, .. } = closure;
        let source = |unit: Unit| Source {
            member: unit.artifact,
            field: unit.field.into(),
            text: match unit.artifact {
                0 => Text::Own(unit.template.source),
                member => Text::Body(Arc::clone(&fragments[member - 1])),
            },
        };
        Self { members: members.into(), units: units.into_iter().map(source).collect() }
    }

    /// Parses every text again. Bounded as it was the first time: by the limits of texts, parts and depth.
    ///
    /// # Errors
    /// Never, for the same texts were parsed before within the same limits.
    pub(super) fn parse(&self, limits: &Limits) -> Result<Vec<Unit>, SyntaxError> {
        let parsed = self.units.iter().map(|source| {
            let template = parse(source.text.as_str(), limits)?;
            Ok(Unit { artifact: source.member, field: source.field.to_string(), template })
        });
        parsed.collect()
    }

    /// The templates, once parsed.
    pub(super) fn texts<'a>(&'a self, units: &'a [Unit]) -> Texts<'a> {
        Texts { members: &self.members, units }
    }

    /// The field a unit stands in.
    pub(super) fn field(&self, unit: usize) -> &str {
        &self.units[unit].field
    }

    /// The place at `span` in a unit.
    pub(super) fn place(&self, unit: usize, span: Span) -> Place {
        let source = &self.units[unit];
        Place {
            artifact: self.members[source.member].id.to_string(),
            field: source.field.to_string(),
            line: span.line,
            column: span.column,
        }
    }
}
