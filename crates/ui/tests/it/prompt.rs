//! The pages of prompts and shared texts, and of their versions.

use cuelight_app::release::{OverrideItem, ReleaseItem, open};
use cuelight_artifact::overlay::Patch;
use cuelight_core::rights::Role;
use cuelight_testkit::TestApp;
use cuelight_testkit::app::release_input;
use cuelight_testkit::files::{GREETING, greeting};
use serde_json::json;

use crate::world::{LEAD, World};

const PAGE: &str = "/p/acme/prompt/sales/qualify-lead";

async fn with_variant(world: &World, version: Option<&str>) {
    let item = ReleaseItem::Override(OverrideItem {
        prompt: LEAD.parse().expect("a name"),
        id: "acme-eu".parse().expect("a word"),
        when: [("tenant".to_owned(), "acme".to_owned()), ("region".to_owned(), "eu".to_owned())].into(),
        version: version.map(|v| v.parse().expect("a version")),
        fields: Patch([("constants.tone".to_owned(), json!("dry"))].into()),
    });
    let ctx = world.test.ctx().await.expect("a context");
    let input = release_input("development", vec![item]).expect("a release");
    open(&ctx, &world.test.project, input).await.expect("it is released");
}

#[tokio::test]
async fn it_says_what_is_live_where_for_whom_and_why_it_differs() {
    let world = World::new().await;
    with_variant(&world, None).await;
    let page = world.admin().await.get(PAGE).await;
    assert_eq!(page.status, 200);
    let live =
        page.text.split("id=\"live\"").nth(1).and_then(|t| t.split("</section>").next()).expect("a card");
    for said in
        ["development", "staging", "production", "1.1.0", "1.0.0", "(older)", "Release 4", "Release 2"]
    {
        assert!(live.contains(said), "no `{said}` in {live}");
    }
    let variant = live.split("acme-eu").nth(1).expect("the variant");
    for said in ["follows the version", "constants.tone", "dry", "in place of", "warm", "/p/acme/releases/5"]
    {
        assert!(variant.contains(said), "no `{said}` in {variant}");
    }
    assert!(live.contains("tenant") && live.contains("region"));
    with_variant(&world, Some("1.0.0")).await;
    let page = world.admin().await.get(PAGE).await;
    assert!(page.text.contains("stays at this version"));
}

