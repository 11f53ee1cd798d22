//! What must hold for every address, from the table of routes.

use std::collections::BTreeSet;

use cuelight_ui::{Answers, Door, Method, routes};

use crate::world::World;

#[test]
fn addresses_are_named_once_and_samples_fit_them() {
    let mut ids = BTreeSet::new();
    let mut addresses = BTreeSet::new();
    for route in routes() {
        assert!(ids.insert(route.id), "`{}` is there twice", route.id);
        assert!(addresses.insert((route.method, route.path)), "{route:?} is there twice");
        assert!(fits(route.path, route.sample), "`{}` is no address of `{}`", route.sample, route.path);
    }
}

/// Whether an address is one of a pattern.
fn fits(pattern: &str, address: &str) -> bool {
    let address = address.split('?').next().unwrap_or_default();
    let (mut want, mut have) = (pattern.split('/'), address.split('/'));
    loop {
        match (want.next(), have.next()) {
            (None, None) => return true,
            (Some(w), Some(h)) if w.starts_with("{*") => return !h.is_empty(),
            (Some(w), Some(h)) if w.starts_with('{') && !h.is_empty() => {}
            (Some(w), Some(h)) if w == h => {}
            _ => return false,
        }
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_sees_nothing() {
    let world = World::new().await;
    let nobody = world.nobody();
    for route in routes().into_iter().filter(|r| r.door == Door::SignedIn) {
        let answer = match route.method {
            Method::Get => nobody.get(route.sample).await,
            Method::Post => nobody.post(route.sample, &[("command", "x")]).await,
        };
        match (route.method, route.answers) {
            (Method::Get, Answers::Page | Answers::File | Answers::Elsewhere) => {
                assert_eq!(answer.status, 303, "{route:?}");
                assert!(answer.location().starts_with("/sign-in"), "{route:?}");
            }
            _ => assert_eq!(answer.status, 401, "{route:?}"),
        }
    }
}

#[tokio::test]
async fn a_form_of_another_website_changes_nothing() {
    let world = World::new().await;
    let admin = world.admin().await;
    let before = world.entries().await;
    let kind = ("content-type", "application/x-www-form-urlencoded");
    for route in routes().into_iter().filter(|r| r.method == Method::Post) {
        let foreign: [&[(&str, &str)]; 5] = [
            &[kind],
            &[kind, ("sec-fetch-site", "cross-site")],
            &[kind, ("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:7300")],
            &[kind, ("host", "127.0.0.1:7300"), ("origin", "https://evil.example")],
            &[kind, ("host", "127.0.0.1:7300"), ("origin", "null")],
        ];
        for headers in foreign {
            let answer = admin.send("POST", route.sample, headers, "command=x&to=1".into()).await;
            assert_eq!(answer.status, 403, "{route:?} with {headers:?}");
            assert!(answer.header("set-cookie").is_empty(), "{route:?}");
        }
    }
    assert_eq!(world.entries().await, before);
    assert_eq!(admin.get("/help").await.status, 200, "still signed in");
}

#[tokio::test]
async fn every_address_refuses_to_be_framed() {
    let world = World::new().await;
    let admin = world.admin().await;
    for route in routes().into_iter().filter(|r| r.answers != Answers::Stream) {
        let answer = match route.method {
            Method::Get => admin.get(route.sample).await,
            Method::Post => admin.send("POST", route.sample, &[], String::new()).await,
        };
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
            "{route:?}: {policy}"
        );
        assert_eq!(answer.header("x-frame-options"), "DENY", "{route:?}");
    }
}
