//! Renders any version with sample inputs, released or not, within the limits of serving.

use std::collections::BTreeMap;

use cuelight_artifact::model::Message;
use cuelight_artifact::rules::case::CASE_INPUTS;
use cuelight_artifact::{Artifact, ArtifactRef, Diagnostic, Kind, ProjectName, schema};
use cuelight_core::rights::Action;
pub use cuelight_render::ChatMessage;
use cuelight_render::{Limits, RenderedRetrieval, link, token_estimate};
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::serve::Fragments;
use crate::serve::resolve::{Values, render_program};

/// What came of rendering a text with sample inputs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tried {
    /// The version; absent for an edited text that is not published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub version: Option<Version>,
    /// The rendered messages. Empty when a problem is an error: nothing is ever rendered in part.
    pub messages: Vec<ChatMessage>,
    /// What to retrieve, rendered; absent when it retrieves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<RenderedRetrieval>,
    /// Bytes of all messages.
    pub bytes: usize,
    /// About how many tokens a model reads: one per four bytes, each message rounded up.
    pub tokens: usize,
    /// What stood in the way. The path is `inputs.<field>` for a value, else the field of the text; line and column
    /// are places within that text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Diagnostic>,
}

/// Sample inputs with a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// The golden case it is from; empty if it was made from the declared inputs because there is no case.
    pub case: String,
    /// Values that fit the declared inputs.
    pub inputs: Map<String, Value>,
    /// Passages as retrieval would have found them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passages: Vec<Value>,
}

impl Sample {
    /// As values for a rendering.
    #[must_use]
    pub fn values(&self) -> Values {
        Values {
            inputs: self.inputs.clone(),
            passages: self.passages.clone(),
            placeholders: BTreeMap::default(),
        }
    }
}

/// Renders a version, or the newest one, with sample inputs. Placeholders that get no messages stay empty. What does
/// not fit or cannot be rendered is in the answer, not an error.
///
/// # Errors
/// `unknown_artifact`, `unknown_version`, `forbidden`.
pub async fn render(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    version: Option<&Version>,
    values: &Values,
) -> AppResult<Tried> {
    let (found, artifact, fragments) = load(ctx, project, id, version).await?;
    Ok(Tried { version: Some(found), ..attempt(&artifact, &fragments, values) })
}

/// Sample inputs for a version, or the newest one: its golden cases, or values made from its declared inputs.
///
/// # Errors
/// As [`render`].
pub async fn samples(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    version: Option<&Version>,
) -> AppResult<Vec<Sample>> {
    let (_, artifact, _) = load(ctx, project, id, version).await?;
    Ok(samples_of(&artifact))
}

async fn load(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    version: Option<&Version>,
) -> AppResult<(Version, Artifact, Fragments)> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let loaded = ctx.app.project(project).await?;
    let (found, digest) = loaded.journal.read(|state| -> AppResult<_> {
        let history = state.history(id)?;
        let record = match version {
            Some(version) => state.version(id, version)?,
            None => history
                .head()
                .or_else(|| history.newest())
                .ok_or_else(|| AppError::new(Code::UnknownVersion, format!("{id} has no version")))?,
        };
        Ok((record.version.clone(), record.digest))
    })?;
    let contents = loaded.contents(&ctx.app);
    let artifact = contents.artifact(&digest).await?;
    let fragments = contents.fragments(&artifact).await?;
    Ok((found, artifact, fragments))
}

/// Sample inputs for an artifact.
pub(crate) fn samples_of(artifact: &Artifact) -> Vec<Sample> {
    let cases: Vec<Sample> = artifact
        .tests
        .iter()
        .map(|case| Sample {
            case: case.name.clone(),
            inputs: case.inputs.as_object().cloned().unwrap_or_default(),
            passages: case.retrieval.clone(),
        })
        .collect();
    if !cases.is_empty() {
        return cases;
    }
    let Some(inputs) = &artifact.inputs else { return Vec::new() };
    // The richest example shows the most of the text.
    let made = schema::examples_of(inputs).into_iter().filter(|v| schema::validate(inputs, v).is_ok());
    let richest = made.filter_map(|v| v.as_object().cloned()).max_by_key(Map::len);
    richest.map(|inputs| Sample { case: String::new(), inputs, passages: Vec::new() }).into_iter().collect()
}

/// Renders an artifact with its fragments, published or not.
pub(crate) fn attempt(artifact: &Artifact, fragments: &Fragments, values: &Values) -> Tried {
    let mut problems = inputs_that_do_not_fit(artifact, &values.inputs);
    if !problems.is_empty() {
        return Tried { problems, ..Tried::default() };
    }
    let program = match link(artifact, fragments, &Limits::default()) {
        Ok(program) => program,
        Err(found) => return Tried { problems: found, ..Tried::default() },
    };
    match render_program(&program, &with_placeholders(artifact, values).into()) {
        Ok((messages, retrieval)) => Tried {
            version: None,
            bytes: messages.iter().map(|m| m.content.len()).sum(),
            tokens: messages.iter().map(|m| token_estimate(&m.content)).sum(),
            messages,
            retrieval,
            problems,
        },
        Err(error) => {
            problems.push(error.to_diagnostic());
            Tried { problems, ..Tried::default() }
        }
    }
}

fn inputs_that_do_not_fit(artifact: &Artifact, inputs: &Map<String, Value>) -> Vec<Diagnostic> {
    let nothing = schema::nothing();
    let declared = artifact.inputs.as_ref().unwrap_or(&nothing);
    let Err(violations) = schema::validate(declared, &Value::Object(inputs.clone())) else {
        return Vec::new();
    };
    let found = violations.into_iter().map(|violation| {
        let path = match violation.path.as_str() {
            "" => "inputs".to_owned(),
            path => format!("inputs.{path}"),
        };
        Diagnostic::error(&CASE_INPUTS, violation.to_string())
            .on(path)
            .fix("Give a value that fits what is declared.")
    });
    found.collect()
}

/// Earlier messages are seldom at hand when somebody tries a text.
fn with_placeholders(artifact: &Artifact, values: &Values) -> Values {
    let mut values = values.clone();
    if artifact.kind == Kind::Prompt {
        for message in &artifact.messages {
            if let Message::Placeholder { name, .. } = message {
                values.placeholders.entry(name.clone()).or_default();
            }
        }
    }
    values
}
