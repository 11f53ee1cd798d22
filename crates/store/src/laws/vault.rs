//! The vault: compare and swap on every value; nothing of it is ever shown.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use super::sample::noise;
use super::{Ports, StoreFactory};
use crate::{Deleted, MAX_KEY, Put, Revision, SecretBytes, StoreError, VaultItem, VaultKey};

fn session(key: &str) -> VaultKey {
    VaultKey::new("session", key)
}

fn secret(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

async fn put(ports: &Ports, key: &VaultKey, text: &str, expected: Option<Revision>) -> Revision {
    match ports.vault.put(key, secret(text), expected).await.unwrap() {
        Put::Stored { revision } => revision,
        Put::Behind { found } => panic!("not stored: found {found:?}, expected {expected:?}"),
    }
}

pub async fn a_value_is_read_back(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    assert_eq!(ports.vault.get(&session("a")).await.unwrap(), None);
    let revision = put(&ports, &session("a"), "one", None).await;
    let found = ports.vault.get(&session("a")).await.unwrap();
    assert_eq!(found, Some(VaultItem { key: "a".into(), revision, value: secret("one") }));
}

pub async fn creating_twice_is_told(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let revision = put(&ports, &session("a"), "one", None).await;
    let again = ports.vault.put(&session("a"), secret("two"), None).await.unwrap();
    assert_eq!(again, Put::Behind { found: Some(revision) });
    assert_eq!(ports.vault.get(&session("a")).await.unwrap().unwrap().value, secret("one"));
}

pub async fn the_right_revision_replaces(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let first = put(&ports, &session("a"), "one", None).await;
    let second = put(&ports, &session("a"), "two", Some(first)).await;
    assert!(second > first);
    let found = ports.vault.get(&session("a")).await.unwrap().unwrap();
    assert_eq!((found.revision, found.value), (second, secret("two")));
}

pub async fn a_stale_revision_is_told(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let first = put(&ports, &session("a"), "one", None).await;
    let second = put(&ports, &session("a"), "two", Some(first)).await;
    let stale = ports.vault.put(&session("a"), secret("three"), Some(first)).await.unwrap();
    assert_eq!(stale, Put::Behind { found: Some(second) });
    assert_eq!(ports.vault.get(&session("a")).await.unwrap().unwrap().value, secret("two"));
}

pub async fn replacing_nothing_is_told(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    for revision in [0, 1, u64::MAX] {
        let stale = ports.vault.put(&session("a"), secret("one"), Some(revision)).await.unwrap();
        assert_eq!(stale, Put::Behind { found: None });
    }
    assert_eq!(ports.vault.get(&session("a")).await.unwrap(), None);
}

pub async fn deleting_needs_the_revision(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    assert_eq!(ports.vault.delete(&session("a"), 1).await.unwrap(), Deleted::Behind { found: None });
    let first = put(&ports, &session("a"), "one", None).await;
    let second = put(&ports, &session("a"), "two", Some(first)).await;
    let stale = ports.vault.delete(&session("a"), first).await.unwrap();
    assert_eq!(stale, Deleted::Behind { found: Some(second) });
    assert_eq!(ports.vault.delete(&session("a"), second).await.unwrap(), Deleted::Done);
    assert_eq!(ports.vault.get(&session("a")).await.unwrap(), None);
    assert_eq!(ports.vault.delete(&session("a"), second).await.unwrap(), Deleted::Behind { found: None });
}

pub async fn a_revision_is_never_used_twice(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let first = put(&ports, &session("a"), "one", None).await;
    ports.vault.delete(&session("a"), first).await.unwrap();
    let second = put(&ports, &session("a"), "two", None).await;
    assert!(second > first, "a stale holder of {first} could overwrite the new value");
}

pub async fn kinds_are_apart(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    put(&ports, &session("a"), "session", None).await;
    put(&ports, &VaultKey::new("password", "a"), "password", None).await;
    put(&ports, &VaultKey::new("sessions", "a"), "other", None).await;
    let sessions = ports.vault.list("session", None, 10).await.unwrap();
    assert_eq!(sessions.into_iter().map(|i| i.value).collect::<Vec<_>>(), [secret("session")]);
    assert_eq!(ports.vault.list("sess", None, 10).await.unwrap(), []);
    assert_eq!(ports.vault.get(&VaultKey::new("Session", "a")).await.unwrap(), None);
}

pub async fn values_are_listed_in_byte_order(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let mut keys = ["b", "a", "B", "é", "z", "🎛️", "a-b", "a b", "ab"];
    for key in keys {
        put(&ports, &session(key), key, None).await;
    }
    keys.sort_unstable();
    let listed = ports.vault.list("session", None, 100).await.unwrap();
    assert_eq!(listed.iter().map(|i| i.key.as_str()).collect::<Vec<_>>(), keys);
    assert!(listed.iter().all(|i| i.value == secret(&i.key)));
}

pub async fn value_pages_join(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    for n in 0..7 {
        put(&ports, &session(&format!("k-{n}")), "v", None).await;
    }
    let all = ports.vault.list("session", None, 100).await.unwrap();
    for size in 1..=8 {
        let mut joined: Vec<VaultItem> = Vec::new();
        loop {
            let after = joined.last().map(|i| i.key.clone());
            let page = ports.vault.list("session", after.as_deref(), size).await.unwrap();
            if page.is_empty() {
                break;
            }
            joined.extend(page);
        }
        assert_eq!(joined, all, "pages of {size}");
    }
    assert_eq!(ports.vault.list("session", None, 0).await.unwrap(), []);
}

pub async fn empty_and_large_values_are_kept(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    for (key, bytes) in [("empty", Vec::new()), ("large", noise(1 << 20))] {
        ports.vault.put(&session(key), SecretBytes::new(bytes.clone()), None).await.unwrap();
        assert!(ports.vault.get(&session(key)).await.unwrap().unwrap().value.expose() == bytes);
    }
}

pub async fn odd_keys_are_kept(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let longest = "k".repeat(MAX_KEY);
    for key in ["🎛️", "'; --", "a\nb", " a", "a ", "é", "e\u{301}", "%", &longest] {
        put(&ports, &session(key), key, None).await;
    }
    for key in ["🎛️", "'; --", "a\nb", " a", "a ", "é", "e\u{301}", "%", &longest] {
        assert_eq!(ports.vault.get(&session(key)).await.unwrap().unwrap().value, secret(key));
    }
    assert_eq!(ports.vault.get(&session("a")).await.unwrap(), None);
}

pub async fn bad_keys_are_refused(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    let long = "k".repeat(MAX_KEY + 1);
    let bad = [session(""), session("a\0"), session(&long), VaultKey::new("", "a"), VaultKey::new("\0", "a")];
    for key in bad {
        match ports.vault.put(&key, secret("hidden"), None).await {
            Err(StoreError::Refused { what }) => assert!(!what.contains("hidden"), "{what}"),
            other => panic!("not refused: {other:?}"),
        }
        assert_eq!(ports.vault.get(&key).await.unwrap(), None);
    }
}

pub async fn secrets_are_never_shown(make: &dyn StoreFactory) {
    let ports = make.open().await.unwrap();
    put(&ports, &session("a"), "hunter2", None).await;
    let found = ports.vault.get(&session("a")).await.unwrap();
    let listed = ports.vault.list("session", None, 9).await.unwrap();
    let shown = format!("{found:?} {listed:?} {found:#?}");
    assert!(!shown.contains("hunter2") && !shown.contains("104"), "{shown}");
}
