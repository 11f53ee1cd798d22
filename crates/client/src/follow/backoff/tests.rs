//! Pauses grow, keep what was asked for, and differ between clients.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Backoff;
use crate::jitter::Jitter;

const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(15);

#[test]
fn pauses_grow_to_the_longest_and_begin_again() {
    let jitter = Jitter::new();
    let mut backoff = Backoff::new(SHORTEST, LONGEST);
    for expected in [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000] {
        let expected = Duration::from_millis(expected);
        let pause = backoff.pause(&jitter, None);
        assert!((expected..expected * 3 / 2).contains(&pause), "{pause:?} for {expected:?}");
    }
    for _ in 0..100 {
        assert!(backoff.pause(&jitter, None) < LONGEST * 3 / 2);
    }
    backoff.well();
    assert!(backoff.pause(&jitter, None) < SHORTEST * 3 / 2);
}

#[test]
fn what_the_server_asks_for_is_kept() {
    let jitter = Jitter::new();
    let mut backoff = Backoff::new(SHORTEST, LONGEST);
    backoff.told(Duration::from_secs(2));
    assert!(backoff.pause(&jitter, None) >= Duration::from_secs(2));
    assert!(backoff.pause(&jitter, Some(Duration::from_secs(60))) >= Duration::from_secs(60));
    backoff.told(Duration::from_secs(40));
    assert!(backoff.pause(&jitter, None) >= Duration::from_secs(40));
}

#[test]
fn clients_do_not_come_back_at_the_same_moment() {
    let first = || Backoff::new(SHORTEST, LONGEST).pause(&Jitter::new(), None);
    let pauses: BTreeSet<Duration> = (0..100).map(|_| first()).collect();
    assert!(pauses.len() > 90, "only {} different pauses", pauses.len());
    let (least, most) = (pauses.first().expect("some"), pauses.last().expect("some"));
    assert!(*most - *least > SHORTEST / 4, "between {least:?} and {most:?}");
}
