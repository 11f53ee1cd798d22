//! Icons: drawn here, and always beside a word.

use maud::{Markup, html};

use super::act::Tone;

/// The icon of a meaning; nothing for the plain one.
#[must_use]
pub fn of(tone: Tone) -> Markup {
    let path = match tone {
        Tone::Plain => return html! {},
        Tone::Info => "M8 7v4M8 5v.5",
        Tone::Good => "M5 8.2l2.1 2.1L11 6",
        Tone::Warn => "M8 4.5v4M8 11v.5",
        Tone::Bad => "M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6",
    };
    html! {
        svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false" {
            circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="1.5" {}
            path d=(path) fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" {}
        }
    }
}

/// The mark of Cuelight: a signal lamp.
#[must_use]
pub fn mark() -> Markup {
    html! {
        svg class="mark" width="22" height="22" viewBox="0 0 22 22" aria-hidden="true" focusable="false" {
            rect x="6" y="1" width="10" height="20" rx="5" fill="none" stroke="currentColor" stroke-width="1.8" {}
            circle cx="11" cy="6.4" r="1.9" fill="none" stroke="currentColor" stroke-width="1.5" {}
            circle cx="11" cy="11" r="1.9" fill="none" stroke="currentColor" stroke-width="1.5" {}
            circle class="lamp" cx="11" cy="15.6" r="2.3" {}
        }
    }
}
