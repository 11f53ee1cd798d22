//! Releases, overrides, going back, the time machine.

use std::collections::BTreeMap;

use cuelight_app::Code;
use cuelight_app::release::{
    BreakGlass, OpenInput, OverrideItem, PinItem, ReleaseItem, RollBackInput, list, open, preview, roll_back,
};
use cuelight_app::serve::at::{AtInput, at, first_live};
use cuelight_artifact::overlay::Patch;
use cuelight_testkit::TestApp;
use cuelight_testkit::app::release_input;
use cuelight_testkit::files::{GREETING, all, greeting};
use proptest::prelude::*;
use serde_json::json;

async fn two_versions() -> TestApp {
    let test = TestApp::new().await.unwrap();
    let files = all([greeting("a/hello", GREETING), greeting("a/bye", GREETING)]);
    test.publish(files.clone()).await.unwrap();
    test.release("development", &["a/hello", "a/bye"]).await.unwrap();
    let newer = files.into_iter().map(|(p, t)| (p, t.replace("Greet {{", "Welcome {{"))).collect();
    test.publish(newer).await.unwrap();
    test
}

fn tone(id: &str, when: &[(&str, &str)], value: &str) -> ReleaseItem {
    ReleaseItem::Override(OverrideItem {
        prompt: "a/hello".parse().unwrap(),
        id: id.parse().unwrap(),
        when: when.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        version: None,
        fields: Patch([("constants.tone".to_owned(), json!(value))].into()),
    })
}

#[tokio::test]
async fn the_path_is_kept_and_break_glass_is_loud() {
    let test = two_versions().await;
    let refused = test.release("production", &["a/hello@1.0.0"]).await.unwrap_err();
    assert_eq!(refused.code, Code::PolicyUnsatisfied);
    assert!(refused.missing[0].contains("`staging`"), "{:?}", refused.missing);
    let item = ReleaseItem::Set(cuelight_app::release::PinItem {
        prompt: "a/hello".parse().unwrap(),
        version: Some("1.0.0".parse().unwrap()),
    });
    let input = OpenInput {
        break_glass: Some(BreakGlass { reason: "The old one insults people.".into() }),
        ..release_input("production", vec![item]).unwrap()
    };
    let done = open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
    assert_eq!(done.break_glass.map(|passed| passed.len()), Some(1));
}

#[tokio::test]
async fn all_prompts_of_a_release_go_back_together_as_a_new_generation() {
    let test = two_versions().await;
    let second = test.release("development", &["a/hello", "a/bye"]).await.unwrap();
    assert_eq!((second.generation, second.way_back), (2, 1));
    let ctx = test.ctx().await.unwrap();
    let back = roll_back(&ctx, &test.project, second.release, RollBackInput::default()).await.unwrap();
    assert_eq!((back.generation, back.changes.len(), back.release), (3, 2, 3));
    let again = roll_back(&ctx, &test.project, second.release, RollBackInput::default()).await.unwrap();
    assert_eq!(again.generation, 3, "the same command applies once");
    let later = test.ctx().await.unwrap();
    let refused =
        roll_back(&later, &test.project, second.release, RollBackInput::default()).await.unwrap_err();
    assert_eq!(refused.code, Code::ReleaseNotCurrent);
}

#[tokio::test]
async fn a_preview_says_what_the_release_then_is() {
    let test = two_versions().await;
    let input = release_input("development", vec![tone("acme", &[("tenant", "acme")], "dry")]).unwrap();
    let shown = preview(&test.ctx().await.unwrap(), &test.project, input.clone()).await.unwrap();
    let done = open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
    assert_eq!(
        (shown.release, shown.generation, shown.changes, shown.way_back),
        (done.release, done.generation, done.changes, done.way_back)
    );
}

#[tokio::test]
async fn an_override_follows_its_prompt_and_goes_back_with_it() {
    let test = two_versions().await;
    let input = release_input("development", vec![tone("acme", &[("tenant", "acme")], "dry")]).unwrap();
    let first = open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
    let before = first.changes[0].after.clone().unwrap();
    assert_eq!(before.version.to_string(), "1.0.0");
    // The prompt moves on: the override is made anew in the same release.
    let second = test.release("development", &["a/hello"]).await.unwrap();
    let slots: Vec<_> = second.changes.iter().map(|c| c.slot.to_string()).collect();
    assert_eq!(slots, ["a/hello", "a/hello#acme"]);
    let after = second.changes[1].after.clone().unwrap();
    assert_eq!(after.version.to_string(), "1.1.0");
    assert_ne!(after.digest, before.digest);
    let ctx = test.ctx().await.unwrap();
    let back = roll_back(&ctx, &test.project, second.release, RollBackInput::default()).await.unwrap();
    assert_eq!(back.changes[1].after.as_ref(), Some(&before));
    // Removing the prompt removes its overrides.
    let remove = ReleaseItem::Remove { prompt: "a/hello".parse().unwrap() };
    let input = release_input("development", vec![remove]).unwrap();
    let gone = open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
    assert!(gone.changes.iter().all(|c| c.after.is_none()) && gone.changes.len() == 2);
}

