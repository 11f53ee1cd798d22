//! The port of sealed values: secrets, password hashes, sessions, the directory of people. What is inside is for the
//! caller to seal; a store keeps bytes and never shows them.

use std::fmt;

use async_trait::async_trait;

use crate::StoreError;
use crate::text::check_key;

/// A version of one value. Larger after every change and never used twice, not even after a deletion.
pub type Revision = u64;

/// Bytes that no log may show.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Wraps the bytes.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, for use.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(…)")
    }
}

/// Which value: its kind and its key within that kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VaultKey {
    /// What it is, such as `session`.
    pub kind: String,
    /// Which one.
    pub key: String,
}

impl VaultKey {
    /// The key.
    #[must_use]
    pub fn new(kind: impl Into<String>, key: impl Into<String>) -> Self {
        Self { kind: kind.into(), key: key.into() }
    }

    /// What every store checks before it writes.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when kind or key is empty, too long, or has a NUL.
    pub fn check(&self) -> Result<(), StoreError> {
        check_key("a kind of sealed value", &self.kind)?;
        check_key("the key of a sealed value", &self.key)
    }
}

/// One value as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultItem {
    /// Its key within its kind.
    pub key: String,
    /// Its version, to be named when it is changed.
    pub revision: Revision,
    /// Its bytes.
    pub value: SecretBytes,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// Stored.
    Stored {
        /// The new version.
        revision: Revision,
    },
    /// Nothing stored: the version is another than expected.
    Behind {
        /// The version there is; none if there is no such value.
        found: Option<Revision>,
    },
}

/// What became of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// Gone.
    Done,
    /// Nothing deleted: the version is another than expected.
    Behind {
        /// The version there is; none if there is no such value.
        found: Option<Revision>,
    },
}

/// The vault. Errors are as for [`crate::Ledger`]; no error shows a value.
#[async_trait]
pub trait Vault: Send + Sync {
    /// One value.
    ///
    /// # Errors
    /// See the trait.
    async fn get(&self, key: &VaultKey) -> Result<Option<VaultItem>, StoreError>;

    /// Stores a value if its version is still `expected`: none to create it.
    ///
    /// # Errors
    /// [`StoreError::Refused`] as [`VaultKey::check`]; [`StoreError::Full`].
    async fn put(
        &self,
        key: &VaultKey,
        value: SecretBytes,
        expected: Option<Revision>,
    ) -> Result<Put, StoreError>;

    /// Deletes a value if its version is still `expected`.
    ///
    /// # Errors
    /// See the trait.
    async fn delete(&self, key: &VaultKey, expected: Revision) -> Result<Deleted, StoreError>;

    /// Up to `limit` values of a kind with a larger key than `after`, in byte order of the key.
    ///
    /// # Errors
    /// See the trait.
    async fn list(&self, kind: &str, after: Option<&str>, limit: u32) -> Result<Vec<VaultItem>, StoreError>;
}
