//! Sets of versions to publish.

use std::collections::BTreeMap;

use cuelight_artifact::ArtifactRef;
use cuelight_artifact::model::{Locked, Risk};
use semver::{BuildMetadata, Prerelease, Version};

use super::{Dice, digest, pool};
use crate::event::{ChosenClass, ClosureEntry, VersionPublished};
use crate::tests::model::Model;
use crate::version::{Class, Publish};

pub fn publish(model: &Model, dice: &mut Dice<'_>) -> Publish {
    let flaw = if dice.percent(20) { 1 + dice.below(15) } else { 0 };
    let count = 1 + dice.below(3);
    let all: Vec<_> = pool().collect();
    let first = dice.below(all.len());
    let mut artifacts: Vec<_> = (0..count).map(|i| &all[(first + 3 * i) % all.len()]).collect();
    artifacts.sort_by_key(|a| all.iter().position(|x| x == *a));
    let mut versions: Vec<VersionPublished> = Vec::new();
    for artifact in artifacts {
        let new = next(model, &versions, artifact, dice);
        versions.push(new);
    }
    let mut seen: BTreeMap<_, _> =
        versions.iter().map(|v| &v.artifact).map(|a| (a.clone(), model.newest(a))).collect();
    let which = dice.below(versions.len());
    if flaw == 1 {
        let artifact = versions[which].artifact.clone();
        let nothing = dice.percent(50);
        seen.insert(artifact, (!nothing).then(|| Version::new(9, 9, 9)));
    } else {
        spoil(model, &mut versions, which, flaw);
    }
    Publish { seen, versions }
}

fn next(
    model: &Model,
    set: &[VersionPublished],
    artifact: &ArtifactRef,
    dice: &mut Dice<'_>,
) -> VersionPublished {
    let head = model.head(artifact).map(|m| m.body.version.clone());
    let class = [Class::Patch, Class::Minor, Class::Major][dice.below(3)];
    let mut version = match (&head, class) {
        (None, _) => [Version::new(1, 0, 0), Version::new(0, 1, 0)][dice.below(2)].clone(),
        (Some(h), Class::Patch) => Version::new(h.major, h.minor, h.patch + 1),
        (Some(h), Class::Minor) => Version::new(h.major, h.minor + 1, 0),
        (Some(h), _) => Version::new(h.major + 1, 0, 0),
    };
    if dice.percent(25) {
        let others = model.of(artifact).len();
        version.pre = Prerelease::new(&format!("spring.{}", others + 1)).unwrap();
    }
    let class = if head.is_none() { Class::First } else { class };
    let chosen = match dice.below(10) {
        8 => Some(ChosenClass { class: Class::Patch, reason: Some(dice.digest()) }),
        9 => Some(ChosenClass { class: Class::First, reason: None }),
        _ => None,
    };
    let mut closure: Vec<ClosureEntry> = Vec::new();
    for _ in 0..dice.below(3) {
        let bodies = model.versions.iter().map(|m| &m.body).chain(set);
        let open: Vec<_> = bodies
            .filter(|v| {
                ArtifactRef::fragment(v.artifact.name.clone()) == v.artifact && v.artifact != *artifact
            })
            .filter(|v| closure.iter().all(|c| c.name != v.artifact.name))
            .collect();
        if let Some(v) = dice.pick(&open) {
            closure.push(entry(v));
        }
    }
    VersionPublished {
        artifact: artifact.clone(),
        digest: digest(&format!("{artifact} {version} {}", model.versions.len())),
        surface: digest(&format!("{artifact} {}", version.major)),
        version,
        previous: head,
        class,
        rules: vec!["CL-S-001".into()],
        boundary: if dice.percent(10) { vec!["CL-B-001".into()] } else { Vec::new() },
        chosen,
        closure,
        risk: [Risk::Low, Risk::Medium, Risk::High][dice.below(3)],
        notes: dice.percent(50).then(|| dice.digest()),
    }
}

fn entry(of: &VersionPublished) -> ClosureEntry {
    ClosureEntry {
        name: of.artifact.name.clone(),
        locked: Locked { version: of.version.clone(), digest: of.digest },
        direct: true,
    }
}

fn spoil(model: &Model, versions: &mut Vec<VersionPublished>, which: usize, flaw: usize) {
    let fragment = model.versions.iter().map(|m| &m.body).find(|v| pool().take(3).any(|f| f == v.artifact));
    let old = model.of(&versions[which].artifact).last().map(|m| m.body.clone());
    let new = &mut versions[which];
    match flaw {
        2 => new.version.build = BuildMetadata::new("b1").unwrap(),
        3 => new.previous = Some(Version::new(0, 0, 7)),
        4 => new.version = Version::new(0, 0, 1),
        5 => new.class = if new.class == Class::First { Class::Minor } else { Class::First },
        6 => new.chosen = Some(ChosenClass { class: Class::Patch, reason: None }),
        7 => new.version = old.map_or_else(|| Version::new(1, 0, 0), |o| o.version),
        8 => new.digest = old.map_or(new.digest, |o| o.digest),
        9 => new.closure.extend(fragment.map(|f| ClosureEntry {
            locked: Locked { version: f.version.clone(), digest: digest("another") },
            ..entry(f)
        })),
        10 => new.closure.push(ClosureEntry {
            name: "legal/unknown".parse().unwrap(),
            locked: Locked { version: Version::new(1, 0, 0), digest: digest("unknown") },
            direct: false,
        }),
        // A fragment twice, even if once in an older version.
        11 => new.closure.extend(fragment.map(entry).into_iter().flat_map(|e| [e.clone(), e])),
        // A fragment in itself.
        12 => new.closure.extend(old.as_ref().map(entry)),
        13 => {
            let again = new.clone();
            versions.push(again);
        }
        // Those who use fragments before the fragments.
        14 => {
            let last = versions.len() - 1;
            let used = entry(&versions[0]);
            versions[last].closure = vec![used];
            versions.reverse();
        }
        15 => versions.clear(),
        _ => {}
    }
}
