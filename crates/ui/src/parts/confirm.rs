//! A page's own confirmation, in place of a dialog: what exactly will happen, one button, and a way out.

use maud::{Markup, html};

use super::act::{Tone, command};
use super::{card, icon};
use crate::call::Call;
use crate::words::t;

/// What is about to happen.
pub struct Confirm<'a> {
    /// A heading that names it.
    pub title: &'a str,
    /// What exactly happens, and to whom.
    pub what: Markup,
    /// Fields such as a reason.
    pub fields: Markup,
    /// Where the form goes.
    pub action: &'a str,
    /// The button: a specific verb with its object.
    pub button: &'a str,
    /// How dangerous it is.
    pub tone: Tone,
    /// Where to go instead.
    pub cancel: &'a str,
}

/// The confirmation.
#[must_use]
pub fn confirm(call: &Call, it: &Confirm<'_>) -> Markup {
    let class = if it.tone == Tone::Bad { "btn primary danger" } else { "btn primary" };
    card::card(
        "confirm",
        it.title,
        icon::of(it.tone),
        html! {
            form method="post" action=(it.action) {
                (command(call))
                (it.what)
                (it.fields)
                div class="actions" {
                    button class=(class) type="submit" { (it.button) }
                    a class="btn quiet" href=(it.cancel) { (t!("common-cancel")) }
                }
            }
        },
    )
}
