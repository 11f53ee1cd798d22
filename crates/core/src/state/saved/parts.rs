//! What occurs again and again: written once, and shared by all who have it once it is read.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use cuelight_artifact::ArtifactName;
use semver::{BuildMetadata, Prerelease, Version};

use super::bytes::{In, Out};
use crate::ledger::Actor;
use crate::release::{Audience, Base, Placed, Slot};

/// What was written already, with its number.
#[derive(Debug)]
pub(super) struct Known<'a, T>(HashMap<&'a T, u64>);

impl<T> Default for Known<'_, T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<'a, T: Eq + Hash> Known<'a, T> {
    /// Writes a thing's number above `reserved` ones; the first time, the thing itself behind it.
    fn write(&mut self, out: &mut Out, reserved: u64, thing: &'a T, whole: impl FnOnce(&mut Out, &T)) {
        let next = self.0.len() as u64;
        let number = *self.0.entry(thing).or_insert(next);
        out.number(reserved + number);
        if number == next {
            whole(out, thing);
        }
    }
}

/// What was read already, by number.
#[derive(Debug)]
pub(super) struct Listed<T>(Vec<T>);

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Listed<T> {
    fn get(
        &mut self,
        input: &mut In<'_>,
        number: u64,
        whole: impl FnOnce(&mut In<'_>) -> Option<T>,
    ) -> Option<T> {
        let number = usize::try_from(number).ok()?;
        if number == self.0.len() {
            self.0.push(whole(input)?);
        }
        self.0.get(number).cloned()
    }
}

/// Names of artifacts.
pub(super) type KnownNames<'a> = Known<'a, ArtifactName>;
/// The same, read.
pub(super) type ListedNames = Listed<ArtifactName>;
/// Who did something.
pub(super) type KnownActors<'a> = Known<'a, Actor>;
/// The same, read.
pub(super) type ListedActors = Listed<Actor>;

impl<'a> KnownNames<'a> {
    pub(super) fn name(&mut self, out: &mut Out, name: &'a ArtifactName) {
        self.write(out, 0, name, |out, name| out.text(name.as_str()));
    }

    pub(super) fn slot(&mut self, out: &mut Out, slot: &'a Slot) {
        let Slot { prompt, over } = slot;
        self.name(out, prompt);
        out.flag(over.is_some());
        if let Some(over) = over {
            out.text(over.as_str());
        }
    }
}

impl ListedNames {
    pub(super) fn name(&mut self, input: &mut In<'_>) -> Option<ArtifactName> {
        let number = input.number()?;
        self.get(input, number, |input| input.text()?.parse().ok())
    }

    pub(super) fn slot(&mut self, input: &mut In<'_>) -> Option<Slot> {
        let prompt = self.name(input)?;
        let over = if input.flag()? { Some(input.text()?.parse().ok()?) } else { None };
        Some(Slot { prompt, over })
    }
}

impl<'a> KnownActors<'a> {
    pub(super) fn actor(&mut self, out: &mut Out, actor: &'a Actor) {
        self.write(out, 0, actor, |out, actor| match actor {
            Actor::System => out.byte(0),
            Actor::Token { id } => {
                out.byte(1);
                out.text(id);
            }
        });
    }
}

impl ListedActors {
    pub(super) fn actor(&mut self, input: &mut In<'_>) -> Option<Actor> {
        let number = input.number()?;
        self.get(input, number, |input| match input.byte()? {
            0 => Some(Actor::System),
            1 => Some(Actor::Token { id: input.text()?.into() }),
            _ => None,
        })
    }
}

pub(super) fn write_version(out: &mut Out, version: &Version) {
    let Version { major, minor, patch, pre, build } = version;
    out.number(*major);
    out.number(*minor);
    out.number(*patch);
    out.text(pre);
    out.text(build);
}

pub(super) fn read_version(input: &mut In<'_>) -> Option<Version> {
    let (major, minor, patch) = (input.number()?, input.number()?, input.number()?);
    let pre = Prerelease::new(input.text()?).ok()?;
    let build = BuildMetadata::new(input.text()?).ok()?;
    Some(Version { major, minor, patch, pre, build })
}

/// Numbers that mean something else than what stands in a place: as expected, and nothing.
const EXPECTED: u64 = 0;
const NOTHING: u64 = 1;
const RESERVED: u64 = 2;

impl<'a> Known<'a, Placed> {
    /// Writes what stands in a place, where `expected` is likely.
    pub(super) fn placed(
        &mut self,
        out: &mut Out,
        placed: Option<&'a Arc<Placed>>,
        expected: Option<&Arc<Placed>>,
    ) {
        match placed {
            _ if same(placed, expected) => out.number(EXPECTED),
            None => out.number(NOTHING),
            Some(placed) => self.write(out, RESERVED, placed, write_placed),
        }
    }
}

impl Listed<Arc<Placed>> {
    pub(super) fn placed(
        &mut self,
        input: &mut In<'_>,
        expected: Option<&Arc<Placed>>,
    ) -> Option<Option<Arc<Placed>>> {
        match input.number()? {
            EXPECTED => Some(expected.cloned()),
            NOTHING => Some(None),
            number => {
                Some(Some(self.get(input, number - RESERVED, |input| read_placed(input).map(Arc::new))?))
            }
        }
    }
}

/// Whether the same stands in both; most are shared.
pub(super) fn same(a: Option<&Arc<Placed>>, b: Option<&Arc<Placed>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
        (None, None) => true,
        _ => false,
    }
}

const PATCHED: u8 = 1;
const FOLLOWING: u8 = 2;
const PINNED: u8 = 4;

fn write_placed(out: &mut Out, placed: &Placed) {
    let Placed { version, digest, audience, patch } = placed;
    let base = audience.as_ref().map_or(0, |audience| match audience.base {
        Base::Following => FOLLOWING,
        Base::Pinned => PINNED,
    });
    out.byte(base | if patch.is_some() { PATCHED } else { 0 });
    write_version(out, version);
    out.digest(digest);
    if let Some(patch) = patch {
        out.digest(patch);
    }
    if let Some(Audience { when, base: _ }) = audience {
        out.count(when.len());
        for (attribute, value) in when {
            out.text(attribute);
            out.text(value);
        }
    }
}

fn read_placed(input: &mut In<'_>) -> Option<Placed> {
    let flags = input.byte()?;
    let (version, digest) = (read_version(input)?, input.digest()?);
    let patch = if flags & PATCHED == 0 { None } else { Some(input.digest()?) };
    let base = match flags & !PATCHED {
        0 => None,
        FOLLOWING => Some(Base::Following),
        PINNED => Some(Base::Pinned),
        _ => return None,
    };
    let audience = match base {
        None => None,
        Some(base) => Some(Audience { when: read_when(input)?, base }),
    };
    Some(Placed { version, digest, audience, patch })
}

fn read_when(input: &mut In<'_>) -> Option<BTreeMap<String, String>> {
    let count = input.count(2)?;
    let mut when = BTreeMap::new();
    for _ in 0..count {
        when.insert(input.text()?.to_owned(), input.text()?.to_owned());
    }
    Some(when)
}
