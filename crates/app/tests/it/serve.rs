//! What applications see.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cuelight_app::Code;
use cuelight_app::environment::set_policy;
use cuelight_app::observation::{ObservationInput, ObserveInput, list, observe};
use cuelight_app::prompt::{YankInput, yank};
use cuelight_app::serve::bundle::bundle;
use cuelight_app::serve::resolve::{Render, ResolveInput, ResolveManyInput, Values, resolve, resolve_many};
use cuelight_app::serve::{cue, feed};
use cuelight_core::environment::{Blocked, Policy};
use cuelight_core::rights::Role;
use cuelight_core::version::Severity;
use cuelight_resolve::Bundle;
use cuelight_testkit::TestApp;
use cuelight_testkit::files::{GREETING, all, fragment, greeting, including};
use serde_json::json;

fn ask(prompt: &str) -> ResolveInput {
    ResolveInput {
        environment: "development".parse().unwrap(),
        prompt: prompt.parse().unwrap(),
        subject: None,
        attributes: Default::default(),
        inputs: values().inputs,
        passages: Vec::new(),
        placeholders: Default::default(),
        render: Render::Messages,
    }
}

fn values() -> Values {
    Values { inputs: json!({ "person": "Ada" }).as_object().unwrap().clone(), ..Values::default() }
}

async fn live() -> TestApp {
    let test = TestApp::new().await.unwrap();
    test.publish(all([greeting("a/hello", GREETING), greeting("a/bye", GREETING)])).await.unwrap();
    test.release("development", &["a/hello", "a/bye"]).await.unwrap();
    test
}

fn welcome() -> std::collections::BTreeMap<String, String> {
    let files = all([greeting("a/hello", GREETING), greeting("a/bye", GREETING)]);
    files.into_iter().map(|(p, t)| (p, t.replace("Greet {{", "Welcome {{"))).collect()
}

#[tokio::test]
async fn a_serve_token_gets_what_is_released_and_no_more() {
    let test = live().await;
    let token = test.token(Role::Serve).await.unwrap();
    let ctx = test.ctx_of(&token).await.unwrap();
    let resolved = resolve(&ctx, &test.project, ask("a/hello")).await.unwrap();
    let messages = resolved.messages.unwrap();
    assert_eq!(messages[0].content, "Greet Ada in a warm tone.\nHand over below 90 percent.");
    // A newer version that is not released stays unseen.
    test.publish(welcome()).await.unwrap();
    let resolved = resolve(&ctx, &test.project, ask("a/hello")).await.unwrap();
    assert_eq!(resolved.version.to_string(), "1.0.0");
    let bytes = bundle(&ctx, &test.project, &"development".parse().unwrap()).await.unwrap().bytes.clone();
    assert!(!String::from_utf8(bytes.to_vec()).unwrap().contains("Welcome"));
    let id = "a/hello".parse().unwrap();
    assert_eq!(cuelight_app::prompt::get(&ctx, &test.project, &id).await.unwrap_err().code, Code::Forbidden);
}

#[tokio::test]
async fn inputs_are_checked_and_every_field_is_named() {
    let test = live().await;
    let ctx = test.ctx().await.unwrap();
    let mut input = ask("a/hello");
    input.inputs = json!({ "person": 3, "other": true }).as_object().unwrap().clone();
    let refused = resolve(&ctx, &test.project, input).await.unwrap_err();
    assert_eq!((refused.code, refused.missing.len()), (Code::InputsInvalid, 2), "{refused}");
    let refused = resolve(&ctx, &test.project, ask("a/nothing")).await.unwrap_err();
    assert_eq!(refused.code, Code::NotReleased);
}

#[tokio::test]
async fn a_bundle_resolves_to_the_very_same() {
    let test = live().await;
    let ctx = test.ctx().await.unwrap();
    let resolved = resolve(&ctx, &test.project, ask("a/hello")).await.unwrap();
    let ready = bundle(&ctx, &test.project, &"development".parse().unwrap()).await.unwrap();
    let bundle: Bundle = serde_json::from_slice(&ready.bytes).unwrap();
    let prompt = &bundle.prompts[&"a/hello".parse().unwrap()];
    assert_eq!(
        (prompt.digest, &prompt.version, &prompt.cue),
        (resolved.digest, &resolved.version, &resolved.cue)
    );
    for (digest, artifact) in &bundle.artifacts {
        assert_eq!(&artifact.digest().unwrap(), digest);
    }
}

