//! How often one token may ask, and what is held in memory.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, StatusCode};
use cuelight_app::Rate;
use cuelight_core::rights::Role;
use cuelight_http::{Limits, Rates};
use serde_json::json;

use crate::world::{Ask, LEAD, P, Reply, World};

fn rates(rates: Rates) -> Limits {
    Limits { rates, ..Limits::default() }
}

const ONE: Rate = Rate { per_second: 1, burst: 2 };

/// Sends a request as if it came from this address.
async fn from(ask: Ask<'_>, address: &str) -> Reply {
    let address: SocketAddr = format!("{address}:1").parse().expect("an address");
    ask.extension(ConnectInfo(address)).send().await
}

#[tokio::test(start_paused = true)]
async fn each_token_has_a_budget_for_each_kind() {
    let all = Rates { serving: ONE, reads: ONE, writes: ONE, expensive: ONE, ..Rates::default() };
    let world = World::with(rates(all)).await;
    let (mine, other) =
        (world.token("mine", Role::Admin, |_| {}).await, world.token("other", Role::Admin, |_| {}).await);
    let resolve = json!({ "environment": "production", "prompt": LEAD, "render": "none" });
    let (bundle, check) = (format!("{P}/environments/production/bundle"), format!("{P}/ledger/check"));
    let paths: [(&str, &str); 4] =
        [("to read", P), ("to serve", &bundle), ("for what takes long", &check), ("to write", "")];
    for (kind, path) in paths {
        let ask = |token: &str| {
            let ask = match path {
                "" => world.ask(Method::DELETE, "/api/v1/tokens/none"),
                path => world.get(path),
            };
            ask.token(token)
        };
        for _ in 0..2 {
            assert_ne!(ask(&mine).send().await.status, StatusCode::TOO_MANY_REQUESTS, "{kind}");
        }
        let refused = ask(&mine).send().await;
        assert_eq!(
            refused.detail("too_many_requests"),
            format!(
                "one token may ask 1 times a second {kind} on one node, and 2 times at once after a rest"
            )
        );
        assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "1"));
        assert_ne!(ask(&other).send().await.status, StatusCode::TOO_MANY_REQUESTS, "{kind}: another token");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_ne!(ask(&mine).send().await.status, StatusCode::TOO_MANY_REQUESTS, "{kind}: after waiting");
    }
    let serving = world.post(&format!("{P}/resolve"), &resolve).token(&mine);
    assert_eq!(serving.send().await.status, StatusCode::OK, "three other kinds later, there is some again");
}

