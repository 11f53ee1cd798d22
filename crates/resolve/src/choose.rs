//! Chooses the override for a request: the most specific whose attributes all match.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use cuelight_artifact::name::Word;

/// Attributes that decide between overrides of equal size, the strongest first. Others follow by name.
const RANK: &[&str] = &["tenant", "brand", "region", "channel"];

/// What a request gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice<'a, T> {
    /// No override matches: the prompt itself.
    Stable,
    /// This override.
    Override(&'a T),
}

/// The first of `overrides` (in the order of [`precedence`]) all of whose attributes `attributes` has.
pub fn choose<'a, T>(
    overrides: &'a [T],
    when: impl Fn(&T) -> &BTreeMap<String, String>,
    attributes: &BTreeMap<String, String>,
) -> Choice<'a, T> {
    overrides
        .iter()
        .find(|o| when(o).iter().all(|(k, v)| attributes.get(k) == Some(v)))
        .map_or(Choice::Stable, Choice::Override)
}

/// Which of two overrides is tried first: the one with more attributes; then the one with the stronger
/// attributes (tenant, brand, region, channel, then by name); then the smaller id. A total order, so that every
/// server and client chooses alike.
#[must_use]
pub fn precedence(a: (&BTreeMap<String, String>, &Word), b: (&BTreeMap<String, String>, &Word)) -> Ordering {
    let ranks = |when: &BTreeMap<String, String>| {
        let mut ranks: Vec<(usize, String)> = when
            .keys()
            .map(|k| (RANK.iter().position(|r| r == k).unwrap_or(RANK.len()), k.clone()))
            .collect();
        ranks.sort();
        ranks
    };
    b.0.len().cmp(&a.0.len()).then_with(|| ranks(a.0).cmp(&ranks(b.0))).then_with(|| a.1.cmp(b.1))
}

#[cfg(test)]
mod tests;
