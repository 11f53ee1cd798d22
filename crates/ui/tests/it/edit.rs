//! The editor and publishing, as forms: no script runs here.

use cuelight_core::rights::Role;

use crate::world::{Answer, Browser, LEAD, World};

const EDIT: &str = "/p/acme/edit/prompt/sales/qualify-lead";
const PUBLISH: &str = "/p/acme/publish/prompt/sales/qualify-lead";

/// What stands between two texts.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    Some(text.split_once(start)?.1.split_once(end)?.0)
}

/// The fields of the editor as a page has them, with some replaced.
fn fields<'a>(page: &'a Answer, replaced: &[(&'a str, &'a str)]) -> Vec<(&'a str, String)> {
    let area = |name: &str| {
        let tag = between(&page.text, &format!("name=\"{name}\""), "</textarea>");
        let text = tag.and_then(|t| Some(t.split_once('>')?.1)).unwrap_or_else(|| panic!("no {name}"));
        let text = text.strip_prefix('\n').unwrap_or(text);
        let plain = text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
        plain.replace("&amp;", "&").replace('\n', "\r\n")
    };
    let revision =
        between(&page.text, "name=\"revision\"", ">").and_then(|tag| between(tag, "value=\"", "\""));
    let mut all = vec![
        ("command", page.after("name=\"command\" value=\"").to_owned()),
        ("base", page.after("name=\"base\" value=\"").to_owned()),
        ("revision", revision.unwrap_or_default().to_owned()),
        ("m.0.role", "system".to_owned()),
        ("m.0.text", area("m.0.text")),
        ("change_intent", area("change_intent")),
        ("title", page.after("name=\"title\" value=\"").to_owned()),
        ("summary", area("summary")),
        ("intent", area("intent")),
        ("limitations", area("limitations")),
        ("tags", page.after("name=\"tags\" value=\"").to_owned()),
        ("risk", "low".to_owned()),
        ("c.limit", page.after("name=\"c.limit\" value=\"").to_owned()),
        ("c.tone", area("c.tone")),
        ("owner.business", page.after("name=\"owner.business\" value=\"").to_owned()),
        ("owner.technical", page.after("name=\"owner.technical\" value=\"").to_owned()),
        ("owner.rollback", page.after("name=\"owner.rollback\" value=\"").to_owned()),
    ];
    for (name, value) in replaced {
        match all.iter_mut().find(|(n, _)| n == name) {
            Some(field) => field.1 = (*value).to_owned(),
            None => all.push((name, (*value).to_owned())),
        }
    }
    all
}

async fn send(browser: &Browser<'_>, address: &str, fields: &[(&str, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    browser.post(address, &fields).await
}

#[tokio::test]
async fn a_sentence_is_changed_seen_and_published() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(EDIT).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("Greet Ada in a warm tone"), "the preview shows the golden case");

    let text = "Welcome {{ person }} in a {{ constants.tone }} tone.\r\nHand over below {{ constants.limit }} percent.\r\n";
    let changed = fields(&page, &[("m.0.text", text), ("change_intent", "Guests like it."), ("do", "check")]);
    let checked = send(&browser, EDIT, &changed).await;
    assert_eq!(checked.status, 200);
    assert!(checked.text.contains("Welcome Ada in a warm tone") && checked.text.contains("Draft saved"));

    // The draft is there when the page is opened again.
    let again = browser.get(EDIT).await;
    assert!(again.text.contains("Welcome {{ person }}"));
    let entries = world.entries().await;
    let to_look = send(&browser, EDIT, &fields(&again, &[("do", "publish")])).await;
    assert_eq!((to_look.status, to_look.location()), (303, PUBLISH));
    let look = browser.get(PUBLISH).await;
    assert!(look.text.contains("<del>") && look.text.contains("<ins>"), "{}", look.text);
    assert_eq!(world.entries().await, entries, "looking publishes nothing");

    let form = [
        ("command", look.after("name=\"command\" value=\"")),
        ("plan", look.after("name=\"plan\" value=\"")),
    ];
    let done = browser.post(PUBLISH, &form).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(done.location(), "/p/acme/version/1.2.0/prompt/sales/qualify-lead?published=1");
    let version = browser.get(done.location()).await;
    assert!(version.text.contains("Guests like it.") && version.text.contains("Release to development"));
    let entries = world.entries().await;
    assert_eq!(browser.post(PUBLISH, &form).await.status, 303, "the same form again");
    assert_eq!(world.entries().await, entries, "publishes nothing more");
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_field_and_nothing_is_lost() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(EDIT).await;
    let wrong = fields(&page, &[("m.0.text", "Greet {{ nobody }}."), ("c.limit", "many"), ("do", "publish")]);
    let answer = send(&browser, EDIT, &wrong).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("Greet {{ nobody }}."), "the text is still there");
    for field in ["f-m-0-text-error", "f-c-limit-error", "f-change-intent-error"] {
        assert!(answer.text.contains(&format!("id=\"{field}\"")), "{field}: {}", answer.text);
    }
    assert_eq!(browser.get(PUBLISH).await.location(), EDIT, "nothing can be published");
}

