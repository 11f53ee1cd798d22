//! Environments and releases. What an environment served when is what its releases placed, so only how much of it there
//! is gets written, for making room.

use std::collections::HashMap;
use std::slice::Iter;
use std::sync::Arc;

use cuelight_artifact::EnvironmentName;

use super::bytes::{In, Out, list};
use super::parts::{Known, KnownActors, KnownNames, Listed, ListedActors, ListedNames, same};
use crate::environment::{Blocked, Environment, Generation, Policy, Predecessor, Prereleases, Span};
use crate::ledger::{Micros, Seq};
use crate::release::{Cause, Placed, ReleaseRecord, Slot, SlotChange, Urgency};

/// An environment while its releases are written.
struct Writing<'a> {
    environment: &'a Environment,
    /// Its places by their number.
    places: HashMap<&'a Slot, usize>,
    /// The spans that no release was found for yet.
    spans: Vec<Iter<'a, Span>>,
    /// The same for generations.
    generations: Iter<'a, Generation>,
    /// What stands in every place, as far as the releases went.
    content: Vec<Option<&'a Arc<Placed>>>,
    generation: u64,
}

/// The release before: the next one is likely to be near it.
#[derive(Debug, Clone, Copy, Default)]
struct Before {
    number: u64,
    seq: Seq,
    at: Micros,
}

impl Before {
    const fn of(release: &ReleaseRecord) -> Self {
        Self { number: release.number, seq: release.seq, at: release.at }
    }
}

// What is seldom, in a release.
const ROLL_BACK: u8 = 1;
const BREAK_GLASS: u8 = 2;
const PASSED_OVER: u8 = 4;
const NOTES: u8 = 8;
const LABEL: u8 = 16;

/// No release takes fewer bytes, no place, and no change.
const LEAST_RELEASE: usize = 9;
const LEAST_SLOT: usize = 3;
const LEAST_CHANGE: usize = 3;

/// None when what the environments served does not follow from the releases.
pub(super) fn write<'a>(
    out: &mut Out,
    environments: &'a [Environment],
    releases: &'a [ReleaseRecord],
    names: &mut KnownNames<'a>,
    actors: &mut KnownActors<'a>,
) -> Option<()> {
    out.count(environments.len());
    let mut path: Vec<_> = environments.iter().map(|e| write_environment(out, e, names)).collect();
    let mut positions: HashMap<&EnvironmentName, usize> = HashMap::new();
    for (position, environment) in environments.iter().enumerate() {
        positions.entry(&environment.name).or_insert(position);
    }
    let mut placed = Known::default();
    let mut before = Before::default();
    out.count(releases.len());
    for release in releases {
        let position = *positions.get(&release.environment)?;
        out.count(position);
        write_release(out, release, path.get_mut(position)?, before, &mut placed)?;
        actors.actor(out, &release.actor);
        before = Before::of(release);
    }
    path.iter_mut().all(Writing::is_complete).then_some(())
}

pub(super) fn read(
    input: &mut In<'_>,
    names: &mut ListedNames,
    actors: &mut ListedActors,
) -> Option<(Vec<Environment>, Vec<ReleaseRecord>)> {
    let count = input.count(7)?;
    // What is said to come is bounded by what is left to read, in all.
    let mut room = Room { spans: input.0.len() / LEAST_CHANGE, generations: input.0.len() / LEAST_RELEASE };
    let mut path = list(count, || read_environment(input, names, &mut room))?;
    let count = input.count(LEAST_RELEASE)?;
    let mut placed = Listed::default();
    let mut before = Before::default();
    let releases = list(count, || {
        let position = usize::try_from(input.number()?).ok()?;
        let release = read_release(input, path.get_mut(position)?, before, &mut placed, actors)?;
        before = Before::of(&release);
        Some(release)
    })?;
    Some((path.into_iter().map(Reading::complete).collect(), releases))
}

