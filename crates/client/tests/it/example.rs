//! The example application, compiled and run: it survives the end of its server.

use std::time::Duration;

use cuelight_client::{Client, Connection, Options};

use crate::world::{LEAD, World, assert_generation, assert_wait};

#[allow(dead_code, reason = "its `main` is run by people")]
#[path = "../../../../examples/client/support-desk.rs"]
mod desk;

/// What one more question prints.
fn question(conversation: &mut desk::Conversation, client: &Client) -> Vec<String> {
    let mut out = Vec::new();
    conversation.question(client, Some(LEAD), &mut out).expect("it is printed");
    String::from_utf8(out).expect("UTF-8").lines().map(str::to_owned).collect()
}

#[test]
fn the_desk_answers_through_releases_the_servers_end_and_its_own_restart() {
    let world = World::new();
    let folder = tempfile::TempDir::new().expect("a folder");
    let options = || Options { disk: Some(folder.path().to_owned()), ..world.options() };
    let client = Client::start(options()).expect("good options");
    assert_wait(&client, |s| s.connection == Connection::Feed);
    let mut conversation = desk::Conversation::default();
    assert_eq!(
        question(&mut conversation, &client),
        [
            "sales/qualify-lead 1.0.0 (generation 1, stable, from server): Greet Ada in a warm tone.",
            "  conversation: generation 1; server: Feed",
        ]
    );
    assert_generation(&client, world.flip("1.1.0"));
    assert_eq!(
        question(&mut conversation, &client),
        [
            "sales/qualify-lead 1.1.0 (generation 2, stable, from server): Greet Ada in a warm tone.",
            "  conversation: generation 1; server: Feed",
        ]
    );
    world.kill();
    assert_wait(&client, |s| s.connection == Connection::Away);
    let said = question(&mut conversation, &client);
    assert!(
        said[0].starts_with("sales/qualify-lead 1.1.0 (generation 2, stable, from server): "),
        "{said:?}"
    );
    assert!(said[1].starts_with("  conversation: generation 1; server: Away; http://127.0.0.1:"), "{said:?}");
    client.shutdown();
    // The whole application again, with nothing but its folder.
    let desk = desk::Desk { options: options(), questions: 2, prompt: None, pause: Duration::ZERO };
    let mut out = Vec::new();
    desk::open(desk, &mut out).expect("it runs");
    let out = String::from_utf8(out).expect("UTF-8");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "open: Client(acme, development, generation 2)");
    assert_eq!(lines[1], "sales/outreach 1.1.0 (generation 2, stable, from disk): Greet Ada in a warm tone.");
    assert_eq!(lines.len(), 5, "{out}");
}
