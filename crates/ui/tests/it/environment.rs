//! Environments, their history, and their rules.

use cuelight_app::environment;
use cuelight_core::environment::Policy;
use cuelight_core::rights::Role;

use crate::ledger::plain;
use crate::release::send;
use crate::world::{LEAD, World};

async fn policy(world: &World, name: &str) -> Policy {
    let ctx = world.test.ctx().await.expect("the administrator");
    environment::get(&ctx, &world.test.project, &name.parse().expect("a name"))
        .await
        .expect("the environment")
        .info
        .policy
}

#[tokio::test]
async fn an_environment_shows_what_is_live_its_history_and_its_rules() {
    let world = World::new().await;
    let page = world.admin().await.get("/p/acme/env/development").await;
    let said = plain(&page.text);
    for expected in [
        "Live: release 4",
        "3 prompts are live",
        "Any version may be released.",
        &format!("{LEAD} 1.0.0 → "),
        "3 prompts changed in development",
    ] {
        assert!(said.contains(expected), "`{expected}` in\n{said}");
    }
    let strict = plain(&world.admin().await.get("/p/acme/env/production").await.text);
    assert!(strict.contains("Each version must have been live in staging first."), "{strict}");
    let was = world.admin().await.get("/p/acme/env/development/was/1").await;
    assert!(plain(&was.text).contains("development after release 1"));
    assert!(was.text.contains("/p/acme/version/1.0.0/prompt/sales/qualify-lead"));
    assert!(was.text.contains("/p/acme/time-machine?date="));
}

#[tokio::test]
async fn an_environment_is_added_to_the_path() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get("/p/acme/env").await;
    let own = [("name", "canary"), ("after", "staging"), ("rules", "open")];
    let done = send(&browser, &page, "/p/acme/env", &own).await;
    assert_eq!((done.status, done.location()), (303, "/p/acme/env/canary"));
    assert_eq!(policy(&world, "canary").await, Policy::open());
    let path = browser.get("/p/acme/env").await.text;
    let at = |name: &str| path.find(&format!("id=\"env-{name}\"")).unwrap();
    assert!(at("staging") < at("canary") && at("canary") < at("production"));
    for (name, status) in [("canary", 409), ("Not A Name", 422), ("", 422)] {
        let page = browser.get("/p/acme/env").await;
        let refused =
            send(&browser, &page, "/p/acme/env", &[("name", name), ("after", ""), ("rules", "open")]).await;
        assert_eq!(refused.status, status, "{name}");
        assert!(refused.text.contains("aria-invalid=\"true\""));
    }
    let viewer = plain(&world.role(Role::Viewer).await.get("/p/acme/env").await.text);
    assert!(viewer.contains("You may not change environments and their rules."), "{viewer}");
}

#[tokio::test]
async fn rules_are_set_once_and_not_over_somebody_elses() {
    let world = World::new().await;
    let browser = world.admin().await;
    let address = "/p/acme/env/production/rules";
    let page = browser.get(address).await;
    assert!(page.text.contains("These rules would let everything pass."));
    let done = send(&browser, &page, address, &[("refuse", "yes")]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let set = policy(&world, "production").await;
    assert_ne!(set, Policy::strict());
    assert!(browser.get(done.location()).await.text.contains("The rules are saved."));
    // An old page, with another wish.
    let fields = crate::release::fields(&page, address);
    let revision = fields.iter().find(|(k, _)| k == "revision").map(|(_, v)| v.clone()).unwrap();
    let stale = browser.post(address, &[("command", "other"), ("revision", &revision)]).await;
    assert_eq!(stale.status, 412);
    assert!(stale.text.contains("Somebody was quicker"));
    assert_eq!(policy(&world, "production").await, set);
    let viewer = world.role(Role::Viewer).await;
    assert!(
        plain(&viewer.get(address).await.text).contains("You may not change environments and their rules.")
    );
    assert_eq!(viewer.post(address, &[("command", "x"), ("revision", "2")]).await.status, 403);
}

#[tokio::test]
async fn rules_say_what_of_today_they_would_turn_away() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(&format!("/p/acme/release/look?env=production&pick={LEAD}")).await;
    let past = send(&browser, &page, "/p/acme/release", &[("reason", "now")]).await;
    assert_eq!(past.status, 303);
    let rules = plain(&browser.get("/p/acme/env/production/rules").await.text);
    assert!(rules.contains("was never live in staging"), "{rules}");
}
