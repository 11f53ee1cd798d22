//! Releases and ways back.

use std::collections::BTreeMap;

use cuelight_artifact::{ArtifactName, ArtifactRef};
use semver::Version;

use super::{Dice, PROMPTS, digest, name};
use crate::environment::Predecessor;
use crate::release::{Audience, Base, OpenRelease, Placed, RollBack, Slot, SlotRequest, Urgency};
use crate::tests::model::{Env, Made, Model};

pub fn roll_back(model: &Model, dice: &mut Dice<'_>) -> RollBack {
    let served: Vec<&Env> = model.path.iter().filter(|e| e.generation() > 0).collect();
    let newest = dice.pick(&served).map_or(1, |e| e.served.last().unwrap().release);
    let any = 1 + dice.below(model.releases.len()) as u64;
    let (release, to) = match dice.below(20) {
        0..10 => (newest, None),
        10 | 19 => (any, None),
        11 => (model.releases.len() as u64 + 1, None),
        12 => (0, None),
        13 => (any, Some(0)),
        n => {
            let release = if n < 16 { newest } else { any };
            let current = model.releases.get(release as usize - 1).and_then(|r| model.env(&r.environment));
            (release, Some(1 + dice.below(current.map_or(1, |e| e.generation() as usize + 1)) as u64))
        }
    };
    RollBack { release, to, reason: dice.percent(50).then(|| dice.digest()) }
}

pub fn open(model: &Model, dice: &mut Dice<'_>) -> OpenRelease {
    let flaw = if dice.percent(25) { 1 + dice.below(18) } else { 0 };
    let environment = dice.existing(model);
    let env = model.env(&environment);
    let mut changes = env.map(|env| requests(model, env, dice)).unwrap_or_default();
    let current = env.map_or(0, Env::generation);
    let mut open = OpenRelease {
        environment,
        expected: dice.percent(60).then_some(current),
        changes: Vec::new(),
        way_back: (current > 0 && dice.percent(30)).then(|| 1 + dice.below(current as usize) as u64),
        urgency: Urgency::Planned,
        notes: dice.percent(50).then(|| dice.digest()),
        label: dice.percent(10).then(|| "spring".parse().unwrap()),
    };
    if dice.percent(20) {
        open.urgency = Urgency::BreakGlass { reason: dice.digest() };
    }
    spoil_slots(env, &mut changes, flaw, dice);
    open.changes = changes;
    match flaw {
        1 => open.environment = name("nowhere"),
        2 => open.expected = Some(if dice.percent(50) { current + 3 } else { current.saturating_sub(1) }),
        3 => open.way_back = Some(0),
        4 => open.way_back = Some(current + 1),
        _ => {}
    }
    open
}

fn requests(model: &Model, env: &Env, dice: &mut Dice<'_>) -> Vec<SlotRequest> {
    let mut changes = BTreeMap::new();
    let mode = dice.below(10);
    if mode < 7 {
        for _ in 0..=dice.below(2) {
            place_prompt(model, env, &mut changes, dice);
        }
    }
    if mode >= 5 {
        place_override(model, env, &mut changes, dice);
    }
    if mode == 9
        && let Some((slot, _)) = dice.pick(&env.now().iter().collect::<Vec<_>>())
    {
        let gone = env.now().keys().filter(|k| *k == *slot || slot.over.is_none() && k.prompt == slot.prompt);
        changes.extend(gone.map(|k| (k.clone(), None)));
    }
    changes.into_iter().map(|(slot, placed)| SlotRequest { slot, placed }).collect()
}

type Changes = BTreeMap<Slot, Option<Placed>>;

/// A version to release here: mostly one that the policy is content with, if there is one.
fn candidate<'m>(
    model: &'m Model,
    env: &Env,
    prompt: &ArtifactName,
    dice: &mut Dice<'_>,
) -> Option<&'m Made> {
    let all = model.of(&ArtifactRef::prompt(prompt.clone()));
    let earlier = model.before(&env.name).filter(|_| env.policy.predecessor == Predecessor::Required);
    let there = env.now().get(&Slot::prompt(prompt.clone())).map(|p| &p.version);
    let content = |m: &&&Made| {
        m.yank.is_none()
            && there != Some(&m.body.version)
            && earlier.is_none_or(|e| e.was_live(prompt, &m.body.version))
    };
    let fit: Vec<_> = all.iter().filter(content).copied().collect();
    let choice = if fit.is_empty() || dice.percent(15) { &all } else { &fit };
    // The newest first, so that the plainest choice is the usual one.
    choice.iter().rev().nth(dice.below(choice.len().min(3))).copied()
}

