//! Projects: create, list, get.

use cuelight_artifact::{Kind, ProjectName};
use cuelight_core::State;
use cuelight_core::installation::InstallationCommand;
use cuelight_core::ledger::Seq;
use cuelight_core::rights::{Action, Resource, allows};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::app::{OPENING, Project};
use crate::code::Code;
use crate::ctx::{Ctx, fingerprint};
use crate::error::{AppError, AppResult};
use crate::journal::{Commit, Decision};
use crate::time;

/// Asks for a project.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProjectInput {
    /// Its name, for good.
    pub name: ProjectName,
}

/// A project in brief.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ProjectInfo {
    /// Its name.
    pub name: ProjectName,
    /// When it was created.
    pub created_at: String,
    /// How many prompts it has.
    pub prompts: usize,
    /// How many fragments it has.
    pub fragments: usize,
    /// How many releases it has seen, going back included.
    pub releases: usize,
    /// How many entries its ledger has.
    pub entries: u64,
    /// Verifier key of its checkpoints.
    pub key: String,
    /// Origin of its checkpoints.
    pub origin: String,
}

/// Creates a project with the environments development, staging and production.
///
/// # Errors
/// `forbidden`, `exists`.
pub async fn create(ctx: &Ctx, input: CreateProjectInput) -> AppResult<ProjectInfo> {
    ctx.authorize(Action::CreateProjects, &Resource::Installation)?;
    let commit = Commit {
        command: ctx.command()?,
        fingerprint: fingerprint("project.create", &ctx.principal.actor, &input)?,
        actor: ctx.principal.actor.clone(),
        now: ctx.app.now(),
    };
    let create = InstallationCommand::CreateProject(input.name.clone());
    let committed = ctx
        .app
        .installation
        .commit(commit, |state, _| Ok(Decision { events: state.decide(&create)?, blobs: Vec::new() }))
        .await?;
    if !committed.replayed {
        return info(ctx, &input.name).await;
    }
    let project = ctx.app.project(&input.name).await?;
    // The project's own ledger had its opening entries then, and no more.
    let opening = OPENING.parse().map_err(AppError::internal)?;
    let journal = &project.journal;
    let opened = journal.store().command(journal.id(), &opening).await?.map_or(0, |record| record.last);
    journal.read_as_of(opened, |state| told(ctx, &project, state)).await?
}

/// The projects the caller reaches.
///
/// # Errors
/// Storage trouble.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<ProjectInfo>> {
    let names = ctx.app.installation.read(|i| i.projects.keys().cloned().collect::<Vec<_>>());
    let mut found = Vec::new();
    for name in names {
        if allows(&ctx.principal.scope, Action::ReadProjects, &Resource::Project(&name)).is_ok() {
            found.push(info(ctx, &name).await?);
        }
    }
    Ok(found)
}

/// One project.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn get(ctx: &Ctx, name: &ProjectName) -> AppResult<ProjectInfo> {
    ctx.on_project(Action::ReadProjects, name)?;
    info(ctx, name).await
}

/// Told whenever something is recorded in the project; its value is the last entry.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn news(ctx: &Ctx, name: &ProjectName) -> AppResult<watch::Receiver<Seq>> {
    ctx.on_project(Action::ReadReleases, name)?;
    Ok(ctx.app.project(name).await?.journal.watch())
}

async fn info(ctx: &Ctx, name: &ProjectName) -> AppResult<ProjectInfo> {
    let project = ctx.app.project(name).await?;
    project.journal.read(|state| told(ctx, &project, state))
}

fn told(ctx: &Ctx, project: &Project, state: &State) -> AppResult<ProjectInfo> {
    let name = &project.name;
    let created = ctx.app.installation.read(|i| i.projects.get(name).copied());
    let created = created
        .ok_or_else(|| crate::AppError::new(Code::UnknownProject, format!("there is no project `{name}`")))?;
    Ok(ProjectInfo {
        name: name.clone(),
        created_at: time::show(created),
        prompts: state.artifacts.keys().filter(|a| a.kind == Kind::Prompt).count(),
        fragments: state.artifacts.keys().filter(|a| a.kind == Kind::Fragment).count(),
        releases: state.releases.len(),
        entries: state.seq,
        key: state.key.clone(),
        origin: project.journal.origin(),
    })
}
