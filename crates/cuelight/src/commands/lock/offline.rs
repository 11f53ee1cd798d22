//! What can be said of prompts.lock without the server: whether the workspace still has the content it names.

use cuelight_artifact::files::LOCK_FILE;
use cuelight_artifact::lock::Lockfile;
use cuelight_artifact::{Artifact, ArtifactRef, closure};
use serde_json::json;

use super::LockArgs;
use crate::check::readable;
use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::output::count;
use crate::session::Session;
use crate::workspace::Workspace;

/// Checks every artifact of the workspace against the digest in the lockfile.
pub(super) fn check(session: &Session, args: &LockArgs, workspace: &Workspace) -> Done {
    readable(session, workspace)?;
    if !args.upgrade.is_empty() {
        return Err(Failure::new(LocalCode::Offline, "--upgrade needs the versions that the server has"));
    }
    let Some(lock) = &workspace.loaded.lock else {
        return Err(Failure::new(
            LocalCode::Offline,
            format!("there is no {LOCK_FILE}, and making it needs the server's versions"),
        ));
    };
    let artifacts = &workspace.loaded.artifacts;
    let order = closure::order(artifacts).map_err(|found| {
        Failure::new(LocalCode::ChecksFailed, "fragments cannot be ordered").diagnostics(found)
    })?;
    let mut moved = Vec::new();
    for id in order {
        if let Some(artifact) = artifacts.get(&id)
            && let Some(why) = difference(lock, &id, artifact)
        {
            moved.push(format!("{id}: {why}"));
        }
    }
    if moved.is_empty() {
        session
            .out
            .note(&format!("{LOCK_FILE} fits the {} of the workspace.", count(artifacts.len(), "artifact")));
        return Outcome::fine(&json!({ "changed": false, "checked": artifacts.len() }));
    }
    let detail = format!(
        "{LOCK_FILE} does not fit {}, and new versions are the server's to give",
        count(moved.len(), "artifact")
    );
    let mut failure =
        Failure::new(if args.locked { LocalCode::LockChanged } else { LocalCode::Offline }, detail);
    failure.missing = moved;
    Err(failure)
}

fn difference(lock: &Lockfile, id: &ArtifactRef, artifact: &Artifact) -> Option<String> {
    let Some(entry) = lock.newest(id) else { return Some("it has no entry".into()) };
    let mut resolved = artifact.clone();
    for used in resolved.fragments.values_mut() {
        let Some(locked) = lock.preferred(id, &used.name).filter(|l| used.require.matches(&l.version)) else {
            return Some(format!("no entry satisfies {}@{}", used.name, used.require));
        };
        used.locked = Some(locked);
    }
    match resolved.digest() {
        Ok(digest) if digest == entry.digest => None,
        Ok(digest) => Some(format!(
            "its content is {}, the entry for {} says {}",
            digest.short(),
            entry.version,
            entry.digest.short()
        )),
        Err(e) => Some(e.to_string()),
    }
}
