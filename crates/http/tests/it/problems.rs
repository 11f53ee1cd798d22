//! What problem documents look like, one for each code that a caller can provoke.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use cuelight_app::Code;
use cuelight_core::rights::Role;
use cuelight_http::Limits;
use cuelight_testkit::files::GREETING;
use serde_json::{Value, json};

use crate::world::{Ask, LEAD, P, World, first_files};

/// Sends a request under a fixed id and keeps its problem.
async fn keep(found: &mut BTreeMap<String, Value>, ask: Ask<'_>) {
    let reply = ask.header("x-request-id", "request-1").send().await;
    let code = reply.code();
    assert!(found.insert(code.clone(), reply.json()).is_none(), "{code} twice");
}

fn set(environment: &str, version: &str) -> Value {
    json!({ "environment": environment, "items": [{ "do": "set", "prompt": LEAD, "version": version }] })
}

#[tokio::test]
async fn every_problem_is_worth_reading() {
    let mut found = BTreeMap::new();
    let world = World::new().await;
    let at = |path: &str| format!("{P}/{path}");
    let f = &mut found;
    // Addresses and tokens.
    keep(f, world.get("/api/v1/prompts")).await;
    keep(f, world.ask(Method::DELETE, P)).await;
    keep(f, world.get(P).without("authorization")).await;
    let viewer = world.role(Role::Viewer).await;
    keep(f, world.post(&at("releases"), &set("production", "1.0.0")).token(&viewer)).await;
    // Names.
    keep(f, world.get("/api/v1/projects/initech")).await;
    keep(f, world.get(&at("prompts/sales%2Fqualify-leads"))).await;
    keep(f, world.get(&at("prompts/sales%2Fqualify-lead/versions/3.0.0"))).await;
    keep(f, world.get(&at("environments/prod"))).await;
    keep(f, world.get(&at("environments/production/generations/7"))).await;
    keep(f, world.get(&at("releases/77"))).await;
    keep(f, world.get(&at("ledger/500/proof"))).await;
    keep(f, world.ask(Method::DELETE, "/api/v1/tokens/0123456789abcdef")).await;
    // Form.
    let typo = json!({ "environment": "production", "prompt": LEAD, "input": { "person": "Ada" } });
    keep(f, world.post(&at("resolve"), &typo)).await;
    keep(f, world.post(&at("resolve"), &typo).header("content-type", "text/plain")).await;
    keep(f, world.post(&at("resolve"), &typo).header("content-length", "9999999")).await;
    keep(f, world.post(&at("releases"), &set("development", "1.0.0")).without("idempotency-key")).await;
    // What is served.
    keep(f, world.post(&at("resolve"), &json!({ "environment": "production", "prompt": "sales/new" }))).await;
    let inputs =
        json!({ "environment": "development", "prompt": LEAD, "inputs": { "person": 7, "rgion": "EMEA" } });
    keep(f, world.post(&at("resolve"), &inputs)).await;
    keep(f, world.get(&at("at?time=2026-01-01T00:00:00Z&environment=production&prompt=sales/qualify-lead")))
        .await;
    let mut heavy = cuelight_testkit::files::greeting("long/answer", GREETING);
    for text in heavy.values_mut() {
        *text = text.replace("maxLength: 100 }", "maxLength: 900000 }");
        *text = text.replace("Greet {{ person }}", "Greet {{ person }} and {{ person }}");
    }
    world.test.publish(heavy).await.expect("a version");
    world.test.release("development", &["long/answer"]).await.expect("a release");
    let heavy = json!({ "environment": "development", "prompt": "long/answer", "inputs": { "person": "x".repeat(900_000) } });
    keep(f, world.post(&at("resolve"), &heavy)).await;
    // Files.
    let mut files = first_files();
    files.insert(format!("prompts/{LEAD}/system.md"), "Greet {{ persn }}.\n".into());
    keep(f, world.post(&at("apply"), &json!({ "files": files }))).await;
    files.insert(
        format!("prompts/{LEAD}/system.md"),
        cuelight_testkit::files::GREETING.replace("Greet", "Welcome"),
    );
    let low = json!({ "files": files, "bumps": { format!("prompt:{LEAD}"): { "class": "patch" } } });
    keep(f, world.post(&at("apply"), &low)).await;
    let stale = json!({ "files": files, "plan": format!("sha256:{}", "0".repeat(64)) });
    keep(f, world.post(&at("apply"), &stale)).await;
    // Releases.
    keep(f, world.post(&at("releases"), &set("production", "2.0.0"))).await;
    let mut expecting = set("development", "1.0.0");
    expecting["expected_generation"] = json!(1);
    keep(f, world.post(&at("releases"), &expecting)).await;
    keep(f, world.post(&at("releases"), &set("development", "2.0.0"))).await;
    let patch = json!({ "environment": "production", "items": [
        { "do": "override", "prompt": LEAD, "id": "acme", "when": { "tenant": "acme" }, "fields": { "constants.limit": 10 } },
    ] });
    keep(f, world.post(&at("releases"), &patch)).await;
    keep(f, world.post(&at("releases/1/rollback"), &json!({}))).await;
    keep(f, world.post(&at("releases/3/rollback"), &json!({ "to": 0 }))).await;
    // Settings.
    keep(f, world.post(&at("environments"), &json!({ "name": "staging" }))).await;
    let policy = json!({ "prereleases": "refused", "predecessor": "required", "blocked": "refused" });
    let put = || world.ask(Method::PUT, &at("environments/production/policy")).json(&policy);
    keep(f, put()).await;
    let first = put().header("if-match", "\"g1-p1\"").header("idempotency-key", "policy-1").send().await;
    assert!(first.status.is_success(), "{}", first.text());
    keep(f, put().header("if-match", "\"g1-p2\"").header("idempotency-key", "policy-1")).await;
    let yank = json!({ "severity": "block", "reason": "It insults people." });
    let yanked = world.post(&at("prompts/sales%2Fqualify-lead/versions/1.0.0/yank"), &yank).send().await;
    assert!(yanked.status.is_success(), "{}", yanked.text());
    let ask = json!({ "environment": "production", "prompt": LEAD, "inputs": { "person": "Ada" } });
    keep(f, world.post(&at("resolve"), &ask)).await;
    // The server's own troubles.
    let world = World::with(Limits { requests: 0, ..Limits::default() }).await;
    keep(f, world.get(P)).await;
    world.stop.send_replace(true);
    keep(f, world.get("/readyz")).await;
    let world = World::with(Limits { held: 0, ..Limits::default() }).await;
    keep(f, world.post(&at("plan"), &json!({ "files": { "prompts.yaml": "x".repeat(70_000) } }))).await;
    let world = World::with(Limits { request: Duration::from_millis(20), ..Limits::default() }).await;
    let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    keep(f, world.post(&at("resolve"), &json!({})).bytes(Body::from_stream(never))).await;
    let world = World::new().await;
    let panics =
        futures_util::stream::poll_fn(|_| -> std::task::Poll<Option<Result<Vec<u8>, std::io::Error>>> {
            panic!("on purpose")
        });
    keep(f, world.post(&at("resolve"), &json!({})).bytes(Body::from_stream(panics))).await;
    let missing: Vec<&str> =
        Code::ALL.iter().map(|c| c.as_str()).filter(|c| !found.contains_key(*c)).collect();
    let text: Vec<String> = Code::ALL
        .iter()
        .filter_map(|c| found.get(c.as_str()))
        .map(|p| serde_json::to_string_pretty(p).expect("JSON"))
        .collect();
    insta::assert_snapshot!(
        "problems",
        format!("not provoked here: {}\n\n{}", missing.join(", "), text.join("\n\n"))
    );
}

#[tokio::test]
async fn every_code_is_explained_where_its_problem_points() {
    let world = World::new().await;
    let text = world.get("/errors").send().await.text();
    for code in Code::ALL {
        assert!(text.contains(&format!("\n{} ({})\n", code.as_str(), code.status())), "{}", code.as_str());
        assert!(text.contains(code.advice()));
    }
}
