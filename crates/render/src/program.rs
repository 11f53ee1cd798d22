//! A prompt made ready to render: checked and compiled once, rendered often, from any thread.

mod build;
mod check;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cuelight_artifact::model::{Message, Role};
use cuelight_artifact::{Artifact, ArtifactRef, Diagnostic};
use minijinja::{Environment, Value as EngineValue};
use serde_json::Value;

use crate::analyse::Read;
use crate::engine::{self, Converted, Stop, convert};
use crate::interpret::{self, Data, Fault, Reason};
use crate::limits::{Deadline, LimitKind, Limits};
use crate::meter::Meter;
use crate::render::{ChatMessage, Place, RenderError, RenderRequest, Rendered, RenderedRetrieval};
use crate::unit::Closure;

pub use build::{compile, link};

/// A compiled prompt or fragment. Shared freely (`Arc<Program>`); rendering changes nothing in it.
///
/// A fragment renders as one system message, for previews and its golden cases.
#[derive(Debug)]
pub struct Program {
    id: ArtifactRef,
    limits: Limits,
    closure: Closure,
    engine: Environment<'static>,
    parts: Vec<Part>,
    /// A table of constants for every member of the closure.
    constants: Arc<[EngineValue]>,
    /// The top-level inputs that any template mentions.
    wanted: BTreeSet<String>,
    reads: Vec<Read>,
    warnings: Vec<Diagnostic>,
}

#[derive(Debug)]
enum Part {
    Text { role: Role, unit: usize, name: String },
    Placeholder { name: String, optional: bool },
}

/// The engine's name of a unit's template.
fn template_name(unit: usize) -> String {
    format!("t{unit}")
}

/// What a rendering reads, in both renderers' forms.
struct Context<'a> {
    root: EngineValue,
    data: Data<'a>,
    meter: Arc<Meter>,
    deadline: Option<Deadline>,
    steps: u64,
}

impl Program {
    /// Which artifact this is.
    #[must_use]
    pub const fn id(&self) -> &ArtifactRef {
        &self.id
    }

    /// What the templates read, for showing and for tests of the input schema. Empty if made by [`link`].
    #[must_use]
    pub fn reads(&self) -> &[Read] {
        &self.reads
    }

    /// What the check found that stops nothing.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The artifact this was compiled from.
    #[must_use]
    pub fn artifact(&self) -> &Artifact {
        &self.closure.members[0].artifact
    }

    /// Renders every message.
    ///
    /// # Errors
    /// When a value is missing or of the wrong type, placeholders do not match, or a limit is reached. The place is
    /// that of the template text concerned.
    pub fn render(&self, request: &RenderRequest<'_>) -> Result<Rendered, RenderError> {
        self.run(request, Self::engine_text)
    }

    /// Renders with the reference renderer instead of the engine: slower, and equal byte for byte.
    ///
    /// # Errors
    /// As [`Program::render`].
    pub fn render_by_reference(&self, request: &RenderRequest<'_>) -> Result<Rendered, RenderError> {
        self.run(request, Self::reference_text)
    }

    /// What to look up before rendering, or `None` if the prompt retrieves nothing.
    ///
    /// # Errors
    /// As [`Program::render`].
    pub fn retrieval(&self, inputs: &Value) -> Result<Option<RenderedRetrieval>, RenderError> {
        let (Some(retrieval), Some(query)) = (&self.artifact().retrieval, self.closure.query) else {
            return Ok(None);
        };
        let request = RenderRequest::new(inputs);
        let mut context = self.context(&request)?;
        let query = self.engine_text(&mut context, query, &template_name(query))?;
        let mut filters = BTreeMap::new();
        for (name, unit) in &self.closure.filters {
            let text = self.engine_text(&mut context, *unit, &template_name(*unit))?;
            filters.insert(name.clone(), text);
        }
        Ok(Some(RenderedRetrieval {
            index: retrieval.index.clone(),
            query,
            top_k: retrieval.top_k,
            min_score: retrieval.min_score,
            filters,
            into: retrieval.into.clone(),
        }))
    }

    fn run(
        &self,
        request: &RenderRequest<'_>,
        text: fn(&Self, &mut Context<'_>, usize, &str) -> Result<String, RenderError>,
    ) -> Result<Rendered, RenderError> {
        self.check_placeholders(request)?;
        let mut context = self.context(request)?;
        let mut messages = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            match part {
                Part::Text { role, unit, name } => {
                    messages
                        .push(ChatMessage { role: *role, content: text(self, &mut context, *unit, name)? });
                }
                Part::Placeholder { name, .. } => {
                    for message in request.placeholders.get(name).into_iter().flatten() {
                        let fits = context.meter.output(message.content.len());
                        fits.map_err(|tripped| self.limit(tripped.0, None))?;
                        messages.push(message.clone());
                    }
                }
            }
        }
        Ok(Rendered { messages })
    }

