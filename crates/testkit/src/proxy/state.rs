//! What the connections of a proxy share, and what they wait for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::{Cut, Pair, Way};

#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    /// Told when a stall ends or connections are cut.
    pub(super) changed: Condvar,
}

#[derive(Default)]
pub(super) struct State {
    /// How late bytes come, and how much that differs, by way.
    pub(super) delays: [(Duration, Duration); 2],
    pub(super) stalled: bool,
    pub(super) closed: bool,
    pub(super) cut_at: Option<Cut>,
    pub(super) cuts: u64,
    pub(super) pairs: Vec<Weak<Pair>>,
    ended: bool,
    /// The number that the next delay is made from.
    numbers: u64,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How late a piece comes that is sent now.
    pub(super) fn lateness(&self, way: Way) -> Duration {
        let mut state = self.lock();
        let (delay, jitter) = state.delays[way as usize];
        // Not random, so that a failure comes again; an odd multiplier, so that the numbers spread.
        state.numbers =
            state.numbers.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (state.numbers >> 40) as f64 / (1_u64 << 24) as f64;
        (delay + jitter.mul_f64(2.0 * share)).saturating_sub(jitter)
    }

    /// Waits until nothing is stalled. Whether a new connection may go through.
    pub(super) fn wait_for_room(&self) -> bool {
        let state = self.lock();
        let state = self.changed.wait_while(state, |s| s.stalled && !s.closed && !s.ended);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        !state.closed && !state.ended
    }

    /// Waits until a piece may arrive; false when its connection was cut.
    pub(super) fn wait_until(&self, due: Instant, dead: &AtomicBool) -> bool {
        let mut state = self.lock();
        loop {
            let left = due.saturating_duration_since(Instant::now());
            if dead.load(Ordering::SeqCst) {
                return false;
            }
            if left.is_zero() && !state.stalled {
                return true;
            }
            // A stall ends with a word.
            let wait = if left.is_zero() { Duration::from_secs(3_600) } else { left };
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Notes that an append was cut.
    pub(super) fn cut_was_made(&self, cut: Cut) {
        {
            let mut state = self.lock();
            state.cuts += 1;
            if cut != Cut::AfterAndClose {
                return;
            }
            state.closed = true;
        }
        self.cut_all();
    }

    /// Cuts all connections there are.
    pub(super) fn cut_all(&self) {
        let pairs = std::mem::take(&mut self.lock().pairs);
        for pair in pairs.iter().filter_map(Weak::upgrade) {
            pair.cut();
        }
        self.changed.notify_all();
    }

    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.cut_all();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.lock().ended
    }
}
