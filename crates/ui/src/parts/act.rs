//! Buttons, and what makes a form safe to send twice.

use maud::{Markup, html};

use crate::call::{Call, May};

/// What something means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    Plain,
    /// Worth knowing.
    Info,
    /// Good.
    Good,
    /// Careful.
    Warn,
    /// Bad, or dangerous.
    Bad,
}

impl Tone {
    /// Its class in the style sheet.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Info => "info",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// The hidden field that makes a form apply once, however often it is sent. Every form that changes something has it.
#[must_use]
pub fn command(call: &Call) -> Markup {
    html! { input type="hidden" name="command" value=(call.command_seed); }
}

/// A link that looks like a button.
#[must_use]
pub fn link(label: &str, address: &str) -> Markup {
    html! { a class="btn" href=(address) { (label) } }
}

/// The main thing to do on a page.
#[must_use]
pub fn main_link(label: &str, address: &str) -> Markup {
    html! { a class="btn primary" href=(address) { (label) } }
}

/// A link that leads to something dangerous: outlined, not loud.
#[must_use]
pub fn danger_link(label: &str, address: &str) -> Markup {
    html! { a class="btn danger" href=(address) { (label) } }
}

/// A link like a button if it would work; otherwise what is missing, and who can do it.
#[must_use]
pub fn guarded(may: &May, label: &str, allowed: Markup) -> Markup {
    match may {
        May::Yes => allowed,
        May::No { why, who } => html! {
            span class="blocked" {
                span class="btn" aria-disabled="true" role="link" { (label) }
                span class="hint" { (why) " " (who) }
            }
        },
    }
}

/// The button that sends a form.
#[must_use]
pub fn submit(label: &str) -> Markup {
    html! { button class="btn primary" type="submit" { (label) } }
}

/// The button that sends a form which does something dangerous.
#[must_use]
pub fn danger_submit(label: &str) -> Markup {
    html! { button class="btn primary danger" type="submit" { (label) } }
}
