//! Opening again: everything acknowledged is there, and nothing starts over.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "laws are tests: the name says it, a panic is a failure"
)]

use super::StoreFactory;
use super::sample::{Writer, artifact, ledger, text};
use crate::{Appended, Content, Erased, Filter, Observation, Put, SavedState, SecretBytes, VaultKey};

pub async fn the_ledger_survives_reopening(make: &dyn StoreFactory) {
    let mut writer = Writer::new(&ledger("sales"));
    let mut before = Vec::new();
    for n in 0..3 {
        let ports = make.open().await.unwrap();
        assert_eq!(ports.ledger.read(&writer.ledger, 0, 100).await.unwrap(), before);
        writer.write(&*ports.ledger, &format!("c-{n}"), n + 1).await;
        before = ports.ledger.read(&writer.ledger, 0, 100).await.unwrap();
    }
    let ports = make.open().await.unwrap();
    assert_eq!(ports.ledger.ledgers().await.unwrap(), [writer.ledger.clone()]);
    assert_eq!(ports.ledger.head(&writer.ledger).await.unwrap().unwrap().seq, 6);
    assert_eq!(ports.ledger.leaf_hashes(&writer.ledger, 1..7).await.unwrap().len(), 6);
    assert_eq!(ports.ledger.checkpoints(&writer.ledger, 0, 9).await.unwrap().len(), 3);
    writer.write(&*ports.ledger, "c-9", 1).await;
}

pub async fn a_repeat_is_recognised_after_reopening(make: &dyn StoreFactory) {
    let mut writer = Writer::new(&ledger("sales"));
    let append = writer.write(&*make.open().await.unwrap().ledger, "c-1", 1).await;
    let ports = make.open().await.unwrap();
    assert!(matches!(ports.ledger.append(append).await.unwrap(), Appended::Duplicate(_)));
}

pub async fn blobs_and_erasures_survive_reopening(make: &dyn StoreFactory) {
    let mut writer = Writer::new(&ledger("sales"));
    let (a, b) = (artifact("a"), text("b"));
    {
        let ports = make.open().await.unwrap();
        writer.write_blobs(&*ports.ledger, "c-1", vec![a.clone(), b.clone()]).await;
        assert_eq!(ports.blobs.erase(&writer.ledger, &b.digest).await.unwrap(), Erased::Now);
    }
    let ports = make.open().await.unwrap();
    let found = ports.blobs.get_many(&writer.ledger, &[a.digest, b.digest]).await.unwrap();
    let contents: Vec<_> = found.into_iter().map(|b| b.unwrap().content).collect();
    assert_eq!(contents, [Content::Present(b"a".to_vec()), Content::Erased]);
}

pub async fn revisions_go_on_after_reopening(make: &dyn StoreFactory) {
    let key = VaultKey::new("session", "a");
    let put = async |expected| {
        let ports = make.open().await.unwrap();
        match ports.vault.put(&key, SecretBytes::new(b"v".to_vec()), expected).await.unwrap() {
            Put::Stored { revision } => revision,
            Put::Behind { found } => panic!("found {found:?}"),
        }
    };
    let first = put(None).await;
    let second = put(Some(first)).await;
    make.open().await.unwrap().vault.delete(&key, second).await.unwrap();
    let third = put(None).await;
    assert!(first < second && second < third, "{first} {second} {third}");
}

pub async fn cursors_go_on_after_reopening(make: &dyn StoreFactory) {
    let project: cuelight_artifact::ProjectName = "sales".parse().unwrap();
    let filter = Filter { project: project.clone(), after: 0, limit: 10 };
    let mut last = 0;
    for id in ["a", "b", "c"] {
        let ports = make.open().await.unwrap();
        let (kind, body) = ("call/1".to_owned(), Vec::new());
        let seen = Observation { id: id.into(), project: project.clone(), at: 0, kind, body };
        ports.observations.append(vec![seen]).await.unwrap();
        let found = ports.observations.read(&filter).await.unwrap();
        assert!(found.len() == 1 && found[0].0 > last);
        last = found[0].0;
        assert_eq!(ports.observations.prune(&project, 1).await.unwrap(), 1);
    }
}

pub async fn saved_states_survive_reopening(make: &dyn StoreFactory) {
    let mut writer = Writer::new(&ledger("sales"));
    let state = SavedState { seq: 2, format: 7, bytes: b"state".to_vec() };
    {
        let ports = make.open().await.unwrap();
        writer.write(&*ports.ledger, "c-1", 2).await;
        ports.ledger.save_state(&writer.ledger, state.clone()).await.unwrap();
    }
    let ports = make.open().await.unwrap();
    assert_eq!(ports.ledger.saved_state(&writer.ledger, 7, None).await.unwrap(), Some(state));
}
