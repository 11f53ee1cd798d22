//! The laws, each a function that panics where it is broken.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_artifact::{ArtifactRef, Digest};
use serde_json::Value;

use super::model::{Env, Made, Model, coherent};
use crate::command::{Command, Context, decide};
use crate::environment::Environment;
use crate::event::Event;
use crate::refusal::Refusal;
use crate::release::{Cause, RollBack, Slot, Urgency};
use crate::state::{Stamp, State};
use crate::version::{VersionRecord, YankRecord};

/// What a policy can find wanting, in the words of the refusal.
pub const DEMANDS: &[&str] = &[
    "is a pre-release",
    "is yanked",
    "was yanked as unsafe",
    "with these fields was never live",
    "was never live",
];

/// Promise 1, one half: nothing but a release changes what an environment serves, and only its own environment.
pub fn only_a_release_changes_content(before: &[Environment], after: &State, event: &Event) {
    for old in before {
        let new = after.environment(&old.name).unwrap();
        let touched = matches!(event, Event::ReleaseOpened(e) if e.environment == old.name);
        let same = old.content == new.content
            && old.generations == new.generations
            && old.timelines == new.timelines;
        assert_eq!(same, !touched, "{event:?} and the content of {}", old.name);
    }
}

/// Promise 1, other half: what a planned release places satisfies the policy as the model judges it; what
/// break-glass passes over is on record; the event says truly what was there and what is there.
pub fn release_is_allowed(model: &Model, command: &Command, events: &[Event]) {
    for event in events {
        let Event::ReleaseOpened(e) = event else { continue };
        let env = model.env(&e.environment).unwrap();
        let mut after = env.now().clone();
        for change in &e.changes {
            let before = after.get(&change.slot);
            assert_eq!(before, change.before.as_deref(), "what {} held before", change.slot);
            assert_ne!(change.before, change.after, "{} is listed but does not change", change.slot);
            match &change.after {
                Some(placed) => after.insert(change.slot.clone(), (**placed).clone()),
                None => after.remove(&change.slot),
            };
        }
        assert!(e.changes.is_sorted_by(|a, b| a.slot < b.slot), "places out of order");
        assert_eq!(e.policy, env.policy, "the policy on record");
        assert_eq!(e.generation, env.generation() + 1);
        assert_eq!(e.release, model.releases.len() as u64 + 1);
        let violations = match e.cause {
            Cause::Release => model.violations(env, &after),
            Cause::RollBack { .. } => BTreeSet::new(),
        };
        if e.urgency == Urgency::Planned {
            assert!(violations.is_empty(), "{command:?}\npassed although {violations:?}");
        }
        says(&violations, &e.passed_over);
    }
}

