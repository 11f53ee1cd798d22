//! Home, the path of environments, and news.

use cuelight_core::rights::Role;
use futures_util::StreamExt as _;

use crate::world::{LEAD, World};

#[tokio::test]
async fn home_says_what_is_live_where_and_what_is_newer_before() {
    let world = World::new().await;
    let page = world.admin().await.get("/p/acme").await;
    assert_eq!(page.status, 200);
    for said in
        ["3</strong> prompts live", "1 prompt is newer in development", "1 prompt has a newer version"]
    {
        assert!(page.text.contains(said), "`{said}` in\n{}", page.text);
    }
    assert!(page.text.contains("Nothing is newer in staging."));
    assert!(page.text.contains("/p/acme/release/look?env=staging&amp;from=development"));
    assert!(page.text.contains("4 releases in 14 days."), "{}", page.text);
    let viewer = world.role(Role::Viewer).await.get("/p/acme").await;
    assert!(viewer.text.contains("1 prompt is newer in development"));
    assert!(!viewer.text.contains("/p/acme/release/look?"), "no way where there is none");
}

#[tokio::test]
async fn an_empty_project_says_what_to_do_first() {
    let world = World::empty().await;
    let page = world.admin().await.get("/p/acme").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Nothing is here yet") && page.text.contains("href=\"/welcome\""));
    for address in ["/p/acme/env", "/p/acme/env/production", "/p/acme/releases", "/p/acme/release"] {
        assert_eq!(world.admin().await.get(address).await.status, 200, "{address}");
    }
}

#[tokio::test]
async fn news_tell_that_something_was_released() {
    let world = World::new().await;
    let mut events = world.role(Role::Viewer).await.open("/p/acme/live").await;
    let hello = events.next().await.unwrap();
    assert!(hello.starts_with("event: hello\ndata: {\"seq\":"), "{hello}");
    world.test.release("staging", &[LEAD]).await.unwrap();
    let news = events.next().await.unwrap();
    assert!(news.starts_with("event: changed\n"), "{news}");
    assert!(news.contains("\"environment\":\"staging\"") && news.contains("\"release\":5"), "{news}");
    world.stop.send(true).unwrap();
    let farewell = events.next().await.unwrap();
    assert!(farewell.starts_with("retry: ") && farewell.ends_with("\n\n"), "{farewell}");
    assert_eq!(events.next().await, None, "the stream ends with the server");
}

#[tokio::test]
async fn news_end_with_the_session() {
    let world = World::new().await;
    let browser = world.role(Role::Viewer).await;
    let mut events = browser.open("/p/acme/live").await;
    events.next().await.unwrap();
    assert_eq!(browser.post("/sign-out", &[]).await.status, 303);
    world.test.release("staging", &[LEAD]).await.unwrap();
    assert_eq!(events.next().await, None);
}
