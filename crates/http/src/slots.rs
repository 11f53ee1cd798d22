//! How many requests are worked on at a time. Unlike a semaphore it has no queue, and so one number that all share and
//! nothing else.

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::state::HttpState;

/// Slots for so many. Alone on its lines of the processor's cache, for every request writes to it.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Slots {
    most: usize,
    taken: AtomicUsize,
}

/// A slot, until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot<'a>(&'a Slots);

/// A slot of [`HttpState`]'s requests, for work that outlives its request.
pub(crate) struct OwnedSlot(HttpState);

impl Slots {
    pub(crate) const fn new(most: usize) -> Self {
        Self { most, taken: AtomicUsize::new(0) }
    }

    /// A slot, unless all are taken.
    pub(crate) fn take(&self) -> Option<Slot<'_>> {
        let slot = Slot(self);
        // Whoever comes too late gives back what it counted.
        (self.taken.fetch_add(1, Ordering::Relaxed) < self.most).then_some(slot)
    }

    fn give_back(&self) {
        self.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Slot<'_> {
    /// The same, kept by the state that it belongs to.
    pub(crate) fn owned(self, state: HttpState) -> OwnedSlot {
        debug_assert!(std::ptr::eq(self.0, &state.requests));
        mem::forget(self);
        OwnedSlot(state)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

impl Drop for OwnedSlot {
    fn drop(&mut self) {
        self.0.requests.give_back();
    }
}

#[cfg(test)]
mod tests;
