//! Any sequence of operations gives the same answers from a store as from the model in memory.
#![allow(clippy::unwrap_used, clippy::panic, reason = "laws are tests: a panic is a failure")]

use cuelight_artifact::Digest;
use cuelight_core::ledger::{BlobClass, LedgerId};
use proptest::prelude::*;
use serde_json::json;

use super::sample::{Writer, ledger};
use super::{Ports, StoreFactory};
use crate::{
    Appended, Deleted, Filter, NewBlob, Observation, Put, SavedState, SecretBytes, StoreError, VaultKey,
};

/// One operation, in small numbers so that they meet each other.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Appends to a ledger what its writer makes next, or something stale.
    Append {
        /// Which ledger.
        ledger: u8,
        /// Which command id.
        command: u8,
        /// How many entries; 0 is refused.
        count: u8,
        /// Whether it was decided at the end, or on an older state.
        fresh: bool,
        /// A blob with it: content and class.
        blob: Option<(u8, BlobClass)>,
    },
    /// Erases a blob.
    Erase {
        /// Which ledger.
        ledger: u8,
        /// Which content.
        blob: u8,
    },
    /// Saves a state.
    Save {
        /// Which ledger.
        ledger: u8,
        /// At which position.
        seq: u8,
        /// In which format.
        format: u8,
    },
    /// Drops saved states.
    Drop {
        /// Which ledger.
        ledger: u8,
        /// Before which position.
        before: u8,
    },
    /// Puts a sealed value.
    Put {
        /// Which key.
        key: u8,
        /// With the right revision, or a wrong one.
        fresh: bool,
    },
    /// Deletes a sealed value.
    Delete {
        /// Which key.
        key: u8,
    },
    /// Stores observations with ids from a small range.
    Observe {
        /// Which project.
        project: u8,
        /// Which ids.
        ids: Vec<u8>,
    },
    /// Prunes observations.
    Prune {
        /// Which project.
        project: u8,
        /// Before which time.
        before: u8,
    },
    /// Closes and opens again.
    Reopen,
    /// Reads everything there is.
    ReadAll,
}

/// Sequences of up to `length` operations.
pub fn operations(length: usize) -> impl Strategy<Value = Vec<Operation>> {
    let class = prop_oneof![Just(BlobClass::Artifact), Just(BlobClass::Text)];
    let append = (0..3_u8, 0..12_u8, 0..4_u8, prop::bool::weighted(0.8), prop::option::of((0..4_u8, class)));
    let operation = prop_oneof![
        6 => append.prop_map(|(ledger, command, count, fresh, blob)| {
            Operation::Append { ledger, command, count, fresh, blob }
        }),
        2 => (0..3_u8, 0..4_u8).prop_map(|(ledger, blob)| Operation::Erase { ledger, blob }),
        1 => (0..3_u8, 0..9_u8, 0..2_u8).prop_map(|(ledger, seq, format)| Operation::Save { ledger, seq, format }),
        1 => (0..3_u8, 0..9_u8).prop_map(|(ledger, before)| Operation::Drop { ledger, before }),
        2 => (0..3_u8, prop::bool::weighted(0.8)).prop_map(|(key, fresh)| Operation::Put { key, fresh }),
        1 => (0..3_u8).prop_map(|key| Operation::Delete { key }),
        2 => (0..2_u8, prop::collection::vec(0..9_u8, 0..5))
            .prop_map(|(project, ids)| Operation::Observe { project, ids }),
        1 => (0..2_u8, 0..9_u8).prop_map(|(project, before)| Operation::Prune { project, before }),
        1 => Just(Operation::Reopen),
        2 => Just(Operation::ReadAll),
    ];
    prop::collection::vec(operation, 1..=length)
}

/// Runs the operations on a store and writes down every answer. Revisions and cursors are left out: only their order
/// is promised.
///
/// # Panics
/// When the store fails in a way that is no answer.
pub async fn run(operations: &[Operation], make: &dyn StoreFactory) -> Vec<String> {
    let mut ports = make.open().await.unwrap();
    let mut answers = Vec::new();
    for operation in operations {
        if matches!(operation, Operation::Reopen) {
            drop(ports);
            ports = make.open().await.unwrap();
        }
        answers.push(format!("{operation:?} -> {}", answer(&ports, operation).await));
    }
    answers.push(read_all(&ports).await);
    answers
}

fn ledger_of(n: u8) -> LedgerId {
    if n == 0 { LedgerId::Installation } else { ledger(&format!("p-{n}")) }
}

fn words<T: std::fmt::Debug>(result: &Result<T, StoreError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(StoreError::Refused { what }) => format!("refused: {what}"),
        Err(other) => panic!("the store failed: {other}"),
    }
}

