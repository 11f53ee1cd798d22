//! One artifact, loaded, checked against its digest, and compiled.

use std::collections::BTreeMap;
use std::sync::Arc;

use cuelight_artifact::model::FragmentUse;
use cuelight_artifact::schema::Compiled;
use cuelight_artifact::{Artifact, Digest};
use cuelight_core::ledger::LedgerId;
use cuelight_render::{FragmentSource, Limits, Program, link};
use cuelight_store::{Blobs, Content};

use crate::code::Code;
use crate::error::{AppError, AppResult};

/// Most levels of fragments; publishing refuses more, so reaching it means damage.
const MAX_DEPTH: usize = 16;

/// An artifact ready to be rendered.
#[derive(Debug)]
pub struct Served {
    /// It.
    pub artifact: Arc<Artifact>,
    /// Its fragments and theirs.
    pub fragments: Fragments,
    /// Its compiled templates.
    pub program: Program,
    /// Its input schema, read once. None without inputs.
    pub inputs: Option<Compiled>,
}

/// Locked fragments by digest.
#[derive(Debug, Clone, Default)]
pub struct Fragments(pub BTreeMap<Digest, Arc<Artifact>>);

impl FragmentSource for Fragments {
    fn fragment(&self, fragment: &FragmentUse) -> Option<Arc<Artifact>> {
        self.0.get(&fragment.locked.as_ref()?.digest).cloned()
    }
}

impl Served {
    /// Loads and compiles the artifact of this digest.
    ///
    /// # Errors
    /// `corrupt` when content is missing or is not what its digest says; storage trouble.
    pub async fn load(contents: &Contents<'_>, digest: &Digest) -> AppResult<Self> {
        let artifact = contents.artifact(digest).await?;
        let fragments = contents.fragments(&artifact).await?;
        // Variables were checked when it was published.
        let program = link(&artifact, &fragments, &Limits::default()).map_err(|found| {
            AppError::new(Code::Corrupt, format!("the published {} {digest} does not compile", artifact.id()))
                .diagnostics(found)
        })?;
        let inputs = artifact.inputs.as_ref().map(Compiled::new);
        Ok(Self { artifact: Arc::new(artifact), fragments, program, inputs })
    }
}

/// The content of one ledger.
#[derive(Clone, Copy)]
pub struct Contents<'a> {
    /// Where.
    pub blobs: &'a dyn Blobs,
    /// Whose.
    pub ledger: &'a LedgerId,
}

impl Contents<'_> {
    /// The bytes of a blob; `None` if there is none or it was erased.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn bytes(&self, digest: &Digest) -> AppResult<Option<Vec<u8>>> {
        Ok(self.blobs.get(self.ledger, digest).await?.and_then(|b| match b.content {
            Content::Present(bytes) => Some(bytes),
            Content::Erased => None,
        }))
    }

    /// The artifact of this digest.
    ///
    /// # Errors
    /// `corrupt` when it is missing or is not what its digest says; storage trouble.
    pub async fn artifact(&self, digest: &Digest) -> AppResult<Artifact> {
        let bytes = self.bytes(digest).await?.ok_or_else(|| corrupt(digest, "is missing"))?;
        parse(digest, &bytes)
    }

    /// The artifacts of these digests, in order.
    ///
    /// # Errors
    /// As [`Contents::artifact`].
    pub async fn artifacts(&self, digests: &[Digest]) -> AppResult<Vec<Artifact>> {
        let found = self.blobs.get_many(self.ledger, digests).await?;
        let parsed = digests.iter().zip(found).map(|(digest, blob)| match blob.map(|b| b.content) {
            Some(Content::Present(bytes)) => parse(digest, &bytes),
            _ => Err(corrupt(digest, "is missing")),
        });
        parsed.collect()
    }

    /// Everything the artifact includes, directly or not.
    ///
    /// # Errors
    /// As [`Contents::artifact`].
    pub async fn fragments(&self, artifact: &Artifact) -> AppResult<Fragments> {
        let mut found = BTreeMap::new();
        let mut next: Vec<Digest> = locked(artifact);
        for _ in 0..MAX_DEPTH {
            next.retain(|digest| !found.contains_key(digest));
            if next.is_empty() {
                return Ok(Fragments(found));
            }
            let mut deeper = Vec::new();
            for digest in next {
                let fragment = self.artifact(&digest).await?;
                deeper.extend(locked(&fragment));
                found.insert(digest, Arc::new(fragment));
            }
            next = deeper;
        }
        Err(AppError::new(Code::Corrupt, format!("the fragments of {} are nested too deep", artifact.id())))
    }
}

fn corrupt(digest: &Digest, why: &str) -> AppError {
    AppError::new(Code::Corrupt, format!("content {digest}: {why}"))
}

fn parse(digest: &Digest, bytes: &[u8]) -> AppResult<Artifact> {
    if Digest::of_bytes(bytes) != *digest {
        return Err(corrupt(digest, "the stored bytes have another digest"));
    }
    serde_json::from_slice(bytes).map_err(|e| corrupt(digest, &e.to_string()))
}

fn locked(artifact: &Artifact) -> Vec<Digest> {
    artifact.fragments.values().filter_map(|f| f.locked.as_ref()).map(|l| l.digest).collect()
}
