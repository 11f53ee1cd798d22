//! Names a step before it runs and says how long it took, so that a log shows where it stopped.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Runs `work` under `name`; an error names the step.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {name}");
    let started = Instant::now();
    let result = work();
    let took = seconds(started.elapsed());
    if result.is_ok() {
        println!("<== {name}: {took}");
    }
    result.with_context(|| format!("step `{name}` failed after {took}"))
}

/// `0.4 s`, `75.0 s`.
fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
