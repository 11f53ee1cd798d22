//! One artifact, loaded, checked against its digest, and compiled.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use cuelight_artifact::model::FragmentUse;
use cuelight_artifact::schema::Compiled;
use cuelight_artifact::{Artifact, ArtifactName, Digest};
use cuelight_core::ledger::LedgerId;
use cuelight_render::{FragmentSource, Limits, Program, link};
use cuelight_resolve::Settings;
use cuelight_store::{Blobs, Content};

use super::Written;
use crate::code::Code;
use crate::error::{AppError, AppResult};

/// Most levels of fragments; publishing refuses more, so reaching it means damage.
const MAX_DEPTH: usize = 16;

/// An artifact ready to be rendered. There is one for every prompt that is live, so it holds what answers are made
/// from, and the rest of the artifact as its canonical bytes, which are a fifth as large as the value.
#[derive(Debug)]
pub struct Served {
    /// Its name.
    pub name: ArtifactName,
    /// What it says beside its messages.
    pub settings: Arc<Written>,
    /// Its compiled templates.
    pub program: Program,
    /// Its input schema, read once. None without inputs.
    pub inputs: Option<Compiled>,
    /// Its fragments and theirs: each in memory once, however many include it.
    pub fragments: Box<[(Digest, Arc<Artifact>)]>,
    bytes: Box<[u8]>,
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
    pub async fn load(contents: &Contents<'_>, digest: &Digest, shared: &Shared) -> AppResult<Self> {
        let bytes = contents.bytes(digest).await?.ok_or_else(|| corrupt(digest, "is missing"))?;
        let artifact = parse(digest, &bytes)?;
        let fragments = contents.fragments_with(&artifact, Some(shared)).await?;
        // Variables were checked when it was published.
        let program = link(&artifact, &fragments, &Limits::default()).map_err(|found| {
            AppError::new(Code::Corrupt, format!("the published {} {digest} does not compile", artifact.id()))
                .diagnostics(found)
        })?;
        let inputs = artifact.inputs.as_ref().map(Compiled::new);
        Ok(Self {
            settings: Arc::new(Written::new(&Settings::of(&artifact)).map_err(AppError::internal)?),
            name: artifact.name,
            program,
            inputs,
            fragments: fragments.0.into_iter().collect(),
            bytes: bytes.into(),
        })
    }

    /// The artifact itself, read anew from its bytes.
    ///
    /// # Errors
    /// Never: the same bytes were read when it was loaded.
    pub fn artifact(&self) -> AppResult<Artifact> {
        serde_json::from_slice(&self.bytes).map_err(AppError::internal)
    }
}

/// The fragments that somebody serves, by digest.
#[derive(Debug, Default)]
pub struct Shared(Mutex<HashMap<Digest, Weak<Artifact>>>);

impl Shared {
    fn get(&self, digest: &Digest) -> Option<Arc<Artifact>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest)?.upgrade()
    }

    /// Keeps a fragment; returns the one that was kept meanwhile, if there is one.
    fn keep(&self, digest: Digest, loaded: Arc<Artifact>) -> Arc<Artifact> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = known.get(&digest).and_then(Weak::upgrade) {
            return kept;
        }
        known.insert(digest, Arc::downgrade(&loaded));
        if known.len().is_power_of_two() {
            known.retain(|_, weak| weak.strong_count() > 0);
        }
        loaded
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
        self.fragments_with(artifact, None).await
    }

    /// As [`Contents::fragments`], with those that are served already taken from there.
    async fn fragments_with(&self, artifact: &Artifact, shared: Option<&Shared>) -> AppResult<Fragments> {
        let mut found = BTreeMap::new();
        let mut next: Vec<Digest> = locked(artifact);
        for _ in 0..MAX_DEPTH {
            next.retain(|digest| !found.contains_key(digest));
            if next.is_empty() {
                return Ok(Fragments(found));
            }
            let mut deeper = Vec::new();
            for digest in next {
                let fragment = match shared.and_then(|s| s.get(&digest)) {
                    Some(served) => served,
                    None => {
                        let loaded = Arc::new(self.artifact(&digest).await?);
                        match shared {
                            Some(shared) => shared.keep(digest, loaded),
                            None => loaded,
                        }
                    }
                };
                deeper.extend(locked(&fragment));
                found.insert(digest, fragment);
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
