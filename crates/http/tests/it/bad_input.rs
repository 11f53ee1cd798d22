//! Every operation refuses what is not of its form, with a code and a text that say what and where.

use axum::body::Body;
use axum::http::StatusCode;
use cuelight_http::{Limits, Operation, operations};
use serde_json::{Value, json};

use crate::examples::{Example, example, params, request};
use crate::world::{P, World};

fn with_body() -> Vec<Operation> {
    operations().into_iter().filter(|o| o.request.is_some()).collect()
}

/// The example's body with something wrong in it, and what the text must name.
fn spoiled(body: &Value) -> Vec<(String, &'static str)> {
    let text = body.to_string();
    let mut unknown = body.clone();
    unknown["surprise"] = json!(1);
    let first = body.as_object().and_then(|o| o.keys().next().cloned()).expect("a field");
    let mut wrong = body.clone();
    wrong[&first] = json!([[true]]);
    vec![
        ("".into(), "EOF"),
        (text[..text.len() - 1].into(), "EOF"),
        (format!("{text}x"), "trailing characters"),
        ("[]".into(), "line 1"),
        ("null".into(), "line 1"),
        (unknown.to_string(), "surprise"),
        (wrong.to_string(), ""),
        (format!("{},{}", &text[..text.len() - 1], &text[1..]), "twice in one object"),
        (format!("{}{}", "[".repeat(65), "]".repeat(65)), "deeper than 64"),
        (format!("{}{}", "{\"a\":".repeat(100_000), "1"), "deeper than 64"),
    ]
}

