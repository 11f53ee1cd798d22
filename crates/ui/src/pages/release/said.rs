//! Releases and what they change in words, for every page that shows them.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_app::prompt::{DiffInput, diff};
use cuelight_app::release::{ChangeInfo, ReleaseInfo, SlotInfo, choices, made_by};
use cuelight_app::{AppResult, session};
use cuelight_artifact::bump::Class;
use cuelight_artifact::{ArtifactName, ArtifactRef, EnvironmentName, ProjectName};
use cuelight_core::release::Cause;
use cuelight_core::version::Severity;
use maud::{Markup, html};

use crate::call::Call;
use crate::parts::page::artifact_address;
use crate::parts::{Table, Tone, chip, text, time, user, with_query};
use crate::words::t;

/// Most changes that are compared word by word for a page; of more, only the numbers are told.
const EXPLAINED: usize = 40;
/// Most rows of a table of changes.
const ROWS: usize = 500;

/// What sentences about releases need besides the releases.
pub struct Known {
    names: BTreeMap<String, String>,
    made_by: BTreeMap<(EnvironmentName, u64), u64>,
}

/// Names of people, and the numbers of the releases that were gone back to.
pub async fn known(call: &Call, project: &ProjectName, releases: &[&ReleaseInfo]) -> AppResult<Known> {
    let actors: Vec<String> = releases.iter().map(|r| r.actor.clone()).collect();
    let mut generations = Vec::new();
    for release in releases {
        generations.push((release.environment.clone(), release.way_back));
        if let Cause::RollBack { to, .. } = &release.cause {
            generations.push((release.environment.clone(), *to));
        }
    }
    Ok(Known {
        names: session::names(&call.ctx, &actors).await?,
        made_by: made_by(&call.ctx, project, &generations).await?,
    })
}

impl Known {
    /// Who it was.
    pub fn who(&self, actor: &str) -> Markup {
        match self.names.get(actor) {
            Some(name) => user(name),
            None if actor == "system" => html! { (t!("release-by-system")) },
            None => user(actor),
        }
    }

    /// The release that made what was live then.
    pub fn release_of(&self, environment: &EnvironmentName, generation: u64) -> Option<u64> {
        self.made_by.get(&(environment.clone(), generation)).copied()
    }

    /// What a release did, in one sentence.
    pub fn sentence(&self, release: &ReleaseInfo) -> String {
        let environment = release.environment.to_string();
        if let Cause::RollBack { to, .. } = &release.cause {
            return match self.release_of(&release.environment, *to) {
                Some(number) => {
                    t!("release-said-back", environment = environment, release = number.to_string())
                }
                None => t!("release-said-back-far", environment = environment),
            };
        }
        match release.changes.as_slice() {
            [ChangeInfo { slot, after: Some(after), .. }] if slot.over.is_none() => {
                t!(
                    "release-said-one",
                    prompt = slot.prompt.to_string(),
                    version = after.version.to_string(),
                    environment = environment
                )
            }
            [ChangeInfo { slot, after: Some(_), .. }] => {
                t!("release-said-variant", prompt = slot.prompt.to_string(), environment = environment)
            }
            [ChangeInfo { slot, after: None, .. }] => {
                t!("release-said-removed", prompt = slot.prompt.to_string(), environment = environment)
            }
            changes => t!("release-said-many", count = prompts(changes), environment = environment),
        }
    }

    /// Who and when, small.
    pub fn by(&self, call: &Call, release: &ReleaseInfo) -> Markup {
        html! {
            span class="muted small" {
                (self.who(&release.actor)) " · " (time::shown(&call.viewer, &release.at))
                " · " (time::ago(call.ctx.app.now(), &release.at))
            }
        }
    }

    /// Releases as a list of sentences.
    pub fn list(&self, call: &Call, project: &ProjectName, releases: &[ReleaseInfo]) -> Markup {
        html! {
            ul class="list" {
                @for release in releases {
                    li {
                        div {
                            a href=(address(project, release.release)) { (t!("release-number", release = release.release.to_string())) }
                            " " (self.sentence(release)) " " (marks(release))
                        }
                        p class="flat" { (self.by(call, release)) }
                        @if let Some(notes) = &release.notes { p class="small" { (user(notes)) } }
                    }
                }
            }
        }
    }
}

/// How many prompts changes are about.
pub fn prompts(changes: &[ChangeInfo]) -> usize {
    changes.iter().map(|c| &c.slot.prompt).collect::<BTreeSet<_>>().len()
}

