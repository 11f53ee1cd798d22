//! `/p/{project}/ledger`: entries, newest first, and what one can do with the whole.

use cuelight_app::ledger::{EntryInfo, SearchInput, SearchOutput, actors, search};
use cuelight_app::{AppError, AppResult, Code, environment, project};
use cuelight_artifact::ProjectName;
use cuelight_core::event::Event;
use maud::{Markup, html};

use super::sentence::{SORTS, sentence};
use super::who::{Names, named};
use super::{check, files};
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::{self, Drawer, Field, Here, Page, Table, act, card, empty, time, with_query};
use crate::reply::Reply;
use crate::words::{say, t};

/// Entries on a page.
const LIMIT: usize = 50;

/// What was asked for, as it was written.
struct Asked<'a> {
    kind: Option<&'a str>,
    who: Option<&'a str>,
    about: Option<&'a str>,
    before: Option<&'a str>,
}

impl Asked<'_> {
    fn filtered(&self) -> bool {
        self.kind.is_some() || self.who.is_some() || self.about.is_some()
    }

    /// The same question, going on before an entry.
    fn address(&self, project: &ProjectName, before: Option<u64>) -> String {
        let before = before.map(|b| b.to_string());
        let all =
            [("kind", self.kind), ("who", self.who), ("about", self.about), ("before", before.as_deref())];
        let given: Vec<(&str, &str)> = all.into_iter().filter_map(|(k, v)| Some((k, v?))).collect();
        with_query(&format!("/p/{project}/ledger"), &given)
    }
}

/// Shows them.
pub async fn show(call: Call) -> UiResult<Reply> {
    let name = call.project()?;
    let query = &call.query;
    let asked = Asked {
        kind: query.text("kind"),
        who: query.text("who"),
        about: query.text("about"),
        before: query.text("before"),
    };
    let sort = asked.kind.map(|word| SORTS.iter().find(|s| s.word == word));
    let wrong = matches!(sort, Some(None)).then(|| t!("ledger-kind-unknown"));
    let before = asked.before.map(str::parse).transpose().map_err(|_| {
        AppError::invalid(format!("`{}` is not the number of an entry", asked.before.unwrap_or_default()))
    })?;
    let input = SearchInput {
        kind: sort.flatten().map(|s| s.kind.to_owned()),
        actor: asked.who.map(str::to_owned),
        about: asked.about.map(str::to_owned),
        before,
        limit: LIMIT,
    };
    let info = project::get(&call.ctx, &name).await?;
    let found = search(&call.ctx, &name, input).await?;
    let mut known = actors(&call.ctx, &name).await?;
    known.extend(asked.who.map(str::to_owned));
    let names =
        named(&call, known.iter().map(String::as_str).chain(found.entries.iter().map(|e| e.actor.as_str())))
            .await?;
    known.push("system".into());
    known.sort();
    known.dedup();
    let status = if wrong.is_some() { 422 } else { 200 };
    let body = html! {
        p class="lead" { (t!("ledger-about")) }
        (filter(&call, &name, &asked, wrong, &known, &names).await?)
        (parts::card::flush("entries", &t!("ledger-entries"), html! { span class="muted small" { (t!("ledger-count", count = info.entries)) } }, html! {
            @if found.entries.is_empty() { (nothing(&name, &asked, &found)) }
            @else { (rows(&call, &name, &found.entries, &names)?) }
            (pages(&name, &asked, &found))
        }))
    };
    let page = Page::new(Here::Ledger, t!("ledger-title"))
        .project(&name)
        .body(body)
        .rail(html! { (check::offer(&call, &name)) (files::offer(&name, info.entries)) })
        .drawer(
            drawer(&name, &asked, sort.flatten().map(|s| s.kind))
                .id("origin", info.origin)
                .id("key", info.key),
        );
    Ok(Reply::page(page).status(status))
}