#[tokio::test]
async fn the_wording_shows_variables_and_shared_texts_in_their_place() {
    let world = World::new().await;
    let admin = world.admin().await;
    let page = admin.get(PAGE).await;
    assert!(page.text.contains(r#"<span class="var"><bdi>person</bdi></span>"#), "{}", page.text);
    assert!(page.text.contains(r#"<span class="var"><bdi>constants.tone</bdi></span>"#));
    let page = admin.get("/p/acme/prompt/support/answer").await;
    let shared = page.text.split(r#"<span class="shared">"#).nth(1).expect("a shared text");
    assert!(shared.contains("/p/acme/shared/safety/base") && shared.contains("Never promise a price."));
}

#[tokio::test]
async fn it_documents_inputs_limits_and_owners() {
    let world = World::new().await;
    let page = world.admin().await.get(PAGE).await;
    for said in ["Inputs", "person", "characters, at most", "100", "team desk", "mara", "Percent.", "greets"]
    {
        assert!(page.text.contains(said), "no `{said}`");
    }
}

#[tokio::test]
async fn every_button_that_would_not_work_says_why() {
    let world = World::new().await;
    let admin = world.admin().await.get(PAGE).await;
    for address in [
        "/p/acme/edit/prompt/sales/qualify-lead",
        "/p/acme/release?prompt=sales%2Fqualify-lead",
        "/p/acme/env/production/go-back",
        "/p/acme/try/prompt/sales/qualify-lead",
    ] {
        assert!(admin.text.contains(&format!("href=\"{address}\"")), "no {address}");
    }
    let reader = world.role(Role::Viewer).await.get(PAGE).await;
    for (address, why) in [
        ("/p/acme/edit/", "You may not publish versions."),
        ("/p/acme/release?prompt", "You may not release here."),
        ("/go-back\"", "You may not go back here."),
    ] {
        assert!(!reader.text.contains(address) && reader.text.contains(why), "{why}");
    }
    let releaser = world.role(Role::RollbackOwner).await.get(PAGE).await;
    assert!(releaser.text.contains("/p/acme/env/production/go-back"));
    let fresh = TestApp::new().await.expect("an application");
    fresh.publish(greeting(LEAD, GREETING)).await.expect("a version");
    let world = World::on(fresh);
    let page = world.admin().await.get(PAGE).await;
    assert!(page.text.contains("Nothing of this is live, so there is nothing to go back from."));
}

#[tokio::test]
async fn a_shared_text_names_who_uses_it() {
    let world = World::new().await;
    let page = world.admin().await.get("/p/acme/shared/safety/base").await;
    assert_eq!(page.status, 200);
    let used =
        page.text.split("id=\"used-by\"").nth(1).and_then(|t| t.split("</section>").next()).expect("a card");
    assert!(used.contains("/p/acme/prompt/support/answer") && used.contains("production 1.0.0"), "{used}");
    let live =
        page.text.split("id=\"live\"").nth(1).and_then(|t| t.split("</section>").next()).expect("a card");
    assert!(live.contains("production") && live.contains("1.0.0"));
}

#[tokio::test]
async fn a_mistyped_name_leads_to_those_that_are_like_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    for address in [
        "/p/acme/prompt/sales/qualify-leads",
        "/p/acme/shared/sales/qualify-lead",
        "/p/acme/prompt/Sales/Qualify-Lead",
        "/p/acme/history/prompt/sales/qualify-leed",
    ] {
        let page = admin.get(address).await;
        assert_eq!(page.status, 404, "{address}");
        assert!(page.text.contains(&format!("href=\"{PAGE}\"")), "{address}: {}", page.text);
    }
    let far = admin.get("/p/acme/prompt/%3Cscript%3E").await;
    assert!(far.status == 404 && !far.text.contains("<script>x"), "{}", far.text);
    assert_eq!(admin.get("/p/acme/history/file/sales/qualify-lead").await.status, 404);
    let serve =
        world.token(Role::Viewer, |t| t.projects = Some(["other".parse().expect("a name")].into())).await;
    let page = serve.get("/p/acme/prompt/sales/qualify-leads").await;
    assert!(page.status == 404 && !page.text.contains("sales/outreach"));
}

#[tokio::test]
async fn what_is_live_elsewhere_stays_unseen() {
    let world = World::new().await;
    let narrow = |t: &mut cuelight_app::token::IssueInput| {
        t.environments = Some(["production".parse().expect("a name")].into());
    };
    let browser = world.token(Role::Viewer, narrow).await;
    for address in [PAGE, "/p/acme/history/prompt/sales/qualify-lead", "/p/acme/shared/safety/base"] {
        let page = browser.get(address).await;
        assert_eq!(page.status, 200, "{address}");
        assert!(
            !page.text.contains("development") && !page.text.contains("staging"),
            "{address}: {}",
            page.text
        );
    }
}

#[tokio::test]
async fn all_versions_are_listed_page_by_page() {
    let test = TestApp::new().await.expect("an application");
    for round in 0..55 {
        test.publish(greeting(LEAD, &format!("{GREETING}Round {round}.\n"))).await.expect("a version");
    }
    let world = World::on(test);
    let admin = world.admin().await;
    let versions = |text: &str| {
        let links = text.split("/p/acme/version/").skip(1).filter_map(|rest| rest.split('/').next());
        links.map(str::to_owned).collect::<Vec<_>>()
    };
    let page = admin.get(PAGE).await;
    assert_eq!(versions(&page.text).len(), 10);
    assert!(page.text.contains("/p/acme/compare/prompt/sales/qualify-lead?from="));
    let first = admin.get("/p/acme/history/prompt/sales/qualify-lead").await;
    let older = first.after(r#"rel="next" href=""#).to_owned();
    let second = admin.get(&older).await;
    let all = [versions(&first.text), versions(&second.text)].concat();
    assert_eq!(
        (all.len(), all.first().map(String::as_str), all.last().map(String::as_str)),
        (55, Some("1.54.0"), Some("1.0.0"))
    );
    assert!(!second.text.contains(r#"rel="next""#) && second.text.contains(r#"rel="prev""#));
}
