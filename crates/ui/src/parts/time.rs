//! Times, in the viewer's zone, with UTC at hand.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::call::Call;
use crate::viewer::Viewer;
use crate::words::t;

/// A moment, given as RFC 3339. What is no time is shown as it is.
#[must_use]
pub fn shown(viewer: &Viewer, at: &str) -> Markup {
    let Ok(instant) = at.parse::<Timestamp>() else { return html! { (at) } };
    let here = instant.to_zoned(viewer.zone.clone());
    let utc = instant.to_zoned(TimeZone::UTC);
    html! {
        time datetime=(at) {
            (here.strftime("%-d %b %Y, %H:%M").to_string())
            @if viewer.zone == TimeZone::UTC {
                " UTC"
            } @else {
                span class="utc" { " " (utc.strftime("%-d %b, %H:%M").to_string()) " UTC" }
            }
        }
    }
}

/// A moment to the second with its zone, for answers that are kept.
#[must_use]
pub fn exact(viewer: &Viewer, at: &str) -> Markup {
    let Ok(instant) = at.parse::<Timestamp>() else { return html! { (at) } };
    let here = instant.to_zoned(viewer.zone.clone());
    let utc = instant.to_zoned(TimeZone::UTC);
    // Only the moments themselves stay on one line, so that the whole fits a narrow screen.
    html! {
        time datetime=(at) { (here.strftime("%-d %b %Y, %H:%M:%S").to_string()) } " " (viewer.zone_name)
        @if viewer.zone != TimeZone::UTC {
            " (" time datetime=(at) { (utc.strftime("%-d %b %Y, %H:%M:%S").to_string()) } " UTC)"
        }
    }
}

/// A moment with how long ago it was: `21 Nov 2026, 05:20 (2 hours ago)`.
#[must_use]
pub fn beside(call: &Call, at: &str) -> Markup {
    html! { (shown(&call.viewer, at)) " (" (ago(call.ctx.app.now(), at)) ")" }
}

/// How long ago, in words: for lists, beside the exact time.
#[must_use]
pub fn ago(now: i64, at: &str) -> String {
    let Ok(instant) = at.parse::<Timestamp>() else { return at.to_owned() };
    let seconds = (now - instant.as_microsecond()) / 1_000_000;
    match seconds {
        ..60 => t!("common-ago-now"),
        60..3_600 => t!("common-ago-minutes", count = seconds / 60),
        3_600..86_400 => t!("common-ago-hours", count = seconds / 3_600),
        _ => t!("common-ago-days", count = seconds / 86_400),
    }
}

#[cfg(test)]
mod tests;
