//! Which of a prompt's places requests with some attributes got, in any generation, and for how long.

use std::collections::BTreeMap;

use cuelight_artifact::ArtifactName;
use cuelight_core::environment::{Environment, Span};
use cuelight_core::release::{Placed, Slot};
use cuelight_resolve::precedence;

/// The places of one prompt that ever mattered to requests with these attributes.
pub(super) struct Places<'a> {
    environment: &'a Environment,
    attributes: &'a BTreeMap<String, String>,
    stable: Slot,
    overrides: Vec<&'a Slot>,
}

/// From generation `first` up to but not including `end`, the same was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// The generation that began it.
    pub(super) first: u64,
    /// The generation that ended it; none while it lasts.
    pub(super) end: Option<u64>,
}

impl<'a> Places<'a> {
    pub(super) fn new(
        environment: &'a Environment,
        prompt: &ArtifactName,
        attributes: &'a BTreeMap<String, String>,
    ) -> Self {
        let stable = Slot::prompt(prompt.clone());
        let own = environment.timelines.range(stable.clone()..).take_while(|(s, _)| s.prompt == *prompt);
        let ever = own.filter(|(slot, spans)| {
            let placed = spans.iter().filter_map(|s| s.placed.as_deref());
            slot.over.is_some() && placed.into_iter().any(|p| matches(p, attributes))
        });
        let overrides = ever.map(|(slot, _)| slot).collect();
        Self { environment, attributes, stable, overrides }
    }

    /// What was served in this generation: the override that fits best, or else the prompt itself.
    pub(super) fn chosen(&self, generation: u64) -> Option<(&Slot, &'a Placed)> {
        let live = |slot: &Slot| self.environment.placed_in(slot, generation)?.placed.as_deref();
        let fitting = self.overrides.iter().filter_map(|slot| Some((*slot, live(slot)?)));
        let fitting = fitting.filter(|(_, placed)| matches(placed, self.attributes));
        let best = fitting.min_by(|a, b| match (&a.0.over, &a.1.audience, &b.0.over, &b.1.audience) {
            (Some(x), Some(p), Some(y), Some(q)) => precedence((&p.when, x), (&q.when, y)),
            _ => std::cmp::Ordering::Equal,
        });
        best.or_else(|| Some((&self.stable, live(&self.stable)?)))
    }

    /// For how long what was served in this generation was served without a break.
    pub(super) fn run(&self, generation: u64) -> Option<Run> {
        let (_, here) = self.chosen(generation)?;
        let same = |g: u64| {
            self.chosen(g).is_some_and(|(_, p)| p.digest == here.digest && p.version == here.version)
        };
        // Only the generations of these spans changed anything about these places. Each place's are in order, and the
        // answer is nearly always close, so the next one is looked up instead of collecting all of them.
        let places = self.overrides.iter().copied().chain([&self.stable]);
        let timelines: Vec<&[Span]> =
            places.filter_map(|slot| self.environment.timelines.get(slot)).map(Vec::as_slice).collect();
        let at_most = |g: u64| {
            let newest = |spans: &&[Span]| {
                Some(spans[..spans.partition_point(|s| s.generation <= g)].last()?.generation)
            };
            timelines.iter().filter_map(newest).max()
        };
        let after = |g: u64| {
            let next =
                |spans: &&[Span]| Some(spans.get(spans.partition_point(|s| s.generation <= g))?.generation);
            timelines.iter().filter_map(next).min()
        };
        let before = std::iter::successors(at_most(generation), |g| at_most(g.checked_sub(1)?));
        let first = before.take_while(|g| same(*g)).last()?;
        let end = std::iter::successors(after(generation), |g| after(*g)).find(|g| !same(*g));
        Some(Run { first, end })
    }
}

fn matches(placed: &Placed, attributes: &BTreeMap<String, String>) -> bool {
    let when = placed.audience.as_ref().map(|a| &a.when);
    when.is_some_and(|w| w.iter().all(|(k, v)| attributes.get(k) == Some(v)))
}
