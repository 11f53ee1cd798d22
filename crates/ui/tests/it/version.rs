//! The page of a version, and withdrawing it.

use cuelight_core::rights::Role;

use crate::world::World;

const VERSION: &str = "/p/acme/version/1.0.0/prompt/sales/qualify-lead";
const WITHDRAW: &str = "/p/acme/withdraw/1.0.0/prompt/sales/qualify-lead";
const REINSTATE: &str = "/p/acme/reinstate/1.0.0/prompt/sales/qualify-lead";

#[tokio::test]
async fn a_version_shows_what_it_says_where_it_is_live_and_what_changed() {
    let world = World::new().await;
    let browser = world.admin().await;
    let first = browser.get(VERSION).await;
    assert!(first.text.contains("Live in production") && first.text.contains("This is the first version"));
    let second = browser.get("/p/acme/version/1.1.0/prompt/sales/qualify-lead").await;
    assert!(
        second.text.contains("Live in development") && second.text.contains("<ins>Be brief."),
        "{}",
        second.text
    );
    let shared = browser.get("/p/acme/version/1.0.0/shared/safety/base").await;
    assert!(shared.text.contains("Never promise a price."));
    assert_eq!(browser.get("/p/acme/version/7.0.0/prompt/sales/qualify-lead").await.status, 404);
    assert_eq!(browser.get("/p/acme/version/one/prompt/sales/qualify-lead").await.status, 404);
}

#[tokio::test]
async fn withdrawing_needs_a_reason_and_can_be_taken_back() {
    let world = World::new().await;
    let browser = world.admin().await;
    let entries = world.entries().await;
    let ask = browser.get(WITHDRAW).await;
    assert!(
        ask.text.contains("It is live in development") || ask.text.contains("production"),
        "{}",
        ask.text
    );
    let command = ask.after("name=\"command\" value=\"");
    let silent =
        browser.post(WITHDRAW, &[("command", command), ("severity", "block"), ("reason", " ")]).await;
    assert_eq!((silent.status, world.entries().await), (422, entries));
    let form = [("command", command), ("severity", "block"), ("reason", "It promises a price.")];
    assert_eq!(browser.post(WITHDRAW, &form).await.location(), VERSION);
    assert_eq!(browser.post(WITHDRAW, &form).await.status, 303, "a form sent twice");
    assert_eq!(world.entries().await, entries + 1);
    let page = browser.get(VERSION).await;
    assert!(page.text.contains("withdrawn as unsafe") && page.text.contains("It promises a price."));
    let form = [("command", "back"), ("reason", "It was a test.")];
    assert_eq!(browser.post(REINSTATE, &form).await.location(), VERSION);
    assert!(!browser.get(VERSION).await.text.contains("withdrawn as unsafe"));
}

#[tokio::test]
async fn whoever_may_not_withdraw_is_told_who_can() {
    let world = World::new().await;
    let author = world.role(Role::Author).await;
    let page = author.get(VERSION).await;
    assert!(page.text.contains("You may not withdraw versions"), "{}", page.text);
    let refused = author.post(WITHDRAW, &[("command", "x"), ("reason", "No.")]).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn a_version_is_offered_to_the_first_environment_that_the_viewer_releases_to() {
    let world = World::new().await;
    let narrow = |t: &mut cuelight_app::token::IssueInput| {
        t.environments = Some(["staging".parse().unwrap()].into());
    };
    let browser = world.token(Role::Releaser, narrow).await;
    let version = browser.get("/p/acme/version/1.1.0/prompt/sales/qualify-lead").await;
    assert!(version.text.contains("Release to staging"), "{}", version.text);
    assert!(!version.text.contains("development"), "of an environment out of reach nothing is told");
    let to = format!("/p/acme/release?{}", version.after("href=\"/p/acme/release?").replace("&amp;", "&"));
    assert_eq!(browser.get(&to).await.status, 200, "{to}");
}

#[tokio::test]
async fn a_reason_that_is_too_long_is_not_called_missing() {
    let world = World::new().await;
    let browser = world.admin().await;
    let long = "x".repeat(20_000);
    let refused = browser.post(WITHDRAW, &[("command", "w"), ("reason", &long)]).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("at most 16384 bytes") && !refused.text.contains("Say why, in a few words")
    );
}

#[tokio::test]
async fn what_was_never_withdrawn_is_not_reinstated() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(REINSTATE).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("sales/qualify-lead 1.0.0 is not withdrawn"), "{}", page.text);
}

#[tokio::test]
async fn a_version_is_offered_only_where_it_is_not_live_and_once() {
    let world = World::new().await;
    let browser = world.admin().await;
    let newest = browser.get("/p/acme/version/1.1.0/prompt/sales/qualify-lead").await;
    assert!(newest.text.contains("Release to staging") && !newest.text.contains("Release to development"));
    let published = browser.get("/p/acme/version/1.1.0/prompt/sales/qualify-lead?published=1").await;
    assert_eq!(published.text.matches("Release to staging").count(), 1, "{}", published.text);
    let shared = browser.get("/p/acme/version/1.0.0/shared/safety/base").await;
    assert!(!shared.text.contains("Release to"), "a shared text is live with those who include it");
}
