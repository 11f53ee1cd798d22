//! Comparing versions, and trying wording.

use crate::world::World;

const COMPARE: &str = "/p/acme/compare/prompt/sales/qualify-lead";

#[tokio::test]
async fn two_versions_side_by_side_inline_and_rendered() {
    let world = World::new().await;
    let browser = world.admin().await;
    for (view, marks) in [
        ("", ["<ins>Be brief.", "class=\"diff\""]),
        ("?view=inline", ["Be brief.</ins>", "class=\"diff-inline\""]),
        ("?view=rendered", ["Ada", "<ins>Be brief."]),
        ("?from=1.0.0&to=1.1.0&view=rendered&sample=own&in.person=Grace", ["Grace", "<ins>Be brief."]),
        ("?from=live%3Aproduction&to=live%3Adevelopment", ["<ins>Be brief.", "1.0.0"]),
    ] {
        let page = browser.get(&format!("{COMPARE}{view}")).await;
        assert_eq!(page.status, 200, "{view}");
        for mark in marks {
            assert!(page.text.contains(mark), "{view} has no {mark}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn the_kind_of_change_is_told_in_plain_words() {
    let world = World::new().await;
    let page = world.admin().await.get(COMPARE).await;
    assert!(page.text.contains("Addition (minor)"), "{}", page.text);
    assert!(page.text.contains("Message 1 (Instructions)"));
    let content = page.text.split_once("<main").unwrap().1.split_once("class=\"drawer\"").unwrap().0;
    for word in ["messages[", "digest", "fragment", "artifact", "diff ", "commit"] {
        assert!(!content.contains(&format!(">{word}")), "`{word}` is on the page: {content}");
    }
}

#[tokio::test]
async fn where_nothing_can_be_compared_the_page_says_what_to_do() {
    let world = World::new().await;
    let browser = world.admin().await;
    let first = browser.get("/p/acme/compare/prompt/sales/outreach").await;
    assert_eq!(first.status, 200);
    assert!(first.text.contains("There is only one version"), "{}", first.text);
    let same = browser.get(&format!("{COMPARE}?from=1.0.0&to=1.0.0")).await;
    assert!(same.text.contains("Both sides are the same"), "{}", same.text);
    assert_eq!(browser.get(&format!("{COMPARE}?from=9.9.9")).await.status, 200);
    assert_eq!(browser.get(&format!("{COMPARE}?from=nonsense!")).await.status, 400);
    assert_eq!(browser.get("/p/acme/compare/prompt/no/such").await.status, 404);
    assert_eq!(browser.get("/p/acme/compare/other/sales/qualify-lead").await.status, 404);
}

#[tokio::test]
async fn wording_is_tried_with_a_golden_case_or_own_values() {
    let world = World::new().await;
    let browser = world.admin().await;
    let address = "/p/acme/try/prompt/sales/qualify-lead";
    assert!(browser.get(address).await.text.contains("Greet Ada in a warm tone."));
    let own = browser.get(&format!("{address}?version=1.0.0&sample=own&in.person=Grace")).await;
    assert!(own.text.contains("Greet Grace") && !own.text.contains("Be brief."), "{}", own.text);
    let long = browser.get(&format!("{address}?sample=own&in.person={}", "x".repeat(101))).await;
    assert_eq!(long.status, 200);
    assert!(long.text.contains("cannot be shown with these values"), "{}", long.text);
}
