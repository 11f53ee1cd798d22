//! Bundles, resolving, and the time machine, through HTTP.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{LEAD, P, World};

#[tokio::test]
async fn a_bundle_is_sent_once_per_generation() {
    let world = World::new().await;
    let path = format!("{P}/environments/development/bundle");
    let first = world.get(&path).send().await;
    assert_eq!((first.status, first.header("cuelight-generation")), (StatusCode::OK, "2"));
    assert_eq!(first.header("cache-control"), "private, no-cache");
    let bundle = first.json();
    assert_eq!((&bundle["generation"], &bundle["prompts"][LEAD]["version"]), (&json!(2), &json!("2.0.0")));
    let again = world.get(&path).header("if-none-match", first.header("etag")).send().await;
    assert_eq!(
        (again.status, again.body.len(), again.header("cuelight-generation")),
        (StatusCode::NOT_MODIFIED, 0, "2")
    );
    world.flip("1.0.0").await;
    let later = world.get(&path).header("if-none-match", first.header("etag")).send().await;
    assert_eq!((later.status, later.header("cuelight-generation")), (StatusCode::OK, "3"));
    assert_ne!(later.header("etag"), first.header("etag"));
}

#[tokio::test]
async fn an_empty_environment_has_an_empty_bundle() {
    let world = World::empty().await;
    let bundle = world.get(&format!("{P}/environments/production/bundle")).send().await;
    assert_eq!(bundle.header("cuelight-generation"), "0");
    assert_eq!(bundle.json()["prompts"], json!({}));
}

#[tokio::test]
async fn a_resolved_prompt_says_all_a_caller_needs() {
    let world = World::new().await;
    let body = json!({ "environment": "development", "prompt": LEAD, "inputs": { "person": "Ada", "region": "EMEA" } });
    let mut found = world.post(&format!("{P}/resolve"), &body).send().await.expect(StatusCode::OK);
    let cue = found["cue"].take();
    assert!(cue.as_str().is_some_and(|c| c.starts_with("cue1.")));
    insta::assert_snapshot!("resolved", serde_json::to_string_pretty(&found).expect("JSON"));
    let seen = json!({ "observations": [{ "id": "call-9", "cue": cue, "fields": { "latency_ms": 812 } }] });
    let path = format!("{P}/observations");
    let recorded = world.post(&path, &seen).send().await.expect(StatusCode::OK);
    assert_eq!(recorded, json!({ "recorded": 1, "known": 0 }));
    let again = world.post(&path, &seen).send().await.expect(StatusCode::OK);
    assert_eq!(again, json!({ "recorded": 0, "known": 1 }));
    let listed = world.get(&path).send().await.expect(StatusCode::OK);
    assert_eq!(listed["items"][0]["cue"]["v"], "2.0.0");
}

#[tokio::test]
async fn an_override_is_chosen_by_attributes_and_found_again_by_the_time_machine() {
    let world = World::new().await;
    for environment in ["development", "staging", "production"] {
        let release = json!({ "environment": environment, "items": [{
            "do": "override", "prompt": LEAD, "id": "acme", "when": { "tenant": "acme" },
            "fields": { "constants.tone": "dry" },
        }] });
        world.post(&format!("{P}/releases"), &release).send().await.expect(StatusCode::CREATED);
    }
    let resolve = async |attributes: Value| {
        let body = json!({ "environment": "production", "prompt": LEAD, "inputs": { "person": "Ada" }, "attributes": attributes });
        world.post(&format!("{P}/resolve"), &body).send().await.expect(StatusCode::OK)
    };
    assert_eq!(resolve(json!({ "tenant": "acme" })).await["reason"], "override:acme");
    assert_eq!(resolve(json!({ "tenant": "other" })).await["reason"], "stable");
    let at = async |rest: &str| {
        let path = format!("{P}/at?environment=production&prompt=sales/qualify-lead&{rest}");
        world.get(&path).send().await.expect(StatusCode::OK)["answers"].clone()
    };
    // The plus of an offset may be written as it is.
    for time in
        ["2026-03-16T01:00:00+01:00", "2026-03-16T01:00:00%2B01:00", "2026-03-16T01:00%5BEurope/Berlin%5D"]
    {
        let found = at(&format!("time={time}&tenant=acme")).await;
        assert_eq!(found[0]["time"], "2026-03-16T00:00:00.000000Z", "{time}");
        assert_eq!(
            (&found[0]["generation"], &found[0]["prompts"][0]["override"]),
            (&json!(2), &json!("acme"))
        );
    }
    let before = at("time=2026-03-16T00:00:00Z&tenant=other+one").await;
    assert_eq!(before[0]["prompts"][0]["override"], Value::Null);
    // Clocks went back that night: the local time asked for happened twice.
    let twice = world
        .get(&format!("{P}/at?environment=production&time=2026-10-25T02:30%5BEurope/Berlin%5D"))
        .send()
        .await
        .expect(StatusCode::OK);
    assert_eq!(twice["answers"].as_array().map(Vec::len), Some(2));
}
