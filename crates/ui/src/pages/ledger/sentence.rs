//! Each kind of entry as a plain sentence. The match has no catch-all: a new kind of event does not build without one.

use cuelight_artifact::{ArtifactRef, Kind};
use cuelight_core::event::Event;
use cuelight_core::release::{Cause, SlotChange};
use cuelight_core::version::Severity;
use maud::{Markup, html};

use crate::parts::{Weave, user};
use crate::words::t;

/// A kind of entry that one can ask for: its word in addresses, the kind it is in the ledger, and the key of its name.
pub struct Sort {
    /// In `?kind=`.
    pub word: &'static str,
    /// As [`cuelight_app::ledger::SearchInput::kind`] takes it.
    pub kind: &'static str,
    /// Key in the catalogue.
    pub key: &'static str,
}

/// All of them.
pub const SORTS: &[Sort] = &[
    Sort { word: "released", kind: "release.opened", key: "ledger-kind-released" },
    Sort { word: "published", kind: "version.published", key: "ledger-kind-published" },
    Sort { word: "withdrawn", kind: "version.yanked", key: "ledger-kind-withdrawn" },
    Sort { word: "reinstated", kind: "version.unyanked", key: "ledger-kind-reinstated" },
    Sort { word: "rules", kind: "environment.policy_set", key: "ledger-kind-rules" },
    Sort { word: "environments", kind: "environment.created", key: "ledger-kind-environments" },
    Sort { word: "opened", kind: "project.opened", key: "ledger-kind-opened" },
];

/// What happened, as a sentence.
pub fn sentence(event: &Event, who: Markup) -> Markup {
    let mut w = Weave::new();
    let who = w.put(who);
    let text = match event {
        Event::ProjectOpened(e) => t!("ledger-said-opened", who = who, project = w.put(user(&e.project))),
        Event::EnvironmentCreated(e) => {
            t!("ledger-said-environment", who = who, environment = w.put(user(&e.environment)))
        }
        Event::PolicySet(e) => t!("ledger-said-rules", who = who, environment = w.put(user(&e.environment))),
        Event::VersionPublished(e) => {
            let what = w.put(version(&e.artifact, &e.version.to_string()));
            if e.previous.is_none() {
                t!("ledger-said-published-first", who = who, what = what)
            } else {
                t!("ledger-said-published", who = who, what = what)
            }
        }
        Event::VersionYanked(e) => {
            let what = w.put(version(&e.artifact, &e.version.to_string()));
            match e.severity {
                Severity::Avoid => t!("ledger-said-withdrawn", who = who, what = what),
                Severity::Block => t!("ledger-said-withdrawn-unsafe", who = who, what = what),
            }
        }
        Event::VersionUnyanked(e) => {
            t!(
                "ledger-said-reinstated",
                who = who,
                what = w.put(version(&e.artifact, &e.version.to_string()))
            )
        }
        Event::ReleaseOpened(e) => {
            let (environment, release) = (w.put(user(&e.environment)), e.release.to_string());
            let said = match &e.cause {
                Cause::RollBack { of, .. } => {
                    let of = of.to_string();
                    t!(
                        "ledger-said-went-back",
                        who = who,
                        environment = environment,
                        of = of,
                        release = release
                    )
                }
                Cause::Release => {
                    let what = w.put(changed(&e.changes));
                    if e.changes.iter().any(|c| c.after.is_some()) {
                        t!(
                            "ledger-said-released",
                            who = who,
                            what = what,
                            environment = environment,
                            release = release
                        )
                    } else {
                        t!(
                            "ledger-said-removed",
                            who = who,
                            what = what,
                            environment = environment,
                            release = release
                        )
                    }
                }
            };
            if e.urgency.is_planned() { said } else { format!("{said} {}", t!("ledger-said-urgent")) }
        }
    };
    w.into(&text)
}

/// A version of a prompt or shared text.
fn version(id: &ArtifactRef, number: &str) -> Markup {
    html! {
        @if id.kind == Kind::Fragment { (t!("ledger-shared-text")) " " }
        (user(&id.name)) " " span class="nowrap" { (number) }
    }
}

/// The first place that changed, and how many more did.
fn changed(changes: &[SlotChange]) -> Markup {
    let kept = changes.iter().find(|c| c.after.is_some() && c.slot.over.is_none());
    let Some(first) = kept.or_else(|| changes.first()) else { return html! {} };
    let mut w = Weave::new();
    let name = html! {
        (user(&first.slot.prompt))
        @if let Some(placed) = &first.after { " " span class="nowrap" { (placed.version) } }
    };
    let what = w.put(name);
    let mut text = match &first.slot.over {
        None => what,
        Some(id) => t!("ledger-said-variant", what = what, variant = w.put(user(id))),
    };
    if changes.len() > 1 {
        text = t!("ledger-said-and-more", what = text, count = changes.len() - 1);
    }
    w.into(&text)
}