    fn context<'a>(&'a self, request: &RenderRequest<'a>) -> Result<Context<'a>, RenderError> {
        check::inputs(request.inputs)?;
        let into = self.artifact().retrieval.as_ref().map(|r| r.into.as_str());
        check::passages(request.passages, into)?;
        let (inputs, passages) = self.converted(request, into).map_err(|kind| self.limit(kind, None))?;
        let meter = Arc::new(Meter::new(self.limits, request.deadline.clone()));
        let root = engine::Root {
            inputs,
            passages,
            constants: Arc::clone(&self.constants),
            meter: engine::shared_meter(&meter),
        };
        Ok(Context {
            root: EngineValue::from_object(root),
            data: Data {
                inputs: request.inputs.as_object(),
                passages: into.map(|name| (name, request.passages)),
            },
            meter,
            deadline: request.deadline.clone(),
            steps: self.limits.steps,
        })
    }

    #[expect(
        clippy::type_complexity,
        reason = "a private pair: the inputs, and the passages under their name"
    )]
    fn converted(
        &self,
        request: &RenderRequest<'_>,
        into: Option<&str>,
    ) -> Result<(Converted, Option<(Box<str>, EngineValue)>), LimitKind> {
        let mut budget = engine::Budget::new(&self.limits);
        let inputs = convert(request.inputs, |key| self.wanted.contains(key), &mut budget)?;
        let passages = match into {
            Some(name) => Some((name.into(), engine::convert_list(request.passages, &mut budget)?)),
            None => None,
        };
        Ok((inputs, passages))
    }

    fn engine_text(&self, context: &mut Context<'_>, unit: usize, name: &str) -> Result<String, RenderError> {
        match engine::render(&self.engine, name, &context.root, &context.meter) {
            Ok((text, steps)) => {
                context.steps =
                    context.steps.checked_sub(steps).ok_or_else(|| self.limit(LimitKind::Steps, None))?;
                Ok(text)
            }
            Err(Stop::Limit(kind)) => Err(self.limit(kind, None)),
            Err(Stop::Fault(message)) => Err(self.locate(context, unit, message)),
        }
    }

    fn reference_text(&self, context: &mut Context<'_>, unit: usize, _: &str) -> Result<String, RenderError> {
        let rendered = interpret::render(&self.closure, unit, &context.data, &context.meter, context.steps);
        let (text, left) = rendered.map_err(|fault| self.error(fault))?;
        context.steps = left;
        Ok(text)
    }

    /// Asks the reference renderer where the engine's fault lies.
    fn locate(&self, context: &Context<'_>, unit: usize, message: String) -> RenderError {
        let meter = Meter::new(self.limits, context.deadline.clone());
        match interpret::render(&self.closure, unit, &context.data, &meter, self.limits.steps) {
            Err(fault) => self.error(fault),
            Ok(_) => RenderError::Engine { field: self.closure.units[unit].field.clone(), message },
        }
    }

    fn error(&self, fault: Fault) -> RenderError {
        let unit = &self.closure.units[fault.unit];
        let place = Place {
            artifact: self.closure.members[unit.artifact].id.to_string(),
            field: unit.field.clone(),
            line: fault.span.line,
            column: fault.span.column,
        };
        match fault.reason {
            Reason::Missing(what) => RenderError::Missing { place, what },
            Reason::Type(message) => RenderError::Type { place, message },
            Reason::Limit(kind) => self.limit(kind, Some(place)),
        }
    }

    fn limit(&self, kind: LimitKind, place: Option<Place>) -> RenderError {
        RenderError::Limit { kind, message: kind.describe(&self.limits), place }
    }

    fn check_placeholders(&self, request: &RenderRequest<'_>) -> Result<(), RenderError> {
        let known = || {
            self.artifact().messages.iter().filter_map(|message| match message {
                Message::Placeholder { name, .. } => Some(name),
                Message::Text { .. } => None,
            })
        };
        if let Some(name) = request.placeholders.keys().find(|given| !known().any(|name| name == *given)) {
            return Err(RenderError::PlaceholderUnknown {
                name: name.clone(),
                known: known().cloned().collect(),
            });
        }
        for part in &self.parts {
            if let Part::Placeholder { name, optional: false } = part
                && !request.placeholders.contains_key(name)
            {
                return Err(RenderError::PlaceholderMissing { name: name.clone() });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