#[tokio::test]
async fn the_preview_is_a_part_with_the_values_that_were_chosen() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(EDIT).await;
    let preview = "/p/acme/edit-preview/prompt/sales/qualify-lead";
    let own = fields(&page, &[("sample", "own"), ("in.person", "Grace")]);
    let part = send(&browser, preview, &own).await;
    assert_eq!(part.status, 200);
    assert!(part.text.contains("Greet Grace in a") && !part.text.contains("<html"), "{}", part.text);
    let long = "x".repeat(200);
    let part = send(&browser, preview, &fields(&page, &[("sample", "own"), ("in.person", &long)])).await;
    assert!(part.text.contains("cannot be shown with these values"), "{}", part.text);
}

#[tokio::test]
async fn two_tabs_do_not_overwrite_each_other_unseen() {
    let world = World::new().await;
    let browser = world.admin().await;
    let draft = "/p/acme/edit-draft/prompt/sales/qualify-lead";
    let (one, other) = (browser.get(EDIT).await, browser.get(EDIT).await);
    let kept = send(&browser, draft, &fields(&one, &[("title", "From one")])).await;
    assert_eq!((kept.status, kept.header("hx-trigger")), (200, "cl:saved"));
    let refused = send(&browser, draft, &fields(&other, &[("title", "From the other")])).await;
    assert_eq!(refused.status, 412);
    let refused = send(&browser, EDIT, &fields(&other, &[("title", "From the other")])).await;
    assert_eq!(refused.status, 412);
    assert!(refused.text.contains("From the other"), "what was written is still in the form");
    assert!(browser.get(EDIT).await.text.contains("From one"));
    // Having been told, saving again is meant.
    let meant = send(&browser, EDIT, &fields(&refused, &[])).await;
    assert_eq!(meant.status, 200);
    assert!(browser.get(EDIT).await.text.contains("From the other"));
    let gone = browser.post("/p/acme/edit-discard/prompt/sales/qualify-lead", &[("command", "d")]).await;
    assert_eq!(gone.status, 303);
    assert!(!browser.get(EDIT).await.text.contains("From the other"));
}

#[tokio::test]
async fn somebody_published_meanwhile() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(EDIT).await;
    let mine = "Mine {{ person }} {{ constants.tone }} {{ constants.limit }}";
    let kept =
        send(&browser, EDIT, &fields(&page, &[("m.0.text", mine), ("change_intent", "For me.")])).await;
    assert_eq!(kept.status, 200);
    let mut files = crate::world::first_files();
    let theirs = "Theirs {{ person }} {{ constants.tone }} {{ constants.limit }}\n";
    files.insert(format!("prompts/{LEAD}/system.md"), theirs.into());
    world.test.publish(files).await.expect("their version");

    let page = browser.get(EDIT).await;
    assert!(page.text.contains("Changed on both sides"), "{}", page.text);
    assert!(page.text.contains("Mine {{ person }}"), "mine is in the form");
    assert_eq!(page.after("name=\"was\" value=\""), "1.1.0");
    let take = [("was", "1.1.0"), ("do", "theirs:messages[0].text")];
    let taken = send(&browser, EDIT, &fields(&page, &take)).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert!(!taken.text.contains("Changed on both sides") && taken.text.contains("Theirs {{ person }}"));
    let mended = fields(&taken, &[("m.0.text", mine), ("do", "publish")]);
    assert_eq!(send(&browser, EDIT, &mended).await.location(), PUBLISH);
}

