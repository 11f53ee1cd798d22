//! A saved state is a shortcut and nothing else: it reads as it was, or not at all.

use proptest::prelude::*;

use super::events::{installation_examples, project_examples};
use super::generate::history;
use super::world::{Coverage, run};
use crate::installation::Installation;
use crate::ledger::Actor;
use crate::state::saved::{seal, unseal};
use crate::state::{Stamp, State};

/// A change of some bytes.
#[derive(Debug, Clone)]
enum Damage {
    /// One byte is another.
    Byte(prop::sample::Index, u8),
    /// The end is missing.
    Cut(prop::sample::Index),
    /// Something stands behind or in between.
    Added(prop::sample::Index, Vec<u8>),
    /// A part is missing.
    Lost(prop::sample::Index, prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), 1..=u8::MAX).prop_map(|(at, by)| Damage::Byte(at, by)),
        index().prop_map(Damage::Cut),
        (index(), prop::collection::vec(any::<u8>(), 1..20)).prop_map(|(at, new)| Damage::Added(at, new)),
        (index(), index()).prop_map(|(from, to)| Damage::Lost(from, to)),
    ]
}

impl Damage {
    fn of(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        match self {
            Self::Byte(at, by) => {
                let at = at.index(bytes.len());
                bytes[at] ^= by;
            }
            Self::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Self::Added(at, new) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Lost(from, to) => {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                bytes.drain(from.min(to)..=from.max(to));
            }
        }
        bytes
    }
}

fn stamp(seq: u64) -> Stamp {
    let actor = if seq.is_multiple_of(3) { Actor::System } else { Actor::Token { id: "t-1".into() } };
    Stamp { seq, at: 1_767_000_000_000_000 + seq.cast_signed(), actor }
}

/// States in which everything occurs that can.
fn examples() -> (State, Installation) {
    let (mut state, mut installation) = (State::default(), Installation::default());
    for (seq, event) in (1..).zip(project_examples()) {
        state.evolve(&stamp(seq), &event);
    }
    for (seq, event) in (1..).zip(installation_examples()) {
        installation.evolve(&stamp(seq), &event);
    }
    (state, installation)
}

#[test]
fn what_is_saved_reads_as_it_was() {
    let (state, installation) = examples();
    assert_eq!(State::load(&state.save().unwrap()), Some(state));
    assert_eq!(Installation::load(&installation.save().unwrap()), Some(installation));
    assert_eq!(State::load(&State::default().save().unwrap()), Some(State::default()));
}

/// Nothing is left out because it is thought to follow from something else, and does not.
#[test]
fn a_state_that_no_ledger_leads_to_is_not_saved() {
    let (state, _) = examples();
    let changes: &[fn(&mut State)] = &[
        |s| s.users.clear(),
        |s| drop(s.releases.pop()),
        |s| drop(s.releases.remove(0)),
        |s| s.releases[0].environment = "elsewhere".parse().unwrap(),
        |s| s.releases[0].generation += 1,
        |s| s.releases[0].at -= 1,
        |s| drop(s.releases[0].changes.pop()),
        |s| s.releases[0].changes[0].after = None,
        |s| s.environments.iter_mut().for_each(|e| e.content.clear()),
        |s| s.environments.iter_mut().for_each(|e| drop(e.content.pop_last())),
        |s| s.environments.iter_mut().for_each(|e| e.timelines.clear()),
        |s| s.environments.iter_mut().for_each(|e| e.generations.clear()),
        |s| {
            let environment = s.environments.iter_mut().find(|e| !e.generations.is_empty()).unwrap();
            environment.generations.push(environment.generations[0].clone());
        },
        |s| {
            let environment = s.environments.iter_mut().find(|e| !e.timelines.is_empty()).unwrap();
            let spans = environment.timelines.values_mut().next().unwrap();
            spans.push(spans[0].clone());
        },
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut changed = state.clone();
        change(&mut changed);
        assert_ne!(changed, state, "change {number}");
        assert_eq!(changed.save(), None, "change {number}");
    }
}

/// A number that promises more than there is makes no room for it.
#[test]
fn what_is_announced_is_bounded_by_what_is_there() {
    let (state, _) = examples();
    let saved = state.save().unwrap();
    let body = unseal(&saved).unwrap();
    let most = [[0xff; 9].as_slice(), &[1]].concat();
    for at in 0..body.len() {
        let mut bytes = body.to_vec();
        bytes.splice(at..=at, most.iter().copied());
        // Whatever the number stands for; that this ends says that nothing was made room for.
        let _ = State::load(&seal(bytes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Damage is told by the digest.
    #[test]
    fn damage_is_never_another_state(history in history(), all in prop::collection::vec(damage(), 20)) {
        let state = run(&history, &mut Coverage::new()).state;
        let saved = state.save().unwrap();
        for damage in all {
            let damaged = damage.of(&saved);
            let read = State::load(&damaged);
            prop_assert_eq!(read.is_some(), damaged == saved);
        }
        for cut in 0..saved.len() {
            prop_assert_eq!(State::load(&saved[..cut]), None);
        }
    }

    /// Whoever can write a digest too still gets nothing but a state or none.
    #[test]
    fn forged_bytes_end_in_a_state_or_in_none(history in history(), all in prop::collection::vec(damage(), 100)) {
        let saved = run(&history, &mut Coverage::new()).state.save().unwrap();
        let body = unseal(&saved).unwrap();
        for damage in all {
            if let Some(state) = State::load(&seal(damage.of(body)))
                && let Some(again) = state.save()
            {
                prop_assert_eq!(State::load(&again), Some(state));
            }
        }
    }

    #[test]
    fn anything_else_is_no_state(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(State::load(&bytes), None);
        prop_assert_eq!(Installation::load(&bytes), None);
        let _ = (State::load(&seal(bytes.clone())), Installation::load(&seal(bytes)));
    }

    #[test]
    fn a_damaged_installation_is_none(damage in damage()) {
        let saved = examples().1.save().unwrap();
        let damaged = damage.of(&saved);
        prop_assert_eq!(Installation::load(&damaged).is_some(), damaged == saved);
    }
}