#[tokio::test]
async fn an_override_may_touch_only_what_the_prompt_allows() {
    let test = two_versions().await;
    let mut item = tone("acme", &[("tenant", "acme")], "dry");
    let ReleaseItem::Override(over) = &mut item else { panic!("an override") };
    over.fields.0.insert("constants.limit".into(), json!(10));
    let input = release_input("development", vec![item]).unwrap();
    let refused = open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap_err();
    assert_eq!(refused.code, Code::BadRelease);
    assert!(refused.detail.contains("this prompt allows: constants.tone"), "{}", refused.detail);
    let unseen = OverrideItem {
        prompt: "a/nothing".parse().unwrap(),
        id: "x".parse().unwrap(),
        when: BTreeMap::new(),
        version: None,
        fields: Patch::default(),
    };
    let input = release_input("development", vec![ReleaseItem::Override(unseen)]).unwrap();
    assert!(open(&test.ctx().await.unwrap(), &test.project, input).await.is_err());
}

#[tokio::test]
async fn the_time_machine_knows_every_generation_and_its_overrides() {
    let test = two_versions().await;
    let ask = async |time: i64, attributes: &[(&str, &str)]| {
        let input = AtInput {
            time: cuelight_app::time::show(time),
            environment: "development".parse().unwrap(),
            prompt: Some("a/hello".parse().unwrap()),
            attributes: attributes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        };
        at(&test.ctx().await.unwrap(), &test.project, input)
            .await
            .map(|o| o.answers.into_iter().next().unwrap())
    };
    let start = cuelight_testkit::world::START;
    assert_eq!(ask(start, &[]).await.unwrap_err().code, Code::NothingLive);
    let first = async |environment: &str| {
        let (ctx, hello) = (test.ctx().await.unwrap(), "a/hello".parse().unwrap());
        first_live(&ctx, &test.project, &environment.parse().unwrap(), &hello).await.unwrap()
    };
    let opened = list(&test.ctx().await.unwrap(), &test.project, None, None, 1).await.unwrap();
    assert_eq!(first("development").await, Some(opened[0].at.clone()));
    assert_eq!(first("production").await, None);
    let one = test.clock.peek();
    test.clock.advance(3_600_000_000);
    let input = release_input("development", vec![tone("acme", &[("tenant", "acme")], "dry")]).unwrap();
    open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
    let two = test.clock.peek();
    test.clock.advance(3_600_000_000);
    test.release("development", &["a/hello"]).await.unwrap();
    let three = test.clock.peek();
    let acme = [("tenant", "acme")];
    for (time, attributes, generation, version, over) in [
        (one, &acme[..], 1, "1.0.0", None),
        (two, &[], 2, "1.0.0", None),
        (two, &acme[..], 2, "1.0.0", Some("acme")),
        (three, &acme[..], 3, "1.1.0", Some("acme")),
    ] {
        let answer = ask(time, attributes).await.unwrap();
        let found = &answer.prompts[0];
        assert_eq!(answer.generation, generation);
        assert_eq!(found.version.to_string(), version);
        assert_eq!(found.over.as_ref().map(cuelight_artifact::name::Word::as_str), over);
        let tone = answer.artifact.as_ref().unwrap().constants["tone"].value.clone();
        assert_eq!(tone, if over.is_some() { "dry" } else { "warm" });
        assert_eq!(answer.artifact.unwrap().digest().unwrap(), found.digest);
        // The proof is checked with nothing but the checkpoint and the key.
        let proof = answer.proof.unwrap();
        let key = test.app.verifier_key().parse().unwrap();
        let checkpoint =
            cuelight_core::ledger::checkpoint::Checkpoint::open(&proof.checkpoint, &key).unwrap();
        let leaf = cuelight_core::ledger::tree::leaf_hash(proof.bytes.as_bytes());
        let (index, size, root) = (proof.seq - 1, checkpoint.size, checkpoint.root);
        cuelight_core::ledger::tree::verify_inclusion(&leaf, index, size, &root, &proof.path).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Since when, until when, and by which releases: against a look at every generation, one by one.
    #[test]
    fn a_run_begins_and_ends_where_the_served_bytes_change(steps in prop::collection::vec(0_u8..7, 1..14)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let test = two_versions().await;
            for step in steps {
                let item = match step {
                    0 => tone("acme", &[("tenant", "acme")], "dry"),
                    1 => tone("eu", &[("tenant", "acme"), ("region", "eu")], "dry"),
                    2 => tone("acme", &[("tenant", "acme")], "warm"),
                    3 => ReleaseItem::Remove { prompt: "a/hello".parse().unwrap() },
                    4 => {
                        let newest = list(&test.ctx().await.unwrap(), &test.project, None, None, 1).await.unwrap();
                        let ctx = test.ctx().await.unwrap();
                        let _refused =
                            roll_back(&ctx, &test.project, newest[0].release, RollBackInput::default()).await;
                        continue;
                    }
                    n => ReleaseItem::Set(PinItem {
                        prompt: "a/hello".parse().unwrap(),
                        version: Some(format!("1.{}.0", n - 5).parse().unwrap()),
                    }),
                };
                let input = release_input("development", vec![item]).unwrap();
                let _refused = open(&test.ctx().await.unwrap(), &test.project, input).await;
            }
            let mut releases = list(&test.ctx().await.unwrap(), &test.project, None, None, 100).await.unwrap();
            releases.reverse();
            for attributes in [&[][..], &[("tenant", "acme")], &[("tenant", "acme"), ("region", "eu")]] {
                let mut seen = Vec::new();
                for release in &releases {
                    let input = AtInput {
                        time: release.at.clone(),
                        environment: "development".parse().unwrap(),
                        prompt: Some("a/hello".parse().unwrap()),
                        attributes: attributes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
                    };
                    let found = at(&test.ctx().await.unwrap(), &test.project, input).await;
                    seen.push(found.ok().map(|mut o| o.answers.remove(0).prompts.remove(0)));
                }
                let digests: Vec<_> = seen.iter().map(|p| p.as_ref().map(|p| p.digest)).collect();
                for (i, prompt) in seen.iter().enumerate() {
                    let Some(prompt) = prompt else { continue };
                    let first = (0..=i).rev().take_while(|j| digests[*j] == digests[i]).last().unwrap();
                    let end = (i..digests.len()).find(|j| digests[*j] != digests[i]).map(|j| &releases[j]);
                    assert_eq!(
                        (&prompt.since, prompt.since_release, prompt.since_generation),
                        (&releases[first].at, releases[first].release, releases[first].generation)
                    );
                    assert_eq!(prompt.until, end.map(|r| r.at.clone()));
                    assert_eq!(prompt.until_release, end.map(|r| r.release));
                }
            }
        });
    }
}

