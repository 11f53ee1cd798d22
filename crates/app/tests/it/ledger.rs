//! Reading the ledger: the search against a plain filter, the check against tampering, rights.

mod forged;

use std::collections::BTreeSet;
use std::sync::Arc;

use cuelight_app::environment::{CreateEnvironmentInput, audiences, create, set_policy};
use cuelight_app::ledger::{EntryInfo, SearchInput, actors, check, entries, entry, proof, search, texts};
use cuelight_app::prompt::{UnyankInput, YankInput, unyank, yank};
use cuelight_app::release::{OverrideItem, ReleaseItem, RollBackInput, open, roll_back};
use cuelight_app::{Code, Ctx};
use cuelight_artifact::overlay::Patch;
use cuelight_core::environment::Policy;
use cuelight_core::ledger::tree::{Frontier, leaf_hash};
use cuelight_core::ledger::{Entry, LedgerId};
use cuelight_core::rights::Role;
use cuelight_core::version::Severity;
use cuelight_store::{Append, Encoded, Ledger as _};
use cuelight_testkit::TestApp;
use cuelight_testkit::app::release_input;
use cuelight_testkit::files::{GREETING, all, fragment, greeting, including};
use proptest::prelude::*;
use serde_json::{Value, json};

const NAMES: [&str; 3] = ["a/hello", "a/bye", "b/hello"];

/// One step of a random history; a step that is refused writes nothing, and that is fine.
async fn step(test: &TestApp, tokens: &[String], what: u8, which: u8, number: usize) {
    let ctx = test.ctx_of(&tokens[usize::from(which) % tokens.len()]).await.unwrap();
    let name = NAMES[usize::from(which) % NAMES.len()];
    let development = "development".parse().unwrap();
    match what % 8 {
        0 => {
            let text = format!("{GREETING}Round {number}.\n");
            let input = cuelight_testkit::app::plan_input(greeting(name, &text));
            let _refused = cuelight_app::plan::apply(&ctx, &test.project, &input).await;
        }
        1 => {
            let body = format!("Round {number}.\n");
            let files = all([fragment("a/words", &body), including("b/user", &[("words", "a/words")])]);
            let input = cuelight_testkit::app::plan_input(files);
            let _refused = cuelight_app::plan::apply(&ctx, &test.project, &input).await;
        }
        2 => {
            let item = ReleaseItem::Set(cuelight_app::release::PinItem {
                prompt: name.parse().unwrap(),
                version: None,
            });
            let mut input = release_input("development", vec![item]).unwrap();
            input.notes = Some(format!("Round {number}."));
            let _refused = open(&ctx, &test.project, input).await;
        }
        3 => {
            let releases = cuelight_app::release::list(&ctx, &test.project, None, None, 1).await.unwrap();
            if let Some(newest) = releases.first() {
                let _refused = roll_back(&ctx, &test.project, newest.release, RollBackInput::default()).await;
            }
        }
        4 => {
            let input = YankInput { severity: Severity::Avoid, reason: format!("Round {number}.") };
            let (id, first) = (name.parse().unwrap(), "1.0.0".parse().unwrap());
            let _refused = yank(&ctx, &test.project, &id, &first, input).await;
        }
        5 => {
            let (id, first) = (name.parse().unwrap(), "1.0.0".parse().unwrap());
            let input = UnyankInput { reason: format!("Round {number}.") };
            let _refused = unyank(&ctx, &test.project, &id, &first, input).await;
        }
        6 => {
            let policy = if which.is_multiple_of(2) { Policy::open() } else { Policy::strict() };
            let found = cuelight_app::environment::get(&ctx, &test.project, &development).await.unwrap();
            let _refused =
                set_policy(&ctx, &test.project, &development, found.info.policy_revision, policy).await;
        }
        _ => {
            let input = CreateEnvironmentInput {
                name: format!("room-{which}").parse().unwrap(),
                after: None,
                policy: None,
            };
            let _refused = create(&ctx, &test.project, input).await;
        }
    }
}

