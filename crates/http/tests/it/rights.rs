//! Who may do what, through every operation, against the table of rights.

use std::fmt::Write as _;

use axum::http::{HeaderMap, StatusCode};
use cuelight_app::token::authenticate;
use cuelight_app::{Code, Ctx};
use cuelight_core::rights::Role;
use cuelight_http::{Access, Call, Operation, Secret, operations};
use serde_json::json;

use crate::examples::{example, operation, params, request, usual};
use crate::world::{LEAD, P, World};

/// What the table of rights says of a role with its full reach.
fn expected(operation: &Operation, role: Role) -> &'static str {
    match operation.access.action() {
        Some(action) if !role.actions().contains(&action) => "403",
        None if operation.access == Access::People && role == Role::Serve => "403",
        _ => "may",
    }
}

/// What a caller meets: `may`, or the status of the refusal.
async fn meets(world: &World, operation: &Operation, token: Option<&str>) -> String {
    let example = example(world, operation).await;
    let ask = request(world, operation, &example);
    let ask = match token {
        Some(token) => ask.token(token),
        None => ask.without("authorization"),
    };
    let reply = ask.open().await;
    match reply.status() {
        StatusCode::UNAUTHORIZED => "401".into(),
        StatusCode::FORBIDDEN => "403".into(),
        StatusCode::NOT_FOUND => "404".into(),
        // Several callers make the same change; whoever comes later changes nothing any more.
        status if status.is_success() || status == StatusCode::CONFLICT => "may".into(),
        StatusCode::PRECONDITION_FAILED => "may".into(),
        other => panic!("{}: {other}", operation.id),
    }
}

#[tokio::test]
async fn the_matrix_is_the_table_of_rights() {
    let mut matrix = format!("{:<26}{:>8}", "", "nobody");
    for role in Role::ALL {
        let _infallible = write!(matrix, "{:>16}", role.as_str());
    }
    matrix.push_str("   other project\n");
    for operation in operations() {
        let world = World::new().await;
        let public = operation.access == Access::Public;
        let nobody = meets(&world, &operation, None).await;
        assert_eq!(nobody, if public { "may" } else { "401" }, "{}", operation.id);
        let mut row = format!("{:<26}{nobody:>8}", operation.id);
        for role in Role::ALL {
            let token = world.role(*role).await;
            let met = meets(&world, &operation, Some(&token)).await;
            assert_eq!(met, expected(&operation, *role), "{} by {}", operation.id, role.as_str());
            let _infallible = write!(row, "{met:>16}");
        }
        let narrow = |i: &mut cuelight_app::token::IssueInput| {
            i.projects = Some(["globex".parse().expect("a name")].into());
        };
        let stranger = world.token("stranger", Role::Admin, narrow).await;
        let met = meets(&world, &operation, Some(&stranger)).await;
        let other = match operation.access {
            Access::Public | Access::AnyToken | Access::People => "may",
            Access::Installation(_) => "403",
            Access::Project(_) | Access::Environment(_) => "404",
        };
        assert_eq!(met, other, "{} by a stranger", operation.id);
        let _infallible = writeln!(matrix, "{row}{met:>16}");
    }
    insta::assert_snapshot!("matrix", matrix);
}