/// What is shared is in memory once, however many live prompts include it, and whenever they went live.
#[tokio::test]
async fn a_fragment_is_in_memory_once_however_many_include_it() {
    let test = TestApp::new().await.unwrap();
    let names = ["a/one", "a/two", "a/three"];
    let shared = || fragment("safety/base", "Be careful.\n");
    let prompts = |names: &[&str]| all(names.iter().map(|n| including(n, &[("base", "safety/base@^1.0")])));
    test.publish(all([shared(), prompts(&names)])).await.unwrap();
    test.release("development", &names).await.unwrap();
    test.publish(all([shared(), prompts(&["a/later"])])).await.unwrap();
    test.release("development", &["a/later"]).await.unwrap();
    let project = test.app.project(&test.project).await.unwrap();
    let snapshot = project.snapshot(&"development".parse().unwrap()).unwrap();
    let fragments = || snapshot.prompts.values().flat_map(|live| &live.stable.served.fragments);
    let (digest, first) = fragments().next().unwrap();
    assert_eq!(fragments().count(), 4);
    assert!(fragments().all(|(d, f)| d == digest && Arc::ptr_eq(f, first)));
    // And what is kept as bytes is the very artifact.
    for live in snapshot.prompts.values() {
        assert_eq!(live.stable.served.artifact().unwrap().digest().unwrap(), live.stable.digest);
    }
}

