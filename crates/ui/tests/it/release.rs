//! Choosing, looking, releasing.

use cuelight_app::environment;
use cuelight_app::prompt::{YankInput, yank};
use cuelight_artifact::ArtifactRef;
use cuelight_core::rights::{Action, Role};
use cuelight_core::version::Severity;

use crate::ledger::plain;
use crate::world::{Answer, Browser, LEAD, World};

/// The fields of the form with this action, as a browser would send them.
pub fn fields(page: &Answer, action: &str) -> Vec<(String, String)> {
    let start = format!("action=\"{action}\"");
    let form = page.text.split("<form").find(|f| f.split('>').next().unwrap_or_default().contains(&start));
    let form = form.unwrap_or_else(|| panic!("no form to {action} in\n{}", page.text));
    let form = form.split("</form>").next().unwrap_or_default();
    let attribute = |tag: &str, name: &str| {
        Some(tag.split_once(&format!("{name}=\""))?.1.split('"').next()?.replace("&amp;", "&"))
    };
    form.split("<input")
        .skip(1)
        .filter_map(|tag| {
            let tag = tag.split('>').next()?;
            let on = !tag.contains("checkbox") || tag.contains("checked");
            on.then_some((attribute(tag, " name")?, attribute(tag, " value").unwrap_or_default()))
        })
        .collect()
}

/// Sends the form with this action, with some fields of one's own.
pub async fn send(browser: &Browser<'_>, page: &Answer, action: &str, own: &[(&str, &str)]) -> Answer {
    let found = fields(page, action);
    let kept = found.iter().filter(|(name, _)| !own.iter().any(|(n, _)| n == name));
    let mut all: Vec<(&str, &str)> = kept.map(|(k, v)| (k.as_str(), v.as_str())).collect();
    all.extend_from_slice(own);
    browser.post(action, &all).await
}

async fn generation(world: &World, name: &str) -> u64 {
    let ctx = world.test.ctx().await.expect("the administrator");
    environment::get(&ctx, &world.test.project, &name.parse().expect("a name"))
        .await
        .expect("the environment")
        .info
        .generation
}

const LOOK: &str = "/p/acme/release/look?env=staging&from=development";

#[tokio::test]
async fn from_choosing_to_live() {
    let world = World::new().await;
    let browser = world.role(Role::Releaser).await;
    let choose = browser.get("/p/acme/release?env=staging").await;
    assert!(choose.text.contains("1 prompt is newer in development"), "{}", choose.text);
    assert!(choose.text.contains(&format!("value=\"{LEAD}\"")));
    assert!(!choose.text.contains("value=\"sales/outreach\""), "what is live at its newest does not wait");
    let look = browser.get(&format!("/p/acme/release/look?env=staging&pick={LEAD}")).await;
    assert_eq!(look.status, 200);
    let said = plain(&look.text);
    assert!(said.contains("1 prompt changes in staging"), "{said}");
    assert!(said.contains("2 other prompts stay as they are"));
    assert!(said.contains("returns to what is live now: release 2"));
    assert!(look.text.contains(&format!("/p/acme/compare/prompt/{LEAD}?from=1.0.0&amp;to=1.")));
    let done = send(&browser, &look, "/p/acme/release", &[("notes", "A <b>calmer</b> tone")]).await;
    assert_eq!((done.status, done.location()), (303, "/p/acme/releases/5?done=1"));
    let page = browser.get(done.location()).await;
    assert!(page.text.contains("Live in staging since"));
    assert!(page.text.contains("A &lt;b&gt;calmer&lt;/b&gt; tone"));
    assert!(page.text.contains("/p/acme/env/staging/go-back?to=1"));
    assert!(page.text.contains("/p/acme/release/look?env=production&amp;from=staging"));
    let again = send(&browser, &look, "/p/acme/release", &[("notes", "A <b>calmer</b> tone")]).await;
    assert_eq!(again.location(), done.location(), "the same form sent twice applies once");
    assert_eq!(generation(&world, "staging").await, 2);
}

