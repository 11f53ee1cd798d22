//! `/p/{project}/library`: find a prompt or shared text by words, folder, risk, owner, tag and status.

mod choose;
mod found;

pub(crate) use found::risk_chip;

use cuelight_app::prompt::{BrowseInput, BrowseOutput, Status, browse};
use cuelight_artifact::model::Risk;
use cuelight_artifact::{Kind, ProjectName};
use cuelight_core::rights::Action;
use maud::{Markup, html};

use crate::call::Call;
use crate::error::UiResult;
use crate::parts::page::kind_word;
use crate::parts::{Drawer, Here, Page, Tone, act, empty, note, text, with_query};
use crate::reply::Reply;
use crate::route::{Route, page};
use crate::words::t;

/// Rows on one page.
const ROWS: usize = 50;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![page("library", "/p/{project}/library", "/p/acme/library", show)]
}

/// What the address asks for, as names and values.
#[derive(Clone, Default)]
struct Asked(Vec<(&'static str, String)>);

const NAMES: [&str; 7] = ["q", "folder", "kind", "status", "risk", "owner", "tag"];

impl Asked {
    fn of(call: &Call) -> Self {
        let given = NAMES.iter().filter_map(|name| Some((*name, call.query.text(name)?.to_owned())));
        Self(given.collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }

    /// The address with one choice made otherwise, from the first page on.
    fn with(&self, project: &ProjectName, name: &'static str, value: Option<&str>) -> String {
        let mut pairs: Vec<(&str, &str)> =
            self.0.iter().filter(|(n, _)| *n != name).map(|(n, v)| (*n, v.as_str())).collect();
        pairs.extend(value.map(|v| (name, v)));
        with_query(&address(project), &pairs)
    }

    /// Whether a choice is made that leaves something out.
    fn narrows(&self) -> bool {
        !self.0.is_empty()
    }
}

fn address(project: &ProjectName) -> String {
    format!("/p/{project}/library")
}

async fn show(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let asked = Asked::of(&call);
    // An address with a value that does not exist is most likely an old link: all of it is shown.
    let Ok(input) = input(&call, &asked) else { return Ok(Reply::to(address(&project))) };
    let environments = cuelight_app::environment::list(&call.ctx, &project).await.unwrap_or_default();
    let names: Vec<_> = environments.into_iter().map(|e| e.name).collect();
    let answer = browse(&call.ctx, &project, input).await;
    let (found, refused) = match answer {
        Ok(found) => (found, None),
        Err(error) if error.code == cuelight_app::Code::InvalidRequest => {
            let limit = Some(ROWS);
            let all = browse(&call.ctx, &project, BrowseInput { limit, ..BrowseInput::default() }).await?;
            (all, Some(error))
        }
        Err(error) => return Err(error.into()),
    };
    let body = html! {
        (search(&project, &asked))
        div id="results" {
            @if let Some(error) = &refused { (note(Tone::Warn, html! { p data-focus tabindex="-1" { (text::shown(&error.detail)) } })) }
            @if found.total == 0 && !asked.narrows() {
                (nothing_yet(&call, &project))
            } @else {
                div class="library" {
                    div class="library-list" {
                        (choose::filters(&project, &asked, &found))
                        (found::list(&call, &project, &asked, &found, &names))
                    }
                    (choose::tree(&project, &asked, &found.folders))
                }
            }
        }
    };
    let drawer = Drawer::new()
        .cli("cuelight log")
        .api("GET", format!("/api/v1/projects/{project}/prompts"))
        .api("GET", format!("/api/v1/projects/{project}/fragments"));
    let status = refused.as_ref().map_or(200, |e| e.code.status());
    let page = Page::new(Here::Library, t!("library-title")).project(&project).body(body).drawer(drawer);
    Ok(Reply::page(page).status(status))
}

/// The form. Its choices stand among the results, because they change with them.
fn search(project: &ProjectName, asked: &Asked) -> Markup {
    html! {
        form id="find" class="library-search" role="search" aria-label=(t!("library-q")) method="get" action=(address(project)) hx-get=(address(project))
            hx-target="#results" hx-select="#results" hx-swap="outerHTML" hx-trigger="submit, input delay:200ms"
            hx-sync="this:replace" hx-replace-url="true" {
            label for="f-q" { (t!("library-q")) }
            div class="row" {
                input id="f-q" type="search" name="q" value=(asked.get("q").unwrap_or_default()) autocomplete="off" dir="auto"
                    aria-describedby="f-q-hint" data-search;
                button class="btn primary" type="submit" { (t!("library-show")) }
            }
            p class="hint" id="f-q-hint" { (t!("library-q-hint")) }
        }
    }
}

fn nothing_yet(call: &Call, project: &ProjectName) -> Markup {
    let may = call.may(Action::Publish, project, None);
    let actions = html! {
        (act::guarded(&may, &t!("library-none-start"), act::main_link(&t!("library-none-start"), "/welcome")))
    };
    empty(&t!("library-none"), html! { p { (t!("library-none-about")) } }, actions)
}

fn input(call: &Call, asked: &Asked) -> Result<BrowseInput, ()> {
    let text = |name: &str| asked.get(name).map(str::to_owned);
    Ok(BrowseInput {
        q: text("q"),
        folder: text("folder"),
        risk: chosen(asked.get("risk"), &[Risk::Low, Risk::Medium, Risk::High], Risk::as_str)?,
        owner: text("owner"),
        tag: text("tag"),
        status: chosen(asked.get("status"), &Status::ALL, Status::as_str)?,
        kind: chosen(asked.get("kind"), &[Kind::Prompt, Kind::Fragment], kind_word)?,
        after: call.query.text("after").map(str::parse).transpose().map_err(|_| ())?,
        limit: Some(ROWS),
    })
}

fn chosen<T: Copy>(given: Option<&str>, values: &[T], word: fn(T) -> &'static str) -> Result<Option<T>, ()> {
    let Some(given) = given else { return Ok(None) };
    values.iter().copied().find(|v| word(*v) == given).map(Some).ok_or(())
}

/// Pages before and after this one.
fn pages(project: &ProjectName, asked: &Asked, found: &BrowseOutput) -> Markup {
    let to = |after: Option<String>| asked.with(project, "after", after.as_deref());
    html! {
        @if found.from > 0 || found.next.is_some() {
            nav class="pages" aria-label=(t!("library-pages")) {
                @if found.from > 0 {
                    a id="page-previous" rel="prev" href=(to(found.previous.as_ref().map(ToString::to_string))) { (t!("library-previous")) }
                } @else { span {} }
                @if let Some(next) = &found.next {
                    a id="page-next" rel="next" href=(to(Some(next.to_string()))) { (t!("library-next")) }
                }
            }
        }
    }
}