#[tokio::test]
async fn a_clock_that_jumps_back_never_reorders() {
    let test = two_versions().await;
    test.clock.advance(-7_200_000_000);
    test.release("development", &["a/hello"]).await.unwrap();
    let entries =
        cuelight_app::ledger::entries(&test.ctx().await.unwrap(), &test.project, 0, 200).await.unwrap();
    assert!(entries.windows(2).all(|w| w[0].at <= w[1].at));
}

#[tokio::test]
async fn promoting_takes_exactly_what_is_live_there_with_its_overrides() {
    let test = two_versions().await;
    let input = release_input("development", vec![tone("acme", &[("tenant", "acme")], "dry")]).unwrap();
    open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
    let from = |name: &str| vec![ReleaseItem::Promote { from: name.parse().unwrap() }];
    let input = release_input("staging", from("development")).unwrap();
    let done = open(&test.ctx().await.unwrap(), &test.project, input.clone()).await.unwrap();
    assert_eq!(done.changes.len(), 3);
    let content = async |name: &str| {
        let (ctx, name) = (test.ctx().await.unwrap(), name.parse().unwrap());
        cuelight_app::environment::get(&ctx, &test.project, &name).await.unwrap().content
    };
    assert_eq!(content("staging").await, content("development").await);
    let again = open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap_err();
    assert_eq!(again.code, Code::NothingToChange);
    // What the release names itself wins.
    let mut items = from("development");
    items.push(ReleaseItem::Remove { prompt: "a/hello".parse().unwrap() });
    let input = release_input("staging", items).unwrap();
    let done = open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
    assert!(done.changes.iter().all(|c| c.slot.prompt.as_str() == "a/hello" && c.after.is_none()));
    let itself = release_input("staging", from("staging")).unwrap();
    let refused = open(&test.ctx().await.unwrap(), &test.project, itself).await.unwrap_err();
    assert_eq!(refused.code, Code::InvalidRequest);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_release_never_touches_overrides_as_they_were_before() {
    let test = std::sync::Arc::new(two_versions().await);
    let overrides = {
        let test = std::sync::Arc::clone(&test);
        tokio::spawn(async move {
            // The others are quick, and whoever is overtaken too often is told to look again.
            let release = async |item: ReleaseItem| loop {
                let input = release_input("development", vec![item.clone()]).unwrap();
                match open(&test.ctx().await.unwrap(), &test.project, input).await {
                    Err(error) if error.code == Code::Stale => tokio::task::yield_now().await,
                    done => break done.unwrap(),
                }
            };
            for round in 0..15 {
                release(tone("acme", &[("tenant", "acme")], &format!("dry {round}"))).await;
                tokio::task::yield_now().await;
                let (prompt, id) = ("a/hello".parse().unwrap(), "acme".parse().unwrap());
                release(ReleaseItem::RemoveOverride { prompt, id }).await;
            }
        })
    };
    let mut versions = ["1.1.0", "1.0.0"].into_iter().cycle();
    while !overrides.is_finished() {
        let prompt = format!("a/hello@{}", versions.next().unwrap());
        match test.release("development", &[&prompt]).await {
            Ok(done) => {
                for change in done.changes.iter().filter(|c| c.slot.over.is_some()) {
                    let patches =
                        (change.before.as_ref().map(|b| b.patch), change.after.as_ref().map(|a| a.patch));
                    assert!(patches.0.is_some() && patches.0 == patches.1, "{change:?}");
                }
            }
            Err(error) => assert!(matches!(error.code, Code::Stale | Code::NothingToChange), "{error}"),
        }
    }
    overrides.await.unwrap();
}

#[tokio::test]
async fn going_back_twice_goes_further_back_and_never_forward() {
    let test = two_versions().await;
    test.release("development", &["a/bye"]).await.unwrap();
    let bad = test.release("development", &["a/hello"]).await.unwrap();
    let first =
        roll_back(&test.ctx().await.unwrap(), &test.project, bad.release, RollBackInput::default()).await;
    let first = first.unwrap();
    assert_eq!((first.generation, first.way_back), (4, 1));
    let second =
        roll_back(&test.ctx().await.unwrap(), &test.project, first.release, RollBackInput::default()).await;
    let second = second.unwrap();
    assert_eq!(second.changes.len(), 1);
    assert_eq!(second.changes[0].slot.to_string(), "a/bye");
    let third =
        roll_back(&test.ctx().await.unwrap(), &test.project, second.release, RollBackInput::default()).await;
    assert_eq!(third.unwrap_err().code, Code::NothingBefore);
}

#[tokio::test]
async fn fields_that_were_never_tried_do_not_reach_the_next_environment() {
    let test = two_versions().await;
    let from = |name: &str| vec![ReleaseItem::Promote { from: name.parse().unwrap() }];
    let promote = release_input("staging", from("development")).unwrap();
    open(&test.ctx().await.unwrap(), &test.project, promote.clone()).await.unwrap();
    let direct = release_input("staging", vec![tone("acme", &[("tenant", "acme")], "dry")]).unwrap();
    let refused = open(&test.ctx().await.unwrap(), &test.project, direct).await.unwrap_err();
    assert_eq!(refused.code, Code::PolicyUnsatisfied, "{refused}");
    let tried = release_input("development", vec![tone("acme", &[("tenant", "acme")], "dry")]).unwrap();
    open(&test.ctx().await.unwrap(), &test.project, tried).await.unwrap();
    assert_eq!(open(&test.ctx().await.unwrap(), &test.project, promote).await.unwrap().changes.len(), 1);
    // And an audience that would look right and never match is refused by name.
    let hidden = release_input("development", vec![tone("x", &[("tenant", "ac\u{200b}me")], "dry")]).unwrap();
    let refused = open(&test.ctx().await.unwrap(), &test.project, hidden).await.unwrap_err();
    assert!(refused.detail.contains("U+200B"), "{refused}");
}