fn place_prompt(model: &Model, env: &Env, changes: &mut Changes, dice: &mut Dice<'_>) {
    let prompts: Vec<ArtifactName> = PROMPTS
        .iter()
        .map(|p| p.parse().unwrap())
        .filter(|p: &ArtifactName| !model.of(&ArtifactRef::prompt(p.clone())).is_empty())
        .collect();
    let Some(prompt) = dice.pick(&prompts) else { return };
    let Some(made) = candidate(model, env, prompt, dice) else { return };
    let (version, digest) = (made.body.version.clone(), made.body.digest);
    changes
        .insert(Slot::prompt(prompt.clone()), Some(Placed { version, digest, audience: None, patch: None }));
    for (slot, placed) in env.now().iter().filter(|(k, _)| &k.prompt == prompt) {
        if placed.audience.as_ref().is_some_and(|a| a.base == Base::Following) {
            changes.insert(slot.clone(), Some(made_anew(placed, &made.body.version)));
        }
    }
}

fn made_anew(placed: &Placed, version: &Version) -> Placed {
    let digest = digest(&format!("{:?} on {version}", placed.patch));
    Placed { version: version.clone(), digest, ..placed.clone() }
}

fn place_override(model: &Model, env: &Env, changes: &mut Changes, dice: &mut Dice<'_>) {
    let fresh = changes.iter().filter_map(|(k, p)| Some((k.clone(), p.clone()?)));
    let live = fresh.chain(env.now().clone()).filter(|(k, _)| k.over.is_none()).collect::<Vec<_>>();
    let Some((slot, main)) = dice.pick(&live) else { return };
    let id = *dice.pick(&["acme", "globex", "initech"]).unwrap();
    let slot = Slot::over(slot.prompt.clone(), id.parse().unwrap());
    let mut when = BTreeMap::from([("tenant".to_owned(), id.to_owned())]);
    if dice.percent(30) {
        when.insert("region".into(), "eu".into());
    }
    let base = [Base::Following, Base::Pinned][dice.below(2)];
    let pinned = candidate(model, env, &slot.prompt, dice).filter(|_| base == Base::Pinned);
    let version = pinned.map_or_else(|| main.version.clone(), |m| m.body.version.clone());
    let patch = (base == Base::Following || dice.percent(50)).then(|| dice.digest());
    let registered = model.get(&ArtifactRef::prompt(slot.prompt.clone()), &version).unwrap().body.digest;
    let digest = patch.map_or(registered, |p| digest(&format!("{p} on {version}")));
    changes.insert(slot, Some(Placed { version, digest, audience: Some(Audience { when, base }), patch }));
}

fn spoil_slots(env: Option<&Env>, changes: &mut Vec<SlotRequest>, flaw: usize, dice: &mut Dice<'_>) {
    let acme = || Audience { when: BTreeMap::from([("tenant".into(), "acme".into())]), base: Base::Pinned };
    let which = dice.below(changes.len());
    let last = changes.last().cloned();
    let Some(SlotRequest { slot, placed: Some(placed) }) = changes.get_mut(which) else {
        if flaw == 16 {
            changes.extend(last);
        }
        return;
    };
    match flaw {
        5 => slot.prompt = "sales/unknown".parse().unwrap(),
        6 => placed.version = Version::new(66, 0, 0),
        7 => placed.digest = digest("wrong"),
        8 => placed.patch = if placed.patch.is_some() { None } else { Some(dice.digest()) },
        9 => placed.audience = if placed.audience.is_some() { None } else { Some(acme()) },
        10 => slot.over = if slot.over.is_some() { None } else { Some("acme".parse().unwrap()) },
        11 => placed.audience.iter_mut().for_each(|a| a.when.clear()),
        12 => placed.audience.iter_mut().for_each(|a| {
            a.when.extend((0..16).map(|i| (format!("attribute-{i}"), "x".into())));
        }),
        // For a prompt that may not be live here.
        13 => slot.prompt = PROMPTS[dice.below(PROMPTS.len())].parse().unwrap(),
        // The same audience under another id.
        14 => {
            if let Some(over) = &slot.over {
                let other = if over.as_str() == "acme" { "globex" } else { "acme" };
                let slot = Slot::over(slot.prompt.clone(), other.parse().unwrap());
                let placed = Some(placed.clone());
                changes.retain(|c| c.slot != slot);
                changes.push(SlotRequest { slot, placed });
            }
        }
        // Overrides are left behind when their prompt changes or goes.
        15 => {
            changes.retain(|c| c.slot.over.is_none());
            let gone = env.and_then(|e| dice.pick(&e.now().keys().collect::<Vec<_>>()).copied().cloned());
            changes.extend(gone.map(|g| SlotRequest { slot: Slot::prompt(g.prompt), placed: None }));
        }
        16 => changes.extend(last),
        // Exactly what is there.
        17 => {
            let now = env.map(|e| e.now().clone()).unwrap_or_default();
            *changes = now.into_iter().map(|(slot, p)| SlotRequest { slot, placed: Some(p) }).collect();
        }
        18 => changes.clear(),
        _ => {}
    }
}
