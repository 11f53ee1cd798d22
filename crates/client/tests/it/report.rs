//! The server is told which generation is applied, if it wants to know.

use std::sync::atomic::{AtomicU32, Ordering};

use cuelight_client::Connection;
use serde_json::{Value, json};

use crate::fake::{Fake, feed, ok, status};
use crate::follow::start;
use crate::world::{World, assert_generation, assert_wait};

#[test]
fn what_is_applied_is_reported_again_when_the_feed_was_opened_again() {
    let bundle = World::new().bundle();
    let feeds = AtomicU32::new(0);
    let fake = Fake::new(move |seen| match () {
        () if seen.line.contains("/bundle") => ok(&bundle),
        // The first feed ends at once.
        () if seen.line.contains("/feed") && feeds.fetch_add(1, Ordering::SeqCst) == 0 => {
            status(200, "content-type: text/event-stream\r\n")
        }
        () if seen.line.contains("/feed") => feed(""),
        () => status(204, ""),
    });
    let client = start(&fake, |o| o.name = Some("desk-7".into()));
    assert_wait(&client, |_| fake.seen("/feed").len() == 2 && fake.seen("/applied").len() >= 3);
    assert!(fake.seen("/feed").iter().all(|s| s.line.contains("/feed?client=desk-7 ")));
    for report in fake.seen("/applied") {
        assert!(report.line.starts_with("POST /api/v1/projects/acme/environments/development/applied "));
        let body: Value = serde_json::from_str(&report.body).expect("JSON");
        assert_eq!(body, json!({ "client": "desk-7", "generation": 1 }));
    }
}

#[test]
fn a_server_from_before_the_reports_is_asked_once_and_followed_all_the_same() {
    let world = World::new();
    let bundle = world.bundle();
    world.flip("1.1.0");
    let (next, turn) = (world.bundle(), AtomicU32::new(0));
    let fake = Fake::new(move |seen| match () {
        () if seen.line.contains("/bundle") => {
            ok(if turn.fetch_add(1, Ordering::SeqCst) == 0 { &bundle } else { &next })
        }
        () if seen.line.contains("/feed?") => status(400, ""),
        () if seen.line.contains("/feed") => feed("event: generation\ndata: {\"seq\":9999}\n\n"),
        () => status(404, ""),
    });
    let client = start(&fake, |_| {});
    assert_generation(&client, 2);
    assert_wait(&client, |s| s.connection == Connection::Feed && !fake.seen("/applied").is_empty());
    // Both reasons to report once more, a generation and a feed, have come by now.
    assert_eq!((fake.seen("/applied").len(), fake.seen("/feed?").len()), (1, 1));
}

#[test]
fn a_report_that_fails_is_sent_again_and_holds_nothing_up() {
    let bundle = World::new().bundle();
    let reports = AtomicU32::new(0);
    let fake = Fake::new(move |seen| match () {
        () if seen.line.contains("/bundle") => ok(&bundle),
        () if seen.line.contains("/feed") => feed(""),
        () if reports.fetch_add(1, Ordering::SeqCst) < 3 => status(503, ""),
        () => status(204, ""),
    });
    let client = start(&fake, |_| {});
    assert_generation(&client, 1);
    assert_wait(&client, |_| fake.seen("/applied").len() >= 4);
    assert!(client.status().last_error.is_none_or(|e| e.over));
}