async fn history(steps: &[(u8, u8)]) -> TestApp {
    let test = TestApp::new().await.unwrap();
    let mut tokens = vec![test.admin.clone()];
    for _ in 0..2 {
        tokens.push(test.token(Role::Admin).await.unwrap());
    }
    test.publish(all(NAMES.map(|n| greeting(n, GREETING)))).await.unwrap();
    for (number, (what, which)) in steps.iter().enumerate() {
        step(&test, &tokens, *what, *which, number).await;
    }
    test
}

/// Whether any text in the body is this name: written without knowing the events.
fn mentions(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => {
            let bare = text.strip_prefix("prompt:").or_else(|| text.strip_prefix("fragment:"));
            let bare = bare.unwrap_or(text);
            bare == name || bare.strip_prefix(name).is_some_and(|rest| rest.starts_with('#'))
        }
        Value::Array(all) => all.iter().any(|v| mentions(v, name)),
        Value::Object(all) => all.values().any(|v| mentions(v, name)),
        _ => false,
    }
}

async fn everything(ctx: &Ctx, test: &TestApp) -> Vec<EntryInfo> {
    entries(ctx, &test.project, 0, 10_000).await.unwrap()
}

/// All parts of a search, joined.
async fn searched(ctx: &Ctx, test: &TestApp, mut input: SearchInput) -> Vec<u64> {
    let mut found = Vec::new();
    loop {
        let part = search(ctx, &test.project, input.clone()).await.unwrap();
        assert!(part.entries.len() <= input.limit && part.scanned <= 5_000);
        found.extend(part.entries.iter().map(|e| e.seq));
        match part.next {
            None => return found,
            Some(next) => {
                assert!(input.before.is_none_or(|before| next < before), "the cursor moves on");
                input.before = Some(next);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_search_is_a_filter_newest_first_and_no_page_repeats_or_skips(
        steps in prop::collection::vec((any::<u8>(), any::<u8>()), 10..40),
        limit in 1_usize..7,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let test = history(&steps).await;
            let ctx = test.ctx().await.unwrap();
            let all = everything(&ctx, &test).await;
            let kinds: BTreeSet<&str> = all.iter().map(|e| e.kind.as_str()).collect();
            let actors: BTreeSet<&str> = all.iter().map(|e| e.actor.as_str()).collect();
            let kinds = kinds.iter().map(|k| Some((*k).to_owned())).chain([None, Some("version".into())]);
            for kind in kinds {
                for actor in actors.iter().map(|a| Some((*a).to_owned())).chain([None]) {
                    for about in ["a/hello", "a/words", "development", "room-7", "a", ""] {
                        let about = (!about.is_empty()).then(|| about.to_owned());
                        let expected: Vec<u64> = all.iter().rev()
                            .filter(|e| kind.as_ref().is_none_or(|k| e.kind.starts_with(k.as_str())))
                            .filter(|e| actor.as_ref().is_none_or(|a| e.actor == *a))
                            .filter(|e| about.as_ref().is_none_or(|a| mentions(&e.body, a)))
                            .map(|e| e.seq)
                            .collect();
                        let input = SearchInput { kind: kind.clone(), actor: actor.clone(), about, before: None, limit };
                        assert_eq!(searched(&ctx, &test, input.clone()).await, expected, "{input:?}");
                    }
                }
            }
            let found = check(&ctx, &test.project).await.unwrap();
            assert!(found.sound, "{found:?}");
            assert_eq!((found.entries, found.signed), (all.len() as u64, all.len() as u64));
        });
    }
}

#[tokio::test]
async fn one_call_looks_at_a_bounded_number_of_entries() {
    let test = TestApp::new().await.unwrap();
    let id = LedgerId::Project(test.project.clone());
    let stored = test.store.read(&id, 0, 10).await.unwrap();
    let mut frontier = Frontier::new();
    stored.iter().for_each(|s| frontier.push(s.leaf));
    let body = json!({ "environment": "staging", "policy": Policy::strict() });
    let mut all = Vec::new();
    for number in 0..6_000 {
        let entry = Entry {
            seq: frontier.size() + 1,
            at: stored.last().unwrap().at + number,
            prev: frontier.root(),
            actor: cuelight_core::ledger::Actor::System,
            command: "many".parse().unwrap(),
            kind: "environment.policy_set/1".into(),
            body: body.clone(),
        };
        let bytes = entry.encode().unwrap();
        let leaf = leaf_hash(&bytes);
        frontier.push(leaf);
        all.push(Encoded { seq: entry.seq, at: entry.at, kind: entry.kind, bytes, leaf });
    }
    let append = Append {
        ledger: id,
        expected: stored.len() as u64,
        command: "many".parse().unwrap(),
        fingerprint: leaf_hash(b"many"),
        entries: all,
        checkpoint: "not looked at here".into(),
        blobs: Vec::new(),
    };
    test.store.append(append).await.unwrap();
    let mut ctx = test.ctx().await.unwrap();
    ctx.app = test.reopened().await.unwrap();
    let input = SearchInput { about: Some("development".into()), limit: 20, ..SearchInput::default() };
    let first = search(&ctx, &test.project, input.clone()).await.unwrap();
    assert_eq!((first.entries.len(), first.scanned), (0, 5_000));
    let rest = SearchInput { before: first.next, ..input };
    let second = search(&ctx, &test.project, rest).await.unwrap();
    assert_eq!((second.entries.len(), second.scanned, second.next), (1, 1_000 + stored.len() as u64, None));
}

#[tokio::test]
async fn an_entry_is_read_alone_with_its_texts() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    let mut input = release_input("development", vec![]).unwrap();
    input.items.push(ReleaseItem::Set(cuelight_app::release::PinItem {
        prompt: "a/hello".parse().unwrap(),
        version: None,
    }));
    input.notes = Some("For the spring offer.".into());
    let done = open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
    let ctx = test.ctx().await.unwrap();
    let all = everything(&ctx, &test).await;
    for expected in &all {
        let found = entry(&ctx, &test.project, expected.seq).await.unwrap();
        assert_eq!((&found.bytes, found.leaf), (&expected.bytes, expected.leaf));
    }
    let said: Vec<_> = texts(&ctx, &test.project, done.seq).await.unwrap().into_values().collect();
    assert_eq!(said, [Some("For the spring offer.".to_owned())]);
    for nowhere in [0, all.len() as u64 + 1, u64::MAX] {
        assert_eq!(entry(&ctx, &test.project, nowhere).await.unwrap_err().code, Code::UnknownEntry);
        assert_eq!(texts(&ctx, &test.project, nowhere).await.unwrap_err().code, Code::UnknownEntry);
    }
}

