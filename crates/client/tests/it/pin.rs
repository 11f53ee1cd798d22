//! A conversation stays with its generation as long as it is held.

use cuelight_client::{Client, Keep, Options, Pin};

use crate::world::{LEAD, World, ask, assert_generation};

#[test]
fn a_pin_answers_alike_across_releases_and_says_when_it_is_gone() {
    let world = World::new();
    let keep = Keep { generations: 2, ..Keep::default() };
    let client = Client::start(Options { keep, ..world.options() }).expect("good options");
    assert_generation(&client, 1);
    let pin = client.pin().expect("a generation");
    let first = client.resolve(&ask(LEAD)).expect("an answer");
    // As it would be stored with the conversation.
    let text = serde_json::to_string(&pin).expect("JSON");
    let pin: Pin = serde_json::from_str(&text).expect("a pin");
    for (generation, version) in [(2, "1.1.0"), (3, "1.0.0")] {
        world.flip(version);
        assert_generation(&client, generation);
        let again = client.at(&pin).expect("held").resolve(&ask(LEAD)).expect("an answer");
        assert_eq!(again, first);
        assert_eq!(client.resolve(&ask(LEAD)).expect("an answer").generation, generation);
    }
    let view = client.at(&pin).expect("held");
    world.flip("1.1.0");
    assert_generation(&client, 4);
    let gone = client.at(&pin).expect_err("not held any more");
    assert_eq!(gone.code(), "pin_gone");
    assert_eq!(
        gone.to_string(),
        format!("generation 1 ({}) is not held any more; the newest is 4", pin.digest)
    );
    // The caller's decision.
    let newest = client.at(&pin).or_else(|_| client.now()).expect("the newest");
    assert_eq!(newest.generation(), 4);
    // Whoever has it in hand keeps it.
    assert_eq!(view.resolve(&ask(LEAD)).expect("an answer"), first);
    assert_eq!(client.status().held.iter().map(|p| p.generation).collect::<Vec<_>>(), [4, 3, 2]);
}

#[test]
fn the_past_is_bounded_by_bytes_too() {
    let world = World::new();
    let size = world.bundle().len();
    let keep = Keep { bytes: 2 * size + size / 2, generations: 100 };
    let client = Client::start(Options { keep, ..world.options() }).expect("good options");
    assert_generation(&client, 1);
    for i in 0..6 {
        assert_generation(&client, world.flip(["1.1.0", "1.0.0"][i % 2]));
    }
    assert_eq!(client.status().held.iter().map(|p| p.generation).collect::<Vec<_>>(), [7, 6, 5]);
    let none = Client::start(Options { keep: Keep { bytes: 0, generations: 0 }, ..world.options() });
    let none = none.expect("good options");
    assert_generation(&none, 7);
    assert_generation(&none, world.flip("1.1.0"));
    assert_eq!(none.status().held.len(), 1);
}

#[test]
fn a_pin_survives_a_restart_while_its_generation_is_the_newest() {
    let world = World::new();
    let folder = tempfile::TempDir::new().expect("a folder");
    let options = || Options { disk: Some(folder.path().to_owned()), ..world.options() };
    let client = Client::start(options()).expect("good options");
    assert_generation(&client, 1);
    let pin = client.pin().expect("a generation");
    client.shutdown();
    let client = Client::start(options()).expect("good options");
    assert!(client.at(&pin).is_ok());
    // The same number is not enough.
    let other = Pin { digest: cuelight_artifact::Digest::of_bytes(b"another bundle"), ..pin };
    assert_eq!(client.at(&other).expect_err("another one").code(), "pin_gone");
}
