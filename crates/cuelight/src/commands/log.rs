//! `cuelight log`: the history of an artifact, an environment, or the ledger.

use cuelight_app::environment::GenerationInfo;
use cuelight_app::ledger::EntryInfo;
use cuelight_app::project::ProjectInfo;
use cuelight_app::prompt::{ArtifactSummary, VersionInfo};
use cuelight_app::release::ReleaseInfo;
use cuelight_artifact::{ArtifactRef, EnvironmentName, Kind};
use serde::de::DeserializeOwned;

use crate::failure::{Done, Failure, Outcome};
use crate::output::{Table, clean};
use crate::present::release::{changes, headline};
use crate::present::{cut, indent, when};
use crate::remote::{Page, segment};
use crate::session::{Project, Session};

/// Show the history of a prompt, an environment, or the ledger.
///
/// Without arguments: every prompt and fragment with its newest version. Newest first.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight log\n  cuelight log sales/qualify-lead\n  cuelight log --env production\n  cuelight log --ledger --limit 5"
)]
pub struct LogArgs {
    /// A prompt, or `fragment:area/name`: its versions.
    pub name: Option<ArtifactRef>,
    /// The generations of this environment.
    #[arg(long, value_name = "ENVIRONMENT", conflicts_with = "name")]
    pub env: Option<EnvironmentName>,
    /// The releases of all environments.
    #[arg(long, conflicts_with_all = ["name", "env"])]
    pub releases: bool,
    /// The entries of the ledger.
    #[arg(long, conflicts_with_all = ["name", "env", "releases"])]
    pub ledger: bool,
    /// At most this many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=200), value_name = "N")]
    pub limit: u64,
}

/// Shows.
pub async fn run(session: &Session, args: &LogArgs) -> Done {
    let project = session.project()?;
    match (&args.name, &args.env) {
        (Some(id), _) => versions(session, &project, id, args.limit).await,
        (None, Some(environment)) => generations(session, &project, environment, args.limit).await,
        (None, None) if args.releases => releases(session, &project, args.limit).await,
        (None, None) if args.ledger => ledger(session, &project, args.limit).await,
        (None, None) => library(session, &project).await,
    }
}

async fn page<T: DeserializeOwned>(project: &Project, path: &str) -> Result<Vec<T>, Failure> {
    Ok(project.remote.get::<Page<T>>(&project.path(path)).await?.items)
}

async fn versions(session: &Session, project: &Project, id: &ArtifactRef, limit: u64) -> Done {
    let path = format!("/{}s/{}/versions?limit={limit}", id.kind, segment(&id.name));
    let found: Vec<VersionInfo> = page(project, &path).await?;
    for version in &found {
        session.out.data(&version_text(version));
    }
    Outcome::fine(&found)
}

fn version_text(version: &VersionInfo) -> String {
    let class = format!("{:?}", version.class).to_lowercase();
    let mut text = format!(
        "{}  {}  {}  by {}  {class}  entry {}\n",
        version.version,
        version.digest.short(),
        when(&version.at),
        clean(&version.actor),
        version.seq
    );
    if let Some(notes) = &version.notes {
        text.push_str(&format!("{}\n", indent(&clean(notes), 4)));
    }
    if !version.boundary.is_empty() {
        text.push_str(&format!("    ! boundary relaxed: {}\n", version.boundary.join(", ")));
    }
    if let Some(severity) = version.yanked {
        let why = version.yank_reason.as_deref().map(clean).unwrap_or_default();
        text.push_str(&format!("    yanked ({}): {why}\n", format!("{severity:?}").to_lowercase()));
    }
    if !version.live_in.is_empty() {
        let live: Vec<String> = version.live_in.iter().map(ToString::to_string).collect();
        text.push_str(&format!("    live in {}\n", live.join(", ")));
    }
    text
}

async fn generations(
    session: &Session,
    project: &Project,
    environment: &EnvironmentName,
    limit: u64,
) -> Done {
    let path = format!("/environments/{}/generations?limit={limit}", segment(environment));
    let found: Vec<GenerationInfo> = page(project, &path).await?;
    if found.is_empty() {
        session.out.note(&format!("Nothing has been released to `{environment}` yet."));
    }
    for generation in &found {
        let head = format!("generation {}  {}\n", generation.generation, headline(&generation.release));
        session.out.data(&format!("{head}{}", changes(&generation.release, session.out.style())));
    }
    Outcome::fine(&found)
}

async fn releases(session: &Session, project: &Project, limit: u64) -> Done {
    let found: Vec<ReleaseInfo> = page(project, &format!("/releases?limit={limit}")).await?;
    if found.is_empty() {
        session.out.note("Nothing has been released yet.");
    }
    for release in &found {
        let head =
            format!("{}: generation {}  {}\n", release.environment, release.generation, headline(release));
        session.out.data(&format!("{head}{}", changes(release, session.out.style())));
    }
    Outcome::fine(&found)
}

async fn ledger(session: &Session, project: &Project, limit: u64) -> Done {
    let info: ProjectInfo = project.remote.get(&project.path("")).await?;
    let after = info.entries.saturating_sub(limit);
    let mut found: Vec<EntryInfo> = page(project, &format!("/ledger?after={after}&limit={limit}")).await?;
    found.reverse();
    let mut table = Table::new(&["ENTRY", "WHEN", "WHO", "WHAT", "LEAF"]);
    for entry in &found {
        table.row([
            entry.seq.to_string(),
            when(&entry.at),
            entry.actor.clone(),
            entry.kind.clone(),
            entry.leaf.short(),
        ]);
    }
    session.out.data(&table.print());
    Outcome::fine(&found)
}

async fn library(session: &Session, project: &Project) -> Done {
    let mut all: Vec<ArtifactSummary> = Vec::new();
    for kind in [Kind::Prompt, Kind::Fragment] {
        all.extend(project.remote.list(&project.path(&format!("/{kind}s")), "cursor").await?);
    }
    let mut table = Table::new(&["NAME", "NEWEST", "LIVE", "TITLE"]);
    for found in &all {
        let name = ArtifactRef { kind: found.kind, name: found.name.clone() };
        let live: Vec<String> = found.live.iter().map(|(e, v)| format!("{e} {v}")).collect();
        let yanked = if found.yanked { " yanked" } else { "" };
        table.row([
            name.to_string(),
            format!("{}{yanked}", found.version),
            live.join(", "),
            cut(&found.title, 50),
        ]);
    }
    if all.is_empty() {
        session.out.note("The project has no prompts yet; `cuelight apply` publishes those of a workspace.");
    } else {
        session.out.data(&table.print());
    }
    Outcome::fine(&all)
}
