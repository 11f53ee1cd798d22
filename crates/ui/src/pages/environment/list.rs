//! `/p/{project}/env`: the path, and adding an environment to it.

use cuelight_app::environment::{CreateEnvironmentInput, Step, create, path};
use cuelight_app::release::ReleaseInfo;
use cuelight_app::{Code, project};
use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::environment::Policy;
use cuelight_core::rights::Action;
use maud::{Markup, html};

use super::super::home;
use super::super::release::said;
use crate::call::{Call, May};
use crate::error::UiResult;
use crate::parts::{Drawer, Field, Here, Page, act, card, command};
use crate::reply::Reply;
use crate::words::t;

/// What was wrong with the form.
#[derive(Default)]
struct Sent {
    name: Option<String>,
}

pub async fn show(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    draw(&call, &project, Sent::default()).await
}

/// Adds an environment.
pub async fn add(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let text = call.form.text("name").unwrap_or_default();
    let Ok(name) = text.parse::<EnvironmentName>() else {
        let sent = Sent { name: Some(t!("environment-name-bad")) };
        return Ok(draw(&call, &project, sent).await?.status(422));
    };
    let after = match call.form.text("after") {
        None => None,
        Some(after) => Some(after.parse().map_err(|_| {
            cuelight_app::AppError::invalid(format!("`{after}` is not an environment’s name"))
        })?),
    };
    let policy = if call.form.text("rules") == Some("open") { Policy::open() } else { Policy::strict() };
    let input = CreateEnvironmentInput { name: name.clone(), after, policy: Some(policy) };
    match create(&call.write_ctx()?, &project, input).await {
        Ok(_) => Ok(Reply::to(said::environment_address(&project, &name))),
        Err(error) if error.code == Code::Exists => {
            let sent = Sent { name: Some(t!("environment-name-taken", name = name.to_string())) };
            Ok(draw(&call, &project, sent).await?.refused(&error))
        }
        Err(error) => Err(error.into()),
    }
}

async fn draw(call: &Call, project: &ProjectName, sent: Sent) -> UiResult<Reply> {
    let seq = *project::news(&call.ctx, project).await?.borrow();
    let steps = path(&call.ctx, project).await?;
    let newest: Vec<&ReleaseInfo> = steps.iter().filter_map(|s| s.release.as_ref()).collect();
    let known = said::known(call, project, &newest).await?;
    let body = html! {
        p class="muted" { (t!("environment-path-about")) }
        div id="path" data-live-part data-live-text=(t!("environment-changed")) {
            ol class="path" {
                @for step in &steps {
                    li class="card" {
                        (home::environment(call, project, step, &known))
                        div class="in rules-brief" {
                            h3 { (t!("environment-rules")) }
                            (super::rules(&step.info.policy, before(&steps, step)))
                        }
                    }
                }
            }
        }
        (form(call, project, &steps, &sent))
    };
    let page =
        Page::new(Here::Environments, t!("environment-path")).project(project).body(body).live(seq).drawer(
            Drawer::new()
                .cli("cuelight env list")
                .cli("cuelight env create canary --after staging")
                .api("GET", format!("/api/v1/projects/{project}/environments"))
                .api("POST", format!("/api/v1/projects/{project}/environments")),
        );
    Ok(Reply::page(page))
}

fn before<'a>(steps: &'a [Step], step: &Step) -> Option<&'a EnvironmentName> {
    let earlier = steps.iter().take_while(|s| s.info.name != step.info.name);
    earlier.last().map(|s| &s.info.name)
}

fn form(call: &Call, project: &ProjectName, steps: &[Step], sent: &Sent) -> Markup {
    let title = t!("environment-add");
    if let May::No { why, who } = call.may(Action::ConfigureEnvironments, project, None) {
        return card::card("add", &title, html! {}, act::guarded(&May::No { why, who }, &title, html! {}));
    }
    let mut places = vec![(String::new(), t!("environment-first"))];
    places.extend(steps.iter().map(|s| {
        let name = s.info.name.to_string();
        (name.clone(), t!("environment-after", name = name))
    }));
    let after = call
        .form
        .text("after")
        .map_or_else(|| steps.last().map(|s| s.info.name.to_string()).unwrap_or_default(), ToOwned::to_owned);
    let rules = vec![
        ("strict".to_owned(), t!("environment-rules-strict")),
        ("open".to_owned(), t!("environment-rules-open")),
    ];
    card::card(
        "add",
        &title,
        html! {},
        html! {
            form class="narrow" method="post" action={ "/p/" (project) "/env" } {
                (command(call))
                (Field::text("name", t!("environment-name")).value(call.form.raw("name").unwrap_or_default())
                    .hint(t!("environment-name-hint")).error(sent.name.clone()).required().draw())
                div class="fields" {
                    (Field::text("after", t!("environment-where")).choice(places).value(after).draw())
                    (Field::text("rules", t!("environment-rules")).choice(rules).value(call.form.text("rules").unwrap_or("strict")).draw())
                }
                div class="actions" { (act::submit(&t!("environment-add-do"))) }
            }
        },
    )
}
