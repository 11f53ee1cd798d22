//! The time machine's page: one sentence, the facts, the words and the proof, for any moment.

use cuelight_app::release::{PinItem, ReleaseItem, RollBackInput, roll_back};
use cuelight_core::rights::Role;

use crate::ledger::{plain, released, tenant};
use crate::world::{LEAD, World};

/// An hour in microseconds.
const HOUR: i64 = 3_600_000_000;

fn address(date: &str, time: &str, zone: &str, more: &str) -> String {
    format!("/p/acme/time-machine?date={date}&time={time}&zone={zone}&env=production{more}")
}

fn about_lead(time: &str, more: &str) -> String {
    address("2026-03-15", time, "Europe/Berlin", &format!("&prompt={LEAD}{more}"))
}

#[tokio::test]
async fn the_answer_is_one_sentence_with_facts_words_and_proof() {
    let world = World::new().await;
    world.test.clock.advance(HOUR);
    released(&world, "staging", set_newest(), "It is brief.").await;
    let changed = released(&world, "production", set_newest(), "It <i>is</i> brief.").await;
    world.test.clock.advance(HOUR);
    let ctx = world.test.ctx().await.expect("the administrator");
    roll_back(&ctx, &world.test.project, changed, RollBackInput::default()).await.expect("gone back");
    let admin = world.admin().await;
    let first = plain(&admin.get(&about_lead("14:47:00", "")).await.text);
    assert!(
        first.contains("On 15 March 2026 at 14:47:00 (Europe/Berlin, UTC+1), production served sales/qualify-lead 1.0.0 to everyone."),
        "{first}"
    );
    assert!(
        first.contains("It was live from 15 March 2026, 14:00:00 until 15 March 2026, 15:00:00."),
        "{first}"
    );
    assert!(first.contains("It came with release 3, by first administrator."), "{first}");
    assert!(first.contains("Greet person in a constants.tone tone.") && first.contains("warm"), "{first}");
    let page = admin.get(&about_lead("15:30:00", "")).await;
    let second = plain(&page.text);
    assert!(second.contains("served sales/qualify-lead 1.1.0 to everyone."), "{second}");
    assert!(second.contains("for this reason: It <i>is</i> brief."), "{second}");
    assert!(
        page.text.contains("It &lt;i&gt;is&lt;/i&gt; brief.") && second.contains("Be brief."),
        "{second}"
    );
    let seq = cuelight_app::release::get(&ctx, &world.test.project, changed).await.expect("the release").seq;
    assert!(page.text.contains(&format!("/p/acme/ledger/{seq}/proof")), "{second}");
    let third = plain(&admin.get(&about_lead("16:30:00", "")).await.text);
    assert!(third.contains("served sales/qualify-lead 1.0.0 to everyone."), "{third}");
    assert!(third.contains("when first administrator went back.") && third.contains("still is."), "{third}");
}

fn set_newest() -> ReleaseItem {
    ReleaseItem::Set(PinItem { prompt: LEAD.parse().expect("a name"), version: None })
}

#[tokio::test]
async fn a_tenant_gets_the_answer_for_the_tenant() {
    let world = World::new().await;
    world.test.clock.advance(HOUR);
    let mut dry = tenant(LEAD, "dry", "acme");
    if let ReleaseItem::Override(dry) = &mut dry {
        dry.version = Some("1.0.0".parse().expect("a version"));
    }
    for environment in ["development", "staging", "production"] {
        released(&world, environment, dry.clone(), "Asked for.").await;
    }
    let admin = world.admin().await;
    for more in ["&a.tenant=acme", "&other=tenant&other-value=acme"] {
        let text = plain(&admin.get(&about_lead("15:47:00", more)).await.text);
        assert!(text.contains("served sales/qualify-lead 1.0.0 to everyone with tenant acme."), "{text}");
        assert!(text.contains("Variant dry") && text.contains("tone dry"), "{text}");
        let before = plain(&admin.get(&about_lead("14:47:00", more)).await.text);
        assert!(
            before.contains("Variant Common") && before.contains("until 15 March 2026, 15:00:00."),
            "{before}"
        );
    }
    let page = admin.get(&about_lead("15:47:00", "")).await.text;
    assert!(plain(&page).contains("to everyone without a variant of their own."), "{page}");
    assert!(
        page.contains("name=\"a.tenant\"") && page.contains("<option value=\"acme\""),
        "the form offers what is known"
    );
}

#[tokio::test]
async fn shared_texts_stand_where_they_are_used() {
    let world = World::new().await;
    let admin = world.admin().await;
    let page = admin.get(&address("2026-03-15", "14:47", "Europe/Berlin", "&prompt=support/answer")).await;
    let text = plain(&page.text);
    assert!(text.contains("safety/base 1.0.0Never promise a price."), "{text}");
}

#[tokio::test]
async fn without_a_prompt_everything_is_listed() {
    let world = World::new().await;
    let admin = world.admin().await;
    let text = plain(&admin.get(&address("2026-03-15", "14:47", "Europe/Berlin", "")).await.text);
    assert!(text.contains("production served 3 prompts to everyone."), "{text}");
    for prompt in [LEAD, "sales/outreach", "support/answer"] {
        assert!(text.contains(&format!("{prompt} 1.0.0 Common 15 March 2026")), "{prompt}: {text}");
    }
}