#[tokio::test]
async fn who_may_not_read_the_ledger_neither_searches_nor_checks_it() {
    let test = TestApp::new().await.unwrap();
    for role in Role::ALL {
        let ctx = test.ctx_of(&test.token(*role).await.unwrap()).await.unwrap();
        let input = SearchInput { limit: 10, ..SearchInput::default() };
        let codes = [
            search(&ctx, &test.project, input).await.err().map(|e| e.code),
            entry(&ctx, &test.project, 1).await.err().map(|e| e.code),
            texts(&ctx, &test.project, 1).await.err().map(|e| e.code),
            actors(&ctx, &test.project).await.err().map(|e| e.code),
            proof::file(&ctx, &test.project, 1).await.err().map(|e| e.code),
            check(&ctx, &test.project).await.err().map(|e| e.code),
        ];
        let may = role.actions().contains(&cuelight_core::rights::Action::ReadLedger);
        assert_eq!(codes, [(!may).then_some(Code::Forbidden); 6], "{}", role.as_str());
    }
}

#[tokio::test]
async fn actors_are_those_who_published_or_released() {
    let test = TestApp::new().await.unwrap();
    let ctx = test.ctx().await.unwrap();
    assert!(actors(&ctx, &test.project).await.unwrap().is_empty());
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    let releaser = test.ctx_of(&test.token(Role::Releaser).await.unwrap()).await.unwrap();
    let item = ReleaseItem::Set(cuelight_app::release::PinItem {
        prompt: "a/hello".parse().unwrap(),
        version: None,
    });
    open(&releaser, &test.project, release_input("development", vec![item]).unwrap()).await.unwrap();
    let mut expected = vec![ctx.principal.actor.to_string(), releaser.principal.actor.to_string()];
    expected.sort();
    assert_eq!(actors(&ctx, &test.project).await.unwrap(), expected);
}

