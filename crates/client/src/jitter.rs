//! Randomness for pauses and for the client's own name: the only place of this crate where any comes from.
//!
//! Nothing that is decided, served or stored depends on it, so the standard library's random keys are enough and no
//! dependency is needed.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A source of numbers that differs from client to client.
#[derive(Debug)]
pub(crate) struct Jitter(AtomicU64);

impl Jitter {
    pub(crate) fn new() -> Self {
        // Every `RandomState` has other keys, also within one process.
        Self(AtomicU64::new(RandomState::new().build_hasher().finish()))
    }

    /// The next number (splitmix64).
    pub(crate) fn number(&self) -> u64 {
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `base` to one and a half times `base`: never shorter, so that what the server asked for is kept.
    pub(crate) fn spread(&self, base: Duration) -> Duration {
        // 16 bits are fine enough, and keep the product small.
        let share = u32::try_from(self.number() >> 48).unwrap_or(0);
        base + (base / 2) * share / 65_536
    }
}