#[tokio::test]
async fn an_unsafe_version_warns_or_is_refused_as_the_policy_says() {
    let test = live().await;
    let id = "a/hello".parse().unwrap();
    let input = YankInput { severity: Severity::Block, reason: "It insults people.".into() };
    yank(&test.ctx().await.unwrap(), &test.project, &id, &"1.0.0".parse().unwrap(), input).await.unwrap();
    let ctx = test.ctx().await.unwrap();
    let warned = resolve(&ctx, &test.project, ask("a/hello")).await.unwrap();
    assert!(warned.warnings[0].contains("unsafe"), "{:?}", warned.warnings);
    let development = "development".parse().unwrap();
    let policy = Policy { blocked: Blocked::Refused, ..Policy::open() };
    set_policy(&test.ctx().await.unwrap(), &test.project, &development, 1, policy).await.unwrap();
    let refused = resolve(&ctx, &test.project, ask("a/hello")).await.unwrap_err();
    assert_eq!(refused.code, Code::VersionBlocked);
    let ready = bundle(&ctx, &test.project, &development).await.unwrap();
    let bundle: Bundle = serde_json::from_slice(&ready.bytes).unwrap();
    let prompt = &bundle.prompts[&"a/hello".parse().unwrap()];
    assert!(prompt.blocked && !bundle.artifacts.contains_key(&prompt.digest));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn answers_never_mix_two_generations() {
    let test = Arc::new(live().await);
    test.publish(welcome()).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for _ in 0..4 {
        let (test, stop) = (Arc::clone(&test), Arc::clone(&stop));
        readers.push(tokio::spawn(async move {
            let ctx = test.ctx().await.unwrap();
            let (mut seen, mut last) = (0_u32, 0);
            while !stop.load(Ordering::SeqCst) || seen == 0 {
                let input = ResolveManyInput {
                    environment: "development".parse().unwrap(),
                    subject: None,
                    attributes: Default::default(),
                    prompts: [("a/hello".parse().unwrap(), values()), ("a/bye".parse().unwrap(), values())]
                        .into(),
                    render: Render::Messages,
                };
                let many = resolve_many(&ctx, &test.project, input).await.unwrap();
                let expected = if many.generation % 2 == 1 { "1.0.0" } else { "1.1.0" };
                for resolved in many.prompts.values() {
                    assert_eq!(resolved.version.to_string(), expected, "generation {}", many.generation);
                    assert_eq!(resolved.generation, many.generation);
                }
                assert!(many.generation >= last, "a reader never goes back in time");
                (last, seen) = (many.generation, seen + 1);
                tokio::task::yield_now().await;
            }
            seen
        }));
    }
    for round in 0..40 {
        let version = if round % 2 == 0 { "1.1.0" } else { "1.0.0" };
        let prompts = [format!("a/hello@{version}"), format!("a/bye@{version}")];
        test.release("development", &[&prompts[0], &prompts[1]]).await.unwrap();
    }
    stop.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
}

#[tokio::test]
async fn the_feed_replays_from_any_entry_in_order() {
    let test = live().await;
    test.publish(welcome()).await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    test.release("development", &["a/bye"]).await.unwrap();
    let ctx = test.ctx().await.unwrap();
    let development = "development".parse().unwrap();
    let all = feed::events(&ctx, &test.project, &development, 0).await.unwrap().events;
    let generations: Vec<_> = all.iter().map(|e| e.generation).collect();
    assert_eq!(generations, [1, 2, 3]);
    let rest = feed::events(&ctx, &test.project, &development, all[0].seq).await.unwrap().events;
    assert_eq!(rest, all[1..]);
}

#[tokio::test]
async fn a_cue_is_that_of_the_generation_answered_from_also_where_nothing_else_changed() {
    let test = live().await;
    let ctx = test.ctx_of(&test.token(Role::Serve).await.unwrap()).await.unwrap();
    let mut cues = std::collections::BTreeSet::new();
    for generation in 1..4 {
        for _ in 0..2 {
            let answer = resolve(&ctx, &test.project, ask("a/hello")).await.unwrap();
            let cue = cue::open(&test.app, &answer.cue).unwrap();
            assert_eq!((cue.generation, answer.generation), (generation, generation));
            assert_eq!(
                (&cue.prompt, &cue.version, cue.digest),
                (&answer.prompt, &answer.version, answer.digest)
            );
            assert_eq!(cue::sign(&test.app, &cue).unwrap(), answer.cue);
            cues.insert(answer.cue);
        }
        let bytes = bundle(&ctx, &test.project, &"development".parse().unwrap()).await.unwrap();
        let bundle: Bundle = serde_json::from_slice(&bytes.bytes).unwrap();
        assert!(cues.contains(&bundle.prompts[&"a/hello".parse().unwrap()].cue), "as the bundle has it");
        let bye = greeting("a/bye", &format!("{GREETING}\nEdition {generation}."));
        test.publish(all([greeting("a/hello", GREETING), bye])).await.unwrap();
        test.release("development", &["a/bye"]).await.unwrap();
    }
    assert_eq!(cues.len(), 3);
}

#[tokio::test]
async fn observations_are_attributed_by_their_cue_and_counted_once() {
    let test = live().await;
    let serve = test.ctx_of(&test.token(Role::Serve).await.unwrap()).await.unwrap();
    let cue = resolve(&serve, &test.project, ask("a/hello")).await.unwrap().cue;
    let one = |id: &str, cue: &str| ObserveInput {
        observations: vec![ObservationInput {
            id: id.into(),
            cue: cue.into(),
            fields: json!({ "latency_ms": 12 }).as_object().unwrap().clone(),
        }],
    };
    let done = observe(&serve, &test.project, one("o-1", &cue)).await.unwrap();
    assert_eq!((done.recorded, done.known), (1, 0));
    let again = observe(&serve, &test.project, one("o-1", &cue)).await.unwrap();
    assert_eq!((again.recorded, again.known), (0, 1));
    let mut forged = cue.clone();
    forged.replace_range(10..11, if &cue[10..11] == "A" { "B" } else { "A" });
    assert_eq!(
        observe(&serve, &test.project, one("o-2", &forged)).await.unwrap_err().code,
        Code::InvalidRequest
    );
    let found = list(&test.ctx().await.unwrap(), &test.project, 0, 10).await.unwrap();
    assert_eq!((found.len(), found[0].cue.version.to_string()), (1, "1.0.0".into()));
    assert_eq!(list(&serve, &test.project, 0, 10).await.unwrap_err().code, Code::Forbidden);
}
