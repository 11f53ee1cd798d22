//! Tokens with every storage call of their making failing: one that is on record has the hash of its secret, one that
//! was answered works, and no hash stays without an entry.

use std::collections::BTreeSet;
use std::sync::Arc;

use cuelight_app::token::{IssueInput, Issued, authenticate, issue, recover};
use cuelight_app::{App, Ctx};
use cuelight_core::rights::Role;
use cuelight_store::Vault as _;
use cuelight_store::memory::MemoryStore;
use cuelight_testkit::TestApp;

use super::flows::{look, written};
use super::store::{FAULTS, Fault, Faulty};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

fn input() -> IssueInput {
    IssueInput {
        label: "one".into(),
        role: Role::Viewer,
        projects: None,
        environments: None,
        actions: None,
        days: None,
    }
}

async fn ctx(app: &Arc<App>, admin: &str, key: &str) -> Ctx {
    let principal = authenticate(app, admin).await.unwrap();
    Ctx { app: app.clone(), principal, request_id: key.into(), command: Some(key.parse().unwrap()) }
}

/// The ids of tokens in the ledger, and those in the vault.
async fn ids(store: &MemoryStore) -> (BTreeSet<String>, BTreeSet<String>) {
    let id = cuelight_core::ledger::LedgerId::Installation;
    let entries = cuelight_store::Ledger::read(store, &id, 0, 1_000).await.unwrap();
    let issued = entries.iter().filter(|e| e.kind.starts_with("token.issued")).map(|e| {
        let entry: serde_json::Value = serde_json::from_slice(&e.bytes).unwrap();
        entry["body"]["id"].as_str().unwrap().to_owned()
    });
    let kept = store.list("token", None, 1_000).await.unwrap();
    (issued.collect(), kept.into_iter().map(|i| i.key).collect())
}

/// What holds of tokens at every moment.
pub(super) async fn holds(store: &MemoryStore, app: &Arc<App>, answered: &[&Issued], what: &str) {
    let (issued, kept) = ids(store).await;
    assert!(issued.is_subset(&kept), "{what}: on record without a hash: {issued:?} {kept:?}");
    for token in answered.iter().filter(|t| !t.token.is_empty()) {
        authenticate(app, &token.token).await.unwrap_or_else(|e| panic!("{what}: {e}"));
    }
}

#[tokio::test]
async fn issuing() {
    for fault in FAULTS {
        for n in 1.. {
            let what = format!("call {n}, {fault:?}");
            let test = TestApp::new().await.unwrap();
            let faulty = Faulty::over(test.store.clone());
            let app = App::start(faulty.ports(&test.clock, 3)).await.unwrap().app;
            let once = ctx(&app, &test.admin, "once").await;
            faulty.arm(n, fault);
            let first = issue(&once, input()).await;
            let (calls, _) = faulty.disarm();
            if calls < n {
                break;
            }
            holds(&test.store, &app, &first.iter().collect::<Vec<_>>(), &what).await;
            if fault == Fault::After {
                let stored = written(&test.store).await.iter().any(|(_, command, _)| command == "once");
                let told = first.as_ref().is_ok_and(|t| !t.token.is_empty());
                assert_eq!(told, stored, "{what}: storage was back at once, so the answer is certain");
            }
            // The repeat is the same token: with its secret if it was not recorded before, without it otherwise.
            let again = issue(&once, input()).await.unwrap_or_else(|e| panic!("{what}: {e}"));
            holds(&test.store, &app, &[&again], &what).await;
            if let Ok(first) = &first {
                assert_eq!((&again.id, again.token.as_str()), (&first.id, ""), "{what}");
            }
            let third = issue(&once, input()).await.unwrap();
            assert_eq!((&third.id, third.token.as_str()), (&again.id, ""), "{what}");
            // What is left over goes when the next one is issued, a day later.
            test.clock.advance(DAY + 1);
            look(&app).await;
            issue(&ctx(&app, &test.admin, "later").await, input()).await.unwrap();
            let (issued, kept) = ids(&test.store).await;
            assert_eq!(issued, kept, "{what}: hashes are left over");
        }
    }
}

#[tokio::test]
async fn recovering_the_administrator() {
    for fault in FAULTS {
        for n in 1.. {
            let what = format!("call {n}, {fault:?}");
            let test = TestApp::new().await.unwrap();
            let faulty = Faulty::over(test.store.clone());
            let app = App::start(faulty.ports(&test.clock, 3)).await.unwrap().app;
            faulty.arm(n, fault);
            let first = recover(&app).await;
            let (calls, _) = faulty.disarm();
            if calls < n {
                break;
            }
            holds(&test.store, &app, &first.iter().collect::<Vec<_>>(), &what).await;
            let again = recover(&app).await.unwrap_or_else(|e| panic!("{what}: {e}"));
            holds(&test.store, &app, &[&again], &what).await;
        }
    }
}

#[tokio::test]
async fn a_hash_whose_entry_may_still_come_is_left_alone() {
    let test = TestApp::new().await.unwrap();
    let faulty = Faulty::over(test.store.clone());
    let app = App::start(faulty.ports(&test.clock, 3)).await.unwrap().app;
    // Another node has stored the hash and is about to append.
    let key = cuelight_store::VaultKey::new("token", "0123456789abcdef");
    let mut kept: serde_json::Value = {
        let (issued, _) = ids(&test.store).await;
        let known = cuelight_store::VaultKey::new("token", issued.into_iter().next().unwrap());
        serde_json::from_slice(test.store.get(&known).await.unwrap().unwrap().value.expose()).unwrap()
    };
    for (age, stays) in [(None, true), (Some(DAY - HOUR), true), (Some(DAY + HOUR), false)] {
        if let Some(age) = age {
            kept["made_at"] = (app.now() - age).into();
        } else {
            kept.as_object_mut().unwrap().remove("made_at");
        }
        let revision = test.store.get(&key).await.unwrap().map(|i| i.revision);
        let bytes = serde_json::to_vec(&kept).unwrap();
        test.store.put(&key, cuelight_store::SecretBytes::new(bytes), revision).await.unwrap();
        let command = format!("age-{}", age.unwrap_or(0));
        issue(&ctx(&app, &test.admin, &command).await, input()).await.unwrap();
        let there = test.store.get(&key).await.unwrap().is_some();
        assert_eq!(there, stays, "{age:?}");
    }
}
