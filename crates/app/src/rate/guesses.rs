//! How often secrets that do not hold may be shown from one address. Whoever showed one that holds is not held back.

use std::cell::Cell;
use std::collections::HashSet;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::{Buckets, Rate};
use crate::code::Code;
use crate::error::{AppError, AppResult};

/// Counts secrets of one kind that did not hold.
#[derive(Debug)]
pub struct Guesses {
    failures: Buckets,
    most: usize,
    /// What is shown, as the refusal says it: of one, and of many.
    words: (&'static str, &'static str),
    /// Secrets that were seen to hold, as hashes with a secret seed: what others get wrong never holds them back.
    known: Mutex<HashSet<u64>>,
    /// How often something was taken out of `known`.
    forgotten: AtomicU64,
    /// Those that were seen not to hold.
    wrong: Mutex<HashSet<u64>>,
    seed: RandomState,
}

thread_local! {
    /// What this thread saw last to hold, and how often something had been forgotten by then. Most come again and again, and
    /// need not be looked up where all threads look.
    static LAST: Cell<(u64, u64)> = const { Cell::new((0, u64::MAX)) };
}

impl Guesses {
    /// So many of them a second from one address. At most `most` addresses and secrets are told apart; `words` name one
    /// secret and many.
    #[must_use]
    pub fn new(rate: Rate, most: usize, words: (&'static str, &'static str)) -> Self {
        Self {
            failures: Buckets::new(rate, most),
            most,
            words,
            known: Mutex::default(),
            forgotten: AtomicU64::new(0),
            wrong: Mutex::default(),
            seed: RandomState::new(),
        }
    }

    /// Whether a secret may be looked at. `from` is whoever shows it, where that is known.
    ///
    /// # Errors
    /// `too_many_requests` naming the rule.
    pub fn check(&self, from: Option<impl Hash>, shown: &str) -> AppResult<()> {
        let Some(from) = from else { return Ok(()) };
        if self.failures.is_empty() {
            // Nobody showed one that does not hold.
            return Ok(());
        }
        let wait = self.failures.wait(from, Instant::now());
        if wait.is_zero() || locked(&self.known).contains(&self.seed.hash_one(shown)) {
            return Ok(());
        }
        let (Rate { per_second, burst }, (one, many)) = (self.failures.rate(), self.words);
        let rule = format!(
            "an address may show {burst} {many} that do not hold, and {per_second} more each second; this one showed \
             more, and the {one} was not looked at"
        );
        Err(AppError::new(Code::TooManyRequests, rule).wait(wait))
    }

    /// It holds.
    pub fn held(&self, shown: &str) {
        // Of this seed, so that no other set has the same.
        let held = (self.seed.hash_one(shown), self.forgotten.load(Ordering::SeqCst));
        if LAST.get() != held {
            self.keep(&self.known, shown);
            LAST.set(held);
        }
    }

    /// It does not hold.
    pub fn failed(&self, from: Option<impl Hash>, shown: &str) {
        if locked(&self.known).remove(&self.seed.hash_one(shown)) {
            self.forgotten.fetch_add(1, Ordering::SeqCst);
        }
        if let Some(from) = from {
            // What does not fit any more is refused at the next try.
            let _spent = self.failures.take(from, 1, Instant::now());
        }
    }

    /// As [`Guesses::failed`], for what is shown again and again without anybody guessing, such as a cookie of a session
    /// that has ended: it counts once.
    pub fn failed_once(&self, from: Option<impl Hash>, shown: &str) {
        if self.keep(&self.wrong, shown) {
            self.failed(from, shown);
        }
    }

    /// Remembers a secret; whether it is new.
    fn keep(&self, among: &Mutex<HashSet<u64>>, shown: &str) -> bool {
        let mut among = locked(among);
        if among.len() >= self.most {
            among.clear();
            self.forgotten.fetch_add(1, Ordering::SeqCst);
        }
        among.insert(self.seed.hash_one(shown))
    }
}

fn locked(set: &Mutex<HashSet<u64>>) -> MutexGuard<'_, HashSet<u64>> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The network of an address: whoever has one address of IPv6 has 2^64 of them.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(four) => IpAddr::V4(four),
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests;
