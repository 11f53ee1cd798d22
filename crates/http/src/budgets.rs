//! How often one token may ask, kind by kind; and how often one address may show tokens that do not hold.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cuelight_app::{App, AppError, AppResult, Buckets, Code, Principal, Rate, token};
use cuelight_core::ledger::Actor;
use tokio::time::Instant;

use crate::load::Budget;

/// Most tokens and addresses told apart.
const MOST: usize = 65_536;

/// How often one token may ask for what, on this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// What applications ask for while they work: resolve, bundle, feed, and what they report.
    pub serving: Rate,
    /// Other reads.
    pub reads: Rate,
    /// Writes.
    pub writes: Rate,
    /// What takes the server long: plan, apply, differences, files, and checking, searching or exporting a ledger.
    pub expensive: Rate,
    /// Tokens that do not hold, from one address. Counts no token that holds.
    pub failures: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        let failures = Rate { per_second: 1, burst: 30 };
        Self { failures, ..Self::new(5_000, 500) }
    }
}

impl Rates {
    /// So much of serving a second and so many other reads; a fifth of that of writes, and a twenty-fifth of what takes
    /// long. Four times as much at once after a rest. 0 is no limit.
    #[must_use]
    pub const fn new(serving: u32, other: u32) -> Self {
        Self {
            serving: Rate::per_second(serving),
            reads: Rate::per_second(other),
            writes: Rate::per_second(other.div_ceil(5)),
            expensive: Rate::per_second(other.div_ceil(25)),
            failures: Rate { per_second: 1, burst: 30 },
        }
    }
}

/// What is left of everybody's budgets.
#[derive(Debug)]
pub(crate) struct Budgets {
    serving: Buckets,
    reads: Buckets,
    writes: Buckets,
    expensive: Buckets,
    failures: Buckets,
    /// Tokens that were seen to hold, as hashes with a secret seed: what others get wrong never holds them back.
    known: Mutex<HashSet<u64>>,
    seed: RandomState,
}

impl Budgets {
    pub(crate) fn new(rates: Rates) -> Self {
        let buckets = |rate| Buckets::new(rate, MOST);
        Self {
            serving: buckets(rates.serving),
            reads: buckets(rates.reads),
            writes: buckets(rates.writes),
            expensive: buckets(rates.expensive),
            failures: buckets(rates.failures),
            known: Mutex::default(),
            seed: RandomState::new(),
        }
    }

    /// Pays for one call.
    ///
    /// # Errors
    /// `too_many_requests` naming the rule.
    pub(crate) fn pay(&self, who: &Principal, budget: Budget) -> AppResult<()> {
        let (buckets, what) = match budget {
            Budget::Serving => (&self.serving, "to serve"),
            Budget::Reads => (&self.reads, "to read"),
            Budget::Writes => (&self.writes, "to write"),
            Budget::Expensive => (&self.expensive, "for what takes long"),
        };
        let paid = match &who.actor {
            Actor::Token { id } => buckets.take(id.as_str(), 1, Instant::now()),
            other => buckets.take(other.to_string().as_str(), 1, Instant::now()),
        };
        paid.map_err(|wait| {
            let Rate { per_second, burst } = buckets.rate();
            let rule = format!(
                "one token may ask {per_second} times a second {what} on one node, and {burst} times at once after a rest"
            );
            AppError::new(Code::TooManyRequests, rule).wait(wait)
        })
    }

    /// Who holds a token that came from this address, where that is known.
    ///
    /// # Errors
    /// `unauthenticated`; `too_many_requests` without a look at the token, when too many did not hold.
    pub(crate) async fn recognise(
        &self,
        app: &Arc<App>,
        from: Option<IpAddr>,
        shown: &str,
    ) -> AppResult<Principal> {
        let hash = self.seed.hash_one(shown);
        // Guesses at one token do not hold back another, whoever comes from the same address.
        let guessed = from.map(|from| (network(from), token::issued_id(app, shown)));
        let wait = guessed.map_or(Duration::ZERO, |key| self.failures.wait(key, Instant::now()));
        if !wait.is_zero() && !self.known().contains(&hash) {
            let Rate { per_second, burst } = self.failures.rate();
            let rule = format!(
                "an address may show {burst} tokens that do not hold, and {per_second} more each second; this one showed \
                 more, and the token was not looked at"
            );
            return Err(AppError::new(Code::TooManyRequests, rule).wait(wait));
        }
        let found = token::authenticate(app, shown).await;
        match &found {
            Ok(_) => {
                let mut known = self.known();
                if known.len() >= MOST {
                    known.clear();
                }
                known.insert(hash);
            }
            Err(error) if error.code == Code::Unauthenticated => {
                self.known().remove(&hash);
                if let Some(key) = guessed {
                    // What does not fit any more is refused at the next try.
                    let _spent = self.failures.take(key, 1, Instant::now());
                }
            }
            Err(_) => {}
        }
        found
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashSet<u64>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The network of an address: whoever has one address of IPv6 has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(four) => IpAddr::V4(four),
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}
