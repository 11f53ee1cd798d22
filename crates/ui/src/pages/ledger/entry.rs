//! `/p/{project}/ledger/{seq}`: one entry with all it says, and its proof.

use std::collections::BTreeMap;

use cuelight_app::ledger::{EntryInfo, entry, texts};
use cuelight_app::{AppError, project};
use cuelight_artifact::{ArtifactRef, Digest, EnvironmentName, ProjectName};
use cuelight_core::environment::{Blocked, Policy, Predecessor, Prereleases};
use cuelight_core::event::{Event, ReleaseOpened, VersionPublished};
use cuelight_core::ledger::Seq;
use cuelight_core::release::{Cause, Placed, Urgency};
use cuelight_core::version::Class;
use maud::{Markup, html};

use super::files::proof_name;
use super::sentence::sentence;
use super::who::named;
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::page::artifact_address;
use crate::parts::{Drawer, Here, Page, Table, act, card, facts, path, text, time, user, with_query};
use crate::reply::Reply;
use crate::words::t;

type Facts = Vec<(String, Markup)>;

/// Shows it.
pub async fn show(call: Call) -> UiResult<Reply> {
    let (name, seq): (ProjectName, Seq) = (call.project()?, call.path("seq")?);
    let found = entry(&call.ctx, &name, seq).await?;
    let event = Event::decode(&found.kind, &found.body).map_err(AppError::internal)?;
    let said = texts(&call.ctx, &name, seq).await?;
    let info = project::get(&call.ctx, &name).await?;
    let names = named(&call, [found.actor.as_str()]).await?;
    let by = with_query(&format!("/p/{name}/ledger"), &[("who", &found.actor)]);
    let mut all: Facts = vec![
        (t!("ledger-when"), time::exact(&call.viewer, &found.at)),
        (
            t!("ledger-who"),
            html! { (names.shown(&found.actor)) " · " a href=(by) { (t!("ledger-by-them")) } },
        ),
    ];
    all.extend(about(&name, &event, &said));
    let body = html! {
        p class="lead" { (sentence(&event, names.shown(&found.actor))) }
        (card("record", &t!("ledger-record"), html! {}, facts(&all)))
        (changes(&name, &event))
        (proof(&name, seq, &info.key))
        (neighbours(&name, seq, info.entries))
    };
    let page = Page::new(Here::Ledger, t!("ledger-entry-title", seq = seq.to_string()))
        .project(&name)
        .trail(t!("ledger-title"), format!("/p/{name}/ledger"))
        .body(body)
        .drawer(drawer(&name, &found));
    Ok(Reply::page(page))
}

/// What the entry says, by its kind.
fn about(project: &ProjectName, event: &Event, said: &BTreeMap<Digest, Option<String>>) -> Facts {
    match event {
        Event::ProjectOpened(e) => vec![(t!("ledger-key"), html! { code { (e.key) } })],
        Event::EnvironmentCreated(e) => {
            let mut all = vec![environment(project, &e.environment)];
            all.push((t!("ledger-position"), html! { (e.position + 1) }));
            all.extend(rules(&e.policy));
            all
        }
        Event::PolicySet(e) => [vec![environment(project, &e.environment)], rules(&e.policy)].concat(),
        Event::VersionPublished(e) => published(project, e, said),
        Event::VersionYanked(e) => {
            vec![
                version(project, &e.artifact, &e.version.to_string()),
                words(t!("ledger-why"), said, &e.reason),
            ]
        }
        Event::VersionUnyanked(e) => {
            vec![
                version(project, &e.artifact, &e.version.to_string()),
                words(t!("ledger-why"), said, &e.reason),
            ]
        }
        Event::ReleaseOpened(e) => released(project, e, said),
    }
}

fn environment(project: &ProjectName, name: &EnvironmentName) -> (String, Markup) {
    (t!("ledger-environment"), html! { a href={ "/p/" (project) "/env/" (name) } { (user(name)) } })
}

fn version(project: &ProjectName, id: &ArtifactRef, number: &str) -> (String, Markup) {
    let address = format!("/p/{project}/version/{}/{}/{}", path(number), word(id), path(id.name.as_str()));
    (
        t!("ledger-version"),
        html! { a href=(artifact_address(project, id)) { (user(&id.name)) } " " a href=(address) { (number) } },
    )
}

/// `prompt` or `shared`, as addresses have it.
const fn word(id: &ArtifactRef) -> &'static str {
    match id.kind {
        cuelight_artifact::Kind::Prompt => "prompt",
        cuelight_artifact::Kind::Fragment => "shared",
    }
}

/// A free text of the entry, or that it was erased.
fn words(label: String, said: &BTreeMap<Digest, Option<String>>, digest: &Digest) -> (String, Markup) {
    let shown = match said.get(digest) {
        Some(Some(words)) => html! { p class="prose" data-user dir="auto" { (text::shown(words)) } },
        _ => html! { span class="muted" { (t!("ledger-erased")) } },
    };
    (label, shown)
}

fn published(project: &ProjectName, e: &VersionPublished, said: &BTreeMap<Digest, Option<String>>) -> Facts {
    let mut all = vec![version(project, &e.artifact, &e.version.to_string())];
    let class = e.chosen.as_ref().map_or(e.class, |c| c.class);
    all.push((t!("ledger-change"), html! { (class_word(class)) }));
    if let Some(previous) = &e.previous {
        let address = with_query(
            &format!("/p/{project}/compare/{}/{}", word(&e.artifact), path(e.artifact.name.as_str())),
            &[("from", &previous.to_string()), ("to", &e.version.to_string())],
        );
        all.push((
            t!("ledger-previous"),
            html! { (previous) " · " a href=(address) { (t!("ledger-compare")) } },
        ));
    }
    if !e.closure.is_empty() {
        let shared = e.closure.iter().map(|c| (ArtifactRef::fragment(c.name.clone()), &c.locked.version));
        all.push((
            t!("ledger-shared"),
            html! { ul { @for (id, version) in shared { li { a href=(artifact_address(project, &id)) { (user(&id.name)) } " " (version) } } } },
        ));
    }
    all.extend(e.notes.as_ref().map(|notes| words(t!("ledger-notes"), said, notes)));
    let reason = e.chosen.as_ref().and_then(|c| c.reason.as_ref());
    all.extend(reason.map(|reason| words(t!("ledger-class-reason"), said, reason)));
    all
}

