//! Browser sessions: opened once, ended by themselves, by hand, and with their token.

use std::sync::Arc;

use async_trait::async_trait;
use cuelight_app::session::{
    ABSOLUTE_END, IDLE_END, LINK_LIVES, SEEN_EVERY, administrator, end, end_other, find, link, list, names,
    open, open_with_token, own_link,
};
use cuelight_app::token::{IssueInput, Issued, issue, revoke};
use cuelight_app::{App, Code, Ports};
use cuelight_core::ledger::LedgerId;
use cuelight_core::rights::{Action, Role};
use cuelight_store::memory::MemoryStore;
use cuelight_store::{
    Deleted, Ledger as _, Put, Revision, SecretBytes, StoreError, Vault, VaultItem, VaultKey,
};
use cuelight_testkit::TestApp;
use cuelight_testkit::world::SeededEntropy;
use tokio::sync::Barrier;

const MINUTE: i64 = 60_000_000;

async fn token(test: &TestApp, role: Role, label: &str) -> Issued {
    let input = IssueInput {
        label: label.into(),
        role,
        projects: None,
        environments: None,
        actions: None,
        days: Some(1),
    };
    issue(&test.ctx().await.unwrap(), input).await.unwrap()
}

/// The first administrator's token.
fn admin_id(test: &TestApp) -> String {
    test.admin.split('_').nth(1).unwrap().to_owned()
}

/// Everything in the vault that has to do with signing in.
async fn kept(test: &TestApp, kind: &str) -> Vec<VaultItem> {
    test.store.list(kind, None, 1_000).await.unwrap()
}

#[tokio::test]
async fn a_link_opens_one_session_that_acts_as_its_token() {
    let test = TestApp::new().await.unwrap();
    let author = token(&test, Role::Author, "Mara's laptop").await;
    let made = own_link(&test.ctx_of(&author.token).await.unwrap()).await.unwrap();
    let opened = open(&test.app, &made.code).await.unwrap();
    assert_eq!((opened.session.label.as_str(), opened.session.role), ("Mara's laptop", Role::Author));
    let found = find(&test.app, &opened.secret).await.unwrap();
    assert_eq!(found.session.id, opened.session.id);
    assert_eq!(found.principal, test.ctx_of(&author.token).await.unwrap().principal);
    assert_eq!(found.session.actor, format!("token:{}", author.id));
    let again = open(&test.app, &made.code).await.unwrap_err();
    assert_eq!(again.code, Code::Unauthenticated);
    assert!(kept(&test, "sign-in-link").await.is_empty());
}

