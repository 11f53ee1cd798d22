//! Plan and apply: what a set of files would change, and making exactly that.

mod apply;
mod catalog;
mod drift;
mod export;
mod work;

pub use apply::{AppliedVersion, ApplyOutput, apply};
pub use drift::{DriftItem, DriftKind, DriftOutput, drift};
pub use export::{FilesOutput, files, lock};

use std::collections::{BTreeMap, BTreeSet};

use cuelight_artifact::boundary::BoundaryChange;
use cuelight_artifact::bump::{self, Reason};
use cuelight_artifact::diff::FieldChange;
use cuelight_artifact::name::Word;
use cuelight_artifact::{ArtifactName, ArtifactRef, Diagnostic, Digest, EnvironmentName, ProjectName};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::ctx::Ctx;
use crate::error::AppResult;

/// A set of files, and how to take them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    /// Path within the workspace, with `/`, to text: `prompts.yaml`, `prompts.lock`, everything below `prompts/`
    /// and `fragments/`.
    pub files: BTreeMap<String, String>,
    /// Classes the author asks for.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BumpInput>")]
    pub bumps: BTreeMap<ArtifactRef, BumpInput>,
    /// Publishes pre-releases under this label (a branch), such as `1.3.0-campaign.1`; main does not move.
    #[serde(default)]
    pub prerelease: Option<Word>,
    /// Fragments to take at their newest matching version, whatever the lock says.
    #[serde(default)]
    pub upgrade: BTreeSet<ArtifactName>,
    /// For apply: the digest of the plan that was looked at. When the plan would be another one by now, nothing
    /// happens.
    #[serde(default)]
    pub plan: Option<Digest>,
}

/// A class the author asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BumpInput {
    /// The class.
    pub class: bump::Class,
    /// Why a lower class than the computed one is right; required then, and recorded.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What would happen.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlanOutput {
    /// Identifies exactly this plan against exactly this registry.
    pub digest: Digest,
    /// Every artifact in the files, fragments before those who use them.
    pub entries: Vec<PlanEntry>,
    /// Findings in the files. With an error among them the plan cannot be applied.
    pub diagnostics: Vec<Diagnostic>,
    /// Artifacts the registry has and the files have not. They stay as they are.
    pub absent: Vec<ArtifactRef>,
    /// How many would be new.
    pub add: usize,
    /// How many would get a new version.
    pub change: usize,
    /// How many are as the registry has them.
    pub same: usize,
    /// What `prompts.lock` says after applying.
    pub lock: String,
}

/// What would happen to one artifact.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlanEntry {
    /// Which.
    pub id: ArtifactRef,
    /// Added, changed, or the same.
    pub action: PlanAction,
    /// Its newest version now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub from: Option<Version>,
    /// Its version after applying.
    #[schemars(with = "String")]
    pub to: Version,
    /// Its content after applying.
    pub digest: Digest,
    /// What the differences demand; absent when nothing differs or there is nothing to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<bump::Class>,
    /// The class the author chose, if it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<bump::Class>,
    /// Why, rule by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Boundaries that are relaxed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boundary: Vec<BoundaryChange>,
    /// Field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
    /// Golden cases that render differently.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases_differ: Vec<String>,
    /// How many golden cases it has.
    pub cases: usize,
    /// Its fragments, direct or not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<ArtifactName, String>")]
    pub fragments: BTreeMap<ArtifactName, Version>,
    /// Who uses it and is not in these files: they keep what they have until they are planned again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users_elsewhere: Vec<ArtifactRef>,
    /// Where it is live now. Applying changes nothing there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<EnvironmentName, String>")]
    pub live: BTreeMap<EnvironmentName, Version>,
}

/// What would happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlanAction {
    /// Its first version.
    Add,
    /// A new version.
    Change,
    /// Nothing.
    Same,
}

/// Works out what a set of files would change. Changes nothing.
///
/// # Errors
/// `forbidden`, `unknown_project`; findings in the files are part of the answer, not an error.
pub async fn plan(ctx: &Ctx, project: &ProjectName, input: &PlanInput) -> AppResult<PlanOutput> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let loaded = ctx.app.project(project).await?;
    Ok(work::work_out(ctx, &loaded, input).await?.output)
}
