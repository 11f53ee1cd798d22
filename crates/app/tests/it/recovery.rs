//! A restored copy takes no writes until somebody puts that on record; what is lost is told from newer checkpoints.

use std::sync::Arc;

use cuelight_app::app::VAULT_KINDS;
use cuelight_app::recovery::{Mark, RecoverInput, ends, mark, marked, record, status};
use cuelight_app::serve::{bundle, feed};
use cuelight_app::{App, AppResult, Code, Ctx, Ports, observation, project, session, token};
use cuelight_core::ledger::LedgerId;
use cuelight_core::rights::Role;
use cuelight_store::memory::MemoryStore;
use cuelight_store::{Ledger as _, Vault as _, copy};
use cuelight_testkit::files::{GREETING, all, greeting};
use cuelight_testkit::{SeededEntropy, TestApp};

/// What a backup holds: a copy of everything, marked.
async fn backup(test: &TestApp, id: &str) -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::default());
    for ledger in test.store.ledgers().await.unwrap() {
        let [from, to] = [&*test.store, &*store].map(|s| copy::Side { ledger: s, blobs: s });
        copy::ledger(from, to, &ledger, |_| {}).await.unwrap();
    }
    copy::vault(&*test.store, &*store, &VAULT_KINDS).await.unwrap();
    let made =
        Mark { copy: id.into(), made_at: 1_773_579_600_000_000, ledgers: ends(&*store).await.unwrap() };
    mark(&*store, &made).await.unwrap();
    store
}

async fn start(test: &TestApp, store: &Arc<MemoryStore>, seed: u64) -> Arc<App> {
    let ports = Ports {
        ledger: store.clone(),
        blobs: store.clone(),
        observations: store.clone(),
        vault: store.clone(),
        nodes: store.clone(),
        clock: test.clock.clone(),
        entropy: Arc::new(SeededEntropy::new(seed)),
    };
    App::start(ports).await.unwrap().app
}

/// The administrator of `test`, on another application.
async fn admin(test: &TestApp, app: &Arc<App>) -> Ctx {
    Ctx { app: app.clone(), ..test.ctx().await.unwrap() }
}

fn because(reason: &str, checkpoints: Vec<String>) -> RecoverInput {
    RecoverInput { reason: reason.into(), checkpoints }
}

async fn checkpoint(test: &TestApp, ledger: &LedgerId) -> String {
    test.store.checkpoint(ledger, None).await.unwrap().unwrap().note
}

async fn filled() -> TestApp {
    let test = TestApp::new().await.unwrap();
    test.publish(all([greeting("a/hello", GREETING), greeting("a/bye", GREETING)])).await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    test
}

/// Everything that writes, tried; the codes.
async fn writes(test: &TestApp, app: &Arc<App>) -> Vec<AppResult<()>> {
    let ctx = async || admin(test, app).await;
    let acme = &test.project;
    let files = cuelight_testkit::app::plan_input(greeting("a/new", GREETING));
    let development = "development".parse().unwrap();
    let cue = cuelight_app::serve::resolve::resolve(
        &ctx().await,
        acme,
        serde_json::from_value(serde_json::json!({
            "environment": "development", "prompt": "a/hello", "render": "none"
        }))
        .unwrap(),
    )
    .await
    .unwrap()
    .cue;
    let seen = serde_json::json!({ "observations": [{ "id": "o-1", "cue": cue }] });
    let name = project::CreateProjectInput { name: "globex".parse().unwrap() };
    let back = cuelight_app::release::RollBackInput { to: Some(0), reason: None };
    vec![
        cuelight_app::plan::apply(&ctx().await, acme, &files).await.map(drop),
        cuelight_app::release::roll_back(&ctx().await, acme, 1, back).await.map(drop),
        cuelight_app::environment::create(
            &ctx().await,
            acme,
            serde_json::from_value(serde_json::json!({ "name": "qa" })).unwrap(),
        )
        .await
        .map(drop),
        project::create(&ctx().await, name).await.map(drop),
        token::issue(
            &ctx().await,
            serde_json::from_value(serde_json::json!({ "label": "x", "role": "viewer" })).unwrap(),
        )
        .await
        .map(drop),
        observation::observe(&ctx().await, acme, serde_json::from_value(seen).unwrap()).await.map(drop),
        cuelight_app::edit::discard(&ctx().await, acme, &"a/hello".parse().unwrap()).await,
        bundle::bundle(&ctx().await, acme, &development).await.map(drop),
        feed::open(&ctx().await, acme, &development).await.map(drop),
    ]
}