/// Two browsers that read the link before either of them used it.
#[tokio::test]
async fn of_two_that_come_at_once_one_opens() {
    let test = TestApp::new().await.unwrap();
    let code = link(&test.app, &admin_id(&test)).await.unwrap().code;
    let vault = Arc::new(Together { store: test.store.clone(), readers: Barrier::new(2) });
    let ports = Ports {
        ledger: test.store.clone(),
        blobs: test.store.clone(),
        observations: test.store.clone(),
        vault,
        nodes: test.store.clone(),
        clock: test.clock.clone(),
        entropy: Arc::new(SeededEntropy::new(9)),
    };
    let app = App::start(ports).await.unwrap().app;
    let (one, two) = tokio::join!(open(&app, &code), open(&app, &code));
    let refused = match (one, two) {
        (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
        other => panic!("one of them opens: {other:?}"),
    };
    assert_eq!(refused, open(&test.app, "never made").await.unwrap_err());
    assert_eq!(kept(&test, "session").await.len(), 1);
}

#[tokio::test]
async fn a_link_is_too_old_after_a_while() {
    let test = TestApp::new().await.unwrap();
    let in_time = link(&test.app, &admin_id(&test)).await.unwrap();
    test.clock.advance(LINK_LIVES - MINUTE);
    assert!(open(&test.app, &in_time.code).await.is_ok());
    let late = link(&test.app, &admin_id(&test)).await.unwrap();
    test.clock.advance(LINK_LIVES);
    assert_eq!(open(&test.app, &late.code).await.unwrap_err().code, Code::Unauthenticated);
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_in_any_case_after_half_a_day() {
    let test = TestApp::new().await.unwrap();
    let idle = open_with_token(&test.app, &test.admin).await.unwrap();
    let busy = open_with_token(&test.app, &test.admin).await.unwrap();
    test.clock.advance(IDLE_END - MINUTE);
    assert!(find(&test.app, &busy.secret).await.is_ok());
    test.clock.advance(MINUTE);
    assert_eq!(find(&test.app, &idle.secret).await.unwrap_err().code, Code::Unauthenticated);
    let step = 30 * MINUTE;
    let mut used_for = IDLE_END;
    while used_for + step < ABSOLUTE_END {
        test.clock.advance(step);
        used_for += step;
        assert!(find(&test.app, &busy.secret).await.is_ok(), "after {used_for} µs of use");
    }
    test.clock.advance(step);
    assert_eq!(find(&test.app, &busy.secret).await.unwrap_err().code, Code::Unauthenticated);
}

#[tokio::test]
async fn sessions_end_with_their_token() {
    let test = TestApp::new().await.unwrap();
    let revoked = token(&test, Role::Viewer, "revoked").await;
    let over = token(&test, Role::Viewer, "over").await;
    let [of_revoked, of_over] = [&revoked, &over].map(|t| t.token.clone());
    let of_revoked = open_with_token(&test.app, &of_revoked).await.unwrap();
    let waiting = link(&test.app, &revoked.id).await.unwrap();
    assert!(find(&test.app, &of_revoked.secret).await.is_ok());
    revoke(&test.ctx().await.unwrap(), &revoked.id).await.unwrap();
    assert_eq!(find(&test.app, &of_revoked.secret).await.unwrap_err().code, Code::Unauthenticated);
    assert_eq!(open(&test.app, &waiting.code).await.unwrap_err().code, Code::Unauthenticated);
    assert_eq!(link(&test.app, &revoked.id).await.unwrap_err().code, Code::Unauthenticated);
    // Shortly before the token's day is over.
    test.clock.advance(24 * 60 * MINUTE - MINUTE);
    let of_over = open_with_token(&test.app, &of_over).await.unwrap();
    assert_eq!(Some(&of_over.session.ends_at), over.expires_at.as_ref());
    assert!(find(&test.app, &of_over.secret).await.is_ok());
    test.clock.advance(MINUTE);
    assert_eq!(find(&test.app, &of_over.secret).await.unwrap_err().code, Code::Unauthenticated);
}

#[tokio::test]
async fn an_application_gets_no_session() {
    let test = TestApp::new().await.unwrap();
    let serve = token(&test, Role::Serve, "checkout service").await;
    let ctx = test.ctx_of(&serve.token).await.unwrap();
    let refusals = [
        link(&test.app, &serve.id).await.unwrap_err(),
        own_link(&ctx).await.unwrap_err(),
        open_with_token(&test.app, &serve.token).await.unwrap_err(),
        names(&ctx, &[]).await.unwrap_err(),
    ];
    for refused in refusals {
        assert_eq!(refused.code, Code::Forbidden);
        assert!(refused.detail.contains("`serve`") && refused.detail.contains("another role"), "{refused}");
    }
    assert!(kept(&test, "session").await.is_empty() && kept(&test, "sign-in-link").await.is_empty());
}

#[tokio::test]
async fn whoever_is_not_recognised_never_learns_why() {
    let test = TestApp::new().await.unwrap();
    let viewer = token(&test, Role::Viewer, "viewer").await;
    let mut refused_links = vec![open(&test.app, "").await.unwrap_err()];
    let used = link(&test.app, &viewer.id).await.unwrap().code;
    let ended = open(&test.app, &used).await.unwrap().secret;
    refused_links.push(open(&test.app, &used).await.unwrap_err());
    end(&test.app, &ended).await.unwrap();
    let mut refused_sessions = vec![
        find(&test.app, "").await.unwrap_err(),
        find(&test.app, &ended).await.unwrap_err(),
        find(&test.app, &used).await.unwrap_err(),
    ];
    let (old, idle) = (
        link(&test.app, &viewer.id).await.unwrap().code,
        open_with_token(&test.app, &viewer.token).await.unwrap(),
    );
    test.clock.advance(IDLE_END);
    refused_links.push(open(&test.app, &old).await.unwrap_err());
    refused_sessions.push(find(&test.app, &idle.secret).await.unwrap_err());
    let (left, open_still) = (
        link(&test.app, &viewer.id).await.unwrap().code,
        open_with_token(&test.app, &viewer.token).await.unwrap(),
    );
    revoke(&test.ctx().await.unwrap(), &viewer.id).await.unwrap();
    refused_links.push(open(&test.app, &left).await.unwrap_err());
    refused_sessions.push(find(&test.app, &open_still.secret).await.unwrap_err());
    for refused in [refused_links, refused_sessions] {
        assert!(refused.iter().all(|r| *r == refused[0] && r.code == Code::Unauthenticated), "{refused:?}");
    }
}

#[tokio::test]
async fn secrets_are_kept_as_hashes_and_never_shown() {
    let test = TestApp::new().await.unwrap();
    let entries = test.store.read(&LedgerId::Installation, 0, 100).await.unwrap().len();
    let waiting = link(&test.app, &admin_id(&test)).await.unwrap();
    let opened = open_with_token(&test.app, &test.admin).await.unwrap();
    let found = find(&test.app, &opened.secret).await.unwrap();
    let mut items = kept(&test, "sign-in-link").await;
    items.extend(kept(&test, "session").await);
    assert_eq!(items.len(), 2);
    for secret in [&waiting.code, &opened.secret] {
        assert_eq!(secret.len(), 43, "256 bits in base64");
        for item in &items {
            let text = String::from_utf8(item.value.expose().to_vec()).unwrap();
            assert!(!text.contains(secret.as_str()) && item.key != *secret);
        }
        for shown in [format!("{waiting:?}"), format!("{opened:?}"), format!("{found:?}")] {
            assert!(!shown.contains(secret.as_str()), "{shown}");
        }
    }
    // Signing in is no control fact.
    assert_eq!(test.store.read(&LedgerId::Installation, 0, 100).await.unwrap().len(), entries);
}

#[tokio::test]
async fn the_last_use_is_written_every_five_minutes_at_most() {
    let test = TestApp::new().await.unwrap();
    let opened = open_with_token(&test.app, &test.admin).await.unwrap();
    let revision = async || kept(&test, "session").await[0].revision;
    let first = revision().await;
    for _ in 0..20 {
        find(&test.app, &opened.secret).await.unwrap();
    }
    assert_eq!(revision().await, first);
    test.clock.advance(SEEN_EVERY);
    let seen = find(&test.app, &opened.secret).await.unwrap().session.seen_at;
    assert!(seen > opened.session.seen_at);
    let second = revision().await;
    assert!(second > first);
    assert_eq!(find(&test.app, &opened.secret).await.unwrap().session.seen_at, seen);
    assert_eq!(revision().await, second);
}

#[tokio::test]
async fn what_ended_is_cleaned_up_as_new_ones_come() {
    let test = TestApp::new().await.unwrap();
    for _ in 0..150 {
        link(&test.app, &admin_id(&test)).await.unwrap();
        open_with_token(&test.app, &test.admin).await.unwrap();
    }
    assert_eq!((kept(&test, "sign-in-link").await.len(), kept(&test, "session").await.len()), (150, 150));
    test.clock.advance(IDLE_END);
    let mut left = Vec::new();
    for _ in 0..6 {
        link(&test.app, &admin_id(&test)).await.unwrap();
        open_with_token(&test.app, &test.admin).await.unwrap();
        left.push((kept(&test, "sign-in-link").await.len(), kept(&test, "session").await.len()));
    }
    // One look goes through a part only, and a few go through all.
    assert!(left[0].0 > 64 && left[0].1 > 64, "{left:?}");
    assert_eq!(left.last(), Some(&(6, 6)), "{left:?}");
}

#[tokio::test]
async fn everybody_sees_and_ends_their_own_sessions_and_an_administrator_all() {
    let test = TestApp::new().await.unwrap();
    let (one, two) = (token(&test, Role::Viewer, "one").await, token(&test, Role::Viewer, "two").await);
    let of_one = open_with_token(&test.app, &one.token).await.unwrap();
    let of_two = open_with_token(&test.app, &two.token).await.unwrap();
    let newer = open_with_token(&test.app, &one.token).await.unwrap();
    let ctx = test.ctx_of(&one.token).await.unwrap();
    let ids = |sessions: Vec<cuelight_app::session::SessionInfo>| {
        sessions.into_iter().map(|s| s.id).collect::<Vec<_>>()
    };
    assert_eq!(
        ids(list(&ctx).await.unwrap()),
        [newer.session.id.clone(), of_one.session.id.clone()],
        "newest first"
    );
    assert_eq!(list(&test.ctx().await.unwrap()).await.unwrap().len(), 3);
    let refused = end_other(&ctx, &of_two.session.id).await.unwrap_err();
    assert_eq!(refused.code, Code::UnknownSession);
    assert!(find(&test.app, &of_two.secret).await.is_ok());
    end_other(&ctx, &of_one.session.id).await.unwrap();
    assert!(find(&test.app, &of_one.secret).await.is_err());
    end_other(&test.ctx().await.unwrap(), &of_two.session.id).await.unwrap();
    assert!(find(&test.app, &of_two.secret).await.is_err());
    // Who manages tokens, but of one project only, manages none of the installation.
    let within = IssueInput {
        label: "within".into(),
        role: Role::Admin,
        projects: Some([test.project.clone()].into()),
        environments: None,
        actions: Some([Action::ManageTokens].into()),
        days: None,
    };
    let within = issue(&test.ctx().await.unwrap(), within).await.unwrap();
    assert!(list(&test.ctx_of(&within.token).await.unwrap()).await.unwrap().is_empty());
    let left = ids(list(&test.ctx().await.unwrap()).await.unwrap());
    assert_eq!(left, std::slice::from_ref(&newer.session.id));
    end(&test.app, &newer.secret).await.unwrap();
    assert!(list(&test.ctx().await.unwrap()).await.unwrap().is_empty());
    end(&test.app, &newer.secret).await.unwrap();
}

#[tokio::test]
async fn actors_have_the_names_their_tokens_were_given() {
    let test = TestApp::new().await.unwrap();
    let viewer = token(&test, Role::Viewer, "Mara's laptop").await;
    let actors =
        ["system", "token:unknown", &format!("token:{}", viewer.id), "token:", ""].map(ToOwned::to_owned);
    let found = names(&test.ctx_of(&viewer.token).await.unwrap(), &actors).await.unwrap();
    let found: Vec<_> = found.into_iter().collect();
    assert_eq!(found, [(format!("token:{}", viewer.id), "Mara's laptop".to_owned())]);
}

#[tokio::test]
async fn the_installations_link_stands_for_its_oldest_administrator() {
    let test = TestApp::new().await.unwrap();
    assert_eq!(administrator(&test.app), Some(admin_id(&test)));
    let narrowed = IssueInput {
        label: "narrowed".into(),
        role: Role::Admin,
        projects: Some([test.project.clone()].into()),
        environments: None,
        actions: None,
        days: Some(1),
    };
    issue(&test.ctx().await.unwrap(), narrowed).await.unwrap();
    let second = token(&test, Role::Admin, "second").await;
    let third = token(&test, Role::Admin, "third").await;
    revoke(&test.ctx_of(&third.token).await.unwrap(), &admin_id(&test)).await.unwrap();
    assert_eq!(administrator(&test.app), Some(second.id));
    test.clock.advance(24 * 60 * MINUTE);
    assert_eq!(administrator(&test.app), None);
}

/// Another process on the same store recognises the session too, and its end.
#[tokio::test]
async fn a_session_is_known_to_every_node() {
    let test = TestApp::new().await.unwrap();
    let other = test.reopened().await.unwrap();
    let opened = open_with_token(&test.app, &test.admin).await.unwrap();
    assert!(find(&other, &opened.secret).await.is_ok());
    end(&other, &opened.secret).await.unwrap();
    assert!(find(&test.app, &opened.secret).await.is_err());
}

/// A vault whose readers of links wait for each other.
struct Together {
    store: Arc<MemoryStore>,
    readers: Barrier,
}

#[async_trait]
impl Vault for Together {
    async fn get(&self, key: &VaultKey) -> Result<Option<VaultItem>, StoreError> {
        let found = self.store.get(key).await;
        if key.kind == "sign-in-link" {
            self.readers.wait().await;
        }
        found
    }

    async fn put(
        &self,
        key: &VaultKey,
        value: SecretBytes,
        expected: Option<Revision>,
    ) -> Result<Put, StoreError> {
        self.store.put(key, value, expected).await
    }

    async fn delete(&self, key: &VaultKey, expected: Revision) -> Result<Deleted, StoreError> {
        self.store.delete(key, expected).await
    }

    async fn list(&self, kind: &str, after: Option<&str>, limit: u32) -> Result<Vec<VaultItem>, StoreError> {
        Vault::list(&*self.store, kind, after, limit).await
    }
}
