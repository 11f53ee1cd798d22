//! `/help/parts`: every component on one page, for whoever builds pages. The browser tests look at it too.

use maud::{Markup, html};

use crate::call::{Call, May};
use crate::error::UiResult;
use crate::parts::chart::{Interval, Point, Said, bars, intervals, line, sparkline};
use crate::parts::confirm::{Confirm, confirm};
use crate::parts::{Drawer, Field, Here, Page, Table, Tone, act, card, chip, empty, facts, note, text};
use crate::reply::Reply;
use crate::route::{Route, page};
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![page("parts", "/help/parts", "/help/parts", show)]
}

async fn show(call: Call) -> UiResult<Reply> {
    let body = html! {
        p class="lead" { (t!("gallery-about")) }
        (card("chips", &t!("gallery-chips"), html! {}, chips()))
        (card("notes", &t!("gallery-notes"), html! {}, notes()))
        (card("buttons", &t!("gallery-buttons"), html! {}, buttons()))
        (card("fields", &t!("gallery-fields"), html! {}, fields()))
        (card("texts", &t!("gallery-texts"), html! {}, texts()))
        (card("lists", &t!("gallery-lists"), html! {}, lists()))
        (card("charts", &t!("gallery-charts"), html! {}, charts()))
        (sure(&call))
    };
    let drawer = Drawer::new()
        .id(t!("gallery-sample-name"), t!("gallery-sample-value"))
        .cli("cuelight schema pages")
        .api("GET", "/api/v1/openapi.json");
    let page =
        Page::new(Here::Help, t!("gallery-title")).trail(t!("shell-help"), "/help").body(body).drawer(drawer);
    Ok(Reply::page(page))
}

fn chips() -> Markup {
    html! {
        ul class="chips" {
            @for tone in [Tone::Plain, Tone::Info, Tone::Good, Tone::Warn, Tone::Bad] {
                li { (chip(tone, t!("gallery-sample-value"))) }
            }
        }
    }
}

fn notes() -> Markup {
    html! {
        @for tone in [Tone::Plain, Tone::Info, Tone::Good, Tone::Warn, Tone::Bad] {
            (note(tone, html! { p { (t!("gallery-sample-sentence")) } }))
        }
        (empty(&t!("gallery-sample-empty"), html! { p { (t!("gallery-sample-sentence")) } }, act::link(&t!("gallery-sample-action"), "#main")))
    }
}

fn buttons() -> Markup {
    let blocked = May::No { why: t!("gallery-sample-why"), who: t!("gallery-sample-who") };
    html! {
        div class="actions" {
            (act::main_link(&t!("gallery-sample-action"), "#main"))
            (act::link(&t!("gallery-sample-action"), "#main"))
            (act::danger_link(&t!("gallery-sample-danger"), "#main"))
            (act::guarded(&blocked, &t!("gallery-sample-action"), html! {}))
        }
    }
}

fn fields() -> Markup {
    let choice =
        vec![("a".to_owned(), t!("gallery-sample-value")), ("b".to_owned(), t!("gallery-sample-name"))];
    html! {
        form method="get" action="/help/parts" {
            div class="fields" {
                (Field::text("line", t!("gallery-field-line")).hint(t!("gallery-sample-sentence")).required().draw())
                (Field::text("wrong", t!("gallery-field-wrong")).value("?").error(Some(t!("gallery-sample-wrong"))).draw())
                (Field::text("choice", t!("gallery-field-choice")).choice(choice).value("b").draw())
            }
            (Field::text("area", t!("gallery-field-area")).area(3).value(t!("gallery-sample-sentence")).draw())
            label class="check" { input type="checkbox" name="check" value="yes"; span { (t!("gallery-field-check")) } }
            (act::submit(&t!("gallery-sample-action")))
        }
    }
}

fn texts() -> Markup {
    html! {
        p { (text::shown("pay\u{202E}lap\u{200B}!")) }
        p class="prompt-text" { (t!("gallery-sample-name")) " " span class="var" { "{{ name }}" } }
        p class="diff-inline" { (t!("gallery-sample-name")) " " del { (t!("gallery-sample-before")) } " " ins { (t!("gallery-sample-after")) } }
    }
}

fn lists() -> Markup {
    let mut table =
        Table::new(t!("gallery-lists")).column(t!("gallery-sample-name")).number(t!("gallery-sample-value"));
    table.row(vec![html! { (t!("gallery-sample-before")) }, html! { "1" }]);
    table.row(vec![html! { (t!("gallery-sample-after")) }, html! { "1,203" }]);
    html! {
        (table.draw())
        (facts(&[(t!("gallery-sample-name"), html! { (t!("gallery-sample-value")) })]))
        ul class="dots" { li class="on" { (t!("gallery-sample-after")) } li class="behind" { (t!("gallery-sample-before")) } li { (t!("gallery-sample-value")) } }
        ol class="timeline" {
            li class="now" { (t!("gallery-sample-after")) }
            li class="back" { (t!("gallery-sample-sentence")) }
            li { (t!("gallery-sample-before")) }
        }
        ol class="steps" {
            li class="done" { (t!("gallery-sample-before")) }
            li aria-current="step" { (t!("gallery-sample-after")) }
            li { (t!("gallery-sample-value")) }
        }
        p { label for="gallery-progress" { (t!("gallery-progress")) } }
        progress id="gallery-progress" max="10" value="7" { "7 / 10" }
    }
}

fn charts() -> Markup {
    let said = |summary: String| Said {
        summary,
        labels: t!("gallery-chart-day"),
        values: t!("gallery-chart-count"),
    };
    let points: Vec<Point> = [3.0, 5.0, 2.0, 8.0, 6.0]
        .iter()
        .enumerate()
        .map(|(i, v)| Point { label: (i + 1).to_string(), value: *v, shown: v.to_string() })
        .collect();
    let rows = [(-1.2, -0.4, 0.3), (0.2, 0.9, 1.6)].map(|(low, middle, high)| Interval {
        label: t!("gallery-sample-name"),
        low,
        middle,
        high,
        shown: format!("{middle} ({low} … {high})"),
    });
    html! {
        div class="thirds" {
            (bars(&said(t!("gallery-chart-bars")), &points))
            (line(&said(t!("gallery-chart-line")), &points))
            (intervals(&said(t!("gallery-chart-intervals")), &rows))
        }
        p { (sparkline(&t!("gallery-chart-line"), &points)) " " (t!("gallery-chart-spark")) }
    }
}

fn sure(call: &Call) -> Markup {
    confirm(
        call,
        &Confirm {
            title: &t!("gallery-confirm"),
            what: html! { p { (t!("gallery-sample-sentence")) } },
            fields: Field::text("reason", t!("gallery-field-reason")).area(2).draw(),
            action: "/help/parts",
            button: &t!("gallery-sample-danger"),
            tone: Tone::Bad,
            cancel: "/help",
        },
    )
}
