//! The server, the token, the project, the lockfile.

use cuelight_app::project::ProjectInfo;
use cuelight_artifact::files::LOCK_FILE;
use cuelight_core::rights::Scope;
use serde::Deserialize;
use serde_json::Value;

use super::Finding;
use crate::commands::plan::{self, Choices};
use crate::commands::token::reach;
use crate::failure::Failure;
use crate::output::count;
use crate::session::{Project, Session};

#[derive(Debug, Deserialize)]
struct WhoAmI {
    actor: String,
    scope: Scope,
}

/// Looks at server, token and project; gives the project when it can be used.
pub(super) async fn check(session: &Session, found: &mut Vec<Finding>) -> Option<Project> {
    if session.global.offline {
        found.push(Finding::skipped("server", "not asked, because of --offline"));
        return None;
    }
    let remote = match session.remote() {
        Ok(remote) => remote,
        Err(failure) => {
            found.push(Finding::failed("server", &failure));
            return None;
        }
    };
    // The description needs no token, and only Cuelight has one like it.
    match remote.get::<Value>("/api/v1/openapi.json").await {
        Ok(description) => found.push(server(&remote.address().to_string(), &description)),
        Err(failure) => {
            found.push(Finding::failed("server", &failure));
            return None;
        }
    }
    match remote.get::<WhoAmI>("/api/v1/whoami").await {
        Ok(who) => {
            let role = who.scope.role.as_str();
            found.push(Finding::good(
                "token",
                format!("{} with role {role}, {}", who.actor, reach(&who.scope)),
            ));
        }
        Err(failure) => {
            found.push(Finding::failed("token", &failure));
            return None;
        }
    }
    let project = match session.project() {
        Ok(project) => project,
        Err(failure) => {
            found.push(Finding::skipped("project", failure.detail.clone()));
            return None;
        }
    };
    let info: Result<ProjectInfo, Failure> = project.remote.get(&project.path("")).await;
    match info {
        Ok(info) => {
            let detail = format!(
                "{} with {} and {}",
                info.name,
                count(info.prompts, "prompt"),
                count(info.releases, "release")
            );
            found.push(Finding::good("project", detail));
            Some(project)
        }
        Err(failure) => {
            found.push(Finding::failed("project", &failure));
            None
        }
    }
}

fn server(address: &str, description: &Value) -> Finding {
    let version = description.pointer("/info/version").and_then(Value::as_str).unwrap_or("?");
    let own = env!("CARGO_PKG_VERSION");
    if version == own {
        return Finding::good("server", format!("{address}, version {version}"));
    }
    let fix = "Use the same version on both sides; most commands work across versions.";
    Finding::bad("server", format!("{address} has version {version}, this program {own}"), fix)
}

/// Whether prompts.lock is what the server would write.
pub(super) async fn lock(session: &Session, project: &Project) -> Finding {
    const WHAT: &str = "lock";
    if crate::workspace::find(session.folder()).is_none() {
        return Finding::skipped(WHAT, "there is no workspace");
    }
    match fresh(session, project).await {
        Err(failure) => Finding::failed(WHAT, &failure),
        Ok(None) => {
            Finding::bad(WHAT, format!("{LOCK_FILE} is not current"), "Run `cuelight lock` and commit it.")
        }
        Ok(Some(())) => Finding::good(WHAT, format!("{LOCK_FILE} is current")),
    }
}

async fn fresh(session: &Session, project: &Project) -> Result<Option<()>, Failure> {
    let workspace = session.workspace()?;
    let input = plan::prepare(session, &workspace, &Choices::default())?;
    let plan = plan::ask(session, project, &input).await?;
    plan::refuse_errors(&plan, "the lock cannot be worked out")?;
    Ok(workspace.files.get(LOCK_FILE).is_some_and(|b| b == plan.lock.as_bytes()).then_some(()))
}
