//! A bad network between a server and its database: slow, silent, broken again and again.

use std::time::{Duration, Instant};

use cuelight_testkit::proxy::{Cut, Proxy, Way};

use super::two::{SOON, Two};
use super::{dose, until};
use crate::kill::Moments;

#[test]
fn slow() {
    let mut two = Two::start();
    let slow_down = |proxy: &Proxy, by: Duration| {
        for way in [Way::ToServer, Way::ToClient] {
            proxy.delay(way, by, by / 2);
        }
    };
    for round in 0..2 * dose() {
        let before = two.counts();
        let mut took = Duration::ZERO;
        let [straight, behind] = two.work(round, |around| {
            slow_down(&around.proxy, Duration::from_millis(50));
            let began = Instant::now();
            while began.elapsed() < Duration::from_secs(2) {
                took = took.max(around.caught_up());
            }
            // Everything that was acknowledged is looked at again: that need not be slow.
            slow_down(&around.proxy, Duration::ZERO);
        });
        let after = two.counts();
        assert_eq!((straight.stale, behind.stale), (0, 0));
        assert_eq!(after.2, 0, "answers were lost");
        assert!(took < SOON, "{took:?}");
        println!(
            "{} commands, {} refused; a generation took at most {took:?}",
            after.0 - before.0,
            after.1 - before.1
        );
    }
}

/// Nothing comes through for a while; `end` ends that.
fn silent(first: usize, end: impl Fn(&Proxy)) {
    let mut two = Two::start();
    for round in 0..dose() {
        let before = two.counts();
        let mut took = Duration::ZERO;
        let [straight, behind] = two.work(first + round, |around| {
            let api = around.api(&around.behind);
            std::thread::sleep(Duration::from_millis(300));
            around.proxy.stall();
            let began = Instant::now();
            until("an answer that says so", || api.resolve().stale.is_some());
            // A write that hangs is given up after three seconds, and looked for as long again: whatever is silent for
            // less may come right with no write refused.
            std::thread::sleep(Duration::from_secs(8).saturating_sub(began.elapsed()));
            end(&around.proxy);
            took = around.caught_up();
            std::thread::sleep(Duration::from_millis(300));
        });
        let after = two.counts();
        println!(
            "{} commands, {} refused; served again after {took:?}; the slowest of {} reads took {:?}",
            after.0 - before.0,
            after.1 - before.1,
            behind.reads,
            behind.slowest
        );
        assert!(after.1 > before.1, "no write was refused");
        assert_eq!(after.2, 0, "writes that nobody answered");
        assert!(behind.stale > 0 && straight.stale == 0, "{straight:?} {behind:?}");
        // A read that waits for the database, which takes three seconds to be given up, is not one from memory.
        assert!(behind.slowest < Duration::from_millis(2_500), "{behind:?}");
        assert!(took < SOON, "{took:?}");
    }
}

#[test]
fn silent_and_then_everything_arrives() {
    silent(0, Proxy::go_on);
}

#[test]
fn silent_and_then_broken() {
    silent(1, |proxy| {
        proxy.cut();
        proxy.go_on();
    });
}

#[test]
fn broken_again_and_again() {
    let mut two = Two::start();
    let mut moments = Moments(0x5eed_4444_5555_6667);
    for round in 0..2 * dose() {
        let cuts = two.around.proxy.cuts();
        two.work(round, |around| {
            let began = Instant::now();
            while began.elapsed() < Duration::from_secs(2) {
                match moments.below(3) {
                    0 => around.proxy.cut(),
                    1 => around.proxy.cut_at(Cut::Before),
                    _ => around.proxy.cut_at(Cut::After),
                }
                moments.wait(Duration::from_millis(200));
            }
        });
        assert_eq!(two.counts().2, 0, "writes that nobody answered");
        assert!(two.around.proxy.cuts() > cuts, "no commit was cut");
    }
    println!(
        "{:?} commands acknowledged, refused, lost; {} commits cut",
        two.counts(),
        two.around.proxy.cuts()
    );
}
