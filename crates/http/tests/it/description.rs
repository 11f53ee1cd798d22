//! The API description: whole, consistent with itself, and the same as the router.

use std::collections::BTreeSet;

use axum::http::Method;
use cuelight_app::Code;
use cuelight_core::rights::Action;
use cuelight_http::{Access, Cli, Endpoint, Writes, openapi, operations};
use serde_json::Value;

use crate::world::World;

fn described() -> Vec<(String, String, Value)> {
    let document = openapi();
    let paths = document["paths"].as_object().expect("paths").clone();
    paths
        .into_iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods").clone();
            methods
                .into_iter()
                .map(move |(method, operation)| (path.clone(), method.to_uppercase(), operation))
        })
        .collect()
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                found.insert(reference.clone());
            }
            fields.values().for_each(|v| references(v, found));
        }
        Value::Array(items) => items.iter().for_each(|v| references(v, found)),
        _ => {}
    }
}

#[test]
fn it_is_openapi_3_1_and_every_reference_leads_somewhere() {
    let document = openapi();
    assert_eq!(document["openapi"], "3.1.0");
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        assert!(document.pointer(pointer).is_some_and(Value::is_object), "{reference}");
    }
    for name in document["components"]["schemas"].as_object().expect("schemas").keys() {
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)), "{name}");
    }
}

#[test]
fn it_is_the_same_every_time() {
    assert_eq!(openapi().to_string(), openapi().to_string());
}

#[test]
fn every_operation_is_described_once_and_whole() {
    let all = described();
    assert_eq!(all.len(), operations().len());
    let ids: BTreeSet<&str> = all.iter().map(|(_, _, o)| o["operationId"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), all.len(), "no id twice");
    for (path, _, operation) in &all {
        let id = &operation["operationId"];
        assert!(operation["summary"].as_str().is_some_and(|s| s.len() > 5 && !s.ends_with('.')), "{id}");
        let listed: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .expect("parameters")
            .iter()
            .filter(|p| p["in"] == "path")
            .filter_map(|p| p["name"].as_str())
            .collect();
        let in_path: BTreeSet<&str> =
            path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(listed, in_path, "{id}");
        for parameter in operation["parameters"].as_array().expect("parameters") {
            assert!(!parameter["schema"].to_string().contains("null"), "{id}: {parameter}");
            assert!(
                parameter["description"].as_str().is_some_and(|d| !d.is_empty()),
                "{id}: {}",
                parameter["name"]
            );
        }
    }
}

#[test]
fn every_operation_has_a_right_an_event_if_it_writes_and_a_command_or_a_reason() {
    let actions: BTreeSet<&str> = Action::ALL.iter().map(|a| a.as_str()).collect();
    for (_, method, operation) in described() {
        let id = operation["operationId"].as_str().expect("an id");
        let access = &operation["x-cuelight-access"];
        let public = access == "public";
        assert!(
            public
                || access.as_str().is_some_and(|a| a.starts_with("any token"))
                || access["action"].as_str().is_some_and(|a| actions.contains(a)),
            "{id}"
        );
        assert_eq!(operation["security"].as_array().map(Vec::len), Some(usize::from(!public)), "{id}");
        let event = operation["x-cuelight-event"].as_str();
        let reads = method == "GET"
            || ["plan.make", "release.preview", "serve.resolve", "serve.resolve_many", "serve.applied"]
                .contains(&id);
        assert_eq!(event.is_none(), reads, "{id}: {event:?}");
        if let Some(event) = event.filter(|_| !["observation.record", "session.link"].contains(&id)) {
            assert!(known_event(event), "{id}: {event}");
            let needs_key = |p: &Value| p["name"] == "Idempotency-Key" && p["required"] == true;
            assert!(operation["parameters"].as_array().expect("parameters").iter().any(needs_key), "{id}");
        }
        let cli = &operation["x-cuelight-cli"];
        let text = cli["command"].as_str().or(cli["none"].as_str());
        assert!(text.is_some_and(|t| t.len() > 10), "{id}");
    }
}

/// Whether the ledger has events of this kind: such a kind with an empty body is refused for its body.
fn known_event(kind: &str) -> bool {
    use cuelight_core::event::Event;
    use cuelight_core::installation::InstallationEvent;
    let known = |error: String| !error.contains("unknown variant") && !error.contains("does not know");
    let body = serde_json::json!({});
    let project = Event::decode(kind, &body).err().is_none_or(|e| known(e.to_string()));
    let installation = InstallationEvent::decode(kind, &body).err().is_none_or(|e| known(e.to_string()));
    project || installation
}

#[test]
fn unknown_events_are_recognised_as_such() {
    assert!(known_event("release.opened/1") && known_event("token.issued/1"));
    assert!(!known_event("release.opened/9") && !known_event("coffee.made/1"));
}

#[test]
fn the_table_says_the_same_as_the_description() {
    for operation in operations() {
        let id = &operation.id;
        match operation.cli {
            Cli::Command(command) => assert!(command.starts_with("cuelight "), "{id}"),
            Cli::None(reason) => assert!(reason.len() > 10, "{id}"),
        }
        assert_eq!(
            matches!(operation.endpoint, Endpoint::Public(_)),
            operation.access == Access::Public,
            "{id}"
        );
        // A link is made of nothing but who asks.
        assert_eq!(
            operation.method == Method::GET,
            operation.request.is_none() && operation.method != Method::DELETE && id != "session.link",
            "{id}"
        );
        if operation.writes != Writes::Nothing {
            assert_ne!(operation.method, Method::GET, "{id}");
        }
    }
}

#[tokio::test]
async fn every_address_is_routed() {
    let world = World::new().await;
    for (path, method, operation) in described() {
        let path = path
            .split('/')
            .map(|part| part.strip_prefix('{').and_then(|p| p.strip_suffix('}')).map_or(part, |_| "0"))
            .collect::<Vec<_>>()
            .join("/");
        let ask = world.ask(method.parse().expect("a method"), &path).without("authorization");
        let response = ask.open().await;
        let public = operation["x-cuelight-access"] == "public";
        // Without a token everything that is routed and not public answers 401.
        assert_eq!(response.status().as_u16(), if public { 200 } else { 401 }, "{method} {path}");
    }
}

#[test]
fn codes_are_described_under_their_status() {
    for (_, _, operation) in described() {
        for (status, response) in operation["responses"].as_object().expect("responses") {
            if status.as_str() < "400" {
                continue;
            }
            let codes = response["description"].as_str().expect("a text");
            for code in codes.split(", ").map(|c| c.trim_matches('`')) {
                let code = Code::ALL.iter().find(|c| c.as_str() == code).unwrap_or_else(|| panic!("{code}"));
                assert_eq!(code.status().to_string(), *status);
            }
            assert_eq!(
                response["content"]["application/problem+json"]["schema"]["$ref"],
                "#/components/schemas/Problem"
            );
        }
    }
}
