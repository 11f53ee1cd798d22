//! `/p/{project}/compare/{kind}/{*name}`: two versions, word by word, rendered with the same sample data, and field by
//! field, with the kind of change and why.

use cuelight_app::edit::variables;
use cuelight_app::prompt::{self, ArtifactDetail, DiffInput, DiffOutput, Tried, VersionInfo};
use cuelight_app::{AppError, AppResult, Code};
use cuelight_artifact::diff::words;
use cuelight_artifact::{Artifact, ArtifactRef, Kind, ProjectName};
use maud::{Markup, html};

use super::change::{
    Labels, View, address, api, artifact_of, boundary, kind_of_change, own_address, parts_of, reasons, role,
    table, texts, version_address,
};
use super::{sample, try_it};
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::sides::{Lines, side_by_side};
use crate::parts::{Drawer, Field, Here, Page, Tone, act, card, chip, empty, note, with_query};
use crate::reply::Reply;
use crate::route::{Route, page};
use crate::words::t;

/// What stands before the name of an environment, as a choice of a version.
const LIVE: &str = "live:";
/// Most versions offered.
const MOST: usize = 100;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![page(
        "compare",
        "/p/{project}/compare/{kind}/{*name}",
        "/p/acme/compare/prompt/sales/qualify-lead",
        show,
    )]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Side,
    Inline,
    Rendered,
}

struct Asked {
    project: ProjectName,
    id: ArtifactRef,
    from: Option<String>,
    to: Option<String>,
    shown: Shown,
    lines: Lines,
}

async fn show(call: Call) -> UiResult<Reply> {
    let (project, id) = (call.project()?, artifact_of(&call)?);
    let side = |name: &str| call.query.text(name).map(|v| v.strip_prefix(LIVE).unwrap_or(v).to_owned());
    let asked = Asked {
        shown: match call.query.text("view") {
            Some("inline") => Shown::Inline,
            Some("rendered") if id.kind == Kind::Prompt => Shown::Rendered,
            _ => Shown::Side,
        },
        lines: if call.query.text("lines") == Some("all") { Lines::All } else { Lines::Changed },
        from: side("from"),
        to: side("to"),
        project,
        id,
    };
    let Asked { project, id, .. } = &asked;
    let versions = prompt::versions(&call.ctx, project, id, None, MOST).await?;
    let input = DiffInput { from: asked.from.clone(), to: asked.to.clone() };
    let found = match prompt::diff(&call.ctx, project, id, input).await {
        Ok(found) => Ok(found),
        Err(error) if matches!(error.code, Code::UnknownVersion | Code::NotReleased) => Err(error),
        Err(error) => return Err(error.into()),
    };
    let chooser = chooser(&call, &asked, &versions, found.as_ref().ok());
    let (chips, body, drawer) = match &found {
        Ok(found) => {
            let (tone, kind) = kind_of_change(found.class);
            let chips = html! {
                (chip(tone, kind))
                @if !found.boundary.is_empty() { (chip(Tone::Warn, t!("compare-boundary"))) }
            };
            let drawer = Drawer::new().cli(format!("cuelight diff {} {} {}", id, found.from, found.to)).api(
                "GET",
                with_query(
                    &api(project, id, "/diff"),
                    &[("from", &found.from.to_string()), ("to", &found.to.to_string())],
                ),
            );
            (chips, compared(&call, &asked, found).await?, drawer)
        }
        Err(error) => (html! {}, nothing(&asked, &versions, error), Drawer::new()),
    };
    let title = match &found {
        Ok(f) => {
            t!("compare-title", name = id.name.to_string(), from = f.from.to_string(), to = f.to.to_string())
        }
        Err(_) => t!("compare-title-short", name = id.name.to_string()),
    };
    let page = Page::new(Here::Library, title)
        .project(project)
        .trail(t!("shell-library"), format!("/p/{project}/library"))
        .trail(id.name.to_string(), own_address(project, id))
        .chips(chips)
        .body(html! { (chooser) (body) })
        .drawer(drawer);
    Ok(Reply::page(page))
}

