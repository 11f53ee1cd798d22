//! `/help`: the words of the interface, and its keys.

use maud::{Markup, html};

use crate::call::Call;
use crate::error::UiResult;
use crate::parts::{Here, Page, card, facts};
use crate::reply::Reply;
use crate::route::{Route, page};
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![page("help", "/help", "/help", show)]
}

async fn show(_: Call) -> UiResult<Reply> {
    let more = html! { p { a href="/help/parts" { (t!("help-parts")) } } };
    let body = html! {
        (card("steps", &t!("help-steps"), html! {}, steps()))
        (card("words", &t!("help-words"), html! {}, words()))
        (card("keys", &t!("help-keys"), html! {}, keys()))
        (more)
    };
    Ok(Reply::page(Page::new(Here::Help, t!("help-title")).body(body)))
}

/// How the most frequent tasks are done, for somebody's first day.
fn steps() -> Markup {
    html! {
        h3 { (t!("help-change")) }
        ol {
            li { (t!("help-change-1")) }
            li { (t!("help-change-2")) }
            li { (t!("help-change-3")) }
            li { (t!("help-change-4")) }
            li { (t!("help-change-5")) }
        }
        h3 { (t!("help-back")) }
        ol {
            li { (t!("help-back-1")) }
            li { (t!("help-back-2")) }
        }
        h3 { (t!("help-when")) }
        ol {
            li { (t!("help-when-1")) }
            li { (t!("help-when-2")) }
            li { (t!("help-when-3")) }
        }
        p class="muted" { (t!("help-safe")) }
    }
}

fn words() -> Markup {
    facts(&[
        (t!("help-word-prompt"), html! { (t!("help-word-prompt-means")) }),
        (t!("help-word-shared"), html! { (t!("help-word-shared-means")) }),
        (t!("help-word-version"), html! { (t!("help-word-version-means")) }),
        (t!("help-word-kind"), html! { (t!("help-word-kind-means")) }),
        (t!("help-word-environment"), html! { (t!("help-word-environment-means")) }),
        (t!("help-word-live"), html! { (t!("help-word-live-means")) }),
        (t!("help-word-release"), html! { (t!("help-word-release-means")) }),
        (t!("help-word-go-back"), html! { (t!("help-word-go-back-means")) }),
        (t!("help-word-variant"), html! { (t!("help-word-variant-means")) }),
        (t!("help-word-withdraw"), html! { (t!("help-word-withdraw-means")) }),
        (t!("help-word-ledger"), html! { (t!("help-word-ledger-means")) }),
        (t!("help-word-time-machine"), html! { (t!("help-word-time-machine-means")) }),
    ])
}

fn keys() -> Markup {
    let key = |keys: &[&str]| html! { @for key in keys { kbd { (key) } " " } };
    html! {
        p { (t!("help-keys-about")) }
        (facts(&[
            (t!("help-key-palette"), key(&["Ctrl", "K"])),
            (t!("help-key-search"), key(&["/"])),
            (t!("help-key-home"), key(&["g", "h"])),
            (t!("help-key-library"), key(&["g", "l"])),
            (t!("help-key-releases"), key(&["g", "r"])),
            (t!("help-key-environments"), key(&["g", "e"])),
            (t!("help-key-time-machine"), key(&["g", "t"])),
            (t!("help-key-help"), key(&["?"])),
        ]))
        label class="check" data-js hidden {
            input type="checkbox" id="f-shortcuts" data-shortcuts-toggle;
            span { (t!("help-keys-toggle")) }
        }
    }
}
