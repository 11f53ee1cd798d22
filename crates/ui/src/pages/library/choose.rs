//! What narrows the library: choices with their counts, and the tree of folders.

use cuelight_app::prompt::{BrowseOutput, Count, Folder, Status};
use cuelight_artifact::model::Risk;
use cuelight_artifact::{Kind, ProjectName};
use maud::{Markup, html};

use super::Asked;
use crate::parts::page::kind_word;
use crate::parts::{owner, user};
use crate::words::t;

/// Most owners or tags to choose from: the most frequent ones, and the chosen one.
const MOST: usize = 40;

/// The choices. Each says how many there would be.
pub(super) fn filters(project: &ProjectName, asked: &Asked, found: &BrowseOutput) -> Markup {
    let facets = &found.facets;
    let kinds: Vec<_> =
        facets.kinds.iter().map(|c| (kind_word(c.value).to_owned(), kind(c.value), c.count)).collect();
    let statuses: Vec<_> =
        facets.statuses.iter().map(|c| (c.value.as_str().to_owned(), status(c.value), c.count)).collect();
    let risks: Vec<_> =
        facets.risks.iter().rev().map(|c| (c.value.as_str().to_owned(), risk(c.value), c.count)).collect();
    let folders = found.folders.iter().filter(|f| near(&f.name, asked.get("folder")));
    let folders: Vec<_> = folders.map(|f| (f.name.clone(), f.name.clone(), f.count)).collect();
    let owners: Vec<_> = texts(&facets.owners, asked.get("owner"))
        .into_iter()
        .map(|(value, _, count)| (value.clone(), owner::said(&value), count))
        .collect();
    html! {
        fieldset class="library-filters" {
            legend class="vh" { (t!("library-narrow")) }
            (choice(asked, "kind", &t!("library-kind"), &kinds))
            (choice(asked, "folder", &t!("library-folder"), &folders))
            (choice(asked, "status", &t!("library-status"), &statuses))
            (choice(asked, "risk", &t!("library-risk"), &risks))
            (choice(asked, "owner", &t!("library-owner"), &owners))
            (choice(asked, "tag", &t!("library-tag"), &texts(&facets.tags, asked.get("tag"))))
        }
        p class="hint library-follows" data-js hidden { (t!("library-follows")) }
        (made(project, asked))
    }
}

fn texts(counts: &[Count<String>], chosen: Option<&str>) -> Vec<(String, String, usize)> {
    let kept = counts.iter().enumerate().filter(|(i, c)| *i < MOST || Some(c.value.as_str()) == chosen);
    kept.map(|(_, c)| (c.value.clone(), c.value.clone(), c.count)).collect()
}

fn choice(asked: &Asked, name: &'static str, label: &str, options: &[(String, String, usize)]) -> Markup {
    let id = format!("f-{name}");
    let chosen = asked.get(name);
    html! {
        div class="field" {
            label for=(id) { (label) }
            select id=(id) name=(name) form="find" data-auto {
                option value="" { (t!("library-any")) }
                @for (value, label, count) in options {
                    option value=(value) selected[Some(value.as_str()) == chosen] { (label) " (" (count) ")" }
                }
            }
        }
    }
}

/// What was chosen, each with a way to take it back.
fn made(project: &ProjectName, asked: &Asked) -> Markup {
    let said = |name: &str, value: &str| match name {
        "kind" => kinds().find(|k| kind_word(*k) == value).map_or_else(|| value.to_owned(), kind),
        "status" => {
            Status::ALL.into_iter().find(|s| s.as_str() == value).map_or_else(|| value.to_owned(), status)
        }
        "risk" => risks().find(|r| r.as_str() == value).map_or_else(|| value.to_owned(), risk),
        "owner" => owner::said(value),
        _ => value.to_owned(),
    };
    html! {
        @if asked.narrows() {
            ul class="chips library-made" {
                @for (name, value) in &asked.0 {
                    li {
                        a class="chip info" id={ "drop-" (name) } href=(asked.with(project, name, None)) {
                            span class="vh" { (t!("library-drop")) " " }
                            (user(said(name, value))) " " span aria-hidden="true" { "×" }
                        }
                    }
                }
                li { a id="drop-all" href=(super::address(project)) { (t!("library-drop-all")) } }
            }
        }
    }
}

/// The tree: the first folders, and what is in those that lead to the chosen one.
pub(super) fn tree(project: &ProjectName, asked: &Asked, folders: &[Folder]) -> Markup {
    let chosen = asked.get("folder");
    html! {
        nav class="library-tree" aria-label=(t!("library-folders")) {
            h2 { (t!("library-folders")) }
            ul class="tree" {
                li { a id="folder-all" href=(asked.with(project, "folder", None)) aria-current=[chosen.is_none().then_some("true")] { (t!("library-all-folders")) } }
                (level(project, asked, folders, ""))
            }
        }
    }
}

fn level(project: &ProjectName, asked: &Asked, folders: &[Folder], within: &str) -> Markup {
    let chosen = asked.get("folder").map(|f| f.trim_end_matches('/'));
    let here = folders.iter().filter(|f| f.name.strip_prefix(within).is_some_and(|rest| !rest.contains('/')));
    html! {
        @for folder in here {
            @let open = chosen.is_some_and(|c| is_in(c, &folder.name));
            li {
                a id={ "folder-" (folder.name) } href=(asked.with(project, "folder", Some(&folder.name)))
                    aria-current=[(chosen == Some(folder.name.as_str())).then_some("true")] {
                    (user(&folder.name[within.len()..]))
                    span class="muted" { span class="vh" { ": " } (t!("library-count", count = folder.count)) }
                }
                @if open { ul { (level(project, asked, folders, &format!("{}/", folder.name))) } }
            }
        }
    }
}

/// Whether a folder is another, or in it.
fn is_in(folder: &str, other: &str) -> bool {
    folder.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a folder can be reached in one step: a first one, one around the chosen one, or one right in it.
fn near(name: &str, chosen: Option<&str>) -> bool {
    let Some((outer, _)) = name.rsplit_once('/') else { return true };
    chosen.is_some_and(|c| is_in(c.trim_end_matches('/'), outer))
}

fn kinds() -> impl Iterator<Item = Kind> {
    [Kind::Prompt, Kind::Fragment].into_iter()
}

fn risks() -> impl Iterator<Item = Risk> {
    [Risk::Low, Risk::Medium, Risk::High].into_iter()
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Prompt => t!("library-prompts"),
        Kind::Fragment => t!("library-shared"),
    }
}

fn status(status: Status) -> String {
    match status {
        Status::Live => t!("library-live"),
        Status::NotLive => t!("library-not-live"),
        Status::Newer => t!("library-newer"),
        Status::Withdrawn => t!("library-withdrawn"),
        Status::Unowned => t!("library-unowned"),
    }
}

/// A risk in a word.
pub(crate) fn risk(risk: Risk) -> String {
    match risk {
        Risk::Low => t!("library-risk-low"),
        Risk::Medium => t!("library-risk-medium"),
        Risk::High => t!("library-risk-high"),
    }
}