#[tokio::test]
async fn bodies_that_are_not_of_the_form_are_refused() {
    for operation in with_body() {
        let world = World::new().await;
        let example = example(&world, &operation).await;
        let body = example.body.clone().expect("a body");
        for (bad, named) in spoiled(&body) {
            if bad.is_empty() && operation.request.expect("a body").optional {
                continue;
            }
            let reply = request(&world, &operation, &example).bytes(bad.clone()).send().await;
            let detail = reply.detail("invalid_request");
            let shown: String = bad.chars().take(200).collect();
            assert!(
                detail.contains(named) && detail.contains("line "),
                "{}: {shown}\n{detail}",
                operation.id
            );
        }
        for bytes in [&b"\xff\xfe"[..], b"{\"a\":\"\xc3\"}", b"{\"\xf0\x28\":1}", b"\xef\xbb\xbf{}"] {
            let reply = request(&world, &operation, &example).bytes(bytes).send().await;
            assert_eq!(reply.code(), "invalid_request", "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn bodies_of_another_media_type_are_refused() {
    for operation in with_body() {
        let world = World::new().await;
        let example = example(&world, &operation).await;
        let ask = || request(&world, &operation, &example);
        for media in
            ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "json"]
        {
            let reply = ask().header("content-type", media).send().await;
            assert_eq!(
                (reply.status, reply.code()),
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media".into())
            );
        }
        assert_eq!(ask().without("content-type").send().await.code(), "unsupported_media");
        assert_eq!(ask().header("content-encoding", "gzip").send().await.code(), "unsupported_media");
        let good = ask().header("content-type", "Application/JSON; charset=\"UTF-8\"").send().await;
        assert!(good.status.is_success(), "{}: {}", operation.id, good.text());
    }
}

#[tokio::test]
async fn bodies_that_are_too_large_are_refused_before_they_are_read() {
    let limits = Limits { body: 2_000, files: 2_000, observations: 2_000, ..Limits::default() };
    let world = World::with(limits).await;
    for operation in with_body() {
        let example = Example { body: Some(json!({})), ..example(&world, &operation).await };
        let announced = request(&world, &operation, &example).header("content-length", "2001").send().await;
        assert_eq!(announced.detail("too_large"), "the body has more than 2000 bytes");
        let chunks = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 600]));
        let endless = request(&world, &operation, &example).bytes(Body::from_stream(chunks)).send().await;
        assert_eq!((endless.status, endless.code()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large".into()));
        let broken = futures_util::stream::iter([Ok(vec![b'{']), Err(std::io::Error::other("gone"))]);
        let reply = request(&world, &operation, &example).bytes(Body::from_stream(broken)).send().await;
        assert_eq!(reply.detail("invalid_request"), "the body broke off before its end");
    }
}

#[tokio::test]
async fn the_usual_limits_are_those_of_the_design() {
    let world = World::new().await;
    for operation in with_body() {
        let limit = match operation.id.as_str() {
            "plan.make" | "plan.apply" => 40 * 1024 * 1024,
            "observation.record" => 4 * 1024 * 1024,
            _ => 1024 * 1024,
        };
        let example = example(&world, &operation).await;
        let size = |n: usize| request(&world, &operation, &example).header("content-length", &n.to_string());
        assert!(
            size(limit + 1).send().await.detail("too_large").contains(&limit.to_string()),
            "{}",
            operation.id
        );
        assert_ne!(size(limit).send().await.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", operation.id);
    }
}

#[tokio::test]
async fn nobody_without_a_right_makes_the_server_read_a_body() {
    let world = World::new().await;
    let serve = world.role(cuelight_core::rights::Role::Serve).await;
    let panics =
        futures_util::stream::poll_fn(|_| -> std::task::Poll<Option<Result<Vec<u8>, std::io::Error>>> {
            panic!("the body was read")
        });
    let ask = world.post(&format!("{P}/apply"), &json!({})).bytes(Body::from_stream(panics));
    assert_eq!(ask.token(&serve).send().await.code(), "forbidden");
}

/// A value that names nothing, and the code it must lead to.
fn nothing(param: &str) -> (&'static str, &'static str) {
    match param {
        "project" => ("nowhere", "unknown_project"),
        "environment" => ("nowhere", "unknown_environment"),
        "name" => ("no%2Fsuch", "unknown_artifact"),
        "version" => ("9.9.9", "unknown_version"),
        "generation" => ("99", "unknown_generation"),
        "release" => ("99", "unknown_release"),
        "seq" => ("9999", "unknown_entry"),
        "id" => ("0000000000000000", "unknown_token"),
        other => panic!("no value for {other}"),
    }
}

/// Values that cannot name anything, each with what the text must say.
fn malformed(param: &str) -> &'static [(&'static str, &'static str)] {
    match param {
        "project" | "environment" => &[
            ("UPPER", "'U' at position 1"),
            ("a%2Fb", "'/' at position 2"),
            ("%2e%2e%2f", "'.' at position 1"),
            ("caf%C3%A9", "U+00E9"),
            ("a%00", "U+0000"),
            ("con", "reserved"),
        ],
        "name" => &[
            ("lonely", "two to 6 parts"),
            ("%2e%2e%2f%2e%2e%2fetc", "'.' at position 1"),
            ("..%2fetc", "'.' at position 1"),
            ("sales%252Fqualify-lead", "'%' at position 6"),
            ("sales%2F%D0%B0", "U+0430"),
            ("sales%2Fa%E2%80%8Bb", "U+200B"),
            ("sales%2F", "no empty part"),
            ("%2Fsales%2Fa", "no empty part"),
            ("sales%5Cx", "'\\' at position 6"),
            ("sales%2Fx%", "'%' at position 8"),
        ],
        "version" => {
            &[("one", "unexpected character"), ("1.0", "unexpected end"), ("v1.0.0", "unexpected character")]
        }
        "generation" | "release" | "seq" => &[
            ("first", "invalid digit"),
            ("-1", "invalid digit"),
            ("1.5", "invalid digit"),
            ("99999999999999999999", "too large"),
        ],
        _ => &[],
    }
}

#[tokio::test]
async fn every_parameter_of_every_address_is_checked() {
    for operation in operations() {
        let world = World::new().await;
        let example = example(&world, &operation).await;
        for param in params(&operation) {
            let with = |value: &'static str| {
                let key = crate::examples::params(&operation)
                    .into_iter()
                    .find(|p| *p == param)
                    .expect("it is there");
                let key: &'static str = Box::leak(key.into_boxed_str());
                let mut example = example.clone();
                example.params.retain(|(k, _)| *k != key);
                example.params.push((key, value));
                example
            };
            let (value, code) = nothing(&param);
            let reply = request(&world, &operation, &with(value)).send().await;
            assert_eq!(reply.code(), code, "{} {param}: {}", operation.id, reply.text());
            for (value, named) in malformed(&param) {
                let reply = request(&world, &operation, &with(value)).send().await;
                let detail = reply.detail("invalid_request");
                assert!(
                    detail.contains(named) && detail.contains(&format!("`{param}` in the address")),
                    "{} {value}: {detail}",
                    operation.id
                );
            }
            let reply = request(&world, &operation, &with("%ff")).send().await;
            assert!(reply.detail("invalid_request").contains("not UTF-8"), "{} {param}", operation.id);
        }
    }
}

