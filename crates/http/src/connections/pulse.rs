//! What one connection is doing, told by its parts and looked at now and then: at rest, sending a head, being
//! answered, or not reading.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::Version;
use tokio::time::Instant;

use crate::state::Limits;

/// What a connection is doing. Instants are milliseconds from its beginning, plus one; zero is none.
#[derive(Debug)]
pub(super) struct Pulse {
    began: Instant,
    /// Speaks HTTP/2: bytes may come without a request in them.
    two: AtomicBool,
    /// Requests whose answers have not ended.
    open: AtomicUsize,
    /// Since when there is no request, when there was one.
    rest: AtomicU64,
    /// When the first byte came that belongs to no request yet.
    heard: AtomicU64,
    /// Since when the socket takes nothing.
    blocked: AtomicU64,
}

/// What follows from a look.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing until the next look.
    Fine(Instant),
    /// Nobody has asked for anything for long: it may end in peace.
    AtRest,
    /// It is cut, for this reason.
    Cut(&'static str),
}

/// A request whose answer has not ended.
pub(super) struct Begun(Arc<Pulse>);

impl Pulse {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            two: AtomicBool::new(false),
            open: AtomicUsize::new(0),
            rest: AtomicU64::new(0),
            // The first request is waited for as if it had begun.
            heard: AtomicU64::new(1),
            blocked: AtomicU64::new(0),
        }
    }

    /// A request has come in whole, but for its body.
    pub(super) fn begin(self: Arc<Self>, version: Version) -> Begun {
        if version == Version::HTTP_2 {
            self.speaks_two();
        }
        self.open.fetch_add(1, Ordering::AcqRel);
        self.heard.store(0, Ordering::Release);
        Begun(self)
    }

    /// It speaks HTTP/2.
    pub(super) fn speaks_two(&self) {
        if !self.two.swap(true, Ordering::AcqRel) {
            self.rest.store(self.now(), Ordering::Release);
            self.heard.store(0, Ordering::Release);
        }
    }

    /// Bytes came in.
    pub(super) fn heard(&self) {
        let counts = self.heard.load(Ordering::Acquire) == 0
            && self.open.load(Ordering::Acquire) == 0
            && !self.two.load(Ordering::Acquire);
        if counts {
            self.heard.store(self.now(), Ordering::Release);
        }
    }

    /// The socket takes nothing.
    pub(super) fn blocked(&self) {
        if self.blocked.load(Ordering::Acquire) == 0 {
            self.blocked.store(self.now(), Ordering::Release);
        }
    }

    /// The socket takes what there is.
    pub(super) fn flows(&self) {
        if self.blocked.load(Ordering::Acquire) != 0 {
            self.blocked.store(0, Ordering::Release);
        }
    }

    /// When to look first.
    pub(super) fn first_look(&self, limits: &Limits) -> Instant {
        self.began + limits.head.min(limits.stall).min(limits.rest)
    }

    /// What it has come to.
    pub(super) fn look(&self, limits: &Limits, now: Instant) -> Verdict {
        let ends = |since: &AtomicU64, limit: Duration| {
            let since = since.load(Ordering::Acquire).checked_sub(1)?;
            Some(self.began + Duration::from_millis(since) + limit)
        };
        // Whatever begins after this look is seen by the next.
        let mut next = now + limits.head.min(limits.stall).min(limits.rest);
        if let Some(end) = ends(&self.blocked, limits.stall) {
            if end <= now {
                return Verdict::Cut("the client does not read");
            }
            next = next.min(end);
        }
        if self.open.load(Ordering::Acquire) == 0 {
            if let Some(end) = ends(&self.heard, limits.head) {
                if end <= now {
                    return Verdict::Cut("the head of a request took too long");
                }
                next = next.min(end);
            } else if let Some(end) = ends(&self.rest, limits.rest) {
                if end <= now {
                    return Verdict::AtRest;
                }
                next = next.min(end);
            }
        }
        Verdict::Fine(next)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let pulse = &self.0;
        pulse.rest.store(pulse.now(), Ordering::Release);
        pulse.open.fetch_sub(1, Ordering::AcqRel);
    }
}
