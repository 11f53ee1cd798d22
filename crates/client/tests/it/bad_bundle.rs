//! A bundle that is not right is refused and told; what was served goes on.

use std::time::Duration;

use cuelight_client::{Client, Connection, Options, Trouble};
use serde_json::{Value, json};

use crate::fake::{Fake, Reply, ok, only_bundle, status, tagged};
use crate::follow::start;
use crate::world::{LEAD, World, ask, assert_generation, assert_wait};

/// A fake server with a good bundle, and the next one, still to be spoilt.
fn good() -> (Fake, Client, Value) {
    let world = World::new();
    let first = world.bundle();
    world.flip("1.1.0");
    let next = serde_json::from_slice(&world.bundle()).expect("JSON");
    let fake = Fake::bundle(first);
    let client = start(&fake, |o| {
        o.pace.answer = Duration::from_millis(500);
        o.pace.refresh = Duration::from_millis(50);
        o.max_bundle = 100_000;
    });
    assert_generation(&client, 1);
    (fake, client, next)
}

/// What the status says of a server that answers for the bundle like this; what was served must go on, and the good
/// bundle must be taken afterwards.
#[track_caller]
fn refused(
    (fake, client, next): &(Fake, Client, Value),
    kind: Trouble,
    reply: impl Fn() -> Reply + Send + Sync + 'static,
) -> String {
    fake.now(move |seen| only_bundle(seen, &reply));
    assert_wait(client, |s| s.last_error.as_ref().is_some_and(|e| e.kind == kind && !e.over));
    let message = client.status().last_error.expect("an error").message;
    let answer = client.resolve(&ask(LEAD)).expect("the good one goes on");
    assert_eq!((answer.generation, answer.version.to_string().as_str()), (1, "1.0.0"));
    let mut good = next.clone();
    // Back again for the next case.
    good["generation"] = json!(1);
    good["prompts"][LEAD]["version"] = json!("1.0.0");
    let good = serde_json::to_vec(&good).expect("JSON");
    fake.now(move |seen| only_bundle(seen, || ok(&good)));
    assert_wait(client, |s| s.last_error.as_ref().is_some_and(|e| e.over));
    message
}

fn spoilt(next: &Value, spoil: impl FnOnce(&mut Value)) -> impl Fn() -> Reply + Send + Sync + 'static {
    let mut bundle = next.clone();
    spoil(&mut bundle);
    let bytes = serde_json::to_vec(&bundle).expect("JSON");
    move || ok(&bytes)
}

fn first_artifact(bundle: &mut Value) -> &mut Value {
    let artifacts = bundle["artifacts"].as_object_mut().expect("artifacts");
    artifacts.values_mut().find(|a| a["kind"] == "prompt").expect("a prompt")
}

#[test]
fn bundles_that_are_not_right_are_refused_each_for_its_reason() {
    let all = good();
    let next = &all.2;
    type Spoil = fn(&mut Value);
    let cases: &[(&str, Spoil)] = &[
        ("has another digest", |b| first_artifact(b)["title"] = json!("Greet nobody")),
        ("has another digest", |b| first_artifact(b)["messages"][0]["text"] = json!("Obey.")),
        ("format 2, and this client reads format 1", |b| b["format"] = json!(2)),
        ("not a bundle: missing field `format`", |b| *b = json!({})),
        ("not a bundle: missing field `prompts`", |b| {
            drop(b.as_object_mut().expect("one").remove("prompts"));
        }),
        ("is of `globex`, `development`", |b| b["project"] = json!("globex")),
        ("is of `acme`, `production`", |b| b["environment"] = json!("production")),
        ("has no content under sha256:", |b| b["artifacts"] = json!({})),
        ("not a bundle: unknown field `spell`", |b| first_artifact(b)["spell"] = json!("x")),
        // Somebody else's content under a name.
        ("`sales/qualify-lead` has no content under", |b| {
            b["prompts"][LEAD]["digest"] = b["prompts"]["sales/outreach"]["digest"].clone();
        }),
        // Its fragment is not there.
        ("`support/answer` has no content under", |b| {
            let artifacts = b["artifacts"].as_object_mut().expect("artifacts");
            artifacts.retain(|_, a| a["kind"] == "prompt");
        }),
    ];
    for (expected, spoil) in cases {
        // A client that knows the program already must look as closely.
        let message = refused(&all, Trouble::BadBundle, spoilt(next, spoil));
        assert!(message.contains(expected), "{message}\nfor {expected}");
    }
    assert_eq!(all.1.status().disk_error, None);
}

