//! The server's address, and paths on it.

use std::fmt;

use cuelight_artifact::ProjectName;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::failure::Failure;

/// Where everything of projects begins.
pub const PROJECTS: &str = "/api/v1/projects";

/// Everything but the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Who named the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `--server` or CUELIGHT_URL.
    Argument,
    /// The person's configuration file.
    Config,
    /// `server:` in prompts.yaml, which anybody who can propose a change can edit.
    Workspace,
    /// Nobody.
    Default,
}

/// `http://host:port` or `https://host`, with an optional path, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    url: reqwest::Url,
    origin: Origin,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is no plain `http` or `https` address.
    pub fn parse(text: &str, origin: Origin) -> Result<Self, Failure> {
        let bad = |why: &str| {
            // Not shown: there may be a password in it.
            Failure::usage(format!("the server's address {why}"))
                .fix("Write it like `http://127.0.0.1:7300` or `https://prompts.example.com`.")
        };
        let url: reqwest::Url = text.trim().parse().map_err(|e| bad(&format!("cannot be read: {e}")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(bad("does not start with `http://` or `https://` and a host"));
        }
        if !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err(bad("holds a user, a password or a query"));
        }
        Ok(Self { url, origin })
    }

    /// Who named it.
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether it is this very machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// Whether it is more than a host and a port.
    pub fn has_path(&self) -> bool {
        self.url.path() != "/"
    }

    /// Whether it is the same server.
    pub fn is_same(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }

    /// The address of a path that begins with `/`.
    pub fn join(&self, path: &str) -> String {
        format!("{self}{path}")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

/// A text as one segment of a path, or as one value of a query.
pub fn segment(text: impl fmt::Display) -> String {
    utf8_percent_encode(&text.to_string(), SEGMENT).to_string()
}

/// The path of a project.
pub fn project(name: &ProjectName) -> String {
    format!("{PROJECTS}/{}", segment(name))
}
