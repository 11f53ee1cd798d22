//! A library: prompts of 2 KB with versions, all live, filled through the application's own operations.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use cuelight_app::plan::{PlanInput, apply};
use cuelight_app::project::{CreateProjectInput, create};
use cuelight_app::release::{OpenInput, PinItem, ReleaseItem, open};
use cuelight_app::token::{IssueInput, authenticate, issue};
use cuelight_app::{App, Ctx};
use cuelight_artifact::ProjectName;
use cuelight_core::rights::Role;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::{ENVIRONMENT, Folder, PROJECT, prompt};
use crate::bare::{ports, said};

/// Prompts that are published at a time.
const AT_ONCE: usize = 500;
const AREAS: [&str; 8] =
    ["support", "sales", "finance", "legal", "clinical", "logistics", "people", "research"];

/// What is in a library.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Library {
    /// A token that may do everything.
    pub admin: String,
    /// A token that may be served.
    pub serve: String,
    /// The prompts.
    pub prompts: Vec<String>,
    /// The version that is live, of all of them.
    pub live: Version,
    /// The first version of all of them.
    pub first: Version,
}

/// A library of so many prompts with so many versions each; the newest is live.
pub async fn library(folder: &Path, prompts: usize, versions: usize) -> Result<Folder<Library>> {
    let name = format!("library-{prompts}x{versions}");
    if let Some(kept) = Folder::kept(folder, &name) {
        return Ok(kept);
    }
    let data = Folder::<Library>::begin(folder, &name)?;
    let store = crate::bare::open(data).await?;
    let started = App::start(ports(&store)).await.map_err(said)?;
    let first_token = started.first_token.context("a new folder has its first token")?;
    let filler = Filler::new(started.app, first_token.token)?;
    let about = filler.fill(prompts, versions).await?;
    filler.app.save().await.map_err(said)?;
    Folder::finish(folder, &name, about)
}

/// Works as the administrator, with a new command every time.
pub struct Filler {
    /// The application.
    pub app: Arc<App>,
    /// The project.
    pub project: ProjectName,
    admin: String,
    commands: std::sync::atomic::AtomicU64,
}

impl Filler {
    /// With the administrator's token.
    pub fn new(app: Arc<App>, admin: String) -> Result<Self> {
        Ok(Self { app, project: PROJECT.parse()?, admin, commands: 0.into() })
    }

    /// A new command.
    pub async fn ctx(&self) -> Result<Ctx> {
        let number = self.commands.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let principal = authenticate(&self.app, &self.admin).await.map_err(said)?;
        Ok(Ctx {
            app: Arc::clone(&self.app),
            principal,
            request_id: format!("fill-{number}"),
            command: Some(format!("fill-{number}").parse()?),
        })
    }

    /// Creates the project and gives it tokens: one for everything, one for serving.
    pub async fn begin(&self) -> Result<(String, String)> {
        create(&self.ctx().await?, CreateProjectInput { name: self.project.clone() }).await.map_err(said)?;
        Ok((self.token(Role::Admin).await?, self.token(Role::Serve).await?))
    }

    async fn token(&self, role: Role) -> Result<String> {
        let input = IssueInput {
            label: "bench".to_owned(),
            role,
            projects: None,
            environments: None,
            actions: None,
            days: Some(3_650),
        };
        Ok(issue(&self.ctx().await?, input).await.map_err(said)?.token)
    }

    /// Publishes files and says the version of the last artifact.
    pub async fn publish(&self, files: BTreeMap<String, String>) -> Result<Version> {
        let input = PlanInput {
            files,
            bumps: BTreeMap::new(),
            prerelease: None,
            upgrade: BTreeSet::new(),
            plan: None,
        };
        let applied = apply(&self.ctx().await?, &self.project, &input).await.map_err(|e| {
            let found: Vec<_> = e.diagnostics.iter().take(3).map(|d| format!("{d:?}")).collect();
            said(e).context(found.join("\n"))
        })?;
        Ok(applied.versions.last().context("something was published")?.version.clone())
    }

    async fn fill(&self, prompts: usize, versions: usize) -> Result<Library> {
        let (admin, serve) = self.begin().await?;
        let names: Vec<String> =
            (0..prompts).map(|i| format!("{}/prompt-{i:05}", AREAS[i % AREAS.len()])).collect();
        let first = self.publish(prompt::fragment()).await?;
        let mut live = first.clone();
        for edition in 1..=versions {
            for some in names.chunks(AT_ONCE) {
                let files = some.iter().flat_map(|name| prompt::files(name, edition)).collect();
                live = self.publish(files).await?;
            }
        }
        for some in names.chunks(5_000) {
            let items = some
                .iter()
                .map(|name| Ok(ReleaseItem::Set(PinItem { prompt: name.parse()?, version: None })))
                .collect::<Result<Vec<_>>>()?;
            let input = OpenInput {
                environment: ENVIRONMENT.parse()?,
                items,
                expected_generation: None,
                way_back: None,
                notes: None,
                label: None,
                break_glass: None,
            };
            open(&self.ctx().await?, &self.project, input).await.map_err(said)?;
        }
        Ok(Library { admin, serve, prompts: names, live, first: Version::new(1, 0, 0) })
    }
}
