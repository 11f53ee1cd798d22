//! Processes that are killed in the middle of their work: the test binary, started again with one test selected.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of it runs in tests only, and what fails here fails the test"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The child's way to say that everything up to this position was acknowledged to it.
///
/// # Panics
/// When the parent no longer listens.
pub fn acknowledge(position: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ack {position}").unwrap();
    out.flush().unwrap();
}

/// How much more than in an ordinary run is done: what `cargo xtask torture --dose N` asks for, 1 otherwise.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "tests have no arguments of their own")]
pub fn dose() -> u64 {
    std::env::var("CUELIGHT_TORTURE").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// The command that runs one test of this binary in a process of its own.
///
/// # Panics
/// When this binary cannot be found.
#[must_use]
pub fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Starts a child and kills it, so many times, each at another moment: some while they start, some after they have
/// acknowledged something. After each, `after` gets the number of the cycle and the last position acknowledged, 0 if none.
///
/// # Panics
/// When a child acknowledges nothing in half a minute.
pub fn kill_again_and_again(
    cycles: u64,
    mut start: impl FnMut() -> Command,
    mut after: impl FnMut(u64, u64),
) {
    for cycle in 0..cycles {
        let mut child = start().spawn().unwrap();
        let acknowledged = Arc::new(AtomicU64::new(0));
        let out = BufReader::new(child.stdout.take().unwrap());
        let listener = std::thread::spawn({
            let acknowledged = acknowledged.clone();
            move || {
                for line in out.lines().map_while(Result::ok) {
                    if let Some(position) = line.strip_prefix("ack ") {
                        acknowledged.store(position.parse().unwrap(), Ordering::SeqCst);
                    }
                }
            }
        });
        if cycle % 5 != 0 {
            let waited = Instant::now();
            while acknowledged.load(Ordering::SeqCst) == 0 {
                assert!(waited.elapsed() < Duration::from_secs(30), "the child writes nothing");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        // Not random, so that a failure comes again; 7919 is prime, so that the moments spread.
        std::thread::sleep(Duration::from_micros(cycle * 7919 % 40_000));
        child.kill().unwrap();
        child.wait().unwrap();
        listener.join().unwrap();
        after(cycle, acknowledged.load(Ordering::SeqCst));
    }
}