async fn filter(
    call: &Call,
    project: &ProjectName,
    asked: &Asked<'_>,
    wrong: Option<String>,
    known: &[String],
    names: &Names,
) -> AppResult<Markup> {
    let mut kinds = vec![(String::new(), t!("ledger-kind-all"))];
    kinds.extend(SORTS.iter().map(|s| (s.word.to_owned(), say(s.key, &[]))));
    let mut people = vec![(String::new(), t!("ledger-who-all"))];
    people.extend(known.iter().map(|id| (id.clone(), names.plain(id))));
    let environments = match environment::list(&call.ctx, project).await {
        Ok(all) => all.into_iter().map(|e| e.name.to_string()).collect(),
        Err(error) if error.code == Code::Forbidden => Vec::new(),
        Err(error) => return Err(error),
    };
    let about = Field::text("about", t!("ledger-filter-about"))
        .kind("search")
        .value(asked.about.unwrap_or_default())
        .hint(t!("ledger-filter-about-hint"))
        .with("spellcheck", "false")
        .offers(environments);
    Ok(html! {
        form class="ledger-filter" method="get" action={ "/p/" (project) "/ledger" } role="search" aria-label=(t!("ledger-filter")) {
            div class="fields" {
                (Field::text("kind", t!("ledger-filter-kind")).choice(kinds).value(asked.kind.unwrap_or_default()).error(wrong).draw())
                (Field::text("who", t!("ledger-filter-who")).choice(people).value(asked.who.unwrap_or_default()).draw())
                (about.draw())
            }
            (act::submit(&t!("ledger-filter-show")))
        }
    })
}

fn rows(call: &Call, project: &ProjectName, entries: &[EntryInfo], names: &Names) -> AppResult<Markup> {
    let mut table = Table::new(t!("ledger-entries"))
        .column(t!("ledger-what"))
        .column(t!("ledger-when"))
        .number(t!("ledger-entry"));
    for entry in entries {
        let event = Event::decode(&entry.kind, &entry.body).map_err(AppError::internal)?;
        table.row(vec![
            html! { a href={ "/p/" (project) "/ledger/" (entry.seq) } { (sentence(&event, names.shown(&entry.actor))) } },
            time::shown(&call.viewer, &entry.at),
            html! { (entry.seq) },
        ]);
    }
    Ok(table.draw())
}

fn nothing(project: &ProjectName, asked: &Asked<'_>, found: &SearchOutput) -> Markup {
    let further = match found.next {
        Some(next) => act::link(&t!("ledger-further"), &asked.address(project, Some(next))),
        None => html! {},
    };
    let about = match found.next {
        Some(_) => t!("ledger-none-yet", count = found.scanned),
        None if asked.filtered() => t!("ledger-none-fits"),
        None => t!("ledger-none-older"),
    };
    let all = act::link(&t!("ledger-all"), &format!("/p/{project}/ledger"));
    empty(&t!("ledger-none"), html! { p { (about) } }, html! { (further) (all) })
}

fn pages(project: &ProjectName, asked: &Asked<'_>, found: &SearchOutput) -> Markup {
    let older = found.next.filter(|_| !found.entries.is_empty());
    if asked.before.is_none() && older.is_none() {
        return html! {};
    }
    html! {
        nav class="pages" aria-label=(t!("ledger-pages")) {
            @if asked.before.is_some() { a class="btn small" href=(asked.address(project, None)) { (t!("ledger-newest")) } }
            @else { span {} }
            @if let Some(next) = older { a class="btn small" href=(asked.address(project, Some(next))) { (t!("ledger-older")) } }
        }
    }
}

fn drawer(project: &ProjectName, asked: &Asked<'_>, kind: Option<&str>) -> Drawer {
    let all = [("kind", kind), ("actor", asked.who), ("about", asked.about), ("before", asked.before)];
    let given: Vec<(&str, &str)> = all.into_iter().filter_map(|(k, v)| Some((k, v?))).collect();
    Drawer::new()
        .cli("cuelight log --ledger --limit 50")
        .api("GET", with_query(&format!("/api/v1/projects/{project}/ledger/search"), &given))
        .api("GET", format!("/api/v1/projects/{project}/ledger?after=0&limit=200"))
}

/// The card around what one can do with the whole ledger.
pub fn side(id: &str, title: &str, body: Markup) -> Markup {
    html! { div class="no-print" { (card(id, title, html! {}, body)) } }
}
