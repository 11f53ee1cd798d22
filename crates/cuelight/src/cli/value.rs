//! Forms of arguments that several commands share.

use std::fmt;
use std::str::FromStr;

use cuelight_artifact::ArtifactRef;
use semver::Version;

/// For a flag with an environment variable: set by any value but an empty one.
#[expect(clippy::unnecessary_wraps, reason = "the form that clap asks for")]
pub fn set(text: &str) -> Result<bool, String> {
    Ok(!text.is_empty() && text != "false")
}

/// `area/name`, `fragment:area/name`, with or without `@version`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned {
    /// Which artifact.
    pub id: ArtifactRef,
    /// Which version; the newest, or the live one, when absent.
    pub version: Option<Version>,
}

impl FromStr for Versioned {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, version) = match text.split_once('@') {
            None => (text, None),
            Some((id, version)) => (id, Some(version)),
        };
        let version =
            version.map(|v| v.parse().map_err(|e| format!("`{v}` is not a version like 1.2.3: {e}")));
        Ok(Self {
            id: id.parse().map_err(|e: cuelight_artifact::NameError| e.to_string())?,
            version: version.transpose()?,
        })
    }
}

impl fmt::Display for Versioned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            None => write!(f, "{}", self.id),
            Some(version) => write!(f, "{}@{version}", self.id),
        }
    }
}

/// `key=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Before the first `=`.
    pub key: String,
    /// After it.
    pub value: String,
}

impl FromStr for Pair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                Ok(Self { key: key.trim().to_owned(), value: value.to_owned() })
            }
            _ => Err("write it as `key=value`".to_owned()),
        }
    }
}

/// A release by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release(pub u64);

impl FromStr for Release {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text
            .strip_prefix('#')
            .unwrap_or(text)
            .parse()
            .map_err(|_| "a release is a number, such as 42".to_owned())?;
        Ok(Self(number))
    }
}