fn chooser(call: &Call, asked: &Asked, versions: &[VersionInfo], found: Option<&DiffOutput>) -> Markup {
    let mut options: Vec<(String, String)> = Vec::new();
    if asked.id.kind == Kind::Prompt {
        let mut live: Vec<_> =
            versions.iter().flat_map(|v| v.live_in.iter().map(move |e| (e, &v.version))).collect();
        live.sort();
        live.dedup_by(|a, b| a.0 == b.0);
        options.extend(live.into_iter().map(|(environment, version)| {
            let label =
                t!("compare-live-in", environment = environment.to_string(), version = version.to_string());
            (format!("{LIVE}{environment}"), label)
        }));
    }
    options.extend(versions.iter().map(|v| (v.version.to_string(), v.version.to_string())));
    let now = |name: &str, found: Option<String>| {
        call.query.text(name).map(str::to_owned).or(found).unwrap_or_default()
    };
    let from = now("from", found.map(|f| f.from.to_string()));
    let to = now("to", found.map(|f| f.to.to_string()));
    let select = |name: &str, label: String, value: String| {
        Field::text(name, label).choice(options.clone()).value(value).draw()
    };
    let view = match asked.shown {
        Shown::Side => "side",
        Shown::Inline => "inline",
        Shown::Rendered => "rendered",
    };
    html! {
        form class="no-print" method="get" action=(address(&asked.project, "compare", &asked.id)) {
            input type="hidden" name="view" value=(view);
            div class="fields" {
                (select("from", t!("compare-from"), from))
                (select("to", t!("compare-to"), to))
                div class="field" { button class="btn" type="submit" { (t!("compare-show")) } }
            }
        }
    }
}

fn nothing(asked: &Asked, versions: &[VersionInfo], error: &AppError) -> Markup {
    let first = asked.from.is_none() && versions.len() == 1;
    let title = if first { t!("compare-first") } else { t!("compare-not-possible") };
    empty(
        &title,
        html! { p { @if first { (t!("compare-first-about")) } @else if error.code == Code::NotReleased { (t!("compare-not-live")) } @else { (t!("compare-choose")) } } },
        html! {},
    )
}

async fn compared(call: &Call, asked: &Asked, found: &DiffOutput) -> AppResult<Markup> {
    let Asked { project, id, .. } = asked;
    let old = prompt::version(&call.ctx, project, id, &found.from).await?;
    let new = prompt::version(&call.ctx, project, id, &found.to).await?;
    let labels = Labels::of(if new.artifact.messages.len() < old.artifact.messages.len() {
        &old.artifact
    } else {
        &new.artifact
    });
    let names = (
        &*t!("change-version", version = found.from.to_string()),
        &*t!("change-version", version = found.to.to_string()),
    );
    let (prose, rest) = parts_of(&found.changes);
    let words = match asked.shown {
        Shown::Rendered => rendered(call, asked, (&old, &new), names).await?,
        Shown::Side => texts(&prose, &labels, names, View::Side(asked.lines)),
        Shown::Inline => texts(&prose, &labels, names, View::Inline),
    };
    let same = found.changes.is_empty();
    Ok(html! {
        (boundary(&found.boundary, &labels))
        (card::flush("words", &t!("compare-words"), views(call, asked), html! {
            @if same { div class="in" { p { (t!("compare-same")) } } }
            @else if prose.is_empty() && asked.shown != Shown::Rendered { div class="in" { p { (t!("compare-no-words")) } } }
            @else { (words) }
        }))
        @if !rest.is_empty() { (card::flush("fields", &t!("change-table"), html! {}, table(&rest, &labels, names))) }
        (card("kind", &t!("compare-kind"), html! { @let (tone, kind) = kind_of_change(found.class); (chip(tone, kind)) }, html! {
            details { summary { (t!("version-why-kind")) } (reasons(found.class, &found.reasons, &labels)) }
            @if !found.cases_differ.is_empty() {
                h3 { (t!("compare-cases")) }
                ul class="chips" { @for case in &found.cases_differ {
                    li { a class="chip" href=(with_view(asked, call, &[("view", "rendered"), ("sample", &format!("case:{case}"))])) { (crate::parts::user(case)) } }
                } }
            }
        }))
        div class="actions" {
            (act::link(&t!("change-version", version = found.from.to_string()), &version_address(project, id, &found.from)))
            (act::link(&t!("change-version", version = found.to.to_string()), &version_address(project, id, &found.to)))
        }
    })
}

