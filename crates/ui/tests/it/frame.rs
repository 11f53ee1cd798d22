//! The frame of every page: headers, navigation, errors, assets.

use cuelight_core::rights::Role;

use crate::world::World;

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_it_safe() {
    let world = World::new().await;
    let admin = world.admin().await;
    for address in ["/help", "/nothing/here", "/p/acme/nothing"] {
        let page = admin.get(address).await;
        assert!(page.header("content-security-policy").contains("default-src 'none'"), "{address}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(!page.text.contains("style=\""), "{address}: an inline style");
        assert!(page.header("server-timing").starts_with("app;dur="));
    }
}

#[tokio::test]
async fn a_page_that_is_not_there_helps() {
    let world = World::new().await;
    let page = world.admin().await.get("/p/acme/nothing").await;
    assert_eq!(page.status, 404);
    assert!(page.text.contains("There is no such page"));
    assert!(page.text.contains("href=\"/p/acme/library\""), "the project's navigation stays");
    let elsewhere = world.token(Role::Viewer, |t| t.projects = Some(["other".parse().unwrap()].into())).await;
    let page = elsewhere.get("/p/acme/nothing").await;
    assert!(
        !page.text.contains("/p/acme/library"),
        "who does not reach the project does not see that it is there"
    );
}

#[tokio::test]
async fn a_page_for_another_method_says_so() {
    let world = World::new().await;
    let answer = world.admin().await.post("/help", &[]).await;
    assert_eq!(answer.status, 405);
    assert!(answer.text.contains("<h1>"));
}

#[tokio::test]
async fn assets_are_kept_for_good_and_travel_compressed() {
    let world = World::new().await;
    let nobody = world.nobody();
    let page = world.admin().await.get("/help").await;
    for start in ["rel=\"stylesheet\" href=\"", "<script src=\""] {
        let address = page.after(start);
        assert!(address.starts_with("/assets/") && address.contains('-'), "{address}");
        let plain = nobody.get(address).await;
        assert_eq!(plain.status, 200, "{address}");
        assert!(plain.header("cache-control").contains("immutable"));
        let gzip = nobody.send("GET", address, &[("accept-encoding", "br, gzip;q=0.9")], String::new()).await;
        assert_eq!(gzip.header("content-encoding"), "gzip");
        assert!(gzip.bytes < plain.bytes / 2);
    }
    assert_eq!(nobody.get("/assets/missing").await.status, 404);
}

#[tokio::test]
async fn preferences_come_from_cookies() {
    let world = World::new().await;
    let page = world.admin().await.with_cookie("theme=dark; zone=Europe/Berlin").get("/help").await;
    assert!(page.text.contains("data-theme=\"dark\""));
    let page = world.admin().await.with_cookie("theme=\"><script>").get("/help").await;
    assert!(!page.text.contains("data-theme"));
}

#[tokio::test]
async fn the_navigation_of_the_last_project_stays_where_it_is_in_reach() {
    let world = World::new().await;
    let page = world.admin().await.get("/p/acme/nothing").await;
    assert!(page.header("set-cookie").starts_with("project=acme;"), "{}", page.header("set-cookie"));
    let admin = world.admin().await.with_cookie("project=acme");
    assert!(admin.get("/help").await.text.contains("href=\"/p/acme/library\""));
    assert!(admin.get("/p/acme/nothing").await.header("set-cookie").is_empty());
    let gone = world.admin().await.with_cookie("project=globex");
    assert!(!gone.get("/help").await.text.contains("/p/globex"));
    let narrow = world.token(Role::Viewer, |t| t.projects = Some(["other".parse().unwrap()].into())).await;
    assert!(!narrow.with_cookie("project=acme").get("/help").await.text.contains("/p/acme"));
}
