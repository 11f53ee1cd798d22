//! Every operation works, and its answer is what the API description says.

use axum::http::{Method, StatusCode};
use cuelight_http::{openapi, operations};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::examples::{example, operation, request};
use crate::world::{LEAD, P, World};

/// What is wrong with `value`, as far as the schema says; a small part of JSON Schema is enough for our own.
fn check(schema: &Value, value: &Value, document: &Value, place: &str) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document
            .pointer(reference.trim_start_matches('#'))
            .ok_or(format!("{reference} leads nowhere"))?;
        check(target, value, document, place)?;
    }
    for (word, enough) in [("anyOf", 1), ("oneOf", 1), ("allOf", usize::MAX)] {
        let Some(options) = schema[word].as_array() else { continue };
        let fits = options.iter().filter(|o| check(o, value, document, place).is_ok()).count();
        if fits < enough.min(options.len()) {
            return Err(format!("{place}: {value} fits {fits} of {word}"));
        }
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => vec![kind],
    };
    let number = kind == "integer" && allowed.contains(&"number");
    if !allowed.contains(&kind) && !number {
        return Err(format!("{place}: {value} is {kind}, not {allowed:?}"));
    }
    if schema["enum"].as_array().is_some_and(|options| !options.contains(value)) {
        return Err(format!("{place}: {value} is none of {}", schema["enum"]));
    }
    if schema.get("const").is_some_and(|c| c != value) {
        return Err(format!("{place}: {value} is not {}", schema["const"]));
    }
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        check(&schema["items"], item, document, &format!("{place}[{i}]"))?;
    }
    let Some(fields) = value.as_object() else { return Ok(()) };
    for required in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(required.as_str().expect("a name")) {
            return Err(format!("{place}: {required} is missing"));
        }
    }
    for (name, field) in fields {
        let place = format!("{place}.{name}");
        let pattern = schema["patternProperties"].as_object().and_then(|p| p.values().next());
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, _) if pattern.is_some() => {
                check(pattern.expect("just seen"), field, document, &place)?;
            }
            (Value::Null, Value::Bool(false)) => return Err(format!("{place} is not described")),
            (Value::Null, rest @ Value::Object(_)) => check(rest, field, document, &place)?,
            (Value::Null, _) if schema["properties"].is_object() && schema["allOf"].is_null() => {
                return Err(format!("{place} is not described"));
            }
            (Value::Null, _) => {}
            (known, _) => check(known, field, document, &place)?,
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_operation_answers_as_described() {
    let document = openapi();
    for operation in operations() {
        let world = World::new().await;
        let example = example(&world, &operation).await;
        let id = &operation.id;
        let described = &document["paths"][&operation.path][operation.method.as_str().to_lowercase()];
        let response = request(&world, &operation, &example).open().await;
        let (head, mut body) = response.into_parts();
        let media = head.headers.get("content-type").map_or("", |v| v.to_str().expect("ASCII"));
        if id == "serve.feed" {
            assert_eq!((head.status.as_u16(), media), (200, "text/event-stream"));
            assert!(body.frame().await.is_some());
            continue;
        }
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!(head.status.as_u16(), operation.answer.status, "{id}: {text}");
        assert_eq!(media, operation.answer.media, "{id}");
        let schema = &described["responses"][operation.answer.status.to_string()]["content"][media]["schema"];
        let lines: Vec<Value> = match media {
            "application/json" => vec![serde_json::from_slice(&bytes).expect("JSON")],
            "application/x-ndjson" => text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect(),
            _ => Vec::new(),
        };
        for line in lines {
            check(schema, &line, &document, id).unwrap_or_else(|e| panic!("{e}"));
        }
    }
}

#[tokio::test]
async fn the_checker_of_these_tests_sees_what_is_wrong() {
    let schema = json!({ "type": "object", "properties": { "a": { "type": "integer" } }, "required": ["a"] });
    assert!(check(&schema, &json!({ "a": 1 }), &json!({}), "").is_ok());
    for bad in [json!({}), json!({ "a": "1" }), json!({ "a": 1, "b": 2 }), json!([])] {
        assert!(check(&schema, &bad, &json!({}), "").is_err(), "{bad}");
    }
}

#[tokio::test]
async fn pages_join_to_the_whole_list() {
    let world = World::new().await;
    for i in 0..3 {
        world.flip(["1.0.0", "2.0.0"][i % 2]).await;
    }
    let cue = world.cue().await;
    let observations: Vec<Value> = (0..5).map(|i| json!({ "id": format!("o-{i}"), "cue": cue })).collect();
    world
        .post(&format!("{P}/observations"), &json!({ "observations": observations }))
        .send()
        .await
        .expect(StatusCode::OK);
    let lists = [
        ("/api/v1/projects", "after"),
        ("/api/v1/projects/acme/prompts", "cursor"),
        ("/api/v1/projects/acme/prompts/sales%2Fqualify-lead/versions", "before"),
        ("/api/v1/projects/acme/fragments/safety%2Fbase/dependents", "after"),
        ("/api/v1/projects/acme/environments/development/generations", "before"),
        ("/api/v1/projects/acme/releases", "before"),
        ("/api/v1/projects/acme/ledger", "after"),
        ("/api/v1/projects/acme/observations", "after"),
        ("/api/v1/tokens", "after"),
    ];
    for (path, cursor) in lists {
        let whole = world.get(&format!("{path}?limit=200")).send().await.expect(StatusCode::OK);
        assert_eq!(whole["next"], Value::Null, "{path}");
        assert!(!whole["items"].as_array().expect("items").is_empty(), "{path}");
        let (mut joined, mut next) = (Vec::new(), String::new());
        loop {
            let page = world.get(&format!("{path}?limit=1{next}")).send().await.expect(StatusCode::OK);
            joined.extend(page["items"].as_array().expect("items").clone());
            match &page["next"] {
                Value::Null => break,
                Value::String(text) => next = format!("&{cursor}={}", text.replace(':', "%3A")),
                number => next = format!("&{cursor}={number}"),
            }
        }
        assert_eq!(Value::Array(joined), whole["items"], "{path}");
    }
}

