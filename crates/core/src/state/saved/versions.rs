//! Artifacts with their versions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cuelight_artifact::model::{Locked, Risk};
use cuelight_artifact::{ArtifactName, ArtifactRef, Kind};

use super::bytes::{In, Out, list};
use super::parts::{KnownActors, KnownNames, ListedActors, ListedNames, read_version, write_version};
use crate::event::{ChosenClass, ClosureEntry};
use crate::ledger::{Micros, Seq};
use crate::version::{Class, History, Severity, VersionRecord, YankRecord};

/// Who uses which fragment, as the heads say.
pub(super) fn users(
    artifacts: &BTreeMap<ArtifactRef, History>,
) -> BTreeMap<ArtifactName, BTreeSet<ArtifactRef>> {
    let mut users: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (artifact, history) in artifacts {
        for fragment in history.head().iter().flat_map(|head| head.closure.iter()) {
            users.entry(fragment.name.clone()).or_default().insert(artifact.clone());
        }
    }
    users
}

/// Where and when the entry before was.
#[derive(Debug, Clone, Copy, Default)]
struct Before {
    seq: Seq,
    at: Micros,
}

pub(super) fn write<'a>(
    out: &mut Out,
    artifacts: &'a BTreeMap<ArtifactRef, History>,
    names: &mut KnownNames<'a>,
    actors: &mut KnownActors<'a>,
) {
    out.count(artifacts.len());
    let mut before = Before::default();
    for (ArtifactRef { kind, name }, History { versions }) in artifacts {
        out.byte(match kind {
            Kind::Prompt => 0,
            Kind::Fragment => 1,
        });
        names.name(out, name);
        out.count(versions.len());
        let mut last = None;
        for version in versions {
            write_record(out, version, last, names, before);
            actors.actor(out, &version.actor);
            before = Before { seq: version.seq, at: version.at };
            last = Some(version);
        }
    }
}

pub(super) fn read(
    input: &mut In<'_>,
    names: &mut ListedNames,
    actors: &mut ListedActors,
) -> Option<BTreeMap<ArtifactRef, History>> {
    let count = input.count(3)?;
    let mut before = Before::default();
    let mut artifacts = BTreeMap::new();
    for _ in 0..count {
        let kind = match input.byte()? {
            0 => Kind::Prompt,
            1 => Kind::Fragment,
            _ => return None,
        };
        let name = names.name(input)?;
        let count = input.count(LEAST_RECORD)?;
        let mut versions: Vec<VersionRecord> = Vec::with_capacity(count);
        for _ in 0..count {
            let version = read_record(input, versions.last(), names, actors, before)?;
            before = Before { seq: version.seq, at: version.at };
            versions.push(version);
        }
        artifacts.insert(ArtifactRef { kind, name }, History { versions });
    }
    Some(artifacts)
}

// What a version has, or shares with the version before it.
const FOLLOWS_THE_LAST: u8 = 1;
const FOLLOWS_ANOTHER: u8 = 2;
const SAME_SURFACE: u8 = 4;
const SAME_CLOSURE: u8 = 8;
const CHOSEN: u8 = 16;
const NOTES: u8 = 32;
const YANKED: u8 = 64;

/// No version takes fewer bytes.
const LEAST_RECORD: usize = 45;

fn write_record<'a>(
    out: &mut Out,
    record: &'a VersionRecord,
    last: Option<&VersionRecord>,
    names: &mut KnownNames<'a>,
    before: Before,
) {
    let VersionRecord { version, digest, surface, previous, class, rules, boundary, .. } = record;
    let VersionRecord { chosen, closure, risk, notes, seq, at, actor: _, yank, .. } = record;
    let flag = |flag: u8, set: bool| if set { flag } else { 0 };
    let expected = last.map(|last| &last.version);
    let flags = flag(FOLLOWS_THE_LAST, previous.is_some() && previous.as_ref() == expected)
        | flag(FOLLOWS_ANOTHER, previous.is_some() && previous.as_ref() != expected)
        | flag(SAME_SURFACE, last.is_some_and(|last| last.surface == *surface))
        | flag(SAME_CLOSURE, last.is_some_and(|last| last.closure == *closure))
        | flag(CHOSEN, chosen.is_some())
        | flag(NOTES, notes.is_some())
        | flag(YANKED, yank.is_some());
    out.byte(flags);
    write_class(out, *class);
    out.byte(match risk {
        Risk::Low => 0,
        Risk::Medium => 1,
        Risk::High => 2,
    });
    write_version(out, version);
    out.digest(digest);
    out.near(*seq, before.seq);
    out.signed(at.wrapping_sub(before.at));
    out.texts(rules);
    out.texts(boundary);
    if flags & FOLLOWS_ANOTHER != 0
        && let Some(previous) = previous
    {
        write_version(out, previous);
    }
    if flags & SAME_SURFACE == 0 {
        out.digest(surface);
    }
    if flags & SAME_CLOSURE == 0 {
        out.count(closure.len());
        for ClosureEntry { name, locked: Locked { version, digest }, direct } in closure.iter() {
            names.name(out, name);
            write_version(out, version);
            out.digest(digest);
            out.flag(*direct);
        }
    }
    if let Some(ChosenClass { class, reason }) = chosen.as_deref() {
        write_class(out, *class);
        out.flag(reason.is_some());
        if let Some(reason) = reason {
            out.digest(reason);
        }
    }
    if let Some(notes) = notes {
        out.digest(notes);
    }
    if let Some(YankRecord { severity, reason, seq: yanked, at: when }) = yank.as_deref() {
        out.byte(match severity {
            Severity::Avoid => 0,
            Severity::Block => 1,
        });
        out.digest(reason);
        out.near(*yanked, *seq);
        out.signed(when.wrapping_sub(*at));
    }
}

