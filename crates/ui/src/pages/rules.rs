//! `/p/{project}/env/{environment}/rules`: what an environment demands of a release.

use cuelight_app::environment::{self, EnvironmentDetail, refused_now, set_policy};
use cuelight_app::{AppError, Code};
use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::environment::{Blocked, Policy, Predecessor, Prereleases};
use cuelight_core::rights::Action;
use maud::{Markup, html};

use super::release::said;
use crate::call::{Call, May};
use crate::error::UiResult;
use crate::parts::{Drawer, Here, Page, Tone, act, card, command, note, text};
use crate::reply::Reply;
use crate::route::{Route, action, page};
use crate::words::t;

/// Most refusals listed.
const LISTED: usize = 50;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    let (path, sample) = ("/p/{project}/env/{environment}/rules", "/p/acme/env/production/rules");
    vec![page("rules", path, sample, show), action("rules-set", path, sample, set)]
}

async fn show(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let name: EnvironmentName = call.path("environment")?;
    let detail = environment::get(&call.ctx, &project, &name).await?;
    let done = call.query.text("done").is_some();
    let told = html! { @if done { (card::outcome(Tone::Good, html! { p { (t!("rules-done")) } })) } };
    let policy = detail.info.policy.clone();
    draw(&call, &project, &detail, &policy, told).await
}

async fn set(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let name: EnvironmentName = call.path("environment")?;
    let missing = || AppError::invalid("the form does not say what you looked at; open its page again");
    let seen: u64 = call.form.text("revision").and_then(|r| r.parse().ok()).ok_or_else(missing)?;
    let policy = read(&call);
    let ctx = call.write_ctx()?;
    match set_policy(&ctx, &project, &name, seen, policy.clone()).await {
        Ok(_) => Ok(Reply::to(format!("{}/rules?done=1", said::environment_address(&project, &name)))),
        Err(error) if matches!(error.code, Code::Stale | Code::NothingToChange) => {
            let detail = environment::get(&call.ctx, &project, &name).await?;
            let told = card::outcome(
                Tone::Warn,
                html! {
                    @if error.code == Code::Stale {
                        p { strong { (t!("release-quicker")) } }
                        p { (t!("rules-quicker")) }
                        (super::environment::rules(&detail.info.policy, None))
                    } @else {
                        p { (t!("rules-same")) }
                    }
                },
            );
            Ok(draw(&call, &project, &detail, &policy, told).await?.refused(&error))
        }
        Err(error) => Err(error.into()),
    }
}

fn read(call: &Call) -> Policy {
    let on = |name: &str| call.form.text(name).is_some();
    Policy {
        prereleases: if on("final") { Prereleases::Refused } else { Prereleases::Allowed },
        predecessor: if on("before") { Predecessor::Required } else { Predecessor::Optional },
        blocked: if on("refuse") { Blocked::Refused } else { Blocked::Warned },
    }
}

async fn draw(
    call: &Call,
    project: &ProjectName,
    detail: &EnvironmentDetail,
    policy: &Policy,
    told: Markup,
) -> UiResult<Reply> {
    let name = &detail.info.name;
    let here = said::environment_address(project, name);
    let environments = environment::list(&call.ctx, project).await?;
    let before = environments.iter().take_while(|e| &e.name != name).last().map(|e| e.name.to_string());
    let refused = refused_now(&call.ctx, project, name, policy).await?;
    let may = call.may(Action::ConfigureEnvironments, project, Some(name));
    let body = html! {
        (told)
        (card("rules", &t!("rules-about"), html! {}, form(call, detail, policy, before, &may, &here)))
        (today(&refused, detail))
    };
    let page = Page::new(Here::Environments, t!("rules-title", environment = name.to_string()))
        .project(project)
        .trail(t!("environment-path"), format!("/p/{project}/env"))
        .trail(name.to_string(), here)
        .body(body)
        .drawer(
            Drawer::new()
                .id("policy revision", detail.info.policy_revision)
                .cli(format!("cuelight env policy {name} --blocked refused"))
                .api("PUT", format!("/api/v1/projects/{project}/environments/{name}/policy")),
        );
    Ok(Reply::page(page))
}

fn form(
    call: &Call,
    detail: &EnvironmentDetail,
    policy: &Policy,
    before: Option<String>,
    may: &May,
    here: &str,
) -> Markup {
    let earlier = match before {
        Some(name) => t!("rules-before", name = name),
        None => t!("rules-before-first"),
    };
    html! {
        form method="post" action={ (here) "/rules" } {
            (command(call))
            input type="hidden" name="revision" value=(detail.info.policy_revision);
            fieldset disabled[!may.yes()] {
                legend { (t!("rules-needs")) }
                (check("final", &t!("rules-final"), &t!("rules-final-about"), policy.prereleases == Prereleases::Refused))
                (check("before", &earlier, &t!("rules-before-about"), policy.predecessor == Predecessor::Required))
            }
            fieldset disabled[!may.yes()] {
                legend { (t!("rules-unsafe")) }
                (check("refuse", &t!("rules-refuse"), &t!("rules-refuse-about"), policy.blocked == Blocked::Refused))
            }
            p class="muted small" { (t!("rules-never-back")) }
            div class="actions" {
                (act::guarded(may, &t!("rules-save"), act::submit(&t!("rules-save"))))
                a class="btn quiet" href=(here) { (t!("common-cancel")) }
            }
        }
    }
}

fn check(name: &str, label: &str, about: &str, on: bool) -> Markup {
    html! {
        label class="check" {
            input type="checkbox" name=(name) value="yes" checked[on] aria-describedby={ "about-" (name) };
            span { (label) span class="hint block" id={ "about-" (name) } { (about) } }
        }
    }
}

/// What these rules would refuse of what is live now, were it released again.
fn today(refused: &[String], detail: &EnvironmentDetail) -> Markup {
    if detail.content.is_empty() {
        return html! {};
    }
    card::card(
        "today",
        &t!("rules-today"),
        html! {},
        html! {
            @if refused.is_empty() {
                (note(Tone::Good, html! { (t!("rules-today-none")) }))
            } @else {
                p { (t!("rules-today-some", count = refused.len())) }
                ul { @for rule in refused.iter().take(LISTED) { li data-user { (text::shown(&said::plain(rule))) } } }
                @if refused.len() > LISTED { p class="muted small" { (t!("release-more", count = refused.len() - LISTED)) } }
            }
        },
    )
}
