//! What was erased is gone from the files, not only from the answers.

use std::fs;

use cuelight_store::laws::sample::{Writer, ledger, noise};
use cuelight_store::laws::{Ports, StoreFactory};
use cuelight_store::{Deleted, Erased, NewBlob, Put, SecretBytes, VaultKey};

use crate::support::{Folder, check};

fn holds(folder: &Folder, needle: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if fs::read(&path).unwrap().windows(needle.len()).any(|w| w == needle) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

#[tokio::test]
async fn erased_bytes_are_in_no_file() {
    let folder = Folder::new();
    let ports: Ports = folder.open().await.unwrap();
    let id = ledger("sales");
    let mut writer = Writer::new(&id);
    let secret = noise(9000);
    let needle = secret[4000..4032].to_vec();
    let blob = NewBlob::new(cuelight_core::ledger::BlobClass::Text, secret);
    writer.write_blobs(&*ports.ledger, "c-1", vec![blob.clone()]).await;
    writer.write(&*ports.ledger, "c-2", 1).await;
    assert!(!holds(&folder, &needle).is_empty(), "the search finds what is there");
    assert_eq!(ports.blobs.erase(&id, &blob.digest).await.unwrap(), Erased::Now);
    assert_eq!(holds(&folder, &needle), Vec::<String>::new());
    let report = check(&folder.path(), &id);
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.erased, 1);
}

#[tokio::test]
async fn a_deleted_secret_is_in_no_file() {
    let folder = Folder::new();
    let ports: Ports = folder.open().await.unwrap();
    let key = VaultKey::new("secret", "provider");
    let value = b"sk-live-4f1d9a0c77e2b3".to_vec();
    let Put::Stored { revision } =
        ports.vault.put(&key, SecretBytes::new(value.clone()), None).await.unwrap()
    else {
        panic!("not stored");
    };
    assert!(!holds(&folder, &value).is_empty(), "the search finds what is there");
    assert_eq!(ports.vault.delete(&key, revision).await.unwrap(), Deleted::Done);
    assert_eq!(holds(&folder, &value), Vec::<String>::new());
}

/// A reader with an old view keeps the log alive; erasing neither fails nor waits for it.
#[tokio::test]
async fn erasing_does_not_wait_for_a_long_reader() {
    let folder = Folder::new();
    let ports: Ports = folder.open().await.unwrap();
    let id = ledger("sales");
    let mut writer = Writer::new(&id);
    let blob = cuelight_store::laws::sample::text("personal");
    writer.write_blobs(&*ports.ledger, "c-1", vec![blob.clone()]).await;
    let long = folder.raw();
    long.execute_batch("BEGIN; SELECT count(*) FROM entries;").unwrap();
    let started = std::time::Instant::now();
    assert_eq!(ports.blobs.erase(&id, &blob.digest).await.unwrap(), Erased::Now);
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
    writer.write(&*ports.ledger, "c-2", 1).await;
}
