//! Random histories keep every law, and a fixed set of them meets everything worth meeting.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::generate::history;
use super::refusals;
use super::world::{Coverage, run};
use crate::state::State;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_history_keeps_every_law(history in history()) {
        run(&history, &mut Coverage::new());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Folding never fails, whatever the ledger holds: here entries in the wrong order, some missing.
    #[test]
    fn evolve_is_total(history in history(), order in prop::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        let world = run(&history, &mut Coverage::new());
        let mut state = State::default();
        for index in order.iter().filter(|_| !world.log.is_empty()) {
            let (stamp, event) = index.get(&world.log);
            state.evolve(stamp, event);
            prop_assert_eq!((state.seq, state.at), (stamp.seq, stamp.at));
        }
        // What no decisions lead to is not saved, or reads as it was.
        if let Some(saved) = state.save() {
            prop_assert_eq!(State::load(&saved), Some(state.clone()));
        }
        // Nor does reading what came of it.
        for environment in &state.environments {
            for number in 0..=world.state.releases.len() as u64 + 1 {
                let _ = (environment.content_in(number), environment.generation_record(number));
                let _ = (environment.generation_at(number.cast_signed()), state.release(number).is_ok());
            }
        }
    }
}

/// Kinds of events and situations that the fixed run must meet, besides every kind of refusal.
const SITUATIONS: &[&str] = &[
    "project.opened/1",
    "environment.created/1",
    "environment.policy_set/1",
    "version.published/1",
    "version.yanked/1",
    "version.unyanked/1",
    "release.opened/1",
    "a version with fragments",
    "planned release",
    "break-glass that passed something over",
    "break-glass that was not needed",
    "back by one generation",
    "back by several generations",
    "way back declared further back",
    "more than two places at once",
    "prompt added",
    "prompt changed",
    "prompt removed",
    "override added",
    "override changed",
    "override removed",
    "override Following with a patch",
    "override Pinned with a patch",
    "override Pinned without a patch",
    "refused: is a pre-release",
    "refused: is yanked",
    "refused: was never live",
];

/// Without this, a law could hold because nothing ever happened.
#[test]
fn histories_meet_every_refusal_event_and_situation() {
    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let met = std::cell::RefCell::new(Coverage::new());
    let outcome = runner.run(&history(), |history| {
        run(&history, &mut met.borrow_mut());
        Ok(())
    });
    outcome.unwrap();
    let met = met.into_inner();
    let seldom: Vec<_> = refusals::KINDS
        .iter()
        .chain(SITUATIONS)
        .filter(|what| met.get(**what).is_none_or(|n| *n < 3))
        .collect();
    assert!(seldom.is_empty(), "met less than three times: {seldom:?}\nmet: {met:#?}");
    println!("{met:#?}");
}
