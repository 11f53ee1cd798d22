//! Cards, notes, facts and empty states.

use maud::{Markup, html};

use super::act::Tone;
use super::icon;

/// A part of a page with a heading. `id` is unique on the page; links can lead to it.
#[must_use]
pub fn card(id: &str, title: &str, head: Markup, body: Markup) -> Markup {
    let heading = format!("{id}-title");
    html! {
        section class="card" id=(id) aria-labelledby=(heading) {
            header { h2 id=(heading) { (title) } (head) }
            div class="in" { (body) }
        }
    }
}

/// A card whose body reaches its edges, for tables and lists.
#[must_use]
pub fn flush(id: &str, title: &str, head: Markup, body: Markup) -> Markup {
    let heading = format!("{id}-title");
    html! {
        section class="card" id=(id) aria-labelledby=(heading) {
            header { h2 id=(heading) { (title) } (head) }
            (body)
        }
    }
}

/// Something to read before going on.
#[must_use]
pub fn note(tone: Tone, body: Markup) -> Markup {
    html! { div class={ "note " (tone.as_str()) } { (icon::of(tone)) div { (body) } } }
}

/// The outcome of what was just done; read out when the page comes.
#[must_use]
pub fn outcome(tone: Tone, body: Markup) -> Markup {
    html! { div class={ "note " (tone.as_str()) } role="status" tabindex="-1" data-outcome { (icon::of(tone)) div { (body) } } }
}

/// What to do where there is nothing yet.
#[must_use]
pub fn empty(title: &str, body: Markup, actions: Markup) -> Markup {
    html! {
        div class="empty" {
            p class="empty-title" { (title) }
            div class="empty-body" { (body) }
            div class="actions" { (actions) }
        }
    }
}

/// Names and values.
#[must_use]
pub fn facts(pairs: &[(String, Markup)]) -> Markup {
    html! {
        dl class="facts" {
            @for (name, value) in pairs { div { dt { (name) } dd { (value) } } }
        }
    }
}