async fn answer(ports: &Ports, operation: &Operation) -> String {
    match operation {
        Operation::Append { .. } => append(ports, operation).await,
        Operation::Erase { ledger, blob } => {
            words(&ports.blobs.erase(&ledger_of(*ledger), &Digest::of_bytes(&[*blob])).await)
        }
        Operation::Save { ledger, seq, format } => {
            let state = SavedState { seq: u64::from(*seq), format: u32::from(*format), bytes: vec![*seq] };
            words(&ports.ledger.save_state(&ledger_of(*ledger), state).await)
        }
        Operation::Drop { ledger, before } => {
            words(&ports.ledger.drop_saved_states(&ledger_of(*ledger), u64::from(*before)).await)
        }
        Operation::Put { key, fresh } => {
            let key = VaultKey::new("k", key.to_string());
            let found = ports.vault.get(&key).await.unwrap().map(|i| i.revision);
            let expected = if *fresh { found } else { Some(found.unwrap_or(0) + 1) };
            match ports.vault.put(&key, SecretBytes::new(b"v".to_vec()), expected).await.unwrap() {
                Put::Stored { revision } => format!("stored, later: {}", Some(revision) > found),
                Put::Behind { found } => format!("behind, found: {}", found.is_some()),
            }
        }
        Operation::Delete { key } => {
            let key = VaultKey::new("k", key.to_string());
            let found = ports.vault.get(&key).await.unwrap().map_or(7, |i| i.revision);
            match ports.vault.delete(&key, found).await.unwrap() {
                Deleted::Done => "done".into(),
                Deleted::Behind { found } => format!("behind, found: {}", found.is_some()),
            }
        }
        Operation::Observe { project, ids } => {
            let batch = ids.iter().map(|id| Observation {
                id: if *id == 8 { String::new() } else { id.to_string() },
                project: format!("p-{project}").parse().unwrap(),
                at: i64::from(*id),
                kind: "k".into(),
                body: vec![*id],
            });
            words(&ports.observations.append(batch.collect()).await)
        }
        Operation::Prune { project, before } => {
            let project = format!("p-{project}").parse().unwrap();
            words(&ports.observations.prune(&project, i64::from(*before)).await)
        }
        Operation::Reopen => "opened".into(),
        Operation::ReadAll => read_all(ports).await,
    }
}

async fn append(ports: &Ports, operation: &Operation) -> String {
    let Operation::Append { ledger, command, count, fresh, blob } = operation else {
        panic!("not an append");
    };
    let id = ledger_of(*ledger);
    let mut writer = if *fresh { Writer::at_end(&id, &*ports.ledger).await } else { Writer::new(&id) };
    let blobs = blob.map(|(content, class)| NewBlob::new(class, vec![content]));
    let bodies = (0..*count).map(|n| json!({ "n": n })).collect();
    let append = writer.next_with(&format!("c-{command}"), bodies, blobs.into_iter().collect());
    let result = ports.ledger.append(append).await;
    if let Ok(Appended::Stored) = result {
        assert_eq!(ports.ledger.head(&id).await.unwrap().unwrap().seq, writer.seq());
    }
    words(&result)
}

async fn read_all(ports: &Ports) -> String {
    let mut out = format!("{:?}\n", ports.ledger.ledgers().await);
    for n in 0..3 {
        let id = ledger_of(n);
        let ledger = &ports.ledger;
        out += &format!("{:?}\n", ledger.head(&id).await);
        out += &format!("{:?}\n", ledger.read(&id, 0, 1000).await);
        out += &format!("{:?}\n", ledger.leaf_hashes(&id, 0..1000).await);
        out += &format!("{:?}\n", ledger.checkpoints(&id, 0, 1000).await);
        for command in 0..12 {
            out += &format!("{:?}\n", ledger.command(&id, &format!("c-{command}").parse().unwrap()).await);
        }
        for format in 0..2 {
            out += &format!("{:?}\n", ledger.saved_state(&id, format, None).await);
            out += &format!("{:?}\n", ledger.saved_state(&id, format, Some(3)).await);
        }
        out += &format!("{:?}\n", ports.blobs.list(&id, None, 1000).await);
    }
    let values = ports.vault.list("k", None, 1000).await.unwrap();
    out += &format!("{:?}\n", values.iter().map(|i| (&i.key, i.value.expose())).collect::<Vec<_>>());
    for n in 0..2 {
        let filter = Filter { project: format!("p-{n}").parse().unwrap(), after: 0, limit: 1000 };
        let found = ports.observations.read(&filter).await.unwrap();
        assert!(found.is_sorted_by(|a, b| a.0 < b.0));
        out += &format!("{:?}\n", found.iter().map(|(_, o)| o).collect::<Vec<_>>());
    }
    out
}