#[tokio::test]
async fn before_anything_was_live_the_answer_says_since_when_it_was() {
    let world = World::new().await;
    let admin = world.admin().await;
    let early = plain(&admin.get(&about_lead("09:00:00", "")).await.text);
    assert!(early.contains("sales/qualify-lead was not live in production."), "{early}");
    assert!(early.contains("It was live there first on 15 March 2026, 14:00:00."), "{early}");
    let all = plain(&admin.get(&address("2026-03-15", "09:00", "Europe/Berlin", "")).await.text);
    assert!(
        all.contains("nothing was live in production yet.") && all.contains("The first release there was on"),
        "{all}"
    );
    let empty = World::empty().await;
    let nothing = plain(&empty.admin().await.get(&address("2026-03-15", "14:47", "UTC", "")).await.text);
    assert!(nothing.contains("Nothing has been released there to this day."), "{nothing}");
}

#[tokio::test]
async fn a_time_that_occurred_twice_has_two_answers_and_one_that_never_was_has_none() {
    let world = World::new().await;
    let admin = world.admin().await;
    let twice = admin.get(&address("2026-10-25", "02:30", "Europe/Berlin", &format!("&prompt={LEAD}"))).await;
    let text = plain(&twice.text);
    assert!(text.contains("This time occurred twice there"), "{text}");
    assert!(text.contains("(Europe/Berlin, UTC+2)") && text.contains("(Europe/Berlin, UTC+1)"), "{text}");
    assert!(text.contains("This moment is still to come."), "{text}");
    let mut ids: Vec<&str> = twice.text.split(" id=\"").skip(1).filter_map(|i| i.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "no id is there twice");
    let never = admin.get(&address("2026-03-29", "02:30", "Europe/Berlin", "")).await;
    assert_eq!(never.status, 422);
    let text = plain(&never.text);
    assert!(
        text.contains("This time never existed there") && text.contains("Ask for 01:30:00 or 03:30:00."),
        "{text}"
    );
}

/// The names of the fields that are marked as wrong.
fn wrong(html: &str) -> Vec<String> {
    let controls = html.split(" name=\"").skip(1);
    let of = |c: &str| c.split('"').next().unwrap_or_default().to_owned();
    controls.filter(|c| c.split('>').next().is_some_and(|tag| tag.contains("aria-invalid"))).map(of).collect()
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field() {
    let world = World::new().await;
    let admin = world.admin().await;
    for (query, field) in [
        ("date=15.3.2026&time=14:47&zone=UTC&env=production", "date"),
        ("date=2026-02-30&time=14:47&zone=UTC&env=production", "date"),
        ("date=2026-03-15&time=noon&zone=UTC&env=production", "time"),
        ("date=2026-03-15&time=25:00&zone=UTC&env=production", "time"),
        ("date=2026-03-15&time=14:47&zone=Europe/Nowhere&env=production", "zone"),
        ("date=2026-03-15&time=14:47&zone=%22%3E%3Cscript%3E&env=production", "zone"),
        ("date=2026-03-15&time=14:47&zone=UTC&env=nowhere", "env"),
        ("date=2026-03-15&time=14:47&zone=UTC&env=production&prompt=Sales", "prompt"),
        ("date=2026-03-15&time=14:47&zone=UTC&env=production&prompt=no/such", "prompt"),
        ("date=2026-03-15&time=14:47&zone=UTC&env=production&other=tenant", "other"),
    ] {
        let page = admin.get(&format!("/p/acme/time-machine?{query}")).await;
        assert_eq!((page.status, wrong(&page.text)), (422, vec![field.to_owned()]), "{query}");
        assert!(!page.text.contains("<script>"), "{query}");
    }
}

#[tokio::test]
async fn the_form_begins_with_now_in_the_viewers_zone() {
    let world = World::new().await;
    let berlin = world.admin().await.with_cookie("zone=Europe/Berlin");
    let page = berlin.get("/p/acme/time-machine").await.text;
    assert!(page.contains("value=\"2026-03-15\"") && page.contains("value=\"14:00:00\""), "{page}");
    assert!(page.contains("value=\"Europe/Berlin\"") && page.contains("<option value=\"America/New_York\""));
    assert!(page.contains("<option value=\"production\" selected"), "the last environment of the path");
}

#[tokio::test]
async fn who_reads_one_environment_gets_its_answer_without_the_ledger() {
    let world = World::new().await;
    let narrow = world
        .token(Role::Viewer, |i| i.environments = Some(["production".parse().expect("a name")].into()))
        .await;
    let page = narrow.get(&about_lead("14:47:00", "")).await;
    let text = plain(&page.text);
    assert!(text.contains("production served sales/qualify-lead 1.0.0"), "{text}");
    assert!(!page.text.contains("/proof\"") && text.contains("You may not read the ledger."), "{text}");
    let other = narrow.get("/p/acme/time-machine?date=2026-03-15&time=14:47&zone=UTC&env=staging").await;
    assert_eq!(other.status, 422);
}