fn read_record(
    input: &mut In<'_>,
    last: Option<&VersionRecord>,
    names: &mut ListedNames,
    actors: &mut ListedActors,
    before: Before,
) -> Option<VersionRecord> {
    let flags = input.byte().filter(|flags| *flags < YANKED << 1)?;
    let class = read_class(input)?;
    let risk = match input.byte()? {
        0 => Risk::Low,
        1 => Risk::Medium,
        2 => Risk::High,
        _ => return None,
    };
    let (version, digest) = (read_version(input)?, input.digest()?);
    let seq = input.near(before.seq)?;
    let at = before.at.wrapping_add(input.signed()?);
    let (rules, boundary) = (input.texts()?, input.texts()?);
    let previous = match flags & (FOLLOWS_THE_LAST | FOLLOWS_ANOTHER) {
        0 => None,
        FOLLOWS_THE_LAST => Some(last?.version.clone()),
        FOLLOWS_ANOTHER => Some(read_version(input)?),
        _ => return None,
    };
    let surface = if flags & SAME_SURFACE != 0 { last?.surface } else { input.digest()? };
    let closure = if flags & SAME_CLOSURE != 0 {
        Arc::clone(&last?.closure)
    } else {
        let count = input.count(39)?;
        list(count, || read_fragment(input, names))?.into()
    };
    let chosen = if flags & CHOSEN != 0 { Some(Box::new(read_chosen(input)?)) } else { None };
    let notes = if flags & NOTES != 0 { Some(input.digest()?) } else { None };
    let yank = if flags & YANKED != 0 { Some(Box::new(read_yank(input, seq, at)?)) } else { None };
    let actor = actors.actor(input)?;
    Some(VersionRecord {
        version,
        digest,
        surface,
        previous,
        class,
        rules,
        boundary,
        chosen,
        closure,
        risk,
        notes,
        seq,
        at,
        actor,
        yank,
    })
}

fn read_fragment(input: &mut In<'_>, names: &mut ListedNames) -> Option<ClosureEntry> {
    let name = names.name(input)?;
    let locked = Locked { version: read_version(input)?, digest: input.digest()? };
    Some(ClosureEntry { name, locked, direct: input.flag()? })
}

fn read_chosen(input: &mut In<'_>) -> Option<ChosenClass> {
    let class = read_class(input)?;
    let reason = if input.flag()? { Some(input.digest()?) } else { None };
    Some(ChosenClass { class, reason })
}

fn read_yank(input: &mut In<'_>, seq: Seq, at: Micros) -> Option<YankRecord> {
    let severity = match input.byte()? {
        0 => Severity::Avoid,
        1 => Severity::Block,
        _ => return None,
    };
    let reason = input.digest()?;
    let seq = input.near(seq)?;
    Some(YankRecord { severity, reason, seq, at: at.wrapping_add(input.signed()?) })
}

fn write_class(out: &mut Out, class: Class) {
    out.byte(match class {
        Class::Patch => 0,
        Class::Minor => 1,
        Class::Major => 2,
        Class::First => 3,
    });
}

fn read_class(input: &mut In<'_>) -> Option<Class> {
    match input.byte()? {
        0 => Some(Class::Patch),
        1 => Some(Class::Minor),
        2 => Some(Class::Major),
        3 => Some(Class::First),
        _ => None,
    }
}