#[tokio::test(start_paused = true)]
async fn the_time_to_wait_is_told_in_whole_seconds() {
    let slow = Rate { per_second: 1, burst: 1 };
    let world = World::with(rates(Rates { reads: slow, ..Rates::default() })).await;
    assert_eq!(world.get(P).send().await.status, StatusCode::OK);
    for (at, told) in [(0, "1"), (400, "1"), (300, "1")] {
        tokio::time::advance(Duration::from_millis(at)).await;
        assert_eq!(world.get(P).send().await.header("retry-after"), told);
    }
    tokio::time::advance(Duration::from_millis(300)).await;
    assert_eq!(world.get(P).send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_needs_no_token_has_no_budget() {
    let none = Rate { per_second: 1, burst: 1 };
    let world = World::with(rates(Rates {
        serving: none,
        reads: none,
        writes: none,
        expensive: none,
        failures: none,
    }))
    .await;
    for _ in 0..20 {
        assert_eq!(world.get("/healthz").send().await.status, StatusCode::OK);
        assert_eq!(world.get("/readyz").send().await.status, StatusCode::OK);
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_are_not_guessed_at_speed_and_guesses_lock_nobody_out() {
    let few = Rate { per_second: 1, burst: 5 };
    let world = World::with(rates(Rates { failures: few, ..Rates::default() })).await;
    let (used, fresh) =
        (world.token("used", Role::Viewer, |_| {}).await, world.token("fresh", Role::Viewer, |_| {}).await);
    let id = used.split('_').nth(1).expect("an id");
    let here = "203.0.113.7";
    let who = |token: &str| world.get("/api/v1/whoami").token(token);
    assert_eq!(from(who(&used), here).await.status, StatusCode::OK);
    let mut statuses = Vec::new();
    for n in 0..20 {
        statuses.push(from(who(&format!("cl_{n}_wrong")), here).await.status.as_u16());
    }
    assert_eq!(statuses[..5], [401; 5]);
    assert!(statuses[5..].iter().all(|s| *s == 429), "{statuses:?}");
    let refused = from(who("nonsense"), here).await;
    assert!(
        refused.detail("too_many_requests").contains("the token was not looked at"),
        "{}",
        refused.text()
    );
    assert_eq!(refused.header("retry-after"), "1");
    // Tokens that hold get through from the same address, also one that was never used before.
    assert_eq!(from(who(&used), here).await.status, StatusCode::OK);
    assert_eq!(from(who(&fresh), here).await.status, StatusCode::OK);
    // Guesses at one token have a budget of their own, and its holder is not held back by them.
    let mut statuses = Vec::new();
    for n in 0..8 {
        statuses.push(from(who(&format!("cl_{id}_wrong{n}")), here).await.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
    assert_eq!(from(who(&used), here).await.status, StatusCode::OK);
    // Another address has its own budget; all of a network of IPv6 share one; a header changes nothing.
    assert_eq!(from(who("cl_x_y"), "203.0.113.8").await.status, StatusCode::UNAUTHORIZED);
    for n in 1..=5 {
        assert_eq!(from(who("cl_x_y"), &format!("[2001:db8::{n}]")).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(from(who("cl_x_y"), "[2001:db8::ffff]").await.status, StatusCode::TOO_MANY_REQUESTS);
    let forged = who("cl_x_y").header("x-forwarded-for", "198.51.100.1");
    assert_eq!(from(forged, here).await.status, StatusCode::TOO_MANY_REQUESTS);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(from(who("cl_x_y"), here).await.status, StatusCode::UNAUTHORIZED);
    // A token that was revoked counts like any that does not hold.
    let revoked = world.ask(Method::DELETE, &format!("/api/v1/tokens/{id}")).send().await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    tokio::time::advance(Duration::from_secs(10)).await;
    for expected in [401, 401, 401, 401, 401, 429] {
        assert_eq!(from(who(&used), here).await.status.as_u16(), expected);
    }
}

#[tokio::test]
async fn large_bodies_share_a_bounded_memory() {
    let world = World::with(Limits { held: 1024 * 1024, ..Limits::default() }).await;
    let large = |length: usize| format!("{{\"files\":{{\"prompts.yaml\":\"{}\"}}}}", "x".repeat(length));
    let plan = |body: Body| world.post(&format!("{P}/plan"), &json!({})).bytes(body);
    assert_eq!(plan(large(900_000).into()).send().await.status, StatusCode::OK);
    // Announced or not, more than there is is refused; and so is a second one while the first comes in.
    let refused = plan(large(1_100_000).into()).header("content-length", "1100034").send().await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, "2"));
    assert_eq!(
        refused.detail("overloaded"),
        "the server holds at most 1048576 bytes of large bodies at a time, and others have them"
    );
    assert_eq!(plan(large(1_100_000).into()).send().await.code(), "overloaded");
    let (sender, receiver) = pieces();
    let text = large(600_000);
    let first = tokio::spawn({
        let request = plan(Body::from_stream(receiver)).into_request();
        tower::ServiceExt::oneshot(world.router.clone(), request)
    });
    sender.send(Ok(text.as_bytes()[..500_000].to_vec())).await.expect("read");
    for _ in 0..2 {
        // There is place for one piece on the way: when the second of these is on it, the large one was read.
        sender.send(Ok(Vec::new())).await.expect("read");
    }
    assert_eq!(plan(large(600_000).into()).send().await.code(), "overloaded");
    assert_eq!(world.get(P).send().await.status, StatusCode::OK, "small requests go on");
    sender.send(Ok(text.as_bytes()[500_000..].to_vec())).await.expect("read");
    drop(sender);
    let first = first.await.expect("no panic").expect("an answer");
    assert_eq!(first.status(), StatusCode::OK);
    drop(first);
    assert_eq!(plan(large(900_000).into()).send().await.status, StatusCode::OK, "there is room again");
}

type Bytes = Result<Vec<u8>, std::io::Error>;

/// A body that is sent piece by piece.
fn pieces() -> (tokio::sync::mpsc::Sender<Bytes>, impl futures_util::Stream<Item = Bytes> + Send + 'static) {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (piece, receiver))
    });
    (sender, stream)
}

#[tokio::test(flavor = "current_thread")]
async fn long_work_does_not_hold_up_the_others() {
    let world = World::new().await;
    let mut files = crate::world::first_files();
    for n in 0..300 {
        files.extend(cuelight_testkit::files::greeting(
            &format!("bulk/prompt-{n}"),
            cuelight_testkit::files::GREETING,
        ));
    }
    let plan = world.post(&format!("{P}/plan"), &json!({ "files": files })).send();
    let ping = world.get("/healthz").send();
    let (mut plan, mut ping) = (std::pin::pin!(plan), std::pin::pin!(ping));
    // The plan is first in line, and there is one thread: were it worked out there, it would end first.
    tokio::select! {
        biased;
        _ = &mut plan => panic!("the plan was made on the thread that answers"),
        reply = &mut ping => assert_eq!(reply.status, StatusCode::OK),
    }
    assert_eq!(plan.await.expect(StatusCode::OK)["add"], 300);
}