#[tokio::test]
async fn a_conflict_is_shown_before_anything_is_published() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(EDIT).await;
    let mut files = crate::world::first_files();
    let theirs = "Theirs {{ person }} {{ constants.tone }} {{ constants.limit }}\n";
    files.insert(format!("prompts/{LEAD}/system.md"), theirs.into());
    world.test.publish(files).await.expect("their version");

    let mine = "Mine {{ person }} {{ constants.tone }} {{ constants.limit }}";
    let wish = [("m.0.text", mine), ("change_intent", "For me."), ("do", "publish")];
    let told = send(&browser, EDIT, &fields(&page, &wish)).await;
    assert_eq!(told.status, 409, "{}", told.location());
    assert!(told.text.contains("Changed on both sides") && told.text.contains("Mine {{ person }}"));
    // Having been told, going on is meant.
    let was = told.after("name=\"was\" value=\"").to_owned();
    let meant = fields(&told, &[("was", &was), ("do", "publish")]);
    assert_eq!(send(&browser, EDIT, &meant).await.location(), PUBLISH);
}

#[tokio::test]
async fn a_conflict_is_shown_until_it_is_decided() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(EDIT).await;
    let mut files = crate::world::first_files();
    let theirs = "Theirs {{ person }} {{ constants.tone }} {{ constants.limit }}\n";
    files.insert(format!("prompts/{LEAD}/system.md"), theirs.into());
    world.test.publish(files).await.expect("their version");

    let mine = "Mine {{ person }} {{ constants.tone }} {{ constants.limit }}";
    let wish = [("m.0.text", mine), ("change_intent", "For me."), ("do", "save")];
    let told = send(&browser, EDIT, &fields(&page, &wish)).await;
    assert!(told.text.contains("Changed on both sides"), "{}", told.text);
    let was = told.after("name=\"was\" value=\"").to_owned();
    let saved = send(&browser, EDIT, &fields(&told, &[("was", &was), ("do", "save")])).await;
    assert!(saved.text.contains("Changed on both sides"), "after saving: {}", saved.text);
    let again = browser.get(EDIT).await;
    assert!(again.text.contains("Changed on both sides"), "opened again: {}", again.text);
    assert!(again.text.contains("Mine {{ person }}"));
    let keep = [("was", &*was), ("do", "mine:messages[0].text")];
    let kept = send(&browser, EDIT, &fields(&again, &keep)).await;
    assert_eq!(kept.status, 200);
    assert!(!kept.text.contains("Changed on both sides") && kept.text.contains("Mine {{ person }}"));
    let opened = browser.get(EDIT).await;
    assert!(!opened.text.contains("Changed on both sides") && opened.text.contains("Mine {{ person }}"));
    assert_eq!(send(&browser, EDIT, &fields(&opened, &[("do", "publish")])).await.location(), PUBLISH);
}

#[tokio::test]
async fn nobody_is_asked_why_before_they_want_to_publish() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(EDIT).await;
    let text = "Welcome {{ person }} {{ constants.tone }} {{ constants.limit }}.";
    let saved = send(&browser, EDIT, &fields(&page, &[("m.0.text", text), ("do", "save")])).await;
    assert_eq!(saved.status, 200);
    let missing = "Say why you change it";
    assert!(!saved.text.contains(missing) && !saved.text.contains("nothing says yet why"), "{}", saved.text);
    let asked = send(&browser, EDIT, &fields(&saved, &[("do", "publish")])).await;
    assert_eq!(asked.status, 422);
    assert!(asked.text.contains(missing) && asked.text.contains("name=\"asked\""));
}

