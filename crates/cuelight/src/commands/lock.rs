//! `cuelight lock`: which versions of fragments the workspace uses.

mod offline;

use cuelight_app::plan::PlanOutput;
use cuelight_artifact::ArtifactName;
use cuelight_artifact::files::LOCK_FILE;
use serde_json::json;

use super::plan::{self, Choices};
use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::session::Session;
use crate::workspace::{Workspace, replace};

/// Write prompts.lock: which versions of fragments are used.
///
/// The server resolves every requirement; a version in the file is kept while it satisfies the requirement. With
/// --offline the file is only checked against the workspace.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight lock\n  cuelight lock --locked\n  cuelight lock --upgrade safety/no-personal-data"
)]
pub struct LockArgs {
    /// Change nothing; exit with 4 if the file would change.
    #[arg(long)]
    pub locked: bool,
    /// Take the newest matching version of this fragment.
    #[arg(long, value_name = "FRAGMENT")]
    pub upgrade: Vec<ArtifactName>,
}

/// Locks.
pub async fn run(session: &Session, args: &LockArgs) -> Done {
    let workspace = session.workspace()?;
    if session.global.offline {
        return offline::check(session, args, &workspace);
    }
    let choices = Choices { upgrade: args.upgrade.clone(), ..Choices::default() };
    let input = plan::prepare(session, &workspace, &choices)?;
    let project = session.project()?;
    let found: PlanOutput = plan::ask(session, &project, &input).await?;
    plan::refuse_errors(&found, "prompts.lock was not written")?;
    settle(session, args, &workspace, &found.lock)
}

fn settle(session: &Session, args: &LockArgs, workspace: &Workspace, fresh: &str) -> Done {
    let old =
        workspace.files.get(LOCK_FILE).map(|b| String::from_utf8_lossy(b).into_owned()).unwrap_or_default();
    let (removed, added) = differences(&old, fresh);
    if old == fresh {
        session.out.note(&format!("{LOCK_FILE} is current."));
        return Outcome::fine(&json!({ "changed": false }));
    }
    for line in &removed {
        session.out.data(&format!("- {line}\n"));
    }
    for line in &added {
        session.out.data(&format!("+ {line}\n"));
    }
    if args.locked {
        return Err(Failure::new(
            LocalCode::LockChanged,
            format!("{LOCK_FILE} is not what the files and the server give"),
        ));
    }
    replace(&workspace.root.join(LOCK_FILE), fresh.as_bytes())?;
    session.out.note(&format!("Wrote {LOCK_FILE}; commit it."));
    Outcome::fine(&json!({ "changed": true, "removed": removed, "added": added }))
}

/// Lines only in the old text, and lines only in the new one. Each entry is one line.
fn differences(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    let entries = |text: &str| -> std::collections::BTreeSet<String> {
        text.lines().map(str::trim).filter(|l| l.starts_with("- {")).map(|l| l[2..].to_owned()).collect()
    };
    let (old, new) = (entries(old), entries(new));
    (old.difference(&new).cloned().collect(), new.difference(&old).cloned().collect())
}
