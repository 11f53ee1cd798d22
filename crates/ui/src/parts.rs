//! The components that pages are made of: small functions from data to markup. Only here may markup be made from
//! strings, and only from our own.

pub mod act;
pub mod card;
pub mod chart;
pub mod confirm;
pub mod drawer;
pub mod field;
pub mod icon;
pub mod owner;
pub mod page;
pub mod sides;
pub mod table;
pub mod template;
pub mod text;
pub mod time;
pub mod weave;

pub use act::{Tone, command};
pub use card::{card, empty, facts, note};
pub use drawer::Drawer;
pub use field::Field;
pub use page::{Here, Page};
pub use table::Table;
pub use weave::Weave;

use std::fmt::Display;

use maud::{Markup, html};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What must be encoded in a segment of an address. `/` stays, because names come last and may have it.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
const VALUE: &AsciiSet =
    &SEGMENT.add(b'&').add(b'+').add(b'=').add(b'/').add(b';').add(b',').add(b':').add(b'@');

/// A value within a query, encoded.
#[must_use]
pub fn value(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

/// An address with a query from names and values.
#[must_use]
pub fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    let query: Vec<String> = pairs.iter().map(|(k, v)| format!("{}={}", value(k), value(v))).collect();
    if query.is_empty() { address.to_owned() } else { format!("{address}?{}", query.join("&")) }
}

/// A path, with what is not fit for one encoded.
#[must_use]
pub fn path(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Text from users, kept apart from what stands around it, whichever way it is written.
#[must_use]
pub fn user(text: impl Display) -> Markup {
    html! { bdi data-user { (text::shown(&text.to_string())) } }
}

/// A small label with a meaning. The text says it; the colour repeats it.
#[must_use]
pub fn chip(tone: Tone, text: impl Display) -> Markup {
    html! { span class={ "chip " (tone.as_str()) } { (icon::of(tone)) (text.to_string()) } }
}