#[tokio::test]
async fn every_query_refuses_what_it_does_not_know() {
    let world = World::new().await;
    for operation in operations().into_iter().filter(|o| o.query.is_some()) {
        let example = example(&world, &operation).await;
        let with = |query: &str| {
            let query: &'static str = Box::leak(format!("{}&{query}", example.query).into_boxed_str());
            Example { query, ..example.clone() }
        };
        let send = async |query: &str| request(&world, &operation, &with(query)).send().await;
        // The time machine takes any key as a request attribute.
        if operation.id != "serve.at" {
            assert!(
                send("surprise=1").await.detail("invalid_request").contains("surprise"),
                "{}",
                operation.id
            );
        }
        assert!(
            send("x=1&x=1").await.detail("invalid_request").contains("`x` stands twice"),
            "{}",
            operation.id
        );
        assert!(send("x=%ff").await.detail("invalid_request").contains("not UTF-8"), "{}", operation.id);
        assert!(
            send("x=%zz").await.detail("invalid_request").contains("two hexadecimal"),
            "{}",
            operation.id
        );
    }
}

#[tokio::test]
async fn values_of_queries_are_checked() {
    let world = World::new().await;
    let cases = [
        ("prompts?limit=0", "`limit` is between 1 and 200; this is 0"),
        ("prompts?limit=201", "`limit` is between 1 and 200; this is 201"),
        ("prompts?limit=ten", "the query: limit: invalid digit found in string"),
        ("prompts?risk=terrible", "unknown variant `terrible`"),
        ("prompts?environment=PROD", "'P' at position 1"),
        ("prompts?cursor=x", "two to 6 parts"),
        (
            "prompts/sales%2Fqualify-lead/versions?before=x",
            "the query: before: invalid digit found in string",
        ),
        ("prompts/sales%2Fqualify-lead/diff?from=PROD", "neither a version"),
        ("fragments/safety%2Fbase/dependents?after=prompt:no/such", "there is no `prompt:no/such` here"),
        ("releases?limit=500", "`limit` is between 1 and 200; this is 500"),
        ("ledger?after=-1", "invalid digit"),
        ("ledger/search?limit=0", "`limit` is between 1 and 200; this is 0"),
        ("ledger/search?since=5", "unknown field `since`"),
        ("ledger/consistency", "missing field `from`"),
        ("ledger/consistency?from=5&to=3", "5"),
        ("drift", "missing field `environment`"),
        ("at?environment=production", "`time` is missing"),
        ("at?time=2026-03-16T00:00:00Z", "`environment` is missing"),
        ("at?time=yesterday&environment=production", "`yesterday` is not a time with its zone"),
        ("at?time=2026-03-16T00:00&environment=production", "is not a time with its zone"),
        ("at?time=2026-03-16T00:00Z&environment=production&prompt=x", "two to 6 parts"),
        (
            "environments/production/feed?after=x",
            "the query: after: the id of an event of this feed is a number",
        ),
    ];
    for (path, named) in cases {
        let detail = world.get(&format!("{P}/{path}")).send().await.detail("invalid_request");
        assert!(detail.contains(named), "{path}: {detail}");
    }
    let unknown = [
        ("lock?environment=nowhere", "unknown_environment"),
        ("files?environment=nowhere", "unknown_environment"),
        ("drift?environment=nowhere", "unknown_environment"),
        ("releases?environment=nowhere", "unknown_environment"),
        ("at?time=2026-03-16T00:00:00Z&environment=nowhere", "unknown_environment"),
        ("at?time=2020-01-01T00:00:00Z&environment=production&prompt=sales/qualify-lead", "nothing_live"),
        ("prompts/sales%2Fqualify-lead/diff?from=0.1.0", "unknown_version"),
        ("prompts/sales%2Fqualify-lead/diff?from=nowhere", "unknown_environment"),
        ("prompts/sales%2Foutreach/diff", "unknown_version"),
        ("ledger/consistency?from=1&to=999", "unknown_entry"),
    ];
    for (path, code) in unknown {
        assert_eq!(world.get(&format!("{P}/{path}")).send().await.code(), code, "{path}");
    }
    let feed =
        world.get(&format!("{P}/environments/production/feed")).header("last-event-id", "x").send().await;
    assert!(feed.detail("invalid_request").contains("`Last-Event-ID`"));
}

