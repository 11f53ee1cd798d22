//! The mark that a store is a restored copy. It lies in the vault of the copy itself, so that no copy is without it.

use cuelight_core::ledger::Micros;
use cuelight_store::{Deleted, Put, SecretBytes, StoreError, Vault, VaultItem, VaultKey};
use serde::{Deserialize, Serialize};

use super::LedgerEnd;
use crate::code::Code;
use crate::error::{AppError, AppResult};
use crate::session;

/// Its kind in the vault.
pub const KIND: &str = "recovery";
const KEY: &str = "needed";
/// Vault values read at a time.
const PAGE: u32 = 500;

/// What a restored copy says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Random id of the copy.
    pub copy: String,
    /// When the backup was made, in µs since 1970 UTC.
    pub made_at: Micros,
    /// How the ledgers ended in it.
    pub ledgers: Vec<LedgerEnd>,
}

impl Mark {
    /// Where the mark lies in a vault, and its bytes there: for restoring a store whose tools write it themselves.
    ///
    /// # Errors
    /// `internal` when it has no JSON form.
    pub fn item(&self) -> AppResult<(VaultKey, Vec<u8>)> {
        Ok((VaultKey::new(KIND, KEY), serde_json::to_vec(self).map_err(AppError::internal)?))
    }
}

/// Marks a store as a restored copy, and ends all browser sessions and sign-in links in it: they may have been ended
/// since the backup was made. A mark that is there is replaced.
///
/// # Errors
/// When storage is away.
pub async fn mark(vault: &dyn Vault, mark: &Mark) -> AppResult<()> {
    put(vault, mark).await?;
    for kind in session::KINDS {
        forget(vault, kind).await?;
    }
    Ok(())
}

/// Puts the mark into a store, in place of another, and nothing else.
///
/// # Errors
/// When storage is away.
pub async fn put(vault: &dyn Vault, mark: &Mark) -> AppResult<()> {
    let (key, value) = mark.item()?;
    loop {
        let there = vault.get(&key).await?.map(|item| item.revision);
        if let Put::Stored { .. } = vault.put(&key, SecretBytes::new(value.clone()), there).await? {
            return Ok(());
        }
    }
}

async fn forget(vault: &dyn Vault, kind: &str) -> Result<(), StoreError> {
    loop {
        let found = vault.list(kind, None, PAGE).await?;
        if found.is_empty() {
            return Ok(());
        }
        for item in found {
            vault.delete(&VaultKey::new(kind, item.key), item.revision).await?;
        }
    }
}

/// The mark of a store, if it is a restored copy.
///
/// # Errors
/// When storage is away, or the mark cannot be read.
pub async fn marked(vault: &dyn Vault) -> AppResult<Option<Mark>> {
    vault.get(&VaultKey::new(KIND, KEY)).await?.as_ref().map(parse).transpose()
}

fn parse(item: &VaultItem) -> AppResult<Mark> {
    serde_json::from_slice(item.value.expose()).map_err(|e| {
        AppError::new(Code::Corrupt, format!("the mark that this store was restored cannot be read: {e}"))
    })
}

/// Takes this mark away; another one stays.
///
/// # Errors
/// When storage is away.
pub async fn unmark(vault: &dyn Vault, copy: &str) -> AppResult<()> {
    let key = VaultKey::new(KIND, KEY);
    loop {
        let Some(item) = vault.get(&key).await? else { return Ok(()) };
        let is_it = parse(&item)?.copy == copy;
        if !is_it || vault.delete(&key, item.revision).await? == Deleted::Done {
            return Ok(());
        }
    }
}
