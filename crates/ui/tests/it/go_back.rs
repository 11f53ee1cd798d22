//! Going back: from the environment's page, by what it shows.

use cuelight_app::environment;
use cuelight_core::rights::Role;

use crate::ledger::plain;
use crate::release::send;
use crate::world::{LEAD, World};

async fn live(world: &World) -> String {
    let ctx = world.test.ctx().await.expect("the administrator");
    let detail = environment::get(&ctx, &world.test.project, &"production".parse().expect("a name"))
        .await
        .expect("the environment");
    let found = detail.content.iter().find(|s| s.slot.to_string() == LEAD).expect("a place");
    found.version.to_string()
}

/// A world where production has the second version by release 6.
async fn released() -> World {
    let world = World::new().await;
    world.test.release("staging", &[LEAD]).await.expect("a release");
    world.test.release("production", &[LEAD]).await.expect("a release");
    world
}

const HERE: &str = "/p/acme/env/production";

#[tokio::test]
async fn whoever_is_on_call_goes_back_in_two_presses_and_may_not_release() {
    let world = released().await;
    assert_ne!(live(&world).await, "1.0.0");
    let browser = world.role(Role::RollbackOwner).await;
    let page = browser.get(HERE).await;
    assert!(
        plain(&page.text).contains("Go back to what was live before: release 3 (1 prompt changes)."),
        "{}",
        page.text
    );
    assert!(plain(&page.text).contains("You may not release here"));
    let confirm = browser.get(&page.after("class=\"btn danger\" href=\"").replace("&amp;", "&")).await;
    assert_eq!(confirm.status, 200);
    assert!(
        confirm.text.contains(&format!("Go back to {LEAD} 1.0.0 for all of production")),
        "{}",
        confirm.text
    );
    assert!(confirm.text.contains(&format!("/p/acme/compare/prompt/{LEAD}?from=")));
    let action = format!("{HERE}/go-back");
    let done = send(&browser, &confirm, &action, &[("reason", "wrong language")]).await;
    assert_eq!((done.status, done.location()), (303, "/p/acme/env/production?done=7"));
    assert_eq!(live(&world).await, "1.0.0");
    let after = browser.get(done.location()).await;
    assert!(plain(&after.text).contains("production is back to release 3."), "{}", after.text);
    assert!(after.text.contains("wrong language"));
    let again = send(&browser, &confirm, &action, &[("reason", "wrong language")]).await;
    assert_eq!(again.location(), done.location(), "the same form sent twice applies once");
    assert_eq!(world.test.release("production", &[LEAD]).await.unwrap().release, 8);
}

#[tokio::test]
async fn what_was_not_looked_at_is_not_taken_back() {
    let world = released().await;
    let browser = world.role(Role::RollbackOwner).await;
    let confirm = browser.get(&format!("{HERE}/go-back?to=1")).await;
    world.test.release("production", &[&format!("{LEAD}@1.0.0")]).await.unwrap();
    let before = world.entries().await;
    let stale = send(&browser, &confirm, &format!("{HERE}/go-back"), &[]).await;
    assert_eq!(stale.status, 412, "{}", stale.text);
    assert!(stale.text.contains("Somebody was quicker"));
    assert_eq!(world.entries().await, before);
}

#[tokio::test]
async fn who_may_not_go_back_reads_why_and_who_can() {
    let world = released().await;
    let viewer = world.role(Role::Viewer).await;
    for address in [HERE.to_owned(), format!("{HERE}/go-back?to=1")] {
        let page = viewer.get(&address).await;
        let said = plain(&page.text);
        assert!(said.contains("You may not go back here") && said.contains("people on call"), "{said}");
        assert!(!page.text.contains(&format!("method=\"post\" action=\"{HERE}/go-back\"")));
    }
    let own = [("command", "x"), ("to", "1"), ("seen", "2"), ("release", "6")];
    assert_eq!(viewer.post(&format!("{HERE}/go-back"), &own).await.status, 403);
    assert_ne!(live(&world).await, "1.0.0");
}

#[tokio::test]
async fn the_first_release_has_nothing_before_it() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(HERE).await;
    assert!(page.text.contains("There is nothing to go back to yet."));
    let page = browser.get(&format!("{HERE}/go-back")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("There is nothing to go back to in production"));
}

#[tokio::test]
async fn a_reason_that_is_refused_is_still_in_the_form() {
    let world = released().await;
    let browser = world.admin().await;
    let confirm = browser.get(&format!("{HERE}/go-back?to=1")).await;
    let long = "x".repeat(20_000);
    let told = send(&browser, &confirm, &format!("{HERE}/go-back"), &[("reason", &long)]).await;
    assert!((400..500).contains(&told.status), "{}", told.status);
    assert!(told.text.contains(&long) && told.text.contains("id=\"f-reason-error\""), "{}", told.status);
    assert_ne!(live(&world).await, "1.0.0");
    let mended = send(&browser, &told, &format!("{HERE}/go-back"), &[("reason", "wrong")]).await;
    assert_eq!(mended.status, 303, "{}", mended.text);
}
