//! Commands apply once, and a restart finds everything.

use cuelight_app::Code;
use cuelight_app::release::open;
use cuelight_testkit::TestApp;
use cuelight_testkit::app::release_input;
use cuelight_testkit::files::{GREETING, all, greeting};

#[tokio::test]
async fn the_same_key_applies_once_and_never_for_something_else() {
    let test = TestApp::new().await.unwrap();
    test.publish(all([greeting("a/hello", GREETING), greeting("a/bye", GREETING)])).await.unwrap();
    let ctx = test.ctx().await.unwrap();
    let item = |name: &str| {
        cuelight_app::release::ReleaseItem::Set(cuelight_app::release::PinItem {
            prompt: name.parse().unwrap(),
            version: None,
        })
    };
    let hello = release_input("development", vec![item("a/hello")]).unwrap();
    let first = open(&ctx, &test.project, hello.clone()).await.unwrap();
    let again = open(&ctx, &test.project, hello).await.unwrap();
    assert_eq!(first, again);
    let other = release_input("development", vec![item("a/bye")]).unwrap();
    assert_eq!(open(&ctx, &test.project, other).await.unwrap_err().code, Code::IdempotencyKeyReused);
}

#[tokio::test]
async fn many_at_once_all_get_their_turn() {
    let test = std::sync::Arc::new(TestApp::new().await.unwrap());
    let mut tasks = Vec::new();
    for i in 0..16 {
        let test = std::sync::Arc::clone(&test);
        tasks.push(tokio::spawn(async move { test.publish(greeting(&format!("a/p{i}"), GREETING)).await }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let info = cuelight_app::project::get(&test.ctx().await.unwrap(), &test.project).await.unwrap();
    assert_eq!((info.prompts, info.entries), (16, 20));
}

#[tokio::test]
async fn two_nodes_on_one_store_agree() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    let other = test.reopened().await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    // The other node writes: it first takes in what it missed.
    let mut ctx = test.ctx().await.unwrap();
    ctx.app = std::sync::Arc::clone(&other);
    let files = greeting("a/bye", GREETING);
    cuelight_app::plan::apply(&ctx, &test.project, &cuelight_testkit::app::plan_input(files)).await.unwrap();
    let (a, b) =
        (test.app.project(&test.project).await.unwrap(), other.project(&test.project).await.unwrap());
    drop(a);
    drop(b);
    let mut ctx = test.ctx().await.unwrap();
    ctx.app = other;
    let info =
        cuelight_app::environment::get(&ctx, &test.project, &"development".parse().unwrap()).await.unwrap();
    assert_eq!(info.info.generation, 1);
}

#[tokio::test]
async fn a_restart_from_a_saved_state_equals_one_from_the_ledger() {
    use cuelight_store::Ledger as _;
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    let replayed = test.reopened().await.unwrap();
    test.app.save().await.unwrap();
    test.publish(greeting("a/bye", GREETING)).await.unwrap();
    let saved = test.reopened().await.unwrap();
    let id = cuelight_core::ledger::LedgerId::Project(test.project.clone());
    assert!(test.store.saved_state(&id, cuelight_core::state::FORMAT, None).await.unwrap().is_some());
    let show = async |app: &std::sync::Arc<cuelight_app::App>| {
        let mut ctx = test.ctx().await.unwrap();
        ctx.app = std::sync::Arc::clone(app);
        let development = "development".parse().unwrap();
        let environment = cuelight_app::environment::get(&ctx, &test.project, &development).await.unwrap();
        let project = cuelight_app::project::get(&ctx, &test.project).await.unwrap();
        (serde_json::to_value(environment).unwrap(), project.entries)
    };
    let (live, from_saved, from_ledger) = (show(&test.app).await, show(&saved).await, show(&replayed).await);
    assert_eq!(live, from_saved);
    assert_eq!(live.0, from_ledger.0);
    assert_eq!(from_ledger.1 + 1, live.1);
}

/// Whatever stands where a state is saved, the ledger says what is so.
#[tokio::test]
async fn a_saved_state_that_cannot_be_trusted_is_made_anew() {
    use cuelight_core::state::FORMAT;
    use cuelight_store::{Ledger as _, SavedState};
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    test.app.save().await.unwrap();
    let id = cuelight_core::ledger::LedgerId::Project(test.project.clone());
    let good = test.store.saved_state(&id, FORMAT, None).await.unwrap().unwrap();
    let mut flipped = good.bytes.clone();
    flipped[good.bytes.len() / 2] ^= 1;
    let cut = good.bytes[..good.bytes.len() - 1].to_vec();
    let old = br#"{"seq":0,"at":0}"#.to_vec();
    for (seq, bytes) in [
        (good.seq, flipped),
        (good.seq, cut),
        (good.seq, old),
        (good.seq, Vec::new()),
        // Of another entry than it is saved for.
        (good.seq - 1, good.bytes.clone()),
    ] {
        test.store.drop_saved_states(&id, u64::MAX).await.unwrap();
        test.store.save_state(&id, SavedState { seq, format: FORMAT, bytes }).await.unwrap();
        let app = test.reopened().await.unwrap();
        let mut ctx = test.ctx().await.unwrap();
        ctx.app = std::sync::Arc::clone(&app);
        let development = "development".parse().unwrap();
        let info = cuelight_app::environment::get(&ctx, &test.project, &development).await.unwrap();
        assert_eq!((info.info.generation, info.info.prompts), (1, 1));
        // The next end of a server mends it.
        app.save().await.unwrap();
        assert_eq!(test.store.saved_state(&id, FORMAT, None).await.unwrap(), Some(good.clone()));
    }
}
