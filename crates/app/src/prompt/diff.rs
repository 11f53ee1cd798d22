//! Compares two versions: fields, words, computed class, boundaries.

use cuelight_artifact::boundary::{BoundaryChange, boundary};
use cuelight_artifact::bump::{self, CaseEffect, Reason, RenderEffect};
use cuelight_artifact::diff::{FieldChange, WordSpan, diff as fields, words};
use cuelight_artifact::{Artifact, ArtifactRef, EnvironmentName, Kind, ProjectName};
use cuelight_core::State;
use cuelight_core::release::Slot;
use cuelight_core::rights::Action;
use cuelight_core::version::VersionRecord;
use cuelight_render::{Limits, compare};
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::serve::Fragments;

/// Which two versions.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiffInput {
    /// A version, or an environment for what is live there; the version before `to` when absent.
    #[serde(default)]
    pub from: Option<String>,
    /// A version, or an environment for what is live there; the newest when absent.
    #[serde(default)]
    pub to: Option<String>,
}

/// What differs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DiffOutput {
    /// Which artifact.
    pub id: ArtifactRef,
    /// The older version.
    #[schemars(with = "String")]
    pub from: Version,
    /// The newer version.
    #[schemars(with = "String")]
    pub to: Version,
    /// What the differences demand of the number.
    pub class: bump::Class,
    /// Why, rule by rule.
    pub reasons: Vec<Reason>,
    /// Boundaries that are relaxed.
    pub boundary: Vec<BoundaryChange>,
    /// Field by field.
    pub changes: Vec<FieldChange>,
    /// Word by word, for text that changed.
    pub prose: Vec<ProseDiff>,
    /// Golden cases that render differently.
    pub cases_differ: Vec<String>,
}

/// One text, word by word.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ProseDiff {
    /// The field.
    pub path: String,
    /// Its words in order.
    pub words: Vec<WordSpan>,
}

/// Compares two versions of an artifact.
///
/// # Errors
/// `unknown_artifact`, `unknown_version`, `not_released`, `forbidden`.
pub async fn diff(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    input: DiffInput,
) -> AppResult<DiffOutput> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let loaded = ctx.app.project(project).await?;
    let (from, to) = loaded.journal.read(|state| -> AppResult<_> {
        let to = match &input.to {
            Some(text) => pick(ctx, project, state, id, text)?.clone(),
            None => newest(state, id)?.clone(),
        };
        let from = match &input.from {
            Some(text) => pick(ctx, project, state, id, text)?.clone(),
            None => match &to.previous {
                Some(previous) => state.version(id, previous)?.clone(),
                None => {
                    return Err(AppError::new(
                        Code::UnknownVersion,
                        format!(
                            "{id} {} is the first version; there is nothing before it to compare with",
                            to.version
                        ),
                    ));
                }
            },
        };
        Ok((from, to))
    })?;
    let contents = loaded.contents(&ctx.app);
    let (old, new) = (contents.artifact(&from.digest).await?, contents.artifact(&to.digest).await?);
    let effect = Loaded { old: contents.fragments(&old).await?, new: contents.fragments(&new).await? };
    let verdict = bump::compute(&old, &new, &effect);
    let changes = fields(&old, &new);
    let prose = changes.iter().filter_map(prose).collect();
    let cases_differ = match effect.cases(&old, &new) {
        CaseEffect::Differs { cases } => cases,
        CaseEffect::NoCases | CaseEffect::Same { .. } => Vec::new(),
    };
    Ok(DiffOutput {
        id: id.clone(),
        from: from.version,
        to: to.version,
        class: verdict.class,
        reasons: verdict.reasons,
        boundary: boundary(&old, &new),
        changes,
        prose,
        cases_differ,
    })
}

/// Texts are compared word by word where both sides have some.
fn prose(change: &FieldChange) -> Option<ProseDiff> {
    match (&change.before, &change.after) {
        (Some(Value::String(before)), Some(Value::String(after)))
            if before.contains(' ') || after.contains(' ') =>
        {
            Some(ProseDiff { path: change.path.clone(), words: words(before, after) })
        }
        _ => None,
    }
}

struct Loaded {
    old: Fragments,
    new: Fragments,
}

impl RenderEffect for Loaded {
    fn cases(&self, old: &Artifact, new: &Artifact) -> CaseEffect {
        compare((old, &self.old), (new, &self.new), &Limits::default())
    }
}

fn newest<'a>(state: &'a State, id: &ArtifactRef) -> AppResult<&'a VersionRecord> {
    let history = state.history(id)?;
    history
        .head()
        .or_else(|| history.newest())
        .ok_or_else(|| AppError::new(Code::UnknownVersion, format!("{id} has no version")))
}

fn pick<'a>(
    ctx: &Ctx,
    project: &ProjectName,
    state: &'a State,
    id: &ArtifactRef,
    text: &str,
) -> AppResult<&'a VersionRecord> {
    if let Ok(version) = text.parse::<Version>() {
        return Ok(state.version(id, &version)?);
    }
    let Ok(name) = text.parse::<EnvironmentName>() else {
        return Err(AppError::invalid(format!(
            "`{text}` is neither a version like 1.2.3 nor an environment"
        )));
    };
    if id.kind == Kind::Fragment {
        return Err(AppError::invalid(format!(
            "a fragment is not live by itself; give a version in place of `{name}`"
        )));
    }
    ctx.on_environment(Action::ReadReleases, project, &name)?;
    let placed = state.environment(&name)?.content.get(&Slot::prompt(id.name.clone()));
    let placed =
        placed.ok_or_else(|| AppError::new(Code::NotReleased, format!("{id} is not live in `{name}`")))?;
    Ok(state.version(id, &placed.version)?)
}