#[tokio::test]
async fn nothing_is_written_into_a_restored_copy_until_it_is_on_record() {
    let test = filled().await;
    let store = backup(&test, "copy-1").await;
    let before = ends(&*store).await.unwrap();
    let app = start(&test, &store, 2).await;
    let codes =
        |done: Vec<AppResult<()>>| done.into_iter().map(|d| d.err().map(|e| e.code)).collect::<Vec<_>>();
    let mut expected = vec![Some(Code::RecoveryNeeded); 7];
    expected.extend([None, None]);
    assert_eq!(codes(writes(&test, &app).await), expected);
    assert_eq!(ends(&*store).await.unwrap(), before, "nothing was written");
    let tokens = store.list("token", None, 100).await.unwrap();
    assert_eq!(tokens.len(), 1, "no secret was left behind");
    let needed = status(&admin(&test, &app).await).await.unwrap().needed.unwrap();
    assert_eq!(needed.copy, "copy-1");

    let ctx = admin(&test, &app).await;
    let recorded = record(&ctx, because("The disk died.", Vec::new())).await.unwrap();
    assert_eq!((recorded.epoch, recorded.reason.as_deref()), (1, Some("The disk died.")));
    let told: Vec<_> =
        recorded.ledgers.iter().map(|l| (l.ledger.clone(), l.size, l.root, l.lost.clone())).collect();
    let held: Vec<_> = before.iter().map(|e| (e.ledger.to_string(), e.size, e.root, None)).collect();
    assert_eq!(told, held);
    assert_eq!(marked(&*store).await.unwrap(), None);
    // A bundle was made before that, and is made anew.
    let bundle = bundle::bundle(&ctx, &test.project, &"development".parse().unwrap()).await.unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&bundle.bytes).unwrap()["epoch"], 1);
    // Going back before the first release is refused as ever; all else is written.
    let mut expected = vec![None; 9];
    expected[1] = Some(Code::NothingBefore);
    assert_eq!(codes(writes(&test, &app).await), expected);
    // The same key again is the same recovery; another one has nothing to do.
    assert_eq!(record(&ctx, because("The disk died.", Vec::new())).await.unwrap(), recorded);
    let again = record(&admin(&test, &app).await, because("Again.", Vec::new())).await.unwrap_err();
    assert_eq!(again.code, Code::NothingToChange);
    let found = status(&admin(&test, &app).await).await.unwrap();
    assert_eq!((found.needed, found.epochs), (None, vec![recorded]));
}

#[tokio::test]
async fn a_crash_between_the_record_and_the_mark_is_mended_at_the_next_start() {
    let test = filled().await;
    let store = backup(&test, "copy-1").await;
    let left = marked(&*store).await.unwrap().unwrap();
    let app = start(&test, &store, 2).await;
    record(&admin(&test, &app).await, because("A drill.", Vec::new())).await.unwrap();
    // As it would be if the process had died before the mark was taken away.
    mark(&*store, &left).await.unwrap();
    let app = start(&test, &store, 3).await;
    assert_eq!(marked(&*store).await.unwrap(), None);
    assert!(app.check_writable().is_ok());
    // A copy that was restored from a backup of this one needs a record of its own.
    mark(&*store, &Mark { copy: "copy-2".into(), ..left }).await.unwrap();
    let app = start(&test, &store, 4).await;
    assert!(app.check_writable().is_err());
    let second = record(&admin(&test, &app).await, because("A second drill.", Vec::new())).await.unwrap();
    assert_eq!(second.epoch, 2);
}

#[tokio::test]
async fn another_node_opens_when_it_reads_the_record() {
    let test = filled().await;
    let store = backup(&test, "copy-1").await;
    let (one, two) = (start(&test, &store, 2).await, start(&test, &store, 3).await);
    record(&admin(&test, &one).await, because("A drill.", Vec::new())).await.unwrap();
    assert!(two.check_writable().is_err(), "it has not read the record yet");
    assert_eq!(status(&admin(&test, &two).await).await.unwrap().needed, None);
    assert!(two.check_writable().is_ok());
}

