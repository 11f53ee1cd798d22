//! Resolves prompts: which version for this request, and its messages. One snapshot per call.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cuelight_artifact::name::Word;
use cuelight_artifact::schema::Compiled;
use cuelight_artifact::{ArtifactName, Digest, EnvironmentName, ProjectName};
use cuelight_core::environment::Blocked;
use cuelight_core::rights::{Action, Resource};
use cuelight_core::version::Severity;
use cuelight_render::{ChatMessage, Deadline, Program, RenderError, RenderRequest, RenderedRetrieval};
use cuelight_resolve::{Choice, Settings, choose};
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::snapshot::{Snapshot, Variant};
use super::{Written, cue};
use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};

/// Longest time one rendering may take on the clock. The counted limits end every template within about 50 ms of
/// work; this is for a machine so busy that work takes long, and must not refuse what is merely waiting its turn.
pub const RENDER_TIME: Duration = Duration::from_millis(500);
/// Most prompts in one call.
pub const MAX_BATCH: usize = 200;

/// Asks for one prompt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveInput {
    /// The environment.
    pub environment: EnvironmentName,
    /// The prompt.
    pub prompt: ArtifactName,
    /// Who or what this is for, such as a user's id; the same subject always gets the same arm. Kept nowhere.
    #[serde(default)]
    pub subject: Option<String>,
    /// Attributes that overrides may ask for, such as `tenant`.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Values by the names of the input schema.
    #[serde(default)]
    pub inputs: Map<String, Value>,
    /// Passages that retrieval found.
    #[serde(default)]
    pub passages: Vec<Value>,
    /// Messages for placeholders.
    #[serde(default)]
    pub placeholders: BTreeMap<String, Vec<ChatMessage>>,
    /// Whether to render.
    #[serde(default)]
    pub render: Render,
}

impl ResolveInput {
    /// From the fields of a JSON object, its inputs taken as they are instead of read again. `None` when it has another
    /// form; what is wrong with it is told by reading its text.
    #[must_use]
    pub fn from_fields(mut fields: Map<String, Value>) -> Option<Self> {
        let inputs = match fields.swap_remove("inputs") {
            Some(Value::Object(inputs)) => inputs,
            Some(_) => return None,
            None => Map::new(),
        };
        let rest: Self = serde_json::from_value(Value::Object(fields)).ok()?;
        Some(Self { inputs, ..rest })
    }
}

/// What a rendering is given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// Values by the names of the input schema.
    #[serde(default)]
    pub inputs: Map<String, Value>,
    /// Passages that retrieval found.
    #[serde(default)]
    pub passages: Vec<Value>,
    /// Messages for placeholders.
    #[serde(default)]
    pub placeholders: BTreeMap<String, Vec<ChatMessage>>,
}

/// [`Values`] in the form in which they are checked and rendered.
pub(crate) struct Given {
    inputs: Value,
    passages: Vec<Value>,
    placeholders: BTreeMap<String, Vec<ChatMessage>>,
}

impl From<Values> for Given {
    fn from(values: Values) -> Self {
        let Values { inputs, passages, placeholders } = values;
        Self { inputs: Value::Object(inputs), passages, placeholders }
    }
}

/// Whether to render.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Render {
    /// Messages are rendered with the values given.
    #[default]
    Messages,
    /// Only the choice and the settings are returned.
    None,
}

/// Asks for many prompts of one generation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveManyInput {
    /// The environment.
    pub environment: EnvironmentName,
    /// As in a single call.
    #[serde(default)]
    pub subject: Option<String>,
    /// As in a single call.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// The prompts, each with its own values.
    pub prompts: BTreeMap<ArtifactName, Values>,
    /// Whether to render.
    #[serde(default)]
    pub render: Render,
}

/// One prompt, resolved.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Resolved {
    /// The prompt.
    pub prompt: ArtifactName,
    /// Its version.
    #[schemars(with = "String")]
    pub version: Version,
    /// What exactly was served.
    pub digest: Digest,
    /// The environment's generation.
    pub generation: u64,
    /// The release that brought the version.
    pub release: u64,
    /// `stable`, or an arm of a rollout.
    pub arm: Cow<'static, str>,
    /// Why this one: `stable`, or `override:<id>`.
    pub reason: Cow<'static, str>,
    /// The override chosen, if any.
    #[serde(rename = "override", default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Word>,
    /// The rendered messages; absent when not rendered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<ChatMessage>>,
    /// What to retrieve, rendered; absent when not rendered or not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<RenderedRetrieval>,
    /// What the prompt says beside its messages. In JSON these stand among the others.
    #[serde(flatten)]
    #[schemars(with = "Settings")]
    pub settings: Arc<Written>,
    /// Send this back with observations.
    pub cue: String,
    /// Things the caller should know, such as that the version was yanked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Many prompts of one generation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ResolvedMany {
    /// The generation that all of them are from.
    pub generation: u64,
    /// By name.
    pub prompts: BTreeMap<ArtifactName, Resolved>,
}

/// Resolves one prompt.
///
/// # Errors
/// `not_released`, `inputs_invalid`, `render_failed`, `version_blocked`, `forbidden`.
pub async fn resolve(ctx: &Ctx, project: &ProjectName, input: ResolveInput) -> AppResult<Resolved> {
    let snapshot = open(ctx, project, &input.environment).await?;
    let values = Values { inputs: input.inputs, passages: input.passages, placeholders: input.placeholders };
    one(ctx, project, &snapshot, &input.prompt, &input.attributes, (values, input.render))
}