/// This comparison with other settings.
fn with_view(asked: &Asked, call: &Call, other: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(&str, &str)> =
        ["from", "to"].iter().filter_map(|n| Some((*n, call.query.text(n)?))).collect();
    pairs.extend_from_slice(other);
    with_query(&address(&asked.project, "compare", &asked.id), &pairs)
}

fn views(call: &Call, asked: &Asked) -> Markup {
    let view = |shown: Shown, value: &str, label: String| {
        let current = (asked.shown == shown).then_some("true");
        html! { li { a href=(with_view(asked, call, &[("view", value)])) aria-current=[current] { (label) } } }
    };
    let view_now = if asked.shown == Shown::Side { "side" } else { "rendered" };
    html! {
        div class="row no-print" {
            @if asked.shown != Shown::Inline {
                @if asked.lines == Lines::Changed {
                    a class="btn quiet small" href=(with_view(asked, call, &[("view", view_now), ("lines", "all")])) { (t!("compare-all-lines")) }
                } @else {
                    a class="btn quiet small" href=(with_view(asked, call, &[("view", view_now)])) { (t!("compare-changed-lines")) }
                }
            }
            nav aria-label=(t!("compare-view")) {
                ul class="seg" {
                    (view(Shown::Side, "side", t!("compare-view-side")))
                    (view(Shown::Inline, "inline", t!("compare-view-inline")))
                    @if asked.id.kind == Kind::Prompt { (view(Shown::Rendered, "rendered", t!("compare-view-rendered"))) }
                }
            }
        }
    }
}

/// Both versions rendered with the same values, word by word.
async fn rendered(
    call: &Call,
    asked: &Asked,
    (old, new): (&ArtifactDetail, &ArtifactDetail),
    names: (&str, &str),
) -> AppResult<Markup> {
    let Asked { project, id, .. } = asked;
    let samples = prompt::samples(&call.ctx, project, id, Some(&new.version.version)).await?;
    let declared = variables(new.artifact.inputs.as_ref());
    let chosen = sample::choice(&call.query, &declared);
    let values = try_it::values_of(&chosen, &samples);
    let before = prompt::render(&call.ctx, project, id, Some(&old.version.version), &values).await?;
    let after = prompt::render(&call.ctx, project, id, Some(&new.version.version), &values).await?;
    let form = html! {
        form class="no-print" method="get" action=(address(project, "compare", id)) {
            input type="hidden" name="view" value="rendered";
            @for name in ["from", "to"] {
                @if let Some(value) = call.query.text(name) { input type="hidden" name=(name) value=(value); }
            }
            (sample::fields(&samples, &declared, &chosen, &values))
            div class="actions" { button class="btn" type="submit" { (t!("compare-with-sample")) } }
        }
    };
    Ok(html! {
        div class="in" { (form) }
        (stopped(&before, names.0, &old.artifact))
        (stopped(&after, names.1, &new.artifact))
        @if before.problems.is_empty() && after.problems.is_empty() { (both(&before, &after, names, asked.lines)) }
    })
}

fn stopped(tried: &Tried, name: &str, artifact: &Artifact) -> Markup {
    html! { @if !tried.problems.is_empty() { section class="changed" { h3 { (name) } (try_it::rendered(tried, &Labels::of(artifact))) } } }
}

fn both(before: &Tried, after: &Tried, names: (&str, &str), lines: Lines) -> Markup {
    let count = before.messages.len().max(after.messages.len());
    let same = before.messages == after.messages;
    html! {
        @if same { div class="in" { (note(Tone::Good, html! { p { (t!("compare-renders-same")) } })) } }
        @for index in 0..count {
            @let (old, new) = (before.messages.get(index), after.messages.get(index));
            @let said = |m: Option<&cuelight_app::prompt::ChatMessage>| m.map(|m| m.content.clone()).unwrap_or_default();
            @if let Some(speaker) = new.or(old).map(|m| m.role) {
                section class="changed" {
                    h3 { (t!("change-message-of", number = index + 1, role = role(speaker))) }
                    (side_by_side(&words(&said(old), &said(new)), names, lines))
                }
            }
        }
    }
}