fn write_environment<'a>(
    out: &mut Out,
    environment: &'a Environment,
    names: &mut KnownNames<'a>,
) -> Writing<'a> {
    let Environment { name, policy, policy_revision, at, content: _, generations, timelines } = environment;
    out.text(name.as_str());
    out.byte(policy_byte(policy));
    out.number(*policy_revision);
    out.signed(*at);
    out.count(generations.len());
    out.count(timelines.len());
    for (slot, spans) in timelines {
        names.slot(out, slot);
        out.count(spans.len());
    }
    Writing {
        environment,
        places: timelines.keys().zip(0..).collect(),
        spans: timelines.values().map(|spans| spans.iter()).collect(),
        generations: generations.iter(),
        content: vec![None; timelines.len()],
        generation: 0,
    }
}

fn write_release<'a>(
    out: &mut Out,
    release: &'a ReleaseRecord,
    environment: &mut Writing<'a>,
    before: Before,
    known: &mut Known<'a, Placed>,
) -> Option<()> {
    let ReleaseRecord { number, environment: _, generation, cause, changes, way_back, .. } = release;
    let ReleaseRecord { urgency, passed_over, notes, label, seq, at, actor: _, .. } = release;
    let flag = |flag: u8, set: bool| if set { flag } else { 0 };
    out.byte(
        flag(ROLL_BACK, matches!(cause, Cause::RollBack { .. }))
            | flag(BREAK_GLASS, matches!(urgency, Urgency::BreakGlass { .. }))
            | flag(PASSED_OVER, !passed_over.is_empty())
            | flag(NOTES, notes.is_some())
            | flag(LABEL, label.is_some()),
    );
    out.near(*number, before.number.wrapping_add(1));
    out.near(*seq, before.seq.wrapping_add(1));
    out.signed(at.wrapping_sub(before.at));
    out.near(*generation, environment.generation.wrapping_add(1));
    out.near(*way_back, generation.wrapping_sub(1));
    if let Cause::RollBack { of, to } = cause {
        out.near(*of, *number);
        out.near(*to, *generation);
    }
    if let Urgency::BreakGlass { reason } = urgency {
        out.digest(reason);
    }
    if !passed_over.is_empty() {
        out.texts(passed_over);
    }
    if let Some(notes) = notes {
        out.digest(notes);
    }
    if let Some(label) = label {
        out.text(label.as_str());
    }
    let made = environment.generations.next()?;
    if *made != (Generation { number: *generation, seq: *seq, at: *at, release: *number }) {
        return None;
    }
    environment.generation = *generation;
    out.count(changes.len());
    for SlotChange { slot, before, after } in changes {
        let place = *environment.places.get(slot)?;
        let Span { generation: since, seq: entry, at: time, placed } =
            environment.spans.get_mut(place)?.next()?;
        if (since, entry, time) != (generation, seq, at) || !same(placed.as_ref(), after.as_ref()) {
            return None;
        }
        let content = environment.content.get_mut(place)?;
        out.count(place);
        known.placed(out, before.as_ref(), *content);
        known.placed(out, after.as_ref(), *content);
        *content = after.as_ref();
    }
    Some(())
}

impl Writing<'_> {
    /// Whether the releases made all that the environment has.
    fn is_complete(&mut self) -> bool {
        let Environment { content, timelines, .. } = self.environment;
        let last = timelines.keys().zip(&self.content).filter(|(_, placed)| placed.is_some());
        self.generations.next().is_none()
            && self.spans.iter_mut().all(|spans| spans.next().is_none())
            && content.len() == last.clone().count()
            && content.iter().zip(last).all(|((a, there), (b, placed))| a == b && same(Some(there), *placed))
    }
}

/// How many more may be announced.
struct Room {
    spans: usize,
    generations: usize,
}

/// An environment while its releases are read.
struct Reading {
    /// All but its content and timelines.
    environment: Environment,
    slots: Vec<Slot>,
    spans: Vec<Vec<Span>>,
}