#[tokio::test]
async fn names_in_bodies_are_checked() {
    let world = World::new().await;
    let release = |item: Value| json!({ "environment": "development", "items": [item] });
    let set =
        |prompt: &str, version: &str| release(json!({ "do": "set", "prompt": prompt, "version": version }));
    let cases = [
        ("releases", set("no/such", "1.0.0"), "unknown_artifact"),
        ("releases", set("sales/outreach", "9.9.9"), "unknown_version"),
        ("releases", set("../etc", "1.0.0"), "invalid_request"),
        ("releases", set("sales/outreach", "1"), "invalid_request"),
        ("releases", release(json!({ "do": "burn", "prompt": "sales/outreach" })), "invalid_request"),
        ("releases", json!({ "environment": "development", "items": [] }), "invalid_request"),
        (
            "releases",
            json!({ "environment": "nowhere", "items": [{ "do": "remove", "prompt": "a/b" }] }),
            "unknown_environment",
        ),
        ("releases/preview", set("no/such", "1.0.0"), "unknown_artifact"),
        ("resolve", json!({ "environment": "nowhere", "prompt": "a/b" }), "unknown_environment"),
        ("resolve", json!({ "environment": "production", "prompt": "no/such" }), "not_released"),
        ("resolve", json!({ "environment": "production", "prompt": "a" }), "invalid_request"),
        ("resolve/batch", json!({ "environment": "production", "prompts": {} }), "invalid_request"),
        ("observations", json!({ "observations": [] }), "invalid_request"),
        (
            "observations",
            json!({ "observations": [{ "id": "1", "cue": "cue1.e30.AAAA" }] }),
            "invalid_request",
        ),
        ("environments", json!({ "name": "Canary" }), "invalid_request"),
        ("environments", json!({ "name": "canary", "after": "nowhere" }), "unknown_environment"),
        ("environments", json!({ "name": "production" }), "exists"),
        ("apply", json!({ "files": { "../prompts.yaml": "" } }), "files_invalid"),
        ("releases/4/rollback", json!({ "to": 99 }), "unknown_generation"),
        ("releases/4/rollback", json!({ "to": -1 }), "invalid_request"),
    ];
    for (path, body, code) in cases {
        let reply = world.post(&format!("{P}/{path}"), &body).send().await;
        assert_eq!(reply.code(), code, "{path} {body}: {}", reply.text());
    }
    for (path, body) in [
        ("/api/v1/projects", json!({ "name": "Acme" })),
        ("/api/v1/tokens", json!({ "label": "", "role": "viewer" })),
        ("/api/v1/tokens", json!({ "label": "x", "role": "root" })),
        ("/api/v1/tokens", json!({ "label": "x", "role": "viewer", "days": 0 })),
    ] {
        assert_eq!(world.post(path, &body).send().await.code(), "invalid_request", "{body}");
    }
}
