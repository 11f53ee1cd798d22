//! The port of content-addressed bytes. They are written by [`crate::Ledger::append`] and belong to one ledger.

use async_trait::async_trait;
use cuelight_artifact::Digest;
use cuelight_core::ledger::{BlobClass, LedgerId};

use crate::StoreError;

/// Bytes to be stored with an append. Bytes that are stored already are left as they are, erased ones erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBlob {
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// Whether they may be erased.
    pub class: BlobClass,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl NewBlob {
    /// The blob with these bytes.
    #[must_use]
    pub fn new(class: BlobClass, bytes: Vec<u8>) -> Self {
        Self { digest: Digest::of_bytes(&bytes), class, bytes }
    }
}

/// What is left of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Its bytes.
    Present(Vec<u8>),
    /// It was here and was erased.
    Erased,
}

/// A blob as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlob {
    /// Its name.
    pub digest: Digest,
    /// Whether it may be erased.
    pub class: BlobClass,
    /// Its bytes, or the mark that they were erased.
    pub content: Content,
}

/// What became of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// The bytes are gone; a mark is left.
    Now,
    /// They were gone before.
    Before,
    /// No such blob.
    Unknown,
}

/// The blobs of each ledger; one ledger never shows another's. Errors are as for [`crate::Ledger`].
#[async_trait]
pub trait Blobs: Send + Sync {
    /// One blob.
    ///
    /// # Errors
    /// See the trait.
    async fn get(&self, ledger: &LedgerId, digest: &Digest) -> Result<Option<StoredBlob>, StoreError>;

    /// Several blobs, in the order asked.
    ///
    /// # Errors
    /// See the trait.
    async fn get_many(
        &self,
        ledger: &LedgerId,
        digests: &[Digest],
    ) -> Result<Vec<Option<StoredBlob>>, StoreError>;

    /// Destroys the bytes of a text and leaves a mark. It cannot be undone.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for an artifact.
    async fn erase(&self, ledger: &LedgerId, digest: &Digest) -> Result<Erased, StoreError>;

    /// Up to `limit` blobs with a larger digest than `after`, in order of digest, bytes included.
    ///
    /// # Errors
    /// See the trait.
    async fn list(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError>;

    /// The blob that was stored last; of those stored together, the last one given.
    ///
    /// # Errors
    /// See the trait.
    async fn newest(&self, ledger: &LedgerId) -> Result<Option<Digest>, StoreError>;

    /// Up to `limit` blobs that were stored later than `after`, in the order in which they were stored, bytes included.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when there is no blob `after`.
    async fn since(
        &self,
        ledger: &LedgerId,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<StoredBlob>, StoreError>;
}
