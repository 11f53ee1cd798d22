//! Buckets against a count by hand.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::{Buckets, Rate};

fn at(buckets: &Buckets, millis: u64) -> Instant {
    buckets.began + Duration::from_millis(millis)
}

#[test]
fn a_rest_fills_the_bucket_and_no_more() {
    let buckets = Buckets::new(Rate { per_second: 10, burst: 3 }, 100);
    for _ in 0..3 {
        assert_eq!(buckets.take("a", 1, at(&buckets, 0)), Ok(()));
    }
    assert_eq!(buckets.take("a", 1, at(&buckets, 0)), Err(Duration::from_millis(100)));
    assert_eq!(buckets.wait("a", at(&buckets, 40)), Duration::from_millis(60));
    assert_eq!(buckets.take("b", 1, at(&buckets, 0)), Ok(()), "another key has its own");
    assert_eq!(buckets.take("a", 1, at(&buckets, 100)), Ok(()));
    assert_eq!(buckets.take("a", 1, at(&buckets, 100)), Err(Duration::from_millis(100)));
    let later = (0..100).filter(|_| buckets.take("a", 1, at(&buckets, 1_000_000)).is_ok()).count();
    assert_eq!(later, 3);
}

#[test]
fn what_costs_more_than_the_bucket_holds_waits_for_a_full_one() {
    let buckets = Buckets::new(Rate { per_second: 10, burst: 3 }, 100);
    assert_eq!(buckets.take("a", 5, at(&buckets, 0)), Ok(()));
    assert_eq!(buckets.take("a", 5, at(&buckets, 100)), Err(Duration::from_millis(400)));
    assert_eq!(buckets.take("a", 5, at(&buckets, 500)), Ok(()));
}

#[test]
fn a_rate_of_nothing_is_no_limit() {
    let buckets = Buckets::new(Rate::per_second(0), 1);
    assert!((0..1_000).all(|n| buckets.take(n % 3, 1, at(&buckets, 0)).is_ok()));
    assert!(buckets.is_empty());
}

#[test]
fn memory_is_bounded_and_full_buckets_are_forgotten() {
    let buckets = Buckets::new(Rate { per_second: 1, burst: 1 }, 2_000);
    let taken = (0..10_000).filter(|n| buckets.take(n, 1, at(&buckets, 0)).is_ok()).count();
    assert_eq!(taken, 2_001, "those who come too late share one bucket");
    assert!(buckets.len() <= 2_001);
    assert!((0..10_000).all(|n| buckets.wait(n, at(&buckets, 1_000)).is_zero()));
    assert_eq!(buckets.take("new", 1, at(&buckets, 1_000)), Ok(()));
    assert!(buckets.len() < 10, "{}", buckets.len());
}

proptest! {
    /// In no stretch of time more goes through than the burst and what the stretch fills; and whoever waits as long as
    /// told gets through.
    #[test]
    fn never_more_than_the_rate(
        steps in proptest::collection::vec((0_u64..400, 1_u32..4), 1..200),
        per_second in 1_u32..50,
        burst in 4_u32..20,
    ) {
        let buckets = Buckets::new(Rate { per_second, burst }, 10);
        let (mut now, mut passed) = (0, Vec::new());
        for (pause, cost) in steps {
            now += pause;
            match buckets.take("a", cost, at(&buckets, now)) {
                Ok(()) => passed.push((now, cost)),
                Err(wait) => {
                    let then = at(&buckets, now) + wait;
                    prop_assert!(wait > Duration::ZERO);
                    prop_assert_eq!(buckets.take("a", cost, then - Duration::from_nanos(1)).is_err(), true);
                    prop_assert_eq!(buckets.take("a", cost, then), Ok(()));
                    now = u64::try_from((then - at(&buckets, 0)).as_millis()).unwrap() + 1;
                    passed.push((now, cost));
                }
            }
        }
        for (i, (from, _)) in passed.iter().enumerate() {
            let mut sum = 0_u64;
            for (to, cost) in &passed[i..] {
                sum += u64::from(*cost);
                let filled = (to - from + 2) * u64::from(per_second) / 1_000;
                prop_assert!(sum <= u64::from(burst) + filled + 1, "{sum} between {from} and {to}");
            }
        }
    }
}
