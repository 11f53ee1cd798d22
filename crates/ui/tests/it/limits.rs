//! How much one browser may take.

use cuelight_core::rights::Role;

use crate::world::World;

#[tokio::test]
async fn a_form_with_too_many_values_is_refused_and_not_cut_short() {
    let world = World::new().await;
    let admin = world.admin().await;
    let before = world.entries().await;
    let headers = [("sec-fetch-site", "same-origin"), ("content-type", "application/x-www-form-urlencoded")];
    let refused = admin.send("POST", "/p/acme/ledger/check", &headers, "a=1&".repeat(5_001)).await;
    assert_eq!(refused.status, 413, "{}", refused.text);
    assert!(refused.text.contains("a form has at most 5000 values"), "{}", refused.text);
    let boundary = "x-boundary-x";
    let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n");
    let kind = format!("multipart/form-data; boundary={boundary}");
    let headers = [("sec-fetch-site", "same-origin"), ("content-type", kind.as_str())];
    let body = format!("{}--{boundary}--\r\n", part.repeat(5_001));
    let refused = admin.send("POST", "/p/acme/ledger/check", &headers, body).await;
    assert_eq!(refused.status, 413, "{}", refused.text);
    assert_eq!(world.entries().await, before);
}

#[tokio::test]
async fn one_browser_has_so_many_streams_and_leaves_the_others_theirs() {
    let world = World::new().await;
    let (greedy, other) = (world.role(Role::Viewer).await, world.role(Role::Viewer).await);
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(greedy.open("/p/acme/live").await);
    }
    let refused = greedy.get("/p/acme/live").await;
    assert_eq!(refused.status, 429);
    assert!(refused.text.contains("20 pages of this browser follow what happens"), "{}", refused.text);
    open.push(other.open("/p/acme/live").await);
    drop(open.remove(0));
    open.push(greedy.open("/p/acme/live").await);
}

#[tokio::test(start_paused = true)]
async fn one_browser_has_so_many_pages_and_is_told_when_there_are_more() {
    let world = World::new().await;
    let (greedy, other) = (world.role(Role::Viewer).await, world.role(Role::Viewer).await);
    for n in 0..500 {
        let answer = greedy.get("/p/acme/ledger/checkpoint").await;
        assert_eq!(answer.status, 200, "{n}: {}", answer.text);
    }
    let refused = greedy.get("/p/acme/ledger/checkpoint").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
    assert!(refused.text.contains("one browser session may ask for 100 pages a second"), "{}", refused.text);
    assert_eq!(other.get("/p/acme/ledger/checkpoint").await.status, 200, "another session has its own");
    tokio::time::advance(std::time::Duration::from_millis(10)).await;
    assert_eq!(greedy.get("/p/acme/ledger/checkpoint").await.status, 200);
}
