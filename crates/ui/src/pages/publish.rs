//! `/p/{project}/publish/{kind}/{*name}`: what exactly would be published, and publishing it.

use cuelight_app::edit::{self, Checked, EditInput, PublishInput, SampleChoice, publish};
use cuelight_app::plan::{BumpInput, PlanEntry};
use cuelight_app::{AppError, AppResult, Code};
use cuelight_artifact::bump::Class;
use cuelight_artifact::{ArtifactRef, Digest, ProjectName};
use cuelight_core::rights::Action;
use maud::{Markup, html};

use super::change::{
    Labels, View, address, artifact_of, boundary, kind_of_change, own_address, parts_of, reasons, table,
    texts, version_address,
};
use crate::call::Call;
use crate::error::UiResult;
use crate::fields::Fields;
use crate::parts::sides::Lines;
use crate::parts::{Drawer, Here, Page, Table, Tone, act, card, chip, facts, note, user};
use crate::reply::Reply;
use crate::route::{Route, action, page};
use crate::words::t;

/// Kinds of change that can be chosen, the smallest first.
const OFFERED: [Class; 3] = [Class::Patch, Class::Minor, Class::Major];

/// Its addresses.
pub fn routes() -> Vec<Route> {
    let path = "/p/{project}/publish/{kind}/{*name}";
    let sample = "/p/acme/publish/prompt/sales/qualify-lead";
    vec![page("publish-look", path, sample, show), action("publish", path, sample, publish_it)]
}

struct Look {
    project: ProjectName,
    id: ArtifactRef,
    edit: EditInput,
    labels: Labels,
    checked: Checked,
}

/// What the draft would do, with those chosen; where to go instead, if there is nothing to publish.
async fn look(call: &Call, chosen: &Fields) -> AppResult<Result<Look, String>> {
    let (project, id) = (call.project()?, artifact_of(call)?);
    let draft = match edit::draft(&call.ctx, &project, &id).await {
        Ok(Some(draft)) => draft,
        // The editor says what is the matter with one that cannot be read.
        Ok(None) => return Ok(Err(address(&project, "edit", &id))),
        Err(error) if error.code == Code::Corrupt => return Ok(Err(address(&project, "edit", &id))),
        Err(error) => return Err(error),
    };
    let also = chosen.all("also").into_iter().filter_map(|a| a.parse().ok()).collect();
    let mut edit = EditInput { also, bump: kind_of(chosen), ..draft.edit };
    let check = |edit: EditInput| async move {
        edit::check(&call.ctx, &call.project()?, &artifact_of(call)?, &edit, &SampleChoice::First).await
    };
    let mut checked = check(edit.clone()).await?;
    if checked.plan.is_none() && edit.bump.take().is_some() {
        // It became a greater change since the choice: what is worked out counts.
        checked = check(edit.clone()).await?;
    }
    if checked.plan.is_none() {
        return Ok(Err(address(&project, "edit", &id)));
    }
    let labels = Labels::of_messages(&edit.fields.messages);
    Ok(Ok(Look { project, id, edit, labels, checked }))
}

/// The kind of change that was chosen in place of the one worked out.
fn kind_of(chosen: &Fields) -> Option<BumpInput> {
    let class = OFFERED.into_iter().find(|class| chosen.text("kind") == Some(class.as_str()))?;
    Some(BumpInput { class, reason: None })
}

async fn show(call: Call) -> UiResult<Reply> {
    match look(&call, &call.query).await? {
        Ok(look) => Ok(Reply::page(draw(&call, &look, html! {}))),
        Err(elsewhere) => Ok(Reply::to(elsewhere)),
    }
}

