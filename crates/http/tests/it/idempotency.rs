//! A key is one intent: the same request again is answered again, another request is refused.

use std::future::Future;
use std::task::Poll;

use axum::http::StatusCode;
use cuelight_http::{Operation, Writes, operations};
use serde_json::json;

use crate::examples::{Example, example, request};
use crate::world::{LEAD, P, World};

fn writes() -> Vec<Operation> {
    operations().into_iter().filter(|o| matches!(o.writes, Writes::Event(_))).collect()
}

/// Another intent: another body, or another address where there is no body.
fn other(example: &Example) -> Example {
    match &example.other {
        Some(other) => Example { body: Some(other.clone()), ..example.clone() },
        None => Example { params: vec![("id", "0000000000000000")], ..example.clone() },
    }
}

#[tokio::test]
async fn the_same_request_again_is_answered_the_same_and_applies_once() {
    for operation in writes() {
        let world = World::new().await;
        let example = example(&world, &operation).await;
        let send = || request(&world, &operation, &example).header("idempotency-key", "my-intent").send();
        let first = send().await;
        assert_eq!(first.status.as_u16(), operation.answer.status, "{}: {}", operation.id, first.text());
        let entries = world.get("/metrics").send().await.text();
        let ledger = |text: &str| {
            text.lines().filter(|l| l.starts_with("cuelight_ledger")).map(String::from).collect::<Vec<_>>()
        };
        let again = send().await;
        assert_eq!(again.status, first.status, "{}: {}", operation.id, again.text());
        if operation.id == "token.issue" {
            // The secret is shown once; what comes again is which token it was.
            assert_eq!((&again.json()["id"], &again.json()["token"]), (&first.json()["id"], &json!("")));
        } else {
            assert_eq!(again.text(), first.text(), "{}", operation.id);
        }
        assert_eq!(ledger(&world.get("/metrics").send().await.text()), ledger(&entries), "{}", operation.id);
    }
}

#[tokio::test]
async fn a_key_used_for_something_else_is_refused() {
    for operation in writes() {
        let world = World::new().await;
        let example = example(&world, &operation).await;
        let send = |example: &Example| {
            request(&world, &operation, example).header("idempotency-key", "my-intent").send()
        };
        assert!(send(&example).await.status.is_success(), "{}", operation.id);
        let refused = send(&other(&example)).await;
        assert!(
            refused.detail("idempotency_key_reused").contains("was used for another request"),
            "{}",
            operation.id
        );
        // By somebody else it is something else, too.
        let second = world.token("second admin", cuelight_core::rights::Role::Admin, |_| {}).await;
        let refused = request(&world, &operation, &example)
            .header("idempotency-key", "my-intent")
            .token(&second)
            .send()
            .await;
        refused.detail("idempotency_key_reused");
    }
}

#[tokio::test]
async fn a_write_needs_a_key() {
    for operation in writes() {
        let world = World::new().await;
        let example = example(&world, &operation).await;
        let without = request(&world, &operation, &example).without("idempotency-key").send().await;
        assert_eq!(without.code(), "idempotency_key_missing", "{}", operation.id);
        for key in ["", "two words", &"x".repeat(201)] {
            let bad = request(&world, &operation, &example).header("idempotency-key", key).send().await;
            assert!(bad.detail("invalid_request").contains("`Idempotency-Key`"), "{}: {key}", operation.id);
        }
        let mut twice = request(&world, &operation, &example).into_request();
        twice.headers_mut().append("idempotency-key", "second".parse().expect("a header"));
        let reply = tower::ServiceExt::oneshot(world.router.clone(), twice).await.expect("an answer");
        assert_eq!(reply.status(), StatusCode::BAD_REQUEST, "{}", operation.id);
    }
}

#[tokio::test]
async fn a_release_goes_on_when_its_caller_goes_away() {
    let world = World::new().await;
    let body = json!({
        "environment": "development",
        "items": [{ "do": "set", "prompt": LEAD, "version": "1.0.0" }],
    });
    {
        // Hyper drops the answer to come when the connection closes.
        let mut sent = Box::pin(world.post(&format!("{P}/releases"), &body).send());
        let first = std::future::poll_fn(|cx| Poll::Ready(sent.as_mut().poll(cx))).await;
        assert!(first.is_pending());
    }
    let path = format!("{P}/environments/development/bundle");
    let live = async {
        while world.get(&path).send().await.header("cuelight-generation") != "3" {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), live).await.expect("the release is made");
}
