//! Goes back: makes a new generation with the content of an earlier one. Needs no approval, no test and no
//! policy; only that the content was live before.

use cuelight_artifact::Digest;

use crate::environment::Environment;
use crate::event::{Event, ReleaseOpened};
use crate::refusal::Refusal;
use crate::release::{Cause, SlotChange, Urgency};
use crate::state::State;

/// Takes a release back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollBack {
    /// The release to take back.
    pub release: u64,
    /// The generation to return to; none for the way back the release declared.
    pub to: Option<u64>,
    /// Why: a text blob.
    pub reason: Option<Digest>,
}

pub(crate) fn decide(state: &State, back: &RollBack) -> Result<Vec<Event>, Refusal> {
    let release = state.release(back.release)?;
    let environment = state.environment(&release.environment)?;
    let current = environment.generation();
    let to = match back.to {
        Some(generation) if generation > current => {
            return Err(Refusal::UnknownGeneration {
                environment: environment.name.clone(),
                generation,
                current,
            });
        }
        Some(generation) => generation,
        None if release.generation == current => release.way_back,
        None => {
            return Err(Refusal::ReleaseNotCurrent {
                environment: environment.name.clone(),
                release: back.release,
                current: environment.generations.last().map_or(0, |g| g.release),
            });
        }
    };
    if to == 0 {
        return Err(Refusal::NothingBefore { environment: environment.name.clone() });
    }
    let changes = changes_to(environment, to);
    if changes.is_empty() {
        return Err(Refusal::NothingToChange(format!(
            "`{}` serves exactly what it served in generation {to}",
            environment.name
        )));
    }
    Ok(vec![Event::ReleaseOpened(Box::new(ReleaseOpened {
        release: state.releases.len() as u64 + 1,
        environment: environment.name.clone(),
        generation: current + 1,
        cause: Cause::RollBack { of: back.release, to },
        changes,
        way_back: way_back(state, environment, to),
        urgency: Urgency::Planned,
        policy: environment.policy.clone(),
        passed_over: Vec::new(),
        notes: back.reason,
        label: None,
    }))])
}

/// Going back once more goes further back, never forward to what was just taken back: that needs its generation
/// to be named.
fn way_back(state: &State, environment: &Environment, to: u64) -> u64 {
    let made_by = environment.generation_record(to).and_then(|g| state.release(g.release).ok());
    made_by.map_or(0, |release| release.way_back)
}

/// What must change to serve exactly what generation `to` served.
#[must_use]
pub fn changes_to(environment: &Environment, to: u64) -> Vec<SlotChange> {
    let target = environment.content_in(to);
    let mut changes: Vec<SlotChange> = environment
        .content
        .iter()
        .filter(|(slot, _)| !target.contains_key(slot))
        .map(|(slot, before)| SlotChange { slot: slot.clone(), before: Some(before.clone()), after: None })
        .collect();
    changes.extend(target.into_iter().filter_map(|(slot, after)| {
        let before = environment.content.get(&slot).cloned();
        (before.as_ref() != Some(&after)).then_some(SlotChange { slot, before, after: Some(after) })
    }));
    changes.sort_by(|a, b| a.slot.cmp(&b.slot));
    changes
}