async fn publish_it(call: Call) -> UiResult<Reply> {
    let (project, id) = (call.project()?, artifact_of(&call)?);
    let plan: Digest =
        call.form.text("plan").and_then(|p| p.parse().ok()).ok_or_else(|| {
            AppError::invalid("the form does not say what was looked at; open the page again")
        })?;
    let ctx = call.write_ctx()?;
    let draft = edit::draft(&call.ctx, &project, &id).await?;
    // A form sent twice: the draft has become a version.
    let Some(draft) = draft else { return Ok(Reply::to(own_address(&project, &id))) };
    let also = call.form.all("also").into_iter().filter_map(|a| a.parse().ok()).collect();
    let bump = kind_of(&call.form);
    let input = PublishInput { edit: EditInput { also, bump, ..draft.edit }, plan };
    match publish(&ctx, &project, &id, &input).await {
        Ok(done) => {
            let own = done.versions.into_iter().find(|v| v.id == id);
            let to = own.map_or_else(
                || own_address(&project, &id),
                |v| format!("{}?published=1", version_address(&project, &id, &v.version)),
            );
            Ok(Reply::to(to))
        }
        Err(error) if matches!(error.code, Code::Stale | Code::StalePlan) => {
            match look(&call, &call.form).await? {
                Ok(look) => {
                    let said = note(
                        Tone::Warn,
                        html! { p { strong { (t!("publish-stale")) } } p { (t!("publish-stale-about")) } },
                    );
                    Ok(Reply::page(draw(&call, &look, said)).status(409))
                }
                Err(elsewhere) => Ok(Reply::to(elsewhere)),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn draw(call: &Call, look: &Look, said: Markup) -> Page {
    let Look { project, id, checked, labels, edit, .. } = look;
    let here = address(project, "publish", id);
    let mut page = Page::new(Here::Library, t!("publish-title", name = id.name.to_string()))
        .project(project)
        .trail(t!("shell-library"), format!("/p/{project}/library"))
        .trail(id.name.to_string(), own_address(project, id))
        .trail(t!("publish-edit"), address(project, "edit", id));
    let (Some(entry), Some(plan)) = (&checked.entry, &checked.plan) else { return page.body(said) };
    let version = entry.to.to_string();
    let from = entry.from.as_ref().map(ToString::to_string).unwrap_or_default();
    let names =
        (&*t!("change-version", version = from.clone()), &*t!("change-version", version = version.clone()));
    let (prose, rest) = parts_of(&entry.changes);
    let (tone, kind) = kind_of_change(entry.chosen.or(entry.class).unwrap_or_default());
    let button = html! {
        form method="post" action=(here) {
            (act::command(call))
            input type="hidden" name="plan" value=(plan);
            (held(edit, Held::All))
            div class="actions" {
                (act::submit(&t!("publish-do", version = version.clone())))
                a class="btn quiet" href=(address(project, "edit", id)) { (t!("publish-back")) }
            }
        }
    };
    let body = html! {
        (said)
        (boundary(&entry.boundary, labels))
        (card::flush("words", &t!("publish-words"), html! {}, html! {
            @if prose.is_empty() { div class="in" { p { (t!("compare-no-words")) } } }
            (texts(&prose, labels, names, View::Side(Lines::Changed)))
        }))
        @if !rest.is_empty() { (card::flush("fields", &t!("change-table"), html! {}, table(&rest, labels, names))) }
        (card("kind", &t!("compare-kind"), chip(tone, kind), html! {
            (reasons(entry.class.unwrap_or_default(), &entry.reasons, labels))
            (choice(entry, edit, &here))
        }))
        (dependents(look, &here))
        (card("do", &t!("publish-now", version = version.clone()), html! {}, html! {
            p { (t!("publish-about")) }
            (act::guarded(&call.may(Action::Publish, project, None), &t!("publish-do", version = version.clone()), button))
        }))
    };
    page = page
        .chips(html! { span { (t!("publish-becomes", version = version.clone())) } })
        .body(body)
        .rail(rail(look, entry))
        .drawer(
            Drawer::new()
                .id("plan", plan)
                .id("digest", entry.digest)
                .cli("cuelight plan && cuelight apply")
                .api("POST", format!("/api/v1/projects/{project}/apply")),
        );
    page
}

fn rail(look: &Look, entry: &PlanEntry) -> Markup {
    let live = html! {
        @if entry.live.is_empty() { (t!("publish-live-nowhere")) }
        @else { ul { @for (environment, version) in &entry.live { li { (user(environment)) ": " (version) } } } p class="hint" { (t!("publish-live-stays")) } }
    };
    let cases = html! {
        @if entry.cases == 0 { (t!("publish-no-cases")) }
        @else if entry.cases_differ.is_empty() { (t!("publish-cases-same", count = entry.cases)) }
        @else { (t!("publish-cases-differ", count = entry.cases_differ.len())) ul { @for case in &entry.cases_differ { li { (user(case)) } } } }
    };
    let warnings = &look.checked.problems;
    html! {
        (card("about", &t!("publish-facts"), html! {}, facts(&[
            (t!("publish-notes"), user(&look.edit.fields.change_intent)),
            (t!("publish-live"), live),
            (t!("publish-cases"), cases),
        ])))
        @if !warnings.is_empty() {
            (card("warnings", &t!("edit-problems"), html! {}, html! {
                ul { @for warning in warnings {
                    li { @if let Some(path) = &warning.path { strong { (user(look.labels.name(path))) } ": " } (super::change::sentence(&warning.message, &look.labels)) }
                } }
            }))
        }
    }
}

/// What is carried along by a form that does not ask for it itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Kind,
    Also,
    All,
}

fn held(edit: &EditInput, which: Held) -> Markup {
    html! {
        @if which != Held::Kind { @for other in &edit.also { input type="hidden" name="also" value=(other); } }
        @if which != Held::Also { @if let Some(bump) = &edit.bump { input type="hidden" name="kind" value=(bump.class.as_str()); } }
    }
}

/// The kind of change, for who knows more than the rules: never a smaller one than they say.
fn choice(entry: &PlanEntry, edit: &EditInput, here: &str) -> Markup {
    let computed = entry.class.unwrap_or_default();
    let now = entry.chosen.unwrap_or(computed);
    let offered: Vec<Class> = OFFERED.into_iter().filter(|class| *class >= computed).collect();
    if computed == Class::None || offered.len() < 2 {
        return html! {};
    }
    let option = |class: Class| {
        let said = match class {
            Class::None | Class::Patch => t!("publish-kind-patch"),
            Class::Minor => t!("publish-kind-minor"),
            Class::Major => t!("publish-kind-major"),
        };
        html! {
            label class="check" {
                input type="radio" name="kind" value=(class.as_str()) checked[class == now];
                span { (said) @if class == computed { " " span class="hint" { (t!("publish-kind-computed")) } } }
            }
        }
    };
    html! {
        details open[entry.chosen.is_some()] {
            summary { (t!("publish-kind")) }
            form method="get" action=(here) {
                (held(edit, Held::Also))
                fieldset {
                    legend { (t!("publish-kind-which")) }
                    p class="hint" { (t!("publish-kind-about")) }
                    @for class in offered { (option(class)) }
                }
                button class="btn" type="submit" { (t!("publish-kind-show")) }
            }
        }
    }
}

/// For a shared text: who includes it, and who is published with it.
fn dependents(look: &Look, here: &str) -> Markup {
    let Look { project, checked, edit, .. } = look;
    if checked.dependents.is_empty() {
        return html! {};
    }
    let all: Vec<&ArtifactRef> = checked.dependents.iter().map(|d| &d.id).collect();
    let mut others = Table::new(t!("publish-also"))
        .column(t!("publish-also-who"))
        .column(t!("compare-kind"))
        .column(t!("publish-also-version"));
    for entry in &checked.also {
        let (tone, kind) = kind_of_change(entry.class.unwrap_or_default());
        others.row(vec![
            html! { a href=(own_address(project, &entry.id)) { (user(&entry.id.name)) } },
            chip(tone, kind),
            html! { (entry.to) },
        ]);
    }
    card(
        "affected",
        &t!("publish-affected", count = all.len()),
        html! {},
        html! {
            p { (t!("publish-affected-about")) }
            form method="get" action=(here) {
                (held(edit, Held::Kind))
                fieldset {
                    legend { (t!("publish-also")) }
                    @for dependent in &checked.dependents {
                        label class="check" {
                            input type="checkbox" name="also" value=(dependent.id) checked[edit.also.contains(&dependent.id)];
                            span {
                                (user(&dependent.id.name)) " "
                                span class="hint" { (t!("publish-uses", version = dependent.uses.to_string())) }
                            }
                        }
                    }
                }
                button class="btn" type="submit" { (t!("publish-also-show")) }
            }
            @if !others.is_empty() { (others.draw()) }
        },
    )
}
