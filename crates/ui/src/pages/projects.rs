//! `/projects`: every project in reach, and making a new one.

use cuelight_app::project::{self, CreateProjectInput, ProjectInfo};
use cuelight_app::{AppError, Code};
use cuelight_core::rights::Action;
use maud::{Markup, html};

use crate::call::{Call, May};
use crate::error::UiResult;
use crate::parts::card::flush;
use crate::parts::{Drawer, Field, Here, Page, Table, act, card, empty, time};
use crate::reply::Reply;
use crate::route::{Route, action, page};
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![
        page("projects", "/projects", "/projects", show),
        action("project-create", "/projects", "/projects", create),
    ]
}

async fn show(call: Call) -> UiResult<Reply> {
    Ok(Reply::page(draw(&call, "", None).await?))
}

async fn create(call: Call) -> UiResult<Reply> {
    let asked = call.form.text("name").unwrap_or_default();
    let name = match asked.parse() {
        Ok(name) => name,
        Err(error) => {
            let said = t!("projects-bad-name", why = format!("{error}"));
            return Ok(Reply::page(draw(&call, asked, Some(said)).await?).status(422));
        }
    };
    match project::create(&call.write_ctx()?, CreateProjectInput { name }).await {
        Ok(made) => Ok(Reply::to(format!("/p/{}", made.name))),
        Err(error) if error.code == Code::Exists => {
            let said = t!("projects-exists");
            Ok(Reply::page(draw(&call, asked, Some(said)).await?).refused(&error))
        }
        Err(error) => Err(error.into()),
    }
}

async fn draw(call: &Call, name: &str, error: Option<String>) -> Result<Page, AppError> {
    let projects = project::list(&call.ctx).await?;
    let may = call.may_here(Action::CreateProjects);
    let body = html! {
        (flush("list", &t!("projects-list"), html! {}, list(call, &projects, &may)))
        (card("new", &t!("projects-new"), html! {}, new(call, &may, name, error)))
    };
    Ok(Page::new(Here::Elsewhere, t!("projects-title")).body(body).drawer(
        Drawer::new()
            .cli("cuelight project list")
            .cli("cuelight project create NAME")
            .api("GET", "/api/v1/projects")
            .api("POST", "/api/v1/projects"),
    ))
}

fn list(call: &Call, projects: &[ProjectInfo], may: &May) -> Markup {
    if projects.is_empty() {
        let (about, actions) = match may {
            May::Yes => (t!("projects-none"), act::main_link(&t!("projects-first"), "/welcome")),
            May::No { .. } => (t!("projects-none-reach"), html! {}),
        };
        return empty(&t!("projects-empty"), html! { p { (about) } }, actions);
    }
    let mut table = Table::new(t!("projects-list"))
        .column(t!("projects-name"))
        .number(t!("projects-prompts"))
        .number(t!("projects-shared"))
        .number(t!("projects-releases"))
        .column(t!("projects-since"));
    for it in projects {
        table.row(vec![
            html! { a href={ "/p/" (it.name) } { (it.name) } },
            html! { (it.prompts) },
            html! { (it.fragments) },
            html! { (it.releases) },
            time::shown(&call.viewer, &it.created_at),
        ]);
    }
    table.draw()
}

fn new(call: &Call, may: &May, name: &str, error: Option<String>) -> Markup {
    let form = html! {
        form method="post" action="/projects" {
            (act::command(call))
            (Field::text("name", t!("projects-name")).value(name).hint(t!("projects-name-hint"))
                .with("maxlength", "64").with("spellcheck", "false").required().error(error).draw())
            div class="actions" {
                (act::submit(&t!("projects-create")))
                (act::link(&t!("projects-import"), "/welcome"))
            }
        }
    };
    html! {
        p { (t!("projects-about")) }
        (act::guarded(may, &t!("projects-create"), form))
    }
}
