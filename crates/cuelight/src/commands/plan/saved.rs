//! A saved plan: the files as they were, what was shown, and for which registry.

use std::path::Path;

use cuelight_app::plan::{PlanInput, PlanOutput};
use cuelight_app::project::ProjectInfo;
use cuelight_artifact::{Digest, ProjectName};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, LocalCode};
use crate::session::Project;
use crate::workspace::replace;

/// Format of the file.
const VERSION: u32 = 1;
/// Largest saved plan that is read.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// What `cuelight plan --out` writes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// Format of the file.
    pub version: u32,
    /// The project.
    pub project: ProjectName,
    /// Origin of the project's checkpoints: tells this very ledger from every other.
    pub origin: String,
    /// The request with the files.
    pub input: PlanInput,
    /// What the server shall find when it plans again.
    pub digest: Digest,
    /// What was shown.
    pub shown: PlanOutput,
}

impl Saved {
    /// The plan that was just shown.
    pub async fn new(project: &Project, input: PlanInput, shown: PlanOutput) -> Result<Self, Failure> {
        let info: ProjectInfo = project.remote.get(&project.path("")).await?;
        let (digest, project) = (shown.digest, project.name.clone());
        Ok(Self { version: VERSION, project, origin: info.origin, input, digest, shown })
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|e| Failure::new(LocalCode::Internal, format!("the plan has no JSON form: {e}")))?;
        replace(path, &text)
    }

    /// Reads the file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let unreadable = |e: &std::io::Error| Failure::io("read", path, e);
        let size = std::fs::metadata(path).map_err(|e| unreadable(&e))?.len();
        if size > MAX_BYTES {
            return Err(Failure::new(
                LocalCode::BadPlan,
                format!("`{}` is too large for a plan", path.display()),
            ));
        }
        let bytes = std::fs::read(path).map_err(|e| unreadable(&e))?;
        let saved: Self = serde_json::from_slice(&bytes).map_err(|e| {
            Failure::new(LocalCode::BadPlan, format!("`{}` is not a saved plan: {e}", path.display()))
        })?;
        if saved.version != VERSION {
            let detail = format!(
                "`{}` has format {}; this program knows format {VERSION}",
                path.display(),
                saved.version
            );
            return Err(Failure::new(LocalCode::BadPlan, detail));
        }
        Ok(saved)
    }

    /// Checks that the plan is for this project on this server.
    pub async fn check(&self, project: &Project) -> Result<(), Failure> {
        let bad = |detail: String| Err(Failure::new(LocalCode::BadPlan, detail));
        if self.project != project.name {
            return bad(format!("the plan is for project `{}`, not `{}`", self.project, project.name));
        }
        let info: ProjectInfo = project.remote.get(&project.path("")).await?;
        if self.origin != info.origin {
            return bad(format!(
                "the plan was made for {}; {} has {}",
                self.origin,
                project.remote.address(),
                info.origin
            ));
        }
        Ok(())
    }
}
