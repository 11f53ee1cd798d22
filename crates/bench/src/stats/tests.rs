//! Medians and percentiles of known lists.

use std::time::Duration;

use super::{Times, median};

#[test]
fn the_median_is_in_the_middle() {
    assert_eq!(median(&[]).to_bits(), 0.0_f64.to_bits());
    assert_eq!(median(&[3.0, 1.0, 2.0]).to_bits(), 2.0_f64.to_bits());
    assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]).to_bits(), 2.5_f64.to_bits());
}

#[test]
fn a_percentile_is_one_of_the_times() {
    let mut times = Times::default();
    for n in (1..=100).rev() {
        times.push(Duration::from_micros(n));
    }
    assert_eq!(times.percentile(50.0), Duration::from_micros(50));
    assert_eq!(times.percentile(99.0), Duration::from_micros(99));
    assert_eq!(times.percentile(100.0), Duration::from_micros(100));
    assert_eq!(times.percentile(0.0), Duration::from_micros(1));
    assert_eq!(Times::default().percentile(99.0), Duration::ZERO);
}