fn class_word(class: Class) -> String {
    match class {
        Class::Patch => t!("ledger-class-patch"),
        Class::Minor => t!("ledger-class-minor"),
        Class::Major => t!("ledger-class-major"),
        Class::First => t!("ledger-class-first"),
    }
}

fn released(project: &ProjectName, e: &ReleaseOpened, said: &BTreeMap<Digest, Option<String>>) -> Facts {
    let link = |number: u64| html! { a href={ "/p/" (project) "/releases/" (number) } { (t!("ledger-release", number = number.to_string())) } };
    let mut all = vec![(t!("ledger-release-label"), link(e.release)), environment(project, &e.environment)];
    if let Cause::RollBack { of, .. } = &e.cause {
        all.push((t!("ledger-took-back"), link(*of)));
    }
    all.extend(e.label.as_ref().map(|label| (t!("ledger-label"), user(label))));
    all.extend(e.notes.as_ref().map(|notes| words(t!("ledger-why"), said, notes)));
    if let Urgency::BreakGlass { reason } = &e.urgency {
        all.push(words(t!("ledger-urgent-why"), said, reason));
        let passed = html! { ul { @for rule in &e.passed_over { li { (user(rule)) } } } };
        all.push((t!("ledger-passed-over"), passed));
    }
    all
}

fn rules(policy: &Policy) -> Facts {
    let said = [
        match policy.predecessor {
            Predecessor::Required => t!("ledger-rule-before-required"),
            Predecessor::Optional => t!("ledger-rule-before-optional"),
        },
        match policy.prereleases {
            Prereleases::Allowed => t!("ledger-rule-trial-allowed"),
            Prereleases::Refused => t!("ledger-rule-trial-refused"),
        },
        match policy.blocked {
            Blocked::Warned => t!("ledger-rule-unsafe-warned"),
            Blocked::Refused => t!("ledger-rule-unsafe-refused"),
        },
    ];
    vec![(t!("ledger-rules"), html! { ul { @for rule in &said { li { (rule) } } } })]
}

/// Every place that a release changed.
fn changes(project: &ProjectName, event: &Event) -> Markup {
    let Event::ReleaseOpened(e) = event else { return html! {} };
    let mut table = Table::new(t!("ledger-changes"))
        .column(t!("ledger-prompt"))
        .column(t!("ledger-for"))
        .column(t!("ledger-before"))
        .column(t!("ledger-after"));
    for change in &e.changes {
        let id = ArtifactRef::prompt(change.slot.prompt.clone());
        let shown = |placed: Option<&Placed>| match placed {
            None => html! { span class="muted" { (t!("ledger-nothing")) } },
            Some(placed) => {
                html! { (placed.version) @if placed.patch.is_some() { " " span class="muted" { (t!("ledger-adjusted")) } } }
            }
        };
        let audience = change.after.as_ref().or(change.before.as_ref()).and_then(|p| p.audience.as_ref());
        table.row(vec![
            html! { a href=(artifact_address(project, &id)) { (user(&id.name)) } },
            match audience {
                None => html! { (t!("ledger-everyone")) },
                Some(audience) => {
                    html! { @for (key, value) in &audience.when { div { (user(key)) ": " (user(value)) } } }
                }
            },
            shown(change.before.as_deref()),
            shown(change.after.as_deref()),
        ]);
    }
    crate::parts::card::flush("changes", &t!("ledger-changes"), html! {}, table.draw())
}

/// What the proof of an entry shows, the file, and how to check it without us.
pub fn proof(project: &ProjectName, seq: Seq, key: &str) -> Markup {
    let address = format!("/p/{project}/ledger/{seq}/proof");
    card(
        "proof",
        &t!("ledger-proof"),
        html! {},
        html! {
            p { (t!("ledger-proof-about", seq = seq.to_string())) }
            p { (act::link(&t!("ledger-download-proof"), &address)) }
            p { (t!("ledger-proof-check")) }
            pre class="command" { code { "cuelight verify --proof " (proof_name(project, seq)) " --key '" (key) "'" } }
        },
    )
}

fn neighbours(project: &ProjectName, seq: Seq, last: Seq) -> Markup {
    let link = |seq: Seq, label: String| html! { a class="btn small" href={ "/p/" (project) "/ledger/" (seq) } { (label) } };
    html! {
        nav class="pages" aria-label=(t!("ledger-neighbours")) {
            @if seq > 1 { (link(seq - 1, t!("ledger-entry-before"))) } @else { span {} }
            @if seq < last { (link(seq + 1, t!("ledger-entry-after"))) }
        }
    }
}

fn drawer(project: &ProjectName, found: &EntryInfo) -> Drawer {
    Drawer::new()
        .id("kind", &found.kind)
        .id("actor", &found.actor)
        .id("command", &found.command)
        .id("leaf", found.leaf)
        .id("bytes", &found.bytes)
        .cli("cuelight log --ledger")
        .api("GET", format!("/api/v1/projects/{project}/ledger?after={}&limit=1", found.seq - 1))
        .api("GET", format!("/api/v1/projects/{project}/ledger/{}/proof", found.seq))
}
