//! A server whose process is stopped in its tracks, as by a machine that swaps or a debugger, and goes on later.

use std::time::{Duration, Instant};

use super::two::{SOON, Two};
use super::{dose, until};
use crate::feeds::Feeds;
use crate::support::{cuelight, run};

#[test]
fn a_server_that_was_stopped_goes_on_where_the_others_are() {
    let mut two = Two::start();
    let token = two.around.token.clone();
    let open = || Feeds::open(&two.around.behind.url, &token, 20);
    let (stays, moves) = (open(), open());
    for round in 0..dose() {
        moves.move_to(&two.around.behind.url);
        let mut took = Duration::ZERO;
        let [straight, behind] = two.work(round, |around| {
            std::thread::sleep(Duration::from_millis(300));
            around.behind.signal("STOP");
            let began = Instant::now();
            // These clients have given up; the others just wait.
            moves.move_to(&around.straight.url);
            let api = around.api(&around.straight);
            let state = || {
                let found = api.get("/api/v1/nodes").body;
                let all = found.as_array().cloned().unwrap_or_default();
                all.into_iter().find(|n| n["address"] == around.behind.url).expect("it is in the list")
            };
            until("it is late", || state()["projects"][0]["behind"].as_u64() > Some(0));
            let mut nodes = cuelight();
            nodes.env("CUELIGHT_URL", &around.straight.url).env("CUELIGHT_TOKEN", &token);
            let told = run(nodes, &["nodes"]);
            assert_eq!(told.code, 2, "{}", told.show());
            if dose() > 1 {
                until("it is gone", || state()["alive"] == false);
            }
            std::thread::sleep(Duration::from_secs(5).saturating_sub(began.elapsed()));
            around.behind.signal("CONT");
            took = around.caught_up();
            until("it is on the list again", || state()["alive"] == true);
        });
        assert!(took < SOON, "{took:?}");
        assert_eq!(straight.stale, 0);
        println!("served again after {took:?}, {behind:?}, {:?} acknowledged, refused, lost", two.counts());
        let newest = two.around.api(&two.around.straight).generation().expect("a generation");
        for feeds in [&stays, &moves] {
            feeds.all_have(newest, Duration::from_secs(20));
        }
    }
    assert_eq!(two.counts().2, 0, "writes that nobody answered");
    println!("{}; {}", stays.end(), moves.end());
}
