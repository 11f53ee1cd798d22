//! `cuelight plan`: what publishing the files would change.

pub mod saved;

use std::path::PathBuf;

use cuelight_app::plan::{BumpInput, PlanInput, PlanOutput};
use cuelight_artifact::bump::Class;
use cuelight_artifact::diagnostic::has_errors;
use cuelight_artifact::name::Word;
use cuelight_artifact::{ArtifactName, ArtifactRef};
use serde_json::json;

use crate::check::readable;
use crate::cli::Pair;
use crate::exit::Exit;
use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::output::count_findings;
use crate::present::plan::{Detail, entries, summary};
use crate::session::{Project, Session};
use crate::workspace::Workspace;

/// Show what publishing the files would change. Changes nothing.
///
/// The server compares the files with its newest versions, computes the version numbers from the differences, and
/// says why, rule by rule.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight plan\n  cuelight plan --out plan.json && cuelight apply plan.json\n  cuelight plan --accept-bump sales/qualify-lead=minor --reason \"no caller reads that field\""
)]
pub struct PlanArgs {
    /// How to plan.
    #[command(flatten)]
    pub choices: Choices,
    /// Save the plan, so that `cuelight apply FILE` does exactly this or nothing.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// How to plan; the same for `plan` and `apply`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Choices {
    /// Ask for a class (patch, minor or major) that is at least what the differences demand.
    #[arg(long, value_name = "NAME=CLASS")]
    pub bump: Vec<Pair>,
    /// Accept a lower class than the differences demand; needs --reason, which is recorded.
    #[arg(long, value_name = "NAME=CLASS", requires = "reason")]
    pub accept_bump: Vec<Pair>,
    /// Why a lower class is right.
    #[arg(long, value_name = "TEXT", requires = "accept_bump")]
    pub reason: Option<String>,
    /// Publish pre-releases under this label, such as 1.3.0-campaign.1; the newest versions do not move.
    #[arg(long, value_name = "LABEL")]
    pub prerelease: Option<Word>,
    /// Take the newest matching version of this fragment, whatever prompts.lock says.
    #[arg(long, value_name = "FRAGMENT")]
    pub upgrade: Vec<ArtifactName>,
}

impl Choices {
    /// Whether nothing was chosen.
    pub const fn is_empty(&self) -> bool {
        self.bump.is_empty()
            && self.accept_bump.is_empty()
            && self.prerelease.is_none()
            && self.upgrade.is_empty()
    }

    /// The request for these files.
    ///
    /// # Errors
    /// A class or name that is none.
    pub fn input(&self, workspace: &Workspace) -> Result<PlanInput, Failure> {
        let mut bumps = std::collections::BTreeMap::new();
        let asked = self.bump.iter().map(|p| (p, None));
        let accepted = self.accept_bump.iter().map(|p| (p, self.reason.clone()));
        for (pair, reason) in asked.chain(accepted) {
            let (id, class) = bump(pair)?;
            if bumps.insert(id.clone(), BumpInput { class, reason }).is_some() {
                return Err(Failure::usage(format!("{id} is given two classes")));
            }
        }
        Ok(PlanInput {
            files: workspace.texts(),
            bumps,
            prerelease: self.prerelease.clone(),
            upgrade: self.upgrade.iter().cloned().collect(),
            plan: None,
        })
    }
}

fn bump(pair: &Pair) -> Result<(ArtifactRef, Class), Failure> {
    let id = pair.key.parse().map_err(|e| Failure::usage(format!("`{}`: {e}", pair.key)))?;
    let class = match pair.value.as_str() {
        "patch" => Class::Patch,
        "minor" => Class::Minor,
        "major" => Class::Major,
        other => {
            return Err(Failure::usage(format!(
                "`{other}` is no class; the classes are patch, minor and major"
            )));
        }
    };
    Ok((id, class))
}

/// Plans.
pub async fn run(session: &Session, args: &PlanArgs) -> Done {
    let workspace = session.workspace()?;
    let input = prepare(session, &workspace, &args.choices)?;
    let project = session.project()?;
    let plan = ask(session, &project, &input).await?;
    refuse_errors(&plan, "this plan cannot be applied")?;
    show(session, &workspace, &plan, Detail::Outline);
    let changes = plan.add + plan.change;
    let mut closing = summary(&plan);
    match &args.out {
        Some(path) => {
            let path = session.path(path);
            saved::Saved::new(&project, input, plan.clone()).await?.write(&path)?;
            closing.push_str(&format!(" Saved; `cuelight apply {}` does exactly this.", path.display()));
        }
        None if changes > 0 => closing.push_str(" Not saved; use --out to apply exactly this."),
        None => {}
    }
    session.out.data(&format!("{closing}\n"));
    let exit = if changes > 0 && args.detailed_exitcode { Exit::Changes } else { Exit::Fine };
    Outcome::exit(exit, &json!({ "plan": plan, "saved": args.out }))
}

/// The request, after a look at the files.
pub fn prepare(session: &Session, workspace: &Workspace, choices: &Choices) -> Result<PlanInput, Failure> {
    readable(session, workspace)?;
    choices.input(workspace)
}

/// Asks the server for the plan.
pub async fn ask(session: &Session, project: &Project, input: &PlanInput) -> Result<PlanOutput, Failure> {
    let _working = session.out.working("planning");
    project.remote.ask(&project.path("/plan"), input).await
}

/// An error if the server found errors in the files.
pub fn refuse_errors(plan: &PlanOutput, consequence: &str) -> Result<(), Failure> {
    if !has_errors(&plan.diagnostics) {
        return Ok(());
    }
    let counted = count_findings(&plan.diagnostics).unwrap_or_default();
    let failure = Failure::new(LocalCode::ChecksFailed, format!("{consequence}: {counted} in the files"));
    Err(failure.diagnostics(plan.diagnostics.clone()))
}

/// The findings and the entries, without a closing line.
pub fn show(session: &Session, workspace: &Workspace, plan: &PlanOutput, detail: Detail) {
    session.out.findings(&plan.diagnostics, &workspace.files);
    session.out.data(&entries(plan, session.out.style(), detail));
}
