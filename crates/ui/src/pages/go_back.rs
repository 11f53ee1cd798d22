//! `/p/{project}/env/{environment}/go-back`: exactly what going back changes, and the one button that does it.

use cuelight_app::release::{Back, RollBackInput, back, roll_back_seen};
use cuelight_app::{AppError, Code};
use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::rights::Action;
use maud::{Markup, html};

use super::release::said;
use crate::call::{Call, May};
use crate::error::UiResult;
use crate::parts::{Drawer, Field, Here, Page, Tone, act, card, command, note, time, user, with_query};
use crate::reply::Reply;
use crate::route::{Route, action, page};
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![
        page(
            "go-back",
            "/p/{project}/env/{environment}/go-back",
            "/p/acme/env/production/go-back?to=1",
            show,
        ),
        action("go-back-do", "/p/{project}/env/{environment}/go-back", "/p/acme/env/production/go-back", go),
    ]
}

async fn show(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let name: EnvironmentName = call.path("environment")?;
    let to = call.query.text("to").and_then(|t| t.parse().ok());
    draw(&call, &project, &name, to, Told::default()).await
}

async fn go(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let name: EnvironmentName = call.path("environment")?;
    let number = |field: &str| -> UiResult<u64> {
        let missing = || AppError::invalid("the form does not say what you looked at; open its page again");
        Ok(call.form.text(field).and_then(|n| n.parse().ok()).ok_or_else(missing)?)
    };
    let (to, seen, release) = (number("to")?, number("seen")?, number("release")?);
    let input = RollBackInput { to: Some(to), reason: call.form.text("reason").map(Into::into) };
    match roll_back_seen(&call.write_ctx()?, &project, release, input, Some(seen)).await {
        Ok(done) => {
            // The release of the form may be of another environment than the address.
            let here = said::environment_address(&project, &done.environment);
            Ok(Reply::to(with_query(&here, &[("done", &done.release.to_string())])))
        }
        Err(error) if error.code == Code::Stale => {
            let outcome = card::outcome(
                Tone::Warn,
                html! { p { strong { (t!("release-quicker")) } } p { (t!("go-back-quicker")) } },
            );
            let told = Told { outcome, reason: None };
            Ok(draw(&call, &project, &name, Some(to), told).await?.refused(&error))
        }
        Err(error) if error.code == Code::NothingToChange => {
            Ok(draw(&call, &project, &name, Some(to), Told::default()).await?.refused(&error))
        }
        // The reason cannot be kept as it is; it is still in the form, to be mended.
        Err(error) if error.code == Code::InvalidRequest && call.form.text("reason").is_some() => {
            let told = Told { outcome: html! {}, reason: Some(error.detail.clone()) };
            Ok(draw(&call, &project, &name, Some(to), told).await?.refused(&error))
        }
        Err(error) => Err(error.into()),
    }
}

/// The id of the button that goes back.
const DO: &str = "go-back-now";

/// What became of a form that was sent.
#[derive(Default)]
struct Told {
    outcome: Markup,
    /// What is wrong with the reason.
    reason: Option<String>,
}

async fn draw(
    call: &Call,
    project: &ProjectName,
    name: &EnvironmentName,
    to: Option<u64>,
    told: Told,
) -> UiResult<Reply> {
    let here = said::environment_address(project, name);
    let page = |title: String| {
        Page::new(Here::Environments, title)
            .project(project)
            .trail(t!("environment-path"), format!("/p/{project}/env"))
            .trail(name.to_string(), here.clone())
    };
    let found = match back(&call.ctx, project, name, to).await {
        Ok(found) => found,
        Err(error) if error.code == Code::NothingBefore => {
            let body = card::empty(
                &t!("go-back-nothing", environment = name.to_string()),
                html! { p { (t!("go-back-nothing-about")) } },
                act::link(&t!("release-to-environment", environment = name.to_string()), &here),
            );
            return Ok(Reply::page(page(t!("go-back-title", environment = name.to_string())).body(body)));
        }
        Err(error) => return Err(error.into()),
    };
    let number = found.made_by.release.to_string();
    let title = t!("go-back-title-to", environment = name.to_string(), release = number.clone());
    let body = html! {
        (told.outcome)
        @if found.changes.is_empty() {
            (card::empty(&t!("go-back-same", environment = name.to_string(), release = number), html! {},
                act::link(&t!("release-to-environment", environment = name.to_string()), &here)))
        } @else {
            (confirm(call, project, &found, told.reason).await)
        }
    };
    let drawer = Drawer::new()
        .id("generation now", found.generation)
        .id("generation that comes back", found.to)
        .cli(format!("cuelight rollback {} --to {}", found.release, found.to))
        .api("POST", format!("/api/v1/projects/{project}/releases/{}/rollback", found.release));
    let mut page = page(title).body(body).drawer(drawer);
    if !found.changes.is_empty() && call.may(Action::RollBack, project, Some(name)).yes() {
        page = page.skip_to(button(&found), DO);
    }
    Ok(Reply::page(page))
}

async fn confirm(call: &Call, project: &ProjectName, found: &Back, wrong: Option<String>) -> Markup {
    let facts = said::explain(call, project, &found.changes).await;
    let known = said::known(call, project, &[&found.made_by]).await;
    let here = said::environment_address(project, &found.environment);
    let may = call.may(Action::RollBack, project, Some(&found.environment));
    let reason = call.form.raw("reason").unwrap_or_default();
    let label = button(found);
    let form = html! {
        section class="card" id="confirm" aria-labelledby="confirm-title" {
            header { h2 id="confirm-title" { (t!("go-back-confirm")) } }
            div class="in" {
                @match &may {
                    May::No { .. } => (act::guarded(&may, &label, html! {})),
                    May::Yes => form class="narrow" method="post" action={ (here) "/go-back" } {
                        (command(call))
                        input type="hidden" name="to" value=(found.to);
                        input type="hidden" name="seen" value=(found.generation);
                        input type="hidden" name="release" value=(found.release);
                        (Field::text("reason", t!("go-back-reason")).value(reason).hint(t!("go-back-reason-hint")).error(wrong).draw())
                        div class="actions" {
                            button class="btn primary danger" id=(DO) type="submit" { (label) }
                            a class="btn quiet" href=(here) { (t!("common-cancel")) }
                        }
                    }
                }
            }
        }
    };
    html! {
        p class="lead" {
            (t!("go-back-what", environment = found.environment.to_string(), release = found.made_by.release.to_string()))
            " " (time::shown(&call.viewer, &found.made_by.at)) "."
        }
        @if let (Ok(known), Some(notes)) = (&known, &found.made_by.notes) {
            p class="muted" { (known.who(&found.made_by.actor)) ": " (user(notes)) }
        }
        @if !found.declared { (note(Tone::Info, html! { (t!("go-back-not-declared")) })) }
        (form)
        (card::flush(
            "changes",
            &t!("go-back-changes", count = said::prompts(&found.changes)),
            html! {},
            said::table(project, &found.changes, &facts, t!("release-column-now"), t!("go-back-column-then")),
        ))
        p class="muted small" { (t!("go-back-rules")) }
    }
}

fn button(found: &Back) -> String {
    let environment = found.environment.to_string();
    if let [change] = found.changes.as_slice()
        && let (None, Some(after)) = (&change.slot.over, &change.after)
    {
        return t!(
            "go-back-do-one",
            prompt = change.slot.prompt.to_string(),
            version = after.version.to_string(),
            environment = environment
        );
    }
    t!(
        "go-back-do",
        release = found.made_by.release.to_string(),
        environment = environment,
        count = said::prompts(&found.changes)
    )
}
