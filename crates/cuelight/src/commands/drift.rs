//! `cuelight drift`: files against the newest versions, newest versions against what environments serve.

use cuelight_app::environment::EnvironmentInfo;
use cuelight_app::plan::{DriftItem, DriftKind, DriftOutput, PlanAction};
use cuelight_artifact::EnvironmentName;
use serde_json::json;

use super::plan::{self, Choices};
use crate::exit::Exit;
use crate::failure::{Done, Failure, Outcome};
use crate::output::{Style, Tone, count};
use crate::remote::segment;
use crate::session::{Project, Session};

/// Compare files with the server, and the server with an environment.
///
/// Exits with 2 when something differs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cuelight drift\n  cuelight drift --env production")]
pub struct DriftArgs {
    /// Only this environment [default: all of them].
    #[arg(long, value_name = "ENVIRONMENT")]
    pub env: Option<EnvironmentName>,
}

/// Compares.
pub async fn run(session: &Session, args: &DriftArgs) -> Done {
    let project = session.project()?;
    let environments = match &args.env {
        Some(environment) => vec![environment.clone()],
        None => {
            let all: Vec<EnvironmentInfo> =
                project.remote.list(&project.path("/environments"), "after").await?;
            all.into_iter().map(|e| e.name).collect()
        }
    };
    let in_workspace = crate::workspace::find(session.folder()).is_some();
    let files = if in_workspace { Some(files(session, &project).await?) } else { None };
    let mut found = Vec::new();
    for environment in environments {
        let path = format!("/drift?environment={}", segment(&environment));
        let drift: DriftOutput = project.remote.get(&project.path(&path)).await?;
        print(session, &drift);
        found.push(drift);
    }
    let differs = files.as_ref().is_some_and(|f| !f.is_empty()) || found.iter().any(|d| !d.items.is_empty());
    let exit = if differs { Exit::Changes } else { Exit::Fine };
    Outcome::exit(exit, &json!({ "files": files, "environments": found }))
}

/// What the files would change, one line each.
async fn files(session: &Session, project: &Project) -> Result<Vec<String>, Failure> {
    let workspace = session.workspace()?;
    let input = plan::prepare(session, &workspace, &Choices::default())?;
    let plan = plan::ask(session, project, &input).await?;
    plan::refuse_errors(&plan, "the files cannot be compared")?;
    let mut lines = Vec::new();
    for entry in &plan.entries {
        match (entry.action, &entry.from) {
            (PlanAction::Same, _) => {}
            (PlanAction::Add, _) => lines.push(format!("{} is not on the server", entry.id)),
            (PlanAction::Change, Some(from)) => lines.push(format!("{} differs from {from}", entry.id)),
            (PlanAction::Change, None) => lines.push(format!("{} differs", entry.id)),
        }
    }
    lines.extend(plan.absent.iter().map(|id| format!("{id} is on the server only")));
    section(session, "files against the server", &lines);
    Ok(lines)
}

fn print(session: &Session, drift: &DriftOutput) {
    let style = session.out.style();
    let lines: Vec<String> = if drift.generation == 0 && !drift.items.is_empty() {
        vec![format!("nothing has been released here yet; {} could be", count(drift.items.len(), "prompt"))]
    } else {
        drift.items.iter().map(|item| line(item, style)).collect()
    };
    section(
        session,
        &format!("{} (generation {}) against the newest versions", drift.environment, drift.generation),
        &lines,
    );
}

fn section(session: &Session, title: &str, lines: &[String]) {
    let state = if lines.is_empty() { " no drift" } else { "" };
    session.out.data(&format!("{}:{state}\n", session.out.style().paint(Tone::Bold, title)));
    for line in lines {
        session.out.data(&format!("  {line}\n"));
    }
}

fn line(item: &DriftItem, style: Style) -> String {
    let version = |v: &Option<semver::Version>| v.as_ref().map(ToString::to_string).unwrap_or_default();
    let (live, newest) = (version(&item.live), version(&item.newest));
    match item.kind {
        DriftKind::Behind => format!("{} is at {live}; the newest is {newest}", item.prompt),
        DriftKind::Ahead if newest.is_empty() => format!("{} is at the pre-release {live}", item.prompt),
        DriftKind::Ahead => format!("{} is at {live}, ahead of the newest {newest}", item.prompt),
        DriftKind::NotLive => format!("{} is not live; the newest is {newest}", item.prompt),
        DriftKind::Yanked => {
            format!("{} is at {live}, which is {}", item.prompt, style.paint(Tone::Red, "yanked"))
        }
    }
}
