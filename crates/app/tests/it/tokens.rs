//! Tokens: who is recognised, and how far they reach.

use cuelight_app::App;
use cuelight_app::Code;
use cuelight_app::token::{IssueInput, authenticate, issue, list, revoke};
use cuelight_core::rights::{Action, Role};
use cuelight_testkit::TestApp;
use tokio::task::JoinSet;

use crate::faults::store::{Fault, Faulty};

fn input(role: Role) -> IssueInput {
    IssueInput {
        label: "test".into(),
        role,
        projects: None,
        environments: None,
        actions: None,
        days: Some(1),
    }
}

#[tokio::test]
async fn a_token_works_until_it_is_revoked_or_over() {
    let test = TestApp::new().await.unwrap();
    let one = issue(&test.ctx().await.unwrap(), input(Role::Viewer)).await.unwrap();
    let two = issue(&test.ctx().await.unwrap(), input(Role::Viewer)).await.unwrap();
    assert!(authenticate(&test.app, &one.token).await.is_ok());
    revoke(&test.ctx().await.unwrap(), &one.id).await.unwrap();
    let wrong = format!("{}x", two.token);
    for token in [one.token.as_str(), wrong.as_str(), "", "cl_", "cl_a_b", "nonsense"] {
        let refused = authenticate(&test.app, token).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.detail.as_str()),
            (Code::Unauthenticated, "the token is unknown, revoked or expired")
        );
    }
    assert!(authenticate(&test.app, &two.token).await.is_ok());
    test.clock.advance(86_400_000_000);
    assert!(authenticate(&test.app, &two.token).await.is_err());
}

/// As after a restart, when all applications come back with one token.
#[tokio::test]
async fn a_token_that_many_show_at_once_is_looked_up_once() {
    let test = TestApp::new().await.unwrap();
    let token = test.token(Role::Serve).await.unwrap();
    let store = Faulty::over(test.store.clone());
    let app = App::start(store.ports(&test.clock, 7)).await.unwrap().app;
    store.slow_down();
    store.arm(u64::MAX, Fault::Before);
    let mut all = JoinSet::new();
    for _ in 0..100 {
        let (app, token) = (app.clone(), token.clone());
        all.spawn(async move { authenticate(&app, &token).await.map(|_| ()) });
    }
    assert_eq!(all.join_all().await, vec![Ok(()); 100]);
    assert_eq!(store.disarm(), (1, false));
}

#[tokio::test]
async fn nobody_gives_more_than_they_have() {
    let test = TestApp::new().await.unwrap();
    let narrow = IssueInput { actions: Some([Action::ManageTokens].into()), ..input(Role::Admin) };
    let narrow = issue(&test.ctx().await.unwrap(), narrow).await.unwrap();
    let ctx = test.ctx_of(&narrow.token).await.unwrap();
    assert_eq!(issue(&ctx, input(Role::Viewer)).await.unwrap_err().code, Code::Forbidden);
    let within = IssueInput { projects: Some(["acme".parse().unwrap()].into()), ..input(Role::Admin) };
    let within = issue(&test.ctx().await.unwrap(), within).await.unwrap();
    let ctx = test.ctx_of(&within.token).await.unwrap();
    assert_eq!(issue(&ctx, input(Role::Viewer)).await.unwrap_err().code, Code::Forbidden);
}

#[tokio::test]
async fn a_project_out_of_reach_does_not_exist() {
    let test = TestApp::new().await.unwrap();
    let other = IssueInput { projects: Some(["other".parse().unwrap()].into()), ..input(Role::Viewer) };
    let other = issue(&test.ctx().await.unwrap(), other).await.unwrap();
    let ctx = test.ctx_of(&other.token).await.unwrap();
    let refused = cuelight_app::project::get(&ctx, &test.project).await.unwrap_err();
    assert_eq!((refused.code, refused.detail.as_str()), (Code::UnknownProject, "there is no project `acme`"));
    assert!(cuelight_app::project::list(&ctx).await.unwrap().is_empty());
}

#[tokio::test]
async fn secrets_are_in_no_entry_and_shown_once() {
    let test = TestApp::new().await.unwrap();
    let ctx = test.ctx().await.unwrap();
    let issued = issue(&ctx, input(Role::Viewer)).await.unwrap();
    let again = issue(&ctx, input(Role::Viewer)).await.unwrap();
    assert_eq!((again.id.as_str(), again.token.as_str()), (issued.id.as_str(), ""));
    assert_eq!(list(&test.ctx().await.unwrap()).await.unwrap().len(), 2);
    let secret = issued.token.rsplit('_').next().unwrap().to_owned();
    assert!(!format!("{issued:?}").contains(&secret));
    use cuelight_store::Ledger as _;
    let id = cuelight_core::ledger::LedgerId::Installation;
    for entry in test.store.read(&id, 0, 100).await.unwrap() {
        let text = String::from_utf8(entry.bytes).unwrap();
        assert!(!text.contains(&secret) && !text.contains("\"test\""), "{text}");
    }
}

#[tokio::test]
async fn who_holds_the_data_folder_can_recover_and_it_is_on_record() {
    let test = TestApp::new().await.unwrap();
    let recovered = cuelight_app::token::recover(&test.app).await.unwrap();
    let ctx = test.ctx_of(&recovered.token).await.unwrap();
    let tokens = list(&ctx).await.unwrap();
    let found = tokens.iter().find(|t| t.id == recovered.id).unwrap();
    assert_eq!((found.issued_by.as_str(), found.label.as_str()), ("system", "recovered administrator"));
}

#[tokio::test]
async fn a_token_for_one_environment_has_no_reach_over_the_others() {
    let test = TestApp::new().await.unwrap();
    let only = |role| IssueInput { environments: Some(["qa".parse().unwrap()].into()), ..input(role) };
    let admin = issue(&test.ctx().await.unwrap(), only(Role::Admin)).await.unwrap();
    let ctx = test.ctx_of(&admin.token).await.unwrap();
    let create = cuelight_app::environment::CreateEnvironmentInput {
        name: "qa".parse().unwrap(),
        after: Some("staging".parse().unwrap()),
        policy: None,
    };
    let refused = cuelight_app::environment::create(&ctx, &test.project, create).await.unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);
    let refused = cuelight_app::ledger::entries(&ctx, &test.project, 0, 10).await.unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);
    // Who may yank and not read still gets an answer.
    test.publish(cuelight_testkit::files::greeting("a/hello", cuelight_testkit::files::GREETING))
        .await
        .unwrap();
    let yanker = IssueInput { actions: Some([Action::Yank].into()), ..input(Role::Releaser) };
    let yanker = issue(&test.ctx().await.unwrap(), yanker).await.unwrap();
    let (ctx, id) = (test.ctx_of(&yanker.token).await.unwrap(), "a/hello".parse().unwrap());
    let severity = cuelight_core::version::Severity::Avoid;
    let why = cuelight_app::prompt::YankInput { severity, reason: "Not good.".into() };
    assert!(
        cuelight_app::prompt::yank(&ctx, &test.project, &id, &"1.0.0".parse().unwrap(), why).await.is_ok()
    );
}

/// Invariant 2 of ARCHITECTURE.md: one place appends to ledgers.
#[test]
fn only_the_journal_appends_to_a_ledger() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = cuelight_testkit::files::folder(&source);
    let appends =
        files.iter().filter(|(_, text)| text.contains("Append {") || text.contains(".append(append"));
    let found: Vec<_> = appends.map(|(path, _)| path.as_str()).collect();
    assert_eq!(found, ["journal/commit.rs"]);
}
