//! What servers and clients say of themselves, over HTTP.

use axum::http::StatusCode;
use cuelight_core::rights::Role;
use cuelight_http::Limits;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::world::{P, World};

async fn says(world: &World, client: &str, generation: u64) -> crate::world::Reply {
    let body = json!({ "client": client, "generation": generation });
    world.post(&format!("{P}/environments/development/applied"), &body).send().await
}

async fn clients(world: &World) -> Vec<Value> {
    let nodes = world.get("/api/v1/nodes").send().await.expect(StatusCode::OK);
    nodes[0]["clients"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn what_clients_applied_is_shown_with_the_release_and_counted() {
    let world = World::new().await;
    let served = world.get(&format!("{P}/environments/development")).send().await.expect(StatusCode::OK);
    let now = served["generation"].as_u64().expect("a generation");
    for client in ["a", "b", "c"] {
        assert_eq!(says(&world, client, now).await.status, StatusCode::NO_CONTENT);
    }
    assert!(says(&world, "d", now + 1).await.detail("invalid_request").contains("is not served here"));
    for bad in ["", "a b", "a/b"] {
        assert_eq!(says(&world, bad, now).await.code(), "invalid_request", "{bad}");
    }
    let opened = world.flip("1.0.0").await;
    for client in ["a", "b"] {
        says(&world, client, now + 1).await;
    }
    let path = format!("{P}/releases/{}", opened["release"]);
    let record = world.get(&path).send().await.expect(StatusCode::OK);
    let spread = &record["propagation"];
    assert_eq!([&spread["clients"], &spread["clients_applied"], &spread["nodes_applied"]], [3, 2, 1]);
    let metrics = world.get("/metrics").send().await.text();
    for line in [
        "cuelight_clients{project=\"acme\",environment=\"development\",state=\"current\"} 2",
        "cuelight_clients{project=\"acme\",environment=\"development\",state=\"behind\"} 1",
        "cuelight_propagation_client_seconds{project=\"acme\",environment=\"development\",quantile=\"1\"} 0.",
        "cuelight_stale_seconds 0",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    assert_eq!(clients(&world).await[0]["client"], "c", "the one furthest behind comes first");
}

#[tokio::test]
async fn a_client_counts_as_connected_while_its_feed_is_open() {
    let world = World::new().await;
    let feed = world.get(&format!("{P}/environments/development/feed?client=shop-1")).open().await;
    let mut body = feed.into_body();
    assert!(body.frame().await.is_some());
    assert_eq!(clients(&world).await[0]["connected"], true);
    drop(body);
    assert_eq!(clients(&world).await[0]["connected"], false);
    let refused = world.get(&format!("{P}/environments/development/feed?client=a%20b")).send().await;
    assert_eq!(refused.code(), "invalid_request");
}

#[tokio::test]
async fn applications_may_say_and_only_people_with_the_right_may_see() {
    let world = World::new().await;
    let serve = world.role(Role::Serve).await;
    let body = json!({ "client": "a", "generation": 0 });
    let path = format!("{P}/environments/development/applied");
    assert_eq!(world.post(&path, &body).token(&serve).send().await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get("/api/v1/nodes").token(&serve).send().await.code(), "forbidden");
}

#[tokio::test]
async fn a_server_that_follows_says_when_its_database_is_silent() {
    let limits = Limits { stale: Some(std::time::Duration::from_secs(60)), ..Limits::default() };
    let world = World::with(limits).await;
    let header = async || world.get("/readyz").send().await.headers.get("cuelight-stale").cloned();
    world.test.clock.advance(100_000_000);
    assert_eq!(header().await, None, "where nobody else writes, nothing can be old");
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let pace =
        cuelight_app::follow::Pace { poll: std::time::Duration::from_secs(3_600), ..Default::default() };
    let following = tokio::spawn(cuelight_app::follow::follow(world.test.app.clone(), pace, stopping));
    // It looks once, and then not for an hour.
    while header().await.is_none() {
        tokio::task::yield_now().await;
        world.test.clock.advance(1_000_000);
    }
    let ready = world.get("/readyz").send().await;
    assert_eq!(ready.status, StatusCode::OK);
    assert!(ready.text().contains("the database has not answered for"), "{}", ready.text());
    let before: u64 = ready.header("cuelight-stale").parse().expect("seconds");
    assert!((3..60).contains(&before), "{before}");
    world.test.clock.advance(60_000_000);
    assert!(world.get("/readyz").send().await.detail("unavailable").contains("at most 60 are allowed"));
    following.abort();
}
