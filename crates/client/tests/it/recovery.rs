//! The installation goes on from a backup while a client follows: numbers are given anew, and the client neither keeps what
//! was lost nor misses what comes.

use std::time::Duration;

use cuelight_client::{Client, Connection, Options};

use crate::fake::{Fake, feed, ok, status};
use crate::follow::start;
use crate::world::{LEAD, World, ask, assert_generation, assert_wait};

#[test]
fn a_client_follows_into_the_next_epoch() {
    let mut world = World::new();
    let options = world.options();
    // Only the feed can be quick enough.
    let pace = cuelight_client::Pace {
        refresh: Duration::from_secs(600),
        regress: Duration::from_secs(600),
        ..options.pace
    };
    let client = Client::start(Options { pace, ..options }).expect("good options");
    assert_wait(&client, |s| s.connection == Connection::Feed);
    assert_generation(&client, 1);
    let backup = world.run(world.test.backup()).expect("a backup");
    // Both will be lost, and their numbers given again.
    world.flip("1.1.0");
    assert_generation(&client, world.flip("1.0.0"));
    assert_generation(&client, world.flip("1.1.0"));
    let lost = client.status();

    world.stop();
    world.test = world.run(world.test.restored(backup)).expect("the backup, on record");
    world.start();
    // Not what was lost, and not only when everything else has been tried.
    assert_generation(&client, 1);
    assert_eq!(client.resolve(&ask(LEAD)).expect("an answer").version.to_string(), "1.0.0");
    assert_wait(&client, |s| s.connection == Connection::Feed);
    // Entry and generation are lower than those of before.
    assert_generation(&client, world.flip("1.1.0"));
    assert_eq!(client.resolve(&ask(LEAD)).expect("an answer").version.to_string(), "1.1.0");
    assert_eq!(client.status().applied, lost.applied + 2);
    // Away for one release: it is told when the feed is there again, and nothing is applied twice.
    world.stop();
    let missed = world.flip("1.0.0");
    world.start();
    assert_generation(&client, missed);
    assert_wait(&client, |s| s.connection == Connection::Feed);
    assert_generation(&client, world.flip("1.1.0"));
    assert_eq!(client.status().applied, lost.applied + 4);
    assert_eq!(client.status().refused, 0);
}

/// An event of a new epoch is news although its entry has a lower number, and one whose bundle does not name the epoch
/// yet does not keep the client busy.
#[test]
fn an_event_of_another_epoch_is_looked_at_once() {
    let world = World::new();
    let bundle = world.bundle();
    let seq = serde_json::from_slice::<serde_json::Value>(&bundle).expect("JSON")["seq"].clone();
    let news = format!("event: generation\nid: 1.{seq}\ndata: {{\"seq\":{seq},\"generation\":1}}\n\n");
    let fake = Fake::new(move |seen| match () {
        () if seen.line.contains("/bundle") => ok(&bundle),
        () if seen.line.contains("/feed") => feed(&news),
        () => status(404, ""),
    });
    let client = start(&fake, |o| o.pace.silence = Duration::from_millis(300));
    assert_generation(&client, 1);
    // The next feed is asked for after the silence.
    assert_wait(&client, |_| fake.seen("/feed").len() >= 2);
    let asked = fake.seen("/bundle").len();
    assert!(
        (2..=4).contains(&asked),
        "{asked}: at the start, for the event, and before the feed was opened again"
    );
}