/// The early check could hide an operation that forgets its own; so the operations are asked without it too.
#[tokio::test]
async fn operations_refuse_by_themselves() {
    for operation in operations().into_iter().filter(|o| o.access.action().is_some()) {
        let world = World::new().await;
        for role in Role::ALL {
            let example = example(&world, &operation).await;
            let token = world.role(*role).await;
            let principal = authenticate(&world.test.app, &token).await.expect("a principal");
            let key = format!("direct-{}", role.as_str()).parse().expect("a key");
            let ctx = Ctx {
                app: world.test.app.clone(),
                principal,
                request_id: "direct".into(),
                command: Some(key),
            };
            let value = |param: &String| {
                let found =
                    example.params.iter().find(|(k, _)| k == param).map_or_else(|| usual(param), |(_, v)| *v);
                found.replace("%2F", "/")
            };
            let mut headers = HeaderMap::new();
            for (name, value) in &example.headers {
                headers.insert(*name, value.parse().expect("a header"));
            }
            let call = Call {
                state: world.state.clone(),
                ctx,
                token: Secret::new(token),
                params: params(&operation).into_iter().map(|p| (p.clone().into(), value(&p))).collect(),
                uri: format!("/?{}", example.query).parse().expect("an address"),
                headers,
                body: example.body.map_or_else(|| "{}".into(), |b| b.to_string()).into(),
            };
            let done = operation.run(call).await;
            let refused = done.as_ref().is_err_and(|e| e.code == Code::Forbidden);
            let may = expected(&operation, *role) == "may";
            assert_eq!(refused, !may, "{} by {}: {done:?}", operation.id, role.as_str());
        }
    }
}

