//! Fragments: which versions are locked.

use std::collections::BTreeMap;

use semver::Version;

use super::{Class, Reasons};
use crate::model::{FragmentUse, Locked};
use crate::rules::semver as rules;

/// Compares the fragments. One that came, went, or was exchanged for another is a change of text.
pub(super) fn compare(
    old: &BTreeMap<String, FragmentUse>,
    new: &BTreeMap<String, FragmentUse>,
    found: &mut Reasons,
    texts: &mut Vec<String>,
) {
    for (alias, before) in old {
        let path = format!("fragments.{alias}");
        match new.get(alias).filter(|after| after.name == before.name) {
            Some(after) => changed(&path, before, after, found),
            None => texts.push(path),
        }
    }
    texts.extend(
        new.keys().filter(|alias| !old.contains_key(*alias)).map(|alias| format!("fragments.{alias}")),
    );
}

fn changed(path: &str, old: &FragmentUse, new: &FragmentUse, found: &mut Reasons) {
    let FragmentUse { name, require, locked } = old;
    match (locked, &new.locked) {
        (Some(was), Some(is)) if was != is => locked_changed(path, was, is, found),
        (None, Some(_)) | (Some(_), None) => {
            let sentence = format!(
                "The fragment `{name}` is locked on one side only, so how much it changed is not known."
            );
            found.add(&rules::FRAGMENT_UNDECIDED, path, Class::Major, sentence);
        }
        _ => {}
    }
    if *require != new.require {
        let sentence = format!("The requirement on `{name}` went from `{require}` to `{}`.", new.require);
        found.add(&rules::FRAGMENT_REQUIREMENT, path, Class::Patch, sentence);
    }
}

fn locked_changed(path: &str, was: &Locked, is: &Locked, found: &mut Reasons) {
    let (from, to) = (&was.version, &is.version);
    if was.digest == is.digest {
        let sentence = format!("The fragment went from {from} to {to} with the same content.");
        return found.add(&rules::FRAGMENT_UPGRADED, path, Class::Patch, sentence);
    }
    match distance(from, to) {
        Some(class) => {
            let sentence = format!("The fragment went from {from} to {to}, a {class} difference.");
            found.add(&rules::FRAGMENT_UPGRADED, path, class, sentence);
        }
        None => {
            let sentence = format!(
                "The fragment went from {from} to {to}, whose numbers do not tell how much it changed."
            );
            found.add(&rules::FRAGMENT_UNDECIDED, path, Class::Major, sentence);
        }
    }
}

/// How far two versions are apart; `None` from a pre-release on and for equal numbers. A pre-release carries the
/// number that its difference from the newest release demands, so the way to one is told by its number. In `0.y.z`
/// a step of `z` may be minor or patch and counts as minor. The way back from a minor version takes away what it
/// added: major.
fn distance(from: &Version, to: &Version) -> Option<Class> {
    if !from.pre.is_empty() {
        return None;
    }
    let numbers = |v: &Version| (v.major, v.minor, v.patch);
    if numbers(from) == numbers(to) {
        return None;
    }
    let back = numbers(to) < numbers(from);
    let step = if super::version::breaks(from, to) {
        Class::Major
    } else if from.minor != to.minor || from.major == 0 {
        Class::Minor
    } else {
        return Some(Class::Patch);
    };
    Some(if back { Class::Major } else { step })
}
