//! Owners in plain words: `team:marketing` is “team marketing”, `user:mara` is “mara”.

use cuelight_artifact::model::Owners;
use maud::{Markup, html};

use super::user;
use crate::words::t;

/// An owner in words.
#[must_use]
pub fn said(owner: &str) -> String {
    match owner.split_once(':') {
        Some(("team", name)) if !name.is_empty() => t!("common-team", name = name.to_owned()),
        Some(("user", name)) if !name.is_empty() => name.to_owned(),
        _ => owner.to_owned(),
    }
}

/// An owner in words, kept apart from what stands around it.
#[must_use]
pub fn shown(owner: &str) -> Markup {
    user(said(owner))
}

/// All owners, each once; nothing when there is none.
#[must_use]
pub fn all(owners: &Owners) -> Markup {
    let mut each: Vec<&str> = Vec::new();
    for owner in [&owners.business, &owners.technical, &owners.rollback].into_iter().flatten() {
        if !each.contains(&owner.as_str()) {
            each.push(owner);
        }
    }
    html! { @for (i, owner) in each.iter().enumerate() { @if i > 0 { ", " } (shown(owner)) } }
}

#[cfg(test)]
mod tests;
