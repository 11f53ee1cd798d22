//! The message catalogue (Project Fluent): every text of the interface, by key. English is first; another language is
//! another folder beside `words/en`.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

#[derive(RustEmbed)]
#[folder = "words/en"]
#[include = "*.ftl"]
struct English;

static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| {
    let mut bundle =
        FluentBundle::new_concurrent(vec![LanguageIdentifier::from_bytes(b"en").unwrap_or_default()]);
    // Names from users are isolated by `<bdi>` in the markup, where a screen reader does not stumble over it.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(number));
    for (area, text) in catalogue() {
        // What cannot be read is found by a test; what can is used.
        let resource = FluentResource::try_new(text).unwrap_or_else(|(resource, _)| resource);
        if bundle.add_resource(resource).is_err() {
            tracing::error!(area, "a text of the interface is there twice");
        }
    }
    bundle
});

/// The files of the catalogue: area and text.
#[must_use]
pub fn catalogue() -> Vec<(String, String)> {
    English::iter()
        .filter_map(|path| {
            let file = English::get(&path)?;
            Some((path.trim_end_matches(".ftl").to_owned(), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect()
}

/// Whole numbers with a comma between thousands.
fn number<M: fluent_bundle::memoizer::MemoizerKind>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    let FluentValue::Number(FluentNumber { value, .. }) = value else { return None };
    Some(grouped(*value))
}

fn grouped(value: f64) -> String {
    let text = format!("{value}");
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(w, r)| (w, Some(r)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("-", d));
    let mut out = String::from(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

/// The text of a key. A key without a text answers itself, so that a page still works; a test finds it.
#[must_use]
pub fn say(key: &str, args: &[(&str, FluentValue<'static>)]) -> String {
    let Some(pattern) = ENGLISH.get_message(key).and_then(|m| m.value()) else {
        tracing::error!(key, "a text of the interface is missing");
        return key.to_owned();
    };
    let mut values = FluentArgs::with_capacity(args.len());
    for (name, value) in args {
        values.set((*name).to_owned(), value.clone());
    }
    let mut errors = Vec::new();
    let text = ENGLISH.format_pattern(pattern, Some(&values), &mut errors);
    if !errors.is_empty() {
        tracing::error!(key, ?errors, "a text of the interface cannot be filled in");
    }
    text.into_owned()
}

/// The text of a key, with named values: `t!("library-found", count = 3)`.
macro_rules! t {
    ($key:literal) => { $crate::words::say($key, &[]) };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::words::say($key, &[$((stringify!($name), ::fluent_bundle::FluentValue::from($value))),+])
    };
}
pub(crate) use t;

#[cfg(test)]
mod tests;