#[tokio::test]
async fn a_draft_that_cannot_be_read_is_told_and_can_be_thrown_away() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(EDIT).await;
    let kept = send(&browser, EDIT, &fields(&page, &[("title", "Mine"), ("do", "save")])).await;
    assert_eq!(kept.status, 200);
    world.test.spoil("draft").await.unwrap();

    let told = browser.get(EDIT).await;
    assert_eq!(told.status, 200);
    assert!(told.text.contains("cannot be read") && !told.text.contains("name=\"m.0.text\""));
    assert_eq!(browser.get(PUBLISH).await.location(), EDIT);
    let discard = "/p/acme/edit-discard/prompt/sales/qualify-lead";
    let form = [("command", told.after("name=\"command\" value=\"")), ("then", "edit")];
    assert_eq!(browser.post(discard, &form).await.location(), EDIT);
    assert!(browser.get(EDIT).await.text.contains("name=\"m.0.text\""));
}

#[tokio::test]
async fn a_greater_kind_of_change_can_be_chosen_and_never_a_smaller_one() {
    let world = World::new().await;
    let browser = world.admin().await;
    let page = browser.get(EDIT).await;
    let text = "Welcome {{ person }} in a {{ constants.tone }} tone.\r\nHand over below {{ constants.limit }} percent.\r\n";
    let wish = [("m.0.text", text), ("change_intent", "Guests like it."), ("do", "publish")];
    assert_eq!(send(&browser, EDIT, &fields(&page, &wish)).await.location(), PUBLISH);
    let look = browser.get(PUBLISH).await;
    assert!(look.text.contains("Becomes version 1.2.0") && !look.text.contains("Small fix"), "{}", look.text);
    let smaller = browser.get(&format!("{PUBLISH}?kind=patch")).await;
    assert!(smaller.text.contains("Becomes version 1.2.0"), "{}", smaller.text);
    let greater = browser.get(&format!("{PUBLISH}?kind=major")).await;
    assert!(greater.text.contains("Becomes version 2.0.0"), "{}", greater.text);
    let form = [
        ("command", greater.after("name=\"command\" value=\"")),
        ("plan", greater.after("name=\"plan\" value=\"")),
        ("kind", "major"),
    ];
    let done = browser.post(PUBLISH, &form).await;
    assert_eq!(done.location(), "/p/acme/version/2.0.0/prompt/sales/qualify-lead?published=1");
    assert!(
        browser.get(EDIT).await.text.contains("Nothing is saved yet"),
        "the draft has become the version"
    );
}

#[tokio::test]
async fn a_shared_text_says_who_includes_it_and_offers_to_publish_them_too() {
    let world = World::new().await;
    let browser = world.admin().await;
    let (edit, publish) = ("/p/acme/edit/shared/safety/base", "/p/acme/publish/shared/safety/base");
    let page = browser.get(edit).await;
    assert!(page.text.contains("support/answer"), "{}", page.text);
    let form = [
        ("command", "c"),
        ("base", page.after("name=\"base\" value=\"")),
        ("body", "Never promise a price or a date."),
        ("summary", page.after("name=\"title\" value=\"")),
        ("change_intent", "Dates were promised."),
        ("risk", "medium"),
        ("do", "publish"),
    ];
    assert_eq!(browser.post(edit, &form).await.location(), publish);
    let look = browser.get(&format!("{publish}?also=prompt%3Asupport%2Fanswer")).await;
    let plan = look.after("name=\"plan\" value=\"").to_owned();
    let done =
        browser.post(publish, &[("command", "p"), ("plan", &plan), ("also", "prompt:support/answer")]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let user = browser.get("/p/acme/version/1.1.0/prompt/support/answer").await;
    assert_eq!(user.status, 200, "it was published with it");
}

#[tokio::test]
async fn a_reader_looks_and_is_told_who_can_publish() {
    let world = World::new().await;
    let reader = world.role(Role::Viewer).await;
    let page = reader.get(EDIT).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("You may not publish versions") && page.text.contains("authors"));
    let refused = send(&reader, EDIT, &fields(&page, &[("title", "Mine")])).await;
    assert_eq!(refused.status, 403);
}