/// The page of a release.
pub fn address(project: &ProjectName, number: u64) -> String {
    format!("/p/{project}/releases/{number}")
}

/// The page of an environment.
pub fn environment_address(project: &ProjectName, environment: &EnvironmentName) -> String {
    format!("/p/{project}/env/{environment}")
}

/// The page of one version.
pub fn version_address(project: &ProjectName, placed: &SlotInfo) -> String {
    format!(
        "/p/{project}/version/{}/prompt/{}",
        crate::parts::path(&placed.version.to_string()),
        placed.slot.prompt
    )
}

/// What is out of the ordinary about a release.
pub fn marks(release: &ReleaseInfo) -> Markup {
    html! {
        @if matches!(release.cause, Cause::RollBack { .. }) { (chip(Tone::Warn, t!("release-mark-back"))) " " }
        @if release.break_glass.is_some() { (chip(Tone::Bad, t!("release-mark-past"))) " " }
        @if let Some(label) = &release.label { (chip(Tone::Plain, label)) }
    }
}

/// Whom a place is for.
pub fn audience(change: &ChangeInfo) -> Markup {
    whom(&change.slot, change.after.as_ref().or(change.before.as_ref()))
}

/// Whom a place is for.
pub fn whom(slot: &cuelight_core::release::Slot, placed: Option<&SlotInfo>) -> Markup {
    let Some(id) = &slot.over else { return html! { (t!("release-for-all")) } };
    html! {
        (t!("release-for-variant", name = id.to_string()))
        @if let Some(placed) = placed {
            span class="muted" {
                ": "
                @for (i, (key, value)) in placed.when.iter().enumerate() {
                    @if i > 0 { ", " }
                    (user(key)) " = " (user(value))
                }
            }
        }
    }
}

/// Changes as chips, the first few.
pub fn chips(changes: &[ChangeInfo], most: usize) -> Markup {
    html! {
        ul class="chips" {
            @for change in changes.iter().take(most) {
                li { (chip(Tone::Plain, short(change))) }
            }
            @if changes.len() > most { li { (chip(Tone::Plain, t!("release-more", count = changes.len() - most))) } }
        }
    }
}

fn short(change: &ChangeInfo) -> String {
    let name = match &change.slot.over {
        None => change.slot.prompt.to_string(),
        Some(id) => {
            t!("release-short-variant", prompt = change.slot.prompt.to_string(), name = id.to_string())
        }
    };
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    match (before.map(|b| b.version.to_string()), after.map(|a| a.version.to_string())) {
        (Some(before), Some(after)) if before == after => {
            t!("release-short-same", name = name, version = after)
        }
        (Some(before), Some(after)) => t!("release-short-moved", name = name, from = before, to = after),
        (None, Some(after)) => t!("release-short-new", name = name, version = after),
        (_, None) => t!("release-short-gone", name = name),
    }
}

/// What there is to know about a change besides its numbers.
#[derive(Default)]
pub struct Facts {
    /// Its kind, when it goes forward.
    class: Option<Class>,
    /// Boundaries that it relaxes, as sentences.
    boundary: Vec<String>,
    /// Whether the version that comes was withdrawn.
    withdrawn: Option<Severity>,
}

/// What there is to know about changes. What the viewer may not read is left out.
pub async fn explain(call: &Call, project: &ProjectName, changes: &[ChangeInfo]) -> Vec<Facts> {
    let names: BTreeSet<ArtifactName> = changes.iter().map(|c| c.slot.prompt.clone()).collect();
    let names: Vec<ArtifactName> = names.into_iter().collect();
    let versions = choices(&call.ctx, project, &names).await.unwrap_or_default();
    let mut found = Vec::with_capacity(changes.len());
    for (i, change) in changes.iter().enumerate() {
        let mut facts = Facts::default();
        if let Some(after) = &change.after {
            let known =
                versions.get(&change.slot.prompt).and_then(|v| v.iter().find(|c| c.version == after.version));
            facts.withdrawn = known.and_then(|c| c.yanked);
        }
        if let (Some(before), Some(after)) = (&change.before, &change.after)
            && before.version != after.version
            && i < EXPLAINED
        {
            let input =
                DiffInput { from: Some(before.version.to_string()), to: Some(after.version.to_string()) };
            let id = ArtifactRef::prompt(change.slot.prompt.clone());
            if let Ok(output) = diff(&call.ctx, project, &id, input).await {
                facts.class = (after.version > before.version).then_some(output.class);
                facts.boundary = output.boundary.into_iter().map(|b| b.sentence).collect();
            }
        }
        found.push(facts);
    }
    found
}

