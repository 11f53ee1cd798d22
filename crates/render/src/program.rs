//! A prompt made ready to render: checked and compiled once, rendered often, from any thread.

mod build;
mod check;
mod source;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use cuelight_artifact::model::Role;
use cuelight_artifact::{ArtifactRef, Diagnostic};
use minijinja::{Environment, Value as EngineValue};
use serde_json::Value;

use crate::analyse::Read;
use crate::engine::{self, Converted, Stop, convert};
use crate::interpret::{self, Data, Fault, Reason};
use crate::limits::{Deadline, LimitKind, Limits};
use crate::meter::Meter;
use crate::render::{ChatMessage, Place, RenderError, RenderRequest, Rendered, RenderedRetrieval};
use crate::syntax::SyntaxError;
use crate::unit::Unit;
use source::Sources;

pub use build::{compile, link};

/// A compiled prompt or fragment. Shared freely (`Arc<Program>`); rendering changes nothing in it.
///
/// A fragment renders as one system message, for previews and its golden cases.
#[derive(Debug)]
pub struct Program {
    id: ArtifactRef,
    limits: Limits,
    sources: Sources,
    engine: Environment<'static>,
    parts: Box<[Part]>,
    known: Arc<engine::Known>,
    retrieval: Option<Lookup>,
    reads: Vec<Read>,
    warnings: Vec<Diagnostic>,
}

#[derive(Debug)]
enum Part {
    Text { role: Role, unit: usize, name: String },
    Placeholder { name: String, optional: bool },
}

/// What is looked up before rendering: settings as they are, texts by their units.
#[derive(Debug)]
struct Lookup {
    index: String,
    query: usize,
    top_k: u32,
    min_score: Option<f64>,
    filters: Box<[(String, usize)]>,
    into: String,
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
    /// The syntax trees, if the reference renderer was asked.
    units: OnceCell<Result<Vec<Unit>, SyntaxError>>,
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

    /// The names of its placeholders, in order.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Placeholder { name, .. } => Some(name.as_str()),
            Part::Text { .. } => None,
        })
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
        let Some(retrieval) = &self.retrieval else { return Ok(None) };
        let request = RenderRequest::new(inputs);
        let mut context = self.context(&request)?;
        let query = self.engine_text(&mut context, retrieval.query, &template_name(retrieval.query))?;
        let mut filters = BTreeMap::new();
        for (name, unit) in &retrieval.filters {
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
        let into = self.retrieval.as_ref().map(|r| r.into.as_str());
        check::passages(request.passages, into)?;
        let (inputs, passages) = self.converted(request, into).map_err(|kind| self.limit(kind, None))?;
        let meter = Arc::new(Meter::new(self.limits, request.deadline.clone()));
        let root = engine::Root {
            known: Arc::clone(&self.known),
            inputs,
            passages,
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
            units: OnceCell::new(),
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
        let inputs = convert(request.inputs, &self.known, &mut budget)?;
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
        let units = self.units(context, unit)?;
        let texts = self.sources.texts(units);
        let rendered = interpret::render(texts, unit, &context.data, &context.meter, context.steps);
        let (text, left) = rendered.map_err(|fault| self.error(fault))?;
        context.steps = left;
        Ok(text)
    }

    /// The syntax trees, made when they are first asked for.
    fn units<'c>(&self, context: &'c Context<'_>, unit: usize) -> Result<&'c [Unit], RenderError> {
        let parsed = context.units.get_or_init(|| self.sources.parse(&self.limits));
        parsed.as_deref().map_err(|error| self.disagree(unit, error.message.clone()))
    }

    fn disagree(&self, unit: usize, message: String) -> RenderError {
        RenderError::Engine { field: self.sources.field(unit).to_owned(), message }
    }

    /// Asks the reference renderer where the engine's fault lies.
    fn locate(&self, context: &Context<'_>, unit: usize, message: String) -> RenderError {
        let units = match self.units(context, unit) {
            Ok(units) => units,
            Err(error) => return error,
        };
        let meter = Meter::new(self.limits, context.deadline.clone());
        let texts = self.sources.texts(units);
        match interpret::render(texts, unit, &context.data, &meter, self.limits.steps) {
            Err(fault) => self.error(fault),
            Ok(_) => self.disagree(unit, message),
        }
    }

    fn error(&self, fault: Fault) -> RenderError {
        let place = self.sources.place(fault.unit, fault.span);
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
        let unknown = |given: &&String| !self.placeholders().any(|name| name == given.as_str());
        if let Some(name) = request.placeholders.keys().find(unknown) {
            return Err(RenderError::PlaceholderUnknown {
                name: name.clone(),
                known: self.placeholders().map(str::to_owned).collect(),
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
