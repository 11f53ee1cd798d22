//! How often one token may ask, kind by kind; and how often one address may show tokens that do not hold.

use std::net::IpAddr;
use std::sync::Arc;

use cuelight_app::token::Shown;
use cuelight_app::{App, AppError, AppResult, Buckets, Code, Guesses, Principal, Rate, network};
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
    guesses: Guesses,
}

impl Budgets {
    pub(crate) fn new(rates: Rates) -> Self {
        let buckets = |rate| Buckets::new(rate, MOST);
        Self {
            serving: buckets(rates.serving),
            reads: buckets(rates.reads),
            writes: buckets(rates.writes),
            expensive: buckets(rates.expensive),
            guesses: Guesses::new(rates.failures, MOST, ("token", "tokens")),
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
            Actor::Token { id } => buckets.take(&**id, 1, Instant::now()),
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
        // Guesses at one token do not hold back another, whoever comes from the same address.
        let token = Shown::new(app, shown);
        let from = from.map(|from| (network(from), token.issued_id()));
        self.guesses.check(from, shown)?;
        let found = token.authenticate(app).await;
        match &found {
            Ok(_) => self.guesses.held(shown),
            Err(error) if error.code == Code::Unauthenticated => self.guesses.failed(from, shown),
            Err(_) => {}
        }
        found
    }
}
