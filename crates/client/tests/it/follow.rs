//! Releases and going back are followed; the server's end is survived.

use std::time::Duration;

use cuelight_app::environment::set_policy;
use cuelight_app::prompt::{YankInput, yank};
use cuelight_app::serve::resolve::resolve;
use cuelight_client::{Client, Connection, Options, Source, Trouble};
use cuelight_core::environment::{Blocked, Policy};
use cuelight_core::version::Severity;
use cuelight_http::Limits;

use crate::fake::{Fake, feed, ok, status};
use crate::world::{LEAD, OUTREACH, World, ask, assert_generation, assert_wait, pace};

#[test]
fn a_release_and_going_back_are_followed() {
    let world = World::new();
    let client = world.client();
    let answer = client.resolve(&ask(LEAD)).expect("an answer");
    assert_eq!((answer.generation, answer.source), (1, Source::Server));
    assert_eq!(answer.version.to_string(), "1.0.0");
    assert_generation(&client, world.flip("1.1.0"));
    let answer = client.resolve(&ask(LEAD)).expect("an answer");
    assert_eq!((answer.generation, answer.version.to_string().as_str()), (2, "1.1.0"));
    assert!(answer.messages[0].content.ends_with("Be brief."), "{answer:?}");
    assert_generation(&client, world.go_back(2, 1));
    let answer = client.resolve(&ask(LEAD)).expect("an answer");
    assert_eq!((answer.generation, answer.version.to_string().as_str()), (3, "1.0.0"));
    let status = client.status();
    assert_eq!((status.connection, status.refused), (Connection::Feed, 0));
    assert!(status.confirmed.is_some() && status.last_error.as_ref().is_none_or(|e| e.over), "{status:?}");
}

#[test]
fn the_servers_stop_is_survived_and_what_came_meanwhile_is_found_after_its_start() {
    survived(World::stop);
}

#[test]
fn the_servers_sudden_end_is_survived_too() {
    survived(World::kill);
}

fn survived(end: fn(&World)) {
    let world = World::new();
    let client = world.client();
    end(&world);
    assert_wait(&client, |s| s.connection == Connection::Away);
    assert_eq!(client.status().last_error.map(|e| (e.kind, e.over)), Some((Trouble::Unreachable, false)));
    assert_eq!(client.resolve(&ask(LEAD)).expect("an answer").generation, 1);
    world.flip("1.1.0");
    world.start();
    assert_generation(&client, 2);
    assert_wait(&client, |s| {
        s.connection == Connection::Feed && s.last_error.as_ref().is_some_and(|e| e.over)
    });
    assert_eq!(client.status().refused, 0);
}

#[test]
fn without_a_feed_the_server_is_polled() {
    let world = World::with(Limits { feeds: 0, ..Limits::default() });
    let client = Client::start(world.options()).expect("good options");
    assert_wait(&client, |s| s.connection == Connection::Polling);
    for (generation, version) in [(2, "1.1.0"), (3, "1.0.0")] {
        world.flip(version);
        assert_generation(&client, generation);
    }
    let error = client.status().last_error.expect("the feed cannot be had");
    assert_eq!(error.kind, Trouble::Server);
    assert!(error.message.contains("429 (too_many_requests: "), "{error:?}");
}

#[test]
fn a_version_that_is_yanked_as_unsafe_is_refused_at_once() {
    refuses_what_is_yanked(&World::new(), Connection::Feed, |pace| pace.refresh = Duration::from_secs(600));
}

#[test]
fn a_version_that_is_yanked_as_unsafe_is_refused_without_a_feed_too() {
    let world = World::with(Limits { feeds: 0, ..Limits::default() });
    refuses_what_is_yanked(&world, Connection::Polling, |_| {});
}

fn refuses_what_is_yanked(world: &World, connection: Connection, pace: impl Fn(&mut cuelight_client::Pace)) {
    let mut options = world.options();
    pace(&mut options.pace);
    let client = Client::start(options).expect("good options");
    assert_wait(&client, |s| s.connection == connection);
    world.run(async {
        let ctx = world.test.ctx().await.expect("the administrator");
        let development = "development".parse().expect("a name");
        let known =
            cuelight_app::environment::get(&ctx, &world.test.project, &development).await.expect("it");
        let policy = Policy { blocked: Blocked::Refused, ..known.info.policy };
        let set = set_policy(&ctx, &world.test.project, &development, known.info.policy_revision, policy);
        set.await.expect("a stricter policy");
    });
    let pin = client.pin().expect("a generation");
    world.run(async {
        let ctx = world.test.ctx().await.expect("the administrator");
        let input = cuelight_app::prompt::YankInput {
            severity: cuelight_core::version::Severity::Block,
            reason: "It promises prices.".into(),
        };
        let (id, version) = (LEAD.parse().expect("a name"), "1.0.0".parse().expect("a version"));
        cuelight_app::prompt::yank(&ctx, &world.test.project, &id, &version, input).await.expect("yanked");
    });
    assert_wait(&client, |s| s.serving.is_some_and(|s| s.pin != pin));
    let refused = client.resolve(&ask(LEAD)).expect_err("unsafe");
    assert_eq!(
        (refused.code(), refused.to_string().as_str()),
        ("version_blocked", "sales/qualify-lead 1.0.0 was yanked as unsafe")
    );
    // The same generation as before, whose pin is no way around.
    assert_eq!(client.status().serving.map(|s| s.pin.generation), Some(1));
    assert_eq!(
        client.at(&pin).expect("held").resolve(&ask(LEAD)).expect_err("unsafe").code(),
        "version_blocked"
    );
    assert!(client.at(&pin).expect("held").resolve(&ask(OUTREACH)).is_ok());
}