#[tokio::test]
async fn what_is_released_is_the_version_that_was_looked_at() {
    let world = World::new().await;
    let browser = world.admin().await;
    let address = format!("/p/acme/release/look?env=staging&pick={LEAD}&pick=sales/outreach");
    let look = browser.get(&address).await;
    let mut files = crate::world::first_files();
    for prompt in [LEAD, "sales/outreach"] {
        let text = "Newer {{ person }} {{ constants.tone }} {{ constants.limit }}\n";
        files.insert(format!("prompts/{prompt}/system.md"), text.into());
    }
    world.test.publish(files).await.expect("newer versions");
    let done = send(&browser, &look, "/p/acme/release", &[]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let ctx = world.test.ctx().await.unwrap();
    let live =
        environment::get(&ctx, &world.test.project, &"staging".parse().unwrap()).await.unwrap().content;
    let version =
        |name: &str| live.iter().find(|s| s.slot.prompt.as_str() == name).unwrap().version.to_string();
    assert_eq!((version(LEAD).as_str(), version("sales/outreach").as_str()), ("1.1.0", "1.0.0"));
}

#[tokio::test]
async fn a_look_that_is_old_releases_nothing() {
    let world = World::new().await;
    let browser = world.admin().await;
    let look = browser.get(LOOK).await;
    // What it is taken from moves, not where it goes.
    world.test.release("development", &["sales/outreach@1.0.0", &format!("{LEAD}@1.0.0")]).await.unwrap();
    let stale = send(&browser, &look, "/p/acme/release", &[]).await;
    assert_eq!(stale.status, 412, "{}", stale.text);
    assert!(stale.text.contains("Somebody was quicker"));
    assert!(plain(&stale.text).contains("Release 5"), "what came in between is named");
    assert_eq!(generation(&world, "staging").await, 1);
}

#[tokio::test]
async fn rules_that_are_not_met_say_what_is_missing_and_nothing_changes() {
    let world = World::new().await;
    let address = format!("/p/acme/release/look?env=production&pick={LEAD}");
    let narrow = |t: &mut cuelight_app::token::IssueInput| {
        t.actions =
            Some([Action::ReadLibrary, Action::ReadReleases, Action::ReadProjects, Action::Release].into());
    };
    let browser = world.token(Role::Releaser, narrow).await;
    let look = browser.get(&address).await;
    let said = plain(&look.text);
    assert!(said.contains("The rules of production are not met"), "{said}");
    assert!(
        said.contains("was never live in staging: release it there first (a release manager can)"),
        "{said}"
    );
    assert!(said.contains("You may not release past the rules"), "{said}");
    assert!(!look.text.contains("method=\"post\" action=\"/p/acme/release\""));
    let seen = generation(&world, "production").await.to_string();
    let own = [("command", "x"), ("env", "production"), ("pick", LEAD), ("seen", seen.as_str())];
    let refused = browser.post("/p/acme/release", &own).await;
    assert_eq!(refused.status, 409);
    assert!(plain(&refused.text).contains("was never live in staging"));
    let past = [
        ("command", "y"),
        ("env", "production"),
        ("pick", LEAD),
        ("seen", &seen),
        ("past", "yes"),
        ("reason", "now"),
    ];
    assert_eq!(browser.post("/p/acme/release", &past).await.status, 403);
    assert_eq!(generation(&world, "production").await, 1);
}

#[tokio::test]
async fn past_the_rules_only_with_a_reason_that_stays() {
    let world = World::new().await;
    let browser = world.role(Role::Releaser).await;
    let look = browser.get(&format!("/p/acme/release/look?env=production&pick={LEAD}")).await;
    let without = send(&browser, &look, "/p/acme/release", &[("reason", " ")]).await;
    assert_eq!(without.status, 422);
    assert!(without.text.contains("Say why it cannot wait."));
    let done = send(&browser, &look, "/p/acme/release", &[("reason", "A wrong price is promised")]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let page = browser.get(done.location()).await;
    assert!(page.text.contains("This release went past the rules"));
    assert!(page.text.contains("A wrong price is promised"));
}

#[tokio::test]
async fn a_withdrawn_version_is_marked_and_said_in_our_words() {
    let world = World::new().await;
    let ctx = world.test.ctx().await.unwrap();
    let id = ArtifactRef::prompt(LEAD.parse().unwrap());
    let input = YankInput { severity: Severity::Avoid, reason: "rude".into() };
    yank(&ctx, &world.test.project, &id, &"1.0.0".parse().unwrap(), input).await.unwrap();
    let look = world
        .admin()
        .await
        .get(&format!("/p/acme/release/look?env=development&prompt={LEAD}&version=1.0.0"))
        .await;
    let said = plain(&look.text);
    assert!(said.contains("is withdrawn: choose another version, or reinstate it"), "{said}");
    assert!(said.contains("Withdrawn version"));
    assert!(!look.text.split("class=\"drawer\"").next().unwrap_or_default().contains("yank"));
}

#[tokio::test]
async fn a_prompt_can_be_taken_away_and_nothing_new_is_nothing() {
    let world = World::new().await;
    let browser = world.admin().await;
    let same = browser.get("/p/acme/release/look?env=development&pick=sales/outreach").await;
    assert!(same.text.contains("development has exactly that already"));
    let look =
        browser.get("/p/acme/release/look?env=development&pick=sales/outreach&v.sales/outreach=remove").await;
    assert!(look.text.contains("Stop serving sales/outreach in development"), "{}", look.text);
    let done = send(&browser, &look, "/p/acme/release", &[]).await;
    let page = browser.get(done.location()).await;
    assert!(page.text.contains("sales/outreach is no longer live in development"));
}

#[tokio::test]
async fn what_was_chosen_stays_chosen_while_searching() {
    let world = World::new().await;
    let address = format!("/p/acme/release?env=development&q=support&pick={LEAD}&v.{LEAD}=1.0.0");
    let page = world.admin().await.get(&address).await;
    assert!(page.text.contains(&format!("value=\"{LEAD}\" checked")), "{}", page.text);
    assert!(page.text.contains("value=\"support/answer\""));
    assert!(page.text.contains("<option value=\"1.0.0\" selected"));
}

#[tokio::test]
async fn who_may_not_release_reads_why_and_who_can() {
    let world = World::new().await;
    let viewer = world.role(Role::Viewer).await;
    let look = plain(&viewer.get(LOOK).await.text);
    assert!(
        look.contains("You may not release here") && look.contains("Who can: release managers"),
        "{look}"
    );
    let own = [("command", "x"), ("env", "staging"), ("pick", LEAD), ("seen", "1")];
    assert_eq!(viewer.post("/p/acme/release", &own).await.status, 403);
    assert_eq!(generation(&world, "staging").await, 1);
}

#[tokio::test]
async fn bad_addresses_are_refused_and_not_guessed() {
    let world = World::new().await;
    let browser = world.admin().await;
    for (address, status) in [
        ("/p/acme/release?env=nowhere", 404),
        ("/p/acme/release?env=%3Cscript%3E", 400),
        ("/p/acme/release/look?env=staging&pick=NOT+A+NAME", 400),
        ("/p/acme/release/look?env=nowhere&pick=sales/outreach", 404),
        ("/p/acme/release/look?env=staging", 303),
        ("/p/acme/releases/99", 404),
        ("/p/acme/releases/x", 404),
        ("/p/acme/env/production/was/9", 404),
        ("/p/acme/env/nowhere/go-back", 404),
    ] {
        assert_eq!(browser.get(address).await.status, status, "{address}");
    }
    let answer =
        browser.get(&format!("/p/acme/release/look?env=development&pick={LEAD}&v.{LEAD}=9.9.9")).await;
    assert!(answer.text.contains("This cannot be released like this"));
}

#[tokio::test]
async fn what_is_wrong_with_what_was_written_is_told_and_can_be_mended() {
    let world = World::new().await;
    let browser = world.admin().await;
    let look = browser.get(LOOK).await;
    let long = "x".repeat(200_000);
    let refused = send(&browser, &look, "/p/acme/release", &[("notes", &long)]).await;
    assert!((400..500).contains(&refused.status), "{}", refused.status);
    assert!(plain(&refused.text).contains("notes"), "it says what is wrong");
    assert!(refused.text.contains("class=\"note bad\""), "{}", refused.text.len());
    assert_eq!(generation(&world, "staging").await, 1);
    let done = send(&browser, &refused, "/p/acme/release", &[("notes", "short")]).await;
    assert_eq!(done.status, 303);
    assert_eq!(generation(&world, "staging").await, 2);
}

#[tokio::test]
async fn a_form_that_was_sent_before_with_something_else_says_so_in_plain_words() {
    let world = World::new().await;
    let browser = world.admin().await;
    let look = browser.get(LOOK).await;
    assert_eq!(send(&browser, &look, "/p/acme/release", &[("notes", "one")]).await.status, 303);
    let other = send(&browser, &look, "/p/acme/release", &[("notes", "two")]).await;
    assert_eq!(other.status, 422);
    assert!(other.text.contains("This form was sent before"), "{}", other.text);
    assert!(!other.text.contains("Idempotency"));
    assert_eq!(generation(&world, "staging").await, 2);
}

#[tokio::test]
async fn notes_and_reasons_may_have_several_lines() {
    let world = World::new().await;
    let browser = world.admin().await;
    let look = browser.get(LOOK).await;
    let done = send(&browser, &look, "/p/acme/release", &[("notes", "One.\r\nTwo.")]).await;
    assert_eq!(done.status, 303, "{}", done.status);
    assert!(browser.get(done.location()).await.text.contains("One.\nTwo."));
    // Past the rules: never live in staging.
    let mut files = crate::world::first_files();
    files.insert(
        "prompts/sales/outreach/system.md".into(),
        "Newer {{ person }} {{ constants.tone }} {{ constants.limit }}\n".into(),
    );
    world.test.publish(files).await.expect("a newer version");
    let look = browser.get("/p/acme/release/look?env=production&pick=sales/outreach").await;
    let done = send(&browser, &look, "/p/acme/release", &[("reason", "It burns.\r\nReally.")]).await;
    assert_eq!(done.status, 303, "{}", done.status);
}
