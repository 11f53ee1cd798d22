//! The ports on both.

use std::ops::Range;

use async_trait::async_trait;
use cuelight_artifact::{Digest, ProjectName};
use cuelight_core::ledger::{CommandId, LedgerId, Micros, Seq};
use cuelight_store::{
    Append, Appended, Blobs, CommandRecord, Cursor, Deleted, Erased, Filter, Head, Ledger, NodeRecord, Nodes,
    Observation, Observations, Part, Put, Revision, SavedState, SecretBytes, StoreError, StoredBlob,
    StoredCheckpoint, StoredEntry, Taken, Vault, VaultItem, VaultKey,
};

use crate::{KINDS, Replica};

#[async_trait]
impl Ledger for Replica {
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        let done = self.at_primary(|s| s.ledger.append(append)).await;
        if matches!(done, Ok(Appended::Stored)) {
            self.grown.notify_one();
        }
        done
    }

    async fn head(&self, ledger: &LedgerId) -> Result<Option<Head>, StoreError> {
        self.at_either(|s| s.ledger.head(ledger)).await
    }

    async fn read(&self, ledger: &LedgerId, after: Seq, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
        self.at_either(|s| s.ledger.read(ledger, after, limit)).await
    }

    async fn leaf_hashes(&self, ledger: &LedgerId, range: Range<Seq>) -> Result<Vec<Digest>, StoreError> {
        self.at_either(|s| s.ledger.leaf_hashes(ledger, range.clone())).await
    }

    async fn commands(
        &self,
        ledger: &LedgerId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<CommandRecord>, StoreError> {
        self.at_either(|s| s.ledger.commands(ledger, after, limit)).await
    }

    async fn command(
        &self,
        ledger: &LedgerId,
        command: &CommandId,
    ) -> Result<Option<CommandRecord>, StoreError> {
        self.at_either_whole(|s| s.ledger.command(ledger, command), Option::is_some).await
    }

    async fn checkpoint(
        &self,
        ledger: &LedgerId,
        at_most: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        self.at_either(|s| s.ledger.checkpoint(ledger, at_most)).await
    }

    async fn checkpoints(
        &self,
        ledger: &LedgerId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        self.at_either(|s| s.ledger.checkpoints(ledger, after, limit)).await
    }

    async fn ledgers(&self) -> Result<Vec<LedgerId>, StoreError> {
        self.at_either(|s| s.ledger.ledgers()).await
    }

    /// Of the database only: a copy that is behind must not pass for a store that was replaced.
    async fn ends(&self) -> Result<Vec<(LedgerId, Seq)>, StoreError> {
        self.probe().await
    }

    async fn hint(&self) {
        match self.primary() {
            Ok(primary) => primary.ledger.hint().await,
            Err(_) => std::future::pending().await,
        }
    }

    async fn copy_in(&self, part: Part) -> Result<(), StoreError> {
        self.at_primary(|s| s.ledger.copy_in(part)).await
    }

    async fn save_state(&self, ledger: &LedgerId, state: SavedState) -> Result<(), StoreError> {
        // The copy starts quickly too. It may not reach that far yet, which only makes its start slower.
        if let Err(error) = self.copy.ledger.save_state(ledger, state.clone()).await {
            tracing::debug!(%error, "the state was not saved beside the copy");
        }
        self.at_primary(|s| s.ledger.save_state(ledger, state)).await
    }

    async fn saved_state(
        &self,
        ledger: &LedgerId,
        format: u32,
        at_most: Option<Seq>,
    ) -> Result<Option<SavedState>, StoreError> {
        self.at_either(|s| s.ledger.saved_state(ledger, format, at_most)).await
    }

    async fn drop_saved_states(&self, ledger: &LedgerId, before: Seq) -> Result<u64, StoreError> {
        if let Err(error) = self.copy.ledger.drop_saved_states(ledger, before).await {
            tracing::debug!(%error, "older states stay beside the copy");
        }
        self.at_primary(|s| s.ledger.drop_saved_states(ledger, before)).await
    }
}

#[async_trait]
impl Blobs for Replica {
    async fn get(&self, ledger: &LedgerId, digest: &Digest) -> Result<Option<StoredBlob>, StoreError> {
        self.at_either_whole(|s| s.blobs.get(ledger, digest), Option::is_some).await
    }

    async fn get_many(
        &self,
        ledger: &LedgerId,
        digests: &[Digest],
    ) -> Result<Vec<Option<StoredBlob>>, StoreError> {
        self.at_either_whole(|s| s.blobs.get_many(ledger, digests), |found| found.iter().all(Option::is_some))
            .await
    }

    async fn erase(&self, ledger: &LedgerId, digest: &Digest) -> Result<Erased, StoreError> {
        let done = self.at_primary(|s| s.blobs.erase(ledger, digest)).await?;
        self.copy.blobs.erase(ledger, digest).await?;
        Ok(done)
    }

    async fn list(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        self.at_either(|s| s.blobs.list(ledger, after, limit)).await
    }

    async fn newest(&self, ledger: &LedgerId) -> Result<Option<Digest>, StoreError> {
        self.at_either(|s| s.blobs.newest(ledger)).await
    }

    async fn since(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError> {
        self.at_either(|s| s.blobs.since(ledger, after, limit)).await
    }
}

#[async_trait]
impl Observations for Replica {
    async fn append(&self, batch: Vec<Observation>) -> Result<Taken, StoreError> {
        self.at_primary(|s| s.observations.append(batch)).await
    }

    async fn read(&self, filter: &Filter) -> Result<Vec<(Cursor, Observation)>, StoreError> {
        self.at_primary(|s| s.observations.read(filter)).await
    }

    async fn prune(&self, project: &ProjectName, before: Micros) -> Result<u64, StoreError> {
        self.at_primary(|s| s.observations.prune(project, before)).await
    }
}

#[async_trait]
impl Vault for Replica {
    async fn get(&self, key: &VaultKey) -> Result<Option<VaultItem>, StoreError> {
        match key.kind.as_str() {
            // One that was issued a moment ago is not one that never held.
            "token" => self.at_either_whole(|s| s.vault.get(key), Option::is_some).await,
            kind if KINDS.contains(&kind) => self.at_either(|s| s.vault.get(key)).await,
            _ => self.at_primary(|s| s.vault.get(key)).await,
        }
    }

    async fn put(
        &self,
        key: &VaultKey,
        value: SecretBytes,
        expected: Option<Revision>,
    ) -> Result<Put, StoreError> {
        self.at_primary(|s| s.vault.put(key, value, expected)).await
    }

    async fn delete(&self, key: &VaultKey, expected: Revision) -> Result<Deleted, StoreError> {
        self.at_primary(|s| s.vault.delete(key, expected)).await
    }

    async fn list(&self, kind: &str, after: Option<&str>, limit: u32) -> Result<Vec<VaultItem>, StoreError> {
        self.at_primary(|s| s.vault.list(kind, after, limit)).await
    }
}

#[async_trait]
impl Nodes for Replica {
    async fn beat(&self, node: NodeRecord) -> Result<(), StoreError> {
        self.at_primary(|s| s.nodes.beat(node)).await
    }

    async fn nodes(&self) -> Result<Vec<NodeRecord>, StoreError> {
        self.at_primary(|s| s.nodes.nodes()).await
    }

    async fn forget(&self, before: Micros) -> Result<u64, StoreError> {
        self.at_primary(|s| s.nodes.forget(before)).await
    }
}
