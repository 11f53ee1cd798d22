//! From an edit to the set of files that the plan takes.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_artifact::files::{self, FileSet, Manifest};
use cuelight_artifact::{Artifact, ArtifactRef, Kind, ProjectName};
use semver::Version;

use super::EditInput;
use crate::app::{App, Project};
use crate::code::Code;
use crate::error::{AppError, AppResult};
use crate::plan::PlanInput;

/// An edit as an artifact and as files.
pub(super) struct Built {
    /// What it began with.
    pub(super) base: Artifact,
    /// What it would be; fragments locked as in the base.
    pub(super) edited: Artifact,
    /// What the plan takes.
    pub(super) input: PlanInput,
}

/// Builds the files of an edit, and of those who are to be published with it.
///
/// # Errors
/// `unknown_artifact`, `unknown_version` for the base, `invalid_request` for somebody in `also` who does not
/// include it.
pub(super) async fn build(
    app: &App,
    project: &Project,
    id: &ArtifactRef,
    edit: &EditInput,
) -> AppResult<Built> {
    let base = version(app, project, id, &edit.base).await?;
    let edited = edit.fields.onto(&base);
    let mut texts = BTreeMap::new();
    add(&mut texts, files::write(&edited.unlocked()))?;
    for user in with_those_between(project, id, &edit.also)? {
        let newest = newest(project, &user)?;
        let mut dependant = version(app, project, &user, &newest).await?;
        // Its new version exists for this reason and no other.
        dependant.change_intent.clone_from(&edited.change_intent);
        add(&mut texts, files::write(&dependant.unlocked()))?;
    }
    add(&mut texts, manifest(&project.name))?;
    let input = PlanInput {
        files: texts,
        bumps: edit.bump.iter().map(|bump| (id.clone(), bump.clone())).collect(),
        prerelease: None,
        upgrade: BTreeSet::new(),
        plan: None,
    };
    Ok(Built { base, edited, input })
}

fn manifest(project: &ProjectName) -> FileSet {
    Manifest { project: Some(project.clone()), ..Manifest::default() }.write()
}

fn add(texts: &mut BTreeMap<String, String>, set: FileSet) -> AppResult<()> {
    for (path, bytes) in set {
        texts.insert(path, String::from_utf8(bytes).map_err(AppError::internal)?);
    }
    Ok(())
}

/// Those chosen, and the shared texts through which they include it: a new text reaches them only in new versions of
/// everything between.
fn with_those_between(
    project: &Project,
    id: &ArtifactRef,
    chosen: &BTreeSet<ArtifactRef>,
) -> AppResult<BTreeSet<ArtifactRef>> {
    if chosen.is_empty() {
        return Ok(BTreeSet::new());
    }
    project.journal.read(|state| {
        let none = BTreeSet::new();
        let users =
            if id.kind == Kind::Fragment { state.users.get(&id.name).unwrap_or(&none) } else { &none };
        if let Some(stranger) = chosen.iter().find(|c| !users.contains(*c)) {
            return Err(AppError::invalid(format!("{stranger} does not include {id}")));
        }
        let indirect = |user: &&ArtifactRef| {
            let head = state.artifacts.get(*user).and_then(|h| h.head());
            head.and_then(|h| h.locked(&id.name)).is_some_and(|used| !used.direct)
        };
        let mut all = chosen.clone();
        if chosen.iter().any(|c| indirect(&c)) {
            all.extend(users.iter().filter(|u| u.kind == Kind::Fragment).cloned());
        }
        Ok(all)
    })
}

/// The newest version that files would be compared with.
///
/// # Errors
/// `unknown_artifact`, `unknown_version`.
pub(super) fn newest(project: &Project, id: &ArtifactRef) -> AppResult<Version> {
    project.journal.read(|state| {
        let history = state.history(id)?;
        let record = history.head().or_else(|| history.newest());
        record
            .map(|r| r.version.clone())
            .ok_or_else(|| AppError::new(Code::UnknownVersion, format!("{id} has no version")))
    })
}

/// The content of a version.
///
/// # Errors
/// `unknown_artifact`, `unknown_version`, storage trouble.
pub(super) async fn version(
    app: &App,
    project: &Project,
    id: &ArtifactRef,
    version: &Version,
) -> AppResult<Artifact> {
    let digest = project.journal.read(|state| AppResult::Ok(state.version(id, version)?.digest))?;
    project.contents(app).artifact(&digest).await
}
