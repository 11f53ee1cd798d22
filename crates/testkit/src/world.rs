//! A clock and a source of randomness that do the same in every run.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use cuelight_app::ports::{Clock, Entropy, EntropyError};
use cuelight_core::ledger::Micros;
use sha2::{Digest as _, Sha256};

/// 2026-03-15T13:00:00Z: where every test's clock starts.
pub const START: Micros = 1_773_579_600_000_000;

/// A clock that moves one millisecond with every look, and otherwise as told.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(START))
    }
}

impl TestClock {
    /// Moves the clock, also backwards.
    pub fn advance(&self, by: Micros) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    /// The time, without moving it.
    #[must_use]
    pub fn peek(&self) -> Micros {
        self.0.load(Ordering::SeqCst)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Micros {
        self.0.fetch_add(1_000, Ordering::SeqCst)
    }
}

/// Bytes that look random and repeat with the seed.
#[derive(Debug, Default)]
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// Starts from a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed << 32))
    }
}

impl Entropy for SeededEntropy {
    fn bytes32(&self) -> Result<[u8; 32], EntropyError> {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Sha256::digest(count.to_be_bytes()).into())
    }
}
