//! How long to wait before trying again: longer with every failure, never at the same moment as others.

use std::time::Duration;

use crate::jitter::Jitter;

/// Counts failures.
#[derive(Debug)]
pub(super) struct Backoff {
    shortest: Duration,
    longest: Duration,
    failures: u32,
}

impl Backoff {
    pub(super) const fn new(shortest: Duration, longest: Duration) -> Self {
        Self { shortest, longest, failures: 0 }
    }

    /// The feed said how long to wait.
    pub(super) const fn told(&mut self, retry: Duration) {
        self.shortest = retry;
    }

    /// It went well: the next pause is the shortest.
    pub(super) const fn well(&mut self) {
        self.failures = 0;
    }

    /// The next pause, at least as long as the server asked for.
    pub(super) fn pause(&mut self, jitter: &Jitter, asked: Option<Duration>) -> Duration {
        let doubled = self.shortest.saturating_mul(2_u32.saturating_pow(self.failures.min(20)));
        self.failures = self.failures.saturating_add(1);
        let pause = doubled.min(self.longest).max(self.shortest).max(asked.unwrap_or_default());
        jitter.spread(pause)
    }
}

#[cfg(test)]
mod tests;