#[tokio::test]
async fn audiences_are_those_of_now_and_of_before() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    for (id, key, value) in
        [("one", "tenant", "acme"), ("two", "tenant", "globex"), ("three", "region", "eu")]
    {
        let over = ReleaseItem::Override(OverrideItem {
            prompt: "a/hello".parse().unwrap(),
            id: id.parse().unwrap(),
            when: [(key.to_owned(), value.to_owned())].into(),
            version: None,
            fields: Patch([("constants.tone".to_owned(), json!("dry"))].into()),
        });
        let input = release_input("development", vec![over]).unwrap();
        open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
    }
    let gone = ReleaseItem::Remove { prompt: "a/hello".parse().unwrap() };
    let input = release_input("development", vec![gone]).unwrap();
    open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
    let ctx = test.ctx().await.unwrap();
    let known = audiences(&ctx, &test.project, &"development".parse().unwrap()).await.unwrap();
    let plain: Vec<(&str, Vec<&str>)> =
        known.iter().map(|(k, v)| (k.as_str(), v.iter().map(String::as_str).collect())).collect();
    assert_eq!(plain, [("region", vec!["eu"]), ("tenant", vec!["acme", "globex"])]);
    assert!(audiences(&ctx, &test.project, &"staging".parse().unwrap()).await.unwrap().is_empty());
    let serve = test.ctx_of(&test.token(Role::Serve).await.unwrap()).await.unwrap();
    let refused = audiences(&serve, &test.project, &"development".parse().unwrap()).await;
    assert_eq!(refused.unwrap_err().code, Code::Forbidden);
}

/// A history with a release, so that artifacts and texts are stored, and an application that reads it through a
/// store that can lie.
async fn scene() -> (TestApp, Arc<forged::Forged>, Ctx) {
    let test = TestApp::new().await.unwrap();
    test.publish(all([greeting("a/hello", GREETING), greeting("a/bye", GREETING)])).await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    test.release("development", &["a/bye"]).await.unwrap();
    let forged = Arc::new(forged::Forged::over(test.store.clone()));
    let app = forged.start(&test).await;
    let mut ctx = test.ctx().await.unwrap();
    ctx.app = app;
    (test, forged, ctx)
}

#[tokio::test]
async fn tampering_is_found_at_its_entry() {
    let (test, forged, ctx) = scene().await;
    let all = everything(&ctx, &test).await;
    let sound = check(&ctx, &test.project).await.unwrap();
    assert!(sound.sound && sound.first_bad.is_none() && sound.blobs > 0, "{sound:?}");
    assert_eq!(sound.entries, all.len() as u64);
    let last = all.len() as u64;
    for seq in 1..=last {
        forged.entries(move |found| {
            for e in found.iter_mut().filter(|e| e.seq == seq) {
                let text = String::from_utf8(e.bytes.clone()).unwrap();
                e.bytes = text.replacen("\"seq\":", "\"seq\": ", 1).into_bytes();
            }
        });
        let found = check(&ctx, &test.project).await.unwrap();
        assert_eq!((found.sound, found.first_bad), (false, Some(seq)), "bytes of {seq}: {found:?}");
        // Its hash is made to fit: the entry after it, or the checkpoint over it, still tells.
        forged.entries(move |found| {
            for e in found.iter_mut().filter(|e| e.seq == seq) {
                let mut entry = Entry::decode(&e.bytes).unwrap();
                entry.at += 1;
                (e.at, e.bytes) = (entry.at, entry.encode().unwrap());
                e.leaf = leaf_hash(&e.bytes);
            }
        });
        let found = check(&ctx, &test.project).await.unwrap();
        // The last entry of a command has only the command's checkpoint over it, which vouches for all of them.
        let own = &all[usize::try_from(seq).unwrap() - 1].command;
        let ends = all.get(usize::try_from(seq).unwrap()).is_none_or(|next| next.command != *own);
        let first = all.iter().find(|e| e.command == *own).unwrap().seq;
        let bad = if ends { first } else { seq };
        assert_eq!((found.sound, found.first_bad), (false, Some(bad)), "a rehashed {seq}: {found:?}");
        forged.entries(move |found| found.retain(|e| e.seq != seq));
        let found = check(&ctx, &test.project).await.unwrap();
        assert_eq!((found.sound, found.first_bad), (false, Some(seq)), "without {seq}: {found:?}");
    }
}

