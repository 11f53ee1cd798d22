//! `cuelight doctor`: is everything in order, from the configuration to the data folder?

mod data;
mod server;

use std::path::PathBuf;

use cuelight_artifact::diagnostic::has_errors;
use serde::Serialize;
use serde_json::json;

use crate::check::check;
use crate::config;
use crate::exit::Exit;
use crate::failure::{Done, Failure, Outcome};
use crate::output::{Tone, clean, count, count_findings};
use crate::session::Session;

/// Check configuration, server, token, workspace and data folder.
///
/// Exits with 3 when something needs attention.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cuelight doctor\n  cuelight doctor --data ./cuelight-data")]
pub struct DoctorArgs {
    /// Look at this data folder too.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// What was found about one thing.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub what: &'static str,
    /// How it is.
    pub state: State,
    /// In words.
    pub detail: String,
    /// What to do.
    pub fix: String,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// In order.
    Good,
    /// Not looked at, or not there, which may be fine.
    Skipped,
    /// Needs attention.
    Bad,
}

impl Finding {
    /// In order.
    pub fn good(what: &'static str, detail: impl Into<String>) -> Self {
        Self { what, state: State::Good, detail: detail.into(), fix: String::new() }
    }

    /// Not looked at.
    pub fn skipped(what: &'static str, detail: impl Into<String>) -> Self {
        Self { what, state: State::Skipped, detail: detail.into(), fix: String::new() }
    }

    /// Needs attention.
    pub fn bad(what: &'static str, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what, state: State::Bad, detail: detail.into(), fix: fix.into() }
    }

    /// Needs attention, because it failed like this.
    pub fn failed(what: &'static str, failure: &Failure) -> Self {
        Self::bad(what, failure.detail.clone(), failure.fix.clone())
    }
}

/// Looks at everything.
pub async fn run(session: &Session, args: &DoctorArgs) -> Done {
    let mut found = vec![configuration()];
    let reachable = server::check(session, &mut found).await;
    found.push(workspace(session).await);
    if let Some(project) = reachable {
        found.push(server::lock(session, &project).await);
    }
    if let Some(folder) = &args.data {
        found.extend(data::check(&session.path(folder)));
    }
    for finding in &found {
        print(session, finding);
    }
    let bad = found.iter().filter(|f| f.state == State::Bad).count();
    if bad == 0 {
        session.out.note("Everything that was looked at is in order.");
    } else {
        session.out.note(&format!(
            "{} attention.",
            if bad == 1 { "1 thing needs".into() } else { format!("{bad} things need") }
        ));
    }
    Outcome::exit(if bad == 0 { Exit::Fine } else { Exit::CheckFailed }, &json!({ "checks": found }))
}

fn print(session: &Session, finding: &Finding) {
    let style = session.out.style();
    let mark = match finding.state {
        State::Good => style.paint(Tone::Green, "ok  "),
        State::Skipped => style.paint(Tone::Dim, "-   "),
        State::Bad => style.paint(Tone::Red, "BAD "),
    };
    session.out.data(&format!("{mark} {:<13} {}\n", finding.what, clean(&finding.detail)));
    if !finding.fix.is_empty() {
        session.out.data(&format!("     {:<13} fix: {}\n", "", clean(&finding.fix)));
    }
}

/// Reading it already worked, or the command would not have started.
fn configuration() -> Finding {
    const WHAT: &str = "configuration";
    match config::path() {
        Some(path) if path.is_file() => match config::readable_by_others(&path) {
            Some(mode) => Finding::bad(
                WHAT,
                format!("{} can be read by others (mode {mode:o})", path.display()),
                format!("chmod 600 {}", path.display()),
            ),
            None => Finding::good(WHAT, path.display().to_string()),
        },
        Some(path) => Finding::skipped(WHAT, format!("there is no {}", path.display())),
        None => Finding::skipped(WHAT, "neither XDG_CONFIG_HOME nor HOME is set"),
    }
}

async fn workspace(session: &Session) -> Finding {
    const WHAT: &str = "workspace";
    if crate::workspace::find(session.folder()).is_none() {
        return Finding::skipped(WHAT, "there is no prompts.yaml here or above");
    }
    let workspace = match session.workspace() {
        Ok(workspace) => workspace,
        Err(failure) => return Finding::failed(WHAT, &failure),
    };
    match check(session, &workspace).await {
        Err(failure) => Finding::failed(WHAT, &failure),
        Ok(checked) if has_errors(&checked.diagnostics) => {
            let counted = count_findings(&checked.diagnostics).unwrap_or_default();
            Finding::bad(WHAT, counted, "`cuelight lint` shows each with its fix.")
        }
        Ok(checked) => {
            let artifacts = count(workspace.loaded.artifacts.len(), "artifact");
            let counted = count_findings(&checked.diagnostics).map(|c| format!(", {c}")).unwrap_or_default();
            Finding::good(WHAT, format!("{} with {artifacts}{counted}", workspace.root.display()))
        }
    }
}
