//! The person's own configuration file: which server, which token, which project.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::{Failure, LocalCode};
use crate::output::Out;

/// `$XDG_CONFIG_HOME/cuelight/config.json`, or `~/.config/cuelight/config.json`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The server's address.
    #[serde(default)]
    pub server: Option<String>,
    /// The API token.
    #[serde(default)]
    pub token: Option<String>,
    /// The project when the workspace names none.
    #[serde(default)]
    pub project: Option<String>,
}

/// Where the file would be; `None` when there is no home.
pub fn path() -> Option<PathBuf> {
    let folder = match home("XDG_CONFIG_HOME") {
        Some(folder) => folder,
        None => home("HOME")?.join(".config"),
    };
    Some(folder.join("cuelight").join("config.json"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "where the configuration file is cannot be an argument with a default; this is the one place that looks"
)]
fn home(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|p| p.is_absolute())
}

impl Config {
    /// Reads the file if there is one, and warns when others can read it.
    ///
    /// # Errors
    /// When it cannot be read, is not JSON, or has keys that mean nothing.
    pub fn load(path: Option<&Path>, out: &Out) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::default()) };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(e)
                if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
            {
                return Ok(Self::default());
            }
            Err(e) => return Err(Failure::io("read", path, &e)),
        };
        // The text is not shown: it may hold the token.
        let config: Self = serde_json::from_slice(&bytes).map_err(|e| {
            let what = if e.is_data() { "has a key or a value that is not expected" } else { "is not JSON" };
            let place = format!("line {}, column {}", e.line(), e.column());
            Failure::new(LocalCode::Config, format!("`{}` {what} ({place})", path.display()))
        })?;
        if config.token.is_some()
            && let Some(mode) = readable_by_others(path)
        {
            out.warn(&format!(
                "`{}` holds a token and can be read by others (mode {mode:o}); run `chmod 600 {}`",
                path.display(),
                path.display()
            ));
        }
        Ok(config)
    }
}

/// The file's mode, if it lets group or world in.
#[cfg(unix)]
pub fn readable_by_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Other systems have no modes to look at.
#[cfg(not(unix))]
pub fn readable_by_others(_: &Path) -> Option<u32> {
    None
}