#[tokio::test]
async fn an_answer_that_did_not_change_is_not_sent_again() {
    let world = World::new().await;
    for path in ["", "/versions/1.0.0"] {
        let path = format!("{P}/prompts/sales%2Fqualify-lead{path}");
        let first = world.get(&path).send().await;
        assert_eq!((first.status, first.header("cache-control")), (StatusCode::OK, "private, no-cache"));
        let etag = first.header("etag").to_owned();
        for tag in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".into()] {
            let again = world.get(&path).header("if-none-match", &tag).send().await;
            assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{tag}");
            assert_eq!(again.header("etag"), etag);
        }
        // A yank changes what is said of a version, though not its content.
        world
            .post(
                &format!(
                    "{P}/prompts/sales%2Fqualify-lead/versions/{}/yank",
                    if path.ends_with('0') { "1.0.0" } else { "2.0.0" }
                ),
                &json!({ "severity": "avoid", "reason": "A doubt." }),
            )
            .send()
            .await
            .expect(StatusCode::OK);
        let later = world.get(&path).header("if-none-match", &etag).send().await.expect(StatusCode::OK);
        assert_eq!(later["yanked"], "avoid");
    }
}

#[tokio::test]
async fn a_policy_is_set_only_on_what_was_seen() {
    let world = World::new().await;
    let (path, policy) = (format!("{P}/environments/production"), operation("environment.policy"));
    let body = example(&world, &policy).await.body.expect("a policy");
    let put =
        |tag: &str| world.ask(Method::PUT, &format!("{path}/policy")).json(&body).header("if-match", tag);
    let seen = world.get(&path).send().await;
    assert_eq!(seen.header("etag"), "\"g1-p1\"");
    let done = put("\"g1-p1\"").send().await;
    done.expect(StatusCode::OK);
    assert_eq!(done.header("etag"), "\"g1-p2\"");
    assert!(put("\"g1-p1\"").send().await.detail("stale").contains("revision 2, not 1"));
    put("W/\"g9-p1\"").send().await.detail("stale");
    for tag in ["*", "\"x\"", "\"g1-p1\", \"g1-p2\"", "g1-p1", "\"g1-p\""] {
        assert!(put(tag).send().await.detail("invalid_request").contains("is not the ETag"), "{tag}");
    }
    let without = world.ask(Method::PUT, &format!("{path}/policy")).json(&body).send().await;
    without.detail("precondition_required");
}

#[tokio::test]
async fn going_back_takes_no_more_than_an_address() {
    let world = World::new().await;
    let back =
        world.ask(Method::POST, &format!("{P}/releases/4/rollback")).send().await.expect(StatusCode::CREATED);
    assert_eq!(back["cause"], json!({ "type": "roll_back", "of": 4, "to": 1 }));
    assert_eq!((&back["generation"], &back["changes"][0]["after"]["version"]), (&json!(3), &json!("1.0.0")));
    assert_eq!(back["changes"][0]["slot"], LEAD);
}

#[tokio::test]
async fn the_export_is_whole_and_ends_with_a_checkpoint() {
    let world = World::new().await;
    let reply = world.get(&format!("{P}/ledger/export")).send().await;
    let lines: Vec<Value> = reply.text().lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(lines[0]["ledger"], "project/acme");
    let entries = lines.iter().filter(|l| l["type"] == "entry").count() as u64;
    let last = lines.last().expect("lines");
    assert_eq!((&last["type"], &last["size"]), (&json!("checkpoint"), &json!(entries)));
    let project = world.get(P).send().await.expect(StatusCode::OK);
    assert_eq!(project["entries"], entries);
    let note = world.get(&format!("{P}/ledger/checkpoint")).send().await.text();
    assert_eq!(last["note"], note);
}

#[tokio::test]
async fn metrics_tell_generations_and_answers() {
    let world = World::new().await;
    world.get(&format!("{P}/prompts/no%2Fsuch")).send().await;
    world.get("/nowhere").send().await;
    world.ask("BREW".parse().expect("a method"), "/nowhere").send().await;
    let text = world.get("/metrics").send().await.text();
    for line in [
        "cuelight_http_requests_total{method=\"GET\",route=\"/api/v1/projects/{project}/prompts/{name}\",status=\"404\"} 1",
        "cuelight_http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"} 1",
        "cuelight_http_requests_total{method=\"OTHER\",route=\"unmatched\",status=\"404\"} 1",
        "cuelight_environment_generation{project=\"acme\",environment=\"development\"} 2",
        "cuelight_feeds_open 0",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("no/such") && !text.contains("cl_"), "{text}");
}

#[tokio::test]
async fn a_server_that_ends_is_alive_and_not_ready() {
    let world = World::new().await;
    assert_eq!(world.get("/readyz").send().await.text(), "ready\n");
    world.stop.send_replace(true);
    assert!(world.get("/readyz").send().await.detail("unavailable").contains("about to end"));
    assert_eq!(world.get("/healthz").send().await.text(), "ok\n");
}
