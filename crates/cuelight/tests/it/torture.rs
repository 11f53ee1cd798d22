//! Faults of whole servers: a full disk, clients that all come back at once, an end in the middle of the work.

mod disk;
mod ending;
mod small_disk;
mod storm;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::nodes::api::Api;

/// Reads until told to stop: every read is answered. Gives how many, and the longest that one took.
fn read_on(api: &Api, stop: &AtomicBool) -> (usize, Duration) {
    let (mut reads, mut slowest) = (0, Duration::ZERO);
    while !stop.load(Ordering::SeqCst) {
        let began = Instant::now();
        let answer = api.resolve();
        assert_eq!(answer.status, Some(200), "after {reads} reads: {answer:?}");
        slowest = slowest.max(began.elapsed());
        reads += 1;
        std::thread::sleep(Duration::from_millis(4));
    }
    (reads, slowest)
}
