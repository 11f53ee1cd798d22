//! Counts what a rendering uses and stops it at the limits. Shared by both renderers.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};

use crate::limits::{Deadline, LimitKind, Limits};

/// What a comparison costs at least, in the bytes of [`Limits::compared_bytes`]: about as long as looking at so many.
pub(crate) const COMPARISON: usize = 64;

/// How many events pass between two looks at the deadline.
const EVENTS_PER_LOOK: usize = 64;

/// The counters of one rendering. Atomic because the engine wants its objects to be shareable; only one thread
/// counts.
#[derive(Debug)]
pub(crate) struct Meter {
    limits: Limits,
    deadline: Option<Deadline>,
    iterations: AtomicUsize,
    filter_bytes: AtomicUsize,
    compared_bytes: AtomicUsize,
    output_bytes: AtomicUsize,
    events: AtomicUsize,
    /// The first limit reached: its place in [`KINDS`] plus one, or 0.
    tripped: AtomicU8,
}

const KINDS: [LimitKind; 5] = [
    LimitKind::Iterations,
    LimitKind::FilterBytes,
    LimitKind::ComparedBytes,
    LimitKind::OutputBytes,
    LimitKind::Deadline,
];

/// A limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tripped(pub(crate) LimitKind);

impl Meter {
    pub(crate) fn new(limits: Limits, deadline: Option<Deadline>) -> Self {
        Self {
            limits,
            deadline,
            iterations: AtomicUsize::new(0),
            filter_bytes: AtomicUsize::new(0),
            compared_bytes: AtomicUsize::new(0),
            output_bytes: AtomicUsize::new(0),
            events: AtomicUsize::new(0),
            tripped: AtomicU8::new(0),
        }
    }

    /// The first limit reached, if one was.
    pub(crate) fn tripped(&self) -> Option<LimitKind> {
        match self.tripped.load(Relaxed) {
            0 => None,
            n => KINDS.get(usize::from(n) - 1).copied(),
        }
    }

    /// One more pass through a loop body.
    pub(crate) fn iteration(&self) -> Result<(), Tripped> {
        self.count(&self.iterations, 1, self.limits.iterations, 0)
    }

    /// A filter is about to produce, or has produced, so many bytes.
    pub(crate) fn filter(&self, bytes: usize) -> Result<(), Tripped> {
        self.count(&self.filter_bytes, bytes, self.limits.filter_bytes, 1)
    }

    /// A comparison is about to look at so many bytes.
    pub(crate) fn compare(&self, bytes: usize) -> Result<(), Tripped> {
        self.count(&self.compared_bytes, bytes, self.limits.compared_bytes, 2)
    }

    /// So many bytes are about to be written.
    pub(crate) fn output(&self, bytes: usize) -> Result<(), Tripped> {
        self.count(&self.output_bytes, bytes, self.limits.output_bytes, 3)
    }

    fn count(&self, counter: &AtomicUsize, by: usize, limit: usize, kind: u8) -> Result<(), Tripped> {
        let total = counter.load(Relaxed).saturating_add(by);
        counter.store(total, Relaxed);
        if total > limit {
            return Err(self.trip(kind));
        }
        let Some(deadline) = &self.deadline else { return Ok(()) };
        let events = self.events.load(Relaxed);
        self.events.store(events.wrapping_add(1), Relaxed);
        if events.is_multiple_of(EVENTS_PER_LOOK) && deadline.expired() { Err(self.trip(4)) } else { Ok(()) }
    }

    fn trip(&self, kind: u8) -> Tripped {
        if self.tripped.load(Relaxed) == 0 {
            self.tripped.store(kind + 1, Relaxed);
        }
        Tripped(self.tripped().unwrap_or(LimitKind::Deadline))
    }
}
