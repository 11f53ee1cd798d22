//! The ledger's pages: sentences, filters, entries, the check, files.

use std::collections::BTreeSet;

use cuelight_app::environment::{CreateEnvironmentInput, create, set_policy};
use cuelight_app::ledger::entries;
use cuelight_app::ledger::export::ExportLine;
use cuelight_app::ledger::proof::ProofFile;
use cuelight_app::prompt::{UnyankInput, YankInput, unyank, yank};
use cuelight_app::release::{
    BreakGlass, OpenInput, OverrideItem, PinItem, ReleaseItem, RollBackInput, open, roll_back,
};
use cuelight_artifact::overlay::Patch;
use cuelight_core::environment::Policy;
use cuelight_core::event::Event;
use cuelight_core::ledger::checkpoint::Checkpoint;
use cuelight_core::ledger::tree::{leaf_hash, verify_inclusion};
use cuelight_core::release::Cause;
use cuelight_core::rights::Role;
use cuelight_core::version::Severity;
use cuelight_testkit::app::release_input;
use cuelight_testkit::files::{GREETING, greeting};
use serde_json::json;

use crate::world::{LEAD, World};

/// What is read: without tags, and with single spaces.
pub fn plain(html: &str) -> String {
    const INLINE: [&str; 9] = ["a", "b", "bdi", "code", "i", "q", "span", "strong", "time"];
    let (mut text, mut rest) = (String::new(), html);
    while let Some((before, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        text.push_str(before);
        if !INLINE.contains(&name) {
            text.push(' ');
        }
        rest = after;
    }
    text.push_str(rest);
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn set(prompt: &str, version: &str) -> ReleaseItem {
    ReleaseItem::Set(PinItem {
        prompt: prompt.parse().expect("a name"),
        version: Some(version.parse().expect("a version")),
    })
}

/// An override of the prompt for one tenant.
pub fn tenant(prompt: &str, id: &str, name: &str) -> ReleaseItem {
    ReleaseItem::Override(OverrideItem {
        prompt: prompt.parse().expect("a name"),
        id: id.parse().expect("a word"),
        when: [("tenant".to_owned(), name.to_owned())].into(),
        version: None,
        fields: Patch([("constants.tone".to_owned(), json!("dry"))].into()),
    })
}

/// A release of one item to production, or wherever, with a reason.
pub async fn released(world: &World, environment: &str, item: ReleaseItem, notes: &str) -> u64 {
    let mut input = release_input(environment, vec![item]).expect("an input");
    input.notes = Some(notes.to_owned());
    let ctx = world.test.ctx().await.expect("the administrator");
    open(&ctx, &world.test.project, input).await.expect("a release").release
}

/// A history with every kind of entry.
async fn eventful() -> World {
    let world = World::new().await;
    let (test, project) = (&world.test, &world.test.project);
    let ctx = || async { test.ctx().await.expect("the administrator") };
    let id = LEAD.parse().expect("an id");
    let first = "1.0.0".parse().expect("a version");
    for severity in [Severity::Avoid, Severity::Block] {
        let input = YankInput { severity, reason: "It <b>insults</b> people.".into() };
        yank(&ctx().await, project, &id, &first, input).await.expect("withdrawn");
        let input = UnyankInput { reason: "It does not.".into() };
        unyank(&ctx().await, project, &id, &first, input).await.expect("reinstated");
    }
    let name = "canary".parse().expect("a name");
    let input = CreateEnvironmentInput { name, after: None, policy: None };
    create(&ctx().await, project, input).await.expect("an environment");
    let development = "development".parse().expect("a name");
    set_policy(&ctx().await, project, &development, 1, Policy::strict()).await.expect("rules");
    set_policy(&ctx().await, project, &development, 2, Policy::open()).await.expect("rules");
    let urgent = OpenInput {
        break_glass: Some(BreakGlass { reason: "It cannot wait.".into() }),
        ..release_input("production", vec![set(LEAD, "1.1.0")]).expect("an input")
    };
    let urgent = open(&ctx().await, project, urgent).await.expect("a release").release;
    roll_back(&ctx().await, project, urgent, RollBackInput::default()).await.expect("gone back");
    released(&world, "development", tenant(LEAD, "acme", "acme"), "For a customer.").await;
    let remove = ReleaseItem::Remove { prompt: "sales/outreach".parse().expect("a name") };
    released(&world, "development", remove, "Nobody uses it.").await;
    world
}

/// What the sentence of an entry must say. A new kind of event does not build here before it has a sentence.
fn expected(event: &Event) -> (&'static str, &'static str) {
    match event {
        Event::ProjectOpened(_) => ("opened", "opened the project acme."),
        Event::EnvironmentCreated(_) => ("environment", "added the environment"),
        Event::PolicySet(_) => ("rules", "set the rules of development."),
        Event::VersionPublished(e) if e.previous.is_none() => ("first", ", the first version."),
        Event::VersionPublished(_) => ("published", "published sales/qualify-lead 1.1.0."),
        Event::VersionYanked(e) if e.severity == Severity::Avoid => {
            ("withdrawn", "withdrew sales/qualify-lead 1.0.0.")
        }
        Event::VersionYanked(_) => ("unsafe", "withdrew sales/qualify-lead 1.0.0 as unsafe."),
        Event::VersionUnyanked(_) => ("reinstated", "took back the withdrawal of sales/qualify-lead 1.0.0."),
        Event::ReleaseOpened(e) => match (&e.cause, e.urgency.is_planned()) {
            (Cause::RollBack { .. }, _) => {
                ("back", "went back in production, taking back release 5 (release 6).")
            }
            (Cause::Release, false) => ("urgent", "1.1.0 to production (release 5). It went past the rules"),
            (Cause::Release, true) if e.release == 7 => (
                "variant",
                "released sales/qualify-lead 1.1.0 for the variant acme to development (release 7).",
            ),
            (Cause::Release, true) if e.release == 8 => {
                ("removed", "took sales/outreach out of development (release 8).")
            }
            (Cause::Release, true) if e.changes.len() == 3 => ("several", "and 2 more to"),
            (Cause::Release, true) => {
                ("released", "released sales/qualify-lead 1.1.0 to development (release 4).")
            }
        },
    }
}

#[tokio::test]
async fn every_kind_of_entry_is_a_plain_sentence() {
    let world = eventful().await;
    let admin = world.admin().await;
    let ctx = world.test.ctx().await.expect("the administrator");
    let all = entries(&ctx, &world.test.project, 0, 1_000).await.expect("entries");
    let list = plain(&admin.get("/p/acme/ledger").await.text);
    let mut seen = BTreeSet::new();
    for entry in &all {
        let event = Event::decode(&entry.kind, &entry.body).expect("an event");
        let (what, words) = expected(&event);
        seen.insert(what);
        assert!(list.contains(words), "`{words}` is not in the list:\n{list}");
        let page = admin.get(&format!("/p/acme/ledger/{}", entry.seq)).await;
        assert_eq!(page.status, 200);
        let text = plain(&page.text);
        assert!(text.contains(words), "{}: `{words}` is not in\n{text}", entry.seq);
        let who = if entry.actor == "system" { "Cuelight itself" } else { "first administrator" };
        assert!(text.contains(&format!("{who} ")), "{who}");
        assert!(text.contains(&entry.leaf.to_string()) && text.contains(&entry.bytes), "{}", entry.seq);
    }
    let wanted = [
        "back",
        "environment",
        "first",
        "opened",
        "published",
        "reinstated",
        "released",
        "removed",
        "rules",
        "several",
        "unsafe",
        "urgent",
        "variant",
        "withdrawn",
    ];
    assert_eq!(seen, BTreeSet::from(wanted), "the history has every kind");
}

/// The rows of a list: the entries it links to.
fn rows(html: &str) -> Vec<u64> {
    let table =
        html.split_once("<tbody").map_or("", |(_, rest)| rest).split("</table>").next().unwrap_or_default();
    let links = table.split("href=\"/p/acme/ledger/").skip(1);
    links.map(|l| l.split('"').next().and_then(|n| n.parse().ok()).expect("a number")).collect()
}

#[tokio::test]
async fn the_kinds_to_choose_from_cover_every_entry_once() {
    let world = eventful().await;
    let admin = world.admin().await;
    let page = admin.get("/p/acme/ledger").await.text;
    let select =
        page.split_once("name=\"kind\"").expect("a choice").1.split("</select>").next().expect("its end");
    let words: Vec<&str> =
        select.split("<option value=\"").skip(2).map(|o| o.split('"').next().expect("a word")).collect();
    let mut all = Vec::new();
    for word in words {
        let found = rows(&admin.get(&format!("/p/acme/ledger?kind={word}")).await.text);
        assert!(!found.is_empty(), "{word}");
        all.extend(found);
    }
    all.sort_unstable();
    assert_eq!(all, (1..=world.entries().await).collect::<Vec<_>>());
    let wrong = admin.get("/p/acme/ledger?kind=coffee").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("aria-invalid=\"true\""));
}

#[tokio::test]
async fn pages_go_back_to_the_first_entry_and_filters_stay() {
    let world = World::new().await;
    for number in 0..60 {
        world
            .test
            .publish(greeting("sales/outreach", &format!("{GREETING}{number}\n")))
            .await
            .expect("a version");
    }
    let admin = world.admin().await;
    let last = world.entries().await;
    let walk = async |start: &str| {
        let (mut address, mut found) = (start.to_owned(), Vec::new());
        loop {
            let page = admin.get(&address).await.text;
            found.extend(rows(&page));
            let next =
                page.split("<a class=\"btn small\" href=\"").skip(1).find(|a| a.contains("Older entries"));
            match next {
                None => return found,
                Some(link) => address = link.split('"').next().expect("its end").replace("&amp;", "&"),
            }
        }
    };
    assert_eq!(walk("/p/acme/ledger").await, (1..=last).rev().collect::<Vec<_>>());
    let about = walk("/p/acme/ledger?about=sales/outreach&kind=published").await;
    assert_eq!(about.len(), 61);
    let none = admin.get("/p/acme/ledger?about=no/such").await.text;
    assert!(plain(&none).contains("No entry fits what you asked for."));
}

#[tokio::test]
async fn names_and_reasons_are_shown_as_text_whatever_they_hold() {
    let world = eventful().await;
    let admin = world.admin().await;
    let author = world.token(Role::Author, |i| i.label = "<img src=x onerror=alert(1)>\u{202e}".into()).await;
    drop(author);
    let ctx = world.test.ctx().await.expect("the administrator");
    let all = entries(&ctx, &world.test.project, 0, 1_000).await.expect("entries");
    let withdrawn = all.iter().find(|e| e.kind == "version.yanked/1").expect("an entry");
    let page = admin.get(&format!("/p/acme/ledger/{}", withdrawn.seq)).await.text;
    assert!(page.contains("It &lt;b&gt;insults&lt;/b&gt; people.") && !page.contains("<b>insults"));
    let hostile =
        admin.get("/p/acme/ledger?who=%22%3E%3Cscript%3E&about=%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert_eq!(hostile.status, 200);
    assert!(!hostile.text.contains("<script>alert"), "{}", hostile.text);
}

#[tokio::test]
async fn the_check_says_what_it_found_and_what_it_cannot_see() {
    let world = eventful().await;
    let admin = world.admin().await;
    let page = admin.get("/p/acme/ledger").await;
    let command = page.after("name=\"command\" value=\"").to_owned();
    let before = world.entries().await;
    let checked = admin.post("/p/acme/ledger/check", &[("command", &command)]).await;
    assert_eq!(checked.status, 200);
    let text = plain(&checked.text);
    assert!(text.contains("Nothing was changed."), "{text}");
    assert!(text.contains(&format!("All {before} entries are as they were written")), "{text}");
    assert!(
        text.contains("What this check cannot see") && text.contains("Whether this server tells the truth.")
    );
    assert_eq!(world.entries().await, before, "a check writes nothing");
}

#[tokio::test]
async fn files_can_be_checked_with_nothing_but_the_key() {
    let world = eventful().await;
    let admin = world.admin().await;
    let key = world.test.app.verifier_key().parse().expect("a key");
    for seq in [1, 8, world.entries().await] {
        let answer = admin.get(&format!("/p/acme/ledger/{seq}/proof")).await;
        assert!(answer.header("content-disposition").contains(&format!("acme-entry-{seq}-proof.json")));
        let file: ProofFile = serde_json::from_str(&answer.text).expect("a proof");
        let checkpoint = Checkpoint::open(&file.proof.checkpoint, &key).expect("a signature");
        assert_eq!((file.cuelight_proof, &file.origin), (1, &checkpoint.origin));
        let leaf = leaf_hash(file.proof.bytes.as_bytes());
        verify_inclusion(&leaf, seq - 1, checkpoint.size, &checkpoint.root, &file.proof.path)
            .expect("included");
    }
    let note = admin.get("/p/acme/ledger/checkpoint").await.text;
    assert_eq!(Checkpoint::open(&note, &key).expect("a signature").size, world.entries().await);
    let export = admin.get("/p/acme/ledger/export").await.text;
    let lines: Vec<ExportLine> = export.lines().map(|l| serde_json::from_str(l).expect("a line")).collect();
    assert!(matches!(&lines[0], ExportLine::Header { .. }));
    let count = lines.iter().filter(|l| matches!(l, ExportLine::Entry { .. })).count();
    assert_eq!(count as u64, world.entries().await);
    assert_eq!(admin.get("/p/acme/ledger/export?part=2").await.status, 404);
}

#[tokio::test]
async fn who_may_not_read_the_ledger_is_told_so() {
    let world = World::new().await;
    let narrow = world
        .token(Role::Viewer, |i| i.environments = Some(["production".parse().expect("a name")].into()))
        .await;
    for address in ["/p/acme/ledger", "/p/acme/ledger/1", "/p/acme/ledger/1/proof", "/p/acme/ledger/export"] {
        assert_eq!(narrow.get(address).await.status, 403, "{address}");
    }
    let admin = world.admin().await;
    for address in ["/p/acme/ledger/0", "/p/acme/ledger/999", "/p/acme/ledger/x", "/p/nope/ledger"] {
        assert_eq!(admin.get(address).await.status, 404, "{address}");
    }
    assert_eq!(admin.get("/p/acme/ledger?before=x").await.status, 400);
}

#[tokio::test]
async fn a_project_without_history_shows_its_first_entries() {
    let world = World::empty().await;
    let text = plain(&world.admin().await.get("/p/acme/ledger").await.text);
    assert!(text.contains("Cuelight itself opened the project acme."), "{text}");
}