/// The lines say each violation once and nothing else.
fn says(violations: &BTreeSet<(&'static str, String)>, lines: &[String]) {
    assert_eq!(lines.len(), violations.len(), "{lines:?} for {violations:?}");
    for (wrong, what) in violations {
        let said = lines.iter().filter(|l| l.starts_with(&format!("{what} ")) && l.contains(wrong));
        assert_eq!(said.count(), 1, "{what} {wrong}: {lines:?}");
    }
}

/// Promises 3 and (g), (h): every generation at every time, every version, every user of a fragment.
pub fn state_is_as_the_model_says(state: &State, model: &Model) {
    assert_eq!(state.environments.len(), model.path.len());
    for (environment, env) in state.environments.iter().zip(&model.path) {
        environment_is(environment, env);
    }
    let mut expected: BTreeMap<ArtifactRef, Vec<VersionRecord>> = BTreeMap::new();
    for made in &model.versions {
        expected.entry(made.body.artifact.clone()).or_default().push(record(made));
    }
    assert_eq!(state.artifacts.len(), expected.len());
    for (artifact, versions) in &expected {
        let history = &state.artifacts[artifact];
        assert_eq!(&history.versions, versions, "versions of {artifact}");
        let numbers: BTreeSet<_> = versions.iter().map(|v| &v.version).collect();
        assert_eq!(numbers.len(), versions.len(), "a number of {artifact} was used twice");
        assert_eq!(history.head().map(|h| &h.version), model.head(artifact).map(|m| &m.body.version));
    }
    assert_eq!(state.users, model.users(), "users of fragments");
    assert_eq!(state.releases.len(), model.releases.len());
    for (i, (record, release)) in state.releases.iter().zip(&model.releases).enumerate() {
        assert_eq!(record.number, i as u64 + 1, "release numbers have no gaps");
        assert_eq!(state.release(record.number), Ok(record));
        assert_eq!(record.environment, release.environment);
        assert_eq!((record.generation, record.way_back), (release.generation, release.way_back));
    }
}

fn environment_is(environment: &Environment, env: &Env) {
    assert_eq!(environment.name, env.name, "the path's order");
    assert_eq!((&environment.policy, environment.policy_revision), (&env.policy, env.revision));
    assert_eq!(environment.generation(), env.generation());
    let slots: BTreeSet<&Slot> = env.served.iter().flat_map(|s| s.content.keys()).collect();
    for (number, served) in (0..).zip(&env.served) {
        let found = environment.content_in(number);
        let found: BTreeMap<_, _> = found.iter().map(|(k, p)| (k, &**p)).collect();
        assert_eq!(found, served.content.iter().collect(), "{} in generation {number}", env.name);
        for slot in &slots {
            let placed = environment.placed_in(slot, number).and_then(|s| s.placed.as_deref());
            assert_eq!(placed, served.content.get(slot), "{slot} in generation {number}");
        }
        let record = environment.generation_record(number).map(|g| (g.number, g.seq, g.at, g.release));
        let expected = (number > 0).then_some((number, served.seq, served.at, served.release));
        assert_eq!(record, expected, "the record of generation {number}");
        for at in [served.at, served.at.saturating_sub(1), served.at.saturating_add(1)] {
            let decided = env.served.iter().rposition(|s| s.at <= at).unwrap() as u64;
            assert_eq!(environment.generation_at(at), decided, "what was decided at {at}");
        }
    }
    let beyond = env.generation() + 1;
    assert!(environment.content_in(beyond).is_empty(), "nothing was served in a generation that is not");
    assert!(slots.iter().all(|s| environment.placed_in(s, beyond).is_none()));
    assert!(environment.generation_record(beyond).is_none());
    for placed in env.served.iter().flat_map(|s| &s.content) {
        for other in env.served.iter().flat_map(|s| &s.content) {
            let (prompt, version) = (&placed.0.prompt, &other.1.version);
            assert_eq!(environment.was_live(prompt, version), env.was_live(prompt, version));
        }
    }
}

fn record(made: &Made) -> VersionRecord {
    let (b, yank) = (made.body.clone(), made.yank.as_ref());
    VersionRecord {
        version: b.version,
        digest: b.digest,
        surface: b.surface,
        previous: b.previous,
        class: b.class,
        rules: b.rules,
        boundary: b.boundary,
        chosen: b.chosen.map(Box::new),
        closure: b.closure.into(),
        risk: b.risk,
        notes: b.notes,
        seq: made.seq,
        at: made.at,
        actor: made.actor.clone(),
        yank: yank.map(|(severity, reason, seq, at)| {
            Box::new(YankRecord { severity: *severity, reason: *reason, seq: *seq, at: *at })
        }),
    }
}

/// Every override has its prompt, follows it if it is to, and no two are for the same audience.
pub fn overrides_never_dangle(state: &State) {
    for environment in &state.environments {
        let content = environment.content.iter().map(|(k, p)| (k.clone(), (**p).clone())).collect();
        assert!(coherent(&content), "{}: {content:?}", environment.name);
    }
}

/// Promise 4: whatever policies, yanks and environments say now, the newest release of an environment can be
/// taken back, and any earlier generation brought back, if that changes anything; exactly, as a new generation.
pub fn going_back_is_always_open(state: &State, model: &Model, context: &Context) {
    for env in &model.path {
        for to in 1..env.generation() {
            let release = env.served.last().unwrap().release;
            let declared = model.releases[usize::try_from(release).unwrap() - 1].way_back == to;
            let target = declared.then_some(None).into_iter().chain([Some(to)]);
            for to_asked in target {
                let back = Command::RollBack(RollBack { release, to: to_asked, reason: None });
                let decided = decide(state, &back, context);
                if env.content(to) == env.now() {
                    assert!(matches!(decided, Err(Refusal::NothingToChange(_))), "{decided:?}");
                    continue;
                }
                let events = decided.expect("going back is never refused");
                if declared {
                    goes_exactly_there(state, env, to, &events, context);
                }
            }
        }
    }
}

fn goes_exactly_there(state: &State, env: &Env, to: u64, events: &[Event], context: &Context) {
    let [event] = events else { panic!("going back is one event: {events:?}") };
    let mut gone = State { environments: state.environments.clone(), ..State::default() };
    let stamp = Stamp { seq: state.seq + 1, at: context.now, actor: context.actor.clone() };
    gone.evolve(&stamp, event);
    let environment = gone.environment(&env.name).unwrap();
    assert_eq!(environment.generation(), env.generation() + 1, "going back is a new generation");
    let content: BTreeMap<_, _> = environment.content.iter().map(|(k, p)| (k, &**p)).collect();
    assert_eq!(content, env.content(to).iter().collect(), "content after going back to {to}");
}

/// No float, no free text, no word with spaces: a body holds names, numbers, digests, and our own sentences
/// where break-glass passed something over. And every digest the ledger is to keep is found again.
pub fn body_is_fit_for_the_ledger(event: &Event) {
    let (_, body) = event.encode().unwrap();
    let mut texts = BTreeSet::new();
    walk(&body, "", &mut texts);
    let references = event.references();
    assert_eq!(references.texts.into_iter().collect::<BTreeSet<_>>(), texts, "text blobs of {body}");
    let artifacts: BTreeSet<Digest> = match event {
        Event::VersionPublished(e) => BTreeSet::from([e.digest]),
        Event::ReleaseOpened(e) => {
            let placed = e.changes.iter().filter_map(|c| c.after.as_ref());
            placed.flat_map(|p| [Some(p.digest), p.patch]).flatten().collect()
        }
        _ => BTreeSet::new(),
    };
    assert_eq!(references.artifacts.into_iter().collect::<BTreeSet<_>>(), artifacts, "artifacts of {body}");
}

fn walk(value: &Value, field: &str, texts: &mut BTreeSet<Digest>) {
    match value {
        Value::Number(n) => assert!(n.is_u64() || n.is_i64(), "{field} is a float: {n}"),
        Value::String(text) if ["notes", "reason"].contains(&field) => {
            texts.insert(text.parse().expect("notes and reasons are digests"));
        }
        Value::String(text) if field != "passed_over" => {
            assert!(text.len() <= 200 && text.bytes().all(|b| b.is_ascii_graphic()), "{field}: {text:?}");
        }
        Value::Array(items) => items.iter().for_each(|v| walk(v, field, texts)),
        Value::Object(fields) => fields.iter().for_each(|(k, v)| walk(v, k, texts)),
        Value::String(_) | Value::Bool(_) | Value::Null => {}
    }
}
