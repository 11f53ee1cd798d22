//! `cuelight apply`: publishes what the files change, or exactly what a saved plan says.

use std::path::{Path, PathBuf};

use cuelight_app::Code;
use cuelight_app::plan::{ApplyOutput, PlanInput, PlanOutput};
use cuelight_artifact::files::LOCK_FILE;
use serde_json::json;

use super::plan::saved::Saved;
use super::plan::{self, Choices};
use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::output::{Answer, Tone, count};
use crate::present::plan::{Detail, summary};
use crate::session::{Project, Session};
use crate::workspace::{Workspace, find, replace};

/// Publish what the files change, or exactly what a saved plan says.
///
/// All versions come to be, or none. Nothing becomes live: that is what `cuelight release` is for. A saved plan that
/// the server would not make any more is refused with exit code 4 and changes nothing. Writes prompts.lock.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight apply\n  cuelight plan --out plan.json && cuelight apply plan.json"
)]
pub struct ApplyArgs {
    /// A plan saved by `cuelight plan --out`; without it a plan is made, shown, and asked about.
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    /// How to plan, when no saved plan is given.
    #[command(flatten)]
    pub choices: Choices,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
}

/// Applies.
pub async fn run(session: &Session, args: &ApplyArgs) -> Done {
    match &args.plan {
        Some(path) => from_saved(session, args, path).await,
        None => from_files(session, args).await,
    }
}

async fn from_saved(session: &Session, args: &ApplyArgs, path: &Path) -> Done {
    if !args.choices.is_empty() {
        return Err(Failure::usage(
            "a saved plan is applied as it is; the choices belong to `cuelight plan`",
        ));
    }
    let saved = Saved::read(&session.path(path))?;
    let project = session.project()?;
    saved.check(&project).await?;
    session.out.note(&summary(&saved.shown));
    let root = find(session.folder());
    publish(session, &project, root.as_deref(), (saved.input, &saved.shown)).await
}

async fn from_files(session: &Session, args: &ApplyArgs) -> Done {
    let workspace = session.workspace()?;
    let input = plan::prepare(session, &workspace, &args.choices)?;
    let project = session.project()?;
    let shown = plan::ask(session, &project, &input).await?;
    plan::refuse_errors(&shown, "nothing was published")?;
    plan::show(session, &workspace, &shown, Detail::Outline);
    session.out.data(&format!("{}\n", summary(&shown)));
    if shown.add + shown.change == 0 {
        return nothing(session, &workspace, &shown);
    }
    confirm(session, args)?;
    publish(session, &project, Some(&workspace.root), (input, &shown)).await
}

fn nothing(session: &Session, workspace: &Workspace, shown: &PlanOutput) -> Done {
    session.out.note("Nothing to publish.");
    let lock = write_lock(Some(&workspace.root), &shown.lock)?;
    Outcome::fine(&json!({ "versions": [], "lock_written": lock }))
}

fn confirm(session: &Session, args: &ApplyArgs) -> Result<(), Failure> {
    if args.yes {
        return Ok(());
    }
    if !session.out.can_ask() {
        return Err(Failure::new(
            LocalCode::NotConfirmed,
            "nothing was published: nobody is at the terminal to be asked",
        ));
    }
    match session.out.ask("Publish this?").map_err(|e| Failure::io("read", Path::new("the terminal"), &e))? {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::new(LocalCode::NotConfirmed, "nothing was published")),
    }
}

async fn publish(
    session: &Session,
    project: &Project,
    root: Option<&Path>,
    (mut input, shown): (PlanInput, &PlanOutput),
) -> Done {
    input.plan = Some(shown.digest);
    let applied: Result<ApplyOutput, Failure> = {
        let _working = session.out.working("publishing");
        project.remote.write("apply", &project.path("/apply"), &input).await
    };
    let applied = match applied {
        Err(failure) if failure.is(Code::NothingToChange) => {
            session.out.data("Nothing to publish: the server has all of this already.\n");
            return Outcome::fine(&json!({ "versions": [], "lock_written": false }));
        }
        other => other?,
    };
    let width = applied.versions.iter().map(|v| v.id.to_string().len()).max().unwrap_or(0);
    for version in &applied.versions {
        let mark = session.out.style().paint(Tone::Green, "published");
        let id = version.id.to_string();
        session.out.data(&format!(
            "{mark} {id:width$}  {:8}  {}\n",
            version.version.to_string(),
            version.digest.short()
        ));
    }
    let (first, last) = (applied.first_seq, applied.last_seq);
    let entries = if first == last { format!("entry {first}") } else { format!("entries {first} to {last}") };
    session.out.note(&format!("{} in ledger {entries}.", count(applied.versions.len(), "version")));
    let lock = write_lock(root, &shown.lock)?;
    if lock {
        session.out.note(&format!("Wrote {LOCK_FILE}; commit it."));
    }
    let result = json!({
        "versions": applied.versions, "first_seq": first, "last_seq": last, "lock_written": lock,
    });
    Outcome::fine(&result)
}

/// Writes prompts.lock if there is a workspace and it would change.
fn write_lock(root: Option<&Path>, lock: &str) -> Result<bool, Failure> {
    let Some(root) = root else { return Ok(false) };
    let path = root.join(LOCK_FILE);
    if std::fs::read(&path).is_ok_and(|old| old == lock.as_bytes()) {
        return Ok(false);
    }
    replace(&path, lock.as_bytes())?;
    Ok(true)
}
