//! Paths on the command line, as paths within the workspace.

use std::path::{Component, Path, PathBuf};

use super::Workspace;
use crate::failure::Failure;
use crate::session::Session;

/// Some paths of a workspace, or all of it.
#[derive(Debug)]
pub struct Filter(Vec<String>);

impl Filter {
    /// Whether a file is among them.
    pub fn has(&self, file: &str) -> bool {
        self.0.is_empty()
            || self.0.iter().any(|p| p.is_empty() || file == p || file.starts_with(&format!("{p}/")))
    }
}

impl Workspace {
    /// The files that these paths, relative to the working folder, mean.
    ///
    /// # Errors
    /// A path that is not in the workspace, or where nothing is.
    pub fn filter(&self, session: &Session, paths: &[PathBuf]) -> Result<Filter, Failure> {
        let folder =
            std::path::absolute(session.folder()).map_err(|e| Failure::io("find", session.folder(), &e))?;
        let mut found = Vec::new();
        for given in paths {
            let outside = || {
                Failure::usage(format!(
                    "`{}` is not in the workspace `{}`",
                    given.display(),
                    self.root.display()
                ))
            };
            let path = resolved(&folder.join(given))
                .strip_prefix(resolved(&self.root))
                .map_err(|_| outside())?
                .to_owned();
            let parts: Option<Vec<&str>> = path.components().map(|c| c.as_os_str().to_str()).collect();
            let path = parts.ok_or_else(outside)?.join("/");
            let there = path.is_empty()
                || self.files.keys().any(|f| *f == path || f.starts_with(&format!("{path}/")));
            if !there {
                return Err(Failure::usage(format!(
                    "there is no file of the workspace at `{}`",
                    given.display()
                ))
                .fix("Name files or folders below `prompts/` or `fragments/`."));
            }
            found.push(path);
        }
        Ok(Filter(found))
    }
}

/// Without `.` and `..`, as the text says; links are not looked at.
fn resolved(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
