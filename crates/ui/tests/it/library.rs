//! The library: finding, narrowing, paging, and nothing that the reader does not see.

use std::collections::BTreeSet;

use cuelight_core::rights::Role;
use cuelight_testkit::TestApp;
use cuelight_testkit::files::{GREETING, all, greeting};

use crate::world::{LEAD, World};

/// The names of the prompts and shared texts on a page, in order.
fn listed(text: &str) -> Vec<String> {
    let links = text.split("id=\"to-").skip(1).filter_map(|rest| rest.split('"').next());
    links.map(|id| id.split_once('-').map_or(id, |(_, name)| name).to_owned()).collect()
}

#[tokio::test]
async fn everything_is_listed_with_where_it_is_live() {
    let world = World::new().await;
    let page = world.admin().await.get("/p/acme/library").await;
    assert_eq!(page.status, 200);
    assert_eq!(listed(&page.text), ["safety/base", "sales/outreach", LEAD, "support/answer"]);
    assert!(page.text.contains(r#"<li class="on">development 1.1.0</li>"#));
    assert!(page.text.contains(r#"<li class="behind">production 1.0.0 "#));
    assert!(page.text.contains("4 found"));
}

#[tokio::test]
async fn words_and_choices_narrow_it_and_can_be_taken_back() {
    let world = World::new().await;
    let admin = world.admin().await;
    let get = async |query: &str| admin.get(&format!("/p/acme/library?{query}")).await.text;
    assert_eq!(listed(&get("q=LEAD").await), [LEAD]);
    assert_eq!(listed(&get("q=team%3Acore+out").await), ["sales/outreach"]);
    assert_eq!(listed(&get("folder=sales").await), ["sales/outreach", LEAD]);
    assert_eq!(listed(&get("kind=shared").await), ["safety/base"]);
    assert_eq!(listed(&get("status=newer").await), [LEAD]);
    assert_eq!(listed(&get("risk=low&owner=team%3Adesk&kind=prompt").await), ["sales/outreach", LEAD]);
    let both = get("folder=sales&status=newer").await;
    // The other choice is kept where one is taken back, and what each would give is said before.
    assert!(both.contains(r#"id="drop-folder" href="/p/acme/library?status=newer""#), "{both}");
    assert!(both.contains(r#"id="drop-status" href="/p/acme/library?folder=sales""#));
    assert!(both.contains(r#"<option value="live">Live somewhere (2)</option>"#));
    let none = get("q=nothing-like-this&risk=high").await;
    assert!(none.contains("Nothing found") && none.contains(r#"id="drop-q""#));
    assert!(none.contains(r#"<option value="high" selected>High risk (0)</option>"#));
}

#[tokio::test]
async fn pages_lead_through_all_of_it_and_back() {
    let test = TestApp::new().await.expect("an application");
    let names: Vec<String> = (0..120).map(|i| format!("area/p{i:03}")).collect();
    test.publish(all(names.iter().map(|n| greeting(n, GREETING)))).await.expect("versions");
    let world = World::on(test);
    let admin = world.admin().await;
    let (mut seen, mut address, mut way) = (Vec::new(), "/p/acme/library?q=greet".to_owned(), Vec::new());
    loop {
        let page = admin.get(&address).await;
        seen.extend(listed(&page.text));
        if let Some(before) = way.last() {
            let previous = page.after(r#"id="page-previous" rel="prev" href=""#).replace("&amp;", "&");
            assert_eq!(&previous, before);
        }
        way.push(address);
        if !page.text.contains("id=\"page-next\"") {
            break;
        }
        address = page.after(r#"id="page-next" rel="next" href=""#).replace("&amp;", "&");
    }
    assert_eq!((seen, way.len()), (names, 3));
}

#[tokio::test]
async fn an_empty_project_says_how_to_begin() {
    let world = World::empty().await;
    let page = world.admin().await.get("/p/acme/library").await;
    assert!(page.text.contains("No prompts yet") && page.text.contains("href=\"/welcome\""));
    let reader = world.role(Role::Viewer).await.get("/p/acme/library").await;
    assert!(!reader.text.contains("href=\"/welcome\""), "who may not publish is told who can");
    assert!(reader.text.contains("Who can: "));
}

#[tokio::test]
async fn versions_of_environments_that_one_does_not_see_are_nowhere() {
    let world = World::new().await;
    let narrow = |t: &mut cuelight_app::token::IssueInput| {
        t.environments = Some(["production".parse().expect("a name")].into());
    };
    let browser = world.token(Role::Viewer, narrow).await;
    let page = browser.get(&format!("/p/acme/library?q={LEAD}")).await;
    assert!(page.text.contains("production 1.0.0") && !page.text.contains("development"), "{}", page.text);
    let found = browser.get("/p/acme/find?q=development").await;
    assert!(!found.text.contains("development"));
}

#[tokio::test]
async fn what_is_asked_for_may_be_anything() {
    let world = World::new().await;
    let admin = world.admin().await;
    let hostile = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%E2%80%AE";
    for query in
        [format!("q={hostile}"), format!("folder={hostile}"), format!("owner={hostile}&tag={hostile}")]
    {
        let page = admin.get(&format!("/p/acme/library?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert!(!page.text.contains("<script>alert"), "{query}");
    }
    let many: Vec<String> = (0..40).map(|i| format!("w{i}")).collect();
    let page = admin.get(&format!("/p/acme/library?q={}", many.join("+"))).await;
    assert_eq!(page.status, 400);
    assert!(page.text.contains("at most 32 words"));
    // A choice that does not exist is an old link.
    for query in ["risk=extreme", "status=odd", "kind=file", "after=not%20a%20name"] {
        let page = admin.get(&format!("/p/acme/library?{query}")).await;
        assert_eq!((page.status, page.location()), (303, "/p/acme/library"), "{query}");
    }
}

#[tokio::test]
async fn the_palette_gets_a_list_of_links() {
    let world = World::new().await;
    let admin = world.admin().await;
    let part = admin.get("/p/acme/find?q=sales").await;
    assert!(part.text.starts_with("<ul>") && !part.text.contains("<html"), "{}", part.text);
    let links: Vec<&str> =
        part.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(links, ["/p/acme/prompt/sales/outreach", "/p/acme/prompt/sales/qualify-lead"]);
    let release = admin.get("/p/acme/find?q=release+4").await;
    assert!(release.text.contains("/p/acme/releases/4") && release.text.contains("Release 4 to development"));
    let empty = admin.get("/p/acme/find").await;
    assert!(empty.text.contains("/p/acme/env/production"));
}

#[tokio::test]
async fn ids_on_the_page_are_there_once() {
    let world = World::new().await;
    let page = world.admin().await.get("/p/acme/library?folder=sales").await;
    let mut seen = BTreeSet::new();
    for id in page.text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(seen.insert(id), "`{id}` is there twice");
    }
}