/// A version that is yanked and still served: the client says so in the server's words.
#[test]
fn a_version_to_be_avoided_is_warned_of_as_by_the_server() {
    let world = World::new();
    let options = world.options();
    let client = Client::start(options).expect("good options");
    assert_wait(&client, |s| s.connection == Connection::Feed);
    assert_eq!(client.resolve(&ask(LEAD)).expect("an answer").warnings, [""; 0]);
    // Where the policy allows it, also one that is unsafe.
    for severity in [Severity::Avoid, Severity::Block] {
        let pin = client.pin().expect("a generation");
        world.run(async {
            let ctx = world.test.ctx().await.expect("the administrator");
            let input = YankInput { severity, reason: "1.1.0 is clearer.".into() };
            let (id, version) = (LEAD.parse().expect("a name"), "1.0.0".parse().expect("a version"));
            yank(&ctx, &world.test.project, &id, &version, input).await.expect("yanked");
        });
        assert_wait(&client, |s| s.serving.is_some_and(|s| s.pin != pin));
        let question = serde_json::json!({
            "environment": "development", "prompt": LEAD, "inputs": { "person": "Ada" }
        });
        let told = world.run(async {
            let ctx = world.test.ctx().await.expect("the administrator");
            let question = serde_json::from_value(question).expect("a question");
            resolve(&ctx, &world.test.project, question).await.expect("an answer").warnings
        });
        assert_eq!(told.len(), 1);
        let answer = client.resolve(&ask(LEAD)).expect("an answer");
        assert_eq!(answer.warnings, told);
        let shown = serde_json::to_value(&answer).expect("JSON");
        assert_eq!(shown["warnings"], serde_json::json!(told));
        let other = client.resolve(&ask(OUTREACH)).expect("an answer");
        assert!(
            other.warnings.is_empty()
                && serde_json::to_value(&other).expect("JSON").get("warnings").is_none()
        );
    }
}

#[test]
fn a_feed_without_a_heartbeat_is_given_up() {
    let bundle = World::new().bundle();
    let seq = serde_json::from_slice::<serde_json::Value>(&bundle).expect("JSON")["seq"].clone();
    // What an id is made of is the server's affair.
    let news =
        format!("retry: 30\nevent: generation\nid: 3.07-x\ndata: {{\"seq\":{seq},\"generation\":1}}\n\n");
    let fake = Fake::new(move |seen| match () {
        () if seen.line.contains("/bundle") => ok(&bundle),
        () if seen.line.contains("/feed") => feed(&news),
        () => status(404, ""),
    });
    let client = start(&fake, |o| o.pace.silence = Duration::from_millis(200));
    assert_wait(&client, |s| s.last_error.as_ref().is_some_and(|e| e.kind == Trouble::TimedOut));
    assert_wait(&client, |s| s.connection == Connection::Feed && fake.seen("/feed").len() >= 2);
    // Without an event it begins with what is served; then it goes on where it was, word for word.
    let asked = fake.seen("/feed");
    assert!(!asked[0].headers.contains("last-event-id"), "{asked:?}");
    assert!(asked[1].headers.contains("last-event-id: 3.07-x\r\n"), "{asked:?}");
}

#[test]
fn an_event_fetches_until_the_answer_has_what_it_told() {
    let world = World::new();
    let old = world.bundle();
    world.flip("1.1.0");
    let new = world.bundle();
    let seq = serde_json::from_slice::<serde_json::Value>(&new).expect("JSON")["seq"].clone();
    let fake = {
        let old = old.clone();
        let asked = std::sync::atomic::AtomicU32::new(0);
        Fake::new(move |seen| match () {
            // Another node behind the same address, which lags behind for some answers.
            () if seen.line.contains("/bundle") => {
                let lags = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 3;
                ok(if lags { &old } else { &new })
            }
            () if seen.line.contains("/feed") => {
                feed(&format!("event: generation\nid: {seq}\ndata: {{\"seq\":{seq},\"generation\":2}}\n\n"))
            }
            () => status(404, ""),
        })
    };
    let client = start(&fake, |_| {});
    assert_generation(&client, 2);
    assert_eq!(fake.seen("/feed").len(), 1);
}

#[test]
fn an_older_generation_is_taken_only_when_the_server_insists() {
    let world = World::new();
    let old = world.bundle();
    world.flip("1.1.0");
    let new = world.bundle();
    let fake = Fake::bundle(new);
    let client = start(&fake, |o| o.pace.refresh = Duration::from_millis(50));
    assert_generation(&client, 2);
    let restored = old.clone();
    fake.now(move |seen| {
        // While its database is away a server cannot know what is newest.
        let crate::fake::Reply::Raw(mut raw) = ok(&old) else { panic!("it is raw") };
        if !seen.line.contains("/bundle") {
            return feed("");
        }
        {
            let at = raw.windows(2).position(|w| w == b"\r\n").expect("a line");
            raw.splice(at..at, b"\r\ncuelight-stale: 17".iter().copied());
            crate::fake::Reply::Raw(raw)
        }
    });
    assert_wait(&client, |s| s.last_error.as_ref().is_some_and(|e| e.kind == Trouble::Behind));
    std::thread::sleep(pace().regress * 2);
    assert_eq!(client.status().serving.map(|s| s.pin.generation), Some(2));
    // As after a backup was restored.
    fake.now(move |seen| crate::fake::only_bundle(seen, || ok(&restored)));
    assert_generation(&client, 1);
}

/// A client of a fake server.
pub fn start(fake: &Fake, change: impl FnOnce(&mut Options)) -> Client {
    let mut options =
        Options { pace: pace(), ..Options::new(&fake.address, "acme", "development", "cl_x_y") };
    change(&mut options);
    Client::start(options).expect("good options")
}