#[tokio::test]
async fn what_this_process_remembers_shows_that_the_newest_entries_were_cut_off() {
    let (test, forged, ctx) = scene().await;
    let last = everything(&ctx, &test).await.len() as u64;
    let cut = last - 1;
    forged.entries(move |found| found.retain(|e| e.seq <= cut));
    forged.checkpoints(move |found| found.retain(|c| c.size <= cut));
    let found = check(&ctx, &test.project).await.unwrap();
    assert_eq!((found.sound, found.first_bad), (false, Some(last)), "{found:?}");
    // A process that started later knows no better, and says so.
    let mut later = ctx.clone();
    later.app = forged.start(&test).await;
    let found = check(&later, &test.project).await.unwrap();
    assert!(found.sound && found.entries == cut, "{found:?}");
    assert!(found.cannot_detect.iter().any(|c| c.contains("keep a checkpoint")), "{:?}", found.cannot_detect);
}

#[tokio::test]
async fn forged_checkpoints_and_contents_are_found() {
    let (test, forged, ctx) = scene().await;
    let last = everything(&ctx, &test).await.len() as u64;
    forged.checkpoints(move |found| {
        found
            .iter_mut()
            .filter(|c| c.size == last)
            .for_each(|c| c.note = c.note.replacen("\u{2014} ", "\u{2014} x", 1));
    });
    let found = check(&ctx, &test.project).await.unwrap();
    assert_eq!((found.sound, found.first_bad), (false, Some(last)), "{found:?}");
    forged.checkpoints(|_| {});
    let hello = "a/hello".parse().unwrap();
    let versions = cuelight_app::prompt::versions(&ctx, &test.project, &hello, None, 1).await.unwrap();
    let digest = versions[0].digest;
    let published = everything(&ctx, &test).await.into_iter().find(|e| e.bytes.contains(&digest.to_string()));
    let published = published.unwrap().seq;
    forged.blobs(move |found| {
        for blob in found.iter_mut().filter(|b| b.digest == digest) {
            blob.content = cuelight_store::Content::Present(b"{}".to_vec());
        }
    });
    let found = check(&ctx, &test.project).await.unwrap();
    assert_eq!((found.sound, found.first_bad), (false, Some(published)), "{found:?}");
    forged.blobs(move |found| found.retain(|b| b.digest != digest));
    let found = check(&ctx, &test.project).await.unwrap();
    assert_eq!((found.sound, found.first_bad), (false, Some(published)), "{found:?}");
}

#[tokio::test]
async fn a_store_that_is_away_gives_no_verdict() {
    let (test, forged, ctx) = scene().await;
    forged.away();
    assert_eq!(check(&ctx, &test.project).await.unwrap_err().code, Code::Unavailable);
}

#[tokio::test]
async fn a_check_while_others_write_is_clean() {
    let test = Arc::new(TestApp::new().await.unwrap());
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    let writer = {
        let test = Arc::clone(&test);
        tokio::spawn(async move {
            for number in 0..30 {
                test.publish(greeting("a/hello", &format!("{GREETING}Round {number}.\n"))).await.unwrap();
            }
        })
    };
    while !writer.is_finished() {
        let found = check(&test.ctx().await.unwrap(), &test.project).await.unwrap();
        assert!(found.sound, "{found:?}");
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
}