#[tokio::test]
async fn newer_checkpoints_tell_what_is_lost() {
    let test = filled().await;
    let store = backup(&test, "copy-1").await;
    let acme = LedgerId::Project(test.project.clone());
    let old = checkpoint(&test, &acme).await;
    test.publish(greeting("a/late", GREETING)).await.unwrap();
    let between = checkpoint(&test, &acme).await;
    test.release("development", &["a/late"]).await.unwrap();
    let newest = checkpoint(&test, &acme).await;
    let globex: cuelight_artifact::ProjectName = "globex".parse().unwrap();
    project::create(&test.ctx().await.unwrap(), project::CreateProjectInput { name: globex.clone() })
        .await
        .unwrap();
    let unknown = checkpoint(&test, &LedgerId::Project(globex)).await;
    let installation = checkpoint(&test, &LedgerId::Installation).await;

    let app = start(&test, &store, 2).await;
    let given = vec![newest.clone(), old, between, unknown, installation];
    let recorded = record(&admin(&test, &app).await, because("The disk died.", given)).await.unwrap();
    let lost: Vec<_> = recorded
        .ledgers
        .iter()
        .map(|l| {
            (l.ledger.as_str(), l.size, l.lost.as_ref().map(|lost| (lost.entries, lost.first, lost.last)))
        })
        .collect();
    assert_eq!(
        lost,
        [
            ("installation", 3, Some((1, 4, 4))),
            ("project/acme", 7, Some((2, 8, 9))),
            ("project/globex", 0, Some((4, 1, 4))),
        ]
    );
    let listed = status(&admin(&test, &app).await).await.unwrap();
    assert_eq!(listed.epochs, [recorded]);
    // Whoever reaches one project reads of no other.
    let input = serde_json::from_value(serde_json::json!({
        "label": "guest", "role": "viewer", "projects": ["initech"]
    }));
    let guest = token::issue(&admin(&test, &app).await, input.unwrap()).await.unwrap().token;
    let principal = token::authenticate(&app, &guest).await.unwrap();
    let seen = status(&Ctx { principal, ..admin(&test, &app).await }).await.unwrap();
    let ledgers: Vec<_> = seen.epochs[0].ledgers.iter().map(|l| l.ledger.as_str()).collect();
    assert_eq!(ledgers, ["installation"]);
}

#[tokio::test]
async fn checkpoints_that_do_not_fit_are_refused() {
    let test = filled().await;
    let acme = LedgerId::Project(test.project.clone());
    let store = backup(&test, "copy-1").await;
    let app = start(&test, &store, 2).await;
    let good = checkpoint(&test, &acme).await;
    // Another installation's; and one of this installation's key over other entries.
    let other = TestApp::on(Arc::default()).await.unwrap();
    let foreign = other.store.checkpoint(&acme, None).await.unwrap().unwrap().note;
    let forked = {
        let twin = backup(&test, "copy-2").await;
        let app = start(&test, &twin, 7).await;
        record(&admin(&test, &app).await, because("A twin.", Vec::new())).await.unwrap();
        twin.checkpoint(&LedgerId::Installation, None).await.unwrap().unwrap().note
    };
    // The restored copy goes on differently before the fork is shown.
    token::recover(&app).await.unwrap();
    let cases = [
        (String::new(), "checkpoints[0]"),
        (good.replacen('1', "2", 1), "checkpoints[0]"),
        (foreign.replace("cuelight", "cuelighd"), "checkpoints[0]"),
    ];
    for (note, named) in cases {
        let error = record(&admin(&test, &app).await, because("x", vec![note])).await.unwrap_err();
        assert_eq!(error.code, Code::InvalidRequest, "{error}");
        assert!(error.detail.contains(named), "{error}");
    }
    assert!(app.check_writable().is_err());
    // What was written after the restore does not hide what is lost: sizes are those of the copy.
    let recorded = record(&admin(&test, &app).await, because("x", vec![forked])).await.unwrap();
    let installation = &recorded.ledgers[0];
    assert_eq!((installation.size, installation.lost.as_ref().map(|l| l.entries)), (3, Some(1)));
}

