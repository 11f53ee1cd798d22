//! `prompts.yaml`: the workspace.

use std::collections::BTreeMap;

use serde_json::Value;

use super::tree::Node;
use crate::diagnostic::Diagnostic;
use crate::name::ProjectName;
use crate::rules::file::{BAD_VALUE, SECRET};

/// The workspace's own settings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Manifest {
    /// The project on the server.
    pub project: Option<ProjectName>,
    /// The server's address, without credentials.
    pub server: Option<String>,
    /// Keys that start with `x-`.
    pub extensions: BTreeMap<String, Value>,
}

/// The manifest in a tree that passed the check of keys and types.
pub(super) fn decode(root: &Node) -> Manifest {
    Manifest {
        project: root.text_of("project").and_then(|p| p.parse().ok()),
        server: root.text_of("server").map(str::to_owned),
        extensions: extensions(root),
    }
}

/// The `x-` keys of a mapping.
pub(super) fn extensions(root: &Node) -> BTreeMap<String, Value> {
    root.entries()
        .iter()
        .filter(|e| e.key.starts_with("x-"))
        .map(|e| (e.key.clone(), e.node.value()))
        .collect()
}

/// What keeps `text` from being an address that is `http` or `https`, has a host, and carries nothing that could be
/// a secret.
pub(super) fn check_server(text: &str) -> Option<Diagnostic> {
    let bad = |message: &str| {
        Some(
            Diagnostic::error(&BAD_VALUE, message)
                .fix("Write an address such as `https://prompts.example.com`."),
        )
    };
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return bad("the server's address does not start with `https://` or `http://`");
    };
    let authority = rest.split('/').next().unwrap_or_default();
    if text.contains(['?', '#', '@']) {
        // The address itself is not shown: it may hold the secret.
        let message = "the server's address holds a user, a password or a query";
        let fix =
            "Write the bare address; sign in with `CUELIGHT_TOKEN` or the configuration file of the user.";
        return Some(Diagnostic::error(&SECRET, message).fix(fix));
    }
    let host = authority.split(':').next().unwrap_or_default();
    if host.is_empty() && !authority.starts_with('[')
        || !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
    {
        return bad("the server's address has no host, or holds characters that an address cannot");
    }
    None
}
