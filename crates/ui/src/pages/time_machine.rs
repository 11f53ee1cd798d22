//! `/p/{project}/time-machine`: what was live at any moment, as one answer that can be printed and checked.

mod answer;
mod ask;
mod zones;

use cuelight_app::environment::list as environments;
use maud::{Markup, html};

use self::ask::{Asked, Choices, Outcome, Question};
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::{Drawer, Here, Page, Tone, card, empty, note, with_query};
use crate::reply::Reply;
use crate::route::{Route, page};
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![page(
        "time-machine",
        "/p/{project}/time-machine",
        "/p/acme/time-machine?date=2036-03-15&time=14:47:00&zone=Europe/Berlin&env=production&prompt=sales/qualify-lead",
        show,
    )]
}

/// The form, and the answer when something was asked.
async fn show(call: Call) -> UiResult<Reply> {
    let name = call.project()?;
    let all = environments(&call.ctx, &name).await?;
    let base = Page::new(Here::TimeMachine, t!("time-machine-title")).project(&name);
    let Some(last) = all.last() else {
        let body = empty(
            &t!("time-machine-no-environment"),
            html! { p { (t!("time-machine-no-environment-about")) } },
            html! {},
        );
        return Ok(Reply::page(base.body(body)));
    };
    let asked = Asked::of(&call, &last.name);
    let choices = Choices::of(&call, &name, &all).await?;
    if !asked.given {
        let body = html! {
            p class="lead" { (t!("time-machine-about")) }
            (card("ask", &t!("time-machine-ask"), html! {}, asked.form(&call, &name, &choices, &ask::Wrong::default())))
        };
        return Ok(Reply::page(base.body(body).drawer(Drawer::new().cli("cuelight at --help"))));
    }
    let wrong = match asked.question(&call, &name, &choices).await? {
        Outcome::Question(question) => return answered(&call, &asked, &choices, *question, base).await,
        Outcome::Wrong(wrong) => wrong,
    };
    let body = html! {
        (note(Tone::Bad, html! { p { (t!("time-machine-wrong")) } }))
        (card("ask", &t!("time-machine-ask"), html! {}, asked.form(&call, &name, &choices, &wrong)))
    };
    Ok(Reply::page(base.body(body)).status(422))
}

async fn answered(
    call: &Call,
    asked: &Asked,
    choices: &Choices,
    question: Question,
    base: Page,
) -> UiResult<Reply> {
    let name = call.project()?;
    let mut answers: Vec<Markup> = Vec::new();
    for instant in &question.instants {
        answers.push(answer::draw(call, &name, &question, *instant).await?);
    }
    let form = asked.form(call, &name, choices, &ask::Wrong::default());
    let form =
        html! { div class="no-print" { (card("ask", &t!("time-machine-ask-again"), html! {}, form)) } };
    let body = html! {
        div id="answer" {
            @if answers.len() > 1 {
                (note(Tone::Warn, html! { p { (t!("time-machine-twice")) } }))
                div class="halves" { @for answer in &answers { div { (answer) } } }
            } @else {
                @for answer in &answers { (answer) }
            }
            p class="muted small answer-address" { (t!("time-machine-address")) " " span class="mono" { (call.state.address().origin()) (call.address) } }
        }
    };
    let print = html! { button type="button" class="btn" data-print hidden { (t!("time-machine-print")) } };
    let page = base.actions(print).drawer(drawer(&name, &question));
    // Two answers need the whole width.
    Ok(Reply::page(if answers.len() > 1 {
        page.body(html! { (body) (form) })
    } else {
        page.body(body).rail(form)
    }))
}

fn drawer(project: &cuelight_artifact::ProjectName, question: &Question) -> Drawer {
    let time = format!("{}[{}]", question.local, question.viewer.zone_name);
    let mut command = format!("cuelight at \"{time}\" --env {}", question.environment);
    let environment = question.environment.to_string();
    let prompt = question.prompt.as_ref().map(ToString::to_string);
    let mut query = vec![("time", time.as_str()), ("environment", &environment)];
    if let Some(prompt) = &prompt {
        command.push_str(&format!(" {prompt}"));
        query.push(("prompt", prompt));
    }
    for (key, value) in &question.attributes {
        command.push_str(&format!(" --attr '{key}={value}'"));
        query.push((key, value));
    }
    Drawer::new().cli(command).api("GET", with_query(&format!("/api/v1/projects/{project}/at"), &query))
}
