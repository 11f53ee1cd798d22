//! Pages of lists, with cursors.

use cuelight_app::{AppError, AppResult};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most items on one page.
const MAX: u16 = 200;
/// Items on a page when nothing is said.
const USUAL: u16 = 50;

/// A page of a list that is ordered by number.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// The cursor of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<u64>,
}

/// A page of a list that is ordered by name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub(crate) struct Listing<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// The cursor of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// Which page of a list that has the newest item first.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Before {
    /// The `next` of the page before.
    #[serde(default)]
    pub(crate) before: Option<u64>,
    /// How many, 1 to 200; 50 when absent.
    #[serde(default)]
    pub(crate) limit: Option<usize>,
}

/// Which page of a list that has the oldest item first.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct After {
    /// The `next` of the page before.
    #[serde(default)]
    pub(crate) after: Option<u64>,
    /// How many, 1 to 200; 50 when absent.
    #[serde(default)]
    pub(crate) limit: Option<usize>,
}

/// Which page of a list that is ordered by name.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    /// The `next` of the page before.
    #[serde(default)]
    pub(crate) after: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    #[serde(default)]
    pub(crate) limit: Option<usize>,
}

/// How many items to show.
///
/// # Errors
/// `invalid_request` outside 1 to 200.
pub(crate) fn limit(asked: Option<usize>) -> AppResult<u16> {
    let Some(asked) = asked else { return Ok(USUAL) };
    let fits = u16::try_from(asked).ok().filter(|limit| (1..=MAX).contains(limit));
    fits.ok_or_else(|| AppError::invalid(format!("`limit` is between 1 and {MAX}; this is {asked}")))
}

/// A page of what was read with one item more than `limit`, which tells whether there is a next page.
pub(crate) fn page<T>(mut items: Vec<T>, limit: u16, cursor: impl Fn(&T) -> u64) -> Page<T> {
    let limit = usize::from(limit);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor);
    Page { items, next }
}

/// A page of a whole list, which is in order of `key`.
pub(crate) fn slice<T>(all: Vec<T>, asked: &Named, key: impl Fn(&T) -> String) -> AppResult<Listing<T>> {
    let limit = usize::from(limit(asked.limit)?);
    let start = match &asked.after {
        None => 0,
        Some(after) => all.iter().position(|item| key(item) == *after).map(|i| i + 1).ok_or_else(|| {
            AppError::invalid(format!("`after` is the `next` of the page before; there is no `{after}` here"))
        })?,
    };
    let more = all.len() - start > limit;
    let items: Vec<T> = all.into_iter().skip(start).take(limit).collect();
    let next = items.last().filter(|_| more).map(&key);
    Ok(Listing { items, next })
}

#[cfg(test)]
mod tests;
