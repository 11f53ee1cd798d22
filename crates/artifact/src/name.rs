//! Names: artifacts (`sales/qualify-lead`), environments, projects. Lower-case ASCII only, so that no two names
//! look alike, no name leaves its folder, and every name is safe in a path, a URL and a log line.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest artifact name, in bytes.
pub const MAX_NAME: usize = 200;
/// Longest segment of a name, in bytes.
pub const MAX_SEGMENT: usize = 64;
/// Most segments in an artifact name.
pub const MAX_SEGMENTS: usize = 6;

/// Why a text is not a name. The message says which character or part is wrong and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or an empty part between two slashes.
    #[error("a name has no empty part: write it like `area/name`")]
    Empty,
    /// Too long in all.
    #[error("a name has at most {MAX_NAME} characters; this one has {0}")]
    TooLong(usize),
    /// One segment too long.
    #[error("a part of a name has at most {MAX_SEGMENT} characters; one here has {0}")]
    SegmentTooLong(usize),
    /// Not `area/name`.
    #[error("an artifact name has two to {MAX_SEGMENTS} parts, like `area/name`; this one has {0}")]
    Segments(usize),
    /// A character outside `a-z 0-9 -`.
    #[error("{} at position {at} is not allowed in a name: use lower-case letters a-z, digits and hyphens", describe(*.found))]
    Character {
        /// The character found.
        found: char,
        /// Its position in characters, from 1.
        at: usize,
    },
    /// A hyphen at either end, or two in a row.
    #[error("hyphens stand between letters or digits, not at an end and not doubled: `{0}`")]
    Hyphen(String),
    /// A device or folder name that some systems treat specially.
    #[error("`{0}` is reserved by operating systems or by Cuelight; choose another word")]
    Reserved(String),
}

/// Names a character so that an invisible or look-alike one can be recognised: `'а' (U+0430)`.
#[must_use]
pub fn describe(c: char) -> String {
    let code = u32::from(c);
    if c.is_control() || c.is_whitespace() || !c.is_ascii() {
        let shown = if c.is_alphanumeric() { format!("'{c}' ") } else { String::new() };
        format!("{shown}U+{code:04X}")
    } else {
        format!("'{c}'")
    }
}

const RESERVED: &[&str] = &["con", "prn", "aux", "nul"];

fn check_segment(segment: &str, offset: usize) -> Result<(), NameError> {
    if segment.is_empty() {
        return Err(NameError::Empty);
    }
    for (i, found) in segment.chars().enumerate() {
        if !(found.is_ascii_lowercase() || found.is_ascii_digit() || found == '-') {
            return Err(NameError::Character { found, at: offset + i + 1 });
        }
    }
    if segment.len() > MAX_SEGMENT {
        return Err(NameError::SegmentTooLong(segment.len()));
    }
    if segment.starts_with('-')
        || segment.ends_with('-')
        || segment.as_bytes().windows(2).any(|two| two == b"--")
    {
        return Err(NameError::Hyphen(segment.to_owned()));
    }
    let device = segment.strip_prefix("com").or_else(|| segment.strip_prefix("lpt"));
    if RESERVED.contains(&segment)
        || device.is_some_and(|d| d.len() == 1 && d != "0" && d.as_bytes()[0].is_ascii_digit())
    {
        return Err(NameError::Reserved(segment.to_owned()));
    }
    Ok(())
}

macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident, $check:path, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                $check(text)?;
                Ok(Self(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::borrowed::text(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

fn check_artifact_name(text: &str) -> Result<(), NameError> {
    if text.len() > MAX_NAME {
        return Err(NameError::TooLong(text.chars().count()));
    }
    let mut offset = 0;
    let mut segments = 0;
    for segment in text.split('/') {
        check_segment(segment, offset)?;
        offset += segment.len() + 1;
        segments += 1;
    }
    if (2..=MAX_SEGMENTS).contains(&segments) { Ok(()) } else { Err(NameError::Segments(segments)) }
}

fn check_word(text: &str) -> Result<(), NameError> {
    if text.len() > MAX_NAME {
        return Err(NameError::TooLong(text.chars().count()));
    }
    check_segment(text, 0)
}

text_newtype!(
    /// The name of a prompt or fragment: two to six lower-case parts, `area/name`.
    ArtifactName, check_artifact_name, "^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*){1,5}$"
);
text_newtype!(
    /// The name of an environment, such as `production`.
    EnvironmentName, check_word, "^[a-z0-9]+(-[a-z0-9]+)*$"
);
text_newtype!(
    /// The name of a project; also the identity of its ledger.
    ProjectName, check_word, "^[a-z0-9]+(-[a-z0-9]+)*$"
);
text_newtype!(
    /// A local word for something: an override's id, a pre-release label, a branch.
    Word, check_word, "^[a-z0-9]+(-[a-z0-9]+)*$"
);

/// Prompt or fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Can be released and fetched.
    Prompt,
    /// Text that other artifacts include.
    Fragment,
}

impl Kind {
    /// `prompt` or `fragment`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Fragment => "fragment",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which artifact: kind and name, written `prompt:sales/qualify-lead`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactRef {
    /// Prompt or fragment. Fragments sort after prompts only by name of kind; order carries no meaning.
    pub kind: Kind,
    /// The name within that kind.
    pub name: ArtifactName,
}

impl ArtifactRef {
    /// The prompt of this name.
    #[must_use]
    pub const fn prompt(name: ArtifactName) -> Self {
        Self { kind: Kind::Prompt, name }
    }

    /// The fragment of this name.
    #[must_use]
    pub const fn fragment(name: ArtifactName) -> Self {
        Self { kind: Kind::Fragment, name }
    }
}

impl fmt::Display for ArtifactRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.name)
    }
}

impl fmt::Debug for ArtifactRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ArtifactRef {
    type Err = NameError;

    /// Without a prefix it is a prompt.
    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.split_once(':') {
            Some(("fragment", name)) => Ok(Self::fragment(name.parse()?)),
            Some(("prompt", name)) => Ok(Self::prompt(name.parse()?)),
            _ => Ok(Self::prompt(text.parse()?)),
        }
    }
}

impl Serialize for ArtifactRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ArtifactRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::borrowed::text(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for ArtifactRef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ArtifactRef".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^((prompt|fragment):)?[a-z0-9-]+(/[a-z0-9-]+){1,5}$" })
    }
}

#[cfg(test)]
mod tests;