/// The word for a kind of change.
pub fn class(class: Class) -> String {
    match class {
        Class::None => t!("release-class-none"),
        Class::Patch => t!("release-class-fix"),
        Class::Minor => t!("release-class-addition"),
        Class::Major => t!("release-class-breaking"),
    }
}

/// A table of changes: where, for whom, from which version to which, and what to know.
pub fn table(
    project: &ProjectName,
    changes: &[ChangeInfo],
    facts: &[Facts],
    before: String,
    after: String,
) -> Markup {
    let mut table = Table::new(t!("release-changes"))
        .column(t!("release-column-prompt"))
        .column(t!("release-column-whom"))
        .column(before)
        .column(after)
        .column(t!("release-column-know"));
    for (change, facts) in changes.iter().zip(facts).take(ROWS) {
        table.row(vec![
            html! { span class="wide" { (prompt(project, &change.slot.prompt)) } },
            html! { span class="mid" { (audience(change)) } },
            version(project, change.before.as_ref()),
            version(project, change.after.as_ref()),
            know(project, change, facts),
        ]);
    }
    html! {
        (table.draw())
        @if changes.len() > ROWS { p class="in muted" { (t!("release-rows-more", count = changes.len() - ROWS)) } }
    }
}

/// A prompt, as a link to its page.
pub fn prompt(project: &ProjectName, name: &ArtifactName) -> Markup {
    html! { a href=(artifact_address(project, &ArtifactRef::prompt(name.clone()))) { (name) } }
}

fn version(project: &ProjectName, placed: Option<&SlotInfo>) -> Markup {
    match placed {
        Some(placed) => html! {
            a class="nowrap" href=(version_address(project, placed)) { (placed.version) }
            @if placed.patch.is_some() { " " span class="muted small" { (t!("release-own-fields")) } }
        },
        None => html! { span class="muted" { (t!("release-nothing")) } },
    }
}

fn know(project: &ProjectName, change: &ChangeInfo, facts: &Facts) -> Markup {
    let moved = change.before.as_ref().zip(change.after.as_ref()).filter(|(b, a)| b.version != a.version);
    html! {
        div class="facts-of" {
        div class="row" {
            @match (&change.before, &change.after) {
                (None, _) => (chip(Tone::Info, t!("release-new"))),
                (_, None) => (chip(Tone::Warn, t!("release-gone"))),
                (Some(before), Some(after)) if before.version == after.version => (chip(Tone::Plain, t!("release-fields"))),
                _ => {}
            }
            @if let Some(kind) = facts.class {
                (chip(if kind == Class::Major { Tone::Warn } else { Tone::Plain }, class(kind)))
            }
            @match facts.withdrawn {
                Some(Severity::Block) => (chip(Tone::Bad, t!("release-withdrawn-unsafe"))),
                Some(Severity::Avoid) => (chip(Tone::Warn, t!("release-withdrawn"))),
                None => {}
            }
            @if let Some((before, after)) = moved {
                a class="small" href=(with_query(&format!("/p/{project}/compare/prompt/{}", change.slot.prompt),
                    &[("from", &before.version.to_string()), ("to", &after.version.to_string())])) {
                    (t!("release-compare")) span class="vh" { " " (change.slot.prompt) " " (before.version) " " (after.version) }
                }
            }
        }
        @if !facts.boundary.is_empty() {
            p { (chip(Tone::Warn, t!("release-boundary"))) }
            ul class="said" { @for sentence in &facts.boundary { li data-user { (text::shown(&plain(sentence))) } } }
        }
        }
    }
}

/// A rule that is not met, in the words of the pages.
pub fn plain(rule: &str) -> String {
    const WORDS: &[(&str, &str)] = &[
        ("take the yank back", "reinstate it"),
        ("a releaser can", "a release manager can"),
        ("is yanked", "is withdrawn"),
        ("was yanked", "was withdrawn"),
        ("fragment:", "shared text "),
        ("fragment ", "shared text "),
        ("`", ""),
    ];
    WORDS.iter().fold(rule.to_owned(), |said, (from, to)| said.replace(from, to))
}