fn read_environment(input: &mut In<'_>, names: &mut ListedNames, room: &mut Room) -> Option<Reading> {
    let name = input.text()?.parse().ok()?;
    let policy = byte_policy(input.byte()?)?;
    let (policy_revision, at) = (input.number()?, input.signed()?);
    let count = usize::try_from(input.number()?).ok()?;
    room.generations = room.generations.checked_sub(count)?;
    let generations = Vec::with_capacity(count);
    let count = input.count(LEAST_SLOT)?;
    let mut slots: Vec<Slot> = Vec::with_capacity(count);
    let mut spans = Vec::with_capacity(count);
    for _ in 0..count {
        let slot = names.slot(input)?;
        if slots.last().is_some_and(|last| *last >= slot) {
            return None;
        }
        slots.push(slot);
        let count = usize::try_from(input.number()?).ok()?;
        room.spans = room.spans.checked_sub(count)?;
        spans.push(Vec::with_capacity(count));
    }
    let (content, timelines) = Default::default();
    let environment = Environment { name, policy, policy_revision, at, content, generations, timelines };
    Some(Reading { environment, slots, spans })
}

fn read_release(
    input: &mut In<'_>,
    environment: &mut Reading,
    before: Before,
    listed: &mut Listed<Arc<Placed>>,
    actors: &mut ListedActors,
) -> Option<ReleaseRecord> {
    let generations = &mut environment.environment.generations;
    let flags = input.byte().filter(|flags| *flags < LABEL << 1)?;
    let number = input.near(before.number.wrapping_add(1))?;
    let seq = input.near(before.seq.wrapping_add(1))?;
    let at = before.at.wrapping_add(input.signed()?);
    let generation = input.near(generations.last().map_or(0, |g| g.number).wrapping_add(1))?;
    let way_back = input.near(generation.wrapping_sub(1))?;
    let cause = if flags & ROLL_BACK == 0 {
        Cause::Release
    } else {
        Cause::RollBack { of: input.near(number)?, to: input.near(generation)? }
    };
    let urgency = if flags & BREAK_GLASS == 0 {
        Urgency::Planned
    } else {
        Urgency::BreakGlass { reason: input.digest()? }
    };
    let passed_over = if flags & PASSED_OVER == 0 { Vec::new() } else { input.texts()? };
    let notes = if flags & NOTES == 0 { None } else { Some(input.digest()?) };
    let label = if flags & LABEL == 0 { None } else { Some(input.text()?.parse().ok()?) };
    generations.push(Generation { number: generation, seq, at, release: number });
    let count = input.count(LEAST_CHANGE)?;
    let changes = list(count, || {
        let place = usize::try_from(input.number()?).ok()?;
        let slot = environment.slots.get(place)?.clone();
        let spans = environment.spans.get_mut(place)?;
        let content = spans.last().and_then(|span| span.placed.as_ref());
        let before = listed.placed(input, content)?;
        let after = listed.placed(input, content)?;
        spans.push(Span { generation, seq, at, placed: after.clone() });
        Some(SlotChange { slot, before, after })
    })?;
    let environment = environment.environment.name.clone();
    let actor = actors.actor(input)?;
    Some(ReleaseRecord {
        number,
        environment,
        generation,
        cause,
        changes,
        way_back,
        urgency,
        passed_over,
        notes,
        label,
        seq,
        at,
        actor,
    })
}

impl Reading {
    fn complete(self) -> Environment {
        let Self { mut environment, slots, spans } = self;
        let content = slots.iter().zip(&spans).filter_map(|(slot, spans)| {
            let placed = spans.last()?.placed.clone()?;
            Some((slot.clone(), placed))
        });
        environment.content = content.collect();
        environment.timelines = slots.into_iter().zip(spans).collect();
        environment
    }
}

fn policy_byte(policy: &Policy) -> u8 {
    let Policy { prereleases, predecessor, blocked } = policy;
    let prereleases = match prereleases {
        Prereleases::Allowed => 0,
        Prereleases::Refused => 1,
    };
    let predecessor = match predecessor {
        Predecessor::Required => 0,
        Predecessor::Optional => 2,
    };
    let blocked = match blocked {
        Blocked::Warned => 0,
        Blocked::Refused => 4,
    };
    prereleases | predecessor | blocked
}

fn byte_policy(byte: u8) -> Option<Policy> {
    let prereleases = if byte & 1 == 0 { Prereleases::Allowed } else { Prereleases::Refused };
    let predecessor = if byte & 2 == 0 { Predecessor::Required } else { Predecessor::Optional };
    let blocked = if byte & 4 == 0 { Blocked::Warned } else { Blocked::Refused };
    (byte < 8).then_some(Policy { prereleases, predecessor, blocked })
}
