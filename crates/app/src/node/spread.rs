//! How a generation spreads: when this node had it, and when its clients had it.

use std::collections::VecDeque;

use cuelight_core::ledger::Micros;

use super::report::SpreadReport;

/// Generations remembered per environment.
const KEPT: usize = 8;
/// Times remembered per generation; more clients are counted, and their times left out.
const TIMES: usize = 20_000;

/// The newest generations of an environment.
#[derive(Debug, Default)]
pub(super) struct Spreads(VecDeque<Spread>);

/// One generation.
#[derive(Debug)]
struct Spread {
    generation: u64,
    at: Micros,
    /// From the decision until it was served here, in microseconds.
    node: u64,
    /// From the decision until each client reported it, in microseconds.
    clients: Vec<u64>,
    /// How many clients have it.
    applied: u64,
}

impl Spreads {
    /// A generation is served here; a later one must have a larger number.
    pub(super) fn begin(&mut self, generation: u64, at: Micros, now: Micros) {
        if self.0.back().is_some_and(|s| s.generation >= generation) {
            return;
        }
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(Spread { generation, at, node: between(at, now), clients: Vec::new(), applied: 0 });
    }

    /// A client that had `before` has `generation` now: it has all in between too, since each holds all that is live.
    pub(super) fn reached(&mut self, before: u64, generation: u64, now: Micros) {
        for spread in self.0.iter_mut().filter(|s| before < s.generation && s.generation <= generation) {
            spread.applied += 1;
            if spread.clients.len() < TIMES {
                spread.clients.push(between(spread.at, now));
            }
        }
    }

    /// What is known of each, oldest first. `known` clients report here.
    pub(super) fn report(&self, known: u64) -> Vec<SpreadReport> {
        let told = |spread: &Spread| {
            let mut times = spread.clients.clone();
            times.sort_unstable();
            let at =
                |part: usize| times.get((times.len() * part / 100).min(times.len().wrapping_sub(1))).copied();
            SpreadReport {
                generation: spread.generation,
                node_us: spread.node,
                known: known.max(spread.applied),
                applied: spread.applied,
                p50_us: at(50),
                p99_us: at(99),
                max_us: times.last().copied(),
            }
        };
        self.0.iter().map(told).collect()
    }
}

/// Time from one to another; none when clocks disagree about their order.
fn between(from: Micros, to: Micros) -> u64 {
    u64::try_from(to.saturating_sub(from)).unwrap_or(0)
}