#[tokio::test]
async fn a_checkpoint_over_other_entries_is_told_apart() {
    let test = filled().await;
    let acme = LedgerId::Project(test.project.clone());
    // Two twins of one backup each go their own way; then the second is restored, and the first's checkpoint given.
    let first = backup(&test, "copy-1").await;
    let second = backup(&test, "copy-2").await;
    let mut notes = Vec::new();
    for (store, seed, name) in [(&first, 2, "a/one"), (&second, 3, "a/two")] {
        let app = start(&test, store, seed).await;
        let ctx = admin(&test, &app).await;
        record(&ctx, because("A twin.", Vec::new())).await.unwrap();
        let files = cuelight_testkit::app::plan_input(greeting(name, GREETING));
        cuelight_app::plan::apply(&admin(&test, &app).await, &test.project, &files).await.unwrap();
        notes.push(store.checkpoint(&acme, None).await.unwrap().unwrap().note);
    }
    let made = Mark { copy: "copy-3".into(), made_at: 0, ledgers: ends(&*second).await.unwrap() };
    mark(&*second, &made).await.unwrap();
    let app = start(&test, &second, 5).await;
    let error = record(&admin(&test, &app).await, because("x", vec![notes[0].clone()])).await.unwrap_err();
    assert_eq!(error.code, Code::InvalidRequest);
    assert!(error.detail.contains("are not those restored"), "{error}");
    record(&admin(&test, &app).await, because("x", vec![notes[1].clone()])).await.unwrap();
}

#[tokio::test]
async fn sessions_of_before_do_not_hold_in_a_restored_copy() {
    let test = filled().await;
    let opened = session::open_with_token(&test.app, &test.admin).await.unwrap();
    session::link(&test.app, test.admin.split('_').nth(1).unwrap()).await.unwrap();
    let store = backup(&test, "copy-1").await;
    for kind in session::KINDS {
        assert!(store.list(kind, None, 10).await.unwrap().is_empty(), "{kind}");
    }
    let app = start(&test, &store, 2).await;
    assert!(session::find(&app, &opened.secret).await.is_err());
    // A new one can be opened before the record, to read the pages.
    let opened = session::open_with_token(&app, &test.admin).await.unwrap();
    assert!(session::find(&app, &opened.secret).await.is_ok());
}

#[tokio::test]
async fn only_an_administrator_of_the_installation_records() {
    let test = filled().await;
    for role in Role::ALL.iter().filter(|r| **r != Role::Admin) {
        let token = test.token(*role).await.unwrap();
        let ctx = test.ctx_of(&token).await.unwrap();
        assert_eq!(record(&ctx, because("x", Vec::new())).await.unwrap_err().code, Code::Forbidden);
        assert_eq!(status(&ctx).await.is_err(), *role == Role::Serve);
    }
}

#[tokio::test]
async fn what_is_said_by_number_is_told_apart_from_before() {
    let test = filled().await;
    let store = backup(&test, "copy-1").await;
    let (development, acme) = ("development".parse().unwrap(), &test.project);
    // The second generation, before and after.
    test.release("development", &["a/bye"]).await.unwrap();
    let lost = bundle::bundle(&test.ctx().await.unwrap(), acme, &development).await.unwrap();
    let app = start(&test, &store, 2).await;
    record(&admin(&test, &app).await, because("A drill.", Vec::new())).await.unwrap();
    let ctx = admin(&test, &app).await;
    let items = vec![cuelight_app::release::ReleaseItem::Set(cuelight_app::release::PinItem {
        prompt: "a/bye".parse().unwrap(),
        version: None,
    })];
    let input = cuelight_testkit::app::release_input("development", items).unwrap();
    cuelight_app::release::open(&ctx, acme, input).await.unwrap();
    let found = bundle::bundle(&ctx, acme, &development).await.unwrap();
    assert_eq!((lost.generation, found.generation), (2, 2));
    assert_ne!(lost.etag, found.etag);
    let cue = |bytes: &[u8]| {
        let bundle: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        bundle["prompts"]["a/bye"]["cue"].as_str().unwrap().to_owned()
    };
    let read = |bytes: &[u8]| cuelight_app::serve::cue::open(&app, &cue(bytes)).unwrap();
    assert_eq!((read(&lost.bytes).epoch, read(&found.bytes).epoch), (0, 1));
}
