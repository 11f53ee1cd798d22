//! The feed: replay, news, heartbeats, and its ends.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use cuelight_core::rights::Role;
use cuelight_http::Limits;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::world::{P, World};

/// A feed being read.
struct Reader {
    body: Body,
    text: String,
}

/// What comes out of a feed.
#[derive(Debug, PartialEq)]
enum Message {
    Event { name: String, id: String, data: Value },
    Retry(u64),
    Comment,
    End,
}

impl Reader {
    async fn open(world: &World, query: &str) -> Self {
        Self::with(world, query, &world.test.admin, None).await
    }

    async fn with(world: &World, query: &str, token: &str, last: Option<&str>) -> Self {
        let mut ask = world.get(&format!("{P}/environments/development/feed{query}")).token(token);
        if let Some(last) = last {
            ask = ask.header("last-event-id", last);
        }
        let response = ask.open().await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-cache");
        Self { body: response.into_body(), text: String::new() }
    }

    async fn next(&mut self) -> Message {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let message = parse(message);
                self.text = rest.to_owned();
                return message;
            }
            let frame = tokio::time::timeout(Duration::from_secs(10), self.body.frame()).await;
            match frame.expect("something comes within ten seconds") {
                None => return Message::End,
                Some(frame) => {
                    let data = frame.expect("a frame").into_data().expect("data");
                    self.text.push_str(std::str::from_utf8(&data).expect("UTF-8"));
                }
            }
        }
    }

    /// The next generation, whatever else comes.
    async fn generation(&mut self) -> Option<(u64, String)> {
        loop {
            match self.next().await {
                Message::Event { name, id, data } => {
                    assert_eq!((name.as_str(), &data["seq"].to_string()), ("generation", &id));
                    return Some((data["generation"].as_u64().expect("a number"), id));
                }
                Message::End => return None,
                Message::Retry(_) | Message::Comment => {}
            }
        }
    }
}

fn parse(text: &str) -> Message {
    let (mut name, mut id, mut data) = (String::new(), String::new(), String::new());
    for line in text.lines() {
        match line.split_once(':').map(|(k, v)| (k, v.trim_start())) {
            Some(("event", v)) => name = v.into(),
            Some(("id", v)) => id = v.into(),
            Some(("data", v)) => data = v.into(),
            Some(("retry", v)) => return Message::Retry(v.parse().expect("a number")),
            Some(("", _)) => return Message::Comment,
            other => panic!("{other:?}"),
        }
    }
    Message::Event { name, id, data: serde_json::from_str(&data).expect("JSON") }
}

#[tokio::test]
async fn a_feed_begins_with_what_is_live_and_goes_on_with_what_comes() {
    let world = World::new().await;
    let mut reader = Reader::open(&world, "").await;
    assert!(matches!(reader.next().await, Message::Retry(ms) if (1_000..3_000).contains(&ms)));
    assert_eq!(reader.generation().await.map(|(g, _)| g), Some(2));
    world.flip("1.0.0").await;
    let Message::Event { data, .. } = reader.next().await else { panic!("an event") };
    assert_eq!((&data["generation"], &data["environment"]), (&json!(3), &json!("development")));
    assert_eq!(data["changes"][0]["version"], "1.0.0");
    // Another environment's news are not this feed's.
    let body = json!({ "environment": "staging", "items": [{ "do": "remove", "prompt": "support/answer" }] });
    world.post(&format!("{P}/releases"), &body).send().await.expect(StatusCode::CREATED);
    world.flip("2.0.0").await;
    assert_eq!(reader.generation().await.map(|(g, _)| g), Some(4));
}

#[tokio::test]
async fn a_feed_resumes_after_the_last_event_without_gap_or_repeat() {
    let world = World::new().await;
    for i in 0..6 {
        world.flip(["1.0.0", "2.0.0"][i % 2]).await;
    }
    let mut reader = Reader::open(&world, "?after=0").await;
    let mut ids = Vec::new();
    for expected in 1..=8 {
        let (generation, id) = reader.generation().await.expect("an event");
        assert_eq!(generation, expected);
        ids.push(id);
    }
    for (i, id) in ids.iter().enumerate().take(7) {
        let mut resumed = Reader::with(&world, "?after=0", &world.test.admin, Some(id)).await;
        let (generation, next) = resumed.generation().await.expect("an event");
        assert_eq!((generation, &next), (i as u64 + 2, &ids[i + 1]));
    }
    let mut current = Reader::with(&world, "", &world.test.admin, ids.last().map(String::as_str)).await;
    world.flip("1.0.0").await;
    assert_eq!(current.generation().await.map(|(g, _)| g), Some(9));
}