#[test]
fn bytes_that_are_not_right_are_refused() {
    let all = good();
    let bytes = serde_json::to_vec(&all.2).expect("JSON");
    let changed = {
        let mut changed = bytes.clone();
        let at = changed.windows(5).position(|w| w == b"1.1.0").expect("the version");
        changed[at] = b'9';
        let digest = cuelight_artifact::Digest::of_bytes(&bytes).to_string();
        refused(&all, Trouble::BadBundle, move || tagged(&changed, &digest))
    };
    assert!(changed.contains(" was announced"), "{changed}");
    let weak = {
        let cut = bytes[..bytes.len() / 2].to_vec();
        refused(&all, Trouble::BadBundle, move || tagged(&cut, "something"))
    };
    assert!(weak.contains("not a bundle: EOF while parsing"), "{weak}");
    let truncated = {
        let Reply::Raw(mut raw) = ok(&bytes) else { panic!("it is raw") };
        raw.truncate(raw.len() - 100);
        refused(&all, Trouble::Unreachable, move || Reply::Raw(raw.clone()))
    };
    assert!(truncated.contains("broke off"), "{truncated}");
    let huge = {
        let huge = vec![b' '; 300_000];
        refused(&all, Trouble::BadBundle, move || ok(&huge))
    };
    assert!(huge.contains("more than 100000 bytes"), "{huge}");
    let endless = {
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let piece = [b"4000\r\n".as_slice(), &[b' '; 0x4000], b"\r\n"].concat();
        let raw = [head.as_slice(), &piece.repeat(20)].concat();
        refused(&all, Trouble::BadBundle, move || Reply::Hang(raw.clone()))
    };
    assert!(endless.contains("more than 100000 bytes"), "{endless}");
    let slow = {
        let Reply::Raw(raw) = ok(&bytes) else { panic!("it is raw") };
        let (head, pause) = (raw[..200].to_vec(), Duration::from_millis(20));
        refused(&all, Trouble::TimedOut, move || Reply::Trickle(head.clone(), pause))
    };
    assert!(slow.contains("within 500ms"), "{slow}");
    let silent = refused(&all, Trouble::TimedOut, || Reply::Hang(Vec::new()));
    assert!(silent.contains("no answer within 500ms"), "{silent}");
    let foreign = refused(&all, Trouble::Unreachable, || Reply::Raw(b"SSH-2.0-else\r\n".to_vec()));
    assert!(foreign.contains("127.0.0.1"), "{foreign}");
}

#[test]
fn answers_that_say_no_are_told_and_change_nothing() {
    let all = good();
    let problem = |status: u16, code: &str| {
        let body = json!({ "code": code, "detail": "so it is\nand not otherwise" }).to_string();
        let raw = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        move || Reply::Raw(raw.clone().into_bytes())
    };
    let denied = refused(&all, Trouble::Denied, problem(401, "unauthenticated"));
    assert!(denied.ends_with(r"answers 401 (unauthenticated: so it is\nand not otherwise)"), "{denied}");
    refused(&all, Trouble::Denied, problem(403, "forbidden"));
    refused(&all, Trouble::Server, problem(500, "internal"));
    refused(&all, Trouble::Server, || status(503, "retry-after: 0\r\n"));
    let moved = refused(&all, Trouble::BadAnswer, || status(302, "location: http://elsewhere/\r\n"));
    assert!(moved.ends_with("answers 302, a redirection, which is not followed"), "{moved}");
    refused(&all, Trouble::Server, || status(404, ""));
}

#[test]
fn a_revoked_token_is_told_and_the_last_generation_goes_on() {
    let world = World::new();
    let (id, token) = world.another_token();
    let client = Client::start(Options { token: token.into(), ..world.options() }).expect("good options");
    assert_wait(&client, |s| s.connection == Connection::Feed);
    world.run(async {
        let ctx = world.test.ctx().await.expect("the administrator");
        cuelight_app::token::revoke(&ctx, &id).await.expect("revoked");
    });
    // The feed is cut when it has something to tell.
    world.flip("1.1.0");
    assert_wait(&client, |s| s.connection == Connection::Away);
    let error = client.status().last_error.expect("an error");
    assert_eq!(error.kind, Trouble::Denied);
    assert!(error.message.contains("answers 401 (unauthenticated: "), "{error:?}");
    assert_eq!(client.resolve(&ask(LEAD)).expect("an answer").generation, 1);
}

#[test]
fn a_bundle_that_stays_bad_is_fetched_once() {
    let (fake, client, mut next) = good();
    first_artifact(&mut next)["title"] = json!("Greet nobody");
    let bytes = serde_json::to_vec(&next).expect("JSON");
    let etag = cuelight_artifact::Digest::of_bytes(&bytes).to_string();
    fake.now(move |seen| {
        only_bundle(seen, || {
            if seen.headers.contains(&etag) {
                status(304, &format!("etag: \"{etag}\"\r\n"))
            } else {
                ok(&bytes)
            }
        })
    });
    assert_wait(&client, |s| s.refused >= 3);
    let bad = client.status();
    assert_eq!(bad.last_error.map(|e| (e.kind, e.over)), Some((Trouble::BadBundle, false)));
    assert_eq!(client.resolve(&ask(LEAD)).expect("an answer").generation, 1);
}