#[tokio::test]
async fn tokens_that_do_not_hold_are_all_refused_alike() {
    let world = World::new().await;
    let good = world.role(Role::Viewer).await;
    let expired = world.token("short", Role::Viewer, |i| i.days = Some(1)).await;
    let revoked = world.token("revoked", Role::Viewer, |_| {}).await;
    let id = revoked.split('_').nth(1).expect("an id");
    world
        .ask(axum::http::Method::DELETE, &format!("/api/v1/tokens/{id}"))
        .send()
        .await
        .expect(StatusCode::NO_CONTENT);
    world.test.clock.advance(25 * 3_600_000_000);
    let wrong = format!("{}x", &good[..good.len() - 1]);
    let mut details = std::collections::BTreeSet::new();
    for token in [expired.as_str(), &revoked, &wrong, "cl_0000000000000000_AAAA", "x", "cl__"] {
        let reply = world.get("/api/v1/whoami").token(token).send().await;
        assert_eq!(reply.header("www-authenticate"), "Bearer", "{token}");
        details.insert(reply.detail("unauthenticated"));
    }
    assert_eq!(details.len(), 1, "{details:?}");
    assert_eq!(world.get("/api/v1/whoami").token(&good).send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_a_bearer_token_in_one_header_counts() {
    let world = World::new().await;
    let admin = world.test.admin.clone();
    let get = || world.get("/api/v1/whoami").without("authorization");
    for value in
        ["", "Bearer", "Bearer cl_\u{e9}_", &admin, &format!("Basic {admin}"), &format!("Token {admin}")]
    {
        assert_eq!(get().header("authorization", value).send().await.code(), "unauthenticated", "{value}");
    }
    assert_eq!(
        get().header("authorization", &format!("bearer  {admin}")).send().await.status,
        StatusCode::OK
    );
    let mut twice = get().into_request();
    for _ in 0..2 {
        twice.headers_mut().append("authorization", format!("Bearer {admin}").parse().expect("a header"));
    }
    let reply = tower::ServiceExt::oneshot(world.router.clone(), twice).await.expect("an answer");
    assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    for place in [format!("/api/v1/whoami?token={admin}"), format!("/api/v1/whoami?access_token={admin}")] {
        assert_eq!(world.get(&place).without("authorization").send().await.code(), "unauthenticated");
    }
}

#[tokio::test]
async fn a_token_for_one_environment_stays_there() {
    let world = World::new().await;
    let narrow = |i: &mut cuelight_app::token::IssueInput| {
        i.environments = Some(["development".parse().expect("a name")].into());
    };
    let token = world.token("development only", Role::Admin, narrow).await;
    let environments =
        world.get(&format!("{P}/environments")).token(&token).send().await.expect(StatusCode::OK);
    assert_eq!(environments["items"].as_array().map(Vec::len), Some(1));
    for path in ["", "/generations", "/generations/1", "/bundle", "/feed"] {
        let path = format!("{P}/environments/production{path}");
        assert_eq!(world.get(&path).token(&token).send().await.code(), "forbidden", "{path}");
    }
    let at = format!("{P}/at?time=2026-03-16T00:00:00Z&environment=production");
    assert_eq!(world.get(&at).token(&token).send().await.code(), "forbidden");
    let body = json!({ "environment": "production", "prompt": LEAD });
    assert_eq!(world.post(&format!("{P}/resolve"), &body).token(&token).send().await.code(), "forbidden");
    let releases =
        world.get(&format!("{P}/releases?limit=200")).token(&token).send().await.expect(StatusCode::OK);
    let items = releases["items"].as_array().expect("items");
    assert!(items.iter().all(|r| r["environment"] == "development") && items.len() == 2);
    assert_eq!(world.get(&format!("{P}/releases/3")).token(&token).send().await.code(), "forbidden");
    // Having a scope of its own, it has no business with the installation.
    assert_eq!(world.get("/api/v1/tokens").token(&token).send().await.code(), "forbidden");
}

#[tokio::test]
async fn a_token_cannot_give_more_than_it_has() {
    let world = World::new().await;
    let narrow = |i: &mut cuelight_app::token::IssueInput| {
        i.actions = Some([cuelight_core::rights::Action::ManageTokens].into());
    };
    let issuer = world.token("issuer", Role::Admin, narrow).await;
    let body = json!({ "label": "more", "role": "viewer" });
    assert_eq!(world.post("/api/v1/tokens", &body).token(&issuer).send().await.code(), "forbidden");
}

#[tokio::test]
async fn a_serve_token_reaches_what_is_released_and_nothing_else() {
    let world = World::new().await;
    let token = world.role(Role::Serve).await;
    let mut reached = Vec::new();
    for operation in operations().into_iter().filter(|o| o.access != Access::Public) {
        if meets(&world, &operation, Some(&token)).await == "may" {
            reached.push(operation.id);
        }
    }
    let allowed = [
        "system.whoami",
        "project.list",
        "serve.resolve",
        "serve.resolve_many",
        "serve.bundle",
        "serve.feed",
        "serve.applied",
        "observation.record",
    ];
    assert_eq!(reached, allowed);
    let projects = world.get("/api/v1/projects").token(&token).send().await.expect(StatusCode::OK);
    assert_eq!(projects, json!({ "items": [] }), "the list of projects is empty for it");
}

#[tokio::test]
async fn what_is_not_released_stays_unseen_by_a_serve_token() {
    let world = World::new().await;
    let token = world.role(Role::Serve).await;
    // 2.0.0 is published, and live in development only.
    let narrow = |i: &mut cuelight_app::token::IssueInput| {
        i.environments = Some(["production".parse().expect("a name")].into());
    };
    let application = world.token("application", Role::Serve, narrow).await;
    for token in [&token, &application] {
        let body = json!({ "environment": "production", "prompt": LEAD, "inputs": { "person": "Ada" } });
        let resolved =
            world.post(&format!("{P}/resolve"), &body).token(token).send().await.expect(StatusCode::OK);
        assert_eq!(resolved["version"], "1.0.0");
        for field in ["version", "release", "digest", "branch"] {
            let mut asking = body.clone();
            asking[field] = json!("2.0.0");
            assert_eq!(
                world.post(&format!("{P}/resolve"), &asking).token(token).send().await.code(),
                "invalid_request"
            );
        }
        let many = json!({ "environment": "production", "prompts": { LEAD: {} }, "render": "none" });
        let resolved = world.post(&format!("{P}/resolve/batch"), &many).token(token).send().await.text();
        let bundle =
            world.get(&format!("{P}/environments/production/bundle")).token(token).send().await.text();
        for text in [resolved, bundle] {
            assert!(text.contains("1.0.0") && !text.contains("2.0.0") && !text.contains("region"), "{text}");
        }
    }
    for path in
        ["prompts", "fragments", "lock", "files", "releases", "ledger", "ledger/export", "environments"]
    {
        assert_eq!(
            world.get(&format!("{P}/{path}")).token(&token).send().await.code(),
            "forbidden",
            "{path}"
        );
    }
    assert_eq!(operation("serve.resolve").answer.status, 200);
}
