//! What an edit would do: findings, the text as a model reads it, kind of change, who is affected. Changes nothing.

use cuelight_artifact::diagnostic::has_errors;
use cuelight_artifact::rules::file::CHANGE_INTENT;
use cuelight_artifact::{Artifact, ArtifactRef, Diagnostic, Digest, EnvironmentName, ProjectName};
use cuelight_core::release::Slot;
use cuelight_core::rights::Action;
use cuelight_render::Limits;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::build::{self, Built};
use super::{EditInput, place};
use crate::app::Project;
use crate::ctx::Ctx;
use crate::error::AppResult;
use crate::plan::{PlanAction, PlanEntry, plan};
use crate::prompt::{DependentInfo, Tried, attempt, dependents, samples_of};
use crate::serve::resolve::Values;

/// Which values the preview is made with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SampleChoice {
    /// The first golden case, or values made from the declared inputs.
    #[default]
    First,
    /// A golden case by its name; the first one if there is no such case.
    Case(String),
    /// Values of one's own.
    Own(Values),
}

/// What an edit would do.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// The version the edit began with.
    #[schemars(with = "String")]
    pub base: Version,
    /// The newest version. Another than the base means that somebody published in between: carry the edit over.
    #[schemars(with = "String")]
    pub newest: Version,
    /// Whether anything but the reason for the change differs from the base.
    pub changed: bool,
    /// Findings, errors first. The path is the field; line and column are places within its text.
    pub problems: Vec<Diagnostic>,
    /// The golden case of the preview; empty for other values.
    pub sample: String,
    /// The values of the preview.
    pub values: Values,
    /// The text as a model would read it.
    pub preview: Tried,
    /// The same values with what is live, or else with the newest version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Compared>,
    /// What publishing would make of it; absent while there are errors, or when nothing differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<PlanEntry>,
    /// What publishing would make of the others that are published with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<PlanEntry>,
    /// For a shared text: everybody who includes it. Their texts change only when they are published anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependents: Vec<DependentInfo>,
    /// To publish exactly this; absent while it cannot be published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Digest>,
}

/// The size of what is there already, rendered with the same values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Compared {
    /// Where it is live: the last environment on the path that has it. Absent when it is live nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentName>,
    /// Its version.
    #[schemars(with = "String")]
    pub version: Version,
    /// Bytes of all messages.
    pub bytes: usize,
    /// About how many tokens.
    pub tokens: usize,
}

/// Looks at an edit: findings in its fields, a preview with sample values, and what publishing it would do.
///
/// # Errors
/// `unknown_artifact`, `unknown_version` for the base, `invalid_request`, `forbidden`.
pub async fn check(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    edit: &EditInput,
    sample: &SampleChoice,
) -> AppResult<Checked> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let loaded = ctx.app.project(project).await?;
    let newest = build::newest(&loaded, id)?;
    let Built { base, edited, input } = build::build(&ctx.app, &loaded, id, edit).await?;
    let fragments = loaded.contents(&ctx.app).fragments(&edited).await?;
    let planned = plan(ctx, project, &input).await?;
    let (own, also): (Vec<_>, Vec<_>) = planned.entries.into_iter().partition(|e| e.id == *id);
    let entry = own.into_iter().next();
    let mut found = planned.diagnostics;
    if entry.is_none() {
        // Files with errors end before their texts are looked at; a person wants to see everything at once.
        found.extend(cuelight_render::check(&edited, &fragments, &Limits::default()));
    }
    let changed = edited != base;
    let mut problems = place::in_fields(&edited, &input.files, found);
    reason(&edited, changed, &mut problems);
    let (sample, values) = choose(&edited, sample);
    let preview = attempt(&edited, &fragments, &values);
    let compared = compared(ctx, project, &loaded, id, &newest, &values).await?;
    let entry = entry.filter(|e| e.action != PlanAction::Same);
    let ready = changed && newest == edit.base && entry.is_some() && !has_errors(&problems);
    Ok(Checked {
        base: edit.base.clone(),
        newest,
        changed,
        problems,
        sample,
        values,
        preview,
        compared,
        entry,
        also,
        dependents: dependents(ctx, project, id).await?,
        plan: ready.then_some(planned.digest),
    })
}

/// To files a missing reason is a warning; a person at a form is asked for it.
fn reason(edited: &Artifact, changed: bool, problems: &mut Vec<Diagnostic>) {
    let about = |d: &Diagnostic| d.rule == CHANGE_INTENT.id && d.path.as_deref() == Some("change_intent");
    if !changed {
        problems.retain(|d| !about(d));
    } else if edited.change_intent.is_empty() {
        problems.retain(|d| !about(d));
        let asked = Diagnostic::error(&CHANGE_INTENT, "nothing says yet why this is changed");
        problems.insert(0, asked.of(&edited.id()).on("change_intent").fix(CHANGE_INTENT.fix));
    }
}

fn choose(edited: &Artifact, sample: &SampleChoice) -> (String, Values) {
    if let SampleChoice::Own(values) = sample {
        return (String::new(), values.clone());
    }
    let mut samples = samples_of(edited);
    let wanted = match sample {
        SampleChoice::Case(name) => samples.iter().position(|s| s.case == *name).unwrap_or(0),
        _ => 0,
    };
    if wanted >= samples.len() {
        return (String::new(), Values::default());
    }
    let sample = samples.swap_remove(wanted);
    let values = sample.values();
    (sample.case, values)
}

async fn compared(
    ctx: &Ctx,
    project: &ProjectName,
    loaded: &Project,
    id: &ArtifactRef,
    newest: &Version,
    values: &Values,
) -> AppResult<Option<Compared>> {
    let slot = Slot::prompt(id.name.clone());
    let live = loaded.journal.read(|state| {
        let seen = state.environments.iter().rev();
        let mut seen = seen.filter(|e| ctx.sees(Action::ReadReleases, project, &e.name));
        let of_prompts = id.kind == cuelight_artifact::Kind::Prompt;
        seen.find_map(|e| {
            Some((e.name.clone(), e.content.get(&slot).filter(|_| of_prompts)?.version.clone()))
        })
    });
    let (environment, version) = match live {
        Some((environment, version)) => (Some(environment), version),
        None => (None, newest.clone()),
    };
    let there = build::version(&ctx.app, loaded, id, &version).await?;
    let fragments = loaded.contents(&ctx.app).fragments(&there).await?;
    let tried = attempt(&there, &fragments, values);
    Ok((tried.problems.is_empty()).then_some(Compared {
        environment,
        version,
        bytes: tried.bytes,
        tokens: tried.tokens,
    }))
}