/// The generation stays, and what is said of it does not: whoever holds its bundle is told to fetch it again.
#[tokio::test]
async fn a_feed_tells_of_yanks() {
    let world = World::new().await;
    let mut reader = Reader::open(&world, "").await;
    let (live, last) = reader.generation().await.expect("what is live");
    let told = Message::Event {
        name: "bundle".into(),
        // Nothing to go on after.
        id: String::new(),
        data: json!({ "environment": "development", "generation": live }),
    };
    let at = |end: &str| format!("{P}/prompts/sales%2Fqualify-lead/versions/2.0.0/{end}");
    let bundle = async || {
        let bundle = world.get(&format!("{P}/environments/development/bundle")).send().await;
        bundle.header("etag").to_owned()
    };
    let mut tags = vec![bundle().await];
    let yank = json!({ "severity": "avoid", "reason": "It rambles." });
    let changes = [("yank", yank), ("unyank", json!({ "reason": "It was another." }))];
    for (end, body) in &changes {
        world.post(&at(end), body).send().await.expect(StatusCode::OK);
        assert_eq!(reader.next().await, told, "{end}");
        // What it tells of is there when it is told.
        tags.push(bundle().await);
        assert_ne!(tags[tags.len() - 2], tags[tags.len() - 1], "{end}");
    }
    // Of a version that is not live here there is nothing to tell, nor to whoever comes later.
    for (end, body) in changes {
        world.post(&at(end).replace("2.0.0", "1.0.0"), &body).send().await.expect(StatusCode::OK);
    }
    let mut resumed = Reader::with(&world, "", &world.test.admin, Some(&last)).await;
    assert!(matches!(resumed.next().await, Message::Retry(_)));
    world.flip("1.0.0").await;
    for reader in [&mut reader, &mut resumed] {
        let Message::Event { name, .. } = reader.next().await else { panic!("an event") };
        assert_eq!(name, "generation");
    }
}

#[tokio::test]
async fn an_environment_without_a_generation_has_a_silent_feed() {
    let world = World::empty().await;
    let mut reader = Reader::open(&world, "").await;
    assert!(matches!(reader.next().await, Message::Retry(_)));
    world.test.publish(crate::world::first_files()).await.expect("versions");
    world.test.release("development", &["sales/outreach"]).await.expect("a release");
    assert_eq!(reader.generation().await.map(|(g, _)| g), Some(1));
}

#[tokio::test]
async fn a_silent_feed_shows_that_it_is_alive() {
    let world = World::with(Limits { heartbeat: Duration::from_millis(20), ..Limits::default() }).await;
    let mut reader = Reader::open(&world, "").await;
    reader.generation().await.expect("an event");
    assert_eq!(reader.next().await, Message::Comment);
    assert_eq!(reader.next().await, Message::Comment);
}

#[tokio::test]
async fn feeds_end_with_the_server_and_are_told_to_come_back_at_different_times() {
    let world = World::new().await;
    let mut pauses = std::collections::BTreeSet::new();
    let mut readers = Vec::new();
    for _ in 0..50 {
        let mut reader = Reader::open(&world, "").await;
        reader.generation().await.expect("an event");
        readers.push(reader);
    }
    world.stop.send_replace(true);
    for mut reader in readers {
        let Message::Retry(pause) = reader.next().await else { panic!("no time to come back") };
        assert_eq!(reader.next().await, Message::End);
        pauses.insert(pause);
    }
    assert_eq!(pauses.len(), 50, "{pauses:?}");
    assert!(pauses.iter().all(|pause| (1_000..5_000).contains(pause)), "{pauses:?}");
}

#[tokio::test]
async fn a_feed_ends_with_its_token() {
    for news in [true, false] {
        let world = World::with(Limits { recheck: Duration::from_millis(30), ..Limits::default() }).await;
        let token = world.token("application", Role::Serve, |_| {}).await;
        let mut reader = Reader::with(&world, "", &token, None).await;
        reader.generation().await.expect("an event");
        let id = token.split('_').nth(1).expect("an id");
        world
            .ask(Method::DELETE, &format!("/api/v1/tokens/{id}"))
            .send()
            .await
            .expect(StatusCode::NO_CONTENT);
        if news {
            world.flip("1.0.0").await;
        }
        assert_eq!(reader.generation().await, None, "with news: {news}");
    }
}

#[tokio::test]
async fn more_feeds_than_the_server_takes_are_put_off_and_an_ended_one_makes_room() {
    let world = World::with(Limits { feeds: 1, ..Limits::default() }).await;
    let first = Reader::open(&world, "").await;
    let path = format!("{P}/environments/development/feed");
    assert_eq!(
        world.get(&path).send().await.detail("too_many_requests"),
        "the server keeps 1 feeds open at a time, and all are taken"
    );
    drop(first);
    let mut second = Reader::open(&world, "").await;
    assert!(second.generation().await.is_some());
}

#[tokio::test]
async fn feeds_do_not_count_as_requests() {
    let world = World::with(Limits { requests: 1, ..Limits::default() }).await;
    let _open = (Reader::open(&world, "").await, Reader::open(&world, "").await);
    assert_eq!(world.get(P).send().await.status, StatusCode::OK);
}
