//! How often somebody may do something: a bucket for each key, in memory, forgotten once it is full again.

mod guesses;

pub use guesses::{Guesses, network};

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How many a second, and how many at once after a rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many a second; 0 is no limit.
    pub per_second: u32,
    /// How many at once after a rest; at least 1.
    pub burst: u32,
}

impl Rate {
    /// So many a second, and four times as many at once after a rest.
    #[must_use]
    pub const fn per_second(per_second: u32) -> Self {
        Self { per_second, burst: per_second.saturating_mul(4) }
    }
}

/// Buckets of one kind. A key is kept as a hash with a secret seed, so that nobody can choose two that share a bucket.
#[derive(Debug)]
pub struct Buckets {
    rate: Rate,
    most: usize,
    began: Instant,
    seed: RandomState,
    full: Mutex<Full>,
}

/// When each bucket will be full again, from the beginning. What is not here is full.
#[derive(Debug, Default)]
struct Full {
    at: HashMap<u64, Duration>,
    /// How many to have before looking which are full.
    sweep: usize,
}

impl Buckets {
    /// Buckets that fill at this rate. At most `most` are told apart; when more are in use, those who come later share
    /// one.
    #[must_use]
    pub fn new(rate: Rate, most: usize) -> Self {
        Self { rate, most, began: Instant::now(), seed: RandomState::new(), full: Mutex::default() }
    }

    /// The rate.
    #[must_use]
    pub const fn rate(&self) -> Rate {
        self.rate
    }

    /// Takes `cost` out of the bucket of a key.
    ///
    /// # Errors
    /// How long to wait until it would work; nothing is taken then.
    pub fn take(&self, key: impl Hash, cost: u32, now: Instant) -> Result<(), Duration> {
        let Some((step, depth)) = self.sizes() else { return Ok(()) };
        let (key, now) = (self.seed.hash_one(key), now.saturating_duration_since(self.began));
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        let key = full.place(key, self.most, now);
        let then = full.at.get(&key).copied().unwrap_or_default().max(now) + step * cost;
        // A single cost above the burst would never fit.
        let depth = depth.max(step * cost);
        if then > now + depth {
            return Err(then - now - depth);
        }
        full.at.insert(key, then);
        Ok(())
    }

    /// How long until one more fits; zero when it does now. Takes nothing.
    #[must_use]
    pub fn wait(&self, key: impl Hash, now: Instant) -> Duration {
        let Some((step, depth)) = self.sizes() else { return Duration::ZERO };
        let (key, now) = (self.seed.hash_one(key), now.saturating_duration_since(self.began));
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        let key = full.place(key, self.most, now);
        let then = full.at.get(&key).copied().unwrap_or_default().max(now) + step;
        then.saturating_sub(now + depth.max(step))
    }

    /// How many keys are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.full.lock().unwrap_or_else(PoisonError::into_inner).at.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The time one takes to fill up, and the time the whole bucket takes. None without a limit.
    fn sizes(&self) -> Option<(Duration, Duration)> {
        let step = Duration::from_secs(1).checked_div(self.rate.per_second)?;
        Some((step, step * self.rate.burst.max(1)))
    }
}

impl Full {
    /// The place of a key, after making room when there are many.
    fn place(&mut self, key: u64, most: usize, now: Duration) -> u64 {
        const SHARED: u64 = 0;
        const FEW: usize = 1_024;
        if self.at.contains_key(&key) {
            return key;
        }
        if self.at.len() >= self.sweep.max(FEW).min(most) {
            self.at.retain(|_, full| *full > now);
            self.at.shrink_to(FEW);
            // Not again before it has doubled, so that many keys in use do not make every call slow.
            self.sweep = self.at.len() * 2;
        }
        if self.at.len() >= most { SHARED } else { key }
    }
}

#[cfg(test)]
mod tests;