/// Resolves many prompts, all from one generation, or none.
///
/// # Errors
/// As [`resolve`], for the first prompt that fails.
pub async fn resolve_many(
    ctx: &Ctx,
    project: &ProjectName,
    input: ResolveManyInput,
) -> AppResult<ResolvedMany> {
    if input.prompts.is_empty() || input.prompts.len() > MAX_BATCH {
        return Err(AppError::invalid(format!(
            "`prompts` names 1 to {MAX_BATCH} prompts; this one names {}",
            input.prompts.len()
        )));
    }
    let snapshot = open(ctx, project, &input.environment).await?;
    let mut prompts = BTreeMap::new();
    for (name, values) in input.prompts {
        let resolved = one(ctx, project, &snapshot, &name, &input.attributes, (values, input.render))
            .map_err(|e| AppError { detail: format!("{name}: {}", e.detail), ..e })?;
        prompts.insert(name, resolved);
        // Others get their turn between prompts, and a caller who gave up ends the call.
        tokio::task::yield_now().await;
    }
    Ok(ResolvedMany { generation: snapshot.generation, prompts })
}

async fn open(ctx: &Ctx, project: &ProjectName, environment: &EnvironmentName) -> AppResult<Arc<Snapshot>> {
    ctx.check(Action::Serve, &Resource::Environment(project, environment))?;
    ctx.app.project(project).await?.snapshot(environment)
}

fn one(
    ctx: &Ctx,
    project: &ProjectName,
    snapshot: &Snapshot,
    prompt: &ArtifactName,
    attributes: &BTreeMap<String, String>,
    (values, render): (Values, Render),
) -> AppResult<Resolved> {
    let live = snapshot.prompts.get(prompt).ok_or_else(|| {
        AppError::new(
            Code::NotReleased,
            format!(
                "`{prompt}` is not live in `{}` (generation {})",
                snapshot.environment, snapshot.generation
            ),
        )
    })?;
    let variant = match choose(&live.overrides, |v| &v.when, attributes) {
        Choice::Stable => &live.stable,
        Choice::Override(variant) => variant,
    };
    check_blocked(snapshot, prompt, variant)?;
    let (messages, retrieval) = match render {
        Render::None => (None, None),
        Render::Messages => {
            let (messages, retrieval) = render_variant(&variant.served, values)?;
            (Some(messages), retrieval)
        }
    };
    let reason = variant.id.as_ref().map_or_else(|| "stable".into(), |id| format!("override:{id}").into());
    let warning = |severity| super::bundle::yanked(severity).warning(prompt, &variant.version);
    let warnings = variant.yanked.map(warning).into_iter().collect();
    Ok(Resolved {
        prompt: prompt.clone(),
        version: variant.version.clone(),
        digest: variant.digest,
        generation: snapshot.generation,
        release: variant.release,
        arm: "stable".into(),
        reason,
        over: variant.id.clone(),
        messages,
        retrieval,
        settings: Arc::clone(&variant.served.settings),
        cue: cue::signed(&ctx.app, project, snapshot, prompt, variant)?,
        warnings,
    })
}

/// Refuses a version that was yanked as unsafe where the policy says so.
pub(crate) fn check_blocked(snapshot: &Snapshot, prompt: &ArtifactName, variant: &Variant) -> AppResult<()> {
    if variant.yanked == Some(Severity::Block) && snapshot.blocked == Blocked::Refused {
        return Err(AppError::new(
            Code::VersionBlocked,
            format!("{prompt} {} was yanked as unsafe", variant.version),
        ));
    }
    Ok(())
}

/// Messages and retrieval of a compiled artifact, with inputs checked against its schema.
///
/// # Errors
/// `inputs_invalid` naming each field, `render_failed`, `too_large`.
pub fn render_variant(
    served: &super::Served,
    values: Values,
) -> AppResult<(Vec<ChatMessage>, Option<RenderedRetrieval>)> {
    let given = Given::from(values);
    check(&served.name, served.inputs.as_ref(), &given.inputs)?;
    render_program(&served.program, &given).map_err(|e| AppError::new(Code::RenderFailed, e.to_string()))
}

/// Messages and retrieval of a program, within the time every rendering has. Inputs are not checked.
///
/// # Errors
/// As [`Program::render`].
pub(crate) fn render_program(
    program: &Program,
    given: &Given,
) -> Result<(Vec<ChatMessage>, Option<RenderedRetrieval>), RenderError> {
    let start = Instant::now();
    let request = RenderRequest::new(&given.inputs)
        .with_passages(&given.passages)
        .with_placeholders(&given.placeholders)
        .with_deadline(Deadline::new(move || start.elapsed() > RENDER_TIME));
    let rendered = program.render(&request)?;
    let retrieval = program.retrieval(&given.inputs)?;
    Ok((rendered.messages, retrieval))
}

/// Checks inputs against an artifact's schema; without a schema there are no inputs.
///
/// # Errors
/// `inputs_invalid` naming each field.
pub fn check_inputs(artifact: &cuelight_artifact::Artifact, inputs: &Value) -> AppResult<()> {
    check(&artifact.name, artifact.inputs.as_ref().map(Compiled::new).as_ref(), inputs)
}

/// As [`check_inputs`], with the schema read before.
fn check(name: &ArtifactName, schema: Option<&Compiled>, inputs: &Value) -> AppResult<()> {
    let found = match schema {
        Some(schema) => schema.validate(inputs),
        None if inputs.as_object().is_none_or(Map::is_empty) => return Ok(()),
        None => {
            return Err(AppError::new(Code::InputsInvalid, format!("`{name}` takes no inputs")));
        }
    };
    found.map_err(|violations| {
        let missing: Vec<String> = violations.iter().map(ToString::to_string).collect();
        AppError::new(Code::InputsInvalid, missing.join("; ")).missing(missing)
    })
}
