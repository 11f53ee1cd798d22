//! `cuelight tree`: which fragments are used, or who uses them.

use std::collections::BTreeMap;

use cuelight_app::prompt::{ArtifactDetail, DependentInfo};
use cuelight_artifact::{Artifact, ArtifactName, ArtifactRef, Kind};
use serde::Serialize;
use serde_json::json;

use crate::failure::{Done, Failure, Outcome};
use crate::remote::segment;
use crate::session::Session;
use crate::workspace::Workspace;

/// Deepest level that is shown; circles are found by lint.
const MAX_DEPTH: usize = 9;

/// Show which fragments are used, or who uses them.
///
/// From the files of the workspace; from the server for what the workspace has not, or when there is no workspace.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight tree\n  cuelight tree sales/qualify-lead\n  cuelight tree fragment:safety/no-personal-data -i"
)]
pub struct TreeArgs {
    /// A prompt, or `fragment:area/name` [default: every prompt; with -i every fragment].
    pub name: Option<ArtifactRef>,
    /// Show who uses it, directly or through other fragments.
    #[arg(long, short, visible_alias = "inverse")]
    pub inverted: bool,
}

/// One artifact with those below it.
#[derive(Debug, Serialize)]
struct Branch {
    id: ArtifactRef,
    note: String,
    below: Vec<Branch>,
}

/// Shows.
pub async fn run(session: &Session, args: &TreeArgs) -> Done {
    let workspace = crate::workspace::find(session.folder()).map(|_| session.workspace()).transpose()?;
    let branches = match (&args.name, &workspace) {
        (Some(id), Some(found)) if found.loaded.artifacts.contains_key(id) => vec![local(found, id, args)],
        (Some(id), _) => vec![remote(session, id, args).await?],
        (None, Some(found)) => {
            let kind = if args.inverted { Kind::Fragment } else { Kind::Prompt };
            let roots = found.loaded.artifacts.keys().filter(|id| id.kind == kind);
            roots.map(|id| local(found, id, args)).collect()
        }
        (None, None) => {
            return Err(Failure::usage("name a prompt or fragment; there is no workspace here to list"));
        }
    };
    for branch in &branches {
        let mut text = String::new();
        print(branch, "", "", &mut text);
        session.out.data(&text);
    }
    Outcome::fine(&json!({ "tree": branches }))
}

fn local(workspace: &Workspace, id: &ArtifactRef, args: &TreeArgs) -> Branch {
    let artifacts = &workspace.loaded.artifacts;
    if args.inverted {
        let mut root = users(artifacts, id, String::new(), 0);
        if root.below.is_empty() {
            root.note = "used by nobody in these files".into();
        }
        return root;
    }
    fragments(workspace, id, String::new(), 0)
}

fn fragments(workspace: &Workspace, id: &ArtifactRef, note: String, depth: usize) -> Branch {
    let mut below = Vec::new();
    let artifact = workspace.loaded.artifacts.get(id);
    for used in artifact.iter().flat_map(|a| a.fragments.values()) {
        let lock = workspace.loaded.lock.as_ref().and_then(|l| l.preferred(id, &used.name));
        let locked = lock.map_or_else(|| "not locked".to_owned(), |l| format!("locked {}", l.version));
        let inner = ArtifactRef::fragment(used.name.clone());
        let place =
            if workspace.loaded.artifacts.contains_key(&inner) { "" } else { ", not in the workspace" };
        let note = format!("{} ({locked}{place})", used.require);
        if depth < MAX_DEPTH {
            below.push(fragments(workspace, &inner, note, depth + 1));
        }
    }
    Branch { id: id.clone(), note, below }
}

fn users(
    artifacts: &BTreeMap<ArtifactRef, Artifact>,
    id: &ArtifactRef,
    note: String,
    depth: usize,
) -> Branch {
    let mut below = Vec::new();
    if id.kind == Kind::Fragment && depth < MAX_DEPTH {
        for (user, artifact) in artifacts {
            if let Some(used) = artifact.fragments.values().find(|f| f.name == id.name) {
                below.push(users(artifacts, user, used.require.to_string(), depth + 1));
            }
        }
    }
    Branch { id: id.clone(), note, below }
}

async fn remote(session: &Session, id: &ArtifactRef, args: &TreeArgs) -> Result<Branch, Failure> {
    let project = session.project()?;
    let base = format!("/{}s/{}", id.kind, segment(&id.name));
    let head: ArtifactDetail = project.remote.get(&project.path(&base)).await?;
    let below: Vec<Branch> = if args.inverted {
        let found: Vec<DependentInfo> =
            project.remote.list(&project.path(&format!("{base}/dependents")), "after").await?;
        found.into_iter().map(dependent).collect()
    } else {
        let direct: Vec<&ArtifactName> = head.artifact.fragments.values().map(|f| &f.name).collect();
        let leaf = |(name, version): (&ArtifactName, &semver::Version)| {
            let through = if direct.contains(&name) { "" } else { " (through another fragment)" };
            let id = ArtifactRef::fragment(name.clone());
            Branch { id, note: format!("{version}{through}"), below: Vec::new() }
        };
        head.version.fragments.iter().map(leaf).collect()
    };
    Ok(Branch { id: id.clone(), note: format!("{} on the server", head.version.version), below })
}

fn dependent(found: DependentInfo) -> Branch {
    let through = if found.direct { "" } else { ", through another fragment" };
    let live: Vec<String> = found.live.iter().map(|(e, v)| format!("{e} {v}")).collect();
    let live = if live.is_empty() { String::new() } else { format!(", live: {}", live.join(", ")) };
    let note = format!("{} uses {}{through}{live}", found.version, found.uses);
    Branch { id: found.id, note, below: Vec::new() }
}

fn print(branch: &Branch, lead: &str, inner: &str, text: &mut String) {
    let note = if branch.note.is_empty() { String::new() } else { format!("  {}", branch.note) };
    text.push_str(&format!("{lead}{}{note}\n", branch.id));
    for (i, next) in branch.below.iter().enumerate() {
        let last = i + 1 == branch.below.len();
        let (mark, bar) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        print(next, &format!("{inner}{mark}"), &format!("{inner}{bar}"), text);
    }
}
